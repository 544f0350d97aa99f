// SPDX-License-Identifier: Apache-2.0
/** What the suite relies on when the shim stands between it and a gateway. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import { startBearerShim } from './bearer-shim.ts';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function behindShim(handler: (req: IncomingMessage, res: ServerResponse) => void): Promise<URL> {
  const server = createServer(handler).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(async () => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  const shim = await startBearerShim({ target: `http://127.0.0.1:${address.port}/mcp`, token: 'the-token' });
  closers.push(shim.close);
  return new URL(shim.url);
}

async function send(url: URL, headers: readonly string[], body: string): Promise<IncomingMessage> {
  const req = request({
    host: url.hostname,
    port: url.port,
    path: url.pathname,
    method: 'POST',
    headers: [...headers],
  });
  req.end(body);
  const [res] = await once(req, 'response');
  return res;
}

test('the target sees the headers as they were sent, in case and order, and the token', async () => {
  let seen: readonly string[] = [];
  const url = await behindShim((req, res) => {
    seen = req.rawHeaders;
    res.end();
  });
  const sent = [
    'Host',
    'evil.example.com',
    'ORIGIN',
    'http://evil.example.com',
    'mcp-Name',
    '  padded  ',
    'Content-Length',
    '2',
  ];
  await send(url, [...sent, 'authorization', 'Bearer of-the-client'], '{}');

  const trimmed = sent.map((value) => value.trim());
  expect(seen.slice(0, sent.length)).toEqual(trimmed);
  expect(seen.filter((_, at) => seen[at - 1]?.toLowerCase() === 'authorization')).toEqual([
    'Bearer the-token',
  ]);
});

test('status, headers and body come back as they were', async () => {
  const url = await behindShim((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      res.writeHead(404, { 'Mcp-Session-Id': 's', 'X-Twice': ['a', 'b'] });
      res.end(Buffer.concat(chunks));
    });
  });
  const res = await send(url, ['Host', 'localhost', 'Content-Length', '5'], 'b\u00f6dy');
  const body = Buffer.concat(await res.toArray()).toString();
  expect(body).toBe('b\u00f6dy');
  expect(res.statusCode).toBe(404);
  expect(res.headers).toMatchObject({ 'mcp-session-id': 's', 'x-twice': 'a, b' });
});

test('an event is delivered while the stream is open', async () => {
  let finish: () => void = () => {};
  const url = await behindShim((_req, res) => {
    res.writeHead(200, { 'content-type': 'text/event-stream' });
    res.write('data: first\n\n');
    finish = () => res.end('data: last\n\n');
  });
  const res = await send(url, ['Host', 'localhost', 'Content-Length', '0'], '');
  const [first] = await once(res, 'data');
  finish();
  const [last] = await once(res, 'data');
  expect([String(first), String(last)]).toEqual(['data: first\n\n', 'data: last\n\n']);
});

test.each([
  ['before the answer begins', false],
  ['in the middle of a stream', true],
])('a client that hangs up %s ends the request at the target', async (_when, begins) => {
  let closed: Promise<unknown> = Promise.resolve();
  const arrived = Promise.withResolvers<void>();
  const url = await behindShim((_req, res) => {
    closed = once(res, 'close');
    if (begins) res.writeHead(200).write('x');
    arrived.resolve();
  });
  const req = request({ host: url.hostname, port: url.port, method: 'POST', path: url.pathname });
  req.on('error', () => {});
  req.end('{}');
  await arrived.promise;
  if (begins) await once(req, 'response');
  req.destroy();
  await expect(closed).resolves.toBeDefined();
});

test('a target that breaks off in the middle is not made to look finished', async () => {
  const url = await behindShim((_req, res) => {
    res.writeHead(200).write('half');
    setTimeout(() => res.destroy(), 20);
  });
  const res = await send(url, ['Host', 'localhost', 'Content-Length', '0'], '');
  await expect(res.toArray()).rejects.toThrow('aborted');
});
