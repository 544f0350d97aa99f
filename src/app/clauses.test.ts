// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bodyOf, clausesOf } from './clauses.ts';

test.each<[what: string, policy: string, clauses: readonly string[]]>([
  ['a scope alone', 'permit (principal, action, resource);', ['permit (principal, action, resource)']],
  [
    'what `&&` joins is one clause each',
    'forbid (principal, action, resource) when { a && b.c > (1 && 2) && d };',
    ['forbid (principal, action, resource)', 'a', 'b.c > (1 && 2)', 'd'],
  ],
  [
    'what anything weaker mixes stays whole',
    'permit (principal, action, resource) when { a && b || c };',
    ['permit (principal, action, resource)', 'when { a && b || c }'],
  ],
  [
    'an `if` reaches to the end, so it stays whole',
    'permit (principal, action, resource) when { a && if b then c else d && e };',
    ['permit (principal, action, resource)', 'when { a && if b then c else d && e }'],
  ],
  [
    'a weaker word inside of brackets is no matter',
    'permit (principal, action, resource) when { (a || b) && { "x": if c then 1 else 2 } has x };',
    ['permit (principal, action, resource)', '(a || b)', '{ "x": if c then 1 else 2 } has x'],
  ],
  [
    '`unless` stays whole: all of it together is what must be false',
    'permit (principal, action, resource) unless { a && b } when { c };',
    ['permit (principal, action, resource)', 'unless { a && b }', 'when { c }'],
  ],
  [
    'strings and comments are neither brackets nor words',
    'permit (principal, action, resource)\n// } && {\nwhen { a == "} && ; //" && b };',
    ['permit (principal, action, resource)', 'a == "} && ; //"', 'b'],
  ],
  [
    'annotations are not part of it',
    '@id("x") @reason("permit (a) when { b }")\npermit (principal, action, resource);',
    ['permit (principal, action, resource)'],
  ],
  ['what is no policy has none', 'when { a }', []],
])('%s', (_what, policy, clauses) => {
  expect(clausesOf(policy).map(({ text }) => text)).toEqual(clauses);
});

test('each clause comes with all before it, and the last one is the policy', () => {
  const policy = 'permit (principal, action, resource) when { a && b } unless { c };';
  expect(clausesOf(policy).map(({ upToHere }) => upToHere.replaceAll(/\s+/g, ' '))).toEqual([
    'permit (principal, action, resource)',
    'permit (principal, action, resource) when { a }',
    'permit (principal, action, resource) when { a && b }',
    'permit (principal, action, resource) when { a && b } unless { c }',
  ]);
});

test('the body of a policy starts at its effect', () => {
  expect(bodyOf('@id("a") // permit\n@owner("forbid")\nforbid (principal, action, resource);')).toBe(
    'forbid (principal, action, resource);',
  );
});

test('no text makes it throw', () => {
  const piece = fc.constantFrom(
    'permit',
    '(',
    ')',
    '{',
    '}',
    'when',
    '&&',
    '||',
    '"',
    '//',
    '\n',
    '@',
    'a',
    ';',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      expect(Array.isArray(clausesOf(pieces.join(' ')))).toBe(true);
    }),
  );
});
