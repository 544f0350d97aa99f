// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { defaultMacros } from './defaults.ts';
import { formulaOf } from './formula-of.ts';
import { lowerPolicies } from './lower.ts';

const file = (text: string) => ({ name: 'p.dw', text });
function lowered(text: string, library = '') {
  const got = lowerPolicies([file(text)], [{ name: 'macros.dw', text: library }]);
  if (!got.ok) throw new Error(got.problems.map(({ message }) => message).join('; '));
  return got.policies;
}
function refused(text: string, library = '') {
  const got = lowerPolicies([file(text)], [{ name: 'macros.dw', text: library }]);
  return got.ok
    ? []
    : got.problems.map(({ file: name, line, column, message }) => `${name}:${line}:${column} ${message}`);
}
const flat = (text: string | undefined) => text?.replaceAll(/\s+/g, ' ');
const scope = 'permit (principal, action, resource)';
const a = 'N::Action::"A"::request{}';

describe('policies become Cedar', () => {
  test.each<[rule: string, text: string, want: string]>([
    [
      'a temporal clause is a boolean',
      `${scope} when temporal { ${a} };`,
      `${scope} when { context.policy_0__temporal_0 } ;`,
    ],
    [
      'clauses keep their order and their keyword',
      `${scope} unless temporal { ${a} } when { true } when temporal { ${a} };`,
      `${scope} unless { context.policy_0__temporal_0 } when { true } when { context.policy_0__temporal_1 } ;`,
    ],
    [
      'a block inside of an expression',
      `${scope} when { context.x > 5 && !temporal { ${a} } || false };`,
      `${scope} when { context.x > 5 && !context.policy_0__temporal_0 || false } ;`,
    ],
    ['guardrails say nothing', `${scope} when guardrails { 1 == 1 };`, `${scope} when { 1 == 1 } ;`],
    [
      'a provider is a field',
      `${scope} when { Content::Risk(context.x, "a)").score.lessThan(decimal("0.5")) };`,
      `${scope} when { context.providers.policy_0_p_0.score.lessThan(decimal("0.5")) } ;`,
    ],
    [
      'the scope in any order',
      'permit (resource, action == A::"x",);',
      'permit (principal, action == A::"x", resource) ;',
    ],
    ['no scope', 'forbid ();', 'forbid (principal, action, resource) ;'],
    ['annotations stay', `@id("a") @reviewed ${scope};`, `@id("a") @reviewed ${scope} ;`],
    [
      'strings that look like blocks stay',
      `${scope} when { context.x == "temporal { \\" }" };`,
      `${scope} when { context.x == "temporal { \\" }" } ;`,
    ],
    [
      'a record with the word',
      `${scope} when { {temporal: 1}.temporal == 1 };`,
      `${scope} when { {temporal: 1}.temporal == 1 } ;`,
    ],
  ])('%s', (_rule, text, want) => expect(flat(lowered(text)[0]?.text)).toBe(want));

  test('keys count policies over all files, leaves within one policy', () => {
    const got = lowerPolicies(
      [file(`${scope};`), file(`${scope} when temporal { ${a} } when temporal { ${a} };`)],
      [],
    );
    expect(got.ok && got.policies.map(({ key, leaves }) => [key, leaves.map(({ name }) => name)])).toEqual([
      ['policy_0', []],
      ['policy_1', ['policy_1__temporal_0', 'policy_1__temporal_1']],
    ]);
  });

  test('a comment at the end of a clause ends there', () => {
    expect(lowered(`${scope} when { true // }\n } when { false };`)[0]?.text).toMatch(/when \{ true\s*\}/);
    expect(
      lowered(`def cedar m(?a) { ?a // x\n };\n${scope} when { m(1 // y\n) == 1 };`)[0]?.text,
    ).not.toMatch(/\/\/[^\n]*[)}]/);
  });

  test('which actions a policy is about', () => {
    const [these, several, any] = lowered(
      `permit (principal, action == N::Action::"a\\"b", resource); permit (principal is N::U, action in [N::Action::"a", N::Action::"b"], resource == N::R::"x"); ${scope};`,
    );
    expect(these?.actions).toEqual({ kind: 'these', actions: [{ type: 'N::Action', id: 'a"b' }] });
    expect(several?.actions).toMatchObject({ kind: 'in', groups: [{ id: 'a' }, { id: 'b' }] });
    expect([several?.principalType, several?.resourceType]).toEqual(['N::U', 'N::R']);
    expect(any?.actions).toEqual({ kind: 'any' });
  });
});

