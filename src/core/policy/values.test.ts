// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JsonObject, JsonValue } from '../json/value.ts';
import { shapeOf } from './shape.ts';
import { type ArgsRefusalCode, cedarArgs } from './values.ts';

const shape = shapeOf(
  {
    type: 'object',
    required: ['id'],
    properties: {
      id: { type: 'string' },
      flag: { type: 'boolean' },
      count: { type: 'integer' },
      price: { type: 'number' },
      amount: { type: 'number' },
      tags: { type: 'array', items: { type: 'string' } },
      who: { type: 'object', properties: { type: { type: 'string' }, id: { type: 'string' } } },
      lines: {
        type: 'array',
        items: { type: 'object', properties: { sku: { type: 'string' }, free: {} }, required: ['sku'] },
      },
      anything: {},
    },
  },
  { amount: { money: true } },
);
const read = (args: JsonObject) => cedarArgs({ id: '1', ...args }, shape);
const decimal = (arg: string) => ({ __extn: { fn: 'decimal', arg } });

test.each<[rule: string, args: JsonObject, want: unknown, opaque: boolean]>([
  ['strings, booleans and integers as they are', { flag: true, count: -3 }, { flag: true, count: -3 }, false],
  ['null is absent', { count: null, anything: null, extra: null }, {}, false],
  ['a number is a decimal', { price: 1.25 }, { price: decimal('1.25') }, false],
  ['a whole number is a decimal as well', { price: 7 }, { price: decimal('7.0') }, false],
  ['a negative number', { price: -0.5 }, { price: decimal('-0.5') }, false],
  ['minus zero is zero', { price: -0, count: -0 }, { price: decimal('0.0'), count: 0 }, false],
  ['four places', { price: 0.1234 }, { price: decimal('0.1234') }, false],
  ['the largest whole decimal', { price: 922337203685477 }, { price: decimal('922337203685477.0') }, false],
  ['money in minor units', { amount: 10000 }, { amount: 10000 }, false],
  ['the largest safe integer', { count: Number.MAX_SAFE_INTEGER }, { count: Number.MAX_SAFE_INTEGER }, false],
  ['a set', { tags: ['a', 'b', 'a'] }, { tags: ['a', 'b', 'a'] }, false],
  ['an empty set', { tags: [] }, { tags: [] }, false],
  [
    'a record that looks like an entity stays a record',
    { who: { type: 'Agent', id: 'root' } },
    { who: { type: 'Agent', id: 'root' } },
    false,
  ],
  ['what has no shape is opaque', { anything: 1 }, {}, true],
  ['what the schema does not name is opaque', { extra: 'x' }, {}, true],
  ['opaque inside of a set', { lines: [{ sku: 'a', free: 1 }] }, { lines: [{ sku: 'a' }] }, true],
  ['opaque inside of a record', { who: { id: 'a', other: 1 } }, { who: { id: 'a' } }, true],
])('%s', (_rule, args, want, opaque) => {
  expect(read(args)).toEqual({ ok: true, args: { id: '1', ...(want as object) }, opaque });
});

test.each<[rule: string, args: JsonObject, code: ArgsRefusalCode, where: string]>([
  ['a missing argument', { id: null }, 'missing_argument', 'arguments.id'],
  ['a string for a boolean', { flag: 'true' }, 'wrong_type', 'arguments.flag'],
  ['a number for a string', { id: 1 }, 'wrong_type', 'arguments.id'],
  ['a string for a number', { price: '1.0' }, 'wrong_type', 'arguments.price'],
  ['a fraction for an integer', { count: 1.5 }, 'wrong_type', 'arguments.count'],
  ['a fraction of a minor unit', { amount: 0.5 }, 'wrong_type', 'arguments.amount'],
  ['an unsafe integer', { count: 2 ** 53 }, 'unsafe_integer', 'arguments.count'],
  ['an unsafe integer below', { count: -(2 ** 53) }, 'unsafe_integer', 'arguments.count'],
  ['an unsafe amount', { amount: 1e20 }, 'unsafe_integer', 'arguments.amount'],
  ['five places', { price: 0.12345 }, 'decimal_places', 'arguments.price'],
  ['a float that is not what was written', { price: 0.1 + 0.2 }, 'decimal_places', 'arguments.price'],
  ['a very small number', { price: 1e-7 }, 'decimal_places', 'arguments.price'],
  ['beyond the range', { price: 922337203685478 }, 'decimal_range', 'arguments.price'],
  ['beyond the range below', { price: -922337203685478 }, 'decimal_range', 'arguments.price'],
  ['far beyond the range', { price: 1e30 }, 'decimal_range', 'arguments.price'],
  ['not a number', { price: Number.NaN }, 'decimal_range', 'arguments.price'],
  ['an object for a list', { tags: {} }, 'wrong_type', 'arguments.tags'],
  ['a list for an object', { who: [] }, 'wrong_type', 'arguments.who'],
  ['null in a set', { tags: ['a', null] }, 'wrong_type', 'arguments.tags[1]'],
  ['a wrong member of a record in a set', { lines: [{ sku: 1 }] }, 'wrong_type', 'arguments.lines[0].sku'],
])('%s is refused', (_rule, args, code, where) => {
  const refused = read(args);
  expect(refused).toMatchObject({ ok: false, code });
  expect(refused.ok ? '' : refused.message).toContain(`\`${where}\``);
});

