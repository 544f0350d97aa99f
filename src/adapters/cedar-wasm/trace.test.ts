// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { checkLeaves } from '../../core/temporal/check-schema.ts';
import { globalEvents } from '../../core/temporal/defaults.ts';
import { prepare } from '../../core/temporal/prepare.ts';
import { DecimalValue, EntityValue, type TemporalValue } from '../../core/temporal/value.ts';
import { readTraceSchema, traceSet, whyInvalidLowered } from './trace.ts';

const schemaText = `
namespace Shared { type Place = { city: String, zip: Long }; entity Site; }
namespace N {
  type ReadInput = { user: String, amount: Long, place: Shared::Place, mode: Mode, rate: decimal, at: datetime };
  type Context = { input: ReadInput, system?: { now: datetime } };
  entity Team;
  entity User in [Team] = { dept: String, quota: Long, profile: { team: String } };
  entity Admin = { dept: Long, quota: Long };
  entity Bare;
  entity Mode enum ["fast", "slow"];
  entity Doc;
  action "Any";
  action "Read" in ["Any"] appliesTo { principal: [User], resource: [Doc], context: Context };
  action "Write" in ["Any"] appliesTo { principal: [User, Admin], resource: [Doc], context: { input: { user: String }, output?: { ok: Bool } } };
  action "Login" appliesTo { principal: [User, Bare], resource: [Doc], context: { input: { user: String } } };
}`;
const read = readTraceSchema({ name: 's.cedarschema', text: schemaText });
if (!read.ok) throw new Error(JSON.stringify(read.problem));
const { schema } = read;

function prepared(text: string, events = globalEvents.text) {
  const got = prepare({
    policies: [{ name: 'p.dw', text }],
    macros: [],
    events: { name: 'e.dwschema', text: events },
  });
  if (!got.ok) throw new Error(JSON.stringify(got.problems));
  return got.prepared;
}
function problems(text: string, events?: string): readonly string[] {
  const { policies, events: eventSchema } = prepared(text, events);
  return [
    ...checkLeaves(policies, {
      actions: schema.actions,
      logged: schema.actions.actions,
      events: eventSchema,
    }),
    ...whyInvalidLowered(schema, policies),
  ].map(({ message }) => message);
}
const scoped = (action: string, condition: string, principal = 'principal') =>
  `permit (${principal}, action == N::Action::"${action}", resource) when temporal { ${condition} };`;
const login = (fields: string) => `formerly within 1h N::Action::"Login"::request{ ${fields} }`;
const readEvent = (fields: string) => `formerly within 1h N::Action::"Read"::request{ ${fields} }`;
const cap = (action: string, restrictor: string, principal?: string) =>
  scoped(
    action,
    `(sum a for (a: Long), (t: Timepoint). where formerly within 1h (N::Action::"${action}"::request{} && tp(t) && ${restrictor})) > 0`,
    principal,
  );

describe('what fits the schemas', () => {
  test.each<[rule: string, text: string, events?: string]>([
    [
      'fields, ids and references',
      scoped('Read', login('input.user: context.input.user, callerPrincipal: principal, requestId: *')),
    ],
    [
      'a field in a record of the inputs',
      scoped('Read', readEvent('input.place.city: context.input.place.city')),
    ],
    ['an output', scoped('Read', 'formerly within 1h N::Action::"Write"::response{ output.ok: true }')],
    ['an entity of an enumeration', scoped('Read', readEvent('input.mode: N::Mode::"fast"'))],
    ['a decimal', scoped('Read', readEvent('input.rate: decimal("1.5")'))],
    ['a time as text', scoped('Read', readEvent('input.at: "2024-01-01T00:00:00Z"'))],
    ['exactly the longest window', scoped('Read', 'formerly within 24h N::Action::"Login"::request{}')],
    [
      'a longer one that the schema allows',
      scoped('Read', 'formerly within 7d N::Action::"Login"::request{}'),
      `max_window = 7d ${globalEvents.text}`,
    ],
    ['an attribute of the principal', cap('Read', 'a == principal.quota')],
    ['one that all principals have alike', cap('Write', 'a == principal.quota')],
    ['one that the scope leaves only', cap('Login', 'a == principal.quota', 'principal is N::User')],
    [
      'the id of the principal',
      scoped('Read', `formerly within 1h (N::Action::"Read"::request{} && principal.id == "ada")`),
    ],
    [
      'timepoints in order',
      scoped(
        'Read',
        'exists (s: Timepoint). exists (t: Timepoint). (formerly within 1h (N::Action::"Read"::request{} && tp(s)) && tp(t) && s < t)',
      ),
    ],
    [
      'a group, which is no request itself',
      `permit (principal, action in N::Action::"Any", resource) when temporal { ${login('input.user: context.input.user')} };`,
    ],
    [
      'what all of a group have',
      scoped(
        'Read',
        'formerly within 1h N::Action::"Any"::request{ input.user: "x", callerPrincipal: principal }',
      ),
    ],
    [
      'who may do one of a group only',
      scoped('Read', 'formerly within 1h N::Action::"Any"::request{ callerPrincipal: N::Admin::"x" }'),
    ],
    [
      'any action, then nothing is known of the context',
      `permit (principal, action, resource) when temporal { ${login('input.user: context.input.user')} };`,
    ],
    [
      'a leaf beside Cedar',
      `permit (principal, action == N::Action::"Read", resource) when { context.input.amount > 3 && temporal { ${login('')} } };`,
    ],
  ])('%s', (_rule, text, events) => expect(problems(text, events)).toEqual([]));
});