describe('macros', () => {
  const leaf = (text: string, library = '') => {
    const [found] = lowered(text, library).flatMap(({ leaves }) => leaves);
    if (found === undefined) throw new Error('no leaf');
    return formulaOf(found.condition);
  };
  const call = (condition: string) => `${scope} when temporal { ${condition} };`;

  test.each<[rule: string, defs: string, called: string, same: string]>([
    [
      'a window and a condition',
      'def temporal once(?w, ?s) { formerly within ?w ?s };',
      `once(1h, ${a})`,
      `formerly within 1h ${a}`,
    ],
    [
      'a value',
      'def temporal m(?u) { N::Action::"A"::request{ u: ?u } };',
      'm(context.u)',
      'N::Action::"A"::request{ u: context.u }',
    ],
    ['no arguments', `def temporal m() { ${a} };`, `m() && !m()`, `${a} && !${a}`],
    [
      'the name of a variable',
      'def temporal m(?n) { exists (?n: Long). N::Action::"A"::request{ n: ?n } };',
      'm(x)',
      'exists (x: Long). N::Action::"A"::request{ n: x }',
    ],
    [
      'more fields for a condition',
      'def temporal m(?s) { formerly within 1h (?s{ s: context.s }) };',
      'm(N::Action::"A"::request{ u: "x" }{ v: 1 })',
      'formerly within 1h N::Action::"A"::request{ u: "x", v: 1, s: context.s }',
    ],
    [
      'a call in an argument',
      `def temporal once(?s) { formerly within 1h ?s }; def temporal m() { ${a} };`,
      'once(m())',
      `formerly within 1h ${a}`,
    ],
  ])('%s', (_rule, defs, called, same) => expect(leaf(defs + call(called))).toEqual(leaf(call(same))));

  test('an aggregate is compared, with and without brackets, and may be an argument', () => {
    const want = leaf(
      call(
        `exists (n: Long). ((count for (t: Timepoint). where formerly within 1h (${a} && tp(t))) == n && n > 2)`,
      ),
    );
    const shape = (formula: unknown) => JSON.stringify(formula).replaceAll(/(t|at)\$\d+/g, 't');
    for (const called of [
      `exists (n: Long). (count_within(1h, ${a}) == n && n > 2)`,
      `exists (n: Long). ((count_within(1h, ${a})) == n && n > 2)`,
      `bind(n, count_within(1h, ${a}), n > 2)`,
      `bind(n, (count for (t: Timepoint). where formerly within 1h (${a} && tp(t))), n > 2)`,
      `bind(n, count for (t: Timepoint). where formerly within 1h (${a} && tp(t)), n > 2)`,
    ])
      expect(shape(leaf(call(called), defaultMacros.text))).toBe(shape(want));
  });

  test('a fresh name is another one at every call, and nobody can write it', () => {
    const def = `def temporal n(?s) { 0 < count for ($t: Timepoint). where (?s && tp($t)) };`;
    const names = JSON.stringify(leaf(def + call(`n(${a}) && n(${a})`))).match(/t\$\d+/g);
    expect(new Set(names).size).toBe(2);
  });

  test("a file's own macro goes before the library's", () => {
    expect(
      leaf(`def temporal m() { ${a} };${call('m()')}`, 'def temporal m() { N::Action::"B"::request{} };'),
    ).toMatchObject({
      actionId: 'A',
    });
  });

  test('Cedar macros are expanded in brackets', () => {
    const [policy] = lowered(`def cedar low(?n) { ?n < 2 }; ${scope} when { !low(context.n + 1) };`);
    expect(flat(policy?.text)).toBe(`${scope} when { !((context.n + 1) < 2) } ;`);
    const [nested] = lowered(
      `def cedar s(?a) { {x: ?a} }; def cedar g(?a, ?b) { ?a.x > ?b.x }; ${scope} when { g(s(1), s(2)) };`,
    );
    expect(flat(nested?.text)).toBe(`${scope} when { ((({x: (1)})).x > (({x: (2)})).x) } ;`);
  });

  test.each<[what: string, text: string, message: string]>([
    ['a macro that is not there', call('nowhere(1)'), 'no temporal macro `nowhere`'],
    ['a function that is not there', `${scope} when { nowhere(1) };`, 'no function or macro `nowhere`'],
    ['too few arguments', `def temporal m(?a) { ${a} };${call('m()')}`, 'takes 1 argument, not 0'],
    ['too many arguments', `def cedar m() { true }; ${scope} when { m(1) };`, 'takes 0 arguments, not 1'],
    ['a Cedar macro in a condition', `def cedar m() { true };${call('m()')}`, 'is a cedar macro'],
    ['a temporal macro in Cedar', `def temporal m() { ${a} }; ${scope} when { m() };`, 'is a temporal macro'],
    ['an aggregate as a condition', call(`count_within(1h, ${a})`), 'compare it with something'],
    [
      'a condition as a value',
      `def temporal m() { ${a} };${call('m() == 3')}`,
      'is a condition, not a value',
    ],
    [
      'a value for a condition',
      `def temporal m(?s) { ?s };${call('m(context.x)')}`,
      '`?s` of the macro `m` must be a condition',
    ],
    ['a condition for a value', `def temporal m(?s) { ?s == 1 };${call(`m(${a})`)}`, 'must be a value'],
    [
      'a value for a window',
      `def temporal m(?w) { formerly within ?w ${a} };${call('m(5)')}`,
      'must be a length of time',
    ],
    [
      'a literal for a name',
      `def temporal m(?n) { exists (?n: Long). ?n == 1 };${call('m(5)')}`,
      'must be the name of a variable',
    ],
    [
      'more fields for no predicate',
      `def temporal m(?s) { ?s{ x: 1 } };${call(`m(${a} && ${a})`)}`,
      'only a single predicate',
    ],
    ['a macro twice', `def cedar m() { true }; def temporal m() { ${a} };`, 'already a macro `m`'],
    ['a name that is taken', 'def cedar count() { true };', '`count` is taken'],
    ['a parameter twice', 'def cedar m(?a, ?a) { true };', 'twice'],
    ['a parameter that is not declared', 'def cedar m(?a) { ?b };', '`?b` is not a parameter'],
    ['one in a window', `def temporal m() { formerly within ?w ${a} };`, '`?w` is not a parameter'],
    [
      'one that binds',
      'def temporal m() { sum ?a for (?a: Long). where N::Action::"A"::request{ n: ?a } };',
      '`?a` is not a parameter',
    ],
    ['a call in a macro', `def temporal m() { ${a} }; def temporal n() { m() };`, 'calls another'],
    ['a call of itself', 'def cedar m(?x) { m(?x) };', 'a macro cannot'],
    ['a provider in a macro', 'def cedar m() { A::B(1) };', 'a macro cannot'],
    ['a block in a Cedar macro', `def cedar m() { temporal { ${a} } };`, 'not allowed'],
    ['a parameter outside of a macro', `${scope} when { ?x };`, 'no meaning outside of a macro'],
    ['one in a condition', call('?x'), 'no meaning outside of a macro'],
    ['a fresh name outside of a macro', call(`exists ($x: Long). $x == 1`), 'no meaning outside of a macro'],
    ['no body', 'def cedar m() true;', 'expected `{`'],
    ['no kind', 'def m() { true };', 'is `def cedar` or `def temporal`'],
  ])('%s is refused', (_what, text, message) =>
    expect(refused(text, defaultMacros.text).join()).toContain(message),
  );
});

