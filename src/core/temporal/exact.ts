// SPDX-License-Identifier: Apache-2.0
// Sums that are exact whatever is added in whatever order, and the Long that is left in the end.
export type Exact = number | bigint;

const greatest = 2n ** 63n - 1n;
const least = -(2n ** 63n);

export function plus(a: Exact, b: Exact): Exact {
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b;
    if (Number.isSafeInteger(sum)) return sum;
  }
  return shortest(BigInt(a) + BigInt(b));
}

export function minus(a: Exact, b: Exact): Exact {
  return plus(a, -b);
}

/** What does not fit in 64 bits ends at their edge. */
export function toLong(sum: Exact): Exact {
  if (typeof sum === 'number') return sum;
  return sum > greatest ? greatest : sum < least ? least : shortest(sum);
}

export function isLong(value: unknown): value is Exact {
  return typeof value === 'number' || typeof value === 'bigint';
}

function shortest(value: bigint): Exact {
  const small = Number(value);
  return Number.isSafeInteger(small) ? small : value;
}
