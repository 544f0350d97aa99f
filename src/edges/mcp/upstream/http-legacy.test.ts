// SPDX-License-Identifier: Apache-2.0
// A session with an HTTP upstream of 2025-11-25: its headers, its streams, its end.
import { afterEach, describe, expect, test } from 'vitest';
import type { UpstreamLink, Upstreams } from './link.ts';
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

async function open(handler: Handler): Promise<[UpstreamLink, RudeHttp, Upstreams]> {
  const server = await rudeHttp(
    speaking('legacy', (seen, res) => {
      if (seen.body?.method === 'notifications/initialized') res.writeHead(202).end();
      else if (seen.method === 'DELETE') res.writeHead(200).end();
      else handler(seen, res);
    }),
  );
  servers.push(server);
  const upstreams = upstreamsOf([server.server]);
  opened.push(upstreams);
  const owner = client('t1', 's1', {
    clientCapabilities: { sampling: {} },
    clientInfo: { name: 'ada', version: '7' },
  });
  return [await upstreams.link('web', 'legacy', owner), server, upstreams];
}

/** Answers calls, and has no stream for what nobody asked. */
const plain: Handler = (seen, res) => {
  if (seen.method === 'GET') res.writeHead(405).end();
  else if (seen.body?.id === undefined || seen.body.method === undefined) res.writeHead(202).end();
  else json(res, { id: seen.body.id, result: result('ok') });
};

describe('a session', () => {
  test('starts with what the client says of itself, and keeps its id to the end', async () => {
    const [link, server] = await open(plain);
    expect(said(await link.request(call('x')))).toBe('ok');
    await link.notify('notifications/roots/list_changed', undefined);
    await link.close();
    const mine = server.seen.slice(server.methods().lastIndexOf('initialize'));
    expect(mine[0]?.body?.params).toEqual({
      protocolVersion: '2025-11-25',
      capabilities: { sampling: {} },
      clientInfo: { name: 'ada', version: '7' },
    });
    expect(mine[0]?.headers).not.toHaveProperty('mcp-session-id');
    expect(new Set(mine.slice(1).map((seen) => seen.headers['mcp-session-id']))).toEqual(
      new Set(['session-1']),
    );
    expect(new Set(mine.slice(1).map((seen) => seen.headers['mcp-protocol-version']))).toEqual(
      new Set(['2025-11-25']),
    );
    expect(mine.map((seen) => seen.body?.method ?? seen.method).sort()).toEqual([
      'DELETE',
      'GET',
      'initialize',
      'notifications/initialized',
      'notifications/roots/list_changed',
      'tools/call',
    ]);
  });

  test('that the upstream does not know any more is over, and the next link has another', async () => {
    let known = true;
    const [link, server, upstreams] = await open((seen, res) => {
      if (known) plain(seen, res);
      else json(res, { id: seen.body?.id, error: { code: -32001, message: 'session not found' } }, 404);
    });
    await until(() => server.methods().includes('GET'));
    known = false;
    expect(await link.request(call('x'))).toEqual({ kind: 'failed', reason: 'closed', sent: true });
    await link.closed;
    known = true;
    const next = await upstreams.link('web', 'legacy', client('t1'));
    expect(said(await next.request(call('x')))).toBe('ok');
  });

  test('whose id no header can carry is refused', async () => {
    const server = await rudeHttp((seen, res) => {
      if (seen.body?.method !== 'initialize') return void res.writeHead(400).end();
      res.setHeader('mcp-session-id', 'a b');
      json(res, { id: seen.body.id, result: { protocolVersion: '2025-11-25', capabilities: {} } });
    });
    servers.push(server);
    const upstreams = upstreamsOf([server.server]);
    opened.push(upstreams);
    await expect(upstreams.link('web', 'legacy', client('t1'))).rejects.toMatchObject({
      code: 'upstream_unavailable',
    });
  });
});

