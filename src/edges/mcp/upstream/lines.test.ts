// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createLineReader } from './lines.ts';

function read(chunks: readonly Buffer[], maxLineBytes = 1_000): readonly string[] {
  const seen: string[] = [];
  const reader = createLineReader({
    maxLineBytes,
    onLine: (line) => void seen.push(line.toString('latin1')),
    onOversized: (head, tail) => void seen.push(`${head.toString('latin1')}...${tail.toString('latin1')}`),
  });
  for (const chunk of chunks) reader.feed(chunk);
  return seen;
}

test('lines are the same however the stream is cut', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('a', 'bc', '\n', '\r\n', 'é', 'x'.repeat(30))),
      fc.array(fc.nat(200)),
      fc.constantFrom(0, 1, 20, 1_000),
      (parts, cuts, bound) => {
        const bytes = Buffer.from(parts.join(''));
        const at = [0, ...cuts.filter((cut) => cut <= bytes.length).sort((a, b) => a - b), bytes.length];
        const chunks = at.slice(1).map((end, i) => bytes.subarray(at[i], end));
        expect(read(chunks, bound)).toEqual(read([bytes], bound));
      },
    ),
  );
});

test('a line at the bound is whole, and one past it is dropped, with the next one intact', () => {
  expect(read([Buffer.from(`${'a'.repeat(10)}\n${'b'.repeat(11)}\nc\n`)], 10)).toEqual([
    'a'.repeat(10),
    `${'b'.repeat(11)}...${'b'.repeat(11)}`,
    'c',
  ]);
});

test('of a line past the bound no more than its ends are kept', () => {
  const line = `head${'x'.repeat(100_000)}tail\n`;
  const chunks = line.match(/[a-z\n]{1,7}/g) ?? [];
  const [seen] = read(
    chunks.map((chunk) => Buffer.from(chunk)),
    1_000,
  );
  expect(seen).toMatch(/^head.*tail$/);
  expect(seen?.length).toBeLessThan(600);
});

test('a line in thousands of pieces is put together', () => {
  const line = 'x'.repeat(5_000);
  expect(
    read(
      [...line, '\n'].map((byte) => Buffer.from(byte)),
      5_000,
    ),
  ).toEqual([line]);
});
