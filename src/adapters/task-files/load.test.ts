// SPDX-License-Identifier: Apache-2.0
// What a template may say, and where a mistake is reported.
import { describe, expect, test } from 'vitest';
import { loadTemplates } from './load.ts';

const load = (text: string) => loadTemplates([{ name: 't.yaml', text }]);
const good = 'type: t\ncapabilities:\n  - classes: [read]\n';

test.each<[rule: string, text: string, problem: string]>([
  [
    'a key that nobody knows',
    `${good}capabilites: []\n`,
    't.yaml:4:1: a template has no `capabilites` (did you mean `capabilities`?)',
  ],
  [
    'no type',
    'capabilities: []\n',
    't.yaml:1:1: a template has a lower-case `type`: `support`, `ci.release`',
  ],
  ['no capabilities', 'type: t\n', 't.yaml:1:1: a template has a list of at most 64 `capabilities`'],
  [
    'a capability for nothing',
    'type: t\ncapabilities:\n  - servers: [x]\n',
    't.yaml:3:5: a capability says what it is for: `actions`, `classes` or `tools`',
  ],
  [
    'an empty list',
    'type: t\ncapabilities:\n  - actions: []\n',
    't.yaml:3:14: `actions` has from 1 to 256 items',
  ],
  [
    'a class that there is not',
    'type: t\ncapabilities:\n  - classes: [raed]\n',
    't.yaml:3:14: `raed` is no action class (did you mean `read`?)',
  ],
  [
    'a pattern',
    `${good}    args: { to: { matches: '.*' } }\n`,
    't.yaml:4:19: the argument `to` has no `matches`',
  ],
  [
    'a negation',
    `${good}    args: { to: { not_one_of: [a] } }\n`,
    't.yaml:4:19: the argument `to` has no `not_one_of`',
  ],
  [
    'two constraints in one',
    `${good}    args: { to: { one_of: [a], within_path: [b] } }\n`,
    't.yaml:4:17: the argument `to` has one constraint',
  ],
  [
    'a path with a second reading',
    `${good}    args: { to: { within_path: [/a/../b] } }\n`,
    't.yaml:4:32: `/a/../b` is no plain path',
  ],
  [
    'a wild host',
    `${good}    args: { to: { within_host: ['*.example.com'] } }\n`,
    't.yaml:4:32: `*.example.com` is no host',
  ],
  [
    'an interval that is none',
    `${good}    args: { n: { integer: { min: 2, max: 1 } } }\n`,
    't.yaml:4:27: an `integer` lies from `min` to `max`',
  ],
  [
    'an interval of text',
    `${good}    args: { n: { integer: { min: '2' } } }\n`,
    't.yaml:4:34: `min` (or a parameter) must be a whole number',
  ],
  [
    'a parameter that nobody declared',
    `${good}    args: { to: { one_of: ['\${param.x}'] } }\n`,
    't.yaml:3:5: there is no parameter `x`',
  ],
  [
    'a parameter inside of a value',
    `params: { x: {} }\n${good}    args: { to: { one_of: ['a-\${param.x}'] } }\n`,
    '`: a parameter stands for a whole value',
  ],
  [
    'a parameter as an action',
    `params: { x: {} }\ntype: t\ncapabilities:\n  - actions: ["\${param.x}"]\n`,
    't.yaml:4:14: `actions` cannot be bound to parameters',
  ],
  [
    'a parameter that may be missing',
    `params: { x: { required: false } }\n${good}    args: { to: { one_of: ['\${param.x}'] } }\n`,
    't.yaml:4:5: the parameter `x` is bound here, so it is required or has a default',
  ],
  [
    'a default that does not fit',
    `params: { x: { type: integer, default: 'a' } }\n${good}`,
    't.yaml:1:11: `a` does not fit the parameter `x`',
  ],
  [
    'a budget that there is not',
    `${good}budgets: { 'calls:fly': 1 }\n`,
    't.yaml:4:12: `calls:fly` is no budget',
  ],
  [
    'a window past all',
    `${good}window: { ttl: 8d }\n`,
    't.yaml:4:16: `8d` is no duration of at most seven days',
  ],
  ['a level that there is not', `${good}label_ceiling: secret\n`, 't.yaml:4:16: `secret` is not a level'],
  [
    'a state that there is not',
    `${good}workflow: { start: a, states: { a: { read: b } } }\n`,
    't.yaml:4:44: `b` is no state of the workflow',
  ],
  [
    'a start that there is not',
    `${good}workflow: { start: z, states: { a: {} } }\n`,
    't.yaml:4:20: `z` is no state of the workflow',
  ],
  [
    'a class in a workflow that there is not',
    `${good}workflow: { start: a, states: { a: { fly: a } } }\n`,
    't.yaml:4:38: `fly` is no action class',
  ],
  [
    'an obligation that nobody can keep',
    `${good}obligations: { notify: me }\n`,
    't.yaml:4:16: `obligations` has no `notify`',
  ],
  ['an alias', `${good}x: &a 1\n`, 't.yaml:4:'],
  ['no YAML', 'type: [', 't.yaml:1:'],
])('%s', (_rule, text, problem) => {
  const loaded = load(text);
  const said = loaded.ok
    ? []
    : loaded.problems.map(({ file, line, column, message }) => `${file}:${line}:${column}: ${message}`);
  expect(said[0] ?? 'no problem').toContain(problem);
});

describe('what is read', () => {
  test('a ceiling lies over every capability', () => {
    const loaded = load(
      `${good}    resource: { at_most: restricted }\n  - classes: [search]\n    session: { at_most: public }\nlabel_ceiling: internal\n`,
    );
    expect(loaded.ok && loaded.templates.get('t')?.capabilities).toEqual([
      { classes: ['read'], resourceAtMost: 'internal', sessionAtMost: 'internal' },
      { classes: ['search'], resourceAtMost: 'internal', sessionAtMost: 'public' },
    ]);
  });
  test('two of one type are refused', () => {
    const file = (name: string) => ({ name, text: good });
    expect(loadTemplates([file('a.yaml'), file('b.yaml')])).toMatchObject({
      ok: false,
      problems: [{ file: 'b.yaml', message: '`t` has a template already' }],
    });
  });
  test('a directory that is not there is refused', () => {
    expect(loadTemplates('/nowhere/at/all')).toMatchObject({ ok: false });
  });
  test('names that every object has are names', () => {
    const loaded = load(
      `type: t\nparams: { constructor: {} }\ncapabilities:\n  - tools: [__proto__]\n    args: { toString: { one_of: ['\${param.constructor}'] } }\n`,
    );
    expect(loaded).toMatchObject({ ok: true });
  });
});
