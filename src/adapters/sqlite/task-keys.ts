// SPDX-License-Identifier: Apache-2.0
// Wrapped data keys in the store file. Erasing one overwrites it in the main file and empties the
// write-ahead log, so that no older copy of its page stays there. What a disk or a backup keeps
// is beyond this file.
import type { DatabaseSync } from 'node:sqlite';
import { bytesOf } from './entries.ts';

export interface TaskKeys {
  load(task: string): Uint8Array | undefined;
  save(task: string, wrapped: Uint8Array): void;
  erase(task: string): void;
}

export function taskKeys(db: DatabaseSync): TaskKeys {
  const load = db.prepare('SELECT wrapped FROM task_key WHERE task = ?');
  const save = db.prepare('INSERT OR REPLACE INTO task_key (task, wrapped) VALUES (?, ?)');
  const erase = db.prepare('DELETE FROM task_key WHERE task = ?');
  return {
    load(task) {
      const row = load.get(task);
      return row === undefined ? undefined : bytesOf(row.wrapped);
    },
    save(task, wrapped) {
      save.run(task, wrapped);
    },
    erase(task) {
      erase.run(task);
      db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    },
  };
}
