// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { matcher } from './like.ts';

/** One character at a time, as slow as it is plain. */
function naive(text: readonly string[], pattern: readonly string[]): boolean {
  const [first, ...rest] = pattern;
  if (first === undefined) return text.length === 0;
  if (first === '*') return naive(text, rest) || (text.length > 0 && naive(text.slice(1), pattern));
  return text[0] === first && naive(text.slice(1), rest);
}

const letters = fc.constantFrom('a', 'b', '💩', '\n', 'é');

test('a pattern matches what it matches character by character', () => {
  fc.assert(
    fc.property(
      fc.array(letters, { maxLength: 8 }),
      fc.array(fc.oneof(letters, fc.constant('*')), { maxLength: 6 }),
      (text, pattern) => {
        const matches = matcher(pattern.join('').split('*'));
        expect(matches(text.join(''))).toBe(naive(text, pattern));
      },
    ),
    { numRuns: 3000 },
  );
});

test('a pattern made to be slow is not', () => {
  const matches = matcher('*a'.repeat(2000).split('*'));
  const started = performance.now();
  expect(matches('a'.repeat(1999))).toBe(false);
  expect(matches('b'.repeat(1_000_000))).toBe(false);
  expect(performance.now() - started).toBeLessThan(1000);
});
