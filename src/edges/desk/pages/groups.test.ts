// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { cardWith } from '../../../../test/desk/cards.fixture.ts';
import { groupsOf, maxTogether, type Waiting } from './groups.ts';

const plain = cardWith({ to: 'a@b.example' });

function waiting(approval: string, more: Partial<Waiting> = {}): Waiting {
  return {
    ...{ approval, agent: 'a1', expiresAt: 1, digest: 'sha256:1', card: plain },
    votes: [{ policy: 'p', have: 0, need: 1 }],
    ...more,
  };
}

test.each<[what: string, second: Partial<Waiting>, together: boolean]>([
  ['the same', {}, true],
  ['with other arguments', { card: cardWith({ to: ['x', 'y'], subject: 's' }) }, true],
  [
    'about something else of the same kind',
    { card: cardWith({}, { resource: { type: 'Mailbox', id: '2' } }) },
    true,
  ],
  [
    'of another agent',
    { card: cardWith({}, { agent: { id: 'a2', owner: 'ben', autonomy: 'semi' } }) },
    false,
  ],
  ['for somebody else', { card: cardWith({}, { chain: ['ben', 'a1'] }) }, false],
  ['under another task', { card: { ...plain, task: { ...plain.task, id: 't-2' } } }, false],
  ['asked by another rule', { card: { ...plain, why: [] } }, false],
  ['with another tool', { card: { ...plain, effect: { ...plain.effect, tool: 'x' } } }, false],
  ['that can be undone', { card: { ...plain, effect: { ...plain.effect, reversible: true } } }, false],
  [
    'changed by policy',
    { card: { ...plain, effect: { ...plain.effect, transforms: ['limit_rows:20'] } } },
    false,
  ],
  ['after more was read', { card: { ...plain, read: { ...plain.read, level: 'restricted' } } }, false],
  [
    'that names what others can change',
    { card: cardWith({}, { operands: { files: [], git: [], whole: true } }) },
    false,
  ],
  ['with what hides in it', { card: cardWith({ to: 'a\u202eb' }) }, false],
  ['that was not opened', { card: undefined as never }, false],
  ['that somebody has said yes to', { votes: [{ policy: 'p', have: 1, need: 2 }] }, false],
  ['that is approved', { approved: true }, false],
  ['that is not for you', { settledForYou: true }, false],
])('one %s: together %s', (_what, second, together) => {
  const groups = groupsOf([waiting('a-1'), waiting('a-2', second)]);
  expect(groups.map((group) => group.length)).toEqual(together ? [2] : [1, 1]);
});

test.each<[what: string, card: Waiting['card']]>([
  [
    'a value in doubt',
    {
      ...plain,
      lineage: [{ argument: 'to', role: 'destination', origin: 'untrusted', says: 's', sources: [] }],
    },
  ],
  ['what hides', cardWith({ to: 'a\u202eb' })],
  ['letters that look like others', cardWith({ to: 'p\u0430ypal' })],
  [
    'a program',
    {
      ...plain,
      program: { ...{ parsed: true, whole: true, classes: [], hosts: [], reads: [], writes: [] } },
    },
  ],
  ['code', { ...plain, effect: { ...plain.effect, arguments: [{ path: 'c', role: 'code', value: '1' }] } }],
  ['an edit', { ...plain, edit: { by: 'ben', reason: '', of: 'a-0', changed: [] } }],
])('two that are the same stay apart for %s', (_what, card) => {
  const more = card === undefined ? {} : { card };
  expect(groupsOf([waiting('a-1', more), waiting('a-2', more)])).toHaveLength(2);
});

test('nobody is shown more together than can be looked at', () => {
  const all = Array.from({ length: 2 * maxTogether + 1 }, (_, i) => waiting(`a-${i}`));
  const groups = groupsOf(all);
  expect(groups.map((group) => group.length)).toEqual([maxTogether, maxTogether, 1]);
  expect(groups.flat()).toEqual(all);
});
