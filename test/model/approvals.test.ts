// SPDX-License-Identifier: Apache-2.0
// The approval protocol, explored to its end: in no order of what agent, people, operator, time and nodes do does it go wrong.
import { describe, expect, test } from 'vitest';
import { verifies } from '../requirements.ts';
import { defects } from './approval-defects.ts';
import { insteadDefects } from './approval-instead-defects.ts';
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
    ['a call that is changed', { edit: 1 }, 2],
    ['one that is changed twice', { edit: 2 }, 1],
    ['a change and other arguments', { edit: 1, operand: 1 }, 1],
    ['a change and another policy', { edit: 1, policy: 1 }, 1],
    ['a change and a no', { edit: 1, refuse: 1 }, 1],
    ['a yes for the task', { standing: 1 }, 3],
    ['a yes for the task and time', { standing: 1, ticks: 3 }, 1],
    ['a yes for the task and something that is read', { standing: 1, labels: 1 }, 1],
    ['a yes for the task and other arguments', { standing: 1, operand: 1 }, 1],
    ['a broken glass', { glass: 1 }, 1],
    ['a broken glass and time', { glass: 1, ticks: 2 }, 1],
    ['a broken glass that is closed', { glass: 1, close: 1 }, 1],
    ['a broken glass and a revocation', { glass: 1, revoke: 1 }, 1],
    ['a broken glass and somebody who leaves', { glass: 1, people: 1 }, 1],
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
  test.each([...defects, ...insteadDefects].map((defect) => [defect.what, defect] as const))(
    '%s',
    (_what, { parts, happenings, found, asks = 2 }) => {
      const { wrong, way } = explore(happenings, parts, asks);
      expect(wrong, way?.join(', ')).toBe(found);
    },
    minutes,
  );
});
