// SPDX-License-Identifier: Apache-2.0
// A link to a process that misbehaves in every way that a line protocol allows.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../core/json/value.ts';
import type { UpstreamLink, Upstreams } from './link.ts';
import {
  call,
  client,
  isAlive,
  type Rude,
  rudeServer,
  said,
  until,
  upstreamsOf,
} from './upstream.fixture.ts';

let rude: Rude;
let upstreams: Upstreams;
let link: UpstreamLink;

beforeAll(async () => {
  rude = rudeServer();
  upstreams = upstreamsOf([rude.server]);
  link = await upstreams.link('rude', 'legacy', client('t1'));
});

afterAll(async () => {
  await upstreams.close();
  rude.remove();
});

describe('what an upstream may say', () => {
  test('an answer is the answer, with its size', async () => {
    const answer = await link.request(call('echo'));
    expect(said(answer)).toBe('{"arguments":{},"name":"echo"}');
    expect(answer).toMatchObject({ sizeBytes: expect.any(Number) });
  });

  test('canonical params arrive byte for byte', async () => {
    const params = '{"arguments":{"é":"日\\n","n":1e+30},"name":"echo","requestState":"x=="}';
    await link.request(call('echo', { params }));
    const arrived = rude.received().at(-1);
    expect(JSON.stringify(arrived?.params)).toBe(JSON.stringify(JSON.parse(params)));
  });

  test('an error keeps its code, message and data', async () => {
    expect(await link.request(call('error'))).toEqual({
      kind: 'error',
      error: { code: -32050, message: 'no', data: { uri: 'x://y' } },
    });
  });

  test.each([
    ['garbage', 'after the garbage'],
    ['crlf', 'crlf'],
    ['byte-by-byte', 'é 日本 🦊'],
    ['twice', 'first'],
    ['wrong-ids', 'this one'],
  ])('%s: only the message that answers is taken', async (name, want) => {
    expect(said(await link.request(call(name)))).toBe(want);
    expect(said(await link.request(call('echo')))).toContain('echo');
  });

  test.each([
    ['duplicate-keys', 'invalid'],
    ['prototype', 'invalid'],
    ['invalid-utf8', 'invalid'],
    ['deep', 'invalid'],
    ['both', 'invalid'],
    ['neither', 'invalid'],
    ['result-is-text', 'invalid'],
    ['huge-id-first', 'too_large'],
    ['huge-id-last', 'too_large'],
  ])('%s fails the request as `%s`, at once, and the link goes on', async (name, reason) => {
    const began = performance.now();
    expect(await link.request(call(name))).toEqual({ kind: 'failed', reason, sent: true });
    expect(performance.now() - began).toBeLessThan(2_000);
    expect(said(await link.request(call('echo')))).toContain('echo');
  });

  test('a result past what the caller takes is too large', async () => {
    expect(await link.request(call('large', { maxResultBytes: 10_000 }))).toMatchObject({
      reason: 'too_large',
    });
  });
});

describe('leave to send', () => {
  const seen = (marker: string): boolean => JSON.stringify(rude.received()).includes(marker);
  const marked = (marker: string): string => `{"arguments":{"m":"${marker}"},"name":"echo"}`;

  test.each<[string, () => boolean]>([
    ['refused', () => false],
    [
      'thrown',
      () => {
        throw new Error('broken');
      },
    ],
  ])('%s: nothing leaves', async (marker, release) => {
    const answer = await link.request(call('echo', { params: marked(marker), release }));
    expect(answer).toEqual({ kind: 'failed', reason: 'not_released', sent: false });
    await link.request(call('echo'));
    expect(seen(marker)).toBe(false);
  });

  test('it is asked once, before the first byte', async () => {
    let asked = 0;
    const release = (): boolean => {
      asked += 1;
      expect(seen('asked-first')).toBe(false);
      return true;
    };
    await link.request(call('echo', { params: marked('asked-first'), release }));
    expect(asked).toBe(1);
    expect(seen('asked-first')).toBe(true);
  });

  test('an aborted request does not leave, and leave is not asked', async () => {
    let asked = 0;
    const signal = AbortSignal.abort();
    const release = (): boolean => ++asked > 0;
    const answer = await link.request(call('echo', { params: marked('aborted'), signal, release }));
    expect(answer).toEqual({ kind: 'failed', reason: 'aborted', sent: false });
    await link.request(call('echo'));
    expect([asked, seen('aborted')]).toEqual([0, false]);
  });

  test('a line break in what was decided cannot become a second message', async () => {
    const params = '{"arguments":{},\n"name":"echo","x":"two-lines"}';
    const answer = await link.request(call('echo', { params }));
    expect(answer).toEqual({ kind: 'failed', reason: 'invalid', sent: false });
    await link.request(call('echo'));
    expect(seen('two-lines')).toBe(false);
  });
});

