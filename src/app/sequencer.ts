// SPDX-License-Identifier: Apache-2.0
// Where decisions become durable. Attempts are decided one after another against the head state
// (those of the same group included), the group is committed with one wait for the store, and
// nobody learns an answer before. A conflict is decided again; a failed group answers nobody.
// Source: docs/adr/0003-one-commit.md.
import { canonicalJson } from '../core/json/canonical.ts';
import type { JsonObject } from '../core/json/value.ts';
import { type Event, type EventBody, parseEvent } from '../core/record/event.ts';
import { recordVersion } from '../core/record/events/parts.ts';
import { idRandomBytes, newId } from '../core/record/id.ts';
import type { SealedPayload } from '../core/record/payload.ts';
import { isCertainlyEvent } from '../core/record/read-event.ts';
import type { Facet, UnitView, View } from '../core/state/facet.ts';
import { createHead, type Head, layer, unitOver } from '../core/state/head.ts';
import { type Change, changes } from '../core/state/reduce.ts';
import type { Past } from './past.ts';
import {
  type Clock,
  type Draft,
  type Ledger,
  LedgerUnavailable,
  type Randomness,
  type Unit,
  type UnitResult,
} from './ports.ts';
import { eventOf } from './read-records.ts';

/** One event to be written, with the id that it will have. */
export interface Writing {
  readonly id: string;
  readonly stream: string;
  readonly event: EventBody;
  readonly payloads?: readonly SealedPayload[];
}

export interface Written<T> {
  readonly writings: readonly Writing[];
  /** False for what may be appended whatever else has happened: refusals. */
  readonly depends: boolean;
  readonly result: T;
}

export interface Place {
  /** max(node clock, newest time read). */
  readonly at: number;
  /** The monotonic clock when this was decided: allows age from here. */
  readonly monotonicMs: number;
  /** What has happened up to here, the decisions of the same group before this one included. */
  readonly past: Pick<Past, 'ask'>;
  id(prefix: string): string;
}

/** Decides on `view` and says what is to be written. Pure but for its arguments; may run more than once. */
export type Attempt<T> = (view: UnitView, place: Place) => Written<T>;

export interface Sequencer {
  /**
   * @returns the attempt's result, once everything that it wrote is durable
   * @throws {NotCommitted} nothing may be released; see its `code`
   */
  submit<T>(attempt: Attempt<T>): Promise<T>;
  /** Folds what is durable and has not been folded: after a start, or because another node wrote. */
  catchUp(): Promise<void>;
  /** Durable state as folded so far. Answers computed from it may be stale; commits never are. */
  readonly head: View & { facets(): IterableIterator<[string, Facet]> };
  /** Calls for each durable event in order, own ones and others', after it was folded. @returns how to stop */
  onEvent(listener: (event: Event, position: number) => void): () => void;
  /**
   * The newest instant, on the monotonic clock, of which everything that was durable then is folded:
   * when the last answered question was asked, not when the answer came.
   */
  lastContactMs(): number;
}

export class NotCommitted extends Error {
  readonly code: 'contention' | 'overloaded' | 'store_unavailable' | 'store_uncertain';
  constructor(code: NotCommitted['code'], options?: ErrorOptions) {
    super(code, options);
    this.code = code;
  }
}

/** A record that nobody could read back would stop every node for good, so it is not written. */
export class NotAnEvent extends Error {
  readonly code = 'not_an_event';
}

/** The store holds something that this version cannot fold: deciding on would be guessing. */
export class StateUnreadable extends Error {
  readonly code = 'state_unreadable';
}

export interface SequencerOptions {
  readonly node: string;
  readonly tenant: string;
  readonly commitTimeoutMs: number;
  /** A group larger than this is cut; a queue longer than `maxQueued` refuses. */
  readonly maxGroup: number;
  readonly maxQueued: number;
  readonly maxAttempts: number;
}

interface Job {
  readonly run: (view: UnitView, place: Place) => Written<() => void>;
  readonly fail: (error: unknown) => void;
  attempts: number;
}

interface Planned {
  readonly job: Job;
  readonly unit: Unit;
  readonly events: readonly Event[];
  /** What each of them moves, as long as nobody else writes in between. */
  readonly changed: readonly (readonly Change[])[];
  readonly answer: () => void;
  /** Which version lay under each facet that it moves. */
  readonly under: ReadonlyMap<string, string>;
}

const readPage = 1000;

/** Well below what `eventOf` reads, since the record around the event has its own length. */
const maxBodyBytes = 1 << 19;

