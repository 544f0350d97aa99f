// SPDX-License-Identifier: Apache-2.0
// What a set says, sentence by sentence. That it says what Cedar says is test/cedar's affair.
import { describe, expect, test } from 'vitest';
import { prepareEntities } from './entities.ts';
import { compileSet, type TemplateLink } from './set.ts';

type Json = { readonly [name: string]: unknown };

const value = (json: unknown): Json => ({ Value: json });
const context = (...names: readonly string[]): Json =>
  names.reduce<Json>((left, attr) => ({ '.': { left, attr } }), { Var: 'context' });
const binary = (operator: string, left: Json, right: Json): Json => ({ [operator]: { left, right } });

/** Spelled in pieces: an object with a `then` is something to be awaited. */
function choice(...sides: readonly [Json, Json, Json]): Json {
  const names = ['if', 'then', 'else'];
  return { 'if-then-else': Object.fromEntries(sides.map((side, at) => [names[at], side])) };
}

function policy(body: Json | undefined, scope: Json = {}): Json {
  const all = { op: 'All' };
  const conditions = body === undefined ? [] : [{ kind: 'when', body }];
  return { effect: 'permit', principal: all, action: all, resource: all, conditions, ...scope };
}

const uid = (type: string, id: string) => ({ type, id });

function ask(
  policies: { readonly [id: string]: Json },
  fields: object = {},
  entities: readonly unknown[] = [],
  { templates, links }: { templates?: ReadonlyMap<string, Json>; links?: readonly TemplateLink[] } = {},
) {
  const compiled = compileSet({
    policies: new Map(Object.entries(policies)),
    ...(templates === undefined ? {} : { templates }),
    ...(links === undefined ? {} : { links }),
  });
  const store = prepareEntities(entities);
  if (!compiled.ok) return compiled.reason;
  if (!store.ok) return store.reason;
  const request = { principal: uid('User', 'u'), action: uid('Action', 'a'), resource: uid('Doc', 'd') };
  const answer = compiled.set.authorize({ ...request, context: fields, entities: store.store });
  return answer.ok ? answer : answer.reason;
}

/** What one condition says: true, false, or that it errs. */
function says(body: Json, fields: object = {}, entities: readonly unknown[] = []): unknown {
  const answer = ask({ p: policy(body) }, fields, entities);
  if (typeof answer === 'string') return answer;
  return answer.errors.length > 0 ? 'error' : answer.decision === 'allow';
}

describe('values', () => {
  const plus = binary('+', context('n'), value(1));
  test.each<[rule: string, body: Json, fields: object, want: unknown]>([
    ['types never mix in ==', binary('==', value(1), value('1')), {}, false],
    [
      'sets have no order and no duplicates',
      binary('==', context('s'), context('t')),
      { s: [1, 2, 2], t: [2, 1] },
      true,
    ],
    [
      'large sets neither',
      binary('==', context('s'), context('t')),
      { s: range(20), t: [...range(20), 3].reverse() },
      true,
    ],
    [
      'sets of sets are compared as sets',
      binary('contains', context('s'), context('t')),
      { s: [...nine(), [2, 1]], t: [1, 2, 1] },
      true,
    ],
    [
      'a string is not the number in it',
      binary('contains', context('s'), value('5')),
      { s: range(20) },
      false,
    ],
    [
      'records are compared by their fields',
      binary('==', context('s'), context('t')),
      { s: { a: 1, b: 2 }, t: { b: 2, a: 1 } },
      true,
    ],
    ['overflow errs', binary('==', plus, value(0)), { n: 2n ** 63n - 1n }, 'error'],
    ['what fits does not', binary('==', plus, value(0)), { n: -1 }, true],
    ['strings have no order', binary('<', value('a'), value('b')), {}, 'error'],
    [
      'prototype names are plain',
      binary('==', context('__proto__', 'toString'), value(1)),
      JSON.parse('{"__proto__":{"toString":1}}'),
      true,
    ],
    ['and are not there by themselves', { has: { left: context(), attr: 'constructor' } }, {}, false],
    [
      'an entity is one by its escape',
      binary('==', context('e'), value({ __entity: uid('User', 'x') })),
      { e: { __entity: uid('User', 'x') } },
      true,
    ],
    [
      'what resembles one is a record',
      { has: { left: context('e'), attr: '__entity' } },
      { e: { __entity: uid('User', 'x'), more: 1 } },
      true,
    ],
  ])('%s', (_rule, body, fields, want) => expect(says(body, fields)).toBe(want));
});

