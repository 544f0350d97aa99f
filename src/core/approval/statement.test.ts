// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { challengeOf, type Statement, statementText } from './statement.ts';

const yes = {
  what: 'approval',
  person: 'ana',
  binding: `sha256:${'1'.repeat(64)}`,
  verdict: 'approve',
  policies: ['b', 'a'],
} as const;
const item = { binding: yes.binding, policies: ['a'] };
const many = { what: 'approvals', person: 'ana', verdict: 'approve', items: [item] } as const;
const invite = { what: 'passkey.invite', person: 'ana', invited: 'ben', nonce: 'n1' } as const;
const remove = { what: 'passkey.remove', person: 'ana', credential: 'c', nonce: 'n1' } as const;
const publish = { what: 'approvers.publish', person: 'ana', from: 'x', to: 'y', nonce: 'n1' } as const;

test('the challenge is the digest of the text that the page of the format has', () => {
  const text = `{"binding":"${yes.binding}","person":"ana","policies":["a","b"],"v":1,"verdict":"approve","what":"approval"}`;
  expect(statementText(yes)).toBe(text);
  expect(Buffer.from(challengeOf(yes))).toEqual(createHash('sha256').update(text).digest());
});

test('the order in which the rules are named says nothing', () => {
  expect(challengeOf({ ...yes, policies: ['a', 'b'] })).toEqual(challengeOf(yes));
});

test('no statement can be taken for another', () => {
  const all: readonly Statement[] = [
    yes,
    { ...yes, verdict: 'refuse' },
    { ...yes, person: 'ben' },
    { ...yes, binding: `sha256:${'2'.repeat(64)}` },
    { ...yes, policies: ['a'] },
    { ...yes, policies: ['a', 'b', 'c'] },
    { ...many },
    { ...many, verdict: 'refuse' },
    { ...many, items: [item, { binding: 'z', policies: ['a'] }] },
    { ...many, items: [{ binding: many.items[0].binding, policies: ['a', 'b'] }] },
    invite,
    { ...invite, invited: 'eve' },
    { ...invite, person: 'ben' },
    { ...invite, nonce: 'n2' },
    remove,
    { ...remove, credential: 'd' },
    { ...remove, nonce: 'n2' },
    publish,
    { ...publish, from: 'y', to: 'x' },
    { ...publish, nonce: 'n2' },
  ];
  const challenges = all.map((one) => Buffer.from(challengeOf(one)).toString('hex'));
  expect(new Set(challenges).size).toBe(all.length);
});
