// SPDX-License-Identifier: Apache-2.0
// The approval protocol, explored to its end: in no order of what agent, people, operator, time and nodes do does it go wrong.
import { describe, expect, test } from 'vitest';
import { verifies } from '../requirements.ts';
import { defects } from './approval-defects.ts';
import { sound } from './approval-parts.ts';
import type { Happenings } from './approval-world.ts';
import { explore } from './explore.ts';

const minutes = 300_000;

describe('in every order of asking, voting and doing, on two nodes', () => {
  verifies('approvals.model-checked');

  // Beside three asks of one session, or two where more goes on.
  test.each<[beside: string, happenings: Happenings, asks: number]>([
    ['nothing else', {}, 3],
    ['time', { ticks: 3 }, 2],
    ['other arguments', { operand: 1 }, 2],
    ['another file', { file: 1 }, 2],
    ['another file and a crash', { file: 1, crash: 1 }, 2],
    ['another policy', { policy: 1 }, 2],
    ['something that is read', { labels: 1 }, 2],
    ['somebody who leaves the group', { people: 1 }, 3],
    ['a revocation and time', { revoke: 1, ticks: 2 }, 2],
    ['a crash', { crash: 2 }, 2],
    ['a no', { refuse: 1 }, 3],
    ['other arguments and a crash', { operand: 1, crash: 1 }, 2],
    ['another policy and a no', { policy: 1, refuse: 1 }, 2],
    ['somebody who leaves and a revocation', { people: 1, revoke: 1 }, 2],
    ['somebody who leaves, a no and a crash', { people: 1, refuse: 1, crash: 1 }, 2],
  ])(
    'and %s',
    (_beside, happenings, asks) => {
      const { wrong, way, states, mostDone } = explore(happenings, sound, asks);
      expect(wrong === undefined ? [] : [wrong, ...(way ?? [])]).toEqual([]);
      // What is never done goes never wrong: it has been done, as often as it was asked.
      expect(mostDone).toBe(asks);
      expect(states).toBeGreaterThan(500);
    },
    minutes,
  );
});

describe('is noticed:', () => {
  test.each(defects.map((defect) => [defect.what, defect] as const))(
    '%s',
    (_what, { parts, happenings, found }) => {
      const { wrong, way } = explore(happenings, parts, 2);
      expect(wrong, way?.join(', ')).toBe(found);
    },
    minutes,
  );
});
