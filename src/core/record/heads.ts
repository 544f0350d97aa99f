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
  readonly id: string;
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
}

/** Heads over `base` that keep to themselves until they settle; forgetting them is a rollback. */
export interface StagedHeads extends Heads {
  settle(): void;
}

export function createHeads(): Heads & { stage(): StagedHeads } {
  const streams = new Map<string, StreamHead>();
  const facets = new Map<string, FacetHead>();
  let size = 0;
  const heads: Heads = {
    size: () => size,
    stream: (name) => streams.get(name),
    facet: (name) => facets.get(name),
    advance(stream, seq, leafHash, { id, moves, drops }) {
      const position = size++;
      streams.set(stream, { position, seq, leafHash });
      for (const name of moves) facets.set(name, moved(facets.get(name), id, position));
      for (const name of drops) facets.delete(name);
    },
  };
  return {
    ...heads,
    stage: () =>
      staged(heads, (stagedStreams, stagedFacets, stagedSize) => {
        for (const [name, head] of stagedStreams) streams.set(name, head);
        for (const [name, head] of stagedFacets) {
          if (head === undefined) facets.delete(name);
          else facets.set(name, head);
        }
        size = stagedSize;
      }),
  };
}

function staged(
  base: Heads,
  settle: (
    streams: ReadonlyMap<string, StreamHead>,
    facets: ReadonlyMap<string, FacetHead | undefined>,
    size: number,
  ) => void,
): StagedHeads {
  const streams = new Map<string, StreamHead>();
  const facets = new Map<string, FacetHead | undefined>();
  let size = base.size();
  const facet = (name: string) => (facets.has(name) ? facets.get(name) : base.facet(name));
  return {
    size: () => size,
    stream: (name) => streams.get(name) ?? base.stream(name),
    facet,
    advance(stream, seq, leafHash, { id, moves, drops }) {
      const position = size++;
      streams.set(stream, { position, seq, leafHash });
      for (const name of moves) facets.set(name, moved(facet(name), id, position));
      for (const name of drops) facets.set(name, undefined);
    },
    settle: () => settle(streams, facets, size),
  };
}

function moved(before: FacetHead | undefined, version: string, position: number): FacetHead {
  return { version, since: before?.since ?? position, last: position };
}

/** Seals the next record of its stream and takes it in. */
export function place(heads: Heads, stream: string, body: string, motion: Motion): PlacedRecord {
  const head = heads.stream(stream);
  const link = { seq: head === undefined ? 0 : head.seq + 1, prev: head?.leafHash ?? null };
  const sealed = seal(stream, body, link);
  const position = heads.size();
  heads.advance(stream, link.seq, sealed.leafHash, motion);
  return { ...sealed, position, id: motion.id, before: head?.position ?? null };
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