describe('errors', () => {
  const missing = binary('==', context('none'), value(1));
  const yes = value(true);
  const no = value(false);
  test.each<[rule: string, body: Json, want: unknown]>([
    ['what is not looked at does not err', binary('||', yes, missing), true],
    ['nor behind a false', binary('&&', no, missing), false],
    ['what is looked at does', binary('&&', yes, missing), 'error'],
    ['the left is looked at first', binary('&&', missing, no), 'error'],
    ['an operand must be a boolean', binary('&&', yes, value(1)), 'error'],
    ['even the last one', binary('||', no, value(1)), 'error'],
    ['of a choice, one side is looked at', choice(yes, yes, missing), true],
    ['not the other', choice(no, missing, yes), true],
    ['a path asks at each step', { has: { left: context(), attr: ['none', 'x'] } }, false],
    ['`has` of a number errs', { has: { left: value(1), attr: 'x' } }, 'error'],
    ['a malformed text errs when it is reached', binary('==', { ip: [value('x')] }, value(1)), 'error'],
    ['and not before', binary('&&', no, { isIpv4: [{ ip: [value('x')] }] }), false],
    ['a function of the wrong number of arguments errs', { isIpv4: [] }, 'error'],
  ])('%s', (_rule, body, want) => expect(says(body)).toBe(want));

  test('one policy that errs is left out, and is named', () => {
    expect(ask({ a: policy(missing), b: policy(undefined) })).toEqual({
      ok: true,
      decision: 'allow',
      reason: ['b'],
      errors: ['a'],
    });
  });

  test('a forbid that is satisfied is all that is named', () => {
    const forbid = policy(undefined, { effect: 'forbid' });
    expect(ask({ a: policy(undefined), f: forbid })).toMatchObject({ decision: 'deny', reason: ['f'] });
  });
});

