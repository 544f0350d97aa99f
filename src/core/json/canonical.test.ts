// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import vectors from '../../../test/vectors/canonical-json.json' with { type: 'json' };
import { canonicalJson, digestJson, NotJson } from './canonical.ts';
import { parseJson } from './parse.ts';

const limits = { maxBytes: 1 << 16, maxDepth: 64, maxNodes: 1000 };

function double(bits: string): number {
  return Buffer.from(bits, 'hex').readDoubleBE();
}

describe('published and own vectors', () => {
  test.each(vectors.numbers)('number $bits is $canonical', ({ bits, canonical }) =>
    expect(canonicalJson(double(bits))).toBe(canonical),
  );

  test.each(vectors.refused)('number $bits ($is) is refused', ({ bits }) =>
    expect(() => canonicalJson(double(bits))).toThrow(NotJson),
  );

  test.each(vectors.documents)('$source', ({ inputHex, canonicalHex, digest }) => {
    const parsed = parseJson(Buffer.from(inputHex, 'hex'), limits);
    if (!parsed.ok) throw new Error(parsed.message);
    expect(Buffer.from(canonicalJson(parsed.value)).toString('hex')).toBe(canonicalHex);
    expect(digestJson(parsed.value)).toBe(digest);
  });
});

describe('what JSON cannot say throws and is never left out', () => {
  class Money {
    readonly minor = 100;
  }
  const cycle: unknown[] = [];
  cycle.push(cycle);
  let deep: unknown = 1;
  for (let i = 0; i < 1_000_000; i++) deep = [deep];

  test.each<[what: string, value: unknown]>([
    ['NaN', Number.NaN],
    ['an infinity', { a: [Number.NEGATIVE_INFINITY] }],
    ['undefined', undefined],
    ['a key without a value', { a: 1, b: undefined }],
    ['an element without a value', [undefined]],
    ['a hole', new Array(2)],
    ['a function', { toJSON: () => 1 }],
    ['a symbol', [Symbol('a')]],
    ['a bigint', 1n],
    ['a date', { at: new Date(0) }],
    ['a map', new Map([['a', 1]])],
    ['bytes', new Uint8Array(2)],
    ['an instance of a class', new Money()],
    ['a boxed string', Object('a')],
    ['half a pair in a string', 'a\ud800'],
    ['half a pair in a key', { '\udc00': 1 }],
    ['a cycle', cycle],
    ['a million levels', deep],
  ])('%s', (_what, value) => {
    // @ts-expect-error the type forbids all of these; the check is for callers that got past it
    const write = () => canonicalJson(value);
    expect(write).toThrow(NotJson);
    expect(write).toThrow(expect.objectContaining({ code: 'not_json' }));
  });
});

test('objects without a prototype, as database rows are, are written like any other', () => {
  const row = Object.assign(Object.create(null), { b: 1, a: -0 });
  expect(canonicalJson(row)).toBe('{"a":0,"b":1}');
});

test('a key that assignment would not create is still written when it is there', () => {
  expect(canonicalJson(JSON.parse('{"b":1,"__proto__":{"a":1}}'))).toBe('{"__proto__":{"a":1},"b":1}');
});
