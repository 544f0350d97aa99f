// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JsonObject, JsonValue } from '../json/value.ts';
import { recordTypeOf, written } from './cedar-type.ts';
import { maxShapeNodes, type Shape, shapeOf } from './shape.ts';

/** A tool with the one argument `x`, and what policy sees of its arguments, as Cedar writes it. */
function seen(x: JsonValue, more: JsonObject = {}, money = false): string {
  const schema: JsonObject = { type: 'object', properties: { x }, ...more };
  return written(recordTypeOf(shapeOf(schema, money ? { x: { money } } : {})));
}

const invisible = '{}';

describe('one argument', () => {
  test.each<[rule: string, schema: JsonValue, want: string]>([
    ['a boolean', { type: 'boolean' }, '{ "x"?: Bool }'],
    ['a string', { type: 'string' }, '{ "x"?: String }'],
    ['a string of a format is a string', { type: 'string', format: 'date-time' }, '{ "x"?: String }'],
    ['an integer', { type: 'integer' }, '{ "x"?: Long }'],
    ['a number is a decimal', { type: 'number' }, '{ "x"?: decimal }'],
    ['integer or number is a decimal', { type: ['integer', 'number'] }, '{ "x"?: decimal }'],
    ['a nullable scalar', { type: ['string', 'null'] }, '{ "x"?: String }'],
    ['only null is nothing to see', { type: 'null' }, invisible],
    ['null in a list of types is nothing to see', { type: ['null'] }, invisible],
    ['no type at all in a list of types', { type: [] }, invisible],
    ['two types', { type: ['string', 'integer'] }, invisible],
    ['an unknown type', { type: 'money' }, invisible],
    ['no type', {}, invisible],
    ['a schema that is `true`', true, invisible],
    ['text values', { enum: ['a', 'b'] }, '{ "x"?: String }'],
    ['text values or null', { enum: ['a', null] }, '{ "x"?: String }'],
    ['whole values', { enum: [1, 2] }, '{ "x"?: Long }'],
    ['mixed values', { enum: [1, 'a'] }, invisible],
    ['no values', { enum: [] }, invisible],
    ['one value', { const: true }, '{ "x"?: Bool }'],
    ['a list of text', { type: 'array', items: { type: 'string' } }, '{ "x"?: Set<String> }'],
    ['a list of nothing said', { type: 'array' }, invisible],
    ['a list that may hold null', { type: 'array', items: { type: ['string', 'null'] } }, invisible],
    ['a tuple', { type: 'array', prefixItems: [{ type: 'string' }], items: { type: 'string' } }, invisible],
    ['a list of lists', { type: 'array', items: { type: 'array', items: { type: 'string' } } }, invisible],
    [
      'a list of records',
      { type: 'array', items: { type: 'object', properties: { n: { type: 'integer' } }, required: ['n'] } },
      '{ "x"?: Set<{ "n": Long }> }',
    ],
    ['a free-form object', { type: 'object' }, invisible],
    ['a map', { type: 'object', additionalProperties: { type: 'string' } }, invisible],
    [
      'a record leaves out what is opaque in it',
      { type: 'object', properties: { a: { type: 'string' }, b: {} }, required: ['a', 'b'] },
      '{ "x"?: { "a": String } }',
    ],
    ['one of a shape and null', { anyOf: [{ type: 'string' }, { type: 'null' }] }, '{ "x"?: String }'],
    ['one of two equal shapes', { oneOf: [{ const: 'a' }, { const: 'b' }] }, '{ "x"?: String }'],
    ['one of two shapes', { anyOf: [{ type: 'string' }, { type: 'integer' }] }, invisible],
    ['all of one', { allOf: [{ type: 'string' }] }, '{ "x"?: String }'],
    ['all of two', { allOf: [{ type: 'string' }, { minLength: 1 }] }, invisible],
    ['a type beside a union only narrows', { type: 'string', anyOf: [{ const: 1 }] }, '{ "x"?: String }'],
    ['a reference elsewhere', { $ref: 'https://example.org/x' }, invisible],
    ['a reference to nothing', { $ref: '#/$defs/nothing' }, invisible],
    ['a reference by path', { $ref: '#/properties/x' }, invisible],
  ])('%s', (_rule, schema, want) => expect(seen(schema)).toBe(want));

  test.each<[rule: string, schema: JsonValue, want: string]>([
    ['is required', { type: 'string' }, '{ "x": String }'],
    ['is optional when it may be null', { type: ['string', 'null'] }, '{ "x"?: String }'],
    ['is optional when OpenAPI calls it nullable', { type: 'string', nullable: true }, '{ "x"?: String }'],
    [
      'is optional when a variant is null',
      { anyOf: [{ type: 'integer' }, { const: null }] },
      '{ "x"?: Long }',
    ],
  ])('a required argument %s', (_rule, schema, want) => expect(seen(schema, { required: ['x'] })).toBe(want));

  test.each<[rule: string, schema: JsonValue, want: string]>([
    ['a number of minor units', { type: 'number' }, '{ "x"?: Long }'],
    ['an integer', { type: 'integer' }, '{ "x"?: Long }'],
    ['text, which nobody may compare', { type: 'string' }, invisible],
  ])('money is %s', (_rule, schema, want) => expect(seen(schema, {}, true)).toBe(want));

  test.each<[rule: string, schema: JsonValue, want: string]>([
    ['a number is text', { type: 'integer' }, '{ "x"?: String }'],
    ['a decimal is text', { type: ['number', 'null'] }, '{ "x"?: String }'],
    ['text stays text', { type: 'string' }, '{ "x"?: String }'],
  ])('of a credential, %s', (_rule, schema, want) => {
    const shape = shapeOf({ type: 'object', properties: { x: schema } }, { x: { role: 'credential' } });
    expect(written(recordTypeOf(shape))).toBe(want);
  });
});

