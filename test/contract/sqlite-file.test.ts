// SPDX-License-Identifier: Apache-2.0
// What only a file can suffer: killed processes, second owners, edits, strangers, full disks.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { StoreDamaged, StoreInUse, StoreUnreadable } from '../../src/adapters/sqlite/errors.ts';
import { openEvidence } from '../../src/adapters/sqlite/evidence.ts';
import { openSqliteStore, type SqliteStore } from '../../src/adapters/sqlite/ledger.ts';
import { openForWriting } from '../../src/adapters/sqlite/schema.ts';
import { LedgerUnavailable } from '../../src/app/ports.ts';
import { leafHashHex } from '../../src/core/record/envelope.ts';
import { verifies } from '../requirements.ts';
import { wholeChain } from './chain.ts';
import { draft, unit } from './units.ts';

const committer = fileURLToPath(new URL('./committer.ts', import.meta.url));
const waitMs = 10_000;

let directory: string;
let path: string;
let opened: SqliteStore[];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'countersign-file-'));
  path = join(directory, 'store.db');
  opened = [];
});
afterEach(async () => {
  for (const store of opened) await store.close();
  rmSync(directory, { recursive: true });
});

async function open(at = path): Promise<SqliteStore> {
  const store = await openSqliteStore({ path: at });
  opened.push(store);
  return store;
}

/** Six records in two streams: a0 b1 a2 b3 a4 a5. */
async function sixRecords(): Promise<void> {
  const { ledger } = await open();
  for (const id of ['a0', 'b1', 'a2', 'b3', 'a4', 'a5']) {
    await ledger.commit([unit({}, draft(id, id.charAt(0), { moves: [`facet-${id}`] }))], waitMs);
  }
  await ledger.close();
}

function edit(...statements: readonly string[]): void {
  const db = new DatabaseSync(path);
  db.function('leaf_hash', (leaf) => leafHashHex(String(leaf)));
  for (const statement of statements) db.exec(statement);
  db.close();
}

describe('a process killed in the middle of its commits', () => {
  test('loses nothing that it acknowledged, ten times over', { timeout: 120_000 }, async () => {
    const acknowledged = new Map<string, number>();
    for (let round = 0; round < 10; round++) {
      const child = spawn(process.execPath, [committer, path, String(round)], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let said = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        said += text;
      });
      await expect.poll(() => said.includes('ready\n'), { timeout: waitMs }).toBe(true);
      await new Promise((resolve) => setTimeout(resolve, 20 + Math.random() * 200));
      child.kill('SIGKILL');
      await once(child, 'close');
      const before = acknowledged.size;
      for (const line of said.slice(0, said.lastIndexOf('\n')).split('\n').slice(1)) {
        const [position, id = ''] = line.split(' ');
        acknowledged.set(id, Number(position));
      }
      expect(acknowledged.size, 'the round must get somewhere before it ends').toBeGreaterThan(before);

      const store = await open();
      const entries = await wholeChain(store.ledger);
      for (const [id, position] of acknowledged) {
        expect(entries[position]?.id).toBe(id);
        const beside = await store.ledger.payload(`sha256:${id}`, position);
        expect(Buffer.from(beside?.sealed ?? []).toString()).toBe(id);
      }
      await store.close();
    }
    expect(acknowledged.size).toBeGreaterThan(100);
  });
});

