// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { maxPolicyFileLength, splitPolicies } from './source.ts';

const file = (text: string) => ({ name: 'x.cedar', text });
function split(text: string) {
  const read = splitPolicies(file(text));
  if (!read.ok) throw new Error(read.problem.message);
  return read.policies;
}

describe('a policy', () => {
  test.each<[what: string, text: string]>([
    ['alone', 'forbid (principal, action, resource);'],
    [
      'after a comment that ends like a policy',
      '// permit (principal, action, resource);\nforbid (principal, action, resource);',
    ],
    ['after a comment that a carriage return ends', '// nothing\rforbid (principal, action, resource);'],
    [
      'with comments between annotation and effect',
      '@id("a") // permit\n forbid // permit\n(principal, action, resource);',
    ],
    [
      'with an effect in its annotations',
      '@id("permit") @reason("forbid; permit (") forbid (principal, action, resource);',
    ],
    [
      'with strings that look like ends',
      'forbid (principal, action, resource) when { context.x == "; // \\" ;" };',
    ],
  ])('%s is turned into a permit and nothing else changes', (_what, text) => {
    const [policy, ...more] = split(text);
    expect(more).toEqual([]);
    expect(policy?.effect).toBe('forbid');
    expect(policy?.asPermit.length).toBe(policy?.text.length);
    const at = policy?.text.search(/forbid\s*(\/\/.*\s*)?\(p/) ?? -1;
    expect(policy?.asPermit).toBe(`${policy?.text.slice(0, at)}permit${policy?.text.slice(at + 6)}`);
  });

  test('a permit stays as it is', () => {
    const [policy] = split('@id("forbid") permit (principal, action, resource) when { "forbid" == "x" };');
    expect(policy?.asPermit).toBe(policy?.text);
  });

  test('the text is what was published, without what stands around it', () => {
    const [first, second] = split(
      '// a\n@id("a")\npermit (principal, action, resource);\n\n// b\n@id("b") forbid (principal, action, resource) ; // c',
    );
    expect(first?.text).toBe('@id("a")\npermit (principal, action, resource);');
    expect(second?.text).toBe('@id("b") forbid (principal, action, resource) ;');
  });
});

test('nothing but space and comments is no policy', () => {
  expect(split('\n// nothing here\r\n\t ')).toEqual([]);
});

test.each<[rule: string, written: string, want: string]>([
  ['plain', 'a b', 'a b'],
  ['quotes and backslashes', '\\"a\\" \\\\', '"a" \\'],
  ['code points', '\\u{e9}\\u{1F600}', 'é\u{1F600}'],
  ['lines and tabs', 'a\\nb\\tc', 'a\nb\tc'],
])('annotation values: %s', (_rule, written, want) => {
  expect(split(`@reason("${written}") permit (principal, action, resource);`)[0]?.annotations[0]?.value).toBe(
    want,
  );
});

test.each<[rule: string, text: string, line: number, column: number, message: string]>([
  ['a string without end', 'permit (principal, action, resource)\nwhen { "x };', 2, 8, 'does not end'],
  ['no semicolon', '\n  permit (principal, action, resource)', 2, 3, 'does not end with `;`'],
  ['no effect', '@id("a") allow (principal, action, resource);', 1, 10, 'expected `permit`'],
  ['only an annotation', '@id("a")', 1, 9, 'expected `permit`'],
  ['an annotation without a value', '@id permit (principal, action, resource);', 1, 1, '@id("...")'],
  ['an annotation with a number', '@quorum(2) forbid (principal, action, resource);', 1, 1, '@quorum("...")'],
  ['an annotation twice', '@id("a")\n@id("b") permit (principal, action, resource);', 2, 1, 'twice'],
  ['an unknown escape', '@id("a\\q") permit (principal, action, resource);', 1, 5, 'escapes'],
  ['a code point that is none', '@id("\\u{d800}") permit (principal, action, resource);', 1, 5, 'escapes'],
  ['a template', 'permit (principal == ?principal, action, resource);', 1, 22, 'templates'],
  ['an invisible space', 'permit\u00a0(principal, action, resource);', 1, 7, 'no meaning'],
  ['a line separator', '// x\u2028\nx\u2028', 2, 2, 'no meaning'],
  [
    'a columns after a wide character',
    '@id("\u{1F600}") § permit (principal, action, resource);',
    1,
    11,
    '`§`',
  ],
  ['lines as editors count them', '// a\r\n// b\r// c\n  §', 4, 3, '`§`'],
])('%s is refused with its place', (_rule, text, line, column, message) => {
  expect(splitPolicies(file(text))).toEqual({
    ok: false,
    problem: { file: 'x.cedar', line, column, message: expect.stringContaining(message) },
  });
});

test('files and numbers of policies are bounded', () => {
  expect(splitPolicies(file(' '.repeat(maxPolicyFileLength + 1))).ok).toBe(false);
  expect(splitPolicies(file('permit (principal, action, resource);\n'.repeat(1001))).ok).toBe(false);
});
