// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { isNearlyAlways } from './rare.ts';

test.each<[sentence: string, others: number, answers: number, want: boolean]>([
  ['no answers say nothing', 0, 0, false],
  ['thirty of thirty are too few', 0, 30, false],
  ['58 of 58 just so', 0, 58, false],
  ['59 of 59 are enough', 0, 59, true],
  ['with one other it takes 93', 1, 92, false],
  ['with one other 93 are enough', 1, 93, true],
  ['with five others it takes 208', 5, 207, false],
  ['with five others 208 are enough', 5, 208, true],
  ['one in twenty is never nearly always', 5000, 100_000, false],
  ['many answers with few others', 4500, 100_000, true],
  ['many answers with no others', 0, 1_000_000, true],
])('%s', (_sentence, others, answers, want) => expect(isNearlyAlways(others, answers)).toBe(want));
