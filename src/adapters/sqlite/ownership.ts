// SPDX-License-Identifier: Apache-2.0
// One process owns a store. The lock is one of the operating system, on a file of its own, so that
// it falls with the process however that ends, and so that others may still read the database.
import { closeSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { StoreInUse, sqliteCode } from './errors.ts';

const sqliteBusy = 5;

/** SQLite gives a new file to everybody, and the files beside it the mode of the first. */
export function makePrivate(path: string): void {
  closeSync(openSync(path, 'a', 0o600));
}

export interface Ownership {
  release(): void;
}

/** @throws {StoreInUse} another process, or another part of this one, has it */
export function takeOwnership(path: string): Ownership {
  makePrivate(`${path}-owner`);
  const lock = new DatabaseSync(`${path}-owner`, { timeout: 0 });
  try {
    // Held by never committing; SQLite takes its locks per process and keeps account of them within one.
    lock.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
  } catch (error) {
    lock.close();
    if (sqliteCode(error) === sqliteBusy) {
      throw new StoreInUse(`\`${path}\` belongs to a running daemon: ask that one, or stop it first`);
    }
    throw error;
  }
  return { release: () => lock.close() };
}
