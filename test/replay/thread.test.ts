// SPDX-License-Identifier: Apache-2.0
// A store read by another thread: the same steps as here, and the same words where it cannot be read.
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openEvidence } from '../../src/adapters/sqlite/evidence.ts';
import type { StoredRecord } from '../../src/app/evidence.ts';
import { stepsOf } from '../../src/app/replay.ts';
import { masterKeyOf, openStoreOf, vaultOver } from '../../src/main/reading.ts';
import { stepsFromThread } from '../../src/main/replay-thread.ts';
import { type DataDir, openDataDir, workDay } from '../evidence/data-dir.fixture.ts';
import { run } from '../evidence/process.fixture.ts';
import { tampered } from '../evidence/tamper.fixture.ts';

let data: DataDir;
let broken: DataDir;
beforeAll(async () => {
  data = await openDataDir();
  await workDay(data);
  const gone = await data.start();
  await data.call(gone, 'crm', 'get_ticket', { ticketId: 9 });
  await data.eraseKey(gone.task);
  await data.close();
  broken = await openDataDir();
  await workDay(broken);
  await broken.close();
  tampered(broken.file, broken.file, (db) => {
    db.prepare(`UPDATE record SET leaf = replace(leaf, '"v":1}', '"v":1,"w":1}') WHERE position = 12`).run();
  });
});
afterAll(() => {
  data.remove();
  broken.remove();
});

async function collected<T>(pages: AsyncIterable<readonly T[]>): Promise<readonly T[]> {
  const all: T[] = [];
  for await (const page of pages) all.push(...page);
  return all;
}

test('gives the steps that reading here gives, contents and erased ones included', async () => {
  const evidence = openStoreOf(data.dir);
  const open = vaultOver(evidence, masterKeyOf(data.dir, {}))?.open;
  const here = await collected(stepsOf(evidence, { sinceMs: 0, open }));
  evidence.close();
  expect(await collected(stepsFromThread({ dataDir: data.dir, sinceMs: 0 }, {}))).toEqual(here);
  expect(here.filter(({ args }) => args?.ok === true).length).toBeGreaterThan(8);
  expect(here.filter(({ args }) => args?.ok === false).map(({ args }) => args)).toEqual([
    { ok: false, reason: 'erased' },
  ]);
});

test('opens nothing of decisions that are not asked about', async () => {
  const steps = await collected(stepsFromThread({ dataDir: data.dir, sinceMs: Date.now() + 60_000 }, {}));
  expect(steps.length).toBeGreaterThan(20);
  expect(steps.filter(({ args }) => args !== undefined)).toEqual([]);
});

test('says of a record that cannot be read which one it is, and why', async () => {
  await expect(collected(stepsFromThread({ dataDir: broken.dir, sinceMs: 0 }, {}))).rejects.toThrow(
    /^record 12 cannot be read: .*"w"/,
  );
  const planned = await run(['--data', broken.dir, 'policy', 'plan', 'policies']);
  expect(planned).toMatchObject({ code: 4, stdout: '' });
  expect(planned.stderr).toContain('record 12 cannot be read');
});

test('ends when nobody wants more', async () => {
  for await (const page of stepsFromThread({ dataDir: data.dir, sinceMs: 0 }, {})) {
    expect(page.length).toBeGreaterThan(0);
    break;
  }
});

test('says that there is no store', async () => {
  const nowhere = join(data.dir, 'nowhere');
  await expect(collected(stepsFromThread({ dataDir: nowhere, sinceMs: 0 }, {}))).rejects.toThrow(
    /there is no store/,
  );
});

test('leaves are the records as they lie there, with what lies beside those that were asked for', async () => {
  const evidence = openEvidence(data.file);
  const leaves = await collected(evidence.leaves('d-'));
  const records: StoredRecord[] = [];
  for await (const record of evidence.scan()) records.push(record);
  expect(leaves.map(({ position, leaf }) => ({ position, leaf }))).toEqual(
    records.map(({ position, leaf }) => ({ position, leaf })),
  );
  for (const [i, { id, position }] of records.entries()) {
    const digests = (await evidence.payloadsAt(position)).toSorted();
    const beside = leaves[i]?.beside ?? [];
    expect(beside.map(({ digest }) => digest).sort()).toEqual(id.startsWith('d-') ? digests : []);
    for (const { digest, task, sealed } of beside)
      expect(await evidence.ledger.payload(digest, position)).toEqual({ task, sealed });
  }
  evidence.close();
});
