// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { cardWith, viewOf } from '../../../../test/desk/cards.fixture.ts';
import { type CardOperands, cardOperands } from '../../../core/approval/card-operands.ts';
import type { GitKnown } from '../../../core/operand/git.ts';
import type { Sighting } from '../../../core/operand/operand.ts';
import { readCard } from '../read-card.ts';
import { operandsPart } from './operands.ts';

const push: GitKnown = {
  ...{ does: 'push', known: true, state: 's', repository: '/w', remote: '/r.git', base: 'remote' },
  updates: [{ to: 'refs/heads/fix', commit: 'c'.repeat(40), was: '' }],
  commits: [
    { id: 'c'.repeat(40), subject: 'one\u202e<script>', signer: 'dev@acme.example' },
    { id: 'd'.repeat(40), subject: 'two' },
  ],
  ...{
    touches: ['deployment'],
    forced: true,
    protected: false,
    pinned: false,
    hooks: ['/w/.git/hooks/pre-push x'],
  },
};
const sighting: Sighting = {
  directory: '/w',
  operands: [
    { path: '/w/deploy.sh', state: { is: 'file', digest: 'sha256:1', sizeBytes: 9, text: 'rm -rf /\n<b>' } },
    { path: '/w/.env', state: { is: 'file', digest: 'sha256:2', sizeBytes: 9, text: 'KEY=hunter2' } },
    { path: '/w/none', state: { is: 'absent' } },
  ],
  git: [push],
  whole: false,
};

const shown = (operands: CardOperands) => String(operandsPart(cardWith({}, { operands })));

test('a page has all of it, as text', () => {
  const page = shown(cardOperands(sighting));
  for (const part of [
    '/w/deploy.sh',
    'rm -rf /',
    '&lt;b',
    'sha256:1',
    'not there',
    'signed by',
    'not signed',
  ])
    expect(page).toContain(part);
  expect(page).toContain('takes away what is there');
  expect(page).toContain('may read or run more than is named');
  expect(page).toContain('<mark class="hidden">\\u{202e}</mark>');
  for (const part of ['<script>', '<b>', 'hunter2']) expect(page).not.toContain(part);
});

test('what is cut says so', () => {
  const long = {
    ...sighting,
    operands: [{ path: '/w/a', state: { is: 'file', digest: 'd', sizeBytes: 5000, text: 'x'.repeat(5000) } }],
  } as const;
  expect(shown(cardOperands(long))).toContain('1000 more characters are not shown');
  const many = {
    ...sighting,
    git: [{ ...push, commits: Array.from({ length: 60 }, (_, i) => ({ id: `${i}`, subject: '' })) }],
  };
  expect(shown(cardOperands(many))).toContain('10 more commits are not shown');
});

test('where nobody can look, it says so', () => {
  expect(shown(cardOperands({ operands: [], git: [], whole: false }))).toContain(
    'where nobody here can look',
  );
});

test('it comes back from the ledger as it was, and none of it is lost on the way to the page', () => {
  const card = cardWith({}, { operands: cardOperands(sighting) });
  expect(readCard(JSON.parse(JSON.stringify(card)))).toEqual(card);
  expect(viewOf(card).card).toEqual(card);
});
