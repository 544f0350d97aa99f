// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { wholeOf } from './cursor.ts';
import { formulaOf } from './formula-of.ts';
import { readCondition } from './read-condition.ts';
import { reading, scan } from './scan.ts';
import { DecimalValue, EntityValue } from './value.ts';

const read = (text: string) => reading(() => formulaOf(readCondition(wholeOf(scan({ name: 'p.dw', text })))));
function formula(text: string) {
  const got = read(text);
  if (!got.ok) throw new Error(got.problem.message);
  return got.value;
}
const p = (id: string, fields = '') => `N::Action::"${id}"::request{${fields}}`;
const predicate = (actionId: string) => ({
  kind: 'predicate',
  actionType: 'N::Action',
  actionId,
  event: 'request',
  fields: [],
});
const [a, b] = [predicate('A'), predicate('B')];

describe('what binds tighter', () => {
  test.each<[rule: string, text: string, want: unknown]>([
    ['a predicate alone', p('A'), a],
    ['`!` before `&&`', `!${p('A')} && ${p('B')}`, { kind: 'and', parts: [{ kind: 'not', body: a }, b] }],
    [
      '`!` before `since`',
      `!${p('A')} since within 1h ${p('B')}`,
      { kind: 'since', within: 3600, left: { kind: 'not', body: a }, right: b },
    ],
    [
      '`since` before `&&`',
      `${p('A')} && ${p('A')} since within 2d ${p('B')}`,
      { kind: 'and', parts: [a, { kind: 'since', within: 172_800, left: a, right: b }] },
    ],
    [
      'brackets before all',
      `!(${p('A')} && ${p('B')})`,
      { kind: 'not', body: { kind: 'and', parts: [a, b] } },
    ],
    [
      'what follows `exists` is in it',
      `exists (x: Long). ${p('A')} && ${p('B')}`,
      { kind: 'exists', binder: { name: 'x', type: 'Long' }, body: { kind: 'and', parts: [a, b] } },
    ],
    [
      'unless brackets end it',
      `(exists (x: Long). ${p('A')}) && ${p('B')}`,
      { kind: 'and', parts: [{ kind: 'exists', binder: { name: 'x', type: 'Long' }, body: a }, b] },
    ],
    [
      'comments are nothing',
      `// x\n ! // y\n !${p('A')} // z`,
      { kind: 'not', body: { kind: 'not', body: a } },
    ],
    [
      'formerly takes one predicate',
      `formerly within 90s ${p('A')}`,
      { kind: 'formerly', within: 90, body: a },
    ],
    ['previous takes brackets', `previous within 5m (${p('A')})`, { kind: 'previous', within: 300, body: a }],
    ['a predicate with more fields', `${p('A')}{}{}`, undefined],
  ])('%s', (_rule, text, want) => {
    if (want === undefined) expect(() => formula(text)).toThrow();
    else expect(formula(text)).toEqual(want);
  });
});

describe('values', () => {
  test.each<[text: string, want: unknown]>([
    ['"a\\n\\u{e_9}\\x41\\0"', { kind: 'value', value: 'a\né\x41\0' }],
    ['-1', { kind: 'value', value: -1 }],
    ['9223372036854775807', { kind: 'value', value: 9223372036854775807n }],
    ['-9223372036854775808', { kind: 'value', value: -9223372036854775808n }],
    ['true', { kind: 'value', value: true }],
    ['decimal("1.50")', { kind: 'value', value: new DecimalValue('1.50') }],
    ['A::B::"x\\"y"', { kind: 'value', value: new EntityValue('A::B', 'x"y') }],
    ['[1, "a"]', { kind: 'value', value: [1, 'a'] }],
    [
      '[1, x]',
      {
        kind: 'array',
        items: [
          { kind: 'value', value: 1 },
          { kind: 'variable', name: 'x' },
        ],
      },
    ],
    ['context.input.x', { kind: 'reference', root: 'context', path: ['input', 'x'] }],
    ['principal', { kind: 'reference', root: 'principal', path: [] }],
    ['resource.owner', { kind: 'reference', root: 'resource', path: ['owner'] }],
    ['principalId', { kind: 'variable', name: 'principalId' }],
    ['__proto__', { kind: 'variable', name: '__proto__' }],
    ['_', { kind: 'wildcard' }],
    ['*', { kind: 'wildcard' }],
  ])('%s', (text, want) => {
    const { fields } = formula(p('A', `input.x: ${text}`)) as unknown as { fields: unknown };
    expect(fields).toEqual([{ path: ['input', 'x'], term: want }]);
  });
});

