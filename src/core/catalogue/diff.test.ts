// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { differences, diffTools } from './diff.ts';
import type { ToolDefinition } from './entry.ts';

function tool(name: string, more: Partial<ToolDefinition> = {}): ToolDefinition {
  return { name, description: `does ${name}`, inputSchema: { type: 'object' }, ...more };
}

const anyTool: fc.Arbitrary<ToolDefinition> = fc.record(
  {
    name: fc.constantFrom('a', 'b', 'c', 'constructor', '__proto__', 'toString'),
    description: fc.constantFrom('x', 'y', 'z'),
    title: fc.constantFrom('x', 'y'),
    inputSchema: fc.constantFrom({ type: 'object' }, { type: 'object', properties: { a: {} } }),
    annotations: fc.constantFrom({ readOnlyHint: true }, { readOnlyHint: false }),
  },
  { requiredKeys: ['name', 'inputSchema'] },
);
const anyTools = fc.uniqueArray(anyTool, { selector: (t) => t.name, maxLength: 6 });

describe('diffTools', () => {
  test('of equal lists is all `same`, in whatever order', () => {
    fc.assert(
      fc.property(anyTools, (tools) => {
        expect(diffTools(tools, tools.toReversed())).toEqual({
          same: tools.map((t) => t.name).sort(),
          new: [],
          changed: [],
          removed: [],
          renamed: [],
          duplicate: [],
        });
      }),
    );
  });

  test('puts each name into exactly one list', () => {
    fc.assert(
      fc.property(anyTools, anyTools, (accepted, live) => {
        const diff = diffTools(accepted, live);
        const told = [
          ...diff.same,
          ...diff.new.map((t) => t.name),
          ...diff.changed.map((t) => t.name),
          ...diff.removed,
          ...diff.renamed.flatMap((t) => [t.from, t.to]),
          ...diff.duplicate,
        ];
        expect(told.toSorted()).toEqual([...new Set([...accepted, ...live].map((t) => t.name))].sort());
      }),
    );
  });

  test('only what was accepted exactly so is `same`', () => {
    fc.assert(
      fc.property(anyTools, anyTools, (accepted, live) => {
        for (const name of diffTools(accepted, live).same)
          expect(live.find((t) => t.name === name)).toEqual(accepted.find((t) => t.name === name));
      }),
    );
  });

  test('a tool under another name is renamed, and not new', () => {
    const diff = diffTools([tool('refund')], [tool('payout', { description: 'does refund' })]);
    expect(diff.renamed).toMatchObject([{ from: 'refund', to: 'payout' }]);
    expect([diff.new, diff.removed]).toEqual([[], []]);
  });

  test('one old name explains only one new name', () => {
    const same = { description: 'd' };
    const diff = diffTools([tool('a', same)], [tool('b', same), tool('c', same)]);
    expect(diff.renamed.map((r) => [r.from, r.to])).toEqual([['a', 'b']]);
    expect(diff.new.map((t) => t.name)).toEqual(['c']);
  });

  test('a copy beside the old name is new', () => {
    const diff = diffTools([tool('a')], [tool('a'), tool('b', { description: 'does a' })]);
    expect(diff.new.map((t) => t.name)).toEqual(['b']);
    expect(diff.same).toEqual(['a']);
  });

  test('tools that swap their names are changed, both', () => {
    const [a, b] = [tool('a', { description: 'x' }), tool('b', { description: 'y' })];
    const diff = diffTools(
      [a, b],
      [
        { ...a, name: 'b' },
        { ...b, name: 'a' },
      ],
    );
    expect(diff.changed.map((t) => t.name)).toEqual(['a', 'b']);
  });

  test('a name declared twice is nobody, though one of the two was accepted', () => {
    const diff = diffTools([tool('a')], [tool('a'), tool('a', { description: 'evil' })]);
    expect(diff.duplicate).toEqual(['a']);
    expect([diff.same, diff.changed, diff.removed]).toEqual([[], [], []]);
  });

  test.each<[what: string, live: Partial<ToolDefinition>, parts: string[], pointers: string[]]>([
    ['description', { description: 'x' }, ['description'], ['/description']],
    ['title', { title: 'x' }, ['title'], ['/title']],
    ['annotations', { annotations: { readOnlyHint: true } }, ['annotations'], ['/annotations']],
    [
      'type of an argument',
      { inputSchema: schema({ 'a/b': { type: 'integer' } }) },
      ['inputSchema'],
      ['/inputSchema/properties/a~1b/type'],
    ],
    [
      'a new argument',
      { inputSchema: schema({ 'a/b': { type: 'string' }, constructor: {} }) },
      ['inputSchema'],
      ['/inputSchema/properties/constructor'],
    ],
    [
      'output',
      { outputSchema: {}, description: 'x' },
      ['description', 'outputSchema'],
      ['/description', '/outputSchema'],
    ],
  ])('tells where: %s', (_what, live, parts, pointers) => {
    const before = tool('t', { inputSchema: schema({ 'a/b': { type: 'string' } }) });
    const [changed] = diffTools([before], [{ ...before, ...live }]).changed;
    expect(changed?.parts.toSorted()).toEqual(parts.toSorted());
    expect(changed?.pointers).toEqual(pointers);
  });
});

test('differences are told up to a limit', () => {
  const a = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`k${i}`, 1]));
  const found = differences(a, {});
  expect(found).toHaveLength(32);
  expect(found.at(-1)).toBe('...');
});

function schema(properties: { [name: string]: { [keyword: string]: string } }) {
  return { type: 'object', properties };
}
