// SPDX-License-Identifier: Apache-2.0
// A link to an HTTP upstream of 2026-07-28 that misbehaves in every way that HTTP allows.
import { afterEach, describe, expect, test } from 'vitest';
import type { Outgoing, UpstreamAnswer, UpstreamLink, Upstreams } from './link.ts';
import {
  event,
  type Handler,
  json,
  type RudeHttp,
  result,
  rudeHttp,
  speaking,
  stream,
} from './rude-http.fixture.ts';
import { call, client, said, until, upstreamsOf } from './upstream.fixture.ts';

const servers: RudeHttp[] = [];
const opened: Upstreams[] = [];

afterEach(async () => {
  await Promise.all(opened.splice(0).map((each) => each.close()));
  await Promise.all(servers.splice(0).map((each) => each.close()));
});

async function open(
  handler: Handler,
  headers?: Readonly<Record<string, string>>,
): Promise<[UpstreamLink, RudeHttp]> {
  const server = await rudeHttp(speaking('modern', handler), headers);
  servers.push(server);
  const upstreams = upstreamsOf([server.server]);
  opened.push(upstreams);
  return [await upstreams.link('web', 'modern', client('t1')), server];
}

async function ask(handler: Handler, more: Partial<Outgoing> = {}): Promise<UpstreamAnswer> {
  const [link] = await open(handler);
  return link.request(call('x', more));
}

describe('what leaves', () => {
  test('is what was decided, with headers made of it, and with those of the configuration', async () => {
    const [link, server] = await open((seen, res) => json(res, { id: seen.body?.id, result: result('ok') }), {
      authorization: 'Bearer hunter2',
    });
    const params = '{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"},"name":"é"}';
    const paramHeaders = { 'Mcp-Param-Region': 'eu' };
    expect(said(await link.request(call('x', { params, name: 'é', paramHeaders })))).toBe('ok');
    const seen = server.seen.at(-1);
    expect(JSON.stringify(seen?.body?.params)).toBe(params);
    expect(seen?.headers).toMatchObject({
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'tools/call',
      'mcp-name': '=?base64?w6k=?=',
      'mcp-param-region': 'eu',
      authorization: 'Bearer hunter2',
      accept: 'application/json, text/event-stream',
      'content-type': 'application/json',
    });
    expect(seen?.headers).not.toHaveProperty('mcp-session-id');
    expect(seen?.headers).not.toHaveProperty('accept-encoding');
  });

  test("holds no header that is not the protocol's own", async () => {
    const [link, server] = await open(() => {});
    const answer = await link.request(call('x', { paramHeaders: { Authorization: 'Bearer x' } }));
    expect(answer).toEqual({ kind: 'failed', reason: 'invalid', sent: false });
    expect(server.methods()).not.toContain('tools/call');
  });

  test.each<[string, () => boolean]>([
    ['refused', () => false],
    [
      'thrown',
      () => {
        throw new Error('broken');
      },
    ],
  ])('is nothing when leave is %s', async (_what, release) => {
    const [link, server] = await open(() => {});
    const answer = await link.request(call('x', { release }));
    expect(answer).toEqual({ kind: 'failed', reason: 'not_released', sent: false });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(server.methods()).not.toContain('tools/call');
  });

  test('is asked for when a connection stands, not before', async () => {
    const [link, server] = await open((seen, res) => json(res, { id: seen.body?.id, result: result('ok') }));
    await server.close();
    servers.splice(0);
    await new Promise((resolve) => setTimeout(resolve, 50));
    let asked = 0;
    const answer = await link.request(call('x', { release: () => ++asked > 0 }));
    expect(answer).toEqual({ kind: 'failed', reason: 'unreachable', sent: false });
    expect(asked).toBe(0);
  });
});