test('an aggregate is greedy to the right, so on the left it stands in brackets', () => {
  const count = { kind: 'count', binders: [{ name: 't', type: 'Timepoint' }], where: a };
  const n = { kind: 'variable', name: 'n' };
  expect(formula(`(count for (t: Timepoint). where ${p('A')}) == n`)).toEqual({
    kind: 'compare',
    op: '==',
    left: count,
    right: n,
  });
  expect(formula(`n < count for (t: Timepoint). where ${p('A')}`)).toMatchObject({ op: '<', right: count });
  expect(formula(`(sum v for (v: Long), (t: Timepoint). where ${p('A')}) >= -5`)).toMatchObject({
    left: { kind: 'sum', of: 'v' },
  });
});

describe('what is refused, and where', () => {
  test.each<[what: string, text: string, column: number, message: string]>([
    ['no window', `formerly ${p('A')}`, 10, '`within`'],
    ['a window without a unit', `formerly within 5 ${p('A')}`, 17, 'such as `1h`'],
    ['a window of weeks', `formerly within 1w ${p('A')}`, 17, 'such as `1h`'],
    ['a negative window', `formerly within -1h ${p('A')}`, 17, 'such as `1h`'],
    ['a window too long to count', `formerly within 99999999999999999d ${p('A')}`, 17, 'too long'],
    ['no kind of event', 'formerly within 1h N::Action::"A"{}', 34, 'kind of event'],
    ['an empty kind of event', 'N::Action::"A"::{}', 17, 'kind of event'],
    ['an operator in an operator', `formerly within 1h previous within 1h ${p('A')}`, 20, 'in brackets'],
    ['a `!` in an operator', `formerly within 1h !${p('A')}`, 20, 'in brackets'],
    ['an `or`', `${p('A')} || ${p('B')}`, 27, '`&&` or the end'],
    ['since twice', `${p('A')} since within 1h ${p('A')} since within 1h ${p('B')}`, 69, '`&&` or the end'],
    ['a value alone', 'context.input.x', 16, 'comparison operator'],
    ['a predicate as a value', `x == ${p('A')}`, 20, 'a condition, not a value'],
    ['aggregates of old', 'count where N::Action::"A"::request{} > 1', 7, '`for`'],
    ['a comma after the fields', p('A', 'x: 1,'), 30, 'the name of a field'],
    ['an escape that is none', p('A', 'x: "\\q"'), 28, 'escape'],
    ['a number past 64 bits', p('A', 'x: 9223372036854775808'), 28, '64 bits'],
    ['a very long number', p('A', `x: ${'9'.repeat(5000)}`), 28, '64 bits'],
    ['a bracket that is not closed', '(N::Action::"A"::request{}', 1, 'not closed'],
    ['a bracket that closes another', '(N::Action::"A"::request{)}', 26, 'expected `}`'],
    ['an invisible character', `${p('A')}\u00a0`, 26, 'U+00A0'],
    ['nothing', '', 1, 'the end'],
    ['brackets too deep', '('.repeat(101), 101, 'nested'],
    ['negations too deep', `${'!'.repeat(301)}${p('A')}`, 302, 'too deep'],
  ])('%s', (_what, text, column, message) => {
    const got = read(text);
    expect(got.ok ? 'accepted' : got.problem).toMatchObject({
      line: 1,
      column: expect.any(Number),
      message: expect.stringContaining(message),
    });
    expect(got.ok ? 0 : got.problem.column).toBe(column);
  });
});