/** @throws {NotAnEvent} */
function readable(event: Event): string {
  const body = spelled(event);
  if (body === undefined || !isCertainlyEvent(body)) {
    const parsed = parseEvent(event);
    if (!parsed.ok) throw new NotAnEvent(parsed.reason);
    if (body === undefined) throw new NotAnEvent('it cannot be said in JSON');
  }
  if (Buffer.byteLength(body) > maxBodyBytes) throw new NotAnEvent(`more than ${maxBodyBytes} bytes`);
  return body;
}

function spelled(event: Event): string | undefined {
  try {
    return canonicalJson(event as unknown as JsonObject);
  } catch {
    return undefined;
  }
}

export function createSequencer(
  ledger: Ledger,
  clock: Clock,
  randomness: Randomness,
  past: Past,
  options: SequencerOptions,
): Sequencer {
  const durable = createHead();
  const listeners = new Set<(event: Event, position: number) => void>();
  const queue: Job[] = [];
  let folded = 0;
  let newestAt = 0;
  let running = false;
  /** The past holds what a group adds that is not durable yet. */
  let ahead = false;
  let contact = clock.monotonicMs();

  function knows(asOfMs: number): void {
    contact = Math.max(contact, asOfMs);
  }

  function applied(event: Event, position: number): void {
    // What a group that is on its way added goes first: it may end up behind this one, or nowhere.
    if (ahead) takeBack();
    past.learn(event);
    noted(event, position);
  }

  function takeBack(): void {
    ahead = false;
    past.rollback();
  }

  function noted(event: Event, position: number): void {
    // What the record says that it moved, and no more: stores know versions by that, and a record of an
    // earlier build may have moved less.
    const named = new Set([...event.moves, ...event.drops]);
    const moved = changes(durable, event, event.id, event.at, event.node);
    moving(
      event,
      position,
      moved.filter(({ facet }) => named.has(facet)),
    );
  }

  function moving(event: Event, position: number, moved: readonly Change[]): void {
    durable.move(moved, event.id);
    newestAt = Math.max(newestAt, event.at);
    folded = position + 1;
    for (const listener of listeners) listener(event, position);
  }

  async function catchUp(): Promise<void> {
    for (;;) {
      const askedMs = clock.monotonicMs();
      const page = await bounded(ledger.read(folded, readPage));
      for (const entry of page) {
        const parsed = eventOf(entry);
        if (!parsed.ok)
          throw new StateUnreadable(`record ${entry.position} cannot be read: ${parsed.reason}`);
        if (entry.position === folded) applied(parsed.event, entry.position);
      }
      if (page.length < readPage) return knows(askedMs);
    }
  }

  // An answer that never comes must not keep everybody waiting who came later.
  function bounded<T>(answer: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const cancel = clock.after(options.commitTimeoutMs, () =>
        reject(new LedgerUnavailable(`the store did not answer within ${options.commitTimeoutMs} ms`)),
      );
      answer.then(resolve, reject).finally(cancel);
    });
  }

  function plan(job: Job, top: Head): Planned | undefined {
    const seen = unitOver(top);
    const at = Math.max(clock.wallMs(), newestAt);
    const place: Place = {
      at,
      monotonicMs: clock.monotonicMs(),
      past,
      id: (prefix) => newId(prefix, at, randomness.bytes(idRandomBytes)),
    };
    try {
      const written = job.run(seen, place);
      const events: Event[] = [];
      const drafts: Draft[] = [];
      const changed: (readonly Change[])[] = [];
      const under = new Map<string, string>();
      for (const writing of written.writings) {
        const moved = changes(seen, writing.event, writing.id, at, options.node);
        seen.move(moved, writing.id);
        const { moves, drops } = namesOf(moved);
        const event: Event = {
          ...writing.event,
          v: recordVersion,
          id: writing.id,
          at,
          node: options.node,
          tenant: options.tenant,
          moves,
          drops,
          reads: seen.versions(),
        };
        events.push(event);
        drafts.push({
          id: writing.id,
          stream: writing.stream,
          body: readable(event),
          moves,
          drops,
          payloads: writing.payloads ?? [],
        });
        changed.push(moved);
        for (const { facet } of moved) under.set(facet, top.facet(facet)?.version ?? '');
      }
      seen.settle();
      for (const event of events) past.learn(event);
      // What writes nothing is still an answer: as of the store, and not as of what was last heard of it.
      const depends = written.depends || drafts.length === 0;
      const unit: Unit = { drafts, expected: depends ? seen.reads() : [] };
      return { job, unit, events, changed, answer: written.result, under };
    } catch (error) {
      job.fail(error);
      return undefined;
    }
  }

  async function commitGroup(group: readonly Job[]): Promise<void> {
    const top = layer(durable);
    past.begin();
    ahead = true;
    const planned = group.flatMap((job) => plan(job, top) ?? []);
    if (planned.length === 0) return takeBack();
    const askedMs = clock.monotonicMs();
    const results = await committed(restingOnEachOther(planned));

    let gap = false;
    let wrote = false;
    const settled = planned.map((p, i) => ({ ...p, result: results[i] }));
    // All of it, right behind what was folded: then the past is already what it became.
    const asPlanned = ahead && follows(folded, results);
    if (asPlanned) past.settle();
    else past.rollback();
    ahead = false;
    for (const { result, events, changed } of settled) {
      if (result?.committed !== true) {
        gap = true;
        continue;
      }
      for (const [i, event] of events.entries()) {
        const position = result.positions[i];
        if (position !== folded) gap = true;
        else if (asPlanned) moving(event, position, changed[i] ?? []);
        else applied(event, position);
        wrote = true;
      }
    }
    // Somebody else wrote in between: fold from the store, in its order.
    if (gap) await catchUp();
    else if (wrote) knows(askedMs);

    const again: Job[] = [];
    for (const { result, job, answer } of settled) {
      if (result?.committed === true) answer();
      else if (++job.attempts >= options.maxAttempts) job.fail(new NotCommitted('contention'));
      else again.push(job);
    }
    queue.unshift(...again);
  }

  async function committed(units: readonly Unit[]): Promise<readonly UnitResult[]> {
    try {
      return await ledger.commit(units, options.commitTimeoutMs);
    } catch (error) {
      const code = error instanceof LedgerUnavailable ? 'store_unavailable' : 'store_uncertain';
      throw new NotCommitted(code, { cause: error });
    }
  }

  async function run(): Promise<void> {
    running = true;
    while (queue.length > 0) {
      const group = queue.splice(0, options.maxGroup);
      try {
        await commitGroup(group);
      } catch (error) {
        takeBack();
        // Nobody in the group may go on. What fails past the commit leaves open what was written.
        const failed =
          error instanceof NotCommitted ? error : new NotCommitted('store_uncertain', { cause: error });
        for (const job of group) job.fail(failed);
        if (failed.code !== 'store_unavailable') await catchUp().catch(() => undefined);
      }
    }
    running = false;
  }

  return {
    submit<T>(attempt: Attempt<T>): Promise<T> {
      if (queue.length >= options.maxQueued) return Promise.reject(new NotCommitted('overloaded'));
      return new Promise<T>((resolve, reject) => {
        queue.push({
          run: (view, place) => {
            const written = attempt(view, place);
            return { ...written, result: () => resolve(written.result) };
          },
          fail: reject,
          attempts: 0,
        });
        if (!running) {
          running = true;
          // Let whatever arrives in the same turn join the group.
          queueMicrotask(() => void run());
        }
      });
    },
    catchUp,
    head: durable,
    onEvent(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    lastContactMs: () => contact,
  };
}