describe('streams', () => {
  test('a question on the stream of a call is put to its client, and answered by a request of its own', async () => {
    let finish = (): void => {};
    const [link, server] = await open((seen, res) => {
      if (seen.body?.method === 'tools/call') {
        stream(res);
        res.write(event({ id: 'their-id', method: 'elicitation/create', params: { message: 'who?' } }));
        finish = () => res.end(event({ id: seen.body?.id, result: result('thanks') }));
      } else {
        plain(seen, res);
        if (seen.body?.id === 'their-id') finish();
      }
    });
    const asked: unknown[] = [];
    const answer = await link.request(
      call('x', {
        async onRequest(method, params) {
          asked.push(method, params);
          return { result: { action: 'accept' } };
        },
      }),
    );
    expect([said(answer), asked]).toEqual(['thanks', ['elicitation/create', { message: 'who?' }]]);
    const posted = server.seen.find((seen) => seen.body?.id === 'their-id');
    expect(posted?.body).toEqual({ jsonrpc: '2.0', id: 'their-id', result: { action: 'accept' } });
    expect(posted?.headers['mcp-session-id']).toBe('session-1');
  });

  test('what nobody asked for is heard on the other stream, which is resumed when it ends', async () => {
    const resumed: unknown[] = [];
    const [link] = await open((seen, res) => {
      if (seen.method !== 'GET') return plain(seen, res);
      resumed.push(seen.headers['last-event-id']);
      stream(res);
      res.write(event({ method: 'notifications/tools/list_changed' }, `e${resumed.length}`));
      res.write(event({ id: 'p', method: 'ping' }));
      if (resumed.length === 1) setTimeout(() => res.end(), 50);
    });
    const heard: string[] = [];
    link.onUnsolicited((method) => void heard.push(method));
    await until(() => resumed.length === 2 && heard.length >= 2);
    expect(resumed).toEqual([undefined, 'e1']);
    expect(new Set(heard)).toEqual(new Set(['notifications/tools/list_changed']));
  });

  test('a call whose stream ends without an answer is detached, and its answer comes on another', async () => {
    let last: unknown;
    const [link, server] = await open((seen, res) => {
      last = seen.headers['last-event-id'];
      if (seen.method === 'GET' && last === 'a/1') {
        stream(res);
        res.write(event({ method: 'notifications/message', params: { data: 'still here' } }, 'a/2'));
        const call = server.seen.find((one) => one.body?.method === 'tools/call');
        setTimeout(() => res.end(event({ id: call?.body?.id, result: result('late') }, 'a/3')), 30);
      } else if (seen.body?.method === 'tools/call') {
        stream(res);
        res.end('id: a/1\nretry: 5000\ndata: \n\n');
      } else plain(seen, res);
    });
    const heard: unknown[] = [];
    const answer = await link.request(
      call('x', { onNotification: (_method, params) => void heard.push(params) }),
    );
    if (answer.kind !== 'failed' || answer.resume === undefined) throw new Error('it was not detached');
    expect(answer).toMatchObject({ reason: 'detached', sent: true });
    expect(said(await answer.resume())).toBe('late');
    expect(heard).toEqual([{ data: 'still here' }]);
    expect(await answer.resume()).toEqual({ kind: 'failed', reason: 'closed', sent: true });
    expect(server.methods().filter((method) => method === 'tools/call')).toHaveLength(1);
  });

  test('an answer that was detached and then given up is cancelled at the upstream', async () => {
    const [link, server] = await open((seen, res) => {
      if (seen.body?.method !== 'tools/call') return plain(seen, res);
      stream(res);
      res.end('id: a/1\ndata: \n\n');
    });
    const giver = new AbortController();
    const answer = await link.request(call('x', { signal: giver.signal }));
    if (answer.kind !== 'failed' || answer.resume === undefined) throw new Error('it was not detached');
    giver.abort();
    expect(await answer.resume()).toEqual({ kind: 'failed', reason: 'aborted', sent: true });
    await until(() => server.methods().includes('notifications/cancelled'));
  });

  test('giving up closes the stream and tells the upstream which request', async () => {
    const [link, server] = await open((seen, res) => {
      if (seen.body?.method === 'tools/call') stream(res);
      else plain(seen, res);
    });
    const giver = new AbortController();
    const pending = link.request(call('x', { signal: giver.signal }));
    await until(() => server.methods().includes('tools/call'));
    const seen = server.seen.find((one) => one.body?.method === 'tools/call');
    giver.abort();
    expect(await pending).toEqual({ kind: 'failed', reason: 'aborted', sent: true });
    await until(() => server.methods().includes('notifications/cancelled') && seen?.isClosed === true, 800);
    const told = server.seen.find((one) => one.body?.method === 'notifications/cancelled');
    expect(told?.body?.params).toMatchObject({ requestId: seen?.body?.id });
  });
});
