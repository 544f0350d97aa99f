// SPDX-License-Identifier: Apache-2.0
/**
 * Requests of the relay to the gateway, and what comes back as whole messages. node:http only, since
 * clients wait for this process to start.
 *
 * Bounded in size and never in time: a call may wait for a person, and the gateway has its own limits.
 */
import { Agent, type IncomingMessage, request } from 'node:http';
import { createSseParser } from '../../mcp/upstream/sse.ts';

export interface Sent {
  readonly status: number;
  readonly header: (name: string) => string | undefined;
  readonly isStream: boolean;
  /** The whole body of what is no stream. @throws {ExchangeFailed} */
  body(): Promise<Buffer>;
  /** The messages of a stream, to its end. @throws {ExchangeFailed} it broke off */
  events(onMessage: (data: Buffer) => void): Promise<Ended>;
  discard(): void;
}

export interface Ended {
  readonly lastEventId: string | undefined;
  readonly retryMs: number | undefined;
}

export class ExchangeFailed extends Error {
  readonly code: 'unreachable' | 'broken' | 'too_large' | 'aborted';
  /** Where the stream can be taken up again. */
  readonly ended: Ended | undefined;
  constructor(code: ExchangeFailed['code'], message: string, ended?: Ended) {
    super(message);
    this.code = code;
    this.ended = ended;
  }
}

export interface Exchange {
  /** @throws {ExchangeFailed} `unreachable`: nothing was sent */
  send(
    method: 'GET' | 'POST' | 'DELETE',
    url: string,
    headers: Readonly<Record<string, string>>,
    body: Buffer | undefined,
    signal: AbortSignal,
  ): Promise<Sent>;
  close(): void;
}

const maxMessageBytes = 20 * 1024 * 1024;

export function createExchange(): Exchange {
  const agent = new Agent({ keepAlive: true, maxSockets: 256 });
  return {
    send: (method, url, headers, body, signal) =>
      new Promise((resolve, reject) => {
        const req = request(url, { method, agent, signal, headers }, (res) => resolve(sent(res)));
        req.once('error', (error: NodeJS.ErrnoException) => reject(failure(error, signal)));
        req.end(body);
      }),
    close: () => agent.destroy(),
  };
}

function sent(res: IncomingMessage): Sent {
  const type = (res.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase();
  // Somebody reads it, or `discard` does; until then an early end must not be an uncaught one.
  res.on('error', () => undefined);
  return {
    status: res.statusCode ?? 0,
    header: (name) => {
      const value = res.headers[name];
      return typeof value === 'string' ? value : undefined;
    },
    isStream: type === 'text/event-stream',
    async body() {
      const chunks: Buffer[] = [];
      let size = 0;
      await read(res, undefined, (chunk) => {
        chunks.push(chunk);
        size += chunk.length;
        return size <= maxMessageBytes;
      });
      return Buffer.concat(chunks);
    },
    async events(onMessage) {
      const parser = createSseParser(maxMessageBytes, ({ type: kind, data }) => {
        if (kind === 'message') onMessage(data);
      });
      const ended = () => ({ lastEventId: parser.lastEventId(), retryMs: parser.retryMs() });
      await read(res, ended, (chunk) => parser.feed(chunk));
      return ended();
    },
    discard: () => void res.resume(),
  };
}

/** @param take returns false when it can take no more */
async function read(
  res: IncomingMessage,
  ended: (() => Ended) | undefined,
  take: (chunk: Buffer) => boolean,
): Promise<void> {
  try {
    for await (const chunk of res) {
      if (take(chunk)) continue;
      throw new ExchangeFailed('too_large', `more than ${maxMessageBytes} bytes in one message`);
    }
  } catch (error) {
    if (error instanceof ExchangeFailed) throw error;
    throw new ExchangeFailed('broken', 'the connection broke off', ended?.());
  }
}

function failure(error: NodeJS.ErrnoException, signal: AbortSignal): ExchangeFailed {
  if (signal.aborted) return new ExchangeFailed('aborted', 'given up');
  const before = ['ECONNREFUSED', 'ENOENT', 'ENOTFOUND', 'EHOSTUNREACH', 'EADDRNOTAVAIL'];
  return before.includes(error.code ?? '')
    ? new ExchangeFailed('unreachable', `nobody answers: ${error.code}`)
    : new ExchangeFailed('broken', `the connection broke off: ${error.code ?? error.message}`);
}
