// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { signalIn, type Until, untilOf } from './until.ts';

test.each<[text: string, until: Until, signal: string | undefined]>([
  ['signal:payments', { on: 'signal', signal: 'payments' }, 'payments'],
  [
    'signal:dependency.payments=healthy',
    { on: 'signal', signal: 'dependency.payments', value: 'healthy' },
    'dependency.payments',
  ],
  ['signal:queue.depth=-3', { on: 'signal', signal: 'queue.depth', value: '-3' }, 'queue.depth'],
  ['calendar:changes', { on: 'calendar', calendar: 'changes' }, 'calendar.changes'],
  ['time:2027-01-31T08:00:00Z', { on: 'time', at: Date.UTC(2027, 0, 31, 8) }, undefined],
  ['call:vault/check', { on: 'call', action: 'vault/check' }, undefined],
])('%s', (text, until, signal) => {
  const read = untilOf(text);
  expect(read).toEqual(until);
  expect(read === undefined ? '' : signalIn(read)).toBe(signal);
});

test.each([
  ...[
    '',
    'signal:',
    'signal:Payments',
    'signal:a b',
    'signal:x=',
    'signal:x=a=b',
    'signal:x=a b',
    'signal:calendar.changes',
  ],
  ...[
    'calendar:',
    'calendar:A',
    `calendar:${'a'.repeat(49)}`,
    'time:tomorrow',
    'time:2027-13-31T08:00:00Z',
    'time:2027-01-31',
  ],
  ...['call:', 'call:a b', `call:${'a'.repeat(257)}`, 'person:ana', 'signal', 'Signal:x'],
])('`%s` is none', (text) => expect(untilOf(text)).toBeUndefined());