/** Sorted, as they stand in records. */
function namesOf(moved: readonly Change[]): Pick<Draft, 'moves' | 'drops'> {
  const moves: string[] = [];
  const drops: string[] = [];
  for (const { facet, value } of moved) (value === undefined ? drops : moves).push(facet);
  return { moves: moves.sort(), drops: drops.sort() };
}

/**
 * A unit may move a facet that it does not rest on: what was asked is marked, also where nobody asked what was
 * asked before. One after it that rests on such a move rests on what lay under it as well, or what another
 * node did in between would be hidden from it. So the first one has to find that as it was.
 */
function restingOnEachOther(planned: readonly Planned[]): readonly Unit[] {
  if (planned.length === 1) return planned.map(({ unit }) => unit);
  const movedBy = new Map(planned.flatMap(({ events }, i) => events.map(({ id }) => [id, i] as const)));
  const expected = planned.map(({ unit }) => new Map(unit.expected.map((one) => [one.facet, one.version])));
  for (let i = planned.length - 1; i > 0; i--) {
    for (const [facet, version] of expected[i] ?? []) {
      const mover = movedBy.get(version) ?? i;
      const lay = planned[mover]?.under.get(facet);
      if (mover < i && lay !== undefined && expected[mover]?.has(facet) === false)
        expected[mover].set(facet, lay);
    }
  }
  return planned.map(({ unit }, i) => {
    const all = expected[i] ?? new Map<string, string>();
    return all.size === unit.expected.length
      ? unit
      : { ...unit, expected: [...all].map(([facet, version]) => ({ facet, version })) };
  });
}

function follows(folded: number, results: readonly UnitResult[]): boolean {
  let next = folded;
  return results.every(
    (result) => result.committed && result.positions.every((position) => position === next++),
  );
}
