// SPDX-License-Identifier: Apache-2.0
/**
 * What strangers and broken clients send: each gets an error of its own, and nothing of it leaves half a
 * record, or any.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { verifies } from '../requirements.ts';
import { type Fakes, fakeUpstreams, tool } from './fake-upstream.ts';
import { type Rig, startRig } from './rig.ts';
import { legacy, modern, modernBody, modernHeaders, type Send, send } from './wire.ts';

let rig: Rig;
let upstreams: Fakes;

beforeAll(async () => {
  upstreams = fakeUpstreams({ crm: { era: 'legacy', tools: [tool('find', mirrored)] } });
  rig = await startRig({ upstreams });
});

afterAll(() => rig.close());

const mirrored = { type: 'object', properties: { region: { type: 'string', 'x-mcp-header': 'Region' } } };

const call = (args = '{}', more = ''): string =>
  JSON.stringify(modernBody('tools/call', { name: 'find' })).replace(
    '"name":"find"',
    `"name":"find","arguments":${args}${more}`,
  );
const headers = modernHeaders('tools/call', 'find');

/** Everything that must be the same before and after. */
async function account(): Promise<readonly number[]> {
  return [(await rig.events()).length, upstreams.calls().length];
}

async function refused(given: Send, status: number, code: number, name?: string): Promise<void> {
  const before = await account();
  const answer = await send(`${rig.url}/crm`, { token: rig.token, headers, ...given });
  expect([answer.status, answer.messages[0]?.error?.code]).toEqual([status, code]);
  expect(answer.headers['content-type']).toBe('application/json');
  if (name !== undefined) expect(answer.messages[0]?.error?.data?.code).toBe(name);
  expect(await account()).toEqual(before);
}

describe('bodies', () => {
  test.each<[rule: string, body: string | Uint8Array, status: number, code: number, name: string]>([
    ['not JSON', '{"jsonrpc":', 400, -32700, 'syntax'],
    ['nothing', '', 400, -32700, 'syntax'],
    ['two values', '{} {}', 400, -32700, 'syntax'],
    ['a byte order mark', `\ufeff${call()}`, 400, -32700, 'syntax'],
    ['NaN', call('{"region":NaN}'), 400, -32700, 'syntax'],
    [
      'invalid UTF-8',
      Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xff, 0xfe]), Buffer.from('"}')]),
      400,
      -32700,
      'invalid_utf8',
    ],
    ['a lone surrogate', call('{"region":"\\ud800"}'), 400, -32700, 'lone_surrogate'],
    ['one key twice', call('{"region":"a","region":"b"}'), 400, -32600, 'duplicate_key'],
    [
      'one key twice, spelt differently',
      call('{"region":"a","\\u0072egion":"b"}'),
      400,
      -32600,
      'duplicate_key',
    ],
    ['the name twice', call('{}', ',"name":"delete"'), 400, -32600, 'duplicate_key'],
    ['a prototype', call('{"__proto__":{"a":1}}'), 400, -32600, 'reserved_key'],
    ['an entity of Cedar', call('{"__entity":{"type":"Agent","id":"x"}}'), 400, -32600, 'reserved_key'],
    ['an extension of Cedar', call('{"a":{"__extn":{"fn":"ip","arg":"x"}}}'), 400, -32600, 'reserved_key'],
    ['an integer that readers differ on', call('{"region":9007199254740993}'), 400, -32600, 'unsafe_integer'],
    ['a number without an end', call('{"region":1e999}'), 400, -32600, 'number_range'],
    ['100 levels', call(`{"region":${'['.repeat(100)}${']'.repeat(100)}}`), 400, -32600, 'too_deep'],
    ['100,000 levels', '['.repeat(100_000), 400, -32600, 'too_deep'],
    ['a million values', call(`{"region":[${'1,'.repeat(1_000_000)}1]}`), 400, -32600, 'too_many_nodes'],
    ['10 MB', call(`{"region":"${'x'.repeat(10 * 1024 * 1024)}"}`), 413, -32600, 'too_large'],
    ['a batch', `[${call()}]`, 400, -32600, 'batch'],
    ['an empty batch', '[]', 400, -32600, 'batch'],
    ['a text', '"tools/call"', 400, -32600, 'not_an_object'],
    ['null', 'null', 400, -32600, 'not_an_object'],
    ['no version of JSON-RPC', '{"id":1,"method":"ping"}', 400, -32600, 'jsonrpc'],
    ['an id that is null', '{"jsonrpc":"2.0","id":null,"method":"ping"}', 400, -32600, 'id'],
    ['a method that is a number', '{"jsonrpc":"2.0","id":1,"method":1}', 400, -32600, 'method'],
    ['params that are a list', '{"jsonrpc":"2.0","id":1,"method":"ping","params":[]}', 400, -32600, 'params'],
  ])('%s', (_rule, body, status, code, name) => refused({ body }, status, code, name));

  test('10 MB that do not say how long they are', async () => {
    const before = await account();
    const body = call(`{"region":"${'x'.repeat(10 * 1024 * 1024)}"}`);
    const answer = await send(`${rig.url}/crm`, {
      token: rig.token,
      headers: { ...headers, 'transfer-encoding': 'chunked' },
      body,
    }).catch((error: Error) => error.message);
    // The connection is cut once too much came: the client may or may not still read why.
    if (typeof answer !== 'string') expect(answer.status).toBe(413);
    expect(await account()).toEqual(before);
    expect((await modern(`${rig.url}/crm`, rig.token, 'tools/list')).status).toBe(200);
  });
});

