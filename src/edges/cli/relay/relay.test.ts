// SPDX-License-Identifier: Apache-2.0
// The relay against a small HTTP server that answers as a test says: what the real gateway rarely does.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createExchange } from './exchange.ts';
import { createRelay, type Relay } from './relay.ts';
import { NoStanding, type Standing } from './standing.ts';

interface Asked {
  readonly method: string;
  readonly headers: IncomingMessage['headers'];
  // biome-ignore lint/suspicious/noExplicitAny: bodies of a test's own making
  readonly body: any;
}

let server: Server;
let asked: Asked[];
let said: string[];
let relay: Relay;
let answer: (asked: Asked, res: ServerResponse, n: number) => void;
let renewals: number;
let without: NoStanding | undefined;

beforeEach(async () => {
  asked = [];
  said = [];
  renewals = 0;
  without = undefined;
  server = createServer(async (req, res) => {
    let text = '';
    for await (const chunk of req) text += chunk;
    const got = { method: req.method ?? '', headers: req.headers, body: text === '' ? {} : JSON.parse(text) };
    asked.push(got);
    answer(got, res, asked.length);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`;
  const standing: Standing = {
    pass: async () => {
      if (without !== undefined) throw without;
      return { token: `t${renewals}`, url };
    },
    renewed: async () => {
      renewals += 1;
      return { token: `t${renewals}`, url };
    },
    end: async () => {},
  };
  const exchange = createExchange();
  relay = createRelay({ standing, exchange, write: (line) => said.push(line), patienceMs: 400 });
});
afterEach(() => {
  relay.close();
  server.closeAllConnections();
  server.close();
});

const modern = (method: string, id: unknown, params: object = {}) => ({
  jsonrpc: '2.0',
  id,
  method,
  params: { ...params, _meta: { 'io.modelcontextprotocol/protocolVersion': '2026-07-28' } },
});
const take = (message: unknown) =>
  relay.take(Buffer.from(typeof message === 'string' ? message : JSON.stringify(message)));
const answers = () => said.map((line) => JSON.parse(line));
const json = (res: ServerResponse, value: unknown, status = 200) =>
  void res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
const result = (id: unknown) => ({ jsonrpc: '2.0', id, result: {} });
async function answered(count = 1) {
  await vi.waitFor(() => expect(said).toHaveLength(count), { timeout: 5000 });
  return answers();
}

test('a modern request carries what its body says in its headers, and the body as it came', async () => {
  answer = ({ body }, res) => json(res, result(body.id));
  take(modern('tools/call', 'x', { name: 'süden', arguments: { n: 1 } }));
  expect(await answered()).toEqual([result('x')]);
  expect(asked[0]?.headers).toMatchObject({
    authorization: 'Bearer t0',
    'mcp-protocol-version': '2026-07-28',
    'mcp-method': 'tools/call',
    'mcp-name': `=?base64?${Buffer.from('süden').toString('base64')}?=`,
  });
  expect(asked[0]?.body).toEqual(modern('tools/call', 'x', { name: 'süden', arguments: { n: 1 } }));
});

test('arguments are mirrored by the schema that was listed before', async () => {
  const inputSchema = {
    type: 'object',
    properties: { region: { type: 'string', 'x-mcp-header': 'Region' } },
  };
  answer = ({ body }, res) =>
    json(
      res,
      body.method === 'tools/list'
        ? { jsonrpc: '2.0', id: body.id, result: { tools: [{ name: 'a', inputSchema }] } }
        : result(body.id),
    );
  take(modern('tools/list', 1));
  await answered(1);
  take(modern('tools/call', 2, { name: 'a', arguments: { region: 'nord' } }));
  await answered(2);
  expect(asked[1]?.headers['mcp-param-region']).toBe('nord');
});

test('a call that is refused for its headers is made again with the schema asked for', async () => {
  const inputSchema = {
    type: 'object',
    properties: { region: { type: 'string', 'x-mcp-header': 'Region' } },
  };
  answer = ({ body, headers }, res) => {
    if (body.method === 'tools/list')
      return json(res, { jsonrpc: '2.0', id: body.id, result: { tools: [{ name: 'a', inputSchema }] } });
    if (headers['mcp-param-region'] === 'nord') return json(res, result(body.id));
    return json(res, { jsonrpc: '2.0', id: body.id, error: { code: -32020, message: 'header' } }, 400);
  };
  take(modern('tools/call', 7, { name: 'a', arguments: { region: 'nord' } }));
  expect(await answered()).toEqual([result(7)]);
  expect(asked.map(({ body }) => body.method)).toEqual(['tools/call', 'tools/list', 'tools/call']);
});

test('a token that is not taken is renewed once', async () => {
  answer = ({ body, headers }, res) =>
    headers.authorization === 'Bearer t1' ? json(res, result(body.id)) : res.writeHead(401).end();
  take(modern('ping', 1));
  expect(await answered()).toEqual([result(1)]);
  answer = (_asked, res) =>
    json(res, { jsonrpc: '2.0', id: null, error: { code: -32600, message: 'revoked' } }, 401);
  take(modern('ping', 2));
  expect((await answered(2))[1]).toMatchObject({ id: 2, error: { message: 'revoked' } });
  expect(renewals).toBe(2);
});

test.each<[what: string, respond: (res: ServerResponse) => void, says: RegExp]>([
  ['a status without a message', (res) => void res.writeHead(503).end('busy'), /status 503/],
  [
    'a stream that ends early',
    (res) => void res.writeHead(200, { 'content-type': 'text/event-stream' }).end(': hi\n\n'),
    /ended without the answer/,
  ],
  ['a connection that breaks', (res) => void res.destroy(), /may have been done all the same/],
  ['an answer to another request', (res) => void json(res, result(99)), /status 200/],
])('%s becomes an error for the request', async (_what, respond, says) => {
  answer = (_asked, res) => respond(res);
  take(modern('tools/call', 5, { name: 'a' }));
  const [only] = await answered();
  expect(only).toMatchObject({ id: 5, error: { message: expect.stringMatching(says) } });
  expect(asked).toHaveLength(1);
});

test('an answer in several lines is put on one', async () => {
  answer = (_asked, res) =>
    res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(result(1), null, 2));
  take(modern('ping', 1));
  await answered();
  expect(said[0]).not.toContain('\n');
});

test('cancelling a modern request closes it and leaves it without an answer', async () => {
  const closed = Promise.withResolvers<void>();
  answer = (_asked, res) => {
    res.on('close', () => closed.resolve());
    res.writeHead(200, { 'content-type': 'text/event-stream' }).write(': waiting\n\n');
  };
  take(modern('tools/call', 'slow', { name: 'a' }));
  await vi.waitFor(() => expect(asked).toHaveLength(1));
  take({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 'slow' } });
  await closed.promise;
  answer = ({ body }, res) => json(res, result(body.id));
  take(modern('ping', 2));
  expect(await answered()).toEqual([result(2)]);
});

test.each<[what: string, line: string, code: number]>([
  ['no JSON', '{', -32700],
  ['a key twice', '{"jsonrpc":"2.0","jsonrpc":"2.0","id":1,"method":"ping"}', -32700],
  ['a batch', '[]', -32600],
  ['no version', '{"id":1,"method":"ping"}', -32600],
])('%s is answered and not sent', async (_what, line, code) => {
  answer = (_asked, res) => json(res, {});
  take(line);
  expect((await answered())[0]).toMatchObject({ error: { code } });
  expect(asked).toEqual([]);
});

test('the same id twice at once is one request', async () => {
  let release = () => {};
  answer = ({ body }, res) => {
    release = () => json(res, result(body.id));
  };
  take(modern('ping', 1));
  take(modern('ping', 1));
  expect((await answered())[0]).toMatchObject({ error: { message: 'this id is already in flight' } });
  release();
  await answered(2);
  expect(asked).toHaveLength(1);
});

test('the first request waits for a daemon that is starting; the others do not', async () => {
  without = new NoStanding('no daemon: start one with `countersign up`', true);
  answer = ({ body }, res) => json(res, result(body.id));
  take(modern('ping', 1));
  expect((await answered())[0]).toMatchObject({
    error: { message: expect.stringContaining('countersign up') },
  });
  take(modern('server/discover', 2));
  setTimeout(() => {
    without = undefined;
  }, 100);
  expect((await answered(2))[1]).toEqual(result(2));
});

test('a forgotten session is opened again in the words of the client, and the call made once', async () => {
  let session = 0;
  answer = ({ method, headers, body }, res) => {
    if (method === 'GET') return void res.writeHead(405).end();
    if (body.method === 'initialize') {
      session += 1;
      res.setHeader('mcp-session-id', `s${session}`);
      return json(res, { jsonrpc: '2.0', id: body.id, result: { protocolVersion: '2025-11-25' } });
    }
    if (headers['mcp-session-id'] !== `s${session}`) return void res.writeHead(404).end();
    if (body.id === undefined) return void res.writeHead(202).end();
    return json(res, result(body.id));
  };
  const params = { protocolVersion: '2025-11-25', capabilities: { roots: {} }, clientInfo: { name: 'x' } };
  take({ jsonrpc: '2.0', id: 0, method: 'initialize', params });
  await answered(1);
  take({ jsonrpc: '2.0', method: 'notifications/initialized' });
  await vi.waitFor(() => expect(asked.some(({ method }) => method === 'GET')).toBe(true));
  session += 1; // the gateway has been started anew
  take({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'a' } });
  expect((await answered(2))[1]).toEqual(result(1));
  const again = asked.filter(({ body }) => body.method === 'initialize');
  expect(again.map(({ body }) => body.params)).toEqual([params, params]);
  const calls = asked.filter(({ body }) => body.method === 'tools/call');
  expect(calls.map(({ headers }) => headers['mcp-session-id'])).toEqual(['s1', `s${session}`]);
  expect(calls[1]?.headers['mcp-protocol-version']).toBe('2025-11-25');
});

test('the stream of the session brings what the server says, and is taken up where it broke', async () => {
  const notice = (n: number) =>
    `id: e${n}\nretry: 5\ndata: {"jsonrpc":"2.0","method":"notifications/message","params":{"n":${n}}}\n\n`;
  let streams = 0;
  answer = ({ method, body }, res) => {
    if (method === 'GET') {
      streams += 1;
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      res.write(notice(streams));
      if (streams === 1) res.destroy();
      return;
    }
    if (body.id === undefined) return void res.writeHead(202).end();
    res.setHeader('mcp-session-id', 's');
    json(res, { jsonrpc: '2.0', id: body.id, result: { protocolVersion: '2025-11-25' } });
  };
  take({ jsonrpc: '2.0', id: 0, method: 'initialize', params: {} });
  take({ jsonrpc: '2.0', method: 'notifications/initialized' });
  await vi.waitFor(() => expect(streams).toBe(2), { timeout: 5000 });
  const messages = await vi.waitFor(() => {
    expect(answers().filter(({ params }) => params?.n === 2)).toHaveLength(1);
    return answers();
  });
  expect(messages.filter(({ method }) => method === 'notifications/message').length).toBeLessThanOrEqual(2);
});
