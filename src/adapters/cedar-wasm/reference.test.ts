// SPDX-License-Identifier: Apache-2.0
// Every example of docs/policy-reference.md is a policy that can be published and applies to something.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { toolEntry } from '../../../test/builders/tools.ts';
import { compilePolicies } from './compile.ts';

const page = readFileSync(new URL('../../../docs/policy-reference.md', import.meta.url), 'utf8');
const amount = { amount: { type: 'integer' } } as const;
const entries = [
  toolEntry('refund', { id: { type: 'string' }, ...amount }, { class: 'pay' }),
  toolEntry('search', { limit: { type: 'integer' } }, { class: 'search' }),
  toolEntry('get_ticket'),
];

function problemsOf(text: string) {
  const compiled = compilePolicies({ files: [{ name: 'x', text }], entries });
  return compiled.ok ? compiled.warnings : compiled.problems;
}

const blocks = [...page.matchAll(/```cedar\n([\s\S]*?)```/g)].map(([, text = '']) => text);
const [agents, administration] = page.split('## Administration');
const [about, results] = (agents ?? '').split('## Results');
const conditionsOf = (section = '') =>
  [...section.matchAll(/^\|.*\| (`.*<br>.*`) \|$/gm)].map(([, cell = '']) =>
    cell.split('<br>').map((text) => text.replace(/^`|`$/g, '')),
  );

test.each(blocks)('%s', (text) => expect(problemsOf(text)).toEqual([]));

describe.each([
  ['Agent', 'permit', conditionsOf(about)],
  ['Agent', 'forbid', conditionsOf(results)],
  ['Operator', 'permit', conditionsOf(administration)],
])('about an %s: %s', (principal, effect, rows) => {
  test('every attribute has two examples', () => {
    expect(rows.length).toBeGreaterThan(1);
    expect(rows.map((row) => row.length)).toEqual(rows.map(() => 2));
  });
  // One policy on each line, so that one publication tells of each.
  const conditions = rows.flat();
  const problems = problemsOf(
    conditions
      .map(
        (each, i) => `@id("x${i}") ${effect} (principal is ${principal}, action, resource) when { ${each} };`,
      )
      .join('\n'),
  );
  test.each(conditions.map((condition, i) => [condition, i + 1] as const))('%s', (_condition, at) => {
    expect(problems.filter(({ line }) => line === at || line === 0)).toEqual([]);
  });
});
