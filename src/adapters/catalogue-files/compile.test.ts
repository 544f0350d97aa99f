// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import type { JsonObject, JsonValue } from '../../core/json/value.ts';
import { schemaCompiler } from './compile.ts';

const compiler = schemaCompiler();

function object(properties: JsonObject, more: JsonObject = {}): JsonObject {
  return { type: 'object', properties, ...more };
}

/** `''` when it is accepted, the message when not. */
function said(schema: JsonObject, args: JsonObject): string {
  const compiled = compiler.compile(schema, false);
  if (!compiled.ok) throw new Error(compiled.reason);
  const verdict = compiled.check(args);
  return verdict.ok ? '' : verdict.message;
}

describe('names the argument and what would be right', () => {
  const string = { type: 'string' };
  test.each<[schema: JsonObject, args: JsonObject, want: string]>([
    [object({ a: string }), {}, ''],
    [object({ a: string }, { required: ['a'] }), {}, '`a` is missing'],
    [object({ a: string }), { a: 1 }, '`a` must be a string'],
    [object({ a: { type: 'integer' } }), { a: 1.5 }, '`a` must be an integer'],
    [object({ a: { type: ['string', 'null'] } }), { a: 1 }, '`a` must be a string or null'],
    [object({ a: { enum: ['x', 'y', 3] } }), { a: 'z' }, '`a` must be one of `x`, `y`, `3`'],
    [object({ a: { const: 'x' } }), { a: 'z' }, '`a` must be `x`'],
    [object({ a: { minimum: 1 } }), { a: 0 }, '`a` must be >= 1'],
    [object({ a: { exclusiveMaximum: 1 } }), { a: 1 }, '`a` must be < 1'],
    [object({ a: { multipleOf: 5 } }), { a: 3 }, '`a` must be a multiple of 5'],
    [object({ a: { minLength: 2 } }), { a: '' }, '`a` must have at least 2 characters'],
    [object({ a: { maxLength: 2 } }), { a: 'abc' }, '`a` must have at most 2 characters'],
    [object({ a: { pattern: '^x$' } }), { a: 'y' }, '`a` must match the pattern `^x$`'],
    [object({ a: { format: 'email' } }), { a: 'y' }, '`a` must be in the format `email`'],
    [object({ a: { type: 'array', items: string } }), { a: ['x', 1] }, '`a[1]` must be a string'],
    [
      object({ a: { prefixItems: [string], items: false } }),
      { a: ['x', 1] },
      '`a` must have at most 1 elements',
    ],
    [object({ a: { maxItems: 1 } }), { a: [1, 2] }, '`a` must have at most 1 elements'],
    [object({ a: { uniqueItems: true } }), { a: [{ x: 1 }, { x: 1 }] }, 'the elements of `a` must differ'],
    [object({ a: object({ b: string }, { required: ['b'] }) }), { a: {} }, '`a.b` is missing'],
    [object({ a: object({}, { additionalProperties: false }) }), { a: { x: 1 } }, '`a` must not have `x`'],
    [
      object({ a: { anyOf: [string, { type: 'null' }] } }),
      { a: 1 },
      '`a` must fit one of the forms that the schema gives',
    ],
    [object({ a: { not: string } }), { a: 'x' }, '`a` must not have a form that the schema excludes'],
    [object({ a: false }), { a: 1 }, '`a` must be left out'],
    [object({ path: string }), { pth: 'x' }, '`pth` is not an argument of this tool (did you mean `path`?)'],
  ])('%j of %j: %s', (schema, args, want) => expect(said(schema, args)).toBe(want));

  test('and never what was sent', () => {
    const secret = 'hunter2-hunter2';
    const schemas: JsonValue[] = [
      { type: 'integer' },
      { enum: ['a'] },
      { const: 1 },
      { pattern: '^x' },
      { format: 'uri' },
      { maxLength: 1 },
      { anyOf: [{ type: 'null' }, { type: 'array', items: { type: 'integer' } }] },
      { not: {} },
    ];
    for (const schema of schemas)
      for (const a of [secret, [secret], { x: secret }])
        expect(said(object({ a: schema }), { a })).not.toContain('hunter2');
  });

  test('in bounds, though the schema of the upstream is long', () => {
    const long = 'x'.repeat(5000);
    const choices = Array.from({ length: 500 }, (_, i) => `${i}${long}`);
    expect(said(object({ a: { enum: choices } }), { a: '' }).length).toBeLessThan(420);
    expect(said(object({ [long]: { type: 'string' } }), { [long]: 1 }).length).toBeLessThan(420);
    expect(said(object({}), { [`${long}\u001b[2J`]: 1 })).not.toContain('\u001b');
  });
});

