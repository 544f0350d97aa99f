// SPDX-License-Identifier: Apache-2.0
// What docs/baseline.md says of each rule is what the pack says, and every control that a policy names exists.
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Policy } from '../../src/core/decision/verdict.ts';
import { readPolicy } from '../../src/core/policy/annotations.ts';
import { splitPolicies } from '../../src/core/policy/source.ts';
import { families, familyOf, inFull } from '../controls.ts';
import { requirements } from '../requirements.ts';

const root = join(import.meta.dirname, '../..');

function policiesIn(pattern: string): readonly Policy[] {
  return globSync(pattern, { cwd: root })
    .sort()
    .flatMap((name) => {
      const file = { name, text: readFileSync(join(root, name), 'utf8') };
      const split = splitPolicies(file);
      if (!split.ok) throw new Error(JSON.stringify(split.problem));
      return split.policies.map((source) => {
        const read = readPolicy(file, source);
        if (!read.ok) throw new Error(JSON.stringify(read.problems));
        return read.policy;
      });
    });
}

const rules = policiesIn('policies/baseline/*.cedar');

/** The columns of controls, each with the families in it and what is left out of their ids. */
const columns: readonly (readonly [families: readonly string[], prefix: RegExp])[] = [
  [['OWASP-ASI', 'OWASP-NHI', 'OWASP-LLM'], /^OWASP-/],
  [['NIST-AI-RMF'], /^NIST-AI-RMF-/],
  [['NIST-CSF'], /^NIST-CSF-/],
  [['MAESTRO'], /^MAESTRO-/],
  [['MITRE-ATLAS'], /^MITRE-ATLAS-/],
  [['AARM'], /^AARM-/],
];

function row({ id, effect, remedy, controls }: Policy): string {
  const outcome =
    effect === 'permit'
      ? 'permit'
      : remedy?.kind === 'step_up'
        ? `step_up (${remedy.approvers.join(', ')})`
        : remedy?.kind === 'narrow'
          ? 'modify'
          : 'deny';
  const cells = columns.map(([of, prefix]) => {
    const own = controls.filter((control) => of.includes(familyOf(control) ?? ''));
    return (
      own.map((control) => control.replace(prefix, '').replace(/^([A-Z]+)-(?=\d)/, '$1 ')).join(', ') || '-'
    );
  });
  return [`\`${id.replace('baseline.', '')}\``, outcome, ...cells].join(' | ');
}

test('the page has each rule with its outcome and its controls, in the order of the pack', () => {
  const page = readFileSync(join(root, 'docs/baseline.md'), 'utf8');
  const told = page.split('\n').filter((line) => line.startsWith('| `'));
  // What a rule does is said there in words of its own.
  const withoutWords = told.map((line) => {
    const [, id, outcome, words, ...controls] = line.split('|').map((cell) => cell.trim());
    expect(words?.length, id).toBeGreaterThan(4);
    return [id, outcome, ...controls.slice(0, -1)].join(' | ');
  });
  expect(withoutWords).toEqual(rules.map(row));
});

test('every rule has an owner, a reason for the model, and controls of each family', () => {
  for (const { id, owner, reason, controls } of rules) {
    expect([id, owner?.length ?? 0, reason?.length ?? 0]).toEqual([
      expect.stringMatching(/^baseline\.[a-z-]+$/),
      expect.toSatisfy((length: number) => length > 3),
      expect.toSatisfy((length: number) => length > 20),
    ]);
    const named = new Set(controls.map(familyOf));
    // The page says why not all have one of OWASP NHI and of ATLAS.
    for (const family of ['OWASP-ASI', 'NIST-AI-RMF', 'NIST-CSF', 'MAESTRO', 'AARM'])
      expect(named, `${id}: ${family}`).toContain(family);
    expect(new Set(controls).size, id).toBe(controls.length);
  }
});

test('the lists of ids are as long as those that they are of', () => {
  expect(families['NIST-AI-RMF']).toHaveLength(72);
  expect(families['NIST-CSF']).toHaveLength(106);
});

test('every control that a policy or a promise names exists', () => {
  const named = [
    ...policiesIn('{policies,examples}/**/*.cedar').flatMap(({ id, controls }) =>
      controls.map((control) => [id, control] as const),
    ),
    ...Object.entries(requirements).flatMap(([id, { controls }]) =>
      controls.map((control) => [id, inFull(control)] as const),
    ),
  ];
  expect(named.length).toBeGreaterThan(200);
  expect(named.filter(([, control]) => familyOf(control) === undefined)).toEqual([]);
});
