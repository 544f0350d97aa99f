// SPDX-License-Identifier: Apache-2.0
// A commit that fails at its very end: whether it was written is found out before anything else is.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync, StatementSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { draft, unit } from '../../../test/contract/units.ts';
import { LedgerUnavailable, LedgerUncertain } from '../../app/ports.ts';
import { openStore, type Store } from './store.ts';

let directory: string;
let store: Store;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'countersign-store-'));
  store = openStore(join(directory, 'store.db'));
});
afterEach(() => {
  store.close();
  rmSync(directory, { recursive: true });
});

const realRun = StatementSync.prototype.run;

/** The next statement that starts with `sql` fails: before it does its work, or after. */
function fail(sql: string, when: 'before' | 'after'): void {
  const spy = vi.spyOn(StatementSync.prototype, 'run');
  spy.mockImplementation(function (this: StatementSync, ...args: Parameters<StatementSync['run']>) {
    if (!this.sourceSQL.startsWith(sql)) return realRun.apply(this, args);
    spy.mockRestore();
    if (when === 'after') realRun.apply(this, args);
    throw new Error('injected');
  });
}

const first = [unit({}, draft('a', 's', { moves: ['f'] }))];
const second = [unit({ f: 'a' }, draft('b', 's', { moves: ['f'] }))];
const idsAfter = () => store.use(({ entries }) => entries.read(0, 9).map(({ id }) => id));

test('a COMMIT that failed without an effect is uncertain, and can be repeated', () => {
  store.commit(first);
  fail('COMMIT', 'before');
  expect(() => store.commit(second)).toThrow(LedgerUncertain);
  expect(idsAfter()).toEqual(['a']);
  expect(store.commit(second)).toEqual([{ committed: true, positions: [1] }]);
});

test('a COMMIT that failed with its effect is uncertain, and is built upon', () => {
  store.commit(first);
  fail('COMMIT', 'after');
  expect(() => store.commit(second)).toThrow(LedgerUncertain);
  expect(idsAfter()).toEqual(['a', 'b']);
  expect(store.commit(second)).toMatchObject([{ committed: false, missed: [{ id: 'b' }] }]);
  expect(store.commit([unit({ f: 'b' }, draft('c', 's'))])).toEqual([{ committed: true, positions: [2] }]);
});

test.each(['BEGIN', 'INSERT INTO record', 'INSERT INTO payload'])('a failure at %s leaves nothing', (sql) => {
  store.commit(first);
  fail(sql, 'before');
  const payload = { digest: 'sha256:00', task: 't', sealed: new Uint8Array(1), sizeBytes: 1 };
  const both = [...second, unit({ f: 'b' }, draft('c', 's', { payloads: [payload] }))];
  expect(() => store.commit(both)).toThrow(LedgerUnavailable);
  expect(idsAfter()).toEqual(['a']);
  expect(store.commit(both)).toMatchObject([{ positions: [1] }, { positions: [2] }]);
});

test('a file that cannot be opened again stays closed until it can', () => {
  store.commit(first);
  const busy = new DatabaseSync(join(directory, 'store.db'));
  busy.exec("PRAGMA user_version = 9; INSERT INTO task_key VALUES ('t', x'00')");
  expect(() => store.commit(second)).toThrow('another program wrote');
  expect(() => store.commit(second)).toThrow('version 9');
  expect(() => idsAfter()).toThrow(LedgerUnavailable);
  busy.exec('PRAGMA user_version = 2');
  busy.close();
  expect(store.commit(second)).toEqual([{ committed: true, positions: [1] }]);
});
