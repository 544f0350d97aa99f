// SPDX-License-Identifier: Apache-2.0
// One group of units, checked against staged heads and written inside an open transaction.
// Never begins, commits or rolls back: whoever calls it does.
import type { DatabaseSync } from 'node:sqlite';
import type { Draft, Entry, Unit, UnitResult } from '../../app/ports.ts';
import { type Heads, missedFrom, place, type Stale, staleOf } from '../../core/record/heads.ts';
import type { Entries } from './entries.ts';
import { parseLeaf } from './rebuild.ts';

export interface GroupWriter {
  /**
   * @param careful look for ids that are there already, which costs a search each; otherwise one
   *   of them makes the database throw for its unique index
   */
  write(heads: Heads, units: readonly Unit[], careful: boolean): readonly UnitResult[];
}

export function groupWriter(db: DatabaseSync, entries: Entries): GroupWriter {
  const insert = db.prepare(
    'INSERT INTO record (position, id, stream, before, leaf_hash, leaf) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const insertPayload = db.prepare(
    'INSERT INTO payload (position, digest, task, sealed) VALUES (?, ?, ?, ?)',
  );

  function append(heads: Heads, draft: Draft): number {
    const { position, before, leafHash, leaf } = place(heads, draft.stream, draft.body, draft);
    insert.run(position, draft.id, draft.stream, before, leafHash, leaf);
    for (const { digest, task, sealed } of draft.payloads) insertPayload.run(position, digest, task, sealed);
    return position;
  }

  function missed(stale: readonly Stale[]): readonly Entry[] {
    const from = new Map(
      stale.map((one) => [one.facet, missedFrom(one, (id) => entries.find(id)?.position)]),
    );
    const first = Math.min(...from.values());
    if (!Number.isFinite(first)) return [];
    return [...entries.scan(first)].filter(({ position, leaf }) => {
      const { moves, drops } = parseLeaf(leaf)?.motion ?? { moves: [], drops: [] };
      return [...moves, ...drops].some((facet) => position >= (from.get(facet) ?? Number.POSITIVE_INFINITY));
    });
  }

  return {
    write: (heads, units, careful) =>
      units.map((unit): UnitResult => {
        const stale = staleOf(heads, unit.expected);
        const fits = stale.length === 0 && !(careful && isRepeated(unit, entries));
        if (fits) return { committed: true, positions: unit.drafts.map((draft) => append(heads, draft)) };
        return { committed: false, missed: inOrder([...thereAlready(unit, entries), ...missed(stale)]) };
      }),
  };
}

function isRepeated(unit: Unit, entries: Entries): boolean {
  const ids = new Set(unit.drafts.map(({ id }) => id));
  return ids.size < unit.drafts.length || thereAlready(unit, entries).length > 0;
}

function thereAlready(unit: Unit, entries: Entries): readonly Entry[] {
  return unit.drafts.flatMap(({ id }) => entries.find(id) ?? []);
}

function inOrder(entries: readonly Entry[]): readonly Entry[] {
  const byPosition = new Map(entries.map((entry) => [entry.position, entry]));
  return [...byPosition.values()].sort((a, b) => a.position - b.position);
}
