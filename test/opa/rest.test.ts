// SPDX-License-Identifier: Apache-2.0
// The adapter against a server over real HTTP: whatever goes wrong there is an answer that denies.
import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type OpaClient, openOpa } from '../../src/adapters/opa/rest.ts';
import { type OpaServer, openOpaServer } from './opa-server.ts';

let server: OpaServer;
let client: OpaClient;

beforeEach(async () => {
  server = await openOpaServer(() => ({ outcome: 'allow' }));
  client = openOpa({ url: new URL(server.url), token: 'token-of-the-test' });
});
afterEach(async () => {
  await client.close();
  await server[Symbol.asyncDispose]();
});

const answers =
  (status: number, body: string, headers: Record<string, string> = {}) =>
  (res: ServerResponse): void =>
    void res.writeHead(status, headers).end(body);

test('the input is sent as it is, with the token, and the answer has the name that OPA gave it', async () => {
  server.decide(() => ({
    outcome: 'deny',
    reasons: ['Not on Fridays.'],
    obligations: ['max_result_bytes:9'],
  }));
  expect(await client.ask('{"version":1}', 1000)).toEqual({
    ok: true,
    opinion: {
      outcome: 'deny',
      reasons: ['Not on Fridays.'],
      obligations: [{ name: 'max_result_bytes', bytes: 9 }],
    },
    decisionId: '00000000-0000-4000-8000-000000000001',
  });
  expect(server.asked).toMatchObject([
    {
      path: '/v1/data/countersign/decision',
      input: { version: 1 },
      headers: { authorization: 'Bearer token-of-the-test', 'content-type': 'application/json' },
    },
  ]);
});

test('connections are kept', async () => {
  for (let i = 0; i < 10; i++) expect(await client.ask('{}', 1000)).toMatchObject({ ok: true });
  expect(server.connections()).toBeLessThan(4);
});

test('a kept connection that was closed meanwhile is no denial', async () => {
  expect(await client.ask('{}', 1000)).toMatchObject({ ok: true });
  let first = true;
  server.misbehave((res) => {
    if (first) res.socket?.destroy();
    else answers(200, '{"result":{"outcome":"allow"}}')(res);
    first = false;
  });
  expect(await client.ask('{}', 1000)).toMatchObject({ ok: true });
});

const allow = '{"result":{"outcome":"allow"}}';
test.each<[what: string, how: (res: ServerResponse) => void, code: string]>([
  ['undefined: no result', answers(200, '{"decision_id":"x"}'), 'opa_undefined'],
  [
    'an error of OPA',
    answers(500, '{"code":"internal_error","message":"eval_conflict_error"}'),
    'opa_failed',
  ],
  ['an error that says allow', answers(500, allow), 'opa_failed'],
  ['not authorized', answers(401, '{"code":"unauthorized","message":"nobody"}'), 'opa_failed'],
  ['another good status', answers(204, ''), 'opa_failed'],
  ['not JSON', answers(200, 'allow'), 'opa_malformed'],
  ['nothing', answers(200, ''), 'opa_malformed'],
  ['a boolean', answers(200, '{"result":true}'), 'opa_malformed'],
  ['an outcome said twice', answers(200, '{"result":{"outcome":"deny","outcome":"allow"}}'), 'opa_malformed'],
  ['an answer cut short', answers(200, allow.slice(0, -1)), 'opa_malformed'],
  [
    'fewer bytes than it said',
    (res) => {
      res.writeHead(200, { 'content-length': '1000' });
      res.write(allow, () => res.destroy());
    },
    'opa_unreachable',
  ],
  [
    'an endless answer',
    (res) => {
      res.writeHead(200);
      const more = () => void (res.destroyed || res.write(' '.repeat(65_536), () => setImmediate(more)));
      more();
    },
    'opa_malformed',
  ],
  ['headers and then silence', (res) => void res.writeHead(200).write('{'), 'opa_timeout'],
  ['silence', () => undefined, 'opa_timeout'],
  ['a closed connection, each time', (res) => void res.socket?.destroy(), 'opa_unreachable'],
])('%s denies', async (_what, how, code) => {
  server.misbehave(how);
  const began = performance.now();
  expect(await client.ask('{}', 300)).toEqual({ ok: false, code });
  expect(performance.now() - began).toBeLessThan(2000);
});

test('a redirect is not followed', async () => {
  await using other = await openOpaServer(() => ({ outcome: 'allow' }));
  server.misbehave(answers(307, '', { location: other.url }));
  expect(await client.ask('{}', 1000)).toEqual({ ok: false, code: 'opa_failed' });
  expect(other.asked).toEqual([]);
});

test('nobody listens: denied at once, and heard again once somebody does', async () => {
  const url = server.url;
  await server[Symbol.asyncDispose]();
  expect(await client.ask('{}', 1000)).toEqual({ ok: false, code: 'opa_unreachable' });
  server = await openOpaServer(() => ({ outcome: 'allow' }));
  await client.close();
  client = openOpa({ url: new URL(server.url) });
  expect(await client.ask('{}', 1000)).toMatchObject({ ok: true });
  expect(server.asked[0]?.headers.authorization).toBeUndefined();
  expect(url).not.toBe(server.url);
});
