// SPDX-License-Identifier: Apache-2.0
/**
 * Carries the messages of a client that speaks over standard input and output to the gateway and back,
 * in whichever era the client speaks.
 *
 * Decides nothing and changes nothing: a message goes on as the bytes that came, and every request gets
 * exactly one answer, an error where the gateway gave none. What was sent is never sent twice, except
 * where it is certain that nothing was done.
 *
 * Source: MCP 2026-07-28 and 2025-11-25, "Transports", "stdio" and "Streamable HTTP".
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseJson } from '../../../core/json/parse.ts';
import { isObject, type JsonObject, objectAt, own } from '../../../core/json/value.ts';
import { metaKeys } from '../../mcp/era.ts';
import { type Message, readMessage } from '../../mcp/message.ts';
import { errorText, type RequestId, rpcCodes } from '../../mcp/rpc.ts';
import { type Exchange, ExchangeFailed, type Sent } from './exchange.ts';
import { createLegacyLine } from './legacy-line.ts';
import { createModernLine } from './modern-line.ts';
import { NoStanding, type Pass, type Standing } from './standing.ts';

export interface RelayOptions {
  readonly standing: Standing;
  readonly exchange: Exchange;
  /** One message, without a line end. */
  readonly write: (message: string) => void;
  /** How long the first request waits for a daemon that may be starting too. */
  readonly patienceMs: number;
}

export interface Relay {
  take(line: Buffer): void;
  /** Waits until every request has its answer, at most so long. */
  drain(graceMs: number): Promise<void>;
  close(): void;
}

/** Sends with a pass that is taken, renewing it once. @throws {NoStanding} @throws {ExchangeFailed} */
export type Post = (
  method: 'GET' | 'POST',
  headers: Readonly<Record<string, string>>,
  body: Buffer | undefined,
  signal: AbortSignal,
) => Promise<Sent>;

export interface Flight {
  readonly id: RequestId;
  readonly method: string;
  readonly params: JsonObject | undefined;
  readonly body: Buffer;
  readonly signal: AbortSignal;
}

/** As the gateway bounds a body. */
export const maxLineBytes = 4 * 1024 * 1024;
const lineLimits = { maxBytes: maxLineBytes, maxDepth: 64, maxNodes: 200_000 };
const answerLimits = { maxBytes: 2 ** 28, maxDepth: 512, maxNodes: 10_000_000 };
const maxInFlight = 128;
const retryEveryMs = 250;

