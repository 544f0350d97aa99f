// SPDX-License-Identifier: Apache-2.0
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { openSqliteStore } from '../../src/adapters/sqlite/ledger.ts';
import { ledgerContract, type Subject } from './ledger.ts';

ledgerContract('sqlite', () => {
  const directory = mkdtempSync(join(tmpdir(), 'countersign-ledger-'));
  return open(join(directory, 'store.db'), () => rmSync(directory, { recursive: true }));
});

async function open(path: string, remove: () => void): Promise<Subject> {
  const store = await openSqliteStore({ path });
  return {
    handles: [store.ledger, store.ledger],
    keys: store.keys,
    tree: store.tree,
    async stall() {
      const intruder = new DatabaseSync(path);
      intruder.exec('BEGIN IMMEDIATE');
      return async () => {
        intruder.exec('ROLLBACK');
        intruder.close();
      };
    },
    async close() {
      await store.close();
      remove();
    },
    async reopen() {
      await store.close();
      return open(path, remove);
    },
  };
}
