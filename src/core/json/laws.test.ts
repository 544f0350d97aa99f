// SPDX-License-Identifier: Apache-2.0
/** Laws of the JSON reader and writer, against the engine's own JSON and an independent RFC 8785 writer. */
import { isDeepStrictEqual } from 'node:util';
import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalJson, digestJson } from './canonical.ts';
import { parseJson } from './parse.ts';
import { isArray, isObject, type JsonValue } from './value.ts';

const limits = { maxBytes: 1 << 20, maxDepth: 64, maxNodes: 100_000 };
const bytes = (text: string) => new TextEncoder().encode(text);

const names = fc.constantFrom(
  'constructor',
  'toString',
  'hasOwnProperty',
  '__entity',
  '0',
  '10',
  '9',
  'a',
  'é',
);
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  fc.string({
    unit: fc.constantFrom('"', '\\', '/', '\n', '\u0000', '\u001f', '\u2028', 'a', '😀', '\ufffd'),
  }),
);
const key = fc.oneof(names, text).filter((name) => name !== '__proto__');
/** Values that are read back as they were: no minus zero, no whole number that would be written unsafe. */
const number = fc
  .oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.maxSafeInteger(), fc.integer())
  .map((n) => (n === 0 ? 0 : n))
  .filter((n) => Math.abs(n) <= Number.MAX_SAFE_INTEGER || Math.abs(n) >= 1e21);
const { value } = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, depthSize: 'small' },
    fc.constantFrom(null, true, false),
    number,
    text,
    fc.array(tie('value'), { maxLength: 6 }),
    fc.dictionary(key, tie('value'), { maxKeys: 8, noNullPrototype: true }),
  ),
}));

/**
 * Node's own JSON.parse takes one key for another when an earlier object of the process had a key with
 * a backslash at that place (nodejs/node#63785), so it is no oracle once it has seen such a key.
 */
function hasBackslashKey(v: JsonValue): boolean {
  if (isArray(v)) return v.some(hasBackslashKey);
  return isObject(v) && Object.entries(v).some(([k, inner]) => k.includes('\\') || hasBackslashKey(inner));
}

function read(document: string): JsonValue {
  const parsed = parseJson(bytes(document), limits);
  if (!parsed.ok) throw new Error(`${parsed.code} at ${parsed.at}: ${parsed.message}`);
  return parsed.value;
}

describe('laws', () => {
  test('reads what the engine writes, and as the engine reads it', () =>
    fc.assert(
      fc.property(value, fc.constantFrom(undefined, 1, '\t'), (v, space) => {
        const document = JSON.stringify(v, undefined, space);
        expect(isDeepStrictEqual(read(document), v)).toBe(true);
        if (!hasBackslashKey(v)) expect(isDeepStrictEqual(read(document), JSON.parse(document))).toBe(true);
      }),
      { numRuns: 2000 },
    ));

  test('writes what an independent implementation of RFC 8785 writes', () =>
    fc.assert(
      fc.property(value, fc.double({ noNaN: true, noDefaultInfinity: true }), (v, n) => {
        expect(canonicalJson(v)).toBe(canonicalize(v));
        expect(canonicalJson(n)).toBe(canonicalize(n));
      }),
      { numRuns: 2000 },
    ));

  test('the canonical form is read back as the same value and written as the same text', () =>
    fc.assert(
      fc.property(value, (v) => {
        const canonical = canonicalJson(v);
        expect(isDeepStrictEqual(read(canonical), v)).toBe(true);
        expect(canonicalJson(read(canonical))).toBe(canonical);
      }),
      { numRuns: 2000 },
    ));

  test('the digest does not depend on the order of keys and does depend on the value', () =>
    fc.assert(
      fc.property(
        fc.dictionary(key, value, { minKeys: 1, noNullPrototype: true }),
        value,
        (object, other) => {
          const reversed = Object.fromEntries(Object.entries(object).reverse());
          expect(digestJson(reversed)).toBe(digestJson(object));
          const same = canonicalJson(object) === canonicalJson(other);
          expect(digestJson(other) === digestJson(object)).toBe(same);
        },
      ),
    ));
});

describe('an adversary', () => {
  /** Whatever is accepted means the same to the engine, and survives its own canonical form. */
  function holds(body: Uint8Array): boolean {
    const parsed = parseJson(body, limits);
    if (!parsed.ok) {
      expect(parsed.at).toBeGreaterThanOrEqual(0);
      expect(parsed.at).toBeLessThanOrEqual(body.length);
      return false;
    }
    const document = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body);
    const canonical = canonicalJson(parsed.value);
    if (!hasBackslashKey(parsed.value)) expect(canonicalJson(JSON.parse(document))).toBe(canonical);
    expect(canonicalJson(read(canonical))).toBe(canonical);
    return true;
  }

  test('random bytes never throw', () =>
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (body) => void holds(body)),
      { numRuns: 20_000 },
    ));

  test('random pieces of the grammar never throw', () => {
    const piece = fc.constantFrom(
      ...[
        '{',
        '}',
        '[',
        ']',
        ',',
        ':',
        '"',
        '\\',
        '\\u',
        'd83d',
        '\\ude00',
        '00e9',
        '"a"',
        '"a":',
        '""',
        ' ',
      ],
      ...[
        '0',
        '-',
        '1',
        '.',
        'e',
        '+',
        '9007199254740991',
        '1e21',
        '1e400',
        'true',
        'null',
        '\n',
        '\ufeff',
        '😀',
      ],
      ...['"__proto__":', '{"a":1}', '[1]', '{}', '"\\n"', '"\\ud83d\\ude00"'],
    );
    const accepted = { count: 0 };
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        if (holds(bytes(pieces.join('')))) accepted.count++;
      }),
      { numRuns: 30_000 },
    );
    expect(accepted.count).toBeGreaterThan(500);
  });

  test('mutations of valid documents never throw', () => {
    const accepted = { count: 0 };
    const refused = { count: 0 };
    fc.assert(
      fc.property(
        value,
        fc.nat(),
        fc.nat(),
        fc.integer({ min: 0, max: 255 }),
        fc.nat(3),
        (v, a, b, byte, how) => {
          const body = bytes(JSON.stringify(v));
          const i = a % body.length;
          const j = b % body.length;
          const mutated = [
            () => body.with(i, byte),
            () => Uint8Array.from([...body.slice(0, i), ...body.slice(i + 1)]),
            () => Uint8Array.from([...body.slice(0, i), byte, ...body.slice(i)]),
            () => Uint8Array.from([...body.slice(0, i), ...body.slice(j)]),
          ][how]?.();
          if (mutated === undefined) throw new Error('no such mutation');
          if (holds(mutated)) accepted.count++;
          else refused.count++;
        },
      ),
      { numRuns: 10_000 },
    );
    expect(accepted.count).toBeGreaterThan(500);
    expect(refused.count).toBeGreaterThan(500);
  });
});
