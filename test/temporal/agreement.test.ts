// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { agree } from './agreement.ts';

const cases = 2_000;
const seed = 20_260_301;

test('monitors answer as the reference does, at every event of drawn histories', () => {
  const { statistics, mismatch } = agree(cases, seed);
  expect(mismatch).toBeUndefined();
  // A drawing that matches nothing, or everything, would agree with anything.
  expect(statistics.held / statistics.compared).toBeGreaterThan(0.15);
  expect(statistics.held / statistics.compared).toBeLessThan(0.85);
  expect(statistics.takenBack).toBeGreaterThan(cases / 4);
  expect(statistics.forgotten).toBeGreaterThan(cases / 10);
  expect(statistics.goingBack).toBeGreaterThan(cases / 10);
  expect(statistics.sliced).toBeGreaterThan(cases / 10);
  expect(statistics.quick).toBeGreaterThan(cases / 4);
  expect(statistics.quick).toBeLessThan(cases);
  for (const operator of [
    'predicate',
    'group',
    'and',
    'not',
    'formerly',
    'previous',
    'since',
    'exists',
    'timepoint',
    'count',
    'sum',
  ])
    expect(statistics.operators[operator] ?? 0, operator).toBeGreaterThan(cases / 50);
});