describe('what comes back', () => {
  const answering =
    (
      status: number,
      type: string,
      body: string | Buffer,
      headers: Readonly<Record<string, string>> = {},
    ): Handler =>
    (_seen, res) => {
      res.writeHead(status, { ...(type === '' ? {} : { 'content-type': type }), ...headers });
      res.end(body);
    };
  const good = '{"jsonrpc":"2.0","id":2,"result":{"content":[{"text":"ok"}]}}';

  test.each<[what: string, handler: Handler]>([
    ['JSON', answering(200, 'application/json', good)],
    ['JSON with a charset', answering(200, 'Application/JSON; charset=utf-8', good)],
    ['an event', answering(200, 'text/event-stream', `data: ${good}\n\n`)],
    [
      'an event among others',
      answering(200, 'text/event-stream', `event: ping\ndata: x\n\ndata: ${good}\n\n`),
    ],
  ])('%s is read', async (_what, handler) => expect(said(await ask(handler))).toBe('ok'));

  test.each<[what: string, handler: Handler, want: object]>([
    [
      'an error with its status',
      answering(
        400,
        'application/json',
        '{"jsonrpc":"2.0","id":2,"error":{"code":-32020,"message":"m","data":{"a":1}}}',
      ),
      { kind: 'error', error: { code: -32020, message: 'm', data: { a: 1 } }, httpStatus: 400 },
    ],
    [
      'an error that names no request',
      answering(404, 'application/json', '{"jsonrpc":"2.0","id":null,"error":{"code":-32601,"message":"m"}}'),
      { kind: 'error', error: { code: -32601, message: 'm' }, httpStatus: 404 },
    ],
    [
      'an error in band',
      answering(200, 'application/json', '{"jsonrpc":"2.0","id":2,"error":{"code":-32602,"message":"m"}}'),
      { kind: 'error', error: { code: -32602, message: 'm' } },
    ],
    [
      '401 with a page',
      answering(401, 'text/html', '<html>hunter2'),
      { kind: 'error', error: { code: -32603, message: 'the upstream answered HTTP 401' }, httpStatus: 401 },
    ],
  ])('%s is an error', async (_what, handler, want) => expect(await ask(handler)).toEqual(want));

  test.each<[what: string, handler: Handler, reason: string]>([
    ['a page', answering(200, 'text/html', good), 'invalid'],
    ['no media type', answering(200, '', good), 'invalid'],
    ['JSON of another kind', answering(200, 'application/json-seq', good), 'invalid'],
    [
      'a compressed body',
      answering(200, 'application/json', good, { 'content-encoding': 'gzip' }),
      'invalid',
    ],
    ['a redirect', answering(307, 'application/json', good, { location: 'http://127.0.0.1:1/' }), 'invalid'],
    ['202 to a request', answering(202, 'application/json', good), 'invalid'],
    ['204', answering(204, '', ''), 'invalid'],
    ['500', answering(500, 'text/plain', 'oops'), 'invalid'],
    ['a result with status 400', answering(400, 'application/json', good), 'error'],
    ['an empty body', answering(200, 'application/json', ''), 'invalid'],
    ['two messages', answering(200, 'application/json', `${good}${good}`), 'invalid'],
    ['a batch', answering(200, 'application/json', `[${good}]`), 'invalid'],
    [
      'the answer to another request',
      answering(200, 'application/json', good.replace('2,', '3,')),
      'invalid',
    ],
    ['an id as text', answering(200, 'application/json', good.replace('2,', '"2",')), 'invalid'],
    [
      'duplicate keys',
      answering(200, 'application/json', good.replace('"result":{', '"result":{"a":1,"a":2,')),
      'invalid',
    ],
    [
      'invalid UTF-8',
      answering(200, 'application/json', Buffer.from(good.replace('ok', '\xff'), 'latin1')),
      'invalid',
    ],
    [
      'duplicate keys in an event',
      answering(
        200,
        'text/event-stream',
        `data: ${good.replace('"result":{', '"result":{"a":1,"a":2,')}\n\n`,
      ),
      'invalid',
    ],
    [
      'invalid UTF-8 in an event',
      answering(200, 'text/event-stream', Buffer.from(`data: ${good.replace('ok', '\xff')}\n\n`, 'latin1')),
      'invalid',
    ],
    ['a stream that ends without an answer', answering(200, 'text/event-stream', ': nothing\n\n'), 'closed'],
    ['an event that is cut off', answering(200, 'text/event-stream', `id: 1\n\ndata: ${good}\n`), 'closed'],
    [
      "an event with another's answer",
      answering(200, 'text/event-stream', `data: ${good.replace('2,', '3,')}\n\n`),
      'closed',
    ],
    [
      'a body past all bounds',
      answering(200, 'application/json', `{"a":"${'x'.repeat(300_000)}"}`),
      'too_large',
    ],
    [
      'an event past all bounds',
      answering(200, 'text/event-stream', `data: ${'x'.repeat(300_000)}\n\n`),
      'too_large',
    ],
    [
      'events without end',
      answering(200, 'text/event-stream', `data: {"jsonrpc":"2.0","method":"n"}\n\n`.repeat(20_000)),
      'too_large',
    ],
    ['a connection that is cut', (_seen, res) => res.destroy(), 'closed'],
  ])('%s fails', async (_what, handler, reason) => {
    const answer = await ask(handler);
    if (reason === 'error') expect(answer).toMatchObject({ kind: 'failed', reason: 'invalid', sent: true });
    else expect(answer).toEqual({ kind: 'failed', reason, sent: true });
  });

  test("the caller's own bound holds", async () => {
    const answer = await ask(answering(200, 'application/json', good), { maxResultBytes: 20 });
    expect(answer).toEqual({ kind: 'failed', reason: 'too_large', sent: true });
  });

  test('a stream cut at every byte says the same', async () => {
    const text = Buffer.from(
      event({ method: 'notifications/message', params: { data: 'é🦊' } }) +
        event({ id: 2, result: result('日本') }),
    );
    const heard: unknown[] = [];
    const answer = await ask(
      (_seen, res) => {
        stream(res);
        let at = 0;
        const next = (): void => {
          if (at < text.length) res.write(text.subarray(at, ++at), () => setImmediate(next));
          else res.end();
        };
        next();
      },
      { onNotification: (_method, params) => void heard.push(params) },
    );
    expect([said(answer), heard]).toEqual(['日本', [{ data: 'é🦊' }]]);
  });

  test("progress is heard under the caller's token, in order, before the answer, and no other is", async () => {
    const heard: unknown[] = [];
    const answer = await ask(
      (seen, res) => {
        const meta = seen.body?.params?._meta;
        const own =
          typeof meta === 'object' && meta !== null && 'progressToken' in meta ? meta.progressToken : '';
        stream(res);
        for (const [token, progress] of [
          [own, 1],
          ['p-1', 666],
          [99, 666],
          [own, 2],
        ])
          res.write(event({ method: 'notifications/progress', params: { progressToken: token, progress } }));
        res.write(event({ id: 'x', method: 'elicitation/create', params: {} }));
        res.end(event({ id: seen.body?.id, result: result('done') }));
      },
      {
        params: '{"_meta":{"progressToken":"p-1"},"name":"x"}',
        onNotification: (_method, params) => void heard.push(params.progress),
        onRequest: () => {
          heard.push('asked');
          return Promise.resolve({ result: {} });
        },
      },
    );
    expect([said(answer), heard]).toEqual(['done', [1, 2]]);
  });
});

