// SPDX-License-Identifier: Apache-2.0
// A few thousand drawn cases in every run; `npm run cedar:differential` for as many as one likes.
import { expect, test } from 'vitest';
import { extensionFunctions } from '../../src/core/cedar/extension.ts';
import { compareDrawn, type Tally } from './compare.ts';

const seed = Number(process.env.CEDAR_SEED ?? '20');
const cases = 4000;

const operators = [
  ...[
    'Value',
    'Var',
    'Set',
    'Record',
    '!',
    'neg',
    '&&',
    '||',
    '==',
    '!=',
    '<',
    '<=',
    '>',
    '>=',
    '+',
    '-',
    '*',
  ],
  ...[
    'in',
    'is',
    'has',
    '.',
    'like',
    'contains',
    'containsAll',
    'containsAny',
    'isEmpty',
    'hasTag',
    'getTag',
  ],
  ...['if-then-else', 'slot', 'scope All', 'scope ==', 'scope in', 'scope is'],
];

test(`the compiled engine agrees with the official one (seed ${seed})`, { timeout: 60_000 }, () => {
  const tally: Tally = compareDrawn(seed, 0, 1, cases);
  expect(tally.mismatches).toEqual([]);
  expect(tally.unread).toBe(0);
  // And there was something to disagree about.
  const unseen = [...operators, ...extensionFunctions.keys()].filter(
    (name) => tally.operators[name] === undefined,
  );
  expect(unseen).toEqual([]);
  for (const count of [tally.allows, tally.forbidden, tally.unpermitted, tally.erring, tally.withSchema])
    expect(count).toBeGreaterThan(cases / 20);
  expect(tally.refused).toBeGreaterThan(cases / 100);
});
