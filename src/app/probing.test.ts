// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { afterAnswer, type Standing, unheard } from './probing.ts';

const twoThree = { upAfter: 2, downAfter: 3 };

/** What is said after each answer: `+` up, `-` down; `.` is nothing. */
function saidTo(answers: string, terms = twoThree): string {
  let standing: Standing = unheard;
  return [...answers]
    .map((answer) => {
      const next = afterAnswer(terms, standing, answer === '+');
      standing = next.standing;
      return next.say === undefined ? '.' : next.say === 'up' ? '+' : '-';
    })
    .join('');
}

test.each([
  ['nothing is known before enough have answered alike', '+-+--', '.....'],
  ['two answers make it up, and each one more says so again', '++++', '.+++'],
  ['three make it down; those in between say nothing', '++---', '.+..-'],
  ['one that is up again takes the count back', '++--+--+', '.+..+..+'],
  ['and up again needs two', '++---+-++', '.+..-.-.+'],
  ['from nothing to down', '---', '..-'],
  ['answers that differ begin anew', '+-+-++', '.....+'],
])('%s', (_, answers, want) => expect(saidTo(answers)).toBe(want));

test('with one each, every answer counts', () =>
  expect(saidTo('+-+', { upAfter: 1, downAfter: 1 })).toBe('+-+'));
