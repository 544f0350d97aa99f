// SPDX-License-Identifier: Apache-2.0
/**
 * Temporal conditions over a history that grows: what a policy set asks (a plan, immutable) and what
 * has been seen of one stream of events (a history, made by the plan).
 *
 * An event costs only what subscribes to its action and kind, a question only what it asks. Leaves
 * that pin a slice are asked about the events of that slice, as if there were no others.
 *
 * Source: Dogwood's guide 03, 04 and 08 (6); docs/adr/0012-temporal.md.
 */
import { reachOf, referencesOf } from './condition.ts';
import type { Asked, TemporalEvent } from './event.ts';
import type { Formula, Reference } from './formula.ts';
import { type Budget, Exhausted, newRun } from './monitor.ts';
import { possibleLiterals, predicatesOf, type Suspicion, suspectedOf } from './monitor-doubt.ts';
import { referenceKey } from './monitor-normal.ts';
import { compileRoot, eachHolding, type Family, familiesOf, holdsNow, type Root } from './monitor-root.ts';
import { type Builder, newBuilder } from './monitor-unit.ts';
import { at, type Path, resolve } from './resolve.ts';
import {
  dropFirst,
  emptyTrack,
  eventAt,
  lastPosition,
  pushTo,
  retained,
  type Track,
  takeBack,
  timeAt,
} from './track.ts';
import { type Universe, universeOf } from './universe.ts';
import { keyOf } from './value-key.ts';

export interface Leaf {
  readonly id: string;
  readonly formula: Formula;
  /** Fields that universal and symmetric pins tie to the request: only events that agree there are seen. */
  readonly slice?: readonly SlicePin[];
}

export interface SlicePin {
  readonly path: Path;
  readonly reference: Reference;
}

/** What Dogwood would say, or why that cannot be known. */
export type Held =
  | { readonly holds: boolean }
  /** Events that the leaf may reach had to be let go, because more came than may be kept. */
  | { readonly unknown: 'overflow' }
  /** The question was cut off. */
  | { readonly unknown: 'work' };

/** What an enforcing engine may rely on. */
export type Answer =
  | Held
  /** The request does not have what the leaf reads of it. */
  | { readonly unresolved: 'term'; readonly reference: Reference }
  /** It may depend on what came back of a call of which that is not known. */
  | { readonly unknown: 'response'; readonly event: TemporalEvent };

/** Leaves that are asked together. */
export interface Panel {
  readonly leaves: readonly number[];
  readonly parts: readonly PanelPart[];
}

interface PanelPart {
  readonly view: number;
  readonly families: readonly Family[];
  /** For each family and member the leaves that say so. */
  readonly leavesOf: readonly (readonly (readonly number[])[])[];
  readonly references: readonly Reference[];
  readonly reachMs: number;
}

export interface Answers {
  /** The leaves that hold, by number, in no order. Leaves that `of` says more about may be among them. */
  readonly holding: readonly number[];
  /** Nothing is unresolved or unknown: every other leaf does not hold. */
  readonly clear: boolean;
  /** Until the next push. */
  of(leaf: number): Answer;
}

export interface HistoryPlan {
  readonly size: number;
  /** @returns undefined where there is no such leaf */
  numberOf(id: string): number | undefined;
  panel(leaves: readonly (number | string)[]): Panel;
  start(limits?: Limits): History;
  /** How each leaf is answered. */
  describe(leaf: number | string): LeafPlan;
  readonly selections: number;
}

export interface LeafPlan {
  /** Answering takes no more with more history. */
  readonly quick: boolean;
  readonly reachMs: number;
  readonly references: readonly Reference[];
}

export interface Limits {
  /** How many events are kept at most. */
  readonly maxEvents?: number;
  /** How much work one question may take. */
  readonly maxSteps?: number;
}

export interface History {
  push(event: TemporalEvent): void;
  /** At the event pushed last, which is the deciding one and part of its own history. */
  holds(leaf: number | string, asked: Asked): Held;
  /** The same, and what makes it unreliable. */
  answer(leaf: number | string, asked: Asked): Answer;
  ask(panel: Panel, asked: Asked): Answers;
  /** All references of the leaf that the request does not have. */
  unresolved(leaf: number | string, asked: Asked): readonly Reference[];
  /** An event whose unknown output the leaf may read. */
  unsettled(leaf: number | string, asked: Asked): TemporalEvent | undefined;
  /** How many events were ever pushed, less those taken back. */
  readonly size: number;
  /** Takes back the newest pushes. */
  truncate(size: number): void;
  /** Drops what questions at this time or later cannot reach. */
  forget(beforeMs: number): void;
  counts(): Counts;
}

