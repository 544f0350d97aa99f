// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { JsonObject } from '../json/value.ts';
import { commonInWords, inCommon, isLike } from './in-common.ts';

const many = (of: (i: number) => JsonObject, n = 20) => Array.from({ length: n }, (_, i) => of(i));

test.each<[sentence: string, calls: readonly JsonObject[], want: readonly string[]]>([
  ['numbers lie in a range', many((i) => ({ amount: i * 5 })), ['amount from 0 to 95']],
  ['one value is always that', many(() => ({ to: 'ana' })), ['to always "ana"']],
  ['a few are told', many((i) => ({ to: i % 2 ? 'ana' : 'ben' })), ['to one of "ana", "ben"']],
  [
    'many texts begin alike',
    many((i) => ({ path: `/srv/data/${i}` })),
    ['path 20 different texts that begin with "/srv/data/"'],
  ],
  ['or do not', many((i) => ({ note: `${i} x` })), ['note 20 different texts']],
  [
    'what is not always there is told so',
    [{ a: 1, b: true }, { a: 1 }],
    ['a always 1', 'b (not always there) always true'],
  ],
  ['lists by all of their items', [{ to: [{ at: 'x' }, { at: 'y' }] }], ['to[].at one of "x", "y"']],
  ['what is of several kinds is told so', many((i) => ({ v: i % 2 ? i : `${i}` })), ['v of several kinds']],
  ['what hides is shown', [{ 'a\u202e': 'b\u200b' }], ['a\\u{202e} always "b\\u{200b}"']],
  ['what is long is cut', [{ a: 'x'.repeat(100) }], [`a always "${'x'.repeat(59)}...`]],
])('%s', (_sentence, calls, want) => expect(commonInWords(inCommon(calls))).toEqual(want));

test.each<[sentence: string, calls: readonly JsonObject[], call: JsonObject, want: boolean]>([
  ['a number outside of the range', many((i) => ({ amount: i })), { amount: 21 }, false],
  ['one inside', many((i) => ({ amount: i * 2 })), { amount: 3 }, true],
  ['a text where there were numbers', many((i) => ({ amount: i })), { amount: '3' }, false],
  ['an argument that they never had', [{ a: 1 }], { a: 1, b: 1 }, false],
  ['one that they always had is missing', [{ a: 1, b: 1 }], { a: 1 }, false],
  ['a value that they did not have', [{ to: 'ana' }], { to: 'eve' }, false],
])('%s', (_sentence, calls, call, want) => expect(isLike(inCommon(calls), call)).toBe(want));

test('each of the calls is like all of them', () => {
  const value = fc.oneof(fc.integer(), fc.string(), fc.boolean(), fc.constant(null), fc.array(fc.nat(3)));
  const call = fc.dictionary(fc.constantFrom('a', 'b', 'c'), value, { noNullPrototype: true });
  fc.assert(
    fc.property(fc.array(call, { minLength: 1, maxLength: 30 }), (calls) => {
      const common = inCommon(calls);
      for (const one of calls) expect(isLike(common, one)).toBe(true);
    }),
  );
});
