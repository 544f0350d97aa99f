// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { handClock } from '../../test/simulator/one-node.ts';
import { tools } from '../../test/simulator/rules.ts';
import type { Event } from '../core/record/event.ts';
import { createLiveCalls, type LiveCall } from './live.ts';

const who = { agent: 'a', task: 't', session: 's', tokenId: 'k' };

function setUp() {
  const clock = handClock();
  const live = createLiveCalls(clock, 1000);
  const [entry] = tools;
  if (entry === undefined) throw new Error('no tool');
  const open = (decision: string, caller = who): LiveCall =>
    live.open(
      decision,
      { caller, above: [], entry, args: {}, resource: { type: 'Target', id: 'x' } },
      clock.monotonicMs(),
    );
  return { clock, live, open };
}

const header = { v: 1, id: 'e', at: 0, node: 'n', tenant: 'd', moves: [], drops: [], reads: {} } as const;
const redecided = (session: string, outcome: 'keep' | 'end'): Event => ({
  ...header,
  ...{ type: 'session.redecided', session, outcome, trigger: '', policy: '', by: [], reason: '' },
});
const revoked = (scope: 'agent' | 'task' | 'session' | 'token', target: string): Event => ({
  ...header,
  type: 'revoked',
  scope,
  target,
  reason: '',
});

describe('a live call', () => {
  test('is released in time, and once', () => {
    const { clock, open } = setUp();
    const call = open('d1');
    clock.pass(1000);
    expect(call.released()).toBe(false);
    expect(call.release()).toBe('go');
    expect(call.released()).toBe(true);
    expect(call.release()).toBe('stopped');
  });

  test('is stale a millisecond later, and stays so', () => {
    const { clock, open } = setUp();
    const call = open('d1');
    clock.pass(1001);
    expect([call.release(), call.release(), call.released()]).toEqual(['stale', 'stale', false]);
  });

  test('is stale when the machine slept: the monotonic clock alone cannot know', () => {
    const { clock, open } = setUp();
    const call = open('d1');
    clock.jump(60_000);
    expect(call.release()).toBe('stale');
  });

  test('lives no longer for a wall clock that was set back', () => {
    const { clock, open } = setUp();
    const call = open('d1');
    clock.jump(-60_000);
    clock.pass(1001);
    expect(call.release()).toBe('stale');
  });

  test('that was closed is not released: the record says that it is over', () => {
    const { live, open } = setUp();
    const call = open('d1');
    live.close('d1');
    expect(call.release()).toBe('stopped');
    expect(live.has('d1')).toBe(false);
  });

  test.each<[what: string, event: Event, stopped: boolean]>([
    ['its agent is revoked', revoked('agent', 'a'), true],
    ['its task is revoked', revoked('task', 't'), true],
    ['its session is revoked', revoked('session', 's'), true],
    ['its task ends', { ...header, type: 'task.ended', task: 't', reason: '' }, true],
    ['policy ends its session', redecided('s', 'end'), true],
    ['policy ends another session', redecided('r', 'end'), false],
    ['policy keeps its session', redecided('s', 'keep'), false],
    ['its token is revoked', revoked('token', 'k'), true],
    ['another token is revoked', revoked('token', 'l'), false],
    ['another agent is revoked', revoked('agent', 'b'), false],
    ['a task with the name of its session is revoked', revoked('task', 's'), false],
    ['another task ends', { ...header, type: 'task.ended', task: 'u', reason: '' }, false],
  ])('when %s', (_what, event, stopped) => {
    const { live, open } = setUp();
    const [call, gone] = [open('d1'), open('d2')];
    expect(gone.release()).toBe('go');
    live.learn(event);
    expect([call.signal.aborted, gone.signal.aborted]).toEqual([stopped, stopped]);
    expect(call.release()).toBe(stopped ? 'stopped' : 'go');
  });

  test('says why it was stopped, the first time', () => {
    const { live, open } = setUp();
    const call = open('d1');
    live.stop(({ task }) => task === 't', 'store_lost');
    live.stop(() => true, 'shutdown');
    expect(call.signal.reason).toBe('store_lost');
    expect(live.size()).toBe(1);
  });
});
