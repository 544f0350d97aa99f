// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Case, shareOf } from './interval.ts';

const cases = (...groups: readonly (readonly [holds: number, of: number])[]): readonly Case[] =>
  groups.flatMap(([holds, of], i) =>
    Array.from({ length: of }, (_, at) => ({ cluster: `c${i}`, holds: at < holds })),
  );
const width = (of: readonly Case[]): number => shareOf(of).high - shareOf(of).low;

describe('a share with its interval', () => {
  test('of independent runs is that of Wilson', () => {
    const alone = cases(...Array.from({ length: 20 }, (_, i) => [i < 15 ? 1 : 0, 1] as const));
    expect(shareOf(alone)).toMatchObject({ count: 15, of: 20, clusters: 20, share: 0.75 });
    // 20 runs, 15 of them: (0.5313, 0.8881), from any table.
    expect(shareOf(alone).low).toBeCloseTo(0.531, 2);
    expect(shareOf(alone).high).toBeCloseTo(0.888, 2);
  });

  test('of runs that hang together is wider, as wide as their number of clusters makes it', () => {
    const together = cases([5, 5], [5, 5], [5, 5], [0, 5]);
    const apart = cases(...Array.from({ length: 20 }, (_, i) => [i < 15 ? 1 : 0, 1] as const));
    expect(shareOf(together).share).toBe(shareOf(apart).share);
    expect(width(together)).toBeGreaterThan(1.7 * width(apart));
  });

  test('of nothing but successes counts clusters and not runs', () => {
    const one = shareOf(cases([100, 100]));
    expect(one).toMatchObject({ share: 1, high: 1 });
    expect(one.low).toBeCloseTo(shareOf(cases([1, 1])).low, 10);
    expect(shareOf(cases([50, 50], [50, 50])).low).toBeGreaterThan(one.low);
  });

  test('of nothing is everything', () => {
    expect(shareOf([])).toEqual({ count: 0, of: 0, clusters: 0, share: undefined, low: 0, high: 1 });
  });

  test('always holds its share, within 0 and 1', () => {
    const group = fc
      .integer({ min: 1, max: 9 })
      .chain((of) => fc.tuple(fc.integer({ min: 0, max: of }), fc.constant(of)));
    fc.assert(
      fc.property(fc.array(group, { minLength: 1, maxLength: 30 }), (groups) => {
        const { low, high, share = -1 } = shareOf(cases(...groups));
        expect(low).toBeGreaterThanOrEqual(0);
        expect(low).toBeLessThanOrEqual(share);
        expect(high).toBeGreaterThanOrEqual(share);
        expect(high).toBeLessThanOrEqual(1);
      }),
    );
  });
});