describe('entities', () => {
  const entity = (id: string, parents: readonly string[] = [], attrs: object = {}, tags: object = {}) => ({
    uid: uid('User', id),
    attrs,
    parents: parents.map((parent) => uid('User', parent)),
    tags,
  });
  const principal = { Var: 'principal' };
  const inUser = (id: string) => binary('in', principal, value({ __entity: uid('User', id) }));

  test.each<[rule: string, body: Json, entities: readonly unknown[], want: unknown]>([
    ['`in` climbs', inUser('c'), [entity('u', ['b']), entity('b', ['c'])], true],
    ['and an entity is in itself', inUser('u'), [], true],
    [
      '`in` a set asks for each',
      binary('in', principal, { Set: [value({ __entity: uid('User', 'z') }), value(1)] }),
      [],
      'error',
    ],
    ['what is not there has nothing', { has: { left: principal, attr: 'x' } }, [], false],
    ['and reading it errs', binary('==', { '.': { left: principal, attr: 'x' } }, value(1)), [], 'error'],
    ['tags are not attributes', binary('hasTag', principal, value('x')), [entity('u', [], { x: 1 })], false],
    [
      'a tag is read by its name',
      binary('==', binary('getTag', principal, value('x')), value(1)),
      [entity('u', [], {}, { x: 1 })],
      true,
    ],
    ['one entity twice is one', inUser('b'), [entity('u', ['b']), entity('u', ['b', 'b'])], true],
    [
      'two of one name spoil it all',
      inUser('u'),
      [entity('u', ['b']), entity('u')],
      'the entity `User::"u"` is there twice',
    ],
    [
      'so does a cycle anywhere',
      inUser('u'),
      [entity('x', ['y']), entity('y', ['x'])],
      'the entity `User::"x"` is above itself',
    ],
    [
      'and a value that is none',
      inUser('u'),
      [entity('u', [], { x: null })],
      'the attributes of `User::"u"`: `null` is not a value',
    ],
  ])('%s', (_rule, body, entities, want) => expect(says(body, {}, entities)).toBe(want));

  test('what a call brings is as if it had been prepared with the rest', () => {
    const base = prepareEntities([entity('a', ['b']), entity('b', ['c'])]);
    if (!base.ok) throw new Error(base.reason);
    const above = (json: readonly unknown[], id: string) => {
      const more = base.store.withMore(json);
      if (!more.ok) return more.reason;
      const found = more.store.find({ kind: 'entity', type: 'User', id });
      return [...(found?.ancestors ?? [])].map((each) => each.id).sort();
    };
    expect(above([entity('u', ['a'])], 'u')).toEqual(['a', 'b', 'c']);
    expect(above([entity('c', ['d'])], 'a')).toEqual(['b', 'c', 'd']);
    expect(above([entity('c', ['a'])], 'a')).toBe('the entity `User::"a"` is above itself');
    expect(above([entity('b', ['z'])], 'a')).toBe('the entity `User::"b"` is there twice');
    expect(above([], 'a')).toEqual(['b', 'c']);
  });
});

describe('scopes', () => {
  const group = uid('Action', 'group');
  const action = (...parents: readonly object[]) => ({ uid: uid('Action', 'a'), attrs: {}, parents });
  const scoped = (scope: Json) => ask({ p: policy(undefined, scope) }, {}, [action(group)]);

  test.each<[rule: string, scope: Json, want: 'allow' | 'deny']>([
    ['an action by name', { action: { op: '==', entity: uid('Action', 'a') } }, 'allow'],
    ['`==` is not `in`', { action: { op: '==', entity: group } }, 'deny'],
    ['an action by group', { action: { op: 'in', entity: group } }, 'allow'],
    ['one of several', { action: { op: 'in', entities: [uid('Action', 'x'), group] } }, 'allow'],
    ['none of none', { action: { op: 'in', entities: [] } }, 'deny'],
    ['a type', { principal: { op: 'is', entity_type: 'User' } }, 'allow'],
    ['another type', { resource: { op: 'is', entity_type: 'User' } }, 'deny'],
    [
      'a type in something',
      { principal: { op: 'is', entity_type: 'User', in: { entity: uid('User', 'u') } } },
      'allow',
    ],
    ['a name', { resource: { op: '==', entity: uid('Doc', 'e') } }, 'deny'],
  ])('%s', (_rule, scope, want) => expect(scoped(scope)).toMatchObject({ decision: want }));
});

describe('templates', () => {
  const template = policy(undefined, { principal: { op: '==', slot: '?principal' } });
  const templates = new Map([['t', template]]);
  const link = (newId: string, values: TemplateLink['values']) => ({ templateId: 't', newId, values });

  test('a link is a policy, its template is none', () => {
    const links = [
      link('one', { '?principal': uid('User', 'u') }),
      link('two', { '?principal': uid('User', 'v') }),
    ];
    expect(ask({}, {}, [], { templates, links })).toMatchObject({ decision: 'allow', reason: ['one'] });
    expect(ask({}, {}, [], { templates })).toMatchObject({ decision: 'deny' });
  });

  test.each<[rule: string, links: readonly TemplateLink[], want: string]>([
    ['every slot is filled', [link('x', {})], 'the link `x` does not fill the slots of its template'],
    [
      'no other one is',
      [link('x', { '?principal': uid('A', 'b'), '?resource': uid('A', 'b') })],
      'the link `x` does not fill the slots of its template',
    ],
    ['ids are used once', [link('t', { '?principal': uid('A', 'b') })], 'the id `t` is used twice'],
    ['there is a template', [{ ...link('x', {}), templateId: 'z' }], 'there is no template `z`'],
    [
      'a slot takes an entity',
      [link('x', { '?principal': uid('a b', 'c') })],
      'the link `x` fills a slot with what is no entity',
    ],
  ])('%s', (_rule, links, want) => expect(ask({}, {}, [], { templates, links })).toBe(want));
});