describe('giving up', () => {
  test.each<[what: string, open: boolean]>([
    ['before the head', false],
    ['in the middle of the stream', true],
  ])('%s closes the stream', async (_what, opens) => {
    const [link, server] = await open((_seen, res) => {
      if (opens) stream(res);
    });
    const giver = new AbortController();
    const pending = link.request(call('x', { signal: giver.signal }));
    await until(() => server.methods().includes('tools/call'));
    giver.abort();
    expect(await pending).toEqual({ kind: 'failed', reason: 'aborted', sent: true });
    await until(() => server.seen.at(-1)?.isClosed === true, 500);
    expect(server.methods().at(-1)).toBe('tools/call');
  });

  test('a timeout closes it as well', async () => {
    const [link, server] = await open((_seen, res) => stream(res));
    const answer = await link.request(call('x', { timeoutMs: 50 }));
    expect(answer).toEqual({ kind: 'failed', reason: 'timeout', sent: true });
    await until(() => server.seen.at(-1)?.isClosed === true, 500);
  });

  test('a subscription has no bound of its own, and ends when it is given up', async () => {
    let sent = 0;
    const [link, server] = await open((_seen, res) => {
      stream(res);
      const timer = setInterval(() => {
        for (let i = 0; i < 500; i++) res.write(event({ method: 'notifications/tools/list_changed' }));
        sent += 500;
      }, 1);
      res.on('close', () => clearInterval(timer));
    });
    const giver = new AbortController();
    let heard = 0;
    const pending = link.request(
      call('', {
        method: 'subscriptions/listen',
        params: '{"notifications":{}}',
        timeoutMs: Number.POSITIVE_INFINITY,
        signal: giver.signal,
        onNotification: () => {
          heard += 1;
        },
      }),
    );
    await until(() => heard > 8_000);
    giver.abort();
    expect(await pending).toMatchObject({ reason: 'aborted', sent: true });
    await until(() => server.seen.at(-1)?.isClosed === true, 1_000);
    expect(sent).toBeGreaterThan(8_000);
  });
});

test('connections are used again for one request after the other', async () => {
  const ports = new Set<number | undefined>();
  const [link] = await open((seen, res) => {
    ports.add(res.socket?.remotePort);
    stream(res);
    res.end(event({ id: seen.body?.id, result: result('ok') }));
  });
  for (let i = 0; i < 10; i++) expect(said(await link.request(call('x')))).toBe('ok');
  // Two, since the end of a stream may come after the next request.
  expect(ports.size).toBeLessThanOrEqual(2);
});
