// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isObject, type JsonValue } from '../json/value.ts';
import { bodyDigest, definitionDigest, parseToolDefinition } from './pin.ts';

function parsed(value: JsonValue) {
  const read = parseToolDefinition(value);
  if (!read.ok) throw new Error(read.reason);
  return read.definition;
}

const refund = {
  name: 'refund',
  title: 'Refund',
  description: 'pays back',
  inputSchema: { type: 'object', properties: { amount: { type: 'integer' }, to: { type: 'string' } } },
  outputSchema: { type: 'object' },
  annotations: { destructiveHint: true },
};

function shuffled(value: JsonValue, seed: number): JsonValue {
  if (Array.isArray(value)) return value.map((item) => shuffled(item, seed));
  if (!isObject(value)) return value;
  const entries = Object.entries(value).map(([k, v]) => [k, shuffled(v, seed)] as const);
  const by = seed % Math.max(1, entries.length);
  return Object.fromEntries([...entries.slice(by), ...entries.slice(0, by)].reverse());
}

describe('definitionDigest', () => {
  test('does not depend on the order of keys', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 3 }), fc.nat(10), (schema, seed) => {
        const before = JSON.parse(
          JSON.stringify({ ...refund, inputSchema: { x: schema } }).replaceAll('__proto__', 'p'),
        );
        expect(definitionDigest(parsed(shuffled(before, seed)))).toBe(definitionDigest(parsed(before)));
      }),
    );
  });

  test.each<[part: string, value: JsonValue]>([
    ['name', 'refund2'],
    ['title', 'Refunds'],
    ['description', 'pays back.'],
    ['inputSchema', { type: 'object' }],
    ['outputSchema', { type: 'object', title: 'x' }],
    ['annotations', { destructiveHint: false }],
  ])('changes with %s', (part, value) => {
    expect(definitionDigest(parsed({ ...refund, [part]: value }))).not.toBe(definitionDigest(parsed(refund)));
  });

  test('absent and null are one, absent and empty are two', () => {
    const bare = { name: 'a', inputSchema: {} };
    expect(definitionDigest(parsed({ ...bare, annotations: null }))).toBe(definitionDigest(parsed(bare)));
    expect(definitionDigest(parsed({ ...bare, annotations: {} }))).not.toBe(definitionDigest(parsed(bare)));
    expect(definitionDigest(parsed({ ...bare, description: '' }))).not.toBe(definitionDigest(parsed(bare)));
  });

  test('what is not pinned does not count', () => {
    expect(definitionDigest(parsed({ ...refund, icons: [], _meta: { a: 1 } }))).toBe(
      definitionDigest(parsed(refund)),
    );
  });
});

test('the body stays the same under another name or title', () => {
  expect(bodyDigest(parsed({ ...refund, name: 'payout', title: 'x' }))).toBe(bodyDigest(parsed(refund)));
  expect(bodyDigest(parsed({ ...refund, description: 'x' }))).not.toBe(bodyDigest(parsed(refund)));
});

describe('parseToolDefinition refuses', () => {
  let deep: JsonValue = {};
  for (let i = 0; i < 100; i++) deep = { not: deep };
  test.each<[what: string, value: JsonValue, why: string]>([
    ['what is no object', [], 'must be an object'],
    ['a missing name', { inputSchema: {} }, '`name`'],
    ['a name that is no string', { name: 1, inputSchema: {} }, '`name`'],
    ['an invisible name', { name: 'a\u200b', inputSchema: {} }, 'invisible'],
    ['a missing schema', { name: 'a' }, '`inputSchema`'],
    ['a schema that is a boolean', { name: 'a', inputSchema: true }, '`inputSchema`'],
    ['a schema that is null', { name: 'a', inputSchema: null }, '`inputSchema`'],
    ['an output schema that is a list', { name: 'a', inputSchema: {}, outputSchema: [] }, '`outputSchema`'],
    ['annotations that are text', { name: 'a', inputSchema: {}, annotations: 'x' }, '`annotations`'],
    ['a description that is a number', { name: 'a', inputSchema: {}, description: 1 }, '`description`'],
    ['a long title', { name: 'a', inputSchema: {}, title: 'x'.repeat(513) }, '`title`'],
    ['deep nesting', { name: 'a', inputSchema: { not: deep } }, 'deep'],
    ['a prototype', { name: 'a', inputSchema: JSON.parse('{"properties":{"__proto__":{}}}') }, '`__proto__`'],
    ['a large schema', { name: 'a', inputSchema: { $comment: 'x'.repeat(300_000) } }, 'bytes'],
  ])('%s', (_what, value, why) => {
    const read = parseToolDefinition(value);
    expect(read.ok ? 'accepted' : read.reason).toContain(why);
  });
});
