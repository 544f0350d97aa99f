// SPDX-License-Identifier: Apache-2.0
// Who shares what of an upstream, and when it ends.
import { afterEach, describe, expect, test } from 'vitest';
import type { UpstreamLink, Upstreams } from './link.ts';
import { json, type RudeHttp, result, rudeHttp, speaking } from './rude-http.fixture.ts';
import {
  call,
  client,
  isAlive,
  type Rude,
  rudeServer,
  said,
  TEST_LIMITS,
  until,
  upstreamsOf,
} from './upstream.fixture.ts';
import type { UpstreamsOptions } from './upstreams.ts';

const made: (Rude | RudeHttp)[] = [];
const opened: Upstreams[] = [];

afterEach(async () => {
  await Promise.all(opened.splice(0).map((each) => each.close()));
  for (const one of made.splice(0)) await ('remove' in one ? one.remove() : one.close());
});

function open(
  more: Partial<UpstreamsOptions> = {},
  env: Readonly<Record<string, string>> = {},
): [Upstreams, Rude] {
  const rude = rudeServer('rude', env);
  const upstreams = upstreamsOf([rude.server], more);
  made.push(rude);
  opened.push(upstreams);
  return [upstreams, rude];
}

const pidOf = async (link: UpstreamLink): Promise<number> => Number(said(await link.request(call('pid'))));

describe('processes', () => {
  test('belong to a task: its sessions share one, other tasks do not', async () => {
    const [upstreams] = open();
    const links = await Promise.all([
      upstreams.link('rude', 'legacy', client('t1', 's1')),
      upstreams.link('rude', 'modern', client('t1', 's2')),
      upstreams.link('rude', 'legacy', client('t2', 's3')),
    ]);
    const [one, two, three] = await Promise.all(links.map(pidOf));
    expect(one).toBe(two);
    expect(three).not.toBe(one);
  });

  test('of what is stateless serve every task, and are told nothing of any client', async () => {
    const [upstreams, rude] = open({ stateless: (server) => server === 'rude' });
    const links = await Promise.all([
      upstreams.link('rude', 'legacy', client('t1', 's1', { clientCapabilities: { sampling: {} } })),
      upstreams.link('rude', 'legacy', client('t2', 's2')),
    ]);
    const [one, two] = await Promise.all(links.map(pidOf));
    expect(one).toBe(two);
    const told = rude.received().filter((message) => message.method === 'initialize');
    expect(told.map((message) => message.params)).toEqual(
      told.map(() => ({
        protocolVersion: '2025-11-25',
        capabilities: {},
        clientInfo: { name: 'countersign', version: '0.1.0' },
      })),
    );
  });

  test("that serve several tasks tell none of them what may be another one's", async () => {
    const [upstreams] = open({ stateless: () => true });
    const one = await upstreams.link('rude', 'legacy', client('t1'));
    const two = await upstreams.link('rude', 'legacy', client('t2'));
    const heard: string[] = [];
    for (const [name, link] of [
      ['one', one],
      ['two', two],
    ] as const)
      link.onUnsolicited((method) => void heard.push(`${name} ${method}`));
    const onNotification = (method: string): void => void heard.push(method);
    await one.request(call('log', { onNotification }));
    await two.request(call('log', { onNotification }));
    await two.request(call('announce', { onNotification }));
    const [alone] = heard;
    // While the first was alone, its log could only be its own.
    expect(alone).toBe('notifications/message');
    expect(heard.slice(1).sort()).toEqual([
      'one notifications/tools/list_changed',
      'two notifications/tools/list_changed',
    ]);
    const asked = await one.request(call('ask', { onRequest: async () => ({ result: {} }) }));
    expect(JSON.parse(said(asked))).toMatchObject({ code: -32601 });
  });

  test('are started once for callers that come at once', async () => {
    const [upstreams, rude] = open();
    const links = await Promise.all(
      Array.from({ length: 20 }, () => upstreams.link('rude', 'legacy', client('t1'))),
    );
    expect(new Set(links).size).toBe(1);
    await links[0]?.request(call('echo'));
    // One for the probe, one for the task.
    expect(rude.received().filter((message) => message.method === 'initialize')).toHaveLength(2);
  });

  test('are bounded in number', async () => {
    const [upstreams] = open({ limits: { ...TEST_LIMITS, maxProcesses: 2 } });
    for (const task of ['t1', 't2']) await linkWhenFree(upstreams, task);
    await expect(upstreams.link('rude', 'legacy', client('t3'))).rejects.toThrow('at most 2 processes');
    await upstreams.release((owner) => owner.task === 't1');
    const third = await upstreams.link('rude', 'legacy', client('t3'));
    expect(said(await third.request(call('echo')))).toContain('echo');
  });

  test('that nobody uses end by themselves, and those that somebody uses or hears do not', async () => {
    const [upstreams] = open({ limits: { ...TEST_LIMITS, idleMs: 600 } });
    const open3 = ['idle', 'busy', 'heard'].map((task) => upstreams.link('rude', 'legacy', client(task)));
    const [idle, busy, heard] = await Promise.all(open3);
    if (idle === undefined || busy === undefined || heard === undefined) throw new Error('never');
    const pids = await Promise.all([idle, busy, heard].map(pidOf));
    const giver = new AbortController();
    const pending = busy.request(call('never', { signal: giver.signal }));
    heard.onUnsolicited(() => {});
    await idle.closed;
    expect(pids.map(isAlive)).toEqual([false, true, true]);
    giver.abort();
    await pending;
    await busy.closed;
    expect(pids.map(isAlive)).toEqual([false, false, true]);
  });
});

