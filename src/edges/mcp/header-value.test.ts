// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { JsonObject } from '../../core/json/value.ts';
import { decodedHeader, encodedHeader, mirrorFault, mirrorHeaders } from './header-value.ts';

test.each<[rule: string, sent: string, want: string | undefined]>([
  ['a plain value is itself', 'us-east', 'us-east'],
  ['a wrapped value is what is inside', '=?base64?SGVsbG8=?=', 'Hello'],
  ['a wrapper without its end is a plain value', '=?base64?SGVsbG8=', '=?base64?SGVsbG8='],
  ['a value that only ends like one is plain', 'SGVsbG8=?=', 'SGVsbG8=?='],
  ['missing padding is refused', '=?base64?SGVsbG8?=', undefined],
  ['other characters are refused', '=?base64?SGVs!!!bG8=?=', undefined],
  ['what is not UTF-8 is refused', '=?base64?/w==?=', undefined],
])('%s', (_rule, sent, want) => expect(decodedHeader(sent)).toBe(want));

test('any text survives', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const sent = encodedHeader(text);
      expect(sent).toMatch(/^[\t\x20-\x7e]+$/);
      expect(decodedHeader(sent)).toBe(text);
    }),
  );
});

const schema: JsonObject = {
  type: 'object',
  properties: {
    region: { type: 'string', 'x-mcp-header': 'Region' },
    count: { type: 'integer', 'x-mcp-header': 'Count' },
    inner: { type: 'object', properties: { flag: { type: 'boolean', 'x-mcp-header': 'Flag' } } },
    list: { type: 'array', items: { type: 'string', 'x-mcp-header': 'Item' } },
    bad: { type: 'string', 'x-mcp-header': 'no good' },
  },
};

test.each<[rule: string, args: JsonObject, headers: Record<string, string>, ok: boolean]>([
  ['equal values agree', { region: 'eu' }, { 'mcp-param-region': 'eu' }, true],
  ['a wrapped value agrees', { region: 'Hello' }, { 'mcp-param-region': '=?base64?SGVsbG8=?=' }, true],
  ['another value does not', { region: 'eu' }, { 'mcp-param-region': 'us' }, false],
  ['a missing header does not', { region: 'eu' }, {}, false],
  ['a header for an absent argument is nobody’s business', {}, { 'mcp-param-region': 'eu' }, true],
  ['null counts as absent', { region: null }, {}, true],
  ['whole numbers are compared as numbers', { count: 42 }, { 'mcp-param-count': '42.0' }, true],
  ['but only decimal ones', { count: 42 }, { 'mcp-param-count': '0x2a' }, false],
  ['inside an object as well', { inner: { flag: true } }, { 'mcp-param-flag': 'false' }, false],
  ['not inside a list', { list: ['a'] }, {}, true],
  ['not under a name that no header can have', { bad: 'x' }, {}, true],
])('%s', (_rule, args, headers, ok) => {
  expect(mirrorFault(schema, args, (name) => headers[name]) === undefined).toBe(ok);
});

test('what we send upstream agrees with itself', () => {
  const args = { region: 'süd', count: 3, inner: { flag: false } };
  const sent = mirrorHeaders(schema, args);
  expect(Object.keys(sent).sort()).toEqual(['Mcp-Param-Count', 'Mcp-Param-Flag', 'Mcp-Param-Region']);
  const lowered = Object.fromEntries(
    Object.entries(sent).map(([name, value]) => [name.toLowerCase(), value]),
  );
  expect(mirrorFault(schema, args, (name) => lowered[name])).toBeUndefined();
});
