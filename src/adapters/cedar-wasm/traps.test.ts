// SPDX-License-Identifier: Apache-2.0
// Every way in which the engine is known to say less than it should, or more.
import {
  isAuthorized,
  policyToJson,
  type StatefulAuthorizationCall,
  statefulIsAuthorized,
} from '@cedar-policy/cedar-wasm/nodejs';
import { describe, expect, test } from 'vitest';
import { caller, describedCall } from '../../../test/builders/requests.ts';
import { toolEntry } from '../../../test/builders/tools.ts';
import type { PolicySet } from '../../app/ports.ts';
import { fold } from '../../core/decision/fold.ts';
import type { JsonObject } from '../../core/json/value.ts';
import { questionFor } from '../../core/policy/context.ts';
import type { CedarValue, Question } from '../../core/policy/question.ts';
import { shapeOfEntry } from '../../core/policy/shape.ts';
import { cedarArgs } from '../../core/policy/values.ts';
import { compilePolicies } from './compile.ts';

const refund = toolEntry(
  'refund',
  {
    id: { type: 'string' },
    amount: { type: 'integer' },
    ratio: { type: 'number' },
    who: { type: 'object', properties: { type: { type: 'string' }, id: { type: 'string' } } },
  },
  { class: 'pay', args: { amount: { money: true } } },
);
const permit = '@id("p") permit (principal, action == Action::"crm.refund", resource);';

function published(...texts: readonly string[]): PolicySet {
  const compiled = compilePolicies({
    files: [{ name: 'x.cedar', text: texts.join('\n') }],
    entries: [refund],
  });
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.problems));
  return compiled.set;
}

function forbid(id: string, condition: string): string {
  return `@id("${id}") forbid (principal, action == Action::"crm.refund", resource) when { ${condition} };`;
}

function asked(args: JsonObject = { amount: 5 }): Question {
  return questionFor(describedCall(refund, args), caller);
}

/** The same question with one attribute of the context replaced, as no code of ours would write it. */
function tampered(name: string, value: unknown): Question {
  const question = asked();
  return { ...question, context: { ...question.context, [name]: value as CedarValue } };
}

describe('a forbid that errors', () => {
  const overflow = forbid('f', 'context.session.calls + 9223372036854775807 > 0');

  test('is skipped by the engine, which then allows', () => {
    const question = asked();
    const call = { ...question, policies: { staticPolicies: [permit, overflow].join('\n') } };
    const answer = isAuthorized(call as unknown as Parameters<typeof isAuthorized>[0]);
    expect(answer).toMatchObject({ type: 'success', response: { decision: 'allow' } });
  });

  test('is reported to us, and denies', () => {
    const set = published(permit, overflow);
    const answer = set.evaluate(asked());
    expect(answer).toEqual({ ok: true, satisfied: ['p'], errored: ['f'] });
    const verdicts = [
      { policy: policyIn(set, 'p'), kind: 'satisfied' as const },
      { policy: policyIn(set, 'f'), kind: 'errored' as const },
    ];
    expect(fold(verdicts, [])).toMatchObject({ outcome: 'deny', code: 'forbid_errored' });
  });
});

test('a permit behind a satisfied forbid is reported as well', () => {
  const set = published(permit, forbid('f', 'true'), forbid('g', 'context.session.calls > 1000'));
  expect(set.evaluate(asked())).toEqual({ ok: true, satisfied: ['f', 'p'], errored: [] });
  expect(policyIn(set, 'f').effect).toBe('forbid');
});

describe('a question that the engine cannot take is a failure, never an answer', () => {
  const set = published(permit, forbid('f', 'context.session.calls > 9 && principal.owner == "x"'));
  const agent = asked().entities[0];
  if (agent === undefined) throw new Error('no principal');

  test('as it stands it is answered', () => {
    expect(set.evaluate(asked())).toEqual({ ok: true, satisfied: ['p'], errored: [] });
  });

  test.each<[what: string, question: unknown]>([
    ['an unknown action', { ...asked(), action: { type: 'Action', id: 'crm.delete_all' } }],
    ['a group for an action', { ...asked(), action: { type: 'Action', id: 'value' } }],
    ['an unknown type of principal', { ...asked(), principal: { type: 'Robot', id: 'x' } }],
    ['an operator for an agent', { ...asked(), principal: { type: 'Operator', id: 'x' } }],
    ['an unknown type of resource', { ...asked(), resource: { type: 'Invoice', id: 'x' } }],
    ['a float', tampered('session', { calls: 1.5 })],
    ['null', tampered('session', { calls: null })],
    ['a string for a number', tampered('session', { calls: '1' })],
    ['a set for a record', tampered('session', [])],
    ['a missing attribute', tampered('session', {})],
    ['a missing record', tampered('session', undefined)],
    ['an entity for a number', tampered('session', { calls: { __entity: { type: 'Agent', id: 'x' } } })],
    ['a big integer', tampered('session', { calls: 10n })],
    ["an integer past the engine's", tampered('session', { calls: 2 ** 64 })],
    ['nesting without end', tampered('session', { calls: nested(500) })],
    ['a value that contains itself', tampered('session', { calls: circular() })],
    [
      'one entity twice',
      { ...asked(), entities: [agent, { ...agent, attrs: { ...agent.attrs, owner: 'y' } }] },
    ],
    ['an entity above itself', { ...asked(), entities: [{ ...agent, parents: [agent.uid] }] }],
    ['an entity of wrong attributes', { ...asked(), entities: [{ ...agent, attrs: { owner: 7 } }] }],
    ['no principal', { ...asked(), principal: undefined }],
    ['no entities', { ...asked(), entities: undefined }],
    ['no context', { ...asked(), context: undefined }],
    ['nothing', undefined],
    ['text that is not Unicode', tampered('session', { calls: '\ud800' })],
  ])('%s', (_what, question) => {
    expect(set.evaluate(question as Question)).toEqual({ ok: false, reason: expect.any(String) });
  });

  test('and it answers again afterwards', () => {
    expect(set.evaluate(asked())).toEqual({ ok: true, satisfied: ['p'], errored: [] });
  });
});

