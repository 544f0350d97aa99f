// SPDX-License-Identifier: Apache-2.0
/**
 * One HTTP request and its response, bounded, on a pool of connections to one upstream.
 *
 * `start` is asked when a connection stands and the next thing is the first byte: what happens to a
 * request before that left no trace. Redirects are not followed, since another place is another
 * upstream; what is neither JSON nor events is not read.
 *
 * Source: MCP, "Transports", "Streamable HTTP"; undici, `Dispatcher.dispatch`.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher, Pool } from 'undici';
import { createChunks } from './chunks.ts';
import { createSseParser, type SseEvent, type SseParser } from './sse.ts';

export interface HttpRequest {
  readonly method: 'POST' | 'GET' | 'DELETE';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Of a body that is read whole, and of one event. */
  readonly maxMessageBytes: number;
  /** Of all events together. */
  readonly maxStreamBytes: number;
}

export interface HttpObserver {
  /** Right before the first byte; false means that none leaves. */
  start(): boolean;
  head(status: number, headers: IncomingHttpHeaders): void;
  event(event: SseEvent): void;
  /** Exactly once, unless stopped before. */
  done(outcome: HttpOutcome): void;
}

export type HttpOutcome =
  /** The body, when it was JSON. */
  | { readonly kind: 'whole'; readonly status: number; readonly body: Buffer | undefined }
  /** The stream is over, or broke; either way it can be resumed from its last id. */
  | {
      readonly kind: 'stream_ended';
      readonly lastEventId: string | undefined;
      readonly retryMs: number | undefined;
    }
  /** No connection: nothing has left. */
  | { readonly kind: 'unreachable' }
  | { readonly kind: 'broken' }
  | { readonly kind: 'too_large' }
  /** A redirect, a media type or an encoding that is not read. */
  | { readonly kind: 'refused'; readonly status: number };

type BodyPlan = 'json' | 'events' | 'none' | 'refuse';

const STOPPED = new Error('no longer wanted');

/** @returns how to stop: nothing is reported afterwards, and the connection is closed */
export function exchange(pool: Pool, request: HttpRequest, observer: HttpObserver): () => void {
  let controller: Dispatcher.DispatchController | undefined;
  let over = false;
  let started = false;
  let status = 0;
  let plan: BodyPlan = 'none';
  const whole = createChunks();
  let streamBytes = 0;
  let sse: SseParser | undefined;

  function finish(outcome: HttpOutcome): void {
    if (over) return;
    over = true;
    observer.done(outcome);
  }

  function stop(): void {
    over = true;
    controller?.abort(STOPPED);
  }

  function refuse(outcome: HttpOutcome): void {
    finish(outcome);
    stop();
  }

  const handler: Dispatcher.DispatchHandler = {
    onRequestStart(given) {
      controller = given;
      // A second start would be a repetition, which is never ours to make.
      if (over || started || !observer.start()) {
        over = true;
        given.abort(STOPPED);
        return;
      }
      started = true;
    },
    onResponseStart(_controller, code, headers) {
      if (over || code < 200) return;
      status = code;
      observer.head(code, headers);
      plan = planFor(request.method, code, headers);
      if (plan === 'refuse') return refuse({ kind: 'refused', status });
      if (plan === 'events')
        sse = createSseParser(request.maxMessageBytes, (event) => !over && observer.event(event));
    },
    onResponseData(_controller, chunk) {
      if (over || plan === 'none') return;
      if (sse === undefined) {
        whole.push(chunk);
        if (whole.bytes() > request.maxMessageBytes) refuse({ kind: 'too_large' });
        return;
      }
      streamBytes += chunk.length;
      if (streamBytes > request.maxStreamBytes || !sse.feed(chunk)) refuse({ kind: 'too_large' });
    },
    onResponseEnd() {
      if (sse !== undefined) return finish(ended(sse));
      const body = plan === 'json' ? whole.take() : undefined;
      finish({ kind: 'whole', status, body });
    },
    onResponseError() {
      if (sse !== undefined) finish(ended(sse));
      else finish({ kind: started ? 'broken' : 'unreachable' });
    },
  };

  try {
    pool.dispatch(
      { method: request.method, path: request.path, headers: request.headers, body: request.body ?? null },
      handler,
    );
  } catch {
    finish({ kind: started ? 'broken' : 'unreachable' });
  }
  return stop;
}

function ended(sse: SseParser): HttpOutcome {
  return { kind: 'stream_ended', lastEventId: sse.lastEventId(), retryMs: sse.retryMs() };
}

function planFor(method: string, status: number, headers: IncomingHttpHeaders): BodyPlan {
  if (status >= 300 && status < 400) return 'refuse';
  if (method === 'DELETE' || status === 202 || status === 204 || status === 205) return 'none';
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') return 'refuse';
  const type = String(headers['content-type'] ?? '')
    .split(';', 1)[0]
    ?.trim()
    .toLowerCase();
  if (type === 'application/json') return 'json';
  if (type === 'text/event-stream' && status === 200) return 'events';
  // The status of an error says enough; its page is not read.
  return status >= 400 ? 'none' : 'refuse';
}
