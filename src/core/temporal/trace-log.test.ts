// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { askedOf, readTrace } from './trace-log.ts';
import { DecimalValue, EntityValue, type TemporalValue } from './value.ts';

const read = (text: string) => readTrace({ name: 't.log', text });
function points(text: string) {
  const got = read(text);
  if (!got.ok) throw new Error(JSON.stringify(got.problems));
  return got.points;
}
const [ada, door] = [new EntityValue('N::U', 'ada'), new EntityValue('Door', 'a)b')];

test('a line is an event with what is logged, who asked with what, and what is known of them', () => {
  expect(
    points(
      '@-5 scope(principal: N::U::"ada", resource: Door::"a)b") entities(N::U::"ada": { n: 1 } in [T::"x", T::"y"], Door::"a)b": {}) request_context(input: { s: ") }" }) N::Action::"Op\\"en"::done(input: { x: 1 }, who: N::U::"ada",)',
    ),
  ).toEqual([
    {
      time: '-5',
      event: {
        actionType: 'N::Action',
        actionId: 'Op"en',
        kind: 'done',
        at: -5000,
        fields: new Map<string, TemporalValue>([
          ['input', new Map([['x', 1]])],
          ['who', ada],
        ]),
      },
      principal: ada,
      resource: door,
      entities: [
        {
          uid: ada,
          attrs: new Map([['n', 1]]),
          parents: [new EntityValue('T', 'x'), new EntityValue('T', 'y')],
        },
        { uid: door, attrs: new Map(), parents: [] },
      ],
      context: new Map([['input', new Map([['s', ') }']])]]),
    },
  ]);
});

test('places count lines that are not blank, in any order of time; comments are none', () => {
  expect(points('\n@5 Action::"a"::x()\r\n\n@3 Action::"a"::x()\n').map(({ time }) => time)).toEqual([
    '5',
    '3',
  ]);
  expect(read('// nothing').ok).toBe(false);
});

describe('values', () => {
  test.each<[text: string, want: TemporalValue]>([
    ['null', null],
    ['true', true],
    ['-30', -30],
    ['9223372036854775807', 9223372036854775807n],
    ['9223372036854775808', '9223372036854775808'],
    ['0.50', new DecimalValue('0.50')],
    ['1e5', '1e5'],
    ['hello world', 'hello world'],
    ['2024-01-01T00:00:00Z', '2024-01-01T00:00:00Z'],
    ['"a\\tb\\q\\u{e9}"', 'a\tb\\qé'],
    ['N::U::"ada"', ada],
    ['[1, [], "a",]', [1, [], 'a']],
    [
      '{ a: { b: 1 }, "c d": 2, }',
      new Map<string, TemporalValue>([
        ['a', new Map([['b', 1]])],
        ['c d', 2],
      ]),
    ],
    [
      '{ __proto__: 1, constructor: 2 }',
      new Map([
        ['__proto__', 1],
        ['constructor', 2],
      ]),
    ],
  ])('%s', (text, want) =>
    expect(points(`@0 Action::"a"::x(v: ${text})`)[0]?.event.fields.get('v')).toEqual(want),
  );
});

test('who asks comes with attributes, where there are some', () => {
  const [point] = points(
    '@0 scope(principal: N::U::"ada", resource: Door::"a)b") entities(N::U::"ada": { n: 1 }) Action::"a"::x()',
  );
  expect(point && askedOf(point)).toEqual({
    context: new Map(),
    principal: { uid: ada, attrs: new Map([['n', 1]]) },
    resource: { uid: door, attrs: new Map() },
  });
  const [without] = points('@0 scope(principal: N::U::"ada") Action::"a"::x()');
  expect(without && askedOf(without)).toBeUndefined();
});

describe('what is refused, and where', () => {
  test.each<[what: string, line: string, column: number, message: string]>([
    ['no time', 'Action::"a"::x()', 1, 'expected `@`'],
    ['a time that is none', '@now Action::"a"::x()', 2, 'time in seconds'],
    ['no kind', '@0 Action::"a"(x: 1)', 15, 'expected `::`'],
    ['no end', '@0 Action::"a"::x(a: 1', 23, 'ends with `)`'],
    ['more after the end', '@0 Action::"a"::x() y', 22, 'ends with `)`'],
    ['a field twice', '@0 Action::"a"::x(a: 1, a: 2)', 25, '`a` stands there twice'],
    ['a key twice', '@0 Action::"a"::x(a: { b: 1, b: 2 })', 30, '`b` stands there twice'],
    ['an entity twice', '@0 entities(U::"a": {}, U::"a": {}) Action::"a"::x()', 25, 'twice'],
    ['a principal twice', '@0 scope(principal: U::"a", principal: U::"b") Action::"a"::x()', 29, 'twice'],
    ['a scope with more', '@0 scope(action: U::"a") Action::"a"::x()', 10, 'the scope has'],
    ['a principal that is no entity', '@0 scope(principal: "a") Action::"a"::x()', 21, 'expected an entity'],
    ['a string without end', '@0 Action::"a"::x(a: "b)', 22, 'expected a string'],
    ['a value that is missing', '@0 Action::"a"::x(a: , b: 1)', 22, 'expected a value'],
    ['values too deep', `@0 Action::"a"::x(a: ${'['.repeat(200)}${']'.repeat(200)})`, 150, 'nested'],
  ])('%s', (_what, line, column, message) => {
    const got = read(`@0 Action::"a"::x()\n${line}`);
    expect(got.ok ? 'accepted' : got.problems).toEqual([
      { file: 't.log', line: 2, column, message: expect.stringContaining(message) },
    ]);
  });
});