describe('a policy that is not understood is not answered for', () => {
  test.each<[what: string, policy: Json, reason: RegExp]>([
    [
      'an operator of tomorrow',
      policy({ matches: { left: value('a'), right: value('b') } }),
      /`matches` is not known/,
    ],
    ['an integer that was rounded', policy(binary('==', value(2 ** 53), value(1))), /was rounded/],
    ['two operators at once', policy({ ...value(1), ...context() }), /exactly one operator/],
    ['a slot in a condition', policy({ Slot: '?principal' }), /operands that are not known|not known/],
    [
      'a slot that nothing fills',
      policy(undefined, { principal: { op: '==', slot: '?principal' } }),
      /scope is not known/,
    ],
    ['another effect', policy(undefined, { effect: 'advise' }), /effect is not known/],
    [
      'another sort of clause',
      { ...policy(undefined), conditions: [{ kind: 'while', body: value(true) }] },
      /neither `when` nor `unless`/,
    ],
    ['nesting without end', policy(nested(400)), /nested too deeply/],
  ])('%s', (_what, json, reason) => {
    const compiled = compileSet({
      policies: new Map([
        ['odd', json],
        ['fine', policy(undefined)],
      ]),
    });
    if (!compiled.ok) throw new Error(compiled.reason);
    expect(compiled.set.uncovered).toEqual([{ id: 'odd', reason: expect.stringMatching(reason) }]);
    expect(ask({ odd: json })).toBe('not every policy is covered');
  });
});

describe('what is no question is refused', () => {
  test.each<[what: string, fields: object]>([
    ['null', { x: null }],
    ['a fraction', { x: 1.5 }],
    ['a number that a Long does not hold', { x: 2 ** 63 }],
    ['text that is not Unicode', { x: 'a\ud800' }],
    ['a name that is not', { 'a\ud800': 1 }],
    ['a function', { x: () => 1 }],
    ['a malformed extension value', { x: { __extn: { fn: 'ip', arg: '1.2.3' } } }],
    ['an entity of no type', { x: { __entity: uid('a b', 'c') } }],
    ['an escape of old', { x: { __expr: '1' } }],
    ['nesting without end', { x: deep(200) }],
    ['a list for a context', []],
  ])('%s', (_what, fields) => expect(ask({ p: policy(undefined) }, fields)).toEqual(expect.any(String)));

  test('wherever it stands, and whoever looks at it', () => {
    const layouts = [
      { a: 1, b: 2 },
      { b: 2, a: null },
      { a: 1, b: 2 },
      { a: 1, c: '\ud800' },
    ];
    const compiled = compileSet({ policies: new Map([['p', policy(binary('==', context('a'), value(1)))]]) });
    const store = prepareEntities([]);
    if (!compiled.ok || !store.ok) throw new Error('it is compiled');
    const request = { principal: uid('User', 'u'), action: uid('Action', 'a'), resource: uid('Doc', 'd') };
    const said = layouts.map(
      (context) => compiled.set.evaluate({ ...request, context, entities: store.store }).ok,
    );
    expect(said).toEqual([true, false, true, false]);
  });

  test('what objects inherit is nothing that was sent', () => {
    const inherited = Object.create({ a: 1 }, { b: { value: 1, enumerable: true } });
    expect(ask({ p: policy(binary('==', context('a'), value(1))) }, inherited)).toMatchObject({
      errors: ['p'],
    });
    expect(ask({ p: policy(binary('==', context('b'), value(1))) }, inherited)).toMatchObject({
      reason: ['p'],
    });
  });
});

