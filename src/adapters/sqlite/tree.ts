// SPDX-License-Identifier: Apache-2.0
// The nodes of the Merkle tree and its signed heads in the store file.
import type { DatabaseSync } from 'node:sqlite';
import { LedgerUnavailable } from '../../app/ports.ts';
import { bytesOf, numberOf, textOf } from './entries.ts';

export interface TreeTables {
  treeSize(): number;
  readHashes(indexes: readonly number[]): readonly Uint8Array[];
  append(fromIndex: number, hashes: readonly Uint8Array[], size: number, note: string): void;
  checkpoint(atMost?: number): { readonly size: number; readonly note: string } | undefined;
}

export function treeTables(db: DatabaseSync): TreeTables {
  const newest = db.prepare('SELECT size, note FROM checkpoint WHERE size <= ? ORDER BY size DESC LIMIT 1');
  const hashAt = db.prepare('SELECT hash FROM tree_hash WHERE position = ?');
  const next = db.prepare('SELECT coalesce(max(position) + 1, 0) AS next FROM tree_hash');
  const insertHash = db.prepare('INSERT INTO tree_hash (position, hash) VALUES (?, ?)');
  const sign = db.prepare('INSERT OR REPLACE INTO checkpoint (size, note) VALUES (?, ?)');

  function checkpoint(atMost = Number.MAX_SAFE_INTEGER) {
    const row = newest.get(atMost);
    return row === undefined ? undefined : { size: numberOf(row.size), note: textOf(row.note) };
  }

  return {
    checkpoint,
    treeSize: () => checkpoint()?.size ?? 0,
    readHashes: (indexes) =>
      indexes.map((index) => {
        const row = hashAt.get(index);
        if (row === undefined) throw new LedgerUnavailable(`no stored hash at index ${index}`);
        return bytesOf(row.hash);
      }),
    append(fromIndex, hashes, size, note) {
      db.exec('BEGIN IMMEDIATE');
      try {
        const expected = numberOf(next.get()?.next);
        if (fromIndex !== expected) {
          throw new LedgerUnavailable(`the tree goes on at index ${expected}, not ${fromIndex}`);
        }
        for (const [offset, hash] of hashes.entries()) insertHash.run(fromIndex + offset, hash);
        sign.run(size, note);
        db.exec('COMMIT');
      } catch (error) {
        if (db.isTransaction) db.exec('ROLLBACK');
        throw error;
      }
    },
  };
}
