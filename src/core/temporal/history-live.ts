// SPDX-License-Identifier: Apache-2.0
// A history as it goes on: which tracks an event goes to, what is taken back or let go, and the answers.
import type { Asked, TemporalEvent } from './event.ts';
import type { Reference } from './formula.ts';
import type { Answer, Answers, Held, History, Limits, Panel } from './history.ts';
import type { Compiled, CompiledLeaf } from './history-plan.ts';
import { type Budget, Exhausted, newRun } from './monitor.ts';
import { possibleLiterals } from './monitor-doubt.ts';
import { eachHolding, holdsNow } from './monitor-root.ts';
import { resolve } from './resolve.ts';
import { agreedAs, agreedBy } from './slice.ts';
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

const defaultMaxEvents = 1_000_000;
const defaultMaxSteps = 2_000_000;

interface Logged {
  readonly at: number;
  readonly tracks: readonly Track[];
}

export function startHistory(
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
