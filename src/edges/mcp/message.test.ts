// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import type { JsonValue } from '../../core/json/value.ts';
import { readMessage } from './message.ts';

test.each<[rule: string, value: JsonValue, want: string]>([
  ['a request', { jsonrpc: '2.0', id: 1, method: 'ping' }, 'request'],
  ['an id may be a string', { jsonrpc: '2.0', id: 'a', method: 'ping', params: {} }, 'request'],
  ['a notification', { jsonrpc: '2.0', method: 'notifications/initialized' }, 'notification'],
  ['a result', { jsonrpc: '2.0', id: 1, result: {} }, 'response'],
  ['an error', { jsonrpc: '2.0', id: 1, error: { code: -1, message: 'no' } }, 'response'],
  ['a batch', [{ jsonrpc: '2.0', id: 1, method: 'ping' }], 'batch'],
  ['not an object', 'ping', 'not_an_object'],
  ['another version', { jsonrpc: '1.0', id: 1, method: 'ping' }, 'jsonrpc'],
  ['no version', { id: 1, method: 'ping' }, 'jsonrpc'],
  ['an id that is null', { jsonrpc: '2.0', id: null, method: 'ping' }, 'id'],
  ['an id that is no integer', { jsonrpc: '2.0', id: 1.5, method: 'ping' }, 'id'],
  ['an id that is an object', { jsonrpc: '2.0', id: {}, method: 'ping' }, 'id'],
  ['an id without an end', { jsonrpc: '2.0', id: 'a'.repeat(257), method: 'ping' }, 'id'],
  ['a method that is no string', { jsonrpc: '2.0', id: 1, method: 7 }, 'method'],
  ['a method without a name', { jsonrpc: '2.0', id: 1, method: '' }, 'method'],
  ['params that are a list', { jsonrpc: '2.0', id: 1, method: 'ping', params: [] }, 'params'],
  ['params that are null', { jsonrpc: '2.0', id: 1, method: 'ping', params: null }, 'params'],
  ['request and response at once', { jsonrpc: '2.0', id: 1, method: 'ping', result: {} }, 'ambiguous'],
  [
    'result and error at once',
    { jsonrpc: '2.0', id: 1, result: {}, error: { code: 1, message: '' } },
    'not_a_message',
  ],
  ['nothing at all', { jsonrpc: '2.0' }, 'not_a_message'],
  ['an error without a code', { jsonrpc: '2.0', id: 1, error: { message: 'no' } }, 'error'],
])('%s', (_rule, value, want) => {
  const read = readMessage(value);
  expect(read.ok ? read.message.kind : (read.error.data as { code: string }).code).toBe(want);
});

test('a refusal carries the id wherever it could be read', () => {
  const read = readMessage({ jsonrpc: '2.0', id: 'x', method: 'ping', params: [] });
  expect(read.ok ? undefined : read.id).toBe('x');
});
