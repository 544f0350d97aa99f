// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import type { JsonObject } from '../../core/json/value.ts';
import { classify, metaKeys } from './era.ts';
import type { Message } from './message.ts';

const modern = { [metaKeys.protocolVersion]: '2026-07-28', [metaKeys.clientCapabilities]: {} };
const request = (method: string, params?: JsonObject): Message => ({
  kind: 'request',
  id: 1,
  method,
  params,
});
const call = (meta: JsonObject): Message => request('tools/call', { name: 'a', _meta: meta });
const good = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': 'a' };

test.each<[rule: string, message: Message, headers: Record<string, string>, want: string | number]>([
  ['`initialize` alone is legacy', request('initialize', {}), {}, 'legacy'],
  ['with its version too', request('initialize', {}), { 'mcp-protocol-version': '2025-11-25' }, 'legacy'],
  ['and with a method header', request('initialize', {}), { 'mcp-method': 'initialize' }, 'legacy'],
  ['no header and no claim is legacy (Gemini CLI)', request('tools/list'), {}, 'legacy'],
  ['a legacy header is legacy', request('ping'), { 'mcp-protocol-version': '2025-06-18' }, 'legacy'],
  ['a response is legacy', { kind: 'response', id: 1, answer: { result: {} } }, {}, 'legacy'],
  ['claim and headers are modern', call(modern), good, 'modern'],
  ['the base64 of the name is the name', call(modern), { ...good, 'mcp-name': '=?base64?YQ==?=' }, 'modern'],
  [
    '`initialize` that claims to be modern is a modern request',
    request('initialize', { _meta: modern }),
    { ...good, 'mcp-method': 'initialize' },
    'modern',
  ],
  ['a modern header without a claim is malformed', request('server/discover', {}), good, -32602],
  ['`initialize` under a modern header is a mismatch', request('initialize', {}), good, -32020],
  [
    'a claim without capabilities is malformed',
    call({ [metaKeys.protocolVersion]: '2026-07-28' }),
    good,
    -32602,
  ],
  [
    'a claim that is no string is malformed',
    call({ ...modern, [metaKeys.protocolVersion]: 1 }),
    good,
    -32602,
  ],
  [
    'a level that does not exist is malformed',
    call({ ...modern, [metaKeys.logLevel]: 'loud' }),
    good,
    -32602,
  ],
  [
    'an unknown version in both is unsupported',
    call({ ...modern, [metaKeys.protocolVersion]: 'v999.0.0' }),
    { ...good, 'mcp-protocol-version': 'v999.0.0' },
    -32022,
  ],
  [
    'different versions are a mismatch before that',
    call({ ...modern, [metaKeys.protocolVersion]: 'v999.0.0' }),
    good,
    -32020,
  ],
  [
    'an unknown version in the header alone is unsupported',
    request('ping'),
    { 'mcp-protocol-version': 'v9' },
    -32022,
  ],
  [
    'another method in the header is a mismatch',
    call(modern),
    { ...good, 'mcp-method': 'tools/list' },
    -32020,
  ],
  ['so is one in another case', call(modern), { ...good, 'mcp-method': 'TOOLS/CALL' }, -32020],
  ['so is another name', call(modern), { ...good, 'mcp-name': 'b' }, -32020],
  ['so is a broken name', call(modern), { ...good, 'mcp-name': '=?base64?Y?=' }, -32020],
  [
    'a missing version header is a mismatch',
    call(modern),
    { 'mcp-method': 'tools/call', 'mcp-name': 'a' },
    -32020,
  ],
  ['so is a missing method header', call(modern), { ...good, 'mcp-method': '' }, -32020],
])('%s', (_rule, message, headers, want) => {
  const seen = classify(message, (name) => (headers[name] === '' ? undefined : headers[name]));
  expect(seen.era === 'none' ? seen.error.code : seen.era).toBe(want);
});
