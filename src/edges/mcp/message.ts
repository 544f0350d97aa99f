// SPDX-License-Identifier: Apache-2.0
// One JSON-RPC message out of one parsed body. Refuses whatever is none, batches included: a batch is
// several decisions in one answer, and both eras that are served have dropped it.
// Source: JSON-RPC 2.0; MCP 2025-06-18 changelog ("remove support for batching").
import {
  integerAt,
  isArray,
  isObject,
  type JsonObject,
  type JsonValue,
  objectAt,
  own,
  stringAt,
} from '../../core/json/value.ts';
import { type RequestId, type RpcError, rpcCodes } from './rpc.ts';
import type { PeerAnswer } from './upstream/link.ts';

export type Message =
  | {
      readonly kind: 'request';
      readonly id: RequestId;
      readonly method: string;
      readonly params: JsonObject | undefined;
    }
  | { readonly kind: 'notification'; readonly method: string; readonly params: JsonObject | undefined }
  | { readonly kind: 'response'; readonly id: RequestId; readonly answer: PeerAnswer };

export type MessageRead =
  | { readonly ok: true; readonly message: Message }
  | { readonly ok: false; readonly id: RequestId | null; readonly error: RpcError };

const maxMethodLength = 256;
const maxIdLength = 256;

export function readMessage(value: JsonValue): MessageRead {
  if (isArray(value)) return refused(null, 'batch', 'send one message in each request, not a batch');
  if (!isObject(value)) return refused(null, 'not_an_object', 'a message must be an object');
  const id = idOf(value);
  if (stringAt(value, 'jsonrpc') !== '2.0') return refused(id ?? null, 'jsonrpc', '`jsonrpc` must be `2.0`');
  if (own(value, 'id') !== undefined && id === undefined) {
    return refused(null, 'id', `\`id\` must be a string of at most ${maxIdLength} or a safe integer`);
  }
  if (own(value, 'method') === undefined) return readResponse(value, id);

  const method = stringAt(value, 'method');
  if (method === undefined || method === '' || method.length > maxMethodLength) {
    return refused(id ?? null, 'method', `\`method\` must be a string of 1 to ${maxMethodLength}`);
  }
  if (own(value, 'result') !== undefined || own(value, 'error') !== undefined) {
    return refused(id ?? null, 'ambiguous', 'a message is a request or a response, not both');
  }
  const params = objectAt(value, 'params');
  if (params === undefined && own(value, 'params') !== undefined) {
    return refused(id ?? null, 'params', '`params` must be an object');
  }
  return {
    ok: true,
    message:
      id === undefined ? { kind: 'notification', method, params } : { kind: 'request', id, method, params },
  };
}

function readResponse(value: JsonObject, id: RequestId | undefined): MessageRead {
  const result = objectAt(value, 'result');
  const error = objectAt(value, 'error');
  if (id === undefined || (result === undefined) === (error === undefined)) {
    return refused(
      id ?? null,
      'not_a_message',
      'a message has a `method`, or an `id` and one of `result` and `error`',
    );
  }
  if (result !== undefined) return { ok: true, message: { kind: 'response', id, answer: { result } } };
  const code = integerAt(error ?? {}, 'code');
  const message = stringAt(error ?? {}, 'message');
  if (code === undefined || message === undefined) {
    return refused(id, 'error', '`error` has a `code` that is an integer and a `message`');
  }
  const data = own(error ?? {}, 'data');
  const answer = { error: { code, message, ...(data === undefined ? {} : { data }) } };
  return { ok: true, message: { kind: 'response', id, answer } };
}

function idOf(value: JsonObject): RequestId | undefined {
  const text = stringAt(value, 'id');
  if (text !== undefined) return text.length <= maxIdLength ? text : undefined;
  return integerAt(value, 'id');
}

function refused(id: RequestId | null, code: string, message: string): MessageRead {
  return { ok: false, id, error: { code: rpcCodes.invalidRequest, message, data: { code } } };
}
