// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { headerValue, paramHeaders } from './headers.ts';

test.each<[value: string, want: string]>([
  ['get_weather', 'get_weather'],
  ['a b\tc', 'a b\tc'],
  ['', '=?base64??='],
  [' a', '=?base64?IGE=?='],
  ['é', '=?base64?w6k=?='],
  ['a\r\nb: c', '=?base64?YQ0KYjogYw==?='],
  ['=?base64?SGVsbG8=?=', '=?base64?PT9iYXNlNjQ/U0dWc2JHOD0/PQ==?='],
])('%j', (value, want) => expect(headerValue(value)).toBe(want));

test('every text reads back as itself', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const value = headerValue(text);
      expect(value).toMatch(/^[\x20-\x7e\t]+$/);
      const wrapped = /^=\?base64\?(.*)\?=$/.exec(value)?.[1];
      expect(wrapped === undefined ? value : Buffer.from(wrapped, 'base64').toString('utf8')).toBe(text);
    }),
  );
});

test.each<[values: Record<string, string>, want: Record<string, string> | undefined]>([
  [{ 'Mcp-Param-Region': 'eu' }, { 'mcp-param-region': 'eu' }],
  [{ 'Mcp-Param-Region': '=?base64?w6k=?=' }, { 'mcp-param-region': '=?base64?w6k=?=' }],
  [{ Authorization: 'x' }, undefined],
  [{ 'Mcp-Param-': 'x' }, undefined],
  [{ 'Mcp-Param-a b': 'x' }, undefined],
  [{ 'Mcp-Param-A': 'x\r\ny: z' }, undefined],
  [{ 'Mcp-Param-A': 'é' }, undefined],
  [{ 'Mcp-Name': 'x' }, undefined],
])('%j', (values, want) => expect(paramHeaders(values)).toEqual(want));