describe('giving up', () => {
  const lastCancelled = (): unknown =>
    rude.received().findLast((message) => message.method === 'notifications/cancelled')?.params;
  const idOf = (marker: string): unknown =>
    rude.received().find((message) => JSON.stringify(message.params ?? '').includes(marker))?.id;

  test('an abort stops waiting, and the upstream is told with our id', async () => {
    const giver = new AbortController();
    const params = '{"arguments":{"m":"to-abort"},"name":"never"}';
    const pending = link.request(call('never', { params, signal: giver.signal }));
    await until(() => idOf('to-abort') !== undefined);
    giver.abort();
    expect(await pending).toEqual({ kind: 'failed', reason: 'aborted', sent: true });
    await link.request(call('echo'));
    expect(lastCancelled()).toMatchObject({ requestId: idOf('to-abort') });
  });

  test('a timeout does the same', async () => {
    const params = '{"arguments":{"m":"to-time-out"},"name":"never"}';
    const answer = await link.request(call('never', { params, timeoutMs: 50 }));
    expect(answer).toEqual({ kind: 'failed', reason: 'timeout', sent: true });
    await link.request(call('echo'));
    expect(lastCancelled()).toMatchObject({ requestId: idOf('to-time-out') });
  });

  test('one signal over many requests keeps no listener', async () => {
    const giver = new AbortController();
    let added = 0;
    let removed = 0;
    const { signal } = giver;
    const counting = Object.assign(signal, {
      addEventListener: (...args: Parameters<AbortSignal['addEventListener']>) => {
        added += 1;
        EventTarget.prototype.addEventListener.apply(signal, args);
      },
      removeEventListener: (...args: Parameters<AbortSignal['removeEventListener']>) => {
        removed += 1;
        EventTarget.prototype.removeEventListener.apply(signal, args);
      },
    });
    for (let i = 0; i < 50; i++) await link.request(call('echo', { signal: counting }));
    expect([added, removed]).toEqual([50, 50]);
  });
});

