// SPDX-License-Identifier: Apache-2.0
// One commit of the ledger in memory, prepared beside the store and taken in whole. Never waits.
import type { Draft, Entry, Unit, UnitResult } from '../../app/ports.ts';
import { type Heads, missedFrom, place, type Stale, staleOf } from '../../core/record/heads.ts';

/** A record with what it did to facets, so that a conflict can name it. */
export interface Kept {
  readonly entry: Entry;
  readonly draft: Draft;
}

/** What is in the store already. */
export interface Shelf {
  at(position: number): Kept | undefined;
  positionOf(id: string): number | undefined;
}

export interface Group {
  readonly results: readonly UnitResult[];
  readonly kept: readonly Kept[];
}

/** @param heads moved as far as the group goes; who does not write it takes that back */
export function prepare(heads: Heads, units: readonly Unit[], shelf: Shelf): Group {
  const first = heads.size();
  const kept: Kept[] = [];
  const ids = new Map<string, number>();
  const at = (position: number) => (position < first ? shelf.at(position) : kept[position - first]);
  const positionOf = (id: string) => ids.get(id) ?? shelf.positionOf(id);

  function append(draft: Draft): number {
    const { id, stream } = draft;
    const { position, leaf, leafHash } = place(heads, stream, draft.body, draft);
    kept.push({ entry: { position, id, stream, leaf, leafHash }, draft });
    ids.set(id, position);
    return position;
  }

  const results = units.map((unit): UnitResult => {
    const stale = staleOf(heads, unit.expected);
    const repeated = unit.drafts.flatMap(({ id }) => positionOf(id) ?? []);
    const twice = new Set(unit.drafts.map(({ id }) => id)).size < unit.drafts.length;
    if (stale.length === 0 && repeated.length === 0 && !twice) {
      return { committed: true, positions: unit.drafts.map(append) };
    }
    const missed = new Set([...repeated, ...missedBy(stale, heads.size(), at, positionOf)]);
    const inOrder = [...missed].sort((a, b) => a - b);
    return { committed: false, missed: inOrder.flatMap((position) => at(position)?.entry ?? []) };
  });
  return { results, kept };
}

function missedBy(
  stale: readonly Stale[],
  size: number,
  at: (position: number) => Kept | undefined,
  positionOf: (id: string) => number | undefined,
): readonly number[] {
  const missed: number[] = [];
  for (const one of stale) {
    for (let position = missedFrom(one, positionOf); position < size; position++) {
      const { moves = [], drops = [] } = at(position)?.draft ?? {};
      if (moves.includes(one.facet) || drops.includes(one.facet)) missed.push(position);
    }
  }
  return missed;
}
