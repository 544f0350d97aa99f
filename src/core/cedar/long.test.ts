// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { add, divide, type Long, longOf, modulo, multiply, negate, parseLong, subtract } from './long.ts';

const max = 2n ** 63n - 1n;
const min = -(2n ** 63n);
const safe = BigInt(Number.MAX_SAFE_INTEGER);

const long = fc
  .oneof(
    fc.bigInt({ min, max }),
    fc.bigInt({ min: -4n, max: 4n }),
    fc.constantFrom(max, min, safe, -safe, safe + 1n, -safe - 1n, 3_037_000_500n, 2n ** 31n, 2n ** 32n),
  )
  .map((value): [bigint, Long] => [value, longOf(value) ?? 0]);

const fits = (value: bigint) => (value >= min && value <= max ? longOf(value) : undefined);

test('a Long has one form', () => {
  expect([longOf(safe), longOf(safe + 1n), longOf(-safe - 1n)]).toEqual([
    Number(safe),
    safe + 1n,
    -safe - 1n,
  ]);
  expect([longOf(max), longOf(max + 1n), longOf(min), longOf(min - 1n)]).toEqual([
    max,
    undefined,
    min,
    undefined,
  ]);
});

test('arithmetic is that of integers, and what does not fit is an error', () => {
  fc.assert(
    fc.property(long, long, ([a, x], [b, y]) => {
      expect(add(x, y)).toBe(fits(a + b));
      expect(subtract(x, y)).toBe(fits(a - b));
      expect(multiply(x, y)).toBe(fits(a * b));
      expect(negate(x)).toBe(fits(-a));
    }),
    { numRuns: 2000 },
  );
});

test('division is towards zero, and what is left of modulo is never negative', () => {
  fc.assert(
    fc.property(long, fc.constantFrom(1, 1000, 86_400_000), ([a, x], by) => {
      expect(divide(x, by)).toBe(fits(a / BigInt(by)));
      const left = a % BigInt(by);
      expect(modulo(x, by)).toBe(Number(left < 0n ? left + BigInt(by) : left));
    }),
  );
});

test.each<[text: string, want: Long | undefined]>([
  ['0', 0],
  ['-0', 0],
  ['0000000000000000000007', 7],
  ['9007199254740993', 9007199254740993n],
  ['-9223372036854775808', min],
  ['9223372036854775808', undefined],
])('%s', (text, want) => expect(parseLong(text)).toBe(want));
