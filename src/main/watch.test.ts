// SPDX-License-Identifier: Apache-2.0
import { mkdirSync, mkdtempSync, renameSync, rmSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { watchFiles } from './watch.ts';

let dir: string;
let stop = () => {};
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'cs-watch-'));
  writeFileSync(join(dir, 'a.cedar'), 'one');
});
afterEach(() => {
  stop();
  rmSync(dir, { recursive: true, force: true });
});

/** Reads what a reload would read, each time it is told to. */
function reader(directories = [dir], settleMs = 20, pollMs = 40) {
  let told = 0;
  stop = watchFiles({
    directories,
    settleMs,
    pollMs,
    onChange: async () => {
      told += 1;
    },
  });
  return { told: () => told };
}

test.each<[what: string, act: (at: string) => void]>([
  ['a file is written', (at) => writeFileSync(join(at, 'a.cedar'), 'two')],
  [
    'a file of the same size and time is written',
    (at) => {
      writeFileSync(join(at, 'a.cedar'), 'owt');
      utimesSync(join(at, 'a.cedar'), 1, 1);
    },
  ],
  ['a file is added', (at) => writeFileSync(join(at, 'b.cedar'), '')],
  ['a file is removed', (at) => unlinkSync(join(at, 'a.cedar'))],
  [
    'a file is replaced as editors do',
    (at) => {
      writeFileSync(join(at, '.a.swp'), 'two');
      renameSync(join(at, '.a.swp'), join(at, 'a.cedar'));
    },
  ],
  ['the directory goes', (at) => rmSync(at, { recursive: true })],
])('tells once when %s', async (_what, act) => {
  const { told } = reader();
  act(dir);
  await vi.waitFor(() => expect(told()).toBe(1), { timeout: 3000 });
  await sleep(150);
  expect(told()).toBe(1);
});

test('says nothing while nothing changes, or only a hidden file', async () => {
  const { told } = reader();
  writeFileSync(join(dir, '.a.swp'), 'x');
  await sleep(200);
  expect(told()).toBe(0);
});

test('waits for a file that is still being written', async () => {
  const { told } = reader([dir], 60, 1000);
  for (let i = 0; i < 12; i++) {
    writeFileSync(join(dir, 'a.cedar'), 'x'.repeat(i + 10));
    await sleep(20);
    expect(told()).toBe(0);
  }
  await vi.waitFor(() => expect(told()).toBe(1), { timeout: 3000 });
});

test('finds a directory that comes later', async () => {
  const later = join(dir, 'catalogue');
  const { told } = reader([later]);
  mkdirSync(later);
  await vi.waitFor(() => expect(told()).toBe(1), { timeout: 3000 });
});

test('looks again at what changed while it was told', async () => {
  let runs = 0;
  stop = watchFiles({
    directories: [dir],
    settleMs: 10,
    pollMs: 5000,
    onChange: async () => {
      runs += 1;
      if (runs === 1) writeFileSync(join(dir, 'a.cedar'), 'while it is read');
      await sleep(50);
    },
  });
  writeFileSync(join(dir, 'a.cedar'), 'first');
  await vi.waitFor(() => expect(runs).toBe(2), { timeout: 3000 });
});

test('is quiet once stopped', async () => {
  const { told } = reader();
  stop();
  writeFileSync(join(dir, 'a.cedar'), 'two');
  await sleep(150);
  expect(told()).toBe(0);
});
