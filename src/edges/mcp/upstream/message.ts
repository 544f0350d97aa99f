// SPDX-License-Identifier: Apache-2.0
/**
 * JSON-RPC between us and an upstream: the frames that we write and what we accept of those that come back.
 *
 * The upstream is an adversary: what it sends is parsed strictly, and what is not clearly one kind of
 * message is none. Never repairs, never throws.
 *
 * Source: JSON-RPC 2.0; MCP 2025-11-25 and 2026-07-28, "Messages".
 */
import { canonicalJson } from '../../../core/json/canonical.ts';
import { parseJson } from '../../../core/json/parse.ts';
import {
  integerAt,
  isObject,
  type JsonObject,
  type JsonValue,
  own,
  stringAt,
} from '../../../core/json/value.ts';
import type { UpstreamLimits } from './limits.ts';
import type { PeerAnswer } from './link.ts';

export interface RpcError {
  readonly code: number;
  readonly message: string;
  readonly data?: JsonValue;
}

export type RpcId = string | number;

export type Message =
  | { readonly kind: 'result'; readonly id: number; readonly result: JsonObject }
  /** Without an id: the upstream could not say which request it means. */
  | { readonly kind: 'error'; readonly id: number | undefined; readonly error: RpcError }
  /** It answers one of our requests, and says nothing that can be understood. */
  | { readonly kind: 'faulty'; readonly id: number }
  | {
      readonly kind: 'request';
      readonly id: RpcId;
      readonly method: string;
      readonly params: JsonObject;
    }
  | { readonly kind: 'notification'; readonly method: string; readonly params: JsonObject };

export function readMessage(bytes: Uint8Array, limits: UpstreamLimits): Message | undefined {
  const parsed = parseJson(bytes, {
    maxBytes: limits.maxMessageBytes,
    maxDepth: limits.maxDepth,
    maxNodes: limits.maxNodes,
  });
  if (!parsed.ok || !isObject(parsed.value)) return undefined;
  const message = parsed.value;
  if (own(message, 'jsonrpc') !== '2.0') return undefined;
  return Object.hasOwn(message, 'method') ? readAsk(message) : readAnswer(message);
}

function readAsk(message: JsonObject): Message | undefined {
  const method = stringAt(message, 'method');
  const params = own(message, 'params') ?? {};
  if (method === undefined || !isObject(params)) return undefined;
  if (Object.hasOwn(message, 'result') || Object.hasOwn(message, 'error')) return undefined;
  if (!Object.hasOwn(message, 'id')) return { kind: 'notification', method, params };
  const id = stringAt(message, 'id') ?? integerAt(message, 'id');
  return id === undefined ? undefined : { kind: 'request', id, method, params };
}

function readAnswer(message: JsonObject): Message | undefined {
  const id = integerAt(message, 'id');
  const result = own(message, 'result');
  const error = own(message, 'error');
  if (result !== undefined && error !== undefined)
    return id === undefined ? undefined : { kind: 'faulty', id };
  if (isObject(result) && id !== undefined) return { kind: 'result', id, result };
  const understood = isObject(error) ? readError(error) : undefined;
  // Ids of ours are numbers: an id of another type names no request, `null` included.
  if (understood !== undefined && (id !== undefined || (own(message, 'id') ?? null) === null))
    return { kind: 'error', id, error: understood };
  return id === undefined ? undefined : { kind: 'faulty', id };
}

function readError(error: JsonObject): RpcError | undefined {
  const code = integerAt(error, 'code');
  const message = stringAt(error, 'message');
  if (code === undefined || message === undefined) return undefined;
  const data = own(error, 'data');
  return data === undefined ? { code, message } : { code, message, data };
}

/**
 * The request that a refused text was probably meant to answer, so that it fails now and not at its
 * timeout. Only ever a reason to fail: a lenient reading must not become a result.
 */
export function guessAnsweredId(bytes: Uint8Array): number | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
    if (typeof value !== 'object' || value === null || 'method' in value || !('id' in value))
      return undefined;
    return typeof value.id === 'number' && Number.isSafeInteger(value.id) ? value.id : undefined;
  } catch {
    return undefined;
  }
}

/** `params` is canonical JSON and goes in as it is: it is what was decided. */
export function requestFrame(id: number, method: string, params: string | undefined): string {
  const head = `{"jsonrpc":"2.0","id":${id},"method":${JSON.stringify(method)}`;
  return params === undefined ? `${head}}` : `${head},"params":${params}}`;
}

export function notificationFrame(method: string, params: string | undefined): string {
  const head = `{"jsonrpc":"2.0","method":${JSON.stringify(method)}`;
  return params === undefined ? `${head}}` : `${head},"params":${params}}`;
}

export function cancelFrame(requestId: number): string {
  return notificationFrame(
    'notifications/cancelled',
    `{"reason":"no longer wanted","requestId":${requestId}}`,
  );
}

export function answerFrame(id: RpcId, answer: PeerAnswer): string {
  const body =
    'result' in answer
      ? `"result":${canonicalJson(answer.result)}`
      : `"error":${JSON.stringify(answer.error)}`;
  return `{"jsonrpc":"2.0","id":${JSON.stringify(id)},${body}}`;
}

export interface OwnToken {
  readonly params: string;
  readonly callersToken: RpcId;
}

/**
 * Puts our own progress token where the caller put one: tokens of different callers meet in one
 * process, and neither may see the other's.
 *
 * @returns undefined when the caller asked for no progress; `unreadable` for what is no canonical JSON
 */
export function withOwnToken(params: string, token: number): OwnToken | 'unreadable' | undefined {
  if (!params.includes('"progressToken"')) return undefined;
  const parsed = parseJson(Buffer.from(params), { maxBytes: 2 ** 28, maxDepth: 512, maxNodes: 10_000_000 });
  if (!parsed.ok || !isObject(parsed.value)) return 'unreadable';
  const meta = own(parsed.value, '_meta');
  if (!isObject(meta)) return undefined;
  const callersToken = stringAt(meta, 'progressToken') ?? integerAt(meta, 'progressToken');
  if (callersToken === undefined) return undefined;
  return {
    params: canonicalJson({ ...parsed.value, _meta: { ...meta, progressToken: token } }),
    callersToken,
  };
}
