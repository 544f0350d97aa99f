// SPDX-License-Identifier: Apache-2.0
// JSON-RPC as the gateway writes it, and every error code that it answers with.
// Source: JSON-RPC 2.0; MCP 2026-07-28 "Error Codes" (-32000 to -32019 are for implementations to define).
import type { JsonObject, JsonValue } from '../../core/json/value.ts';

export type RequestId = string | number;

export interface RpcError {
  readonly code: number;
  readonly message: string;
  readonly data?: JsonValue;
}

/** What one request comes to, before it has an id. */
export type Reply =
  | { readonly ok: true; readonly result: JsonObject }
  | { readonly ok: false; readonly error: RpcError };

export const rpcCodes = {
  parse: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  internal: -32603,
  /** Decided against: `data` says how and by which policies. */
  refused: -32001,
  /** The upstream did not answer, or not in a way that can be shown. */
  upstream: -32003,
  /** A limit of the gateway's own. */
  limit: -32004,
  headerMismatch: -32020,
  missingCapability: -32021,
  unsupportedVersion: -32022,
} as const;

export function resultText(id: RequestId, result: JsonObject): string {
  return `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${JSON.stringify(result)}}`;
}

export function errorText(id: RequestId | null, error: RpcError): string {
  return JSON.stringify({ jsonrpc: '2.0', id, error });
}

export function replyText(id: RequestId, reply: Reply): string {
  return reply.ok ? resultText(id, reply.result) : errorText(id, reply.error);
}

export function notificationText(method: string, params: JsonObject): string {
  return JSON.stringify({ jsonrpc: '2.0', method, params });
}

export function requestText(id: RequestId, method: string, params: JsonObject): string {
  return JSON.stringify({ jsonrpc: '2.0', id, method, params });
}

export function failed(code: number, message: string, data?: JsonValue): Reply {
  return { ok: false, error: { code, message, ...(data === undefined ? {} : { data }) } };
}

/** The status of a 2026-07-28 answer: there an error decides it. */
export function httpStatusOf(reply: Reply): number {
  if (reply.ok) return 200;
  switch (reply.error.code) {
    case rpcCodes.methodNotFound:
      return 404;
    case rpcCodes.headerMismatch:
    case rpcCodes.missingCapability:
    case rpcCodes.unsupportedVersion:
      return 400;
    default:
      return 200;
  }
}