describe('progress and questions', () => {
  test("our token goes out, the caller's comes back, and no other is heard", async () => {
    const heard: JsonObject[] = [];
    const params =
      '{"_meta":{"progressToken":"the-callers","traceparent":"00-x"},"arguments":{},"name":"progress"}';
    const answer = await link.request(
      call('progress', { params, onNotification: (_method, said) => void heard.push(said) }),
    );
    expect(heard).toEqual([
      { progressToken: 'the-callers', progress: 1 },
      { progressToken: 'the-callers', progress: 2 },
    ]);
    const arrived = JSON.parse(said(answer));
    expect(arrived._meta.progressToken).toBe(rude.received().at(-1)?.id);
    expect(arrived._meta.traceparent).toBe('00-x');
  });

  test('who asked for no progress hears none', async () => {
    const heard: string[] = [];
    await link.request(call('progress', { onNotification: (method) => void heard.push(method) }));
    expect(heard).toEqual([]);
  });

  test('a listener that throws does not end the conversation', async () => {
    const onNotification = (): void => {
      throw new Error('broken');
    };
    expect(said(await link.request(call('log', { onNotification })))).toBe('logged');
  });

  test('a question reaches the client of the request, and its answer the upstream', async () => {
    const asked: unknown[] = [];
    const answer = await link.request(
      call('ask', {
        async onRequest(method, params) {
          asked.push([method, params]);
          return { result: { action: 'accept', content: { name: 'Ada' } } };
        },
      }),
    );
    expect(asked).toEqual([['elicitation/create', { message: 'who?' }]]);
    expect(said(answer)).toBe('{"action":"accept","content":{"name":"Ada"}}');
  });

  test('a question that cannot be put is answered with an error', async () => {
    const answer = await link.request(call('ask', { onRequest: () => Promise.reject(new Error('secret')) }));
    expect(JSON.parse(said(answer))).toEqual({ code: -32603, message: 'the question could not be put' });
  });

  test('with requests of two clients waiting, a question is put to neither', async () => {
    const other = await upstreams.link('rude', 'legacy', client('t1', 's2'));
    const giver = new AbortController();
    const asked: string[] = [];
    const onRequest = async (method: string) => {
      asked.push(method);
      return { result: {} };
    };
    const waiting = other.request(call('never', { signal: giver.signal, onRequest }));
    const answer = await link.request(call('ask', { onRequest }));
    expect(JSON.parse(said(answer))).toMatchObject({ code: -32601 });
    expect(asked).toEqual([]);
    giver.abort();
    await waiting;
    await other.close();
  });

  test('what belongs to no request is told to who listens, but not whose questions are cancelled', async () => {
    const heard: string[] = [];
    const stop = link.onUnsolicited((method) => void heard.push(method));
    await link.request(call('announce'));
    stop();
    await link.request(call('announce'));
    expect(heard).toEqual(['notifications/tools/list_changed', 'notifications/resources/updated']);
  });
});

