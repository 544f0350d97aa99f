// SPDX-License-Identifier: Apache-2.0
// Signals through a daemon that is a process: said by command, by a source over HTTP with its token, and by a probe of a
// server that is up and down; forgotten by nobody at a restart, and never said by whoever has no token.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { modernClient } from '../builders/era.ts';
import { verifies } from '../requirements.ts';
import { openAccounting, tool } from './accounting.fixture.ts';
import { permitAll } from './daemon.fixture.ts';
import { type DaemonProcess, runDaemon } from './daemon-process.fixture.ts';

const token = 'a-token-of-the-pager-that-nobody-guesses';
const policies = `${permitAll}
@id("severe-only") @reason("Isolation needs a severity of high at least.")
forbid (principal is Agent, action, resource)
when { context.tool.name == "isolate" }
unless { context.signals has severity && context.signals.severity.number >= 2 };
@id("service-up") @reason("The service is down.")
forbid (principal is Agent, action, resource)
when { context.tool.name == "rotate" }
unless { context.signals has "service.up" && context.signals["service.up"].value == "true" };
`;

const acc = openAccounting([tool('isolate'), tool('rotate'), tool('note')]);
let daemon: DaemonProcess;
let service: Server;
let up = true;
/** Where whoever asks would be sent on to. */
let asked: string[] = [];

beforeAll(async () => {
  service = createServer((req, res) => {
    asked.push(req.url ?? '');
    if (up) res.writeHead(200).end('x'.repeat(1 << 20));
    else res.writeHead(302, { location: '/elsewhere' }).end();
  });
  await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', () => resolve()));
  const { port } = service.address() as AddressInfo;
  const signals = `
sources:
  pager: { token: "sha256:${createHash('sha256').update(token).digest('hex')}" }
signals:
  severity: { values: [none, low, high], max_age: 30m, from: [operators, pager] }
  freeze: { type: bool, max_age: 1h, from: [operators] }
  service.up: { type: bool, max_age: 3s, from: [probe] }
probes:
  service.up: { url: "http://127.0.0.1:${port}/healthz", every: 1s, timeout: 1s, up: true, down: false, up_after: 2, down_after: 2 }
`;
  daemon = await runDaemon({
    mcpServers: { acc: acc.server },
    policies,
    signals,
    env: { COUNTERSIGN_RELEASE_WITHIN: '10s' },
  });
  await daemon.accept('acc');
});
afterAll(async () => {
  await daemon?.[Symbol.asyncDispose]();
  service?.closeAllConnections();
  service?.close();
  acc.remove();
});

async function caller() {
  const pass = await daemon.task();
  const client = await modernClient(daemon.url, pass.token);
  return {
    call: async (name: string, id: string) => {
      const answer = await client.callTool({ name: `acc__${name}`, arguments: { id } });
      return answer.isError === true ? 'refused' : 'done';
    },
    close: () => client.close(),
  };
}

