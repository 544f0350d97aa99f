// SPDX-License-Identifier: Apache-2.0
// Calls that wait, between a real client, a daemon that is a process and a real server: held and woken, answered and made
// again, asked for over HTTP, cancelled, over with their time, and there after the daemon was killed.
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { modernClient } from '../builders/era.ts';
import { verifies } from '../requirements.ts';
import { openAccounting, tool } from './accounting.fixture.ts';
import { permitAll } from './daemon.fixture.ts';
import { type DaemonFiles, type DaemonProcess, type Pass, runDaemon } from './daemon-process.fixture.ts';

const signals = `
signals:
  payments: { values: [healthy, down], max_age: 10m, from: [operators] }
  freeze: { type: bool, max_age: 10m, from: [operators] }
`;
const policies = `${permitAll}
@id("payments-up") @outcome("defer") @until("signal:payments=healthy") @timeout("5m")
@reason("Payments is down: the rotation waits for it.")
forbid (principal is Agent, action, resource) when { context.tool.name == "rotate" }
unless { context.signals has payments && context.signals.payments.value == "healthy" };
@id("not-long") @outcome("defer") @until("signal:freeze=false") @timeout("2s")
@reason("Changes are frozen.")
forbid (principal is Agent, action, resource) when { context.tool.name == "deploy" };
`;

const acc = openAccounting([tool('rotate'), tool('deploy'), tool('note')]);
/** Holds calls for long, and not at all. */
let holds: DaemonProcess;
let answers: DaemonProcess;

beforeAll(async () => {
  const env = { COUNTERSIGN_RELEASE_WITHIN: '10s' };
  const files: DaemonFiles = { mcpServers: { acc: acc.server }, policies, signals, env };
  [holds, answers] = await Promise.all([
    runDaemon({ ...files, flags: ['--approval-hold', '60s'] }),
    runDaemon({ ...files, flags: ['--approval-hold', '0'] }),
  ]);
  await Promise.all([holds.accept('acc'), answers.accept('acc')]);
});
afterAll(async () => {
  await Promise.all([holds?.[Symbol.asyncDispose](), answers?.[Symbol.asyncDispose]()]);
  acc.remove();
});

const times = (name: string, id: string) => acc.begun(name).filter((one) => one === id).length;

async function jobAt(daemon: DaemonProcess) {
  const pass: Pass = await daemon.task();
  const client = await modernClient(daemon.url, pass.token);
  return {
    pass,
    async call(name: string, id: string, onProgress?: (message: string) => void) {
      const answer = await client.callTool(
        { name: `acc__${name}`, arguments: { id } },
        {
          timeout: 60_000,
          ...(onProgress === undefined
            ? {}
            : { onprogress: ({ message }: { message?: string | undefined }) => onProgress(message ?? '') }),
        },
      );
      const said = answer._meta?.['dev.countersign/decision'];
      const data = typeof said === 'object' && said !== null ? { ...said } : {};
      const text = answer.content.map((part) => (part.type === 'text' ? part.text : '')).join('\n');
      // biome-ignore lint/suspicious/noExplicitAny: as a stranger would read it
      return { done: answer.isError !== true, text, data: data as any };
    },
    close: () => client.close(),
  };
}

async function waiting(daemon: DaemonProcess, { session }: Pass) {
  return vi.waitFor(
    async () => {
      const listed = await daemon.cli('deferrals', 'ls', '--json');
      const found = JSON.parse(listed.out).deferrals.find(
        (one: { session: string }) => one.session === session,
      );
      if (found === undefined) throw new Error(`nothing waits: ${listed.out}${listed.err}`);
      return found;
    },
    { timeout: 20_000 },
  );
}

const say = async (daemon: DaemonProcess, value: string) => {
  const { code, err } = await daemon.cli('signal', 'set', 'payments', value);
  if (code !== 0) throw new Error(err);
};

async function polled(daemon: DaemonProcess, id: string, token: string, ms = 30_000) {
  const response = await fetch(new URL(`/v1/deferrals/wait?id=${id}&ms=${ms}`, daemon.url), {
    headers: token === '' ? {} : { authorization: `Bearer ${token}` },
  });
  return { status: response.status, body: JSON.parse(await response.text()) };
}

test('a call that is held goes on when the signal says so, is told meanwhile what it waits for, and is made once', async () => {
  verifies('deferral.once');
  const job = await jobAt(holds);
  const told: string[] = [];
  const held = job.call('rotate', 'held', (message) => told.push(message));
  const place = await waiting(holds, job.pass);
  expect(place).toMatchObject({ state: 'waiting', waits: [{ until: 'signal:payments=healthy' }] });
  // Independent calls of the same job go on.
  expect((await job.call('note', 'meanwhile')).done).toBe(true);
  // The same call once more: it attaches to the same place.
  const again = job.call('rotate', 'held');
  await say(holds, 'down');
  await say(holds, 'healthy');
  const both = await Promise.all([held, again]);
  expect(both.filter(({ done }) => done)).toHaveLength(1);
  expect(both.find(({ done }) => !done)?.data.code).toBe('deferral_gone');
  expect(times('rotate', 'held')).toBe(1);
  expect(told[0]).toContain('waiting for signal:payments=healthy');
  const { out } = await holds.cli('log', '--session', job.pass.session);
  expect(out).toContain(`waits: ${place.deferral}`);
  await say(holds, 'down');
  await job.close();
});

