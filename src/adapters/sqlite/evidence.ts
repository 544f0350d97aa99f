// SPDX-License-Identifier: Apache-2.0
// The store file for those who check or explain what is in it: beside its owner, or without one. Never
// writes, never waits for the owner, and checks nothing: what is read here is what lies in the file.
import { existsSync, statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import type { Evidence } from '../../app/evidence.ts';
import { bytesOf, numberOf, readEntries, textOf } from './entries.ts';
import { sqliteCode } from './errors.ts';
import { leavesIn } from './leaves.ts';
import { checkVersion, openReadOnly } from './schema.ts';
import { taskKeys } from './task-keys.ts';
import { treeTables } from './tree.ts';

/**
 * @param live later reads see what was written since; otherwise all of them see one state of the store
 * @throws {StoreUnreadable} there is no such file, it is no store, or one of a later version
 * @throws {StoreDamaged} its pages do not fit together
 */
export function openEvidence(path: string, { live = false } = {}): Evidence {
  const db = opened(path);
  if (!live) db.exec('BEGIN');
  const entries = readEntries(db);
  const { readHashes, checkpoint } = treeTables(db);
  const { load } = taskKeys(db);
  const hashes = db.prepare('SELECT position, hash FROM tree_hash ORDER BY position');
  const heads = db.prepare('SELECT size, note FROM checkpoint WHERE size > ? ORDER BY size LIMIT ?');
  const digests = db.prepare('SELECT digest FROM payload WHERE position = ?');
  const ids = db.prepare('SELECT id FROM record WHERE id >= ? AND id < ? ORDER BY id LIMIT ?');
  // A transaction sees the store as of its first read.
  entries.size();

  return {
    ledger: {
      read: async (from, limit) => entries.read(from, limit),
      readStream: async (stream, before, limit) => entries.searchBack(stream, before, limit),
      find: async (id) => entries.find(id),
      payload: async (digest, position) => entries.payload(digest, position),
      size: async () => entries.size(),
    },
    tree: {
      readHashes: async (indexes) => readHashes(indexes),
      checkpoint: async (atMost) => checkpoint(atMost),
    },
    keys: { load: async (task) => load(task) },
    async *scan() {
      yield* entries.scan(0);
    },
    async *leaves(besidePrefix) {
      yield* leavesIn(db, besidePrefix);
    },
    async *hashes() {
      for (const row of hashes.iterate()) yield { index: numberOf(row.position), hash: bytesOf(row.hash) };
    },
    checkpoints: async (after, limit) =>
      heads.all(after, limit).map((row) => ({ size: numberOf(row.size), note: textOf(row.note) })),
    payloadsAt: async (position) => digests.all(position).map((row) => textOf(row.digest)),
    // Ids are ASCII, so the tilde sorts after whatever may follow.
    idsWith: async (prefix, limit) => ids.all(prefix, `${prefix}~`, limit).map((row) => textOf(row.id)),
    close: () => db.close(),
  };
}

const sqliteReadOnly = 8;
const sqliteCannotOpen = 14;

// In a directory that cannot be written, SQLite has no place for the index of the write-ahead log.
// With nothing in that log the file is all there is, and nobody can be writing to it.
function opened(path: string): DatabaseSync {
  try {
    return openReadOnly(path);
  } catch (error) {
    const code = sqliteCode(error);
    const noPlace = code === sqliteCannotOpen || code === sqliteReadOnly;
    if (!noPlace || hasLog(path)) throw error;
    return unchanging(path);
  }
}

function unchanging(path: string): DatabaseSync {
  const url = pathToFileURL(path);
  url.searchParams.set('immutable', '1');
  const db = new DatabaseSync(url, { readOnly: true });
  try {
    checkVersion(db);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

function hasLog(path: string): boolean {
  const log = `${path}-wal`;
  return existsSync(log) && statSync(log).size > 0;
}
