// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { createEngine } from './engine.ts';
import { exactJson } from './exact.ts';

const engine = createEngine();

function read(text: string): unknown {
  const answer = engine.run((cedar) => cedar.policyToJson(text));
  return answer.type === 'success' ? answer.json : undefined;
}

function body(condition: string): unknown {
  const text = `permit (principal, action, resource) when { ${condition} };`;
  const json = exactJson(text, read(text), read) as { conditions: readonly [{ body: unknown }] };
  return json.conditions[0].body;
}

const value = (json: unknown) => ({ Value: json });

test.each<[condition: string, want: unknown]>([
  ['9007199254740993 == 1', { '==': { left: value(9007199254740993n), right: value(1) } }],
  ['1 == -9223372036854775808', { '==': { left: value(1), right: value(-(2n ** 63n)) } }],
  [
    '1 == -(-9223372036854775808)',
    { '==': { left: value(1), right: { neg: { arg: value(-(2n ** 63n)) } } } },
  ],
  [
    '9223372036854775807 == -9007199254740991',
    { '==': { left: value(2n ** 63n - 1n), right: value(-9007199254740991) } },
  ],
  [
    '{z: 9007199254740993, a: 9007199254740995} == 1',
    {
      '==': {
        left: { Record: { a: value(9007199254740995n), z: value(9007199254740993n) } },
        right: value(1),
      },
    },
  ],
  [
    '"9007199254740993" == 1 // 9007199254740993 "',
    { '==': { left: value('9007199254740993'), right: value(1) } },
  ],
  ['00000000000000000000000005 == 1', { '==': { left: value(5), right: value(1) } }],
])('%s', (condition, want) => {
  expect(body(condition.includes('//') ? `${condition}\n` : condition)).toEqual(want);
});

test('a text that could be taken for a number is none', () => {
  const condition = 'duration("long-0:9007199254740993") == context.x && 9007199254740993 == 1';
  expect(body(condition)).toEqual({
    '&&': {
      left: {
        '==': {
          left: { duration: [value('long-0:9007199254740993')] },
          right: { '.': { left: { Var: 'context' }, attr: 'x' } },
        },
      },
      right: { '==': { left: value(9007199254740993n), right: value(1) } },
    },
  });
});

test('what cannot be proved is left rounded, which nobody compiles', () => {
  const text = 'permit (principal, action, resource) when { 9007199254740993 == 1 };';
  const rounded = read(text);
  expect(exactJson(text, rounded, () => undefined)).toBe(rounded);
  const other = read('permit (principal, action, resource) when { 9007199254740993 == 2 };');
  expect(exactJson(text, rounded, () => other)).toBe(rounded);
});