test('one that is not held is told what it waits for, asks when it is ready, and is made again', async () => {
  const job = await jobAt(answers);
  const refused = await job.call('rotate', 'asked');
  expect(refused.data).toMatchObject({
    outcome: 'defer',
    code: 'deferred',
    waitsFor: ['signal:payments=healthy'],
    deferral: expect.stringMatching(/^w-/),
  });
  expect(refused.text).toContain('Payments is down');
  expect(refused.text).toContain('Make exactly the same call again');
  const id = refused.data.deferral;

  // Its own, and nobody else's.
  const stranger = await jobAt(answers);
  expect(await polled(answers, id, stranger.pass.token, 0)).toMatchObject({ status: 404 });
  expect(await polled(answers, id, '', 0)).toMatchObject({ status: 401 });
  expect(await polled(answers, 'w-none', job.pass.token, 0)).toMatchObject({ status: 404 });
  expect((await polled(answers, id, job.pass.token, 0)).body).toMatchObject({ state: 'waiting' });

  const ready = polled(answers, id, job.pass.token);
  const operators = answers.control.call('GET', `/v1/deferrals/wait?id=${id}`);
  await say(answers, 'healthy');
  expect((await ready).body).toMatchObject({ state: 'ready', action: expect.any(String) });
  expect((await operators).body).toMatchObject({ state: 'ready' });
  expect((await job.call('rotate', 'asked')).done).toBe(true);
  expect(times('rotate', 'asked')).toBe(1);
  expect(await polled(answers, id, job.pass.token, 0)).toMatchObject({ status: 404 });
  await say(answers, 'down');
  await Promise.all([job.close(), stranger.close()]);
});

test('a held call whose time is over is denied, and so is the same call after it', {
  timeout: 60_000,
}, async () => {
  verifies('deferral.bounded');
  const job = await jobAt(holds);
  const held = await job.call('deploy', 'late');
  expect(held).toMatchObject({ done: false, data: { outcome: 'deny', code: 'deferral_expired' } });
  expect((await job.call('deploy', 'late')).data.code).toBe('deferral_expired');
  expect(times('deploy', 'late')).toBe(0);
  const asked = (await holds.events('type=deferral.requested')).filter(
    ({ session }) => session === job.pass.session,
  );
  expect(asked).toHaveLength(1);
  await job.close();
});

test('a held call whose wait is ended is denied in the words of who ended it', async () => {
  const job = await jobAt(holds);
  const held = job.call('rotate', 'cancelled');
  const { deferral } = await waiting(holds, job.pass);
  expect((await holds.cli('deferrals', 'show', deferral)).out).toContain(
    'payments-up: until signal:payments=healthy',
  );
  expect((await holds.cli('deferrals', 'cancel', deferral)).code).toBe(1);
  const cancelled = await holds.cli('deferrals', 'cancel', deferral, '--reason', 'not during the incident');
  expect(cancelled.code, cancelled.err).toBe(0);
  const answer = await held;
  expect(answer.data.code).toBe('deferral_cancelled');
  expect(answer.text).toContain('not during the incident');
  expect(times('rotate', 'cancelled')).toBe(0);
  await job.close();
});

test('what waits when the daemon is killed waits on after it, and is made once', {
  timeout: 60_000,
}, async () => {
  verifies('deferral.survives');
  const job = await jobAt(answers);
  const first = (await job.call('rotate', 'killed')).data;
  await answers.stop('SIGKILL');
  await answers.start();
  const client = await modernClient(answers.url, job.pass.token);
  const again = await client.callTool({ name: 'acc__rotate', arguments: { id: 'killed' } });
  expect(again._meta?.['dev.countersign/decision']).toMatchObject({
    deferral: first.deferral,
    deferralExpiresAt: first.deferralExpiresAt,
  });
  await say(answers, 'healthy');
  expect((await client.callTool({ name: 'acc__rotate', arguments: { id: 'killed' } })).isError ?? false).toBe(
    false,
  );
  expect(times('rotate', 'killed')).toBe(1);
  const explained = await answers.cli('explain', first.decision);
  expect(explained.out).toContain('signal:payments=healthy');
  const verified = await answers.cli('verify');
  expect(verified.code, verified.out + verified.err).toBe(0);
  await client.close();
});
