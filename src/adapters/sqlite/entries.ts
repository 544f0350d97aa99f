// SPDX-License-Identifier: Apache-2.0
// Reading records out of the database. Its owner and mere readers share it.
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import type { Entry } from '../../app/ports.ts';
import { StoreDamaged } from './errors.ts';

export interface Entries {
  read(from: number, limit: number): readonly Entry[];
  readStream(stream: string, from: number, limit: number): readonly Entry[];
  /** All from a position on, one by one. */
  scan(from: number): IterableIterator<Entry>;
  find(id: string): Entry | undefined;
  size(): number;
  payload(digest: string): { readonly task: string; readonly sealed: Uint8Array } | undefined;
}

const columns = 'position, id, stream, leaf, lower(hex(leaf_hash)) AS leafHash';

export function readEntries(db: DatabaseSync): Entries {
  const page = db.prepare(`SELECT ${columns} FROM record WHERE position >= ? ORDER BY position LIMIT ?`);
  const streamPage = db.prepare(
    `SELECT ${columns} FROM record WHERE stream = ? AND position >= ? ORDER BY position LIMIT ?`,
  );
  const all = db.prepare(`SELECT ${columns} FROM record WHERE position >= ? ORDER BY position`);
  const byId = db.prepare(`SELECT ${columns} FROM record WHERE id = ?`);
  const count = db.prepare('SELECT coalesce(max(position) + 1, 0) AS size FROM record');
  const payload = db.prepare('SELECT task, sealed FROM payload WHERE digest = ?');
  return {
    read: (from, limit) => page.all(from, limit).map(toEntry),
    readStream: (stream, from, limit) => streamPage.all(stream, from, limit).map(toEntry),
    *scan(from) {
      for (const row of all.iterate(from)) yield toEntry(row);
    },
    find(id) {
      const row = byId.get(id);
      return row === undefined ? undefined : toEntry(row);
    },
    size: () => numberOf(count.get()?.size),
    payload(digest) {
      const row = payload.get(digest);
      if (row === undefined) return undefined;
      return { task: textOf(row.task), sealed: bytesOf(row.sealed) };
    },
  };
}

type Row = { readonly [column: string]: SQLOutputValue };

function toEntry(row: Row): Entry {
  return {
    position: numberOf(row.position),
    id: textOf(row.id),
    stream: textOf(row.stream),
    leaf: textOf(row.leaf),
    leafHash: textOf(row.leafHash),
  };
}

// The tables are STRICT, so another type means that these are not our tables.
export function numberOf(value: SQLOutputValue | undefined): number {
  if (typeof value === 'number') return value;
  throw new StoreDamaged('a column holds something else than a number');
}

export function textOf(value: SQLOutputValue | undefined): string {
  if (typeof value === 'string') return value;
  throw new StoreDamaged('a column holds something else than text');
}

export function bytesOf(value: SQLOutputValue | undefined): Uint8Array {
  if (value instanceof Uint8Array) return value;
  throw new StoreDamaged('a column holds something else than bytes');
}
