// SPDX-License-Identifier: Apache-2.0
import { hash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalJson } from '../json/canonical.ts';
import { parseJson } from '../json/parse.ts';
import type { JsonObject } from '../json/value.ts';
import { seal } from './envelope.ts';

const body = fc.record({
  id: fc.string({ unit: 'grapheme' }),
  n: fc.integer(),
  list: fc.array(fc.boolean()),
});
const link = fc.record({
  seq: fc.nat(),
  prev: fc.option(
    fc
      .array(fc.constantFrom(...'0123456789abcdef'), { minLength: 64, maxLength: 64 })
      .map((hex) => hex.join('')),
  ),
});

test('a record is canonical as a whole, and holds what it was sealed from', () =>
  fc.assert(
    fc.property(
      body,
      link,
      fc.string({ unit: 'grapheme', maxLength: 20 }),
      (event, { seq, prev }, stream) => {
        const { leaf } = seal(stream, canonicalJson(event), { seq, prev });
        const whole: JsonObject = { body: event, prev, seq, stream };
        expect(leaf).toBe(canonicalJson(whole));
        expect(parseJson(Buffer.from(leaf), { maxBytes: 1 << 20, maxDepth: 32, maxNodes: 1000 })).toEqual({
          ok: true,
          value: whole,
        });
      },
    ),
  ));

test('its hash is that of an RFC 9162 leaf', () =>
  fc.assert(
    fc.property(body, link, (event, at) => {
      const { leaf, leafHash } = seal('s', canonicalJson(event), at);
      expect(leafHash).toBe(hash('sha256', Buffer.concat([Buffer.of(0), Buffer.from(leaf)]), 'hex'));
    }),
  ));

test('another place in the stream is another record', () => {
  const one = seal('s', '{}', { seq: 0, prev: null });
  for (const other of [
    seal('t', '{}', { seq: 0, prev: null }),
    seal('s', '{}', { seq: 1, prev: null }),
    seal('s', '{}', { seq: 0, prev: one.leafHash }),
  ]) {
    expect(other.leafHash).not.toBe(one.leafHash);
  }
});