export interface Counts {
  readonly events: number;
  readonly slices: number;
  readonly keys: number;
  readonly entries: number;
}

interface View {
  readonly builder: Builder;
  readonly slice: readonly SlicePin[];
}

interface CompiledLeaf {
  readonly number: number;
  readonly view: number;
  readonly root: Root;
  readonly references: readonly Reference[];
  readonly reachMs: number;
  readonly suspected: readonly { readonly suspicion: number; readonly literals: string }[];
}

const defaultMaxEvents = 1_000_000;
const defaultMaxSteps = 2_000_000;

export function compileHistory(leaves: readonly Leaf[]): HistoryPlan {
  const views = new Map<
    string,
    { readonly number: number; readonly view: View; readonly roots: Map<string, Root> }
  >();
  const suspicions = new Map<string, { readonly number: number; readonly suspicion: Suspicion }>();
  const byId = new Map<string, number>();
  const compiled = leaves.map((leaf, i): CompiledLeaf => {
    byId.set(leaf.id, i);
    const slice = leaf.slice ?? [];
    const viewKey = JSON.stringify(slice.map(({ path, reference }) => [path, referenceKey(reference)]));
    const seen = views.get(viewKey) ?? {
      number: views.size,
      view: { builder: newBuilder(), slice },
      roots: new Map<string, Root>(),
    };
    views.set(viewKey, seen);
    const made = compileRoot(seen.view.builder, leaf.formula);
    const root = seen.roots.get(made.key) ?? made;
    seen.roots.set(made.key, root);
    const pinned = slice.map(({ reference }) => reference);
    const own = referencesOf(leaf.formula);
    const keys = new Set(own.map(referenceKey));
    return {
      number: i,
      view: seen.number,
      root,
      references: [...own, ...pinned.filter((reference) => !keys.has(referenceKey(reference)))],
      reachMs: reachOf(leaf.formula) * 1000,
      suspected: predicatesOf(leaf.formula).map((predicate) => {
        const { key, suspicion, literals } = suspectedOf(predicate);
        const known = suspicions.get(key) ?? { number: suspicions.size, suspicion };
        suspicions.set(key, known);
        return { suspicion: known.number, literals };
      }),
    };
  });
  const parts: readonly ViewPlan[] = [...views.values()].map(({ view }) => {
    const selections = [...view.builder.selections.values()];
    selections.forEach((selection, id) => {
      selection.id = id;
    });
    return { slice: view.slice, universe: universeOf(view.builder.signatures, selections) };
  });
  const plan: Compiled = {
    leaves: compiled,
    views: parts,
    suspicions: [...suspicions.values()].map(({ suspicion }) => suspicion),
    leaf(leaf) {
      const found = compiled[typeof leaf === 'number' ? leaf : (byId.get(leaf) ?? -1)];
      if (found === undefined) throw new RangeError(`there is no leaf \`${leaf}\``);
      return found;
    },
    reachMs: compiled.reduce((most, leaf) => Math.max(most, leaf.reachMs), 0),
  };
  return {
    size: compiled.length,
    numberOf: (id) => byId.get(id),
    panel: (asked) => panelOf(asked.map(plan.leaf), parts.length),
    start: (limits = {}) => startHistory(plan, limits),
    describe(leaf) {
      const { root, reachMs: reach, references } = plan.leaf(leaf);
      return { quick: root.quick, reachMs: reach, references };
    },
    selections: parts.reduce((sum, { universe }) => sum + universe.selections.length, 0),
  };
}

interface ViewPlan {
  readonly slice: readonly SlicePin[];
  readonly universe: Universe;
}

interface Compiled {
  readonly leaves: readonly CompiledLeaf[];
  readonly views: readonly ViewPlan[];
  readonly suspicions: readonly Suspicion[];
  leaf(leaf: number | string): CompiledLeaf;
  readonly reachMs: number;
}

function panelOf(leaves: readonly CompiledLeaf[], views: number): Panel {
  const parts = Array.from({ length: views }, (_, view): PanelPart => {
    const own = leaves.filter((leaf) => leaf.view === view);
    const byRoot = Map.groupBy(own, ({ root }) => root);
    const families = familiesOf([...byRoot.keys()]);
    const references = new Map(
      own.flatMap((leaf) =>
        leaf.references.map((reference) => [referenceKey(reference), reference] as const),
      ),
    );
    return {
      view,
      families,
      leavesOf: families.map(({ members }) =>
        members.map((root) => byRoot.get(root)?.map(({ number }) => number) ?? []),
      ),
      references: [...references.values()],
      reachMs: own.reduce((most, leaf) => Math.max(most, leaf.reachMs), 0),
    };
  });
  return {
    leaves: leaves.map(({ number }) => number),
    parts: parts.filter(({ families }) => families.length > 0),
  };
}

