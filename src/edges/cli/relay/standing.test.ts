// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { type Daemon, DaemonUnreachable, type Reply } from '../client.ts';
import { createStanding, type NoStanding, type Wanted } from './standing.ts';

const hour = 3_600_000;
const own: Wanted = {
  kind: 'own',
  order: { type: 'support', agent: 'a', params: {}, ttlMs: 8 * hour },
};

/** A daemon that mints tokens of an hour, and a clock to turn. */
function office(wanted: Wanted = own) {
  let now = Date.UTC(2026, 0, 1);
  let minted = 0;
  let answer: ((path: string) => Reply | undefined) | undefined;
  const calls: string[] = [];
  const bodies: unknown[] = [];
  const daemon: Daemon = {
    async call(_method, path, body) {
      calls.push(path);
      bodies.push(body);
      const said = answer?.(path);
      if (said !== undefined) return said;
      return {
        status: 200,
        body: {
          token: `token-${++minted}`,
          task: 't_1',
          session: 's_1',
          urls: ['http://127.0.0.1:7171/mcp'],
          tokenExpiresAt: new Date(now + hour).toISOString(),
        },
      };
    },
    async *lines() {},
  };
  const standing = createStanding(
    daemon,
    wanted,
    (url) => url,
    () => now,
  );
  return {
    standing,
    calls,
    bodies,
    pass: (ms: number) => {
      now += ms;
    },
    answers: (with_: typeof answer) => {
      answer = with_;
    },
  };
}

const unreachable = (): never => {
  throw new DaemonUnreachable('no daemon: start one with `countersign up`');
};
const over: Reply = { status: 409, body: { code: 'not_possible', message: 'session `s_1` is over' } };

test('a task is started once, however many ask at once', async () => {
  const { standing, calls } = office();
  const passes = await Promise.all([standing.pass(), standing.pass(), standing.pass()]);
  expect(passes.map(({ token }) => token)).toEqual(['token-1', 'token-1', 'token-1']);
  expect(calls).toEqual(['/v1/tasks']);
});

test('a token is kept while it is good and renewed a minute before its end', async () => {
  const { standing, calls, pass } = office();
  await standing.pass();
  pass(hour - 61_000);
  expect((await standing.pass()).token).toBe('token-1');
  pass(2_000);
  expect((await standing.pass()).token).toBe('token-2');
  expect(calls).toEqual(['/v1/tasks', '/v1/tokens']);
});

test('without a daemon the token in hand serves until it expires, and no longer', async () => {
  const { standing, answers, pass } = office();
  await standing.pass();
  answers(unreachable);
  pass(hour - 30_000);
  expect((await standing.pass()).token).toBe('token-1');
  pass(31_000);
  await expect(standing.pass()).rejects.toThrow('countersign up');
  answers(undefined);
  expect((await standing.pass()).token).toBe('token-2');
});

test('what has ended or was revoked is not started again', async () => {
  const { standing, answers, calls, pass } = office();
  await standing.pass();
  answers(() => over);
  await expect(standing.renewed()).rejects.toThrow('is over');
  answers(undefined);
  pass(hour);
  const error: NoStanding = await standing.pass().then(
    () => expect.fail('a new task was started'),
    (thrown) => thrown,
  );
  expect(error.passing).toBe(false);
  expect(calls).toEqual(['/v1/tasks', '/v1/tokens']);
});

test('a refusal is not asked for again with every message, and may pass', async () => {
  const { standing, answers, calls, pass } = office();
  answers(() => ({ status: 403, body: { message: 'No tasks today.', policies: ['no-tasks'] } }));
  await expect(standing.pass()).rejects.toThrow('No tasks today. (no-tasks)');
  await expect(standing.pass()).rejects.toThrow('No tasks today.');
  expect(calls).toHaveLength(1);
  pass(5_001);
  answers(undefined);
  expect((await standing.pass()).token).toBe('token-1');
});

test.each<[what: string, body: unknown]>([
  ['nothing', undefined],
  ['no token', { task: 't', session: 's', urls: ['http://x'], tokenExpiresAt: '2026-01-01T01:00:00Z' }],
  ['no url', { token: 'x', task: 't', session: 's', urls: [], tokenExpiresAt: '2026-01-01T01:00:00Z' }],
  ['no time', { token: 'x', task: 't', session: 's', urls: ['http://x'], tokenExpiresAt: 'soon' }],
])('an answer with %s is no pass', async (_what, body) => {
  const { standing, answers } = office();
  answers(() => ({ status: 200, body }));
  await expect(standing.pass()).rejects.toThrow('cannot be understood');
});

test('its own task ends with it, also one that is just being started', async () => {
  const { standing, calls, bodies } = office();
  void standing.pass();
  await standing.end('gone');
  expect(calls).toEqual(['/v1/tasks', '/v1/tasks/end']);
  expect(bodies[1]).toEqual({ task: 't_1', reason: 'gone' });
  await expect(standing.renewed()).rejects.toThrow('closing');
});

test('the task of somebody else goes on', async () => {
  const { standing, calls, bodies } = office({ kind: 'under', task: 't_9' });
  await standing.pass();
  await standing.end('gone');
  expect(calls).toEqual(['/v1/sessions']);
  expect(bodies).toEqual([{ task: 't_9' }]);
});

test('ending never fails for want of a daemon', async () => {
  const { standing, answers } = office();
  await standing.pass();
  answers(unreachable);
  await expect(standing.end('gone')).resolves.toBeUndefined();
});
