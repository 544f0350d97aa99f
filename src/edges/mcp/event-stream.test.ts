// SPDX-License-Identifier: Apache-2.0
import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { createStreams } from './event-stream.ts';

class FakeResponse extends EventEmitter {
  text = '';
  status: number | undefined;
  ended = false;
  destroyed = false;
  writableLength = 0;
  get headersSent(): boolean {
    return this.status !== undefined;
  }
  writeHead(status: number): this {
    this.status = status;
    return this;
  }
  write(text: string): boolean {
    this.text += text;
    return true;
  }
  end(text = ''): void {
    this.text += text;
    this.ended = true;
    this.emit('close');
  }
  destroy(): void {
    this.destroyed = true;
    this.emit('close');
  }
}

function fixture(over: Partial<Parameters<typeof createStreams>[0]> = {}) {
  const streams = createStreams({
    maxStreamsPerSession: 4,
    maxBufferedBytesPerSession: 1_000,
    maxUnreadBytes: 100,
    retryMs: 5,
    primes: true,
    nowMs: () => 0,
    ...over,
  });
  const response = () => new FakeResponse();
  const as = (res: FakeResponse) => res as unknown as ServerResponse;
  return { streams, response, as };
}

const messages = (res: FakeResponse) => [...res.text.matchAll(/^data: (.+)$/gm)].map(([, text]) => text);
const ids = (res: FakeResponse) => [...res.text.matchAll(/^id: (.+)$/gm)].map(([, id]) => id ?? '');

test('an answer that comes at once is primed, sent and ended in one go', () => {
  const { streams, response, as } = fixture();
  const res = response();
  streams.open(as(res)).finish('{"a":1}');
  expect(res.text).toBe('id: 1-0\nretry: 5\ndata: \n\nid: 1-1\nevent: message\ndata: {"a":1}\n\n');
  expect(res.ended).toBe(true);
});

test('older clients get no empty event', () => {
  const { streams, response, as } = fixture({ primes: false });
  const res = response();
  streams.open(as(res)).finish('{}');
  expect(messages(res)).toEqual(['{}']);
  expect(res.text).not.toContain('retry');
});

test('a client that comes back gets what it missed, in order, and the rest as it comes', () => {
  const { streams, response, as } = fixture();
  const first = response();
  const stream = streams.open(as(first));
  stream.send('one');
  stream.send('two');
  first.destroy();
  stream.send('three');
  const second = response();
  expect(streams.resume(ids(first)[1] ?? '', as(second))).toBe(true);
  expect(messages(second)).toEqual(['two', 'three']);
  stream.finish('four');
  expect(messages(second)).toEqual(['two', 'three', 'four']);
  expect(second.ended).toBe(true);
});

test('an answer that was given while nobody listened waits', () => {
  const { streams, response, as } = fixture();
  const first = response();
  const stream = streams.open(as(first));
  stream.letGo();
  expect(first.ended).toBe(true);
  stream.finish('answer');
  const second = response();
  expect(streams.resume(ids(first)[0] ?? '', as(second))).toBe(true);
  expect(messages(second)).toEqual(['answer']);
  expect(second.ended).toBe(true);
});

test.each(['9-0', '1', '1-', '-1', '1-0-0', '01-0x', '', `1-${'9'.repeat(20)}`])(
  'the id `%s` is of no stream',
  (id) => {
    const { streams, response, as } = fixture();
    streams.open(as(response()));
    expect(streams.resume(id, as(response()))).toBe(false);
  },
);

test('a stream that gets its first response late says what nobody has been told, once', () => {
  const { streams, response, as } = fixture();
  const stream = streams.open(undefined);
  stream.send('early');
  const first = response();
  stream.attach(as(first));
  expect(messages(first)).toEqual(['early']);
  first.destroy();
  expect(stream.isAttached).toBe(false);
  const second = response();
  stream.attach(as(second));
  expect(messages(second)).toEqual([]);
});

test('a client that does not read is cut off and loses nothing', () => {
  const { streams, response, as } = fixture();
  const first = response();
  const stream = streams.open(as(first));
  first.writableLength = 101;
  stream.send('one');
  expect(first.destroyed).toBe(true);
  const second = response();
  streams.resume('1-0', as(second));
  expect(messages(second)).toEqual(['one']);
});

test('what is kept is bounded: answered streams go before open ones', () => {
  const { streams, response, as } = fixture();
  for (let i = 0; i < 10; i++) streams.open(as(response())).finish('x'.repeat(300));
  const open = response();
  const stream = streams.open(as(open));
  stream.send('y'.repeat(900));
  expect(streams.resume('10-0', as(response()))).toBe(false);
  expect(streams.resume('11-0', as(response()))).toBe(true);
});

test('an answered stream that nobody resumed is forgotten', () => {
  const { streams, response, as } = fixture();
  streams.open(as(response())).finish('x');
  streams.tick(59_000);
  expect(streams.resume('1-0', as(response()))).toBe(true);
  streams.tick(61_000);
  expect(streams.resume('1-0', as(response()))).toBe(false);
});
