// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { eligible, personOf, rosterOf } from './roster.ts';

const ana = { name: 'ana', operators: ['local:1'], also: ['ana@example.com'] };
const ben = { name: 'ben', operators: ['local:1', 'local:2'], also: [] };
const eve = { name: 'eve', operators: [], also: [] };
const roster = rosterOf(
  [ana, ben, eve],
  [
    ['finance', ['ben', 'ana']],
    ['legal', ['eve', 'ana']],
  ],
);
const nobodyAsked = { requester: undefined, human: undefined, owner: undefined };

test.each<
  [sentence: string, approvers: string[], separate: ('requester' | 'human' | 'owner')[], want: string[]]
>([
  ['who is in the group', ['finance'], [], ['ana', 'ben']],
  ['who is in any of the groups, once', ['finance', 'legal'], [], ['ana', 'ben', 'eve']],
  ['nobody is in a group that there is not', ['nowhere'], [], []],
  ['a group called like something inherited is one that there is not', ['constructor'], [], []],
  [
    'the person whom it is done for may, where nobody keeps them apart',
    ['legal'],
    ['requester'],
    ['ana', 'eve'],
  ],
  ['and may not where somebody does, by another name of theirs', ['legal'], ['human'], ['eve']],
  ['nor who started the task, by the operator that they came as', ['finance'], ['requester'], ['ana']],
  ['nor who owns the agent', ['finance', 'legal'], ['owner', 'human'], ['ben']],
])('%s', (_sentence, approvers, separate, want) => {
  const from = { requester: 'local:2', human: 'ana@example.com', owner: 'eve' };
  expect(eligible(roster, { approvers, separate }, from)).toEqual(want);
});

test('whom nobody is known to be keeps nobody apart', () => {
  expect(
    eligible(roster, { approvers: ['finance'], separate: ['requester', 'human', 'owner'] }, nobodyAsked),
  ).toEqual(['ana', 'ben']);
});

test.each<[sentence: string, operator: string, as: string | undefined, want: string]>([
  ['an operator who is one person is that one', 'local:2', undefined, 'ben'],
  ['one who is several has to say which', 'local:1', undefined, 'say which'],
  ['and is the one that they say', 'local:1', 'ana', 'ana'],
  ['but not somebody else', 'local:2', 'ana', 'is not `ana`'],
  ['nobody is in no file', 'local:9', undefined, 'nobody'],
  ['not even by saying so', 'local:9', 'ana', 'nobody'],
])('%s', (_sentence, operator, as, want) => {
  const who = personOf(roster, operator, as);
  expect(who.ok ? who.person.name : who.reason).toContain(want);
});

test('the digest is of what it says, in whatever order it is written', () => {
  const again = rosterOf(
    [eve, ben, ana],
    [
      ['legal', ['ana', 'eve']],
      ['finance', ['ana', 'ben']],
    ],
  );
  expect(again.digest).toBe(roster.digest);
  expect(rosterOf([ana, ben, eve], [['finance', ['ana', 'ben']]]).digest).not.toBe(roster.digest);
});