describe('the process', () => {
  const made: Rude[] = [];
  const opened: Upstreams[] = [];
  function open(env: Readonly<Record<string, string>>, stderr?: (line: string) => void): Upstreams {
    const one = rudeServer('rude', env);
    made.push(one);
    const all = upstreamsOf([one.server], { onStderr: (_server, line) => stderr?.(line) });
    opened.push(all);
    return all;
  }
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((each) => each.close()));
    for (const one of made.splice(0)) one.remove();
  });

  test('gets no environment of ours but what it needs and what is configured', async () => {
    process.env.COUNTERSIGN_TEST_SECRET = 'hunter2';
    try {
      const one = await open({ CONFIGURED: 'yes' }).link('rude', 'legacy', client('t1'));
      const env = JSON.parse(said(await one.request(call('environment'))));
      expect(Object.keys(env).sort()).toEqual(
        ['CONFIGURED', 'HOME', 'LANG', 'PATH', 'RECEIVED'].filter((name) => name in env),
      );
      expect(env).toMatchObject({ CONFIGURED: 'yes', PATH: process.env.PATH });
    } finally {
      delete process.env.COUNTERSIGN_TEST_SECRET;
    }
  });

  test('that exits in the middle fails what waits, and the next link starts another', async () => {
    const all = open({});
    const one = await all.link('rude', 'legacy', client('t1'));
    const pid = said(await one.request(call('pid')));
    const waiting = one.request(call('never'));
    expect(await one.request(call('exit'))).toEqual({ kind: 'failed', reason: 'closed', sent: true });
    expect(await waiting).toEqual({ kind: 'failed', reason: 'closed', sent: true });
    await one.closed;
    expect(await one.request(call('echo'))).toEqual({ kind: 'failed', reason: 'closed', sent: false });
    const two = await all.link('rude', 'legacy', client('t1'));
    expect(said(await two.request(call('pid')))).not.toBe(pid);
  });

  test('is heard to its end: an answer right before the exit counts', async () => {
    const one = await open({}).link('rude', 'legacy', client('t1'));
    expect(said(await one.request(call('last-words')))).toBe('bye');
  });

  test('that ignores the end of its input and SIGTERM is killed, with what it started', async () => {
    const all = open({ STUBBORN: '1' });
    const one = await all.link('rude', 'legacy', client('t1'));
    const pids = [
      Number(said(await one.request(call('pid')))),
      Number(said(await one.request(call('grandchild')))),
    ];
    expect(pids.map(isAlive)).toEqual([true, true]);
    const began = performance.now();
    await all.release((owner) => owner.task === 't1');
    expect(performance.now() - began).toBeLessThan(4_500);
    await until(() => !pids.some(isAlive), 1_000);
    await one.closed;
  });

  test('that ends by itself does not leave behind what it started', async () => {
    const one = await open({}).link('rude', 'legacy', client('t1'));
    const pid = Number(said(await one.request(call('grandchild'))));
    expect(isAlive(pid)).toBe(true);
    await one.request(call('exit'));
    await one.closed;
    await until(() => !isAlive(pid), 1_000);
  });

  test('that does not start is unavailable, without its command line in the message', async () => {
    const all = upstreamsOf([
      {
        kind: 'stdio',
        name: 'gone',
        command: { command: '/no/such/program', args: ['--key=hunter2'], env: { K: 'hunter3' } },
      },
    ]);
    const failed = await all.link('gone', 'legacy', client('t1')).catch((error: unknown) => error);
    expect(failed).toMatchObject({
      code: 'upstream_unavailable',
      message: '`gone` cannot be started: ENOENT',
    });
    await all.close();
  });

  test.each([
    ['dies at once', { DIES_AT_START: '1' }],
    ['speaks a version of its own', { VERSION: '1999-01-01' }],
  ])('that %s is unavailable, and is left alone for a moment', async (_what, env) => {
    const all = open(env);
    await expect(all.eras('rude')).rejects.toMatchObject({ code: 'upstream_unavailable' });
    await expect(all.eras('rude')).rejects.toThrow('is not tried again yet');
  });

  test('that leaves the probe unanswered is taken for an older one', async () => {
    const all = open({ SILENT_PROBE: '1' });
    expect([...(await all.eras('rude'))]).toEqual(['legacy']);
    expect((await all.link('rude', 'modern', client('t1'))).facts.era).toBe('legacy');
  });

  test('of the modern era is spoken to without a handshake', async () => {
    const all = open({ ERA: 'modern' });
    expect([...(await all.eras('rude'))]).toEqual(['modern']);
    const one = await all.link('rude', 'legacy', client('t1'));
    expect(one.facts).toMatchObject({ era: 'modern', protocolVersion: '2026-07-28' });
    const methods = made
      .at(-1)
      ?.received()
      .map((message) => message.method);
    expect(methods?.slice(-1)).toEqual(['server/discover']);
  });

  test('of the modern era: a subscription hears its own, under the id that the caller has to replace', async () => {
    const one = await open({ ERA: 'modern' }).link('rude', 'modern', client('t1'));
    const heard: string[] = [];
    const giver = new AbortController();
    const listening = one.request(
      call('', {
        method: 'subscriptions/listen',
        params: '{"notifications":{}}',
        timeoutMs: Number.POSITIVE_INFINITY,
        signal: giver.signal,
        onNotification: (method) => void heard.push(method),
      }),
    );
    await until(() => heard.length === 2);
    expect(heard).toEqual(['notifications/subscriptions/acknowledged', 'notifications/tools/list_changed']);
    giver.abort();
    expect(await listening).toMatchObject({ reason: 'aborted', sent: true });
  });

  test('of the modern era is not allowed to ask', async () => {
    const one = await open({ ERA: 'modern' }).link('rude', 'modern', client('t1'));
    const answer = await one.request(call('ask', { onRequest: async () => ({ result: {} }) }));
    expect(JSON.parse(said(answer))).toMatchObject({ code: -32601 });
  });
});
