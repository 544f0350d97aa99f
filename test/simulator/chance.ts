// SPDX-License-Identifier: Apache-2.0
// All the chance that a run has, from one number: the same seed draws the same again.
// Source: sfc32 (Chris Doty-Humphrey, PractRand), seeded through splitmix32.
import type { Randomness } from '../../src/app/ports.ts';

export interface Chance extends Randomness {
  /** In [0, 1). */
  unit(): number;
  /** A whole number in [low, high]. */
  between(low: number, high: number): number;
  happens(probability: number): boolean;
  pick<T>(items: readonly T[]): T;
}

export function chanceOf(seed: number): Chance {
  let state = seed >>> 0;
  const mixed = (): number => {
    state = (state + 0x9e3779b9) | 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return z ^ (z >>> 15);
  };
  let [a, b, c, counter] = [mixed(), mixed(), mixed(), 1];
  function word(): number {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    c |= 0;
    return sum >>> 0;
  }
  for (let i = 0; i < 12; i++) word();
  const unit = (): number => word() / 2 ** 32;
  const between = (low: number, high: number): number => low + Math.floor(unit() * (high - low + 1));
  return {
    unit,
    between,
    happens: (probability) => unit() < probability,
    pick<T>(items: readonly T[]): T {
      const item = items[between(0, items.length - 1)];
      if (item === undefined) throw new RangeError('nothing to pick from');
      return item;
    },
    bytes(count) {
      const bytes = new Uint8Array(count);
      for (let i = 0; i < count; i += 4) {
        const w = word();
        for (let j = 0; j < 4 && i + j < count; j++) bytes[i + j] = (w >>> (8 * j)) & 0xff;
      }
      return bytes;
    },
  };
}

export function weighted<T>(chance: Chance, items: readonly (readonly [weight: number, item: T])[]): T {
  let left = chance.unit() * items.reduce((sum, [weight]) => sum + weight, 0);
  for (const [weight, item] of items) {
    left -= weight;
    if (left < 0) return item;
  }
  return chance.pick(items)[1];
}