describe('definitions', () => {
  test.each(['$defs', 'definitions'])('%s are followed', (folder) => {
    expect(seen({ $ref: `#/${folder}/T` }, { [folder]: { T: { type: 'integer' } } })).toBe('{ "x"?: Long }');
  });

  test('one that refers to itself ends, and what is too deep is opaque', () => {
    const node = { type: 'object', properties: { n: { type: 'integer' }, next: { $ref: '#/$defs/N' } } };
    const shape = shapeOf({ properties: { x: { $ref: '#/$defs/N' } }, $defs: { N: node } }, {});
    expect(depthOf(shape)).toBeLessThanOrEqual(8);
    expect(seen({ $ref: '#/$defs/N' }, { $defs: { N: { $ref: '#/$defs/N' } } })).toBe(invisible);
  });

  test('a short schema cannot become a wide one', () => {
    const names = Array.from({ length: 50 }, (_, i) => `p${i}`);
    const wide = Object.fromEntries(names.map((name) => [name, { $ref: '#/$defs/W' }]));
    const leafy = { ...wide, leaf: { type: 'string' } };
    const shape = shapeOf({ properties: wide, $defs: { W: { type: 'object', properties: leafy } } }, {});
    expect(nodesOf(shape)).toBeLessThanOrEqual(maxShapeNodes);
  });
});

test('the order in which properties are written does not matter', () => {
  const a = { type: 'object', properties: { b: { type: 'string' }, a: { type: 'integer' } } };
  const b = { type: 'object', properties: { a: { type: 'integer' }, b: { type: 'string' } } };
  expect([...shapeOf(a, {}).attrs]).toEqual([...shapeOf(b, {}).attrs]);
});

test.each(['__entity', '__extn', '__proto__'])('an argument cannot be called %s', (name) => {
  const properties = Object.fromEntries([[name, { type: 'string' }]]);
  expect(shapeOf({ type: 'object', properties }, {}).attrs.size).toBe(0);
});

test('names that objects inherit are names like any other', () => {
  const rules = Object.fromEntries([['toString', { money: false }]]);
  const shape = shapeOf({ properties: { constructor: { type: 'integer' } } }, rules);
  expect([...shape.attrs.keys()]).toEqual(['constructor']);
});

test('never throws, whatever the schema', () => {
  const junk = fc.object({
    key: fc.constantFrom('type', 'properties', 'items', 'anyOf', '$ref', 'enum', 'x'),
  });
  fc.assert(
    fc.property(junk, (schema) => {
      expect(shapeOf(JSON.parse(JSON.stringify(schema)), {}).kind).toBe('record');
    }),
  );
});

function depthOf(shape: Shape): number {
  if (shape.kind === 'set') return depthOf(shape.of);
  if (shape.kind !== 'record') return 0;
  return 1 + Math.max(0, ...[...shape.attrs.values()].map((attribute) => depthOf(attribute.shape)));
}

function nodesOf(shape: Shape): number {
  if (shape.kind === 'set') return nodesOf(shape.of);
  if (shape.kind !== 'record') return 1;
  return [...shape.attrs.values()].reduce((sum, attribute) => sum + nodesOf(attribute.shape), 1);
}