test('what macros grow to is bounded, in conditions and in Cedar', () => {
  const nest = (name: string, leaf: string) => `${`${name}(`.repeat(40)}${leaf}${')'.repeat(40)}`;
  const temporal = `def temporal d(?s) { ?s && ?s }; ${scope} when temporal { ${nest('d', a)} };`;
  expect(refused(temporal).join()).toContain('too large');
  const cedar = `def cedar d(?s) { ?s && ?s }; ${scope} when { ${nest('d', 'true')} };`;
  expect(refused(cedar).join()).toContain('too long');
});

test.each<[what: string, text: string, want: string]>([
  ['no semicolon', `${scope}\n when { true }`, 'p.dw:2:15 expected `;`'],
  ['another effect', 'allow (principal, action, resource);', 'p.dw:1:1 expected `permit` or `forbid`'],
  ['another clause', `${scope} if { true };`, 'p.dw:1:38 expected `when`, `unless`'],
  ['another tag', `${scope} when quickly { true };`, 'p.dw:1:43 expected `{`'],
  ['an empty clause', `${scope} when { };`, 'p.dw:1:38 the `when` says nothing'],
  ['an empty block', `${scope} when { temporal { } };`, 'the temporal condition is empty'],
  ['another variable', 'permit (who, action, resource);', 'p.dw:1:9 the scope has'],
  [
    'a variable twice',
    'permit (principal, principal, resource);',
    'p.dw:1:20 the scope has `principal` twice',
  ],
  ['a template', 'permit (principal == ?principal, action, resource);', 'p.dw:1:22 templates'],
  ['a string without end', `${scope} when { "x };`, 'p.dw:1:45 the string does not end'],
  [
    'a condition in the second line',
    `${scope} when temporal {\n  formerly A };`,
    'p.dw:2:12 expected `within`',
  ],
])('%s is refused with its place', (_what, text, want) => expect(refused(text).join('\n')).toContain(want));