describe('parameters', () => {
  test.each<[rule: string, method: string, params: { readonly [key: string]: unknown }]>([
    ['no name', 'tools/call', {}],
    ['a name that is a number', 'tools/call', { name: 1 }],
    ['a name that is empty', 'tools/call', { name: '' }],
    ['a name without an end', 'tools/call', { name: 'x'.repeat(600) }],
    ['arguments that are a list', 'tools/call', { name: 'find', arguments: [] }],
    ['arguments that are a text', 'tools/call', { name: 'find', arguments: '{}' }],
    ['arguments that are null', 'tools/call', { name: 'find', arguments: null }],
    ['answers that are null', 'tools/call', { name: 'find', inputResponses: null }],
    ['a state that is no text', 'tools/call', { name: 'find', requestState: {} }],
    ['a state of ours that is none', 'tools/call', { name: 'find', requestState: 'countersign.a.1.b' }],
    ['no URI', 'resources/read', {}],
    [
      'a reference that is none',
      'completion/complete',
      { ref: { type: 'ref/tool', name: 'find' }, argument: {} },
    ],
    ['no argument', 'completion/complete', { ref: { type: 'ref/prompt', name: 'x' } }],
    ['a cursor that nobody gave', 'tools/list', { cursor: 'x' }],
    ['a filter that is none', 'subscriptions/listen', { notifications: { toolsListChanged: 'yes' } }],
    ['no filter', 'subscriptions/listen', {}],
  ])('%s', async (_rule, method, params) => {
    const before = await account();
    const answer = await modern(`${rig.url}/crm`, rig.token, method, params);
    expect(answer.messages[0]).toMatchObject({ id: 1, error: { code: -32602 } });
    expect(await account()).toEqual(before);
  });

  test.each<[rule: string, params: object]>([
    ['no version', { capabilities: {}, clientInfo: { name: 'a', version: '1' } }],
    ['no capabilities', { protocolVersion: '2025-11-25', clientInfo: { name: 'a', version: '1' } }],
    ['nobody', { protocolVersion: '2025-11-25', capabilities: {} }],
  ])('a handshake with %s', async (_rule, params) => {
    const answer = await send(rig.url, {
      token: rig.token,
      body: { jsonrpc: '2.0', id: 'x', method: 'initialize', params },
    });
    expect([answer.status, answer.messages[0]?.id, answer.messages[0]?.error?.code]).toEqual([
      400,
      'x',
      -32602,
    ]);
    expect(answer.headers['mcp-session-id']).toBeUndefined();
  });
});

