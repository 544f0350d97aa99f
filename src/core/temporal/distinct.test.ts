// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { appendKey, countDistinct, dropKey, nothingDistinct, removeNewestKey } from './distinct.ts';

const step = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom('a', 'b', 'c', 'd') },
  { weight: 2, arbitrary: fc.constant('take back' as const) },
  { weight: 1, arbitrary: fc.constant('drop' as const) },
);

test('counts what a list would, for every suffix, whatever comes and goes', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const list = nothingDistinct();
      const plain: string[] = [];
      let oldest = 0;
      for (const each of steps) {
        if (each === 'take back') {
          if (plain.length === oldest) continue;
          plain.pop();
          removeNewestKey(list, oldest);
        } else if (each === 'drop') {
          if (plain.length === oldest) continue;
          dropKey(list, oldest);
          oldest += 1;
        } else {
          plain.push(each);
          appendKey(list, each);
        }
        for (let from = oldest; from <= plain.length; from++)
          expect(countDistinct(list, from)).toBe(new Set(plain.slice(from)).size);
        expect(list.latest.size).toBe(new Set(plain.slice(oldest)).size);
      }
    }),
    { seed: 7, numRuns: 300 },
  );
});
