// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createSseParser } from './sse.ts';

interface Read {
  readonly events: readonly (readonly [type: string, data: string])[];
  readonly lastEventId: string | undefined;
  readonly retryMs: number | undefined;
  readonly fits: boolean;
}

function read(chunks: readonly Buffer[], maxEventBytes = 10_000): Read {
  const events: [string, string][] = [];
  const parser = createSseParser(maxEventBytes, (event) => {
    events.push([event.type, event.data.toString('latin1')]);
  });
  const fits = chunks.every((chunk) => parser.feed(chunk));
  return { events, lastEventId: parser.lastEventId(), retryMs: parser.retryMs(), fits };
}

const ALL = Buffer.from(
  '\ufeff: a comment\nid: a/1\nretry: 5000\ndata: \n\n' +
    'event: message\r\nid: a/2\r\ndata: {"x":"é\u2028🦊"}\r\n\r\n' +
    'data: one\rdata:two\rdata\r\r' +
    'event: other\nunknown: field\nnocolon\ndata:  padded\n\n' +
    'data: cut off by the end\nid: a/9\n',
);

describe('events', () => {
  const whole = read([ALL]);

  test('of every line ending, with comments, without data, and cut off', () => {
    expect(whole).toEqual({
      events: [
        ['message', Buffer.from('{"x":"é\u2028🦊"}').toString('latin1')],
        ['message', 'one\ntwo\n'],
        ['other', ' padded'],
      ],
      lastEventId: 'a/2',
      retryMs: 5000,
      fits: true,
    });
  });

  test('are the same wherever the stream is cut in two, and byte by byte', () => {
    for (let at = 0; at <= ALL.length; at++)
      expect(read([ALL.subarray(0, at), ALL.subarray(at)])).toEqual(whole);
    expect(read([...ALL].map((byte) => Buffer.of(byte)))).toEqual(whole);
  });

  test('are the same however any stream is cut', () => {
    const pieces = fc.constantFrom(
      'data: x',
      'id: 1',
      'event: e',
      ':',
      '\n',
      '\r',
      '\r\n',
      '\n\n',
      '\ufeff',
      'retry: 7',
    );
    fc.assert(
      fc.property(fc.array(pieces), fc.array(fc.nat(80)), (parts, cuts) => {
        const bytes = Buffer.from(parts.join(''));
        const at = [0, ...cuts.filter((cut) => cut <= bytes.length).sort((a, b) => a - b), bytes.length];
        const chunks = at.slice(1).map((end, i) => bytes.subarray(at[i], end));
        expect(read(chunks)).toEqual(read([bytes]));
      }),
    );
  });

  test.each<[what: string, stream: string, want: string | undefined]>([
    ['an id of an event without data counts, since it primes the stream', 'id: p\ndata:\n\n', 'p'],
    ['an id outlives events that have none', 'id: p\n\ndata: x\n\n', 'p'],
    ['an empty id takes it back', 'id: p\n\nid\n\n', undefined],
    ['an id with a NUL is none', 'id: p\n\nid: q\0\n\n', 'p'],
    ['an id that no header can carry is none', 'id: é\n\n', undefined],
    ['an id past all bounds is none', `id: ${'p'.repeat(2_000)}\n\n`, undefined],
    ['the id of an event that was cut off does not count', 'id: p\n\nid: q\ndata: x\n', 'p'],
  ])('%s', (_what, stream, want) => expect(read([Buffer.from(stream)]).lastEventId).toBe(want));

  test.each(['5s', '-1', '1e3', '', '9999999999'])('a retry of `%s` is none', (retry) =>
    expect(read([Buffer.from(`retry: ${retry}\n\n`)]).retryMs).toBeUndefined(),
  );
});

describe('bounds', () => {
  test.each<[what: string, stream: string]>([
    ['one long line', `data: ${'x'.repeat(200)}\n\n`],
    ['a line without an end', 'x'.repeat(200)],
    ['many lines', 'data: 0123456789\n'.repeat(20)],
    ['many comments within one event', ': 0123456789\n'.repeat(20)],
  ])('%s past the bound is refused, however it arrives', (_what, stream) => {
    const bytes = Buffer.from(stream);
    expect(read([bytes], 100).fits).toBe(false);
    expect(
      read(
        [...bytes].map((byte) => Buffer.of(byte)),
        100,
      ).fits,
    ).toBe(false);
  });

  test('many small events are no large one', () => {
    const bytes = Buffer.from('data: 0123456789\n\n'.repeat(100));
    const seen = read([bytes], 100);
    expect([seen.fits, seen.events.length]).toEqual([true, 100]);
  });

  test('lines are bounded by their number too', () => {
    expect(read([Buffer.from('data:\n'.repeat(70_000))], 10_000_000).fits).toBe(false);
  });
});
