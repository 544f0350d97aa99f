// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createTimes } from './times.ts';

test('of none there is no median', () => expect(createTimes().quantile(0.5)).toBeUndefined());

test.each([0.01, 0.5, 0.95, 1])(
  'the quantile %d is within one per cent of that of the sorted list',
  (share) => {
    const ms = fc.oneof(
      fc.nat(10),
      fc.nat(5000),
      fc.nat(30 * 86_400_000),
      fc.constantFrom(0, 1, 2, 1999, 2000),
    );
    fc.assert(
      fc.property(fc.array(ms, { minLength: 1, maxLength: 200 }), (all) => {
        const times = createTimes();
        for (const one of all) times.add(one);
        const sorted = all.toSorted((a, b) => a - b);
        const want = sorted[Math.max(1, Math.ceil(share * all.length)) - 1] ?? Number.NaN;
        expect(Math.abs((times.quantile(share) ?? Number.NaN) - want)).toBeLessThanOrEqual(want / 100 + 1);
      }),
    );
  },
);