describe.each(['__entity', '__extn', '__proto__'])('the key %s is refused', (key) => {
  const smuggled = (value: JsonValue): JsonObject => Object.fromEntries([[key, value]]);
  test.each<[where: string, args: JsonObject]>([
    ['on top', smuggled({ type: 'Agent', id: 'root' })],
    ['in place of a string', { id: smuggled({ type: 'Agent', id: 'root' }) }],
    ['in place of a decimal', { price: smuggled({ fn: 'decimal', arg: '1.0' }) }],
    ['in a part that policy sees', { who: smuggled('x') }],
    ['in a set', { tags: [smuggled('x')] }],
    ['in a part that policy does not see', { anything: { deep: [{ deeper: smuggled(1) }] } }],
    ['in an argument that nobody declared', { extra: smuggled(null) }],
  ])('%s', (_where, args) => expect(read(args)).toMatchObject({ ok: false, code: 'reserved_key' }));
});

test('nesting without end is refused, not followed', () => {
  let deep: JsonValue = 1;
  for (let i = 0; i < 100_000; i++) deep = [deep];
  expect(read({ anything: deep })).toMatchObject({ ok: false, code: 'too_deep' });
});

test('what passes holds no entity and no extension value that the caller chose', () => {
  const key = fc.constantFrom('id', 'type', 'sku', 'x', '__entity', '__extn', 'fn', 'arg');
  const junk = fc.letrec<{ any: JsonValue }>((tie) => ({
    any: fc.oneof(
      { maxDepth: 3 },
      fc.constantFrom<JsonValue>('decimal', 'Agent', '1.0', 1.5, 3, true, null),
      fc.array(tie('any'), { maxLength: 3 }),
      fc.dictionary(key, tie('any'), { maxKeys: 3 }),
    ),
  })).any;
  const mostly = (good: fc.Arbitrary<JsonValue>) =>
    fc.oneof({ arbitrary: good, weight: 6 }, { arbitrary: junk, weight: 1 });
  const words = fc.constantFrom('decimal', 'Agent', 'x');
  const given = fc.record(
    {
      id: mostly(words),
      price: mostly(fc.constantFrom(1, 0.25, -3.5)),
      tags: mostly(fc.array(words)),
      who: mostly(fc.record({ type: words, id: words })),
      lines: mostly(fc.array(fc.record({ sku: words, free: junk }), { maxLength: 2 })),
      anything: junk,
    },
    { requiredKeys: ['id'] },
  );
  let passed = 0;
  fc.assert(
    fc.property(given, (args) => {
      const result = cedarArgs(args, shape);
      if (!result.ok) return;
      passed++;
      // The only escape that may occur is the decimal that we wrote for a number of the caller's.
      JSON.parse(JSON.stringify(result.args), (name, member) => {
        expect(name).not.toBe('__entity');
        if (name === '__extn')
          expect(member).toEqual({ fn: 'decimal', arg: expect.stringMatching(/^-?\d+\.\d+$/) });
        return member;
      });
      expect(JSON.stringify(result.args).split('__extn').length - 1).toBe('price' in result.args ? 1 : 0);
    }),
    { numRuns: 3000 },
  );
  expect(passed).toBeGreaterThan(300);
});
