// SPDX-License-Identifier: Apache-2.0
/**
 * The relay's side of the older era over HTTP: a session, the stream of what the server says of its own
 * accord, and answers whose stream ends before them.
 *
 * A session that the gateway has forgotten (it was started anew) is opened again with the client's own
 * words, so that the client need not be restarted; the task stays the same.
 *
 * Source: MCP 2025-11-25, "Streamable HTTP", "Session Management", "Resumability and Redelivery".
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseJson } from '../../../core/json/parse.ts';
import { isObject, type JsonObject, objectAt, stringAt } from '../../../core/json/value.ts';
import { type Ended, ExchangeFailed, type Sent } from './exchange.ts';
import { jsonHeaders } from './modern-line.ts';
import type { Flight, Post } from './relay.ts';

interface Session {
  readonly id: string | undefined;
  readonly version: string | undefined;
  /** The client's `initialize`, to be said again. */
  readonly opening: Buffer;
}

export interface LegacyLine {
  isOpen(): boolean;
  send(flight: Flight): Promise<Sent>;
  follow(flight: Flight, sent: Sent, answer: (data: Buffer) => boolean): Promise<void>;
  learn(flight: Flight, answer: JsonObject): void;
  notify(message: { readonly kind: string; readonly method?: string }, body: Buffer): Promise<void>;
}

const defaultRetryMs = 1_000;
const longestRetryMs = 30_000;
/** An answer may be given on so many streams, one after another. */
const maxResumes = 10_000;
const openedAgain = 'countersign-opened-again';
const bounded = { maxBytes: 2 ** 24, maxDepth: 128, maxNodes: 1_000_000 };

export function createLegacyLine(
  post: Post,
  onUnsolicited: (data: Buffer) => void,
  closing: AbortSignal,
): LegacyLine {
  let session: Session | undefined;
  let openedId: string | undefined;
  let opening: Promise<void> | undefined;
  let listening: AbortController | undefined;

  function headers(of: Session | undefined): Record<string, string> {
    return {
      ...(of?.id === undefined ? {} : { 'mcp-session-id': of.id }),
      ...(of?.version === undefined ? {} : { 'mcp-protocol-version': of.version }),
    };
  }

  async function send(body: Buffer, signal: AbortSignal): Promise<Sent> {
    const used = session;
    const sent = await post('POST', { ...jsonHeaders, ...headers(used) }, body, signal);
    if (sent.status !== 404 || used?.id === undefined) return sent;
    sent.discard();
    opening ??= reopened(used).finally(() => {
      opening = undefined;
    });
    await opening;
    return post('POST', { ...jsonHeaders, ...headers(session) }, body, signal);
  }

  async function reopened(stale: Session): Promise<void> {
    if (session !== stale) return;
    const said = parseJson(stale.opening, bounded);
    if (!said.ok || !isObject(said.value)) return;
    const body = Buffer.from(JSON.stringify({ ...said.value, id: openedAgain }));
    const sent = await post('POST', jsonHeaders, body, closing);
    let result: JsonObject | undefined;
    const take = (data: Buffer): void => {
      const parsed = parseJson(data, bounded);
      if (parsed.ok && isObject(parsed.value)) result ??= objectAt(parsed.value, 'result');
    };
    if (sent.isStream) await sent.events(take);
    else take(await sent.body());
    if (sent.status !== 200 || result === undefined)
      throw new ExchangeFailed('unreachable', 'it has forgotten this session and opens no other');
    session = {
      id: sent.header('mcp-session-id'),
      version: stringAt(result, 'protocolVersion'),
      opening: stale.opening,
    };
    const ready = Buffer.from('{"jsonrpc":"2.0","method":"notifications/initialized"}');
    (await post('POST', { ...jsonHeaders, ...headers(session) }, ready, closing)).discard();
    listen();
  }

  function listen(): void {
    listening?.abort();
    const controller = new AbortController();
    listening = controller;
    void unsolicited(session, AbortSignal.any([controller.signal, closing]));
  }

  /** Until the session is another one; what cannot be had is asked for again, less and less often. */
  async function unsolicited(of: Session | undefined, signal: AbortSignal): Promise<void> {
    let last: Ended | undefined;
    let waitMs = defaultRetryMs;
    while (!signal.aborted && session === of) {
      try {
        const sent = await post('GET', streamHeaders(headers(of), last), undefined, signal);
        if (sent.status !== 200 || !sent.isStream) {
          sent.discard();
          // No such stream here, or no such session any more: the next request finds out.
          if (sent.status < 500) return;
        } else {
          waitMs = defaultRetryMs;
          last = await sent.events(onUnsolicited);
        }
      } catch (error) {
        if (error instanceof ExchangeFailed) last = error.ended ?? last;
      }
      await sleep(last?.retryMs ?? waitMs, undefined, { signal, ref: false }).catch(() => undefined);
      waitMs = Math.min(waitMs * 2, longestRetryMs);
    }
  }

  return {
    isOpen: () => session !== undefined,
    async send(flight) {
      if (flight.method !== 'initialize') return send(flight.body, flight.signal);
      session = undefined;
      const sent = await post('POST', jsonHeaders, flight.body, flight.signal);
      openedId = sent.header('mcp-session-id');
      return sent;
    },
    learn(flight, answer) {
      const result = objectAt(answer, 'result');
      if (flight.method !== 'initialize' || result === undefined) return;
      session = { id: openedId, version: stringAt(result, 'protocolVersion'), opening: flight.body };
    },
    async follow(flight, sent, answer) {
      let answered = false;
      const take = (data: Buffer): void => {
        if (answer(data)) answered = true;
      };
      let ended = await sent.events(take).catch(endedOf);
      for (let i = 0; !answered && ended.lastEventId !== undefined && i < maxResumes; i++) {
        await sleep(Math.min(ended.retryMs ?? defaultRetryMs, longestRetryMs), undefined, {
          signal: flight.signal,
        });
        const again = await post('GET', streamHeaders(headers(session), ended), undefined, flight.signal);
        if (again.status !== 200 || !again.isStream) {
          again.discard();
          break;
        }
        const before: Ended = ended;
        const next = await again.events(take).catch(endedOf);
        ended = { ...next, lastEventId: next.lastEventId ?? before.lastEventId };
      }
      if (!answered) throw new ExchangeFailed('broken', 'the stream ended without the answer');
    },
    async notify(message, body) {
      const sent = await send(body, closing);
      sent.discard();
      if (message.method === 'notifications/initialized' && sent.status < 300) listen();
    },
  };
}

function streamHeaders(
  headers: Readonly<Record<string, string>>,
  last: Ended | undefined,
): Readonly<Record<string, string>> {
  return {
    ...headers,
    accept: 'text/event-stream',
    ...(last?.lastEventId === undefined ? {} : { 'last-event-id': last.lastEventId }),
  };
}

function endedOf(error: unknown): Ended {
  if (error instanceof ExchangeFailed && error.ended !== undefined) return error.ended;
  throw error;
}
