// SPDX-License-Identifier: Apache-2.0
// Where a ledger stands: its size, the last record of each stream, the version of each facet.
// The arithmetic of a commit, without its storage: adapters that check in memory share it, so that
// a conflict means the same in each of them. Never waits, never writes.
import { type SealedRecord, seal } from './envelope.ts';

export interface StreamHead {
  readonly position: number;
  readonly seq: number;
  readonly leafHash: string;
}

export interface FacetHead {
  /** The id of the record that moved it last. */
  readonly version: string;
  /** Where it was first moved since it last did not exist. */
  readonly since: number;
  /** Where it was last moved. */
  readonly last: number;
}

/** What a record does to facets. */
export interface Motion {
  readonly id: string;
  readonly moves: readonly string[];
  readonly drops: readonly string[];
}

export interface PlacedRecord extends SealedRecord {
  readonly position: number;
  /** The position of the record before it in its stream. */
  readonly before: number | null;
}

/** An expectation that does not hold. */
export interface Stale {
  readonly facet: string;
  readonly version: string;
  /** Where it stands instead; undefined when it does not exist (any more). */
  readonly head: FacetHead | undefined;
}

export interface Heads {
  size(): number;
  stream(name: string): StreamHead | undefined;
  facet(name: string): FacetHead | undefined;
  /** Takes in the next record: it stands at `size()`. */
  advance(stream: string, seq: number, leafHash: string, motion: Motion): void;
  /** From here on `rollback` can take back; what was before is settled. */
  settle(): void;
  /** Takes back every advance since the last settling. */
  rollback(): void;
}

export function createHeads(): Heads {
  const streams = undoable<StreamHead>();
  const facets = undoable<FacetHead>();
  let size = 0;
  let settled = 0;
  return {
    size: () => size,
    stream: streams.get,
    facet: facets.get,
    advance(stream, seq, leafHash, { id, moves, drops }) {
      const position = size++;
      streams.set(stream, { position, seq, leafHash });
      for (const name of moves) {
        facets.set(name, { version: id, since: facets.get(name)?.since ?? position, last: position });
      }
      for (const name of drops) facets.set(name, undefined);
    },
    settle() {
      settled = size;
      streams.settle();
      facets.settle();
    },
    rollback() {
      size = settled;
      streams.rollback();
      facets.rollback();
    },
  };
}

// Changes go straight into the map, with a note of what was there: nearly every one of them stays.
function undoable<T>() {
  const map = new Map<string, T>();
  let before: { readonly name: string; readonly value: T | undefined }[] = [];
  const put = (name: string, value: T | undefined) => {
    if (value === undefined) map.delete(name);
    else map.set(name, value);
  };
  return {
    get: (name: string) => map.get(name),
    set(name: string, value: T | undefined) {
      before.push({ name, value: map.get(name) });
      put(name, value);
    },
    settle() {
      before = [];
    },
    rollback() {
      for (const { name, value } of before.reverse()) put(name, value);
      before = [];
    },
  };
}

/** Seals the next record of its stream and takes it in. */
export function place(heads: Heads, stream: string, body: string, motion: Motion): PlacedRecord {
  const head = heads.stream(stream);
  const link = { seq: head === undefined ? 0 : head.seq + 1, prev: head?.leafHash ?? null };
  const sealed = seal(stream, body, link);
  const position = heads.size();
  heads.advance(stream, link.seq, sealed.leafHash, motion);
  return { ...sealed, position, before: head?.position ?? null };
}

/** @returns the expectations that do not hold, in the order given */
export function staleOf(
  heads: Heads,
  expected: readonly { readonly facet: string; readonly version: string }[],
): readonly Stale[] {
  const stale: Stale[] = [];
  for (const { facet, version } of expected) {
    const head = heads.facet(facet);
    if ((head?.version ?? '') !== version) stale.push({ facet, version, head });
  }
  return stale;
}

/**
 * From where on records that moved this facet were missed.
 *
 * A version that no record has (its unit failed) names no place to start from: then only the
 * record that moved the facet last counts as missed.
 *
 * @param positionOf where the record with this id stands
 */
export function missedFrom(stale: Stale, positionOf: (id: string) => number | undefined): number {
  const never = Number.POSITIVE_INFINITY;
  if (stale.version === '') return stale.head?.since ?? never;
  const read = positionOf(stale.version);
  return read === undefined ? (stale.head?.last ?? never) : read + 1;
}