export function createRelay({ standing, exchange, write, patienceMs }: RelayOptions): Relay {
  const flights = new Map<string, AbortController>();
  const closing = new AbortController();
  let order: Promise<void> = Promise.resolve();
  let settled: () => void = () => undefined;

  const post: Post = async (method, headers, body, signal) => {
    let pass = await standing.pass();
    let renewed = false;
    for (;;) {
      try {
        const sent = await exchange.send(method, pass.url, { ...headers, ...bearer(pass) }, body, signal);
        if (sent.status !== 401 || renewed) return sent;
        sent.discard();
      } catch (error) {
        // Nothing was sent; the gateway may be back at another address.
        if (!(error instanceof ExchangeFailed) || error.code !== 'unreachable' || renewed) throw error;
      }
      renewed = true;
      pass = await standing.renewed();
    }
  };

  /** Passes a message of the gateway's on. @returns it, or undefined where it was none */
  function relay(data: Buffer): JsonObject | undefined {
    const parsed = parseJson(data, answerLimits);
    if (!parsed.ok || !isObject(parsed.value)) return undefined;
    const text = data.toString('utf8');
    write(text.includes('\n') || text.includes('\r') ? JSON.stringify(parsed.value) : text);
    return parsed.value;
  }

  const legacy = createLegacyLine(post, (data) => void relay(data), closing.signal);
  const modern = createModernLine(post);

  async function request(message: Extract<Message, { kind: 'request' }>, body: Buffer): Promise<void> {
    const { id, method, params } = message;
    const key = JSON.stringify(id);
    if (flights.has(key)) return refuse(id, rpcCodes.invalidRequest, 'this id is already in flight');
    if (flights.size >= maxInFlight)
      return refuse(id, rpcCodes.limit, `at most ${maxInFlight} requests may wait at the same time`);
    const controller = new AbortController();
    flights.set(key, controller);
    const flight: Flight = { id, method, params, body, signal: controller.signal };
    try {
      if (isOpening(method)) await patiently();
      const answer = (data: Buffer): boolean => {
        const value = relay(data);
        if (value === undefined || own(value, 'method') !== undefined || own(value, 'id') !== id)
          return false;
        (isModern(params) ? modern : legacy).learn(flight, value);
        return true;
      };
      const sent = await (isModern(params) ? modern : legacy).send(flight);
      if (sent.isStream && sent.status === 200) {
        await (isModern(params) ? modern : legacy).follow(flight, sent, answer);
      } else {
        await whole(id, sent, answer);
      }
    } catch (error) {
      // Nobody waits for the answer of what was cancelled.
      if (!controller.signal.aborted) refuse(id, rpcCodes.upstream, told(error));
    } finally {
      flights.delete(key);
      if (flights.size === 0) settled();
    }
  }

  /** An answer that is no stream: the gateway's, or an HTTP error that is made one. */
  async function whole(id: RequestId, sent: Sent, answer: (data: Buffer) => boolean): Promise<void> {
    const data = await sent.body();
    const parsed = parseJson(data, answerLimits);
    const value = parsed.ok && isObject(parsed.value) ? parsed.value : undefined;
    if (value !== undefined && own(value, 'id') === id) {
      answer(data);
      return;
    }
    const error = value === undefined ? undefined : objectAt(value, 'error');
    if (error === undefined)
      return refuse(id, rpcCodes.upstream, `the gateway answered with status ${sent.status}`);
    // It could not say which request it means, or did not look into it; only one can be meant.
    write(JSON.stringify({ jsonrpc: '2.0', id, error }));
  }

  async function oneWay(message: Exclude<Message, { kind: 'request' }>, body: Buffer): Promise<void> {
    const cancelled =
      message.kind === 'notification' && message.method === 'notifications/cancelled'
        ? flights.get(JSON.stringify(own(message.params ?? {}, 'requestId')))
        : undefined;
    try {
      // The later era cancels by closing the answer's stream; the earlier one says so first.
      if (cancelled === undefined || legacy.isOpen()) await legacy.notify(message, body);
    } catch {
      // Nobody waits for it, and standard output is for messages.
    }
    cancelled?.abort();
  }

  async function patiently(): Promise<void> {
    const untilMs = performance.now() + patienceMs;
    for (;;) {
      try {
        await standing.pass();
        return;
      } catch (error) {
        if (!(error instanceof NoStanding) || !error.passing || performance.now() > untilMs) throw error;
        await sleep(retryEveryMs, undefined, { signal: closing.signal });
      }
    }
  }

  function refuse(id: RequestId | null, code: number, message: string): void {
    write(errorText(id, { code, message }));
  }

  return {
    take(line) {
      if (line.every((byte) => byte === 0x20 || byte === 0x0d || byte === 0x09)) return;
      const parsed = parseJson(line, lineLimits);
      if (!parsed.ok) return refuse(null, rpcCodes.parse, `${parsed.message} (byte ${parsed.at})`);
      const read = readMessage(parsed.value);
      if (!read.ok) {
        write(errorText(read.id, read.error));
        return;
      }
      const { message } = read;
      // In the order of the client where order means something; requests run beside one another.
      order = order.then(async () => {
        if (message.kind !== 'request') return oneWay(message, line);
        const running = request(message, line);
        if (message.method === 'initialize') await running;
      });
    },
    async drain(graceMs) {
      await order;
      if (flights.size === 0) return;
      const all = new Promise<void>((resolve) => {
        settled = resolve;
      });
      await Promise.race([all, sleep(graceMs, undefined, { ref: false })]);
    },
    close() {
      closing.abort();
      for (const controller of flights.values()) controller.abort();
    },
  };
}

function bearer({ token }: Pass): { readonly authorization: string } {
  return { authorization: `Bearer ${token}` };
}

function isOpening(method: string): boolean {
  return method === 'initialize' || method === 'server/discover';
}

/** A request says itself that it is of the later era; `initialize` exists only in the earlier one. */
function isModern(params: JsonObject | undefined): boolean {
  const meta = params === undefined ? undefined : objectAt(params, '_meta');
  return meta !== undefined && own(meta, metaKeys.protocolVersion) !== undefined;
}

function told(error: unknown): string {
  if (error instanceof NoStanding) return `Countersign cannot decide this now: ${error.message}`;
  if (error instanceof ExchangeFailed)
    return error.code === 'unreachable'
      ? `Countersign cannot be reached, and nothing was done: ${error.message}`
      : `no answer from Countersign, and it may have been done all the same: ${error.message}`;
  return 'the relay failed; it may have been done all the same';
}
