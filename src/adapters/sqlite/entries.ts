// SPDX-License-Identifier: Apache-2.0
// Reading records out of the database. Its owner and mere readers share it.
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import type { Entry } from '../../app/ports.ts';
import { StoreDamaged } from './errors.ts';

/** A record as it lies in its table. */
export interface StoredEntry extends Entry {
  /** The position of the record before it in its stream. */
  readonly before: number | null;
}

export interface Payload {
  readonly task: string;
  readonly sealed: Uint8Array;
}

export interface Entries {
  read(from: number, limit: number): readonly Entry[];
  /** One stream backwards from the record at `newest`, which is of that stream. */
  readBack(newest: number | undefined, before: number, limit: number): readonly Entry[];
  /** One stream backwards by reading everything: for who does not know where the stream ends. */
  searchBack(stream: string, before: number, limit: number): readonly Entry[];
  /** All from a position on, one by one. */
  scan(from: number): IterableIterator<StoredEntry>;
  find(id: string): Entry | undefined;
  size(): number;
  payload(digest: string, position: number): Payload | undefined;
}

const columns = 'position, id, stream, before, leaf_hash, leaf';

export function readEntries(db: DatabaseSync): Entries {
  const page = db.prepare(`SELECT ${columns} FROM record WHERE position >= ? ORDER BY position LIMIT ?`);
  const pageBack = db.prepare(
    `SELECT ${columns} FROM record WHERE stream = ? AND position < ? ORDER BY position DESC LIMIT ?`,
  );
  const all = db.prepare(`SELECT ${columns} FROM record WHERE position >= ? ORDER BY position`);
  const byId = db.prepare(`SELECT ${columns} FROM record WHERE id = ?`);
  const byPosition = db.prepare(`SELECT ${columns} FROM record WHERE position = ?`);
  const linkAt = db.prepare('SELECT before FROM record WHERE position = ?');
  const count = db.prepare('SELECT coalesce(max(position) + 1, 0) AS size FROM record');
  const payload = db.prepare('SELECT task, sealed FROM payload WHERE position = ? AND digest = ?');

  /** The newest position before `before` on the chain that passes through `position`. */
  function skipTo(position: number | undefined, before: number): number | undefined {
    let at = position;
    while (at !== undefined && at >= before) at = linkOf(linkAt.get(at)?.before) ?? undefined;
    return at;
  }

  return {
    read: (from, limit) => page.all(from, limit).map(toEntry),
    readBack(newest, before, limit) {
      const found: Entry[] = [];
      let at = skipTo(newest, before);
      while (at !== undefined && found.length < limit) {
        const row = byPosition.get(at);
        if (row === undefined) throw new StoreDamaged('missing', at);
        found.push(toEntry(row));
        at = linkOf(row.before) ?? undefined;
      }
      return found;
    },
    searchBack: (stream, before, limit) => pageBack.all(stream, before, limit).map(toEntry),
    *scan(from) {
      for (const row of all.iterate(from)) yield { ...toEntry(row), before: linkOf(row.before) };
    },
    find(id) {
      const row = byId.get(id);
      return row === undefined ? undefined : toEntry(row);
    },
    size: () => numberOf(count.get()?.size),
    payload(digest, position) {
      const row = payload.get(position, digest);
      return row === undefined ? undefined : { task: textOf(row.task), sealed: bytesOf(row.sealed) };
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
    leafHash: textOf(row.leaf_hash),
  };
}

function linkOf(value: SQLOutputValue | undefined): number | null {
  return value === null ? null : numberOf(value);
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