describe('arguments that the schema does not name', () => {
  test.each<[what: string, schema: JsonObject, ok: boolean]>([
    ['are refused', object({ a: {} }), false],
    ['are refused without any properties', { type: 'object' }, false],
    ['are taken where the schema says so', object({ a: {} }, { additionalProperties: true }), true],
    ['are taken by pattern', object({}, { patternProperties: { '^ex': {} } }), true],
    [
      'are refused beside `additionalProperties: false`',
      object({ a: {} }, { additionalProperties: false }),
      false,
    ],
    [
      'are named by an alternative',
      { type: 'object', anyOf: [object({ a: {} }), object({ extra: {} })] },
      true,
    ],
    [
      'are named by reference',
      { type: 'object', $ref: '#/$defs/x', $defs: { x: object({ extra: {} }) } },
      true,
    ],
  ])('%s', (_what, schema, ok) => expect(said(schema, { extra: 1 }) === '').toBe(ok));
});

describe('prototype names are plain names', () => {
  test('what is inherited is not there', () => {
    expect(said(object({ constructor: {} }, { required: ['constructor'] }), {})).toBe(
      '`constructor` is missing',
    );
    expect(said(object({ toString: { type: 'string' } }), {})).toBe('');
    expect(said(object({ a: {} }), { constructor: 1 })).toBe('`constructor` is not an argument of this tool');
  });
  test('and can be sent', () => {
    expect(said(object({ hasOwnProperty: { type: 'string' } }), { hasOwnProperty: 'x' })).toBe('');
    expect(said(object({ hasOwnProperty: { type: 'string' } }), { hasOwnProperty: 1 })).toContain(
      'must be a string',
    );
  });
});

test('nothing is changed: no defaults, no conversion, nothing removed', () => {
  const schema = object({ a: { type: 'string', default: 'x' }, n: { type: 'integer' } });
  const args = Object.freeze({ n: 1 });
  expect(said(schema, args)).toBe('');
  expect(args).toEqual({ n: 1 });
  expect(said(schema, { n: '1' })).toBe('`n` must be an integer');
});

describe('dialects', () => {
  const tuple = { type: 'array', items: [{ type: 'string' }], additionalItems: false };
  test.each<[uri: string, schema: JsonValue, ok: boolean]>([
    ['http://json-schema.org/draft-07/schema#', tuple, true],
    ['http://json-schema.org/draft-07/schema', tuple, true],
    ['https://json-schema.org/draft/2020-12/schema', { prefixItems: [{ type: 'string' }] }, true],
    ['https://json-schema.org/draft/2020-12/schema', tuple, false],
    ['http://json-schema.org/draft-04/schema#', {}, false],
    ['https://evil.example/schema', {}, false],
  ])('%s with %j: %s', ($schema, a, ok) =>
    expect(compiler.compile({ $schema, ...object({ a }) }, false).ok).toBe(ok),
  );

  test('draft-07 keeps its meaning of `items`', () => {
    const schema = { $schema: 'http://json-schema.org/draft-07/schema#', ...object({ a: tuple }) };
    expect(said(schema, { a: ['x'] })).toBe('');
    expect(said(schema, { a: [1] })).toBe('`a[0]` must be a string');
  });
});

