// SPDX-License-Identifier: Apache-2.0
// A history as it goes on: which tracks an event goes to, what is taken back or let go, and the answers.
import { type Asked, namesOf, type TemporalEvent } from './event.ts';
import type { Reference } from './formula.ts';
import type { Answer, Answers, Held, History, Limits, Panel } from './history.ts';
import type { Compiled, CompiledLeaf, PanelPart, Suspected } from './history-plan.ts';
import { type Budget, Exhausted, newRun } from './monitor.ts';
import { eventName, possibleLiterals } from './monitor-doubt.ts';
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

  function raisedBy(event: TemporalEvent): readonly Suspected[] {
    return namesOf(event).flatMap(
      ({ type, id }) =>
        plan.raised.get(eventName({ actionType: type, actionId: id, event: event.kind })) ?? [],
    );
  }

  /** Calls `then` for each event whose unknown output a leaf may read, newest first, until it says to stop. */
  function eachSuspect(
    track: Track,
    asked: Asked,
    then: (leaf: CompiledLeaf, event: TemporalEvent) => boolean,
  ): void {
    const now = timeAt(track, lastPosition(track));
    for (let i = track.unknowns.length - 1; i >= 0; i--) {
      const event = eventAt(track, track.unknowns[i] ?? -1);
      if (event === undefined) continue;
      for (const { suspicion, under } of raisedBy(event)) {
        const literals = possibleLiterals(suspicion, event, asked);
        for (const number of (literals === undefined ? undefined : under.get(literals)) ?? []) {
          const leaf = plan.leaf(number);
          if (now - event.at <= leaf.reachMs && then(leaf, event)) return;
        }
      }
    }
  }

  function unsettledIn(leaf: CompiledLeaf, track: Track, asked: Asked): TemporalEvent | undefined {
    let found: TemporalEvent | undefined;
    eachSuspect(track, asked, (suspect, event) => {
      if (suspect === leaf) found = event;
      return found !== undefined;
    });
    return found;
  }

  function answerOf(leaf: CompiledLeaf, track: Track, asked: Asked): Answer {
    const [reference] = unresolvedIn(leaf.references, asked);
    if (reference !== undefined) return { unresolved: 'term', reference };
    const event = isLost(track, leaf.reachMs) ? undefined : unsettledIn(leaf, track, asked);
    return event === undefined ? held(leaf, track, asked) : { unknown: 'response', event };
  }

  /** Only what there is to say is looked for: nearly always there is nothing. */
  function doubtsIn(part: PanelPart, track: Track, asked: Asked, doubts: Map<number, Answer>): void {
    const add = (leaf: number, doubt: Answer): void => {
      if (part.leaves.has(leaf) && !doubts.has(leaf)) doubts.set(leaf, doubt);
    };
    for (const { reference, leaves } of part.reads)
      if (resolve(reference, asked) === undefined)
        for (const leaf of leaves) add(leaf, { unresolved: 'term', reference });
    if (isLost(track, part.reachMs))
      for (const leaf of part.leaves)
        if (isLost(track, plan.leaf(leaf).reachMs)) add(leaf, { unknown: 'overflow' });
    eachSuspect(track, asked, (leaf, event) => {
      add(leaf.number, { unknown: 'response', event });
      return false;
    });
  }

  function ask(panel: Panel, asked: Asked): Answers {
    const holding: number[] = [];
    const doubts = new Map<number, Answer>();
    const budget: Budget = { left: maxSteps };
    let cutOff = false;
    for (const part of panel.parts) {
      within(part.view, asked, (track) => {
        const run = newRun(track, asked, budget);
        doubtsIn(part, track, asked, doubts);
        const outcome = unlessExhausted(() => {
          part.families.forEach((family, f) => {
            eachHolding(family, run, lastPosition(track), (member) => {
              for (const leaf of part.leavesOf[f]?.[member] ?? []) holding.push(leaf);
            });
          });
          return { holds: true };
        });
        cutOff ||= 'unknown' in outcome;
      });
    }
    if (cutOff) {
      const known = new Set(holding);
      for (const leaf of panel.leaves)
        if (!known.has(leaf) && !doubts.has(leaf)) doubts.set(leaf, { unknown: 'work' });
    }
    let set: ReadonlySet<number> | undefined;
    return {
      holding,
      doubts,
      clear: doubts.size === 0,
      of(leaf) {
        set ??= new Set(holding);
        return doubts.get(leaf) ?? { holds: set.has(leaf) };
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
      return within(leaf.view, asked, (track) => answerOf(leaf, track, asked));
    },
    ask,
    unresolved: (name, asked) => unresolvedIn(plan.leaf(name).references, asked),
    unsettled(name, asked) {
      const leaf = plan.leaf(name);
      return within(leaf.view, asked, (track) => unsettledIn(leaf, track, asked));
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

function unlessExhausted(question: () => Held): Held {
  try {
    return question();
  } catch (thrown) {
    if (thrown instanceof Exhausted) return { unknown: 'work' };
    throw thrown;
  }
}
