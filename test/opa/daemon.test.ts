// SPDX-License-Identifier: Apache-2.0
// The whole of it: a real client, the daemon as a process, a real MCP server behind it, and an OPA beside it.
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { verifies } from '../requirements.ts';
import { type Accounting, openAccounting, tool } from '../scenarios/accounting.fixture.ts';
import { type DaemonProcess, runDaemon } from '../scenarios/daemon-process.fixture.ts';
import { type OpaServer, openOpaServer } from './opa-server.ts';

let opa: OpaServer;
let acc: Accounting;
let daemon: DaemonProcess;
let client: Client;

beforeAll(async () => {
  opa = await openOpaServer(({ args, caller }) => {
    if (caller.agent !== 'local-agent') return undefined;
    return args.id === 'forbidden'
      ? { outcome: 'deny', reasons: ['The freeze is on.'] }
      : { outcome: 'allow' };
  });
  acc = openAccounting([tool('note')]);
  const env = { COUNTERSIGN_OPA: opa.url, COUNTERSIGN_OPA_TOKEN: 'opa-token-of-the-test' };
  // It starts while OPA answers nothing: the canary is denied by policy.
  opa.misbehave((res) => void res.writeHead(503).end());
  daemon = await runDaemon({ mcpServers: { acc: acc.server }, env });
  opa.misbehave(undefined);
  await daemon.accept('acc');
  const { token } = await daemon.task();
  client = new Client({ name: 'opa', version: '1' }, { versionNegotiation: { mode: { pin: '2026-07-28' } } });
  const requestInit = { headers: { authorization: `Bearer ${token}` } };
  await client.connect(new StreamableHTTPClientTransport(new URL(daemon.url), { requestInit }));
}, 60_000);

afterAll(async () => {
  await client?.close();
  await daemon?.[Symbol.asyncDispose]();
  acc?.remove();
  await opa?.[Symbol.asyncDispose]();
});

const call = (id: string) => client.callTool({ name: 'acc__note', arguments: { id } });

test('it starts without OPA, and the canary is denied', async () => {
  verifies('opa.silence-denies');
  const canary = (await daemon.events('type=decision')).find(({ request }) => request.target === 'canary');
  expect(canary).toMatchObject({ outcome: 'deny', code: 'forbidden' });
  expect(JSON.stringify(opa.asked)).not.toContain('canary');
});

test('a call that OPA denies is refused in its words, and what it allows is done', async () => {
  verifies('opa.stricter-only');
  const refused = await call('forbidden');
  expect(refused).toMatchObject({
    isError: true,
    content: [{ text: expect.stringContaining('The freeze is on') }],
    _meta: { 'dev.countersign/decision': { outcome: 'deny', code: 'opa_denied' } },
  });
  expect(await call('fine')).toMatchObject({ content: [{ text: 'did note fine' }] });
  expect(acc.begun()).toEqual(['fine']);
  expect(opa.asked.at(-1)).toMatchObject({
    headers: { authorization: 'Bearer opa-token-of-the-test' },
    input: { version: 1, action: 'acc/note', args: { id: 'fine' }, caller: { agent: 'local-agent' } },
  });
});

test('while OPA is down nothing is done, and then it is again', async () => {
  verifies('opa.silence-denies');
  opa.misbehave((res) => void res.socket?.destroy());
  const refused = await call('down');
  expect(refused).toMatchObject({
    isError: true,
    _meta: { 'dev.countersign/decision': { code: 'opa_unreachable' } },
  });
  opa.misbehave(undefined);
  expect(await call('up again')).toMatchObject({ content: [{ text: 'did note up again' }] });
  expect(acc.begun()).toEqual(['fine', 'up again']);
});

test('status and doctor name it, explain tells its code, the log has the form of OPA, no secret in any of it', async () => {
  verifies('opa.fact');
  const { out: status } = await daemon.cli('status');
  expect(status).toContain(`opa         ${opa.url}, at most 500 ms`);
  const { out: doctor } = await daemon.cli('doctor');
  expect(doctor).toContain('second_opinion');
  const denied = (await daemon.events('type=decision')).find(({ code }) => code === 'opa_denied');
  const { out: explained } = await daemon.cli('explain', denied.id);
  expect(explained).toContain('OPA, asked beside policy, denies it');
  expect(explained).toMatch(/OPA was asked, and said[\s\S]*The freeze is on\./);
  expect((await daemon.cli('verify', '--payloads')).code).toBe(0);

  const { out } = await daemon.cli('log', '--format', 'opa');
  const lines = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const line = lines.find(({ decision_id }) => decision_id === denied.id);
  expect(line).toMatchObject({
    labels: { app: 'countersign', id: 'local' },
    path: 'countersign/decision',
    input: { caller: { agent: 'local-agent' }, action: 'acc/note', tool: { server: 'acc', name: 'note' } },
    erased: ['/input/args'],
    result: { outcome: 'deny', code: 'opa_denied', opa: { outcome: 'deny' } },
    timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
  });
  expect(line.input).not.toHaveProperty('args');
  expect(lines.every(({ decision_id, result }) => decision_id !== '' && result.outcome !== undefined)).toBe(
    true,
  );
  expect(status + doctor + explained + out + daemon.said()).not.toContain('opa-token-of-the-test');
});