describe('what does not', () => {
  test.each<[rule: string, text: string, message: string]>([
    ['an action that is not there', scoped('Read', 'N::Action::"Nope"::request{}'), 'no action'],
    ['a kind that is not there', scoped('Read', 'N::Action::"Read"::asked{}'), 'no event `asked`'],
    ['a field that is not there', scoped('Read', login('input.amount: 1')), 'no field `input.amount`'],
    [
      'an output of a request',
      scoped('Read', 'N::Action::"Write"::request{ output.ok: true }'),
      'no field `output.ok`',
    ],
    ['a whole group', scoped('Read', login('input: *')), '`input` is a group'],
    [
      'a field that only some of a group have',
      scoped('Read', 'N::Action::"Any"::request{ input.amount: 1 }'),
      'not every `request` of `Any` has the field `input.amount`: those of `Write` do not',
    ],
    [
      'a value that no field of the group can have',
      scoped('Read', 'N::Action::"Any"::request{ input.user: 1 }'),
      '`input.user` is a String',
    ],
    ['a field of a field', scoped('Read', login('input.user.name: *')), 'no field `input.user.name`'],
    ['an entity type that is not there', scoped('Read', login('input.user: N::Fake::"x"')), 'no entity type'],
    [
      'an id that the enumeration lacks',
      scoped('Read', readEvent('input.mode: N::Mode::"odd"')),
      'has no entity "odd"',
    ],
    [
      'a context that the action lacks',
      scoped('Login', login('input.user: context.input.amount')),
      'not every request',
    ],
    [
      'one that some actions of the group lack',
      `permit (principal, action in N::Action::"Any", resource) when temporal { ${login('input.user: context.input.amount')} };`,
      'not every request',
    ],
    ['an attribute that is not there', cap('Read', 'a == principal.nowhere'), 'not every request'],
    ['one of the resource', cap('Read', 'a == resource.nowhere'), 'not every request'],
    ['one inside of text', cap('Read', 'a == principal.dept.x'), 'not every request'],
    ['one inside of the id', cap('Read', 'a == principal.id.x'), 'not every request'],
    ['one that some principals lack', cap('Login', 'a == principal.quota'), 'not every request'],
    ['one of different types', cap('Write', 'a == principal.dept'), 'different types'],
    [
      'a summand that is held to text',
      cap('Read', 'a == principal.dept'),
      'both sides must have the same type',
    ],
    ['one inside of a record', cap('Read', 'a == principal.profile.team'), 'same type'],
    ['an entity for text', scoped('Read', login('input.user: N::User::"ada"')), '`input.user` is a String'],
    ['a number for text', scoped('Read', login('input.user: 42')), 'this is a Long'],
    ['text for an entity', scoped('Read', readEvent('input.mode: "fast"')), 'an entity of `N::Mode`'],
    ['another entity', scoped('Read', readEvent('callerPrincipal: resource')), 'an entity of `N::User`'],
    [
      'a binder of another type',
      scoped('Read', `exists (x: Long). ${login('input.user: x')}`),
      'this is a Long',
    ],
    [
      'an equality of different types',
      scoped('Read', 'exists (x: Long). (x == "s" && N::Action::"Read"::request{})'),
      'same type',
    ],
    [
      'text in order',
      scoped('Read', `${login('')} && exists (u: String). (${login('input.user: u')} && u > 3)`),
      'compares numbers',
    ],
    [
      'a decimal in order',
      scoped('Read', `exists (r: decimal). (${readEvent('input.rate: r')} && r > decimal("1.0"))`),
      'compares numbers',
    ],
    [
      'a timepoint that is called a number',
      scoped('Read', `exists (t: Long). (N::Action::"Read"::request{} && tp(t))`),
      'its type is `Timepoint`',
    ],
    [
      'a sum of text',
      scoped('Read', `0 < sum u for (u: String). where ${login('input.user: u')}`),
      'only a Long can be added up',
    ],
    [
      'a sum of timepoints',
      scoped('Read', `0 < sum t for (t: Timepoint). where (${login('')} && tp(t))`),
      'only a Long',
    ],
    [
      'a window that is too long',
      scoped('Read', 'formerly within 25h N::Action::"Login"::request{}'),
      'looks back further',
    ],
    [
      'one in an aggregate',
      scoped(
        'Read',
        '0 < count for (t: Timepoint). where formerly within 2d (N::Action::"Login"::request{} && tp(t))',
      ),
      'looks back further',
    ],
    ['a condition on the request alone', scoped('Read', 'context.input.user == "admin"'), 'monitors nothing'],
    [
      'one beside another',
      scoped('Read', `${login('')} && context.input.user == "admin"`),
      'monitors nothing',
    ],
    [
      'one in an operator',
      scoped('Read', 'formerly within 1h (context.input.user == "admin")'),
      'monitors nothing',
    ],
    [
      'one in since',
      scoped('Read', `context.input.amount > 3 since within 1h N::Action::"Login"::request{}`),
      'monitors nothing',
    ],
    [
      'Cedar that does not fit',
      'permit (principal, action == N::Action::"Read", resource) when { context.input.amount < "x" };',
      'expected Long',
    ],
    [
      'Cedar beside a leaf',
      `permit (principal, action == N::Action::"Read", resource) when { context.nowhere && temporal { ${login('')} } };`,
      'nowhere',
    ],
  ])('%s', (_rule, text, message) => expect(problems(text).join('\n')).toContain(message));

  test('problems have the place of what is wrong, also in macros: there the call', () => {
    const { policies, events } = prepared(
      `def temporal m(?x) { N::Action::"Login"::request{ input.nowhere: ?x } };\n${scoped('Read', '\n  m(1)')}`,
    );
    expect(
      checkLeaves(policies, { actions: schema.actions, logged: schema.actions.actions, events }),
    ).toMatchObject([{ file: 'p.dw', line: 3, column: 3 }]);
  });
});

