// SPDX-License-Identifier: Apache-2.0
// Facets in layers: what is durable below, what is being decided above. Dropping the upper layer is a rollback.

import type { Facet, FacetKey, FacetVersion, UnitView, View } from './facet.ts';
import type { Change } from './reduce.ts';

export interface Head extends View {
  facet(name: string): Facet | undefined;
  move(changes: readonly Change[], version: string): void;
}

// A dropped facet reads like one that never was, version included: only facets named by a fresh id
// (calls) are ever dropped, so nobody can mistake a later one for it; and one that says by its absence just
// what it said at first (halt).
const dropped: Facet = { version: '', value: undefined };

/** State that nothing lies under. @param seed facets from a snapshot, none by default */
export function createHead(
  seed: Iterable<[string, Facet]> = [],
): Head & { facets(): IterableIterator<[string, Facet]> } {
  const map = new Map<string, Facet>(seed);
  return {
    ...viewOf((name) => map.get(name)),
    move(changes, version) {
      for (const { facet, value } of changes) {
        if (value === undefined) map.delete(facet);
        else map.set(facet, { version, value });
      }
    },
    facets: () => map.entries(),
  };
}

/** State over `base` that writes only to itself. */
export function layer(base: Head): Head {
  const map = new Map<string, Facet>();
  return {
    ...viewOf((name) => map.get(name) ?? base.facet(name)),
    move(changes, version) {
      for (const { facet, value } of changes)
        map.set(facet, value === undefined ? dropped : { version, value });
    },
  };
}

/**
 * What one unit sees: the state under it and what it has itself changed so far, remembering the
 * version of everything read, absent facets included. Versions are those under the unit: what a unit
 * moves itself is nothing that anybody else could have moved away.
 */
export function unitOver(base: Head): UnitView & {
  reads(): readonly FacetVersion[];
  /** The same, by name: of what was read so far. */
  versions(): { readonly [facet: string]: string };
  move(changes: readonly Change[], version: string): void;
  /** Hands what was changed to the state under it. */
  settle(): void;
} {
  const own = layer(base);
  const moves: { changes: readonly Change[]; version: string }[] = [];
  const reads = new Map<string, string>();
  let versions: { readonly [facet: string]: string } = {};
  let counted = 0;
  return {
    get<T>(key: FacetKey<T>) {
      if (!reads.has(key.name)) reads.set(key.name, base.facet(key.name)?.version ?? '');
      return own.get(key);
    },
    aside: { get: own.get },
    reads: () => [...reads].map(([facet, version]) => ({ facet, version })),
    versions() {
      if (counted < reads.size) {
        // Names are seldom met twice: without a prototype the engine looks for no shape that they could share.
        const named: { [facet: string]: string } = Object.create(null);
        for (const [facet, version] of reads) named[facet] = version;
        versions = named;
        counted = reads.size;
      }
      return versions;
    },
    move(changes, version) {
      own.move(changes, version);
      moves.push({ changes, version });
    },
    settle() {
      for (const { changes, version } of moves) base.move(changes, version);
    },
  };
}

function viewOf(facet: (name: string) => Facet | undefined): Pick<Head, 'facet' | 'get'> {
  return { facet, get: <T>(key: FacetKey<T>) => typed<T>(facet(key.name)) };
}

// The one place where a stored value gets its type back: keys are made only by `facets`, and
// `changes` writes under a key only what that key says.
function typed<T>(facet: Facet | undefined): T | undefined {
  return facet === undefined ? undefined : (facet.value as T);
}
