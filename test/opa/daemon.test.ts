// SPDX-License-Identifier: Apache-2.0
// The whole of it: a real client, the daemon as a process, a real MCP server behind it, and an OPA beside it.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { verifies } from '../requirements.ts';
import { type AskedDaemon, openAskedDaemon } from './asked-daemon.fixture.ts';
import { type OpaServer, openOpaServer } from './opa-server.ts';

let opa: OpaServer;
let asked: AskedDaemon;

beforeAll(async () => {
  opa = await openOpaServer(({ args, caller }) => {
    if (caller.agent !== 'local-agent') return undefined;
    return args.id === 'forbidden'
      ? { outcome: 'deny', reasons: ['The freeze is on.'] }
      : { outcome: 'allow' };
  });
  const env = { COUNTERSIGN_OPA: opa.url, COUNTERSIGN_OPA_TOKEN: 'opa-token-of-the-test' };
  // It starts while OPA answers nothing: the canary is denied by policy.
  opa.misbehave((res) => void res.writeHead(503).end());
  asked = await openAskedDaemon(env);
  opa.misbehave(undefined);
}, 60_000);

afterAll(async () => {
  await asked?.[Symbol.asyncDispose]();
  await opa?.[Symbol.asyncDispose]();
});

test('it starts without OPA, and the canary is denied', async () => {
  verifies('opa.silence-denies');
  const canary = (await asked.daemon.events('type=decision')).find(
    ({ request }) => request.target === 'canary',
  );
  expect(canary).toMatchObject({ outcome: 'deny', code: 'forbidden' });
  expect(JSON.stringify(opa.asked)).not.toContain('canary');
});

test('a call that OPA denies is refused in its words, and what it allows is done', async () => {
  verifies('opa.stricter-only');
  const refused = await asked.call('forbidden');
  expect(refused).toMatchObject({
    isError: true,
    content: [{ text: expect.stringContaining('The freeze is on') }],
    _meta: { 'dev.countersign/decision': { outcome: 'deny', code: 'opa_denied' } },
  });
  expect(await asked.call('fine')).toMatchObject({ content: [{ text: 'did note fine' }] });
  expect(asked.acc.begun()).toEqual(['fine']);
  expect(opa.asked.at(-1)).toMatchObject({
    headers: { authorization: 'Bearer opa-token-of-the-test' },
    input: { version: 1, action: 'acc/note', args: { id: 'fine' }, caller: { agent: 'local-agent' } },
  });
});

test('while OPA is down nothing is done, and then it is again', async () => {
  verifies('opa.silence-denies');
  opa.misbehave((res) => void res.socket?.destroy());
  const refused = await asked.call('down');
  expect(refused).toMatchObject({
    isError: true,
    _meta: { 'dev.countersign/decision': { code: 'opa_unreachable' } },
  });
  opa.misbehave(undefined);
  expect(await asked.call('up again')).toMatchObject({ content: [{ text: 'did note up again' }] });
  expect(asked.acc.begun()).toEqual(['fine', 'up again']);
});

test('status and doctor name it, explain tells its code, the log has the form of OPA, no secret in any of it', async () => {
  verifies('opa.fact');
  const { out: status } = await asked.daemon.cli('status');
  expect(status).toContain(`opa         ${opa.url}, at most 500 ms`);
  const { out: doctor } = await asked.daemon.cli('doctor');
  expect(doctor).toContain('second_opinion');
  const denied = (await asked.daemon.events('type=decision')).find(({ code }) => code === 'opa_denied');
  const { out: explained } = await asked.daemon.cli('explain', denied.id);
  expect(explained).toContain('OPA, asked beside policy, denies it');
  expect(explained).toMatch(/OPA was asked, and said[\s\S]*The freeze is on\./);
  expect((await asked.daemon.cli('verify', '--payloads')).code).toBe(0);

  const { out } = await asked.daemon.cli('log', '--format', 'opa');
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
  expect(status + doctor + explained + out + asked.daemon.said()).not.toContain('opa-token-of-the-test');
});
