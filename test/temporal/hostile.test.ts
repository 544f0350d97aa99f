// SPDX-License-Identifier: Apache-2.0
// Whatever stands in the files, reading them ends in a value: never an exception, never long.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkLeaves } from '../../src/core/temporal/check-schema.ts';
import { defaultMacros, eventsByPrincipal, globalEvents } from '../../src/core/temporal/defaults.ts';
import { localityOf } from '../../src/core/temporal/locality.ts';
import { prepare } from '../../src/core/temporal/prepare.ts';
import { readTrace } from '../../src/core/temporal/trace-log.ts';

const root = join(import.meta.dirname, 'traces');
const seeds = readdirSync(root).flatMap((name) =>
  readdirSync(join(root, name)).map((file) => readFileSync(join(root, name, file), 'utf8')),
);
const texts = [...seeds, defaultMacros.text, eventsByPrincipal.text];
const pieces = [
  ...['(', ')', '{', '}', '[', ']', '::', ',', ';', '.', ':', '@', '"', '\\', '//', '\n', '$t', '?p', '<A>'],
  ...['&&', '!', '==', '<', '-', '*', '_', '0', '1h', '9'.repeat(30), 'permit', 'forbid', 'when', 'unless'],
  ...['def', 'cedar', 'temporal', 'guardrails', 'formerly', 'previous', 'since', 'within', 'exists', 'count'],
  ...[
    'sum',
    'for',
    'where',
    'tp',
    'context',
    'principal',
    'decimal("1.0")',
    'N::Action::"A"::request{}',
    'x',
  ],
  ...[
    'decision',
    'event',
    'pin',
    '...',
    'inputs',
    'max_window',
    '=',
    '__proto__',
    'scope(',
    '\u{1F600}',
    '\0',
  ],
];

/** Text with pieces cut out, doubled, swapped or put in. */
const mutated = fc
  .tuple(
    fc.constantFrom(...texts),
    fc.array(fc.tuple(fc.nat(), fc.nat(60), fc.constantFrom('', ...pieces), fc.boolean()), { maxLength: 6 }),
  )
  .map(([text, edits]) =>
    edits.reduce((before, [at, length, piece, doubles]) => {
      const from = at % (before.length + 1);
      const cut = before.slice(from, from + length);
      return before.slice(0, from) + piece + (doubles ? cut + cut : '') + before.slice(from + length);
    }, text),
  );
const anything = fc.oneof(
  mutated,
  fc.array(fc.constantFrom(...pieces), { maxLength: 200 }).map((some) => some.join(' ')),
  fc.string({ unit: 'binary', maxLength: 300 }),
);

const file = (text: string) => ({ name: 'x', text });
const noActions = { actions: [], entities: new Map() };

function readAll(text: string): void {
  for (const sources of [
    { policies: [file(text)], macros: [defaultMacros], events: globalEvents },
    { policies: [], macros: [file(text)], events: file(text) },
  ]) {
    const got = prepare(sources);
    if (!got.ok) {
      expect(
        got.problems.every(({ line, column, message }) => line > 0 && column > 0 && message !== ''),
      ).toBe(true);
      continue;
    }
    const { policies, leaves, events, keys } = got.prepared;
    checkLeaves(policies, { actions: noActions, logged: [], events });
    for (const { formula } of leaves) localityOf(formula, keys);
  }
  readTrace(file(text));
}

describe('reading never throws', () => {
  test('whatever is written', () => {
    fc.assert(fc.property(anything, readAll), { numRuns: 3000 });
  });

  test.each<[what: string, text: string]>([
    ['brackets', '('.repeat(50_000)],
    ['pairs of them', '()'.repeat(50_000)],
    ['negations', `permit () when temporal { ${'!'.repeat(50_000)} };`],
    ['binders', `permit () when temporal { ${'exists (x: T). '.repeat(10_000)} tp(x) };`],
    ['conjuncts', `permit () when temporal { ${Array(5_000).fill('A::"a"::q{}').join(' && ')} };`],
    ['fields', `permit () when temporal { A::"a"::q{ ${Array(5_000).fill('x: 1').join(', ')} } };`],
    ['calls in calls', `permit () when temporal { ${'f('.repeat(90)}1${')'.repeat(90)} == };`],
    ['lists in lists', `permit () when temporal { ${'['.repeat(90)}${']'.repeat(90)} };`],
    ['blocks in Cedar', `permit () when { ${'(temporal { A::"a"::q{} }) && '.repeat(3_000)} true };`],
    [
      'macros',
      Array(900)
        .fill(0)
        .map((_, i) => `def cedar m${i}(?a) { ?a };`)
        .join('\n'),
    ],
    ['groups', `event <A>::x { ${'g: { '.repeat(90)}f: T ${'} '.repeat(90)} }`],
    ['values in values', `@0 A::"a"::x(v: ${'{ a: '.repeat(10_000)})`],
    [
      'a long line',
      `@0 A::"a"::x(${Array(20_000)
        .fill(0)
        .map((_, i) => `f${i}: "x"`)
        .join(', ')})`,
    ],
    ['an unending string', `"${'\\"'.repeat(100_000)}`],
    ['colons', `@0 ${'a::'.repeat(50_000)}`],
    ['spaces', `@0 scope(principal: a${' '.repeat(100_000)}:: "x")`],
  ])('many %s, in time', (_what, text) => {
    const started = performance.now();
    readAll(text);
    expect(performance.now() - started).toBeLessThan(4000);
  });
});
