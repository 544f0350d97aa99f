// SPDX-License-Identifier: Apache-2.0
// One store file behind three ports. Everything is done by the thread that owns the file.
import type { KeyStore, Ledger, TreeStore } from '../../app/ports.ts';
import { startStoreThread } from './thread.ts';

export interface SqliteStore {
  /** Closing it closes the store. */
  readonly ledger: Ledger;
  readonly keys: KeyStore;
  readonly tree: TreeStore;
  close(): Promise<void>;
}

export interface SqliteOptions {
  /** The file. Its directory must exist; it makes three more beside it (docs/formats/store.md). */
  readonly path: string;
  /** How long anything but a commit may take. */
  readonly timeoutMs?: number;
  /** How long opening may take: every record is read and checked. */
  readonly openTimeoutMs?: number;
}

/**
 * @throws {StoreInUse} another process owns the file
 * @throws {StoreDamaged} names the first record that does not fit
 * @throws {StoreUnreadable} not a store, or one of a later version
 */
export async function openSqliteStore(options: SqliteOptions): Promise<SqliteStore> {
  const { path, timeoutMs = 30_000, openTimeoutMs = 600_000 } = options;
  const { commit, ask, close } = await startStoreThread(path, timeoutMs, openTimeoutMs);
  return {
    close,
    ledger: {
      commit,
      close,
      read: (from, limit) => ask('entries.read', from, limit),
      readStream: (stream, before, limit) => ask('readStream', stream, before, limit),
      find: (id) => ask('entries.find', id),
      payload: (digest, position) => ask('entries.payload', digest, position),
      size: () => ask('entries.size'),
    },
    keys: {
      load: (task) => ask('keys.load', task),
      save: (task, wrapped) => ask('keys.save', task, wrapped),
      erase: (task) => ask('keys.erase', task),
    },
    tree: {
      treeSize: () => ask('tree.treeSize'),
      readHashes: (indexes) => ask('tree.readHashes', indexes),
      append: (from, hashes, size, note) => ask('tree.append', from, hashes, size, note),
      checkpoint: (atMost) => ask('tree.checkpoint', atMost),
    },
  };
}
