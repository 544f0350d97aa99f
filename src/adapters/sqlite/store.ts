// SPDX-License-Identifier: Apache-2.0
// The store file as its one owner has it: everything synchronous, since it lives on a thread of its
// own. A write that fails at its commit leaves the file in doubt: it is opened anew, and checked
// from its first record on, before anything else is written.
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import {
  type Entry,
  LedgerUnavailable,
  LedgerUncertain,
  type Unit,
  type UnitResult,
} from '../../app/ports.ts';
import type { Heads } from '../../core/record/heads.ts';
import { type Entries, numberOf, readEntries } from './entries.ts';
import { refusal, StoreDamaged, sqliteCode } from './errors.ts';
import { type GroupWriter, groupWriter } from './group.ts';
import { type Ownership, takeOwnership } from './ownership.ts';
import { rebuild } from './rebuild.ts';
import { openForWriting, pageBytes } from './schema.ts';
import { type TaskKeys, taskKeys } from './task-keys.ts';
import { type TreeTables, treeTables } from './tree.ts';

export interface Store {
  /** All of one transaction. @throws {LedgerUnavailable} @throws {LedgerUncertain} */
  commit(units: readonly Unit[]): readonly UnitResult[];
  /** For everything but records: what only reads, or writes what nobody checks against. @throws {LedgerUnavailable} */
  use<T>(work: (tables: Tables) => T): T;
  /** Moves what was written from the log into the main file, once there are about `minBytes` of it. */
  tidy(minBytes: number): void;
  close(): void;
}

export interface Tables {
  readonly entries: Entries;
  readonly readStream: (stream: string, before: number, limit: number) => readonly Entry[];
  readonly keys: TaskKeys;
  readonly tree: TreeTables;
}

interface Live extends Tables {
  readonly db: DatabaseSync;
  readonly heads: Heads;
  readonly writer: GroupWriter;
  readonly begin: StatementSync;
  readonly commit: StatementSync;
  /** Whether another connection has written since this one was opened. */
  readonly touched: () => boolean;
}

const sqliteConstraint = 19;

/**
 * @throws {StoreInUse} @throws {StoreDamaged} @throws {StoreUnreadable}
 */
export function openStore(path: string): Store {
  const ownership: Ownership = takeOwnership(path);
  let live: Live | undefined;
  let logBytes = 0;
  let damage: StoreDamaged | undefined;
  try {
    live = openLive(path);
  } catch (error) {
    ownership.release();
    throw refusal(error);
  }

  function needLive(): Live {
    if (damage !== undefined) throw new LedgerUnavailable(damage.message);
    try {
      live ??= openLive(path);
      return live;
    } catch (error) {
      const reason = refusal(error);
      if (reason instanceof StoreDamaged) damage = reason;
      throw new LedgerUnavailable(`the store cannot be opened again: ${messageOf(reason)}`);
    }
  }

  function giveUp(): void {
    try {
      live?.db.close();
    } catch {
      // It is not used again either way.
    }
    live = undefined;
  }

  function commit(units: readonly Unit[]): readonly UnitResult[] {
    const { db, heads, writer, begin, commit, touched } = needLive();
    let results: readonly UnitResult[];
    try {
      begin.run();
      if (touched()) throw new WrittenByAnother();
      try {
        results = writer.write(heads, units, false);
      } catch (error) {
        if (sqliteCode(error) !== sqliteConstraint) throw error;
        // An id that is there already: rare enough to start over and look for each.
        db.exec('ROLLBACK; BEGIN IMMEDIATE');
        heads.rollback();
        results = writer.write(heads, units, true);
      }
    } catch (error) {
      heads.rollback();
      if (error instanceof WrittenByAnother || !rolledBack(db)) giveUp();
      throw new LedgerUnavailable(`nothing was written: ${messageOf(error)}`);
    }
    try {
      commit.run();
    } catch (error) {
      giveUp();
      throw new LedgerUncertain(`the commit may have been written: ${messageOf(error)}`);
    }
    heads.settle();
    logBytes += sizeOf(units);
    return results;
  }

  return {
    commit,
    use(work) {
      const tables = needLive();
      try {
        return work(tables);
      } catch (error) {
        if (error instanceof LedgerUnavailable) throw error;
        giveUp();
        throw new LedgerUnavailable(messageOf(error));
      }
    },
    tidy(minBytes) {
      if (live === undefined || logBytes < Math.max(1, minBytes)) return;
      logBytes = 0;
      try {
        live.db.exec('PRAGMA wal_checkpoint(PASSIVE)');
      } catch {
        giveUp();
      }
    },
    close() {
      giveUp();
      ownership.release();
    },
  };
}

class WrittenByAnother extends Error {
  override readonly message = 'another program wrote to the store file';
}

function openLive(path: string): Live {
  const db = openForWriting(path);
  try {
    const entries = readEntries(db);
    const tree = treeTables(db);
    const heads = rebuild(entries, tree.checkpoint()?.size ?? 0);
    return {
      db,
      entries,
      readStream: (stream, before, limit) => entries.readBack(heads.stream(stream)?.position, before, limit),
      tree,
      keys: taskKeys(db),
      heads,
      writer: groupWriter(db, entries),
      begin: db.prepare('BEGIN IMMEDIATE'),
      commit: db.prepare('COMMIT'),
      touched: watch(db),
    };
  } catch (error) {
    db.close();
    throw error;
  }
}

/** About as much as these add to the log, by whole pages. */
function sizeOf(units: readonly Unit[]): number {
  let bytes = 4 * pageBytes;
  for (const { drafts } of units) {
    for (const { body, payloads } of drafts) {
      bytes += body.length + 512;
      for (const { sealed } of payloads) bytes += sealed.length + 256;
    }
  }
  return bytes;
}

function watch(db: DatabaseSync): () => boolean {
  const version = db.prepare('PRAGMA data_version');
  const first = numberOf(version.get()?.data_version);
  return () => numberOf(version.get()?.data_version) !== first;
}

function rolledBack(db: DatabaseSync): boolean {
  try {
    if (db.isTransaction) db.exec('ROLLBACK');
    return true;
  } catch {
    return false;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'for a reason that was not told';
}