describe('a commit', () => {
  test('is synced to the disk before it is acknowledged, by the settings of the connection', () => {
    const db = openForWriting(path);
    expect(db.prepare('PRAGMA synchronous').get()).toEqual({ synchronous: 2 });
    expect(db.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' });
    db.close();
  });

  test('shares its transaction with those that wait beside it', async () => {
    const { ledger } = await open();
    const before = transactions();
    const held = new DatabaseSync(path);
    held.exec('BEGIN IMMEDIATE');
    const alone = ledger.commit([unit({}, draft('first', 's'))], waitMs);
    await new Promise((resolve) => setTimeout(resolve, 20));
    // These come in while the first one waits for the lock, in a message each.
    const waiting: Promise<unknown>[] = [];
    for (let i = 0; i < 50; i++) {
      waiting.push(ledger.commit([unit({}, draft(`w${i}`, 's'))], waitMs));
      await new Promise((resolve) => setImmediate(resolve));
    }
    held.exec('ROLLBACK');
    held.close();
    await Promise.all([alone, ...waiting]);
    expect(await ledger.size()).toBe(51);
    expect(transactions() - before).toBe(2);
  });

  /** Transactions in the write-ahead log: the last frame of each tells the size of the database. */
  function transactions(): number {
    const log = readFileSync(`${path}-wal`);
    if (log.length === 0) return 0;
    const frameBytes = 24 + log.readUInt32BE(8);
    const salt = log.subarray(16, 24);
    let count = 0;
    for (let at = 32; at + frameBytes <= log.length; at += frameBytes) {
      if (!log.subarray(at + 8, at + 16).equals(salt)) break;
      if (log.readUInt32BE(at + 4) > 0) count += 1;
    }
    return count;
  }
});

describe('a store has one owner', () => {
  test('another process is refused while it runs, and let in afterwards', async () => {
    const store = await open();
    const tryIt = () => spawnSync(process.execPath, [committer, path, '0', '0'], { encoding: 'utf8' }).stdout;
    expect(tryIt()).toBe('failed store_in_use\n');
    expect(await store.ledger.size()).toBe(0);
    await store.close();
    expect(
      spawnSync(process.execPath, [committer, path, '0', '0'], { encoding: 'utf8', timeout: 2_000 }).stdout,
    ).toBe('ready\n');
  });

  test('and belongs to its user alone', async () => {
    const { ledger } = await open();
    await ledger.commit([unit({}, draft('a', 's'))], waitMs);
    const names = readdirSync(directory).sort();
    expect(names).toEqual(['store.db', 'store.db-owner', 'store.db-shm', 'store.db-wal']);
    for (const name of names) expect(statSync(join(directory, name)).mode & 0o777, name).toBe(0o600);
  });

  test('so is the same process', async () => {
    await open();
    await expect(openSqliteStore({ path })).rejects.toBeInstanceOf(StoreInUse);
  });
});

describe('a store that was edited is not opened', () => {
  const rehash = 'UPDATE record SET leaf_hash = leaf_hash(leaf)';
  test.each<[what: string, position: number, edits: string[]]>([
    ['a leaf', 2, ["UPDATE record SET leaf = replace(leaf, 'of a2', 'of a9') WHERE position = 2"]],
    ['a hash', 1, [`UPDATE record SET leaf_hash = '${'0'.repeat(64)}' WHERE position = 1`]],
    [
      'a leaf and its hash',
      4,
      ["UPDATE record SET leaf = replace(leaf, 'of a2', 'of a9') WHERE position = 2", rehash],
    ],
    ['a record taken out', 1, ['DELETE FROM record WHERE position = 1']],
    [
      'a record taken out and the gap closed',
      2,
      [
        'DELETE FROM record WHERE position = 1',
        ...[2, 3, 4, 5].map((n) => `UPDATE record SET position = ${n - 1} WHERE position = ${n}`),
      ],
    ],
    [
      'two records of a stream exchanged',
      2,
      [
        'UPDATE record SET position = 9 WHERE position = 2',
        'UPDATE record SET position = 2 WHERE position = 4',
        'UPDATE record SET position = 4 WHERE position = 9',
      ],
    ],
    ['an id beside its leaf', 3, ["UPDATE record SET id = 'b9' WHERE position = 3"]],
    ['a stream beside its leaf', 3, ["UPDATE record SET stream = 'a' WHERE position = 3"]],
    ['the pointer to the record before', 5, ['UPDATE record SET before = 2 WHERE position = 5']],
    ['a leaf that is no record', 0, ["UPDATE record SET leaf = '{}' WHERE position = 0", rehash]],
    [
      'facets that are none',
      0,
      [`UPDATE record SET leaf = replace(leaf, '"drops":[]', '"drops":[1]')`, rehash],
    ],
    [
      'an end cut off below a signed head',
      4,
      ["INSERT INTO checkpoint VALUES (6, 'note')", 'DELETE FROM record WHERE position > 3'],
    ],
  ])('%s: refused, naming record %i', async (_what, position, edits) => {
    verifies('evidence.tamper-evident');
    await sixRecords();
    edit(...edits);
    const refused = await openSqliteStore({ path }).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(StoreDamaged);
    expect(refused).toMatchObject({ code: 'store_damaged', position });
  });

  test('untouched, it is opened, by an owner and by a reader', async () => {
    await sixRecords();
    expect(await wholeChain((await open()).ledger)).toHaveLength(6);
    const reader = openEvidence(path);
    expect(await wholeChain(reader.ledger)).toHaveLength(6);
    reader.close();
  });

  test('a file that is cut off in the middle is damaged', async () => {
    await sixRecords();
    truncateSync(path, Math.floor(statSync(path).size / 2));
    await expect(openSqliteStore({ path })).rejects.toBeInstanceOf(StoreDamaged);
  });

  test.each([
    [
      'something that is no database',
      () => writeFileSync(path, 'not a database, and long enough to be read as one '.repeat(100)),
    ],
    ['a database of somebody else', () => edit('CREATE TABLE t (x)')],
  ])('%s is not a store, and is left alone', async (_what, make) => {
    make();
    const size = statSync(path).size;
    await expect(openSqliteStore({ path })).rejects.toBeInstanceOf(StoreUnreadable);
    expect(statSync(path).size).toBe(size);
  });

  test('a store of a later version is refused', async () => {
    await sixRecords();
    edit('PRAGMA user_version = 3');
    await expect(openSqliteStore({ path })).rejects.toThrow('version 3, this program reads 2');
    expect(() => openEvidence(path)).toThrow(StoreUnreadable);
  });

  test('a store of version 1 is read as it is, and brought up to date by its owner', async () => {
    const { ledger, close } = await open();
    const payload = { digest: 'sha256:00', task: 't', sealed: new Uint8Array([1, 2]), sizeBytes: 1 };
    await ledger.commit([unit({}, draft('a', 's', { payloads: [payload] }))], waitMs);
    await close();
    edit(`ALTER TABLE payload RENAME TO p;
      CREATE TABLE payload (position INTEGER NOT NULL, digest TEXT NOT NULL, task TEXT NOT NULL, sealed BLOB NOT NULL) STRICT;
      CREATE INDEX payload_position ON payload (position);
      INSERT INTO payload SELECT * FROM p; DROP TABLE p; PRAGMA user_version = 1`);
    const reader = openEvidence(path);
    expect((await reader.ledger.payload('sha256:00', 0))?.sealed).toEqual(new Uint8Array([1, 2]));
    reader.close();
    const again = await open();
    expect((await again.ledger.payload('sha256:00', 0))?.sealed).toEqual(new Uint8Array([1, 2]));
    const [result] = await again.ledger.commit([unit({}, draft('b', 's'))], waitMs);
    expect(result?.committed).toBe(true);
  });
});

describe('a stranger who writes while the owner runs', () => {
  test('stops it until the file has been checked anew, and no longer', async () => {
    const { ledger } = await open();
    await ledger.commit([unit({}, draft('a', 's', { moves: ['f'] }))], waitMs);
    edit("INSERT INTO task_key VALUES ('stranger', x'00')");
    await expect(ledger.commit([unit({}, draft('x', 's'))], waitMs)).rejects.toThrow('another program wrote');
    expect(await ledger.find('x')).toBeUndefined();
    const [result] = await ledger.commit([unit({ f: 'a' }, draft('b', 's'))], waitMs);
    expect(result?.committed).toBe(true);
    expect(await wholeChain(ledger)).toHaveLength(2);
  });

  test('stops it for good where a record does not fit any more', async () => {
    const { ledger } = await open();
    await ledger.commit([unit({}, draft('a', 's')), unit({}, draft('b', 's'))], waitMs);
    edit("UPDATE record SET leaf = replace(leaf, 'of a', 'of A') WHERE position = 0");
    await expect(ledger.commit([unit({}, draft('x', 's'))], waitMs)).rejects.toBeInstanceOf(
      LedgerUnavailable,
    );
    for (let i = 0; i < 2; i++) {
      await expect(ledger.commit([unit({}, draft('y', 's'))], waitMs)).rejects.toThrow('record 0');
    }
  });
});

test('an erased key lies in no file of the store any more', async () => {
  verifies('evidence.erasable');
  const { keys, ledger } = await open();
  const wrapped = Buffer.from('a wrapped key that can be recognised');
  const filesWithIt = () =>
    readdirSync(directory).filter((name) => readFileSync(join(directory, name)).includes(wrapped));
  await keys.save('before', Buffer.alloc(61, 1));
  await keys.save('t', wrapped);
  await keys.save('after', Buffer.alloc(61, 2));
  await ledger.commit([unit({}, draft('a', 's'))], waitMs);
  expect(filesWithIt()).not.toEqual([]);
  await keys.erase('t');
  expect(filesWithIt()).toEqual([]);
  expect(await keys.load('after')).toHaveLength(61);
});

describe('a disk that is full', () => {
  test('is an error that says so, and what was acknowledged before is there', {
    timeout: 90_000,
  }, async () => {
    // The limit is on the size of any file that the process writes; blocks of 512 or 1024 bytes.
    const run = spawnSync(
      'sh',
      ['-c', 'ulimit -f 2000 && exec "$@"', 'sh', process.execPath, committer, path, '0'],
      {
        encoding: 'utf8',
        timeout: 60_000,
      },
    );
    const lines = run.stdout.trim().split('\n');
    expect(lines.at(-1)).toMatch(/^failed ledger_(unavailable|uncertain)$/);
    const acknowledged = lines.slice(1, -1).map((line) => line.split(' '));
    expect(acknowledged.length).toBeGreaterThan(10);
    const entries = await wholeChain((await open()).ledger);
    for (const [position, id] of acknowledged) expect(entries[Number(position)]?.id).toBe(id);
  });
});

describe('reading without owning', () => {
  test('sees what is durable while the owner goes on, and the same afterwards', async () => {
    const store = await open();
    const payload = {
      digest: `sha256:${'1'.repeat(64)}`,
      task: 't',
      sealed: Buffer.from('sealed'),
      sizeBytes: 6,
    };
    await store.ledger.commit(
      [unit({}, draft('a', 's', { payloads: [payload] })), unit({}, draft('b', 't'))],
      waitMs,
    );
    await store.keys.save('t', Buffer.from('wrapped'));
    await store.tree.append(0, [new Uint8Array(32).fill(7)], 1, 'note');
    const live = openEvidence(path, { live: true });
    expect(await live.ledger.size()).toBe(2);
    await store.ledger.commit([unit({}, draft('c', 's'))], waitMs);
    expect((await live.ledger.read(0, 9)).map(({ id }) => id)).toEqual(['a', 'b', 'c']);
    live.close();
    await store.close();

    const copy = join(directory, 'copy.db');
    copyFileSync(path, copy);
    for (const at of [path, copy]) {
      const reader = openEvidence(at);
      expect((await reader.ledger.readStream('s', 9, 9)).map(({ id }) => id)).toEqual(['c', 'a']);
      expect((await reader.ledger.find('b'))?.position).toBe(1);
      expect(Buffer.from((await reader.ledger.payload(payload.digest, 0))?.sealed ?? []).toString()).toBe(
        'sealed',
      );
      expect(Buffer.from((await reader.keys.load('t')) ?? []).toString()).toBe('wrapped');
      expect(await reader.tree.checkpoint()).toEqual({ size: 1, note: 'note' });
      expect((await reader.tree.readHashes([0]))[0]?.[0]).toBe(7);
      expect(await wholeChain(reader.ledger)).toHaveLength(3);
      reader.close();
    }
  });

  test('makes no store where there is none', () => {
    expect(() => openEvidence(path)).toThrow(StoreUnreadable);
    expect(existsSync(path)).toBe(false);
  });
});