describe('refuses to compile', () => {
  test.each<[what: string, schema: JsonObject, why: string]>([
    ['a remote reference', object({ a: { $ref: 'https://evil.example/s.json' } }), 'remote'],
    [
      'the metaschema by reference',
      object({ a: { $ref: 'https://json-schema.org/draft/2020-12/schema' } }),
      'remote',
    ],
    ['a relative reference', object({ a: { $ref: 'other.json' } }), 'remote'],
    ['a reference to nowhere', object({ a: { $ref: '#/$defs/x' } }), 'no schema'],
    ['a reference into data', object({ a: { $ref: '#/x-y/z' } }, { 'x-y': { z: {} } }), 'no schema'],
    ['a reference that is no string', object({ a: { $ref: 5 } }), 'must be a string'],
    ['a dynamic reference', object({ a: { $dynamicRef: '#x' } }), 'not read'],
    ['unevaluated items', object({ a: { contains: { const: 1 }, unevaluatedItems: false } }), 'not read'],
    [
      'unevaluated properties beside conditions',
      object({ a: { if: object({ x: {} }), unevaluatedProperties: false } }),
      'beside `if`',
    ],
    ['a recursive reference', object({ a: { $recursiveRef: '#' } }), 'not read'],
    ['a second root', object({ a: { $id: 'https://x.example/a' } }), '`$id`'],
    ['asynchronous validation', { $async: true, ...object({}) }, '`$async`'],
    ['a schema that is not of objects', { type: 'string' }, '`object`'],
    ['a schema without a type', { properties: {} }, '`object`'],
    ['an unknown type', object({ a: { type: 'strin' } }), 'does not compile'],
    ['required that is no list', object({ a: {} }, { required: 'a' }), 'does not compile'],
    ['a backreference', object({ a: { pattern: '(a)\\1' } }), 'linear'],
    ['a bad pattern of names', object({ a: { patternProperties: { '(?<=x)y': {} } } }), 'linear'],
    [
      'too many parts',
      object(Object.fromEntries(Array.from({ length: 6000 }, (_, i) => [`a${i}`, {}]))),
      'parts',
    ],
  ])('%s', (_what, schema, why) => {
    const compiled = compiler.compile(schema, false);
    expect(compiled.ok ? 'compiled' : compiled.reason).toContain(why);
  });

  test('but patterns can be left to the upstream, if a person says so', () => {
    const schema = object({ a: { pattern: '(a)\\1' }, b: { pattern: '^b$' } });
    const compiled = compiler.compile(schema, true);
    if (!compiled.ok) throw new Error(compiled.reason);
    expect(compiled.unchecked).toEqual(['(a)\\1']);
    expect(compiled.check({ a: 'x', b: 'b' }).ok).toBe(true);
    expect(compiled.check({ a: 'x', b: 'c' }).ok).toBe(false);
  });

  test('what only looks like a reference is data', () => {
    expect(
      said(object({ a: { const: { $ref: 'https://x.example' } } }), { a: { $ref: 'https://x.example' } }),
    ).toBe('');
    expect(said(object({ $ref: { type: 'string' } }), { $ref: 'x' })).toBe('');
  });
});

