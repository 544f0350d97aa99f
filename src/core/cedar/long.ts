// SPDX-License-Identifier: Apache-2.0
/**
 * Cedar's Long: 64 bits, checked. One form for each: `number` inside the safe range, `bigint` outside
 * of it. So `===` is equality, and `<` works on any two of them.
 *
 * Undefined means that the result does not fit: an error of the policy that asked for it.
 */
export type Long = number | bigint;

const max = 2n ** 63n - 1n;
const min = -(2n ** 63n);
const safeMax = BigInt(Number.MAX_SAFE_INTEGER);

export function longOf(value: bigint): Long | undefined {
  if (value >= -safeMax && value <= safeMax) return Number(value);
  return value <= max && value >= min ? value : undefined;
}

// A sum or a product of safe integers is exact whenever what was computed is safe.

export function add(a: Long, b: Long): Long | undefined {
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b;
    if (Number.isSafeInteger(sum)) return sum;
  }
  return longOf(BigInt(a) + BigInt(b));
}

export function subtract(a: Long, b: Long): Long | undefined {
  if (typeof a === 'number' && typeof b === 'number') {
    const difference = a - b;
    if (Number.isSafeInteger(difference)) return difference;
  }
  return longOf(BigInt(a) - BigInt(b));
}

export function multiply(a: Long, b: Long): Long | undefined {
  if (typeof a === 'number' && typeof b === 'number') {
    const product = a * b;
    if (Number.isSafeInteger(product)) return product + 0; // -0 is 0
  }
  return longOf(BigInt(a) * BigInt(b));
}

export function negate(a: Long): Long | undefined {
  return typeof a === 'number' ? 0 - a : longOf(-a);
}

/** Towards zero. @param by not zero */
export function divide(a: Long, by: number): Long {
  if (typeof a === 'number') return Math.trunc(a / by) + 0;
  return longOf(a / BigInt(by)) ?? 0;
}

/** What is left above the largest multiple of `by` that is not larger. @param by positive */
export function modulo(a: Long, by: number): number {
  const left = typeof a === 'number' ? a % by : Number(a % BigInt(by));
  return left < 0 ? left + by : left + 0;
}

/** Decimal digits, a sign before them if any. The caller has checked that. */
export function parseLong(digits: string): Long | undefined {
  // 15 digits and a sign are safe.
  return digits.length <= 15 ? Number(digits) + 0 : longOf(BigInt(digits));
}
