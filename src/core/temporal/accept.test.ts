// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { accept } from './accept.ts';
import { wholeOf } from './cursor.ts';
import { readCondition } from './read-condition.ts';
import { reading, scan } from './scan.ts';

function refused(text: string): string | undefined {
  const file = { name: 'p.dw', text };
  const read = reading(() => accept(file, readCondition(wholeOf(scan(file)))));
  return read.ok ? undefined : read.problem.message;
}
const e = (id: string, fields = '') => `N::Action::"${id}"::request{ ${fields} }`;
const ever = (id: string, fields = '') => `formerly within 1h ${e(id, fields)}`;
const countOf = (u: string) =>
  `(count for (t: Timepoint). where formerly within 1h (${e('A', `u: ${u}`)} && tp(t)))`;

describe('what can be monitored', () => {
  test.each<[rule: string, text: string]>([
    ['a condition without variables', ever('A', 'u: context.input.user')],
    ['a variable that a field restricts', `exists (u: String). ${ever('A', 'u: u')}`],
    ['one that `tp` restricts', `exists (t: Timepoint). (${e('A')} && tp(t))`],
    ['one that an equality restricts', 'exists (n: Long). (5 == n && n > 2)'],
    ['one that is equal to an aggregate', `exists (n: Long). (${countOf('*')} == n && n > 2)`],
    ['a filter after what restricts', `exists (a: Long). (${ever('A', 'n: a')} && a > 100)`],
    [
      'a negation after what restricts',
      `exists (u: String). (${ever('A', 'u: u')} && !${ever('B', 'u: u')})`,
    ],
    [
      'a correlated aggregate in a nested chain',
      `exists (u: String). (${ever('A', 'u: u')} && exists (n: Long). (${countOf('u')} == n && n >= 2))`,
    ],
    [
      'a since whose anchor restricts',
      `exists (u: String). (!${e('A', 'u: u')} since within 1h ${e('B', 'u: u')})`,
    ],
    [
      'a since whose left was restricted before',
      `exists (u: String). (${ever('C', 'u: u')} && ${e('A', 'u: u')} since within 1h ${e('B')})`,
    ],
    [
      'the same name inside and outside of an aggregate',
      `exists (t: Long). ((count for (t: Timepoint). where (${e('A')} && tp(t))) == t && t == 1)`,
    ],
    ['brackets around what comes first', `exists (a: Long). ((${ever('A', 'n: a')}) && (a > 1 && a < 5))`],
  ])('%s', (_rule, text) => expect(refused(text)).toBeUndefined());
});

describe('what cannot', () => {
  test.each<[rule: string, text: string, message: string]>([
    ['a free variable', ever('A', 'u: u'), '`u` is bound by nothing'],
    ['a free variable in a filter', `${ever('A', 'n: a')} && a > 1`, '`a` is bound by nothing'],
    ['a timepoint outside of a binder', `${e('A')} && tp(t)`, '`t` is bound by nothing'],
    ['an infinite domain', 'exists (x: Long). (0 < x && x < 2)', 'which values `x` may have'],
    ['a restriction under `!`', `exists (u: String). !${e('A', 'u: u')}`, 'which values `u` may have'],
    ['one under two of them', `exists (u: String). !(!${e('A', 'u: u')})`, 'which values `u` may have'],
    ['one by a wildcard', 'exists (u: String). u == *', 'which values `u` may have'],
    [
      'one on the left of since only',
      `exists (u: String). (${e('A', 'u: u')} since within 1h ${e('B')})`,
      'which values `u` may have',
    ],
    [
      'a filter before what restricts',
      `exists (a: Long). (a > 1 && ${ever('A', 'n: a')})`,
      'put what binds it first',
    ],
    [
      'a correlated aggregate before what restricts',
      `exists (u: String). exists (n: Long). (${countOf('u')} == n && n > 1 && ${ever('A', 'u: u')})`,
      '`u` is used in a comparison',
    ],
    [
      'the left of since restricted later',
      `exists (u: String). ((${e('A', 'u: u')} since within 1h ${e('B')}) && ${ever('C', 'u: u')})`,
      'on the left of `since`',
    ],
    [
      'a binder that hides what was restricted',
      `exists (a: Long). (${ever('A', 'n: a')} && exists (a: Long). (a > 1 && ${ever('B', 'n: a')}))`,
      'put what binds it first',
    ],
    [
      'a summand outside of the for list',
      `exists (a: Long). (${e('A', 'n: a')} && (sum a for (t: Timepoint). where (${e('A')} && tp(t))) > 1)`,
      'must be in its `for` list',
    ],
    ['an unused for variable', `0 < count for (x: String). where ${e('A')}`, 'does not occur'],
    [
      'a for variable under `!`',
      `0 < count for (x: String). where (${e('B')} && !${e('A', 'u: x')})`,
      'which values `x` may have',
    ],
    [
      'an aggregate in a field',
      e('A', 'n: count for (t: Timepoint). where tp(t)'),
      'one side of a comparison',
    ],
    ['an aggregate in a list', '[count for (t: Timepoint). where tp(t)] == 3', 'one side of a comparison'],
    ['an aggregate in a list in a field', e('A', 'n: [[count for (t: Timepoint). where tp(t)]]'), 'one side'],
  ])('%s', (_rule, text, message) => expect(refused(text)).toContain(message));
});