describe('schemas that double their work are stopped', () => {
  const within = (ms: number, run: () => string) => {
    const before = performance.now();
    const message = run();
    expect(performance.now() - before).toBeLessThan(ms);
    return message;
  };

  test('by chains of references', () => {
    const $defs: { [name: string]: JsonValue } = { d40: { type: 'string' } };
    for (let i = 0; i < 40; i++) {
      const next = { $ref: `#/$defs/d${i + 1}` };
      $defs[`d${i}`] = { allOf: [next, next] };
    }
    const schema = object({ a: { $ref: '#/$defs/d0' } }, { $defs });
    expect(within(3000, () => said(schema, { a: 'x' }))).toContain('takes too long');
  });

  test('by recursion over deep values', () => {
    const self = { $ref: '#/$defs/n' };
    const n = { anyOf: [{ allOf: [object({ a: self }), { required: ['z'] }] }, object({ a: self })] };
    let deep: JsonValue = {};
    for (let i = 0; i < 60; i++) deep = { a: deep };
    const schema = object({ a: self }, { $defs: { n } });
    expect(within(3000, () => said(schema, { a: deep }))).toContain('takes too long');
  });

  test('by a circle without an end', () => {
    const schema = object({ a: { $ref: '#/$defs/x' } }, { $defs: { x: { allOf: [{ $ref: '#/$defs/x' }] } } });
    expect(within(3000, () => said(schema, { a: 1 }))).not.toBe('');
  });

  test('by comparing each element with each', () => {
    const items = Array.from({ length: 50_000 }, (_, i) => ({ i }));
    const schema = object({ a: { type: 'array', uniqueItems: true } });
    expect(within(3000, () => said(schema, { a: items }))).toBe('');
    expect(within(3000, () => said(schema, { a: [...items, { i: 0 }] }))).toBe(
      'the elements of `a` must differ',
    );
  });

  test('by many alternatives over many elements', () => {
    const anyOf = [...Array.from({ length: 1000 }, (_, i) => ({ const: `k${i}` })), { const: 'last' }];
    const schema = object({ a: { type: 'array', items: { anyOf } } });
    const args = (length: number) => ({ a: Array.from({ length }, () => 'last') });
    expect(said(schema, args(100))).toBe('');
    expect(within(3000, () => said(schema, args(100_000)))).toContain('takes too long');
  });

  test('by formats whose expressions backtrack', () => {
    const schema = object({
      a: { type: 'array', items: { anyOf: [{ format: 'url' }, { type: 'string' }] } },
    });
    const args = (length: number) => ({
      a: Array.from({ length }, (_, i) => `https://a.${':'.repeat(4000)}${i}!`),
    });
    expect(said(schema, args(2))).toBe('');
    expect(within(3000, () => said(schema, args(2000)))).toContain('takes too long');
  });

  test('while honest recursion goes through', () => {
    const node = object({
      name: { type: 'string' },
      children: { type: 'array', items: { $ref: '#/$defs/node' } },
    });
    const schema = object({ tree: { $ref: '#/$defs/node' } }, { $defs: { node } });
    let tree: JsonObject = { name: 'leaf', children: [] };
    for (let i = 0; i < 30; i++) tree = { name: 'n', children: [tree, { name: 'x', children: [] }] };
    expect(said(schema, { tree })).toBe('');
    expect(said(schema, { tree: { name: 1 } })).toBe('`tree.name` must be a string');
  });

  test('and the next call has its budget again', () => {
    const compiled = compiler.compile(object({ a: { pattern: '^a*$' } }), false);
    if (!compiled.ok) throw new Error(compiled.reason);
    for (let i = 0; i < 20; i++) expect(compiled.check({ a: 'a'.repeat(900_000) }).ok).toBe(true);
  });
});

test('a schema is compiled once, and again only when it is another', () => {
  const own = schemaCompiler();
  const schema = object({ a: { type: 'string' } });
  expect(own.compile(structuredClone(schema), false)).toBe(own.compile(schema, false));
  expect(own.compile(schema, true)).not.toBe(own.compile(schema, false));
  expect(own.compile(object({ a: { type: 'number' } }), false)).not.toBe(own.compile(schema, false));
});

test('two tools do not share what they name alike', () => {
  const named = (type: string) =>
    object({ a: { $ref: '#/$defs/x' } }, { $id: 'https://x.example/s', $defs: { x: { type } } });
  const [first, second] = [
    compiler.compile(named('string'), false),
    compiler.compile(named('number'), false),
  ];
  if (!first.ok || !second.ok) throw new Error('does not compile');
  expect([first.check({ a: 'x' }).ok, second.check({ a: 'x' }).ok]).toEqual([true, false]);
  expect([first.check({ a: 1 }).ok, second.check({ a: 1 }).ok]).toEqual([false, true]);
});

test('a schema that takes the name of the metaschema is itself all the same', () => {
  const $id = 'https://json-schema.org/draft/2020-12/schema';
  const schema = object(
    { a: { $ref: '#/$defs/x' }, b: { $ref: '#' } },
    { $id, $defs: { x: { type: 'string' } } },
  );
  expect(said(schema, { a: 'x', b: { a: 'y' } })).toBe('');
  expect(said(schema, { b: { a: 1 } })).toBe('`b.a` must be a string');
});

test('a long text is in no format', () => {
  expect(said(object({ a: { format: 'email' } }), { a: `${'a'.repeat(5000)}@example.com` })).toContain(
    'format',
  );
});

test('formats that nobody knows are annotations', () => {
  expect(said(object({ a: { format: 'x-color' } }), { a: 'anything' })).toBe('');
});