interface Logged {
  readonly at: number;
  readonly tracks: readonly Track[];
}

function startHistory(
  plan: Compiled,
  { maxEvents = defaultMaxEvents, maxSteps = defaultMaxSteps }: Limits,
): History {
  /** By view, then by what a slice's events agree on. */
  const tracks = plan.views.map(() => new Map<string, Track>());
  const names = new WeakMap<Track, string>();
  let log: Logged[] = [];
  /** Events before this one are dropped, and wait for the array to be cut. */
  let head = 0;
  /** The position in the stream of the first element of the log. */
  let offset = 0;
  /** The newest time of an event that was let go because there were too many. */
  let lostUntil = Number.NEGATIVE_INFINITY;

  function push(event: TemporalEvent): void {
    const into: Track[] = [];
    plan.views.forEach((view, i) => {
      const name = agreedBy(view.slice, event);
      if (name === undefined) return;
      const track = tracks[i]?.get(name) ?? emptyTrack(view.universe);
      if (retained(track) === 0) {
        tracks[i]?.set(name, track);
        names.set(track, name);
      }
      pushTo(track, event, event.at);
      into.push(track);
    });
    log.push({ at: event.at, tracks: into });
    if (log.length - head > maxEvents) {
      lostUntil = Math.max(lostUntil, log[head]?.at ?? lostUntil);
      drop();
    }
  }

  function drop(): void {
    for (const track of log[head]?.tracks ?? []) {
      dropFirst(track);
      tidy(track);
    }
    log[head] = { at: 0, tracks: [] };
    head += 1;
    if (head < 64 || head * 2 < log.length) return;
    log = log.slice(head);
    offset += head;
    head = 0;
  }

  function tidy(track: Track): void {
    if (retained(track) > 0) return;
    const view = plan.views.findIndex(({ universe }) => universe === track.universe);
    tracks[view]?.delete(names.get(track) ?? '');
  }

  function truncate(size: number): void {
    if (size < offset + head) throw new RangeError('events that are forgotten cannot be taken back');
    while (offset + log.length > size)
      for (const track of log.pop()?.tracks ?? []) {
        takeBack(track);
        tidy(track);
      }
  }

  function forget(beforeMs: number): void {
    const limit = beforeMs - plan.reachMs;
    // The deciding event is never dropped, whatever its time says.
    while (log.length - head > 1 && (log[head]?.at ?? limit) < limit) drop();
  }

  /** Gives a view's track as it stands at the deciding event, even where that is not one of its events. */
  function within<T>(view: number, asked: Asked, then: (track: Track) => T): T {
    const last = log[log.length - 1];
    const plannedView = plan.views[view];
    if (last === undefined || plannedView === undefined || log.length === head)
      throw new RangeError('nothing was pushed that could decide');
    const name = agreedAs(plannedView.slice, asked);
    const track =
      (name === undefined ? undefined : tracks[view]?.get(name)) ?? emptyTrack(plannedView.universe);
    if (last.tracks.includes(track)) return then(track);
    pushTo(track, undefined, last.at);
    try {
      return then(track);
    } finally {
      takeBack(track);
    }
  }

  function isLost(track: Track, reach: number): boolean {
    return timeAt(track, lastPosition(track)) - reach <= lostUntil;
  }

  function held(leaf: CompiledLeaf, track: Track, asked: Asked): Held {
    if (isLost(track, leaf.reachMs)) return { unknown: 'overflow' };
    return unlessExhausted(() => ({
      holds: holdsNow(leaf.root, newRun(track, asked, { left: maxSteps }), lastPosition(track)),
    }));
  }

  function unresolvedIn(references: readonly Reference[], asked: Asked): readonly Reference[] {
    return references.filter((reference) => resolve(reference, asked) === undefined);
  }

  function unsettledIn(
    leaf: CompiledLeaf,
    track: Track,
    asked: Asked,
    memo: Suspects,
  ): TemporalEvent | undefined {
    if (track.unknowns.length === 0) return undefined;
    const now = timeAt(track, lastPosition(track));
    for (const { suspicion, literals } of leaf.suspected) {
      const event = suspectsOf(suspicion, track, asked, memo).get(literals);
      if (event !== undefined && now - event.at <= leaf.reachMs) return event;
    }
    return undefined;
  }

  /** For the literals of predicates that may have matched, the newest event that they may have matched. */
  function suspectsOf(
    number: number,
    track: Track,
    asked: Asked,
    memo: Suspects,
  ): ReadonlyMap<string, TemporalEvent> {
    const known = memo.get(number);
    if (known !== undefined) return known;
    const found = new Map<string, TemporalEvent>();
    const suspicion = plan.suspicions[number];
    for (const position of track.unknowns) {
      const event = eventAt(track, position);
      const literals = suspicion && event && possibleLiterals(suspicion, event, asked);
      if (event === undefined || literals === undefined) continue;
      const before = found.get(literals);
      if (before === undefined || before.at <= event.at) found.set(literals, event);
    }
    memo.set(number, found);
    return found;
  }

  function answerOf(
    leaf: CompiledLeaf,
    track: Track,
    asked: Asked,
    memo: Suspects,
    then: () => Held,
  ): Answer {
    const [reference] = unresolvedIn(leaf.references, asked);
    if (reference !== undefined) return { unresolved: 'term', reference };
    if (isLost(track, leaf.reachMs)) return { unknown: 'overflow' };
    const event = unsettledIn(leaf, track, asked, memo);
    return event === undefined ? then() : { unknown: 'response', event };
  }

  function ask(panel: Panel, asked: Asked): Answers {
    const holding: number[] = [];
    const budget: Budget = { left: maxSteps };
    let clear = true;
    let cutOff = false;
    for (const part of panel.parts) {
      within(part.view, asked, (track) => {
        const run = newRun(track, asked, budget);
        const position = lastPosition(track);
        clear &&= track.unknowns.length === 0 && !isLost(track, part.reachMs);
        clear &&= unresolvedIn(part.references, asked).length === 0;
        const outcome = unlessExhausted(() => {
          part.families.forEach((family, f) => {
            eachHolding(family, run, position, (member) => {
              for (const leaf of part.leavesOf[f]?.[member] ?? []) holding.push(leaf);
            });
          });
          return { holds: true };
        });
        cutOff ||= 'unknown' in outcome;
      });
    }
    clear &&= !cutOff;
    let set: ReadonlySet<number> | undefined;
    const memos = plan.views.map((): Suspects => new Map());
    return {
      holding,
      clear,
      of(number) {
        set ??= new Set(holding);
        const holds = set.has(number);
        if (clear) return { holds };
        const leaf = plan.leaf(number);
        return within(leaf.view, asked, (track) =>
          answerOf(leaf, track, asked, memos[leaf.view] ?? new Map(), () =>
            cutOff && !holds ? { unknown: 'work' } : { holds },
          ),
        );
      },
    };
  }

  return {
    push,
    holds(name, asked) {
      const leaf = plan.leaf(name);
      return within(leaf.view, asked, (track) => held(leaf, track, asked));
    },
    answer(name, asked) {
      const leaf = plan.leaf(name);
      return within(leaf.view, asked, (track) =>
        answerOf(leaf, track, asked, new Map(), () => held(leaf, track, asked)),
      );
    },
    ask,
    unresolved: (name, asked) => unresolvedIn(plan.leaf(name).references, asked),
    unsettled(name, asked) {
      const leaf = plan.leaf(name);
      return within(leaf.view, asked, (track) => unsettledIn(leaf, track, asked, new Map()));
    },
    get size() {
      return offset + log.length;
    },
    truncate,
    forget,
    counts() {
      let [keys, entries, slices] = [0, 0, 0];
      for (const track of tracks.flatMap((byName) => [...byName.values()])) {
        slices += 1;
        for (const index of track.indexes.values())
          for (const group of index.values())
            for (const bucket of group.values()) {
              keys += 1;
              entries += bucket.positions.length - bucket.head;
            }
      }
      return { events: log.length - head, slices, keys, entries };
    },
  };
}

type Suspects = Map<number, ReadonlyMap<string, TemporalEvent>>;

function unlessExhausted(question: () => Held): Held {
  try {
    return question();
  } catch (thrown) {
    if (thrown instanceof Exhausted) return { unknown: 'work' };
    throw thrown;
  }
}

/** @returns undefined where the event lacks a field of the slice: it is in none */
function agreedBy(slice: readonly SlicePin[], event: TemporalEvent): string | undefined {
  let name = '';
  for (const { path } of slice) {
    const value = at(event.fields, path);
    if (value === undefined) return undefined;
    name += keyOf(value);
  }
  return name;
}

function agreedAs(slice: readonly SlicePin[], asked: Asked): string | undefined {
  let name = '';
  for (const { reference } of slice) {
    const value = resolve(reference, asked);
    if (value === undefined) return undefined;
    name += keyOf(value);
  }
  return name;
}
