// SPDX-License-Identifier: Apache-2.0
/**
 * A request of ours to an HTTP upstream until it is answered, in either era: from the pool to the call.
 *
 * The answer may be a JSON body or come as an event among others; what comes beside it is handed on.
 * Connections are not limited by the pool, since a request that queues there leaves later than it was
 * allowed to: the bound is on the requests.
 *
 * Source: MCP 2025-11-25 and 2026-07-28, "Transports", "Streamable HTTP".
 */
import type { IncomingHttpHeaders } from 'node:http';
import { Pool } from 'undici';
import type { Call } from './call.ts';
import { exchange, type HttpOutcome, type HttpRequest } from './exchange.ts';
import { settle } from './inflight.ts';
import type { UpstreamLimits } from './limits.ts';
import { type Message, readMessage } from './message.ts';

export interface HttpServer {
  readonly name: string;
  readonly url: URL;
  /** Of the configuration; secrets are among them. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface HttpEndpoint {
  readonly server: HttpServer;
  readonly pool: Pool;
  readonly path: string;
  readonly limits: UpstreamLimits;
}

export type AskOrNotification = Extract<Message, { kind: 'request' | 'notification' }>;

export interface CallObserver {
  readonly onHead?: (status: number, headers: IncomingHttpHeaders) => void;
  readonly onMessage: (message: AskOrNotification) => void;
  /** The stream ended without the answer. */
  readonly onDetached: (lastEventId: string | undefined) => void;
  readonly onStatus?: (status: number) => void;
}

/** After its answer a stream should end by itself, and then its connection can be used again. */
const DRAIN_MS = 1_000;

export const ACCEPT = 'application/json, text/event-stream';

export function openEndpoint(server: HttpServer, limits: UpstreamLimits): HttpEndpoint {
  const pool = new Pool(server.url.origin, {
    connections: null,
    pipelining: 1,
    allowH2: false,
    headersTimeout: 0,
    bodyTimeout: 0,
    connectTimeout: limits.connectTimeoutMs,
  });
  return { server, pool, limits, path: `${server.url.pathname}${server.url.search}` };
}

export function requestOf(
  endpoint: HttpEndpoint,
  method: HttpRequest['method'],
  headers: Readonly<Record<string, string>>,
  body?: string,
  maxMessageBytes = endpoint.limits.maxMessageBytes,
): HttpRequest {
  const { server, path, limits } = endpoint;
  return {
    method,
    path,
    headers: { 'user-agent': 'countersign', ...server.headers, ...headers },
    maxMessageBytes: Math.min(maxMessageBytes, limits.maxMessageBytes),
    maxStreamBytes: limits.maxStreamBytes,
    ...(body === undefined ? {} : { body }),
  };
}

/**
 * Sends what a call says, or resumes it, and settles it with what comes back.
 *
 * Whatever settles it otherwise closes the stream.
 *
 * @param start the call's `release`, or what stands for it when the call has left already
 */
export function runCall(
  endpoint: HttpEndpoint,
  request: HttpRequest,
  call: Call,
  start: () => boolean,
  observer: CallObserver,
): void {
  let status = 0;
  let over = false;
  const stop = exchange(endpoint.pool, request, {
    start,
    head(code, headers) {
      status = code;
      observer.onHead?.(code, headers);
    },
    event(event) {
      if (call.isSettled() || event.type !== 'message') return;
      const message = readMessage(event.data, endpoint.limits);
      // The stream is this request's own: what cannot be read on it may have been the answer.
      if (message === undefined) return call.fail('invalid');
      if (message.kind === 'request' || message.kind === 'notification') return observer.onMessage(message);
      if (message.id === undefined || message.id === call.id) settle(call, message, event.data.length);
    },
    done(outcome) {
      over = true;
      finish(outcome);
    },
  });
  void call.answer.then((answer) => {
    if (over) return;
    if (answer.kind === 'failed') stop();
    else setTimeout(stop, DRAIN_MS).unref();
  });

  function finish(outcome: HttpOutcome): void {
    if (call.isSettled()) return;
    switch (outcome.kind) {
      case 'whole':
        observer.onStatus?.(status);
        finishWhole(call, outcome.status, outcome.body, endpoint.limits);
        return;
      case 'stream_ended':
        observer.onDetached(outcome.lastEventId);
        return;
      case 'unreachable':
        call.fail('unreachable');
        return;
      case 'broken':
        call.fail('closed');
        return;
      case 'too_large':
        call.fail('too_large');
        return;
      case 'refused':
        call.fail('invalid');
        return;
    }
  }
}

/** Sends what is not answered. Resolves when it has arrived, or will not. */
export function tell(endpoint: HttpEndpoint, request: HttpRequest, timeoutMs: number): Promise<void> {
  return new Promise((resolve) => {
    let stop = (): void => {};
    const timer = setTimeout(() => {
      stop();
      resolve();
    }, timeoutMs);
    stop = exchange(endpoint.pool, request, {
      start: () => true,
      head: () => resolve(),
      event: () => {},
      done() {
        clearTimeout(timer);
        resolve();
      },
    });
  });
}

function finishWhole(call: Call, status: number, body: Buffer | undefined, limits: UpstreamLimits): void {
  const message = body === undefined ? undefined : readMessage(body, limits);
  if (body !== undefined && message !== undefined && isAnswerTo(call, message)) {
    if (status >= 400 && message.kind === 'result') {
      call.fail('invalid');
      return;
    }
    settle(call, message, body.length, status);
    return;
  }
  // A refusal before anything was done, such as 401. Past 500 nobody knows what was done.
  if (status >= 400 && status < 500) {
    call.settle({
      kind: 'error',
      error: { code: -32603, message: `the upstream answered HTTP ${status}` },
      httpStatus: status,
    });
    return;
  }
  call.fail('invalid');
}

function isAnswerTo(
  call: Call,
  message: Message,
): message is Extract<Message, { kind: 'result' | 'error' | 'faulty' }> {
  if (message.kind === 'request' || message.kind === 'notification') return false;
  return message.id === call.id || message.id === undefined;
}