describe('headers', () => {
  const body = call();
  test.each<[rule: string, given: Partial<Send>, status: number, code: number]>([
    ['another media type', { headers: { ...headers, 'content-type': 'text/plain' } }, 415, -32600],
    ['a form', { headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' } }, 415, -32600],
    [
      'another character set',
      { headers: { ...headers, 'content-type': 'application/json; charset=utf-16' } },
      415,
      -32600,
    ],
    [
      'a media type that begins like ours',
      { headers: { ...headers, 'content-type': 'application/jsonx' } },
      415,
      -32600,
    ],
    ['a compressed body', { headers: { ...headers, 'content-encoding': 'gzip' } }, 415, -32600],
    ['no way to answer', { headers: { ...headers, accept: 'text/html' } }, 406, -32600],
    ['no streams', { headers: { ...headers, accept: 'application/json' } }, 406, -32600],
    [
      'streams refused',
      { headers: { ...headers, accept: 'application/json, text/event-stream;q=0' } },
      406,
      -32600,
    ],
    ['another method in the header', { headers: { ...headers, 'mcp-method': 'tools/list' } }, 400, -32020],
    ['another name in the header', { headers: { ...headers, 'mcp-name': 'delete' } }, 400, -32020],
    [
      'no name in the header',
      { headers: { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call' } },
      400,
      -32020,
    ],
    [
      'another version in the header',
      { headers: { ...headers, 'mcp-protocol-version': '2025-11-25' } },
      400,
      -32020,
    ],
    ['a mirrored argument that is missing', { body: call('{"region":"eu"}') }, 400, -32020],
    [
      'a mirrored argument that differs',
      { body: call('{"region":"eu"}'), headers: { ...headers, 'mcp-param-region': 'us' } },
      400,
      -32020,
    ],
    ['another host', { headers: { ...headers, host: 'evil.example' } }, 403, -32600],
    ['another origin', { headers: { ...headers, origin: 'http://evil.example' } }, 403, -32600],
  ])('%s', (_rule, given, status, code) => refused({ body, ...given }, status, code));

  test.each<[rule: string, path: string, method: string, status: number]>([
    ['an endpoint that does not exist', '/crm/more', 'POST', 404],
    ['a server that does not exist', '/mail', 'POST', 404],
    ['a server that is called like something inherited', '/constructor', 'POST', 404],
    ['PUT', '/crm', 'PUT', 405],
    ['OPTIONS', '/crm', 'OPTIONS', 405],
    ['a stream without a session', '/crm', 'GET', 400],
    ['an end without a session', '/crm', 'DELETE', 400],
  ])('%s', async (_rule, path, method, status) => {
    const answer = await send(`${rig.url}${path}`, { token: rig.token, method });
    expect(answer.status).toBe(status);
    if (status === 405) expect(answer.headers.allow).toBe('POST, GET, DELETE');
  });

  test.each(['GET', 'DELETE'])('the modern era has no %s', async (method) => {
    const answer = await send(rig.url, {
      token: rig.token,
      method,
      headers: { 'mcp-protocol-version': '2026-07-28' },
    });
    expect([answer.status, answer.headers.allow]).toEqual([405, 'POST']);
  });
});

describe('tokens', () => {
  const verdicts = ['malformed', 'expired', 'wrong_audience', 'revoked', 'bad_signature'] as const;
  test.each(verdicts)('%s is told as such, and nothing is read or recorded', async (code) => {
    verifies('identity.token-bound');
    rig.verdicts.set(`bad.${code}`, { ok: false, code });
    const before = await account();
    const answer = await send(rig.url, { token: `bad.${code}`, body: 'not even JSON', headers });
    expect(answer.status).toBe(401);
    expect(answer.headers['www-authenticate']).toMatch(
      new RegExp(
        `^Bearer resource_metadata="http://[^"]+", error="invalid_token", error_description="${code}: [^"]+"$`,
      ),
    );
    expect(answer.body).not.toContain('bad.');
    expect(await account()).toEqual(before);
  });

  test('none at all is only told where to get one', async () => {
    const answer = await send(rig.url, { body: call(), headers });
    expect(answer.status).toBe(401);
    expect(answer.headers['www-authenticate']).toMatch(/^Bearer resource_metadata="[^"]+"$/);
  });

  test.each(['Basic dGVzdDp0ZXN0', 'Bearer', 'Bearer a b', `Bearer ${'x'.repeat(9_000)}`, 'Bearer a"b'])(
    '`%s` is no token',
    async (authorization) => {
      const answer = await send(rig.url, { body: call(), headers: { ...headers, authorization } });
      expect(answer.status).toBe(401);
      expect(answer.headers['www-authenticate']).toContain('malformed');
    },
  );

  test('one that expires while it is known is refused from then on', async () => {
    const verdict = { ok: true, caller: rig.caller, expiresAtMs: Date.now() + 300 } as const;
    rig.verdicts.set('short', verdict);
    const listing = () => modern(`${rig.url}/crm`, 'short', 'tools/list');
    expect((await listing()).status).toBe(200);
    await new Promise((resolve) => setTimeout(resolve, 320));
    const late = await listing();
    expect([late.status, late.headers['www-authenticate']]).toEqual([
      401,
      expect.stringContaining('expired'),
    ]);
  });

  test('no token is in what is logged', () => {
    for (const line of rig.logged) expect(line).not.toContain(rig.token);
  });
});

describe('legacy', () => {
  test.each<[rule: string, body: object, status: number, code: number]>([
    ['a notification that does not exist', { jsonrpc: '2.0', method: 'notifications/evil' }, 400, -32601],
    [
      'a request that only servers make',
      { jsonrpc: '2.0', id: 5, method: 'sampling/createMessage' },
      200,
      -32601,
    ],
    [
      'a level that does not exist',
      { jsonrpc: '2.0', id: 5, method: 'logging/setLevel', params: { level: 'loud' } },
      200,
      -32602,
    ],
  ])('%s', async (_rule, body, status, code) => {
    const client = await legacy(`${rig.url}/crm`, rig.token);
    const answer = await client.post(body);
    expect([answer.status, answer.messages.at(-1)?.error?.code]).toEqual([status, code]);
  });

  test('an answer that nobody waits for is taken and dropped', async () => {
    const client = await legacy(`${rig.url}/crm`, rig.token);
    expect((await client.post({ jsonrpc: '2.0', id: 'countersign-1', result: {} })).status).toBe(202);
  });

  test('a stream that is not kept', async () => {
    const client = await legacy(`${rig.url}/crm`, rig.token);
    const answer = await send(`${rig.url}/crm`, {
      token: rig.token,
      method: 'GET',
      headers: { ...client.headers, 'last-event-id': '77-1' },
    });
    expect([answer.status, answer.messages[0]?.error?.data?.code]).toEqual([404, 'stream_unknown']);
  });

  test('a version that is not spoken', async () => {
    const client = await legacy(`${rig.url}/crm`, rig.token);
    const answer = await client.request('ping', {}, { headers: { 'mcp-protocol-version': '2024-11-05' } });
    expect([answer.status, answer.messages[0]?.error?.data?.code]).toEqual([400, 'unsupported_version']);
  });
});
