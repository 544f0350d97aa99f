// SPDX-License-Identifier: Apache-2.0
// Chance from a seed: the same seed draws the same things, on every machine.

export interface Chance {
  /** From 0 up to, and without, `below`. */
  upTo(below: number): number;
  /** @param share from 0 to 1 */
  happens(share: number): boolean;
  one<T>(from: readonly T[]): T;
  some<T>(from: readonly T[], share: number): readonly T[];
}

/** @param seeds any integers: a seed and the number of what is drawn from it */
export function chanceOf(...seeds: readonly number[]): Chance {
  // xoshiro128**, seeded by splitmix32.
  let mix = 0x9e3779b9;
  for (const seed of seeds) mix = splitmix((mix ^ (seed | 0)) >>> 0);
  const word = () => {
    mix = (mix + 0x9e3779b9) >>> 0;
    return splitmix(mix);
  };
  let [a, b, c, d] = [word(), word(), word(), word()];
  const next = () => {
    const result = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0;
    const t = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = rotate(d, 11);
    return result;
  };
  const upTo = (below: number) => Math.floor((next() / 2 ** 32) * below);
  const happens = (share: number) => next() / 2 ** 32 < share;
  return {
    upTo,
    happens,
    one(from) {
      const item = from[upTo(from.length)];
      if (item === undefined) throw new Error('there is nothing to draw from');
      return item;
    },
    some: (from, share) => from.filter(() => happens(share)),
  };
}

function splitmix(seed: number): number {
  let z = seed;
  z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
  z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
  return (z ^ (z >>> 16)) >>> 0;
}

function rotate(value: number, by: number): number {
  return (value << by) | (value >>> (32 - by));
}