describe('release', () => {
  test('ends the process of a task, and what waits on it', async () => {
    const [upstreams] = open();
    const one = await upstreams.link('rude', 'legacy', client('t1'));
    const other = await upstreams.link('rude', 'legacy', client('t2'));
    const pids = await Promise.all([one, other].map(pidOf));
    const waiting = one.request(call('never'));
    await upstreams.release((owner) => owner.task === 't1');
    expect(await waiting).toMatchObject({ kind: 'failed', sent: true });
    expect(pids.map(isAlive)).toEqual([false, true]);
    expect(await one.request(call('echo'))).toEqual({ kind: 'failed', reason: 'closed', sent: false });
  });

  test('of one session leaves the process to the other, and cancels what it waits for', async () => {
    const [upstreams, rude] = open();
    const one = await upstreams.link('rude', 'legacy', client('t1', 's1'));
    const other = await upstreams.link('rude', 'legacy', client('t1', 's2'));
    const pid = await pidOf(one);
    const waiting = one.request(call('never'));
    await upstreams.release((owner) => owner.session === 's1');
    expect(await waiting).toEqual({ kind: 'failed', reason: 'aborted', sent: true });
    await one.closed;
    expect(await one.request(call('echo'))).toMatchObject({ reason: 'closed', sent: false });
    expect(await pidOf(other)).toBe(pid);
    expect(rude.received().some((message) => message.method === 'notifications/cancelled')).toBe(true);
  });

  test('of a session that left keeps nothing: the last one that stays decides', async () => {
    const [upstreams] = open();
    const one = await upstreams.link('rude', 'legacy', client('t1', 's1'));
    const pid = await pidOf(one);
    await one.close();
    expect(isAlive(pid)).toBe(true);
    const again = await upstreams.link('rude', 'legacy', client('t1', 's1'));
    expect(await pidOf(again)).toBe(pid);
    await again.close();
    await upstreams.release((owner) => owner.session === 's1');
    expect(isAlive(pid)).toBe(false);
  });

  test('during the start ends it as well', async () => {
    const [upstreams] = open();
    await upstreams.eras('rude');
    const starting = upstreams.link('rude', 'legacy', client('t1')).catch((error: unknown) => error);
    await new Promise((resolve) => setImmediate(resolve));
    const began = performance.now();
    await upstreams.release((owner) => owner.task === 't1');
    expect(await starting).toMatchObject({ code: 'upstream_unavailable' });
    expect(performance.now() - began).toBeLessThan(3_500);
  });

  test('close ends everything, even what is being opened, and nothing is opened afterwards', async () => {
    const [upstreams, rude] = open({}, { SILENT_PROBE: '1', STUBBORN: '1' });
    const starting = upstreams.link('rude', 'legacy', client('t1')).catch((error: unknown) => error);
    await until(() => {
      try {
        return rude.received().length > 0;
      } catch {
        return false;
      }
    });
    await upstreams.close();
    expect(await starting).toMatchObject({ code: 'upstream_unavailable' });
    await expect(upstreams.link('rude', 'legacy', client('t1'))).rejects.toThrow('is stopping');
  });
});

describe('sessions over HTTP', () => {
  async function web(era: 'modern' | 'legacy'): Promise<[Upstreams, RudeHttp]> {
    const server = await rudeHttp(
      speaking(era, (seen, res) => {
        if (seen.method === 'GET') res.writeHead(405).end();
        else if (seen.body?.id === undefined) res.writeHead(202).end();
        else json(res, { id: seen.body.id, result: result('ok') });
      }),
    );
    const upstreams = upstreamsOf([server.server]);
    made.push(server);
    opened.push(upstreams);
    return [upstreams, server];
  }
  const count = (server: RudeHttp, method: string): number =>
    server.methods().filter((one) => one === method).length;

  test("of the legacy era: one for each of the client's transport sessions", async () => {
    const [upstreams, server] = await web('legacy');
    await upstreams.eras('web');
    const before = count(server, 'initialize');
    for (const transportSession of ['a', 'b', 'a']) {
      const link = await upstreams.link('web', 'legacy', client('t1', 's1', { transportSession }));
      expect(said(await link.request(call('x')))).toBe('ok');
    }
    expect(count(server, 'initialize') - before).toBe(2);
    await upstreams.release((owner) => owner.transportSession === 'a');
    // The probe's, and the one that was released.
    await until(() => count(server, 'DELETE') === 2);
  });

  test('of the modern era: none, for whoever asks', async () => {
    const [upstreams, server] = await web('modern');
    expect([...(await upstreams.eras('web'))]).toEqual(['modern']);
    const links = await Promise.all([
      upstreams.link('web', 'modern', client('t1')),
      upstreams.link('web', 'legacy', client('t2')),
    ]);
    for (const link of links) expect(said(await link.request(call('x')))).toBe('ok');
    await upstreams.release((owner) => owner.task === 't1');
    expect(await links[0]?.request(call('x'))).toMatchObject({ reason: 'closed', sent: false });
    expect(said(await (links[1] ?? links[0]).request(call('x')))).toBe('ok');
    expect(count(server, 'DELETE')).toBe(0);
  });
});

test('an upstream that is not configured is unavailable', async () => {
  const [upstreams] = open();
  expect(upstreams.names).toEqual(['rude']);
  await expect(upstreams.link('other', 'legacy', client('t1'))).rejects.toMatchObject({
    code: 'upstream_unavailable',
  });
});

/** The probe's process counts until it is gone. */
async function linkWhenFree(upstreams: Upstreams, task: string): Promise<UpstreamLink> {
  for (let tries = 0; ; tries++) {
    try {
      return await upstreams.link('rude', 'legacy', client(task));
    } catch (error) {
      if (tries > 50) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