describe('the set', () => {
  const ask = (text: string, context: [string, TemporalValue][], attrs: [string, TemporalValue][] = []) => {
    const set = traceSet(schema, prepared(text).policies);
    if (!set.ok) throw new Error(JSON.stringify(set.problems));
    return set.ask({
      principal: new EntityValue('N::User', 'ada'),
      action: { type: 'N::Action', id: 'Read' },
      resource: new EntityValue('N::Doc', 'd'),
      context: new Map(context),
      entities: [
        {
          uid: new EntityValue('N::User', 'ada'),
          attrs: new Map(attrs),
          parents: [new EntityValue('N::Team', 't')],
        },
      ],
    });
  };
  const allow = { ok: true, allow: true, determining: ['policy_0'] };

  test.each<[what: string, condition: string, value: TemporalValue]>([
    ['a number past 2^53', 'context.x == 9223372036854775807', 9223372036854775807n],
    ['a decimal', 'context.x.lessThan(decimal("1.51"))', new DecimalValue('1.5')],
    ['an entity', 'context.x == N::Team::"a\\"b"', new EntityValue('N::Team', 'a"b')],
    ['records and lists', 'context.x.__proto__.contains("a")', new Map([['__proto__', ['a']]])],
    ['nothing', 'context.x == ""', null],
    ['a team, an action group', 'principal in N::Team::"t" && action in N::Action::"Any"', 1],
  ])('%s reaches Cedar', (_what, condition, value) =>
    expect(ask(`permit (principal, action, resource) when { ${condition} };`, [['x', value]])).toEqual(allow),
  );

  test('attributes do', () =>
    expect(ask('permit (principal, action, resource) when { principal.n == 1 };', [], [['n', 1]])).toEqual(
      allow,
    ));

  test.each<[what: string, value: TemporalValue]>([
    ['a record that would be an entity', new Map([['__entity', 'x']])],
    ['one that would be an extension', [new Map([['__extn', 'x']])]],
    ['a decimal that is none', new DecimalValue('1.23456')],
  ])('%s is no answer', (_what, value) =>
    expect(ask('permit (principal, action, resource);', [['x', value]])).toMatchObject({ ok: false }),
  );

  test('a policy that Cedar cannot read is refused with its place', () => {
    expect(
      traceSet(schema, prepared('\npermit (principal, action, resource) when { 1 + };').policies),
    ).toMatchObject({
      ok: false,
      problems: [{ file: 'p.dw', line: 2 }],
    });
  });
});

test('a schema that is none is refused with its place', () => {
  expect(readTraceSchema({ name: 's', text: '\nentity A;\nentity !;' })).toMatchObject({
    ok: false,
    problem: { file: 's', line: 3 },
  });
});
