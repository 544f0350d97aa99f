// SPDX-License-Identifier: Apache-2.0
/**
 * The stream on which a legacy HTTP upstream says what nobody asked for, opened again when it ends.
 *
 * It resumes from the last event that was seen. A server that has no such stream, or that closes it time
 * and again without a word, is left alone.
 *
 * Source: MCP 2025-11-25, Streamable HTTP, "Listening for Messages from the Server".
 */
import { exchange, type HttpOutcome } from './exchange.ts';
import { type AskOrNotification, type HttpEndpoint, requestOf } from './http.ts';
import { readMessage } from './message.ts';

export interface UnaskedStream {
  open(): void;
  stop(): void;
}

export interface UnaskedOptions {
  readonly headers: (more: Readonly<Record<string, string>>) => Readonly<Record<string, string>>;
  readonly onMessage: (message: AskOrNotification) => void;
  /** The server does not know the session any more. */
  readonly onSessionGone: () => void;
}

const MIN_RETRY_MS = 250;
const MAX_RETRY_MS = 30_000;
const MAX_FRUITLESS = 10;

export function createUnaskedStream(endpoint: HttpEndpoint, options: UnaskedOptions): UnaskedStream {
  let over = false;
  let lastEventId: string | undefined;
  let fruitless = 0;
  let stopCurrent = (): void => {};

  function open(): void {
    if (over) return;
    let status = 0;
    const more = lastEventId === undefined ? {} : { 'last-event-id': lastEventId };
    const http = requestOf(endpoint, 'GET', options.headers({ accept: 'text/event-stream', ...more }));
    stopCurrent = exchange(
      endpoint.pool,
      { ...http, maxStreamBytes: Number.POSITIVE_INFINITY },
      {
        start: () => !over,
        head(code) {
          status = code;
        },
        event(event) {
          fruitless = 0;
          const message = event.type === 'message' ? readMessage(event.data, endpoint.limits) : undefined;
          if (message?.kind === 'request' || message?.kind === 'notification') options.onMessage(message);
        },
        done: (outcome) => again(outcome, status),
      },
    );
  }

  function again(outcome: HttpOutcome, status: number): void {
    if (over) return;
    if (status === 404) {
      options.onSessionGone();
      return;
    }
    fruitless += 1;
    // 405 is how a server says that it has no such stream.
    if (status >= 400 || fruitless > MAX_FRUITLESS) return;
    if (outcome.kind === 'whole' || outcome.kind === 'refused' || outcome.kind === 'too_large') return;
    const asked = outcome.kind === 'stream_ended' ? outcome.retryMs : undefined;
    if (outcome.kind === 'stream_ended') lastEventId = outcome.lastEventId ?? lastEventId;
    const waitMs = Math.max(MIN_RETRY_MS, Math.min(asked ?? MIN_RETRY_MS * 2 ** fruitless, MAX_RETRY_MS));
    const timer = setTimeout(open, waitMs);
    timer.unref();
    stopCurrent = () => clearTimeout(timer);
  }

  return {
    open,
    stop() {
      over = true;
      stopCurrent();
    },
  };
}
