// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { JsonValue } from '../json/value.ts';
import { type Opinion, readOpinion } from './opinion.ts';

const bare = { reasons: [], obligations: [] };

test.each<[what: string, said: JsonValue, want: Opinion]>([
  ['an outcome alone is enough', { outcome: 'allow' }, { outcome: 'allow', ...bare }],
  [
    'reasons and obligations are kept in order',
    { outcome: 'deny', reasons: ['b', 'a'], obligations: ['max_result_bytes:10'] },
    { outcome: 'deny', reasons: ['b', 'a'], obligations: [{ name: 'max_result_bytes', bytes: 10 }] },
  ],
  [
    'modify names one of our transforms',
    { outcome: 'modify', transform: 'cap:limit:20' },
    { outcome: 'modify', transform: { name: 'cap', argument: 'limit', most: 20 }, ...bare },
  ],
  [
    'step_up may name who can lift it',
    { outcome: 'step_up', approvers: ['finance'], quorum: 2, expires: '15m', separate: ['owner'] },
    {
      outcome: 'step_up',
      people: { approvers: ['finance'], quorum: 2, expiresMs: 900_000, separate: ['owner'] },
      ...bare,
    },
  ],
  [
    'of whom one is enough unless it says so',
    { outcome: 'step_up', approvers: ['a', 'b'], expires: '1h' },
    {
      outcome: 'step_up',
      people: { approvers: ['a', 'b'], quorum: 1, expiresMs: 3_600_000, separate: [] },
      ...bare,
    },
  ],
])('%s', (_what, said, want) => expect(readOpinion(said)).toEqual(want));

test.each<[what: string, said: JsonValue]>([
  ['a boolean, as many Rego policies answer', true],
  ['a list', [{ outcome: 'allow' }]],
  ['null', null],
  ['no outcome', { reasons: [] }],
  ['an outcome that is none', { outcome: 'permit' }],
  ['an outcome in capitals', { outcome: 'ALLOW' }],
  ['a prototype name for an outcome', { outcome: 'constructor' }],
  ['a member that is not known', { outcome: 'allow', unless: 'x' }],
  ['a reason that is no text', { outcome: 'deny', reasons: [1] }],
  ['a reason of two lines', { outcome: 'deny', reasons: ['a\nb'] }],
  ['a reason that turns the line around', { outcome: 'deny', reasons: ['a\u202eb'] }],
  ['an endless reason', { outcome: 'deny', reasons: ['x'.repeat(501)] }],
  ['many reasons', { outcome: 'deny', reasons: Array.from({ length: 17 }, () => 'x') }],
  ['reasons that are no list', { outcome: 'deny', reasons: 'x' }],
  ['an obligation that nobody knows', { outcome: 'allow', obligations: ['notify:x'] }],
  ['an obligation that is no text', { outcome: 'allow', obligations: [{ max_result_bytes: 1 }] }],
  ['obligations that are null', { outcome: 'allow', obligations: null }],
  ['modify without a transform', { outcome: 'modify' }],
  ['modify by a transform that is none', { outcome: 'modify', transform: 'uppercase:name' }],
  ['approvers without an end', { outcome: 'step_up', approvers: ['a'] }],
  ['an end without approvers', { outcome: 'step_up', expires: '15m' }],
  ['no approvers at all', { outcome: 'step_up', approvers: [], expires: '15m' }],
  ['a group twice', { outcome: 'step_up', approvers: ['a', 'a'], expires: '15m' }],
  ['a group that turns the line around', { outcome: 'step_up', approvers: ['a\u202e'], expires: '15m' }],
  ['an end that is none', { outcome: 'step_up', approvers: ['a'], expires: 'soon' }],
  ['an end in a year', { outcome: 'step_up', approvers: ['a'], expires: '365d' }],
  ['a quorum of none', { outcome: 'step_up', approvers: ['a'], expires: '1h', quorum: 0 }],
  ['a quorum in words', { outcome: 'step_up', approvers: ['a'], expires: '1h', quorum: '2' }],
  ['a quorum of a crowd', { outcome: 'step_up', approvers: ['a'], expires: '1h', quorum: 17 }],
  [
    'somebody to be kept apart who is nobody',
    { outcome: 'step_up', approvers: ['a'], expires: '1h', separate: ['boss'] },
  ],
  ['approvers of what nobody can lift', { outcome: 'deny', approvers: ['a'], expires: '1h' }],
  ['a transform with another outcome', { outcome: 'allow', transform: 'remove:x' }],
])('%s is not understood', (_what, said) => expect(readOpinion(said)).toBeUndefined());

test('it reads anything without throwing, and keeps nothing that is not in the table', () => {
  fc.assert(
    fc.property(
      fc.record(
        {
          outcome: fc.oneof(fc.constantFrom('allow', 'deny', 'modify', 'step_up', 'defer'), fc.jsonValue()),
          reasons: fc.jsonValue(),
          obligations: fc.oneof(fc.constant(['max_result_bytes:1']), fc.jsonValue()),
          transform: fc.oneof(fc.constant('remove:x'), fc.jsonValue()),
        },
        { requiredKeys: [] },
      ),
      (said) => {
        const read = readOpinion(said as JsonValue);
        if (read === undefined) return;
        expect(said.outcome).toBe(read.outcome);
        expect(read.reasons).toEqual(said.reasons ?? []);
      },
    ),
    { numRuns: 2000 },
  );
});
