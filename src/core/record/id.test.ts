// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { idRandomBytes, newId } from './id.ts';

const random = fc.uint8Array({ minLength: idRandomBytes, maxLength: idRandomBytes });
const instant = fc.integer({ min: 0, max: 2 ** 48 - 1 });

describe('an id', () => {
  test('is the ULID of its time and randomness, in lower case', () => {
    expect(newId('d', 1469918176385, new Uint8Array(10))).toBe(`d-01aryz6s41${'0'.repeat(16)}`);
    expect(newId('o', 2 ** 48 - 1, new Uint8Array(10).fill(255))).toBe(`o-7zzzzzzzzz${'z'.repeat(16)}`);
  });

  test('has 26 signs after its prefix, whatever it is made of', () =>
    fc.assert(
      fc.property(instant, random, (at, bytes) => {
        expect(newId('e', at, bytes)).toMatch(/^e-[0-9a-hjkmnp-tv-z]{26}$/);
      }),
    ));

  test('sorts by time', () =>
    fc.assert(
      fc.property(instant, instant, random, random, (a, b, one, other) => {
        fc.pre(a !== b);
        expect(newId('d', a, one) < newId('d', b, other)).toBe(a < b);
      }),
    ));

  test('is another for every other bit of randomness', () =>
    fc.assert(
      fc.property(instant, random, fc.nat(8 * idRandomBytes - 1), (at, bytes, bit) => {
        const flipped = Uint8Array.from(bytes);
        flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(newId('d', at, flipped)).not.toBe(newId('d', at, bytes));
      }),
    ));
});
