// SPDX-License-Identifier: Apache-2.0
// Revocation, holds and delegation, explored to their end: in no order of what agents, an operator, time and nodes do does it go wrong.
import { describe, expect, test } from 'vitest';
import { verifies } from '../requirements.ts';
import { steer } from './steer.ts';
import { defects } from './steering-defects.ts';
import { sound } from './steering-parts.ts';
import { type Cut, cuts, type Happenings } from './steering-world.ts';

const minutes = 300_000;
const asks = 3;

function expectRight(happenings: Happenings, most = asks): void {
  const { wrong, way, states, most: begun } = steer(happenings, sound, asks);
  expect(wrong === undefined ? [] : [wrong, ...(way ?? [])]).toEqual([]);
  // What never begins goes never wrong: it has begun, as often as it was asked.
  expect(begun).toBe(most);
  expect(states).toBeGreaterThan(50);
}

describe('in every order of deciding, beginning and folding, on two nodes, an agent and one under it,', () => {
  verifies('steering.model-checked');

  test.each(Object.keys(cuts) as Cut[])(
    '%s, and time',
    (cut) => expectRight({ cuts: [cut], runs: 'fits', ticks: 2 }),
    minutes,
  );

  test.each<[beside: string, happenings: Happenings]>([
    ['a pause that is lifted, and time', { cuts: ['pause the agent'], lifts: 1, runs: 'fits', ticks: 2 }],
    ['a kill switch that is lifted, and a crash', { cuts: ['stop all'], lifts: 1, runs: 'fits', crash: 1 }],
    [
      'a pause that is lifted and a revocation',
      { cuts: ['pause the agent', 'revoke the agent'], lifts: 1, runs: 'fits' },
    ],
    ['a revocation below and one above', { cuts: ['revoke the agent below', 'end the task'], runs: 'fits' }],
    ['a quarantine, and reading', { cuts: ['quarantine the task'], runs: 'fits', acts: ['read', 'send'] }],
    [
      'a tool that is revoked, and reading',
      { cuts: ['revoke the tool'], runs: 'fits', acts: ['read', 'send'] },
    ],
    ['a sweep while the child is started', { cuts: ['sweep the agent'], child: 'fits', acts: ['read'] }],
    ['an end while the child is started', { cuts: ['end the task'], child: 'fits', acts: ['read'] }],
    ['the end of its time, and a child', { child: 'fits', ticks: 4, acts: ['read'] }],
    ['crashes', { crash: 2, runs: 'fits' }],
    ['a revocation, a crash and time', { cuts: ['revoke the task'], crash: 1, runs: 'fits', ticks: 2 }],
  ])('%s', (_beside, happenings) => expectRight(happenings), minutes);

  test('a child is given no more than its parent has, and does no more where it was', () => {
    verifies('steering.model-checked');
    expect(steer({ child: 'wide' }, sound, 1)).toMatchObject({ most: 1 });
    const { wrong, most } = steer({ runs: 'wide', acts: ['read other'] }, sound, 2);
    expect([wrong, most]).toEqual([undefined, 0]);
  });
});

describe('is noticed:', () => {
  test.each(defects.map((defect) => [defect.what, defect] as const))(
    '%s',
    (_what, { parts, happenings, found }) => {
      const { wrong, way } = steer(happenings, parts, asks);
      expect(wrong, way?.join(', ')).toMatch(found);
    },
    minutes,
  );
});
