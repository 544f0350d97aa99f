// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { splitPolicies } from '../../core/policy/source.ts';
import { lowerFiles } from './conditions.ts';
import { createEngine } from './engine.ts';
import { createFormatter } from './format.ts';

const format = createFormatter();
const of = (text: string) => format({ name: 'a.cedar', text });
const starter = readFileSync(join(import.meta.dirname, '../../../policies/starter.cedar'), 'utf8');

function policiesIn(text: string): readonly string[] {
  const split = splitPolicies({ name: 'a.cedar', text });
  if (!split.ok) throw new Error(split.problem.message);
  const engine = createEngine();
  return split.policies.map((one) => JSON.stringify(engine.run((cedar) => cedar.policyToJson(one.text))));
}

describe('what is laid out', () => {
  test.each<[what: string, text: string]>([
    ['the starter policies', starter],
    [
      'comments in every place',
      '// a\n@id("a") // b\npermit ( // c\nprincipal, action, resource) // d\nwhen { // e\n context.x // f\n == 1 } // g\n; // h\n// i\n',
    ],
    [
      'what looks like a comment in a text',
      '@id("a") @reason("see http://x // y") permit (principal, action, resource) when { context.a == "// z" };',
    ],
    [
      'two of one kind',
      '@id("b") permit (principal, action, resource); @id("a") permit (principal, action, resource);',
    ],
    ['nothing at all', ''],
  ])('%s: reads as before, keeps its comments, and stays so', (_what, text) => {
    const done = of(text);
    if (done.kind !== 'formatted') throw new Error(JSON.stringify(done));
    expect(policiesIn(done.text)).toEqual(policiesIn(text));
    for (const [comment] of text.matchAll(/\/\/ [a-i]$/gm)) expect(done.text).toContain(comment);
    expect(of(done.text)).toEqual(done);
  });

  test('as Cedar does it', () => {
    expect(of('@id("a") permit(principal,action,resource)when{context.x==1};')).toEqual({
      kind: 'formatted',
      text: '@id("a")\npermit (principal, action, resource)\nwhen { context.x == 1 };\n',
      left: 0,
    });
  });
});

describe('what stays as it is', () => {
  test('a policy with conditions over history; those beside it are laid out where they stand', () => {
    const text =
      '// a\n@id("a") permit (principal, action, resource) when temporal { formerly within 1h Action::"x"::request{} };\n\n\n// b\n@id("b") permit(principal,action,resource); // c\n';
    const done = of(text);
    expect(done).toEqual({
      kind: 'formatted',
      text: text.replace(
        '@id("b") permit(principal,action,resource)',
        '@id("b")\npermit (principal, action, resource)',
      ),
      left: 1,
    });
    expect(done.kind === 'formatted' && of(done.text)).toEqual(done);
  });

  test('the policies of the example still mean the same', () => {
    const path = join(import.meta.dirname, '../../../examples/history/policies/history.cedar');
    const text = readFileSync(path, 'utf8');
    const done = of(text);
    if (done.kind !== 'formatted') throw new Error(done.kind);
    expect(done.left).toBe(3);
    const conditions = (from: string) =>
      lowerFiles([{ name: 'a', text: from }]).conditions.map(({ condition }) => condition);
    expect(conditions(done.text)).toEqual(conditions(text));
    expect(of(done.text)).toEqual(done);
  });

  test('a file with definitions', () => {
    expect(of('def temporal f(?s) { ?s{} };')).toMatchObject({
      kind: 'left',
      why: expect.stringContaining('definitions'),
    });
  });

  test.each<[what: string, text: string, line: number]>([
    ['no Cedar, though a comment says temporal {', '// temporal {\npermit (', 2],
    ['no Cedar at all', 'hello', 1],
    [
      'no Cedar beside a condition over history',
      '@id("a") permit (principal, action, resource) when temporal { x };\n\n@id("b")\npermit (principal);',
      4,
    ],
  ])('%s is refused with its place', (_what, text, line) => {
    expect(of(text)).toMatchObject({ kind: 'refused', problems: [{ file: 'a.cedar', line }] });
  });
});