async function sent(body: object, headers: Record<string, string> = { authorization: `Bearer ${token}` }) {
  const response = await fetch(new URL('/v1/signals', daemon.url), {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: JSON.parse(await response.text()) };
}

test('said by command it counts, is listed with who said it, and taken back it is missing', async () => {
  const agent = await caller();
  expect(await agent.call('isolate', 'early')).toBe('refused');
  const set = await daemon.cli(
    'signal',
    'set',
    'severity',
    'high',
    '--max-age',
    '10m',
    '--reason',
    'incident 7',
  );
  expect(set.code, set.err).toBe(0);
  expect(await agent.call('isolate', 'severe')).toBe('done');
  const listed = await daemon.cli('signal', 'ls');
  expect(listed.out).toMatch(/severity +fresh +high {2}operator\/local:\d+ {2}until /);
  expect(listed.out).toMatch(/freeze +missing/);
  const shown = await daemon.cli('signal', 'show', 'severity');
  expect(shown.out).toContain('incident 7');
  const told = await daemon.cli('log', '--type', 'signal.set');
  expect(told.out).toContain('severity high');
  expect((await daemon.cli('signal', 'clear', 'severity', '--reason', 'it is over')).code).toBe(0);
  expect(await agent.call('isolate', 'late')).toBe('refused');
  expect(acc.begun('isolate')).toEqual(['severe']);
  await agent.close();
});

test.each([
  [['severity', 'catastrophic'], 'must be one of'],
  [['severity', 'high', '--max-age', '31m'], 'at most 1800 seconds'],
  [['severity', 'high', '--max-age', 'soon'], '--max-age is a time'],
  [['service.up', 'true'], 'not said by `operators`'],
  [['nothing', 'true'], 'nobody has registered'],
])('`signal set %s` is refused', async (args, says) => {
  const { code, err } = await daemon.cli('signal', 'set', ...args);
  expect(code).toBe(1);
  expect(err).toContain(says);
});

test('a source says it with its token, what it may and nothing else', async () => {
  verifies('signals.by-whom-registered');
  const agent = await caller();
  const body = { signal: 'severity', value: 'high', reason: 'paged' };
  expect((await sent(body)).body).toMatchObject({ ok: true, written: true });
  expect((await sent(body)).body).toMatchObject({ ok: true, written: false });
  expect(await agent.call('isolate', 'paged')).toBe('done');
  const [last] = (await daemon.events('type=signal.set')).filter(({ source }) => source === 'pager');
  expect(last).toMatchObject({ signal: 'severity', value: 'high', author: 'source:pager' });

  const before = (await daemon.events('type=signal.set')).length;
  expect(await sent(body, {})).toMatchObject({ status: 401 });
  expect(await sent(body, { authorization: `Bearer ${token}x` })).toMatchObject({ status: 401 });
  // A token of a task is nobody's source.
  const pass = await daemon.task();
  expect(await sent(body, { authorization: `Bearer ${pass.token}` })).toMatchObject({ status: 401 });
  expect(await sent({ signal: 'freeze', value: false })).toMatchObject({ status: 409 });
  expect(await sent({ ...body, also: 1 })).toMatchObject({ status: 400 });
  expect(await sent({ ...body, reason: 'x'.repeat(5000) })).toMatchObject({ status: 413 });
  expect(await sent(body, { authorization: `Bearer ${token}`, 'content-type': 'text/plain' })).toMatchObject({
    status: 415,
  });
  expect((await daemon.events('type=signal.set')).length).toBe(before);
  expect(daemon.said()).not.toContain(token);
  expect(readFileSync(join(daemon.dataDir, 'ledger.sqlite')).includes(token)).toBe(false);
  await daemon.cli('signal', 'clear', 'severity', '--reason', 'over');
  await agent.close();
});

test('a probe says what it finds, and what is not found any more grows stale', {
  timeout: 60_000,
}, async () => {
  const agent = await caller();
  await vi.waitFor(async () => expect(await agent.call('rotate', 'up')).toBe('done'), { timeout: 20_000 });
  up = false;
  asked = [];
  await vi.waitFor(async () => expect(await agent.call('rotate', 'down')).toBe('refused'), {
    timeout: 20_000,
  });
  const said = await daemon.events('type=signal.set');
  expect(said.findLast(({ signal }) => signal === 'service.up')).toMatchObject({ source: 'probe' });
  // Whoever is sent elsewhere does not go.
  expect(asked.every((url) => url === '/healthz')).toBe(true);
  up = true;
  await vi.waitFor(async () => expect(await agent.call('rotate', 'again')).toBe('done'), { timeout: 20_000 });
  await agent.close();
});

test('what was said outlives a restart for as long as it counts, and a file that is saved comes into force', async () => {
  await daemon.cli('signal', 'set', 'severity', 'high');
  await daemon.stop();
  await daemon.start();
  const again = await caller();
  expect(await again.call('isolate', 'restarted')).toBe('done');
  const path = join(daemon.dir, 'signals.yaml');
  const before = readFileSync(path, 'utf8');
  writeFileSync(path, before.replace('[none, low, high]', '[none, low, higher]'));
  await vi.waitFor(async () => expect(await again.call('isolate', 'renamed')).toBe('refused'), {
    timeout: 20_000,
  });
  writeFileSync(path, 'signals: { a: 1 }');
  await vi.waitFor(() => expect(daemon.said()).toContain('the changed file of signals is not in force'), {
    timeout: 20_000,
  });
  expect((await daemon.cli('signal', 'set', 'severity', 'higher')).code).toBe(0);
  await again.close();
});

test('a token is made, and its digest', async () => {
  const { out } = await daemon.cli('signal', 'token', '--json');
  const made = JSON.parse(out);
  expect(made.digest).toBe(`sha256:${createHash('sha256').update(made.token).digest('hex')}`);
});
