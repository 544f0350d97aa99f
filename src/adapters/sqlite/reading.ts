// SPDX-License-Identifier: Apache-2.0
// A store file to look at and nothing more: beside the daemon that owns it, or without one. For
// `verify` and `log`, and for whoever was handed a copy. Takes no ownership and writes no record.
import type { KeyStore, Ledger, TreeStore } from '../../app/ports.ts';
import { readEntries } from './entries.ts';
import { refusal, StoreDamaged } from './errors.ts';
import { rebuild } from './rebuild.ts';
import { openReadOnly } from './schema.ts';
import { taskKeys } from './task-keys.ts';
import { treeTables } from './tree.ts';

export interface StoreReader {
  readonly ledger: Pick<Ledger, 'read' | 'readStream' | 'find' | 'payload' | 'size'>;
  readonly keys: Pick<KeyStore, 'load'>;
  readonly tree: Pick<TreeStore, 'treeSize' | 'readHashes' | 'checkpoint'>;
  /** Reads every record as a daemon does when it starts: hashes, links, columns, and nothing missing in between. */
  check():
    | { readonly ok: true; readonly size: number }
    | { readonly ok: false; readonly damage: StoreDamaged };
  close(): void;
}

/** @throws {StoreUnreadable} not a store, or one of a later version */
export function openForReading(path: string): StoreReader {
  const db = openReadOnly(path);
  const entries = readEntries(db);
  const keys = taskKeys(db);
  const tree = treeTables(db);
  return {
    ledger: {
      read: async (from, limit) => entries.read(from, limit),
      readStream: async (stream, before, limit) => entries.searchBack(stream, before, limit),
      find: async (id) => entries.find(id),
      payload: async (digest, position) => entries.payload(digest, position),
      size: async () => entries.size(),
    },
    keys: { load: async (task) => keys.load(task) },
    tree: {
      treeSize: async () => tree.treeSize(),
      readHashes: async (indexes) => tree.readHashes(indexes),
      checkpoint: async (atMost) => tree.checkpoint(atMost),
    },
    check() {
      try {
        return { ok: true, size: rebuild(entries, tree.checkpoint()?.size ?? 0).size() };
      } catch (error) {
        const reason = refusal(error);
        if (reason instanceof StoreDamaged) return { ok: false, damage: reason };
        throw reason;
      }
    },
    close: () => db.close(),
  };
}
