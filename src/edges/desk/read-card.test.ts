// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { hostile } from '../../../test/desk/cards.fixture.ts';
import { readCard } from './read-card.ts';

test.each(hostile)('%s comes back as it was', (_what, card) => {
  expect(readCard(JSON.parse(JSON.stringify(card)))).toEqual(card);
});

const [[, card]] = hostile as readonly [(typeof hostile)[number]];
test.each<[what: string, broken: unknown]>([
  ['is erased', '(the key was erased)'],
  ['is of another version', { ...card, v: 2 }],
  ['has no verb', { ...card, verb: undefined }],
  ['has a verb that is no text', { ...card, verb: { toString: 'x' } }],
  ['has arguments that are none', { ...card, effect: { ...card.effect, arguments: [null] } }],
  ['has a quorum that is no number', { ...card, why: [{ ...card.why[0], quorum: '1' }] }],
  ['is no card', []],
  ['is nothing', null],
])('one that %s is shown to nobody', (_what, broken) => {
  expect(typeof readCard(JSON.parse(JSON.stringify(broken)))).toBe('string');
});
