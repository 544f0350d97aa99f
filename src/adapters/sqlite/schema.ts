// SPDX-License-Identifier: Apache-2.0
// The tables of the store file, and how its database is opened. Tables: docs/formats/store.md.
import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { refusal, StoreUnreadable } from './errors.ts';
import { makePrivate } from './ownership.ts';

/** `CSGN`, so that `file` and we can tell a store from any other database. */
const applicationId = 0x4353474e;
const schemaVersion = 2;
/** Its tables hold the same under the same names: enough for who only looks. */
const oldestReadable = 1;

/**
 * Seven records fit into a page. With 4096 bytes it is one, and half of the page is lost; beyond
 * 16384 a single commit writes more than it needs to.
 */
export const pageBytes = 16_384;

/** How long to wait for a lock that only a checkpoint or a stranger's shell can hold. */
const busyTimeoutMs = 5_000;

const payloadTable = `CREATE TABLE payload (
    position INTEGER NOT NULL,
    digest   TEXT NOT NULL,
    task     TEXT NOT NULL,
    sealed   BLOB NOT NULL,
    PRIMARY KEY (position, digest)
  ) STRICT, WITHOUT ROWID;`;

const tables = `
  CREATE TABLE record (
    position  INTEGER PRIMARY KEY,
    id        TEXT NOT NULL UNIQUE,
    stream    TEXT NOT NULL,
    before    INTEGER,
    leaf_hash TEXT NOT NULL,
    leaf      TEXT NOT NULL
  ) STRICT;
  ${payloadTable}
  CREATE TABLE task_key (
    task    TEXT NOT NULL PRIMARY KEY,
    wrapped BLOB NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE tree_hash (
    position INTEGER PRIMARY KEY,
    hash     BLOB NOT NULL
  ) STRICT;
  CREATE TABLE checkpoint (
    size INTEGER PRIMARY KEY,
    note TEXT NOT NULL
  ) STRICT;
`;

/** Opens the database for its owner, making it when there is none. */
export function openForWriting(path: string): DatabaseSync {
  makePrivate(path);
  const db = new DatabaseSync(path, { timeout: busyTimeoutMs });
  try {
    if (isEmpty(db)) {
      db.exec(`PRAGMA page_size = ${pageBytes}`);
      db.exec('PRAGMA journal_mode = WAL');
      createTables(db);
    }
    checkVersion(db);
    if (pragma(db, 'user_version') < schemaVersion) bringUp(db);
    db.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      PRAGMA secure_delete = ON;
      PRAGMA wal_autocheckpoint = 0;
      PRAGMA cache_size = -65536;
      PRAGMA temp_store = MEMORY;
    `);
    // Whatever an earlier process left in the log goes to the main file now: a write that failed
    // half-way must not lie under the ones that come after it.
    db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Version 1 kept payloads in a table with an index beside it: one more page for every commit. */
function bringUp(db: DatabaseSync): void {
  db.exec(`BEGIN IMMEDIATE;
    ALTER TABLE payload RENAME TO payload_1;
    DROP INDEX payload_position;
    ${payloadTable}
    INSERT INTO payload SELECT position, digest, task, sealed FROM payload_1;
    DROP TABLE payload_1;
    PRAGMA user_version = ${schemaVersion}; COMMIT`);
}

/** In one transaction: a database is a store or it is none. */
export function createTables(db: DatabaseSync): void {
  db.exec(`BEGIN IMMEDIATE; ${tables}
    PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${schemaVersion}; COMMIT`);
}

/** Opens the database for looking only: beside its owner, or without one. */
export function openReadOnly(path: string): DatabaseSync {
  if (!existsSync(path)) throw new StoreUnreadable(`there is no store at \`${path}\``);
  const db = new DatabaseSync(path, { readOnly: true, timeout: busyTimeoutMs });
  try {
    checkVersion(db);
    return db;
  } catch (error) {
    db.close();
    throw refusal(error);
  }
}

function isEmpty(db: DatabaseSync): boolean {
  return pragma(db, 'application_id') === 0 && pragma(db, 'schema_version') === 0;
}

export function checkVersion(db: DatabaseSync): void {
  if (pragma(db, 'application_id') !== applicationId) {
    throw new StoreUnreadable('the file is a database, but not a store of countersign');
  }
  const version = pragma(db, 'user_version');
  if (version < oldestReadable || version > schemaVersion) {
    throw new StoreUnreadable(`the store has version ${version}, this program reads ${schemaVersion}`);
  }
}

function pragma(db: DatabaseSync, name: string): number {
  const value = Object.values(db.prepare(`PRAGMA ${name}`).get() ?? {})[0];
  return typeof value === 'number' ? value : Number.NaN;
}
