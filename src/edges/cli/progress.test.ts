// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { progressBar } from './progress.ts';

function written(isTTY: boolean, total: number, ...steps: readonly number[]): readonly string[] {
  const out: string[] = [];
  const write = (text: string | Uint8Array) => out.push(String(text)) > 0;
  const bar = progressBar({ isTTY, write }, total, 'records');
  for (const done of steps) bar.show(done);
  bar.clear();
  return out;
}

test('grows on a terminal, once for each percent, and leaves nothing behind', () => {
  expect(written(true, 1000, 0, 4, 9, 10, 500, 1000)).toEqual([
    `\r${'.'.repeat(30)} 0% of 1000 records`,
    `\r${'.'.repeat(30)} 1% of 1000 records`,
    `\r${'#'.repeat(15)}${'.'.repeat(15)} 50% of 1000 records`,
    `\r${'#'.repeat(30)} 100% of 1000 records`,
    '\r\u001b[K',
  ]);
});

test('never passes its end: more may have been written meanwhile', () => {
  expect(written(true, 10, 12)[0]).toContain('100% of 10');
  expect(written(true, 0, 0)[0]).toContain('100% of 0');
});

test('says nothing to anything but a terminal, and clears nothing that it did not write', () => {
  expect(written(false, 10, 1, 5, 10)).toEqual([]);
  expect(written(true, 10)).toEqual([]);
});
