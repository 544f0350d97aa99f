// SPDX-License-Identifier: Apache-2.0
/**
 * The events that one way of looking sees (all of them, or those of one slice), with what each
 * selection keeps of them. Positions count from the first event ever and are never used again, so
 * that dropping old events moves nothing.
 */
import type { Bucket } from './bucket.ts';
import { append, dropOldest, emptyBucket, isEmpty, newest, oldest, removeNewest } from './bucket.ts';
import type { Asked, TemporalEvent } from './event.ts';
import { type Frame, newRun, type Run } from './monitor.ts';
import { keyOfEvent, literalOf, rowOf, type Selection } from './selection.ts';
import type { Known, Universe } from './universe.ts';
import { EntityValue } from './value.ts';

export interface Track {
  readonly universe: Universe;
  /** The position of the first element of the arrays. */
  offset: number;
  /** Elements before this one are dropped, and wait for the arrays to be cut. */
  head: number;
  times: number[];
  /** What each is to the conditions. */
  known: Known[];
  /** Kept only where some condition names it. */
  events: (TemporalEvent | undefined)[];
  /** How often time goes back from one event to the next. */
  inversions: number;
  /** By the selection's number, then by the key of its columns, then by the number of its literals. */
  readonly indexes: Map<number, Map<string, Map<number, Bucket>>>;
  /** Positions of events of which it is not known what came back. */
  unknowns: number[];
}

const worthCutting = 64;
const noScope = { uid: new EntityValue('', ''), attrs: new Map() };
/** Nothing that happens at a push reads off a request. */
const nobody: Asked = { context: new Map(), principal: noScope, resource: noScope };

export function emptyTrack(universe: Universe): Track {
  return {
    universe,
    offset: 0,
    head: 0,
    times: [],
    known: [],
    events: [],
    inversions: 0,
    indexes: new Map(),
    unknowns: [],
  };
}

export function firstPosition(track: Track): number {
  return track.offset + track.head;
}

export function lastPosition(track: Track): number {
  return track.offset + track.times.length - 1;
}

export function retained(track: Track): number {
  return track.times.length - track.head;
}

export function timeAt(track: Track, position: number): number {
  return track.times[position - track.offset] ?? Number.NaN;
}

/** Whether a match then is in reach of a window that ends now. Both ends count. */
export function reaches(track: Track, now: number, windowMs: number, position: number): boolean {
  const ago = now - timeAt(track, position);
  return ago >= 0 && ago <= windowMs;
}

/** @param event undefined for a moment at which nothing happened that this track sees */
export function pushTo(track: Track, event: TemporalEvent | undefined, time: number): void {
  const known = track.universe.known(event);
  const before = track.times.length - 1;
  if (before >= track.head && (track.times[before] ?? 0) > time) track.inversions += 1;
  track.times.push(time);
  track.known.push(known);
  track.events.push(known.signatures.length === 0 ? undefined : event);
  const position = lastPosition(track);
  if (event?.outputUnknown) track.unknowns.push(position);
  if (known.subscribed.length === 0) return;
  const run = newRun(track, nobody, { left: Number.POSITIVE_INFINITY });
  for (const selection of known.subscribed) observe(run, selection, event, position);
}

function observe(run: Run, selection: Selection, event: TemporalEvent | undefined, position: number): void {
  const literal = literalOf(selection, event);
  if (literal === undefined) return;
  const frame: Frame = [];
  const key = keyOfEvent(selection, event, frame);
  if (key === undefined) return;
  const row = rowOf(selection, run, frame, position);
  if (row === undefined) return;
  let index = run.track.indexes.get(selection.id);
  if (index === undefined) {
    index = new Map();
    run.track.indexes.set(selection.id, index);
  }
  let group = index.get(key);
  if (group === undefined) {
    group = new Map();
    index.set(key, group);
  }
  let bucket = group.get(literal);
  if (bucket === undefined) {
    bucket = emptyBucket(selection.keeping);
    group.set(literal, bucket);
  }
  append(bucket, position, row, selection.keeping);
}

/** Takes back the newest event, whatever it had changed. */
export function takeBack(track: Track): void {
  const position = lastPosition(track);
  leave(track, position, (bucket) => {
    if (newest(bucket) === position) removeNewest(bucket);
  });
  const last = track.times.length - 1;
  if (last - 1 >= track.head && (track.times[last - 1] ?? 0) > (track.times[last] ?? 0))
    track.inversions -= 1;
  track.times.pop();
  track.known.pop();
  track.events.pop();
  if (track.unknowns[track.unknowns.length - 1] === position) track.unknowns.pop();
}

/** Drops the oldest event. */
export function dropFirst(track: Track): void {
  const position = firstPosition(track);
  leave(track, position, (bucket) => {
    if (oldest(bucket) === position) dropOldest(bucket);
  });
  const { head } = track;
  if (head + 1 < track.times.length && (track.times[head] ?? 0) > (track.times[head + 1] ?? 0))
    track.inversions -= 1;
  track.events[head] = undefined;
  if (track.unknowns[0] === position) track.unknowns.shift();
  track.head += 1;
  if (track.head >= worthCutting && track.head * 2 > track.times.length) cut(track);
}

function cut(track: Track): void {
  const { head } = track;
  track.times = track.times.slice(head);
  track.known = track.known.slice(head);
  track.events = track.events.slice(head);
  track.offset += head;
  track.head = 0;
}

/** Finds again where an event went, and removes what it leaves empty. */
function leave(track: Track, position: number, from: (bucket: Bucket) => void): void {
  const element = position - track.offset;
  const event = track.events[element];
  for (const selection of track.known[element]?.subscribed ?? []) {
    const literal = literalOf(selection, event);
    const key = literal === undefined ? undefined : keyOfEvent(selection, event, undefined);
    if (literal === undefined || key === undefined) continue;
    const index = track.indexes.get(selection.id);
    const group = index?.get(key);
    const bucket = group?.get(literal);
    if (bucket === undefined) continue;
    from(bucket);
    if (isEmpty(bucket)) group?.delete(literal);
    if (group?.size === 0) index?.delete(key);
  }
}

/** Whether a predicate that is numbered so names the event there. */
export function isNamed(track: Track, position: number, signature: number): boolean {
  return track.known[position - track.offset]?.signatures.includes(signature) === true;
}

export function eventAt(track: Track, position: number): TemporalEvent | undefined {
  return track.events[position - track.offset];
}
