// SPDX-License-Identifier: Apache-2.0
/**
 * Event streams of one legacy session: each request has one, and the client may open one more that
 * belongs to no request. Events have ids, so that a client whose connection broke gets what it missed.
 *
 * A stream that is answered at once is one write. Everything kept is bounded; an id means something only
 * within its session.
 *
 * Source: MCP 2025-11-25, Streamable HTTP, "Resumability and Redelivery".
 */
import type { ServerResponse } from 'node:http';
import type { GatewayLimits } from './limits.ts';

export const eventStreamHeaders = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
} as const;

export interface Stream {
  send(text: string): void;
  /** Sends the last message and ends. */
  finish(text: string): void;
  /** Begins the response now, so that the client has an id to resume from. */
  begin(): void;
  /** Gives the stream a response of its own, with what nobody has been sent yet. */
  attach(res: ServerResponse): void;
  /** Ends the response and keeps the stream: what is sent from now on waits for the client to resume. */
  letGo(): void;
  readonly isAttached: boolean;
  /** Nobody reads what is sent after its last message. */
  readonly isFinished: boolean;
}

export interface Streams {
  open(res: ServerResponse | undefined): Stream;
  /** @returns false where the id names no stream that is still kept */
  resume(lastEventId: string, res: ServerResponse): boolean;
  /** Comments that keep idle connections open; forgets answered streams that nobody resumed. */
  tick(nowMs: number): void;
  close(): void;
}

type Options = Pick<
  GatewayLimits,
  'maxStreamsPerSession' | 'maxBufferedBytesPerSession' | 'maxUnreadBytes' | 'retryMs'
> & {
  /** Clients before 2025-11-25 take an empty event for a broken message. */
  readonly primes: boolean;
  readonly nowMs: () => number;
};

interface Kept {
  readonly id: number;
  events: { readonly seq: number; readonly text: string }[];
  seq: number;
  /** The last event that was written to anybody. */
  sent: number;
  bytes: number;
  res: ServerResponse | undefined;
  finishedAtMs: number | undefined;
}

const keepAnsweredMs = 60_000;

export function createStreams(options: Options): Streams {
  const streams = new Map<number, Kept>();
  let lastId = 0;
  let bytes = 0;

  const primer = (id: number) =>
    options.primes ? `id: ${id}-0\nretry: ${options.retryMs}\ndata: \n\n` : ': open\n\n';
  const frame = (id: number, seq: number, text: string) =>
    `id: ${id}-${seq}\nevent: message\ndata: ${text}\n\n`;

  function forget(stream: Kept): void {
    streams.delete(stream.id);
    bytes -= stream.bytes;
  }

  // Answered streams go first, oldest first; then single events of open ones.
  function makeRoom(): void {
    const isOver = () =>
      streams.size > options.maxStreamsPerSession || bytes > options.maxBufferedBytesPerSession;
    if (!isOver()) return;
    for (const stream of streams.values()) {
      if (stream.finishedAtMs !== undefined && stream.res === undefined) forget(stream);
      if (!isOver()) return;
    }
    for (const stream of streams.values()) {
      while (stream.events.length > 0 && isOver()) {
        const dropped = stream.events.shift();
        stream.bytes -= dropped?.text.length ?? 0;
        bytes -= dropped?.text.length ?? 0;
      }
    }
  }

  function keep(stream: Kept, text: string): number {
    const seq = ++stream.seq;
    stream.events.push({ seq, text });
    stream.bytes += text.length;
    bytes += text.length;
    return seq;
  }

  function attach(stream: Kept, res: ServerResponse): void {
    stream.res = res;
    res.on('close', () => {
      if (stream.res === res) stream.res = undefined;
    });
  }

  function begin(stream: Kept): void {
    const { res } = stream;
    if (res === undefined || res.headersSent) return;
    res.writeHead(200, eventStreamHeaders);
    res.write(primer(stream.id));
  }

  function write(stream: Kept, text: string, seq = stream.sent): void {
    const { res } = stream;
    if (res === undefined) return;
    res.write(text);
    stream.sent = seq;
    // A reader that does not read must not fill our memory; it may come back for what was kept.
    if (res.writableLength > options.maxUnreadBytes) res.destroy();
  }

  return {
    open(res) {
      const stream: Kept = {
        id: ++lastId,
        events: [],
        seq: 0,
        sent: 0,
        bytes: 0,
        res: undefined,
        finishedAtMs: undefined,
      };
      streams.set(stream.id, stream);
      if (res !== undefined) attach(stream, res);
      return {
        get isAttached() {
          return stream.res !== undefined;
        },
        get isFinished() {
          return stream.finishedAtMs !== undefined;
        },
        begin: () => begin(stream),
        send(text) {
          const seq = keep(stream, text);
          begin(stream);
          write(stream, frame(stream.id, seq, text), seq);
          makeRoom();
        },
        finish(text) {
          const seq = keep(stream, text);
          stream.finishedAtMs = options.nowMs();
          const { res: out } = stream;
          if (out !== undefined) {
            const begun = out.headersSent;
            if (!begun) out.writeHead(200, eventStreamHeaders);
            out.end(`${begun ? '' : primer(stream.id)}${frame(stream.id, seq, text)}`);
            stream.res = undefined;
          }
          makeRoom();
        },
        attach(to) {
          attach(stream, to);
          begin(stream);
          const from = stream.sent;
          for (const { seq, text } of stream.events) {
            if (seq > from) write(stream, frame(stream.id, seq, text), seq);
          }
        },
        letGo() {
          begin(stream);
          stream.res?.end();
          stream.res = undefined;
        },
      };
    },
    resume(lastEventId, res) {
      const [, id, after] = /^(\d{1,15})-(\d{1,15})$/.exec(lastEventId) ?? [];
      const stream = id === undefined ? undefined : streams.get(Number(id));
      if (stream === undefined || after === undefined) return false;
      // The newest connection is the one that the client reads.
      stream.res?.end();
      attach(stream, res);
      res.writeHead(200, eventStreamHeaders);
      res.write(': resumed\n\n');
      for (const { seq, text } of stream.events) {
        if (seq > Number(after)) write(stream, frame(stream.id, seq, text), seq);
      }
      if (stream.finishedAtMs !== undefined) {
        stream.res = undefined;
        res.end();
      }
      return true;
    },
    tick(nowMs) {
      for (const stream of streams.values()) {
        if (stream.res?.headersSent === true) write(stream, ': keep-alive\n\n');
        if (stream.finishedAtMs !== undefined && nowMs - stream.finishedAtMs > keepAnsweredMs) forget(stream);
      }
    },
    close() {
      for (const stream of streams.values()) {
        if (stream.res !== undefined && !stream.res.headersSent) stream.res.writeHead(503);
        stream.res?.end();
        stream.res = undefined;
      }
      streams.clear();
      bytes = 0;
    },
  };
}
