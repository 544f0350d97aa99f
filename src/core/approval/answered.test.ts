// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { type Answered, maxAnswered, precedentsOf, withAnswer } from './answered.ts';

const said = (verdict: 'approve' | 'refuse', at: number, person = 'ana') => ({ verdict, person, at });

test('answers are counted by rule and tool; the last three are kept, with their age', () => {
  let all: readonly Answered[] = [];
  for (const [i, verdict] of (['approve', 'approve', 'refuse', 'approve'] as const).entries())
    all = withAnswer(all, ['p'], 'crm/refund', said(verdict, i));
  all = withAnswer(all, ['p'], 'crm/other', said('refuse', 9));
  expect(precedentsOf(all, ['p', 'q'], 'crm/refund', 10)).toEqual([
    {
      ...{ policy: 'p', yes: 3, no: 1 },
      last: [
        { verdict: 'approve', person: 'ana', agoMs: 7 },
        { verdict: 'refuse', person: 'ana', agoMs: 8 },
        { verdict: 'approve', person: 'ana', agoMs: 9 },
      ],
    },
  ]);
  expect(precedentsOf(all, ['q'], 'crm/refund', 10)).toEqual([]);
});

test('the rule that was answered longest ago goes first', () => {
  let all: readonly Answered[] = [];
  for (let i = 0; i <= maxAnswered; i++) all = withAnswer(all, [`p${i}`], 't', said('approve', i));
  expect(all).toHaveLength(maxAnswered);
  expect(precedentsOf(all, ['p0'], 't', 0)).toEqual([]);
  expect(precedentsOf(all, [`p${maxAnswered}`], 't', 0)).toHaveLength(1);
});