function range(count: number): readonly number[] {
  return Array.from({ length: count }, (_, at) => at);
}

function nine(): readonly unknown[] {
  return range(9).map((at) => [at, at + 20]);
}

function nested(depth: number): Json {
  let body = value(true);
  for (let i = 0; i < depth; i++) body = { '!': { arg: body } };
  return body;
}

function deep(depth: number): unknown {
  let json: unknown = 1;
  for (let i = 0; i < depth; i++) json = [json];
  return json;
}

describe('what policies have in common', () => {
  test('is not what one of them had refused for its depth', () => {
    const nested = (operator: string, times: number, inner: Json): Json =>
      times === 0 ? inner : { [operator]: { arg: nested(operator, times - 1, inner) } };
    const inner = binary('contains', { Set: [value(1)] }, nested('neg', 250, context('n')));
    const policies = { deep: policy(nested('!', 100, inner)), shallow: policy(inner) };
    const compiled = compileSet({ policies: new Map(Object.entries(policies)) });
    const store = prepareEntities([]);
    if (!compiled.ok || !store.ok) throw new Error('the set is not compiled');
    expect(compiled.set.uncovered.map(({ id }) => id)).toEqual(['deep']);
    const [principal, action, resource] = [uid('User', 'u'), uid('Action', 'a'), uid('Doc', 'd')];
    const request = { principal, action, resource, context: { n: 1 }, entities: store.store };
    expect(compiled.set.evaluate(request)).toEqual({ ok: true, satisfied: ['shallow'], errored: [] });
  });

  test('is not two literals that are written alike', () => {
    const large = 9_007_199_254_740_993n;
    const is = (literal: unknown) => policy(binary('==', context('n'), value(literal)));
    const policies = {
      long: is(large),
      record: is({ long: String(large) }),
      text: is(String(large)),
      list: is([String(large)]),
    };
    const compiled = compileSet({ policies: new Map(Object.entries(policies)) });
    const store = prepareEntities([]);
    if (!compiled.ok || !store.ok) throw new Error('the set is not compiled');
    const [principal, action, resource] = [uid('User', 'u'), uid('Action', 'a'), uid('Doc', 'd')];
    const satisfied = (n: unknown) => {
      const request = { principal, action, resource, context: { n }, entities: store.store };
      const said = compiled.set.evaluate(request);
      return said.ok ? said.satisfied : said.reason;
    };
    expect(satisfied(large)).toEqual(['long']);
    expect(satisfied({ long: String(large) })).toEqual(['record']);
    expect(satisfied(String(large))).toEqual(['text']);
  });

  test('a text that was well-formed in one place says nothing of the next one there', () => {
    const policies = { a: policy(binary('==', context('n'), value('x'))) };
    const compiled = compileSet({ policies: new Map(Object.entries(policies)) });
    const store = prepareEntities([]);
    if (!compiled.ok || !store.ok) throw new Error('the set is not compiled');
    const [principal, action, resource] = [uid('User', 'u'), uid('Action', 'a'), uid('Doc', 'd')];
    const ok = (context: object, id = 'u') =>
      compiled.set.evaluate({
        principal: { ...principal, id },
        action,
        resource,
        context,
        entities: store.store,
      }).ok;
    expect(ok({ n: 'x' })).toBe(true);
    expect(ok({ n: '\ud800' })).toBe(false);
    expect(ok({ n: 'x' })).toBe(true);
    expect(ok({ n: '\ud800' })).toBe(false);
    expect(ok({ m: '\ud800' })).toBe(false);
    expect(ok({ n: 'x' }, '\ud800')).toBe(false);
    expect(ok({ n: 'x' }, 'u')).toBe(true);
  });
});