describe('what the caller wrote never becomes an entity', () => {
  const agentRecord = { type: 'Agent', id: 'root' };
  const set = published(
    permit,
    forbid('f', 'context.args has who && context.args.who has id && context.args.who.id == "root"'),
  );

  test('a record that looks like one stays a record', () => {
    expect(set.evaluate(asked({ who: agentRecord }))).toEqual({
      ok: true,
      satisfied: ['f', 'p'],
      errored: [],
    });
  });

  test('the engine would take the escape, so it is refused before', () => {
    const smuggled = { __entity: agentRecord };
    const loose = {
      principal: { type: 'Agent', id: 'a' },
      action: { type: 'Action', id: 'x' },
      resource: { type: 'Agent', id: 'a' },
      context: { who: smuggled },
      entities: [],
      policies: {
        staticPolicies: 'permit (principal, action, resource) when { context.who == Agent::"root" };',
      },
    };
    expect(isAuthorized(loose)).toMatchObject({ response: { decision: 'allow' } });
    expect(cedarArgs({ who: smuggled }, shapeOfEntry(refund))).toMatchObject({
      ok: false,
      code: 'reserved_key',
    });
    expect(
      cedarArgs({ ratio: { __extn: { fn: 'decimal', arg: '1.0' } } }, shapeOfEntry(refund)),
    ).toMatchObject({
      ok: false,
      code: 'reserved_key',
    });
  });
});

test('a wrong type passes an unchecked request, so requests are checked', () => {
  const set = published(permit, forbid('f', 'context.args has amount && context.args.amount > 100'));
  const question = asked({ amount: 5 });
  const wrong = { ...question, context: { ...question.context, args: { amount: true } } };
  expect(set.evaluate(wrong)).toMatchObject({ ok: false });
});

describe('numbers', () => {
  test('literals past 2^53 are exact, although the JSON form of a policy rounds them', () => {
    const text = forbid('f', '9007199254740993 == 9007199254740992 || context.session.calls > 9');
    const json = JSON.stringify(policyToJson(text));
    expect(json).not.toContain('9007199254740993');
    expect(published(permit, text).evaluate(asked())).toEqual({ ok: true, satisfied: ['p'], errored: [] });
  });

  test('decimals are equal by value', () => {
    const set = published(
      permit,
      forbid('f', 'context.args has ratio && context.args.ratio == decimal("1.50")'),
    );
    expect(set.evaluate(asked({ ratio: 1.5 }))).toMatchObject({ satisfied: ['f', 'p'] });
  });
});

test('a tag of the task is compared with an argument', () => {
  const set = published(
    '@id("own") permit (principal, action == Action::"crm.refund", resource) when { context.args has id && context.task.hasTag("ticket") && context.task.getTag("ticket") == context.args.id };',
  );
  expect(set.evaluate(asked({ id: '42' }))).toMatchObject({ satisfied: ['own'] });
  expect(set.evaluate(asked({ id: '43' }))).toMatchObject({ satisfied: [] });
});

test('names that objects inherit are plain names', () => {
  const tool = toolEntry('odd', { constructor: { type: 'string' }, toString: { type: 'string' } });
  const text =
    '@id("p") permit (principal, action == Action::"crm.odd", resource) when { context.args has constructor && context.args.constructor == "x" && !(context.args has toString) };';
  const compiled = compilePolicies({ files: [{ name: 'x', text }], entries: [tool] });
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.problems));
  const question = questionFor(describedCall(tool, Object.fromEntries([['constructor', 'x']])), caller);
  expect(compiled.set.evaluate(question)).toEqual({ ok: true, satisfied: ['p'], errored: [] });
});

test('a name that the engine does not know is a failure', () => {
  const call = { ...asked(), preparsedPolicySetId: 'never', preparsedSchemaName: 'never' };
  expect(statefulIsAuthorized(call as unknown as StatefulAuthorizationCall)).toMatchObject({
    type: 'failure',
  });
});

function policyIn(set: PolicySet, id: string) {
  const policy = set.policies.get(id);
  if (policy === undefined) throw new Error(id);
  return policy;
}

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let i = 0; i < depth; i++) value = { a: value };
  return value;
}

function circular(): unknown {
  const value: { self?: unknown } = {};
  value.self = value;
  return value;
}
