// SPDX-License-Identifier: Apache-2.0
// An instance that threw is never asked again, and no set can harm another.
import { describe, expect, test } from 'vitest';
import { caller, describedCall } from '../../../test/builders/requests.ts';
import { toolEntry } from '../../../test/builders/tools.ts';
import type { PolicySet } from '../../app/ports.ts';
import { questionFor } from '../../core/policy/context.ts';
import { compilePolicies } from './compile.ts';
import { type Cedar, createEngine, EngineFailed } from './engine.ts';

const tool = toolEntry('get', { id: { type: 'string' } });
const question = questionFor(describedCall(tool), caller);
const nested = (depth: number) =>
  `@id("deep") permit (principal, action, resource) when { ${'('.repeat(depth)}true${')'.repeat(depth)} };`;

function published(id: string): PolicySet {
  const text = `@id("${id}") permit (principal, action == Action::"crm.get", resource);`;
  const compiled = compilePolicies({ files: [{ name: 'x', text }], entries: [tool] });
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.problems));
  return compiled.set;
}

describe('an instance', () => {
  test('does not survive a policy that is nested too deeply', () => {
    const engine = createEngine();
    engine.run((cedar: Cedar) => {
      expect(() => cedar.policyToJson(nested(1000))).toThrow();
      expect(() => cedar.policyToJson('permit (principal, action, resource);')).toThrow();
    });
  });

  test('is replaced after it threw', () => {
    const engine = createEngine();
    expect(() => engine.run((cedar) => cedar.policyToJson(nested(1000)))).toThrow(EngineFailed);
    expect(engine.run((cedar) => cedar.policyToJson('permit (principal, action, resource);'))).toMatchObject({
      type: 'success',
    });
  });

  test('is prepared before it is asked, each time it is new', () => {
    const asked: string[] = [];
    const engine = createEngine(() => asked.push('prepare'));
    engine.run(() => asked.push('work'));
    engine.run(() => asked.push('work'));
    expect(() =>
      engine.run(() => {
        throw new Error('x');
      }),
    ).toThrow(EngineFailed);
    engine.run(() => asked.push('work'));
    expect(asked).toEqual(['prepare', 'work', 'work', 'prepare', 'work']);
  });

  test('that cannot be prepared is not asked', () => {
    const engine = createEngine(() => {
      throw new Error('refused');
    });
    for (let i = 0; i < 2; i++) {
      expect(() => engine.run(() => expect.unreachable())).toThrow(EngineFailed);
    }
  });

  test('is not that of another engine', () => {
    const [one, other] = [createEngine(), createEngine()];
    one.run((cedar) => cedar.preparseSchema('s', 'entity A;'));
    const ask = (cedar: Cedar) =>
      cedar.statefulIsAuthorized({
        principal: { type: 'A', id: 'a' },
        action: { type: 'Action', id: 'x' },
        resource: { type: 'A', id: 'a' },
        context: {},
        entities: [],
        preparsedPolicySetId: 'p',
        preparsedSchemaName: 's',
      });
    one.run((cedar) => cedar.preparsePolicySet('p', { staticPolicies: '' }));
    expect(JSON.stringify(one.run(ask))).not.toContain('not preparsed');
    expect(other.run(ask)).toMatchObject({ type: 'failure' });
  });
});

describe('a set', () => {
  test('keeps answering with its own policies beside a new one', () => {
    const before = published('old');
    const after = published('new');
    expect(before.evaluate(question)).toEqual({ ok: true, satisfied: ['old'], errored: [] });
    expect(after.evaluate(question)).toEqual({ ok: true, satisfied: ['new'], errored: [] });
    expect(before.evaluate(question)).toMatchObject({ satisfied: ['old'] });
  });

  test.each<[what: string, text: string]>([
    ['cannot be read', 'nonsense'],
    ['names an unknown action', '@id("x") permit (principal, action == Action::"nope", resource);'],
    ['is nested until the engine breaks', nested(1000)],
    [
      'is longer than the engine can bear',
      `@id("x") permit (principal, action, resource) when { ${Array(10_000).fill('true').join(' && ')} };`,
    ],
  ])('is unharmed by one that %s', (_what, text) => {
    const before = published('old');
    const good = '@id("good") permit (principal, action == Action::"crm.get", resource);';
    const compiled = compilePolicies({
      files: [
        { name: 'x', text: `${text}\n` },
        { name: 'y', text: good },
      ],
      entries: [tool],
    });
    expect(compiled.ok ? [] : compiled.problems.map(({ file }) => file)).toEqual(['x']);
    expect(before.evaluate(question)).toEqual({ ok: true, satisfied: ['old'], errored: [] });
    expect(published('next').evaluate(question)).toMatchObject({ satisfied: ['next'] });
  });

  test('answers again after every question that it cannot take', () => {
    const set = published('p');
    for (let i = 0; i < 5; i++) {
      expect(set.evaluate({ ...question, action: { type: 'Action', id: '\ud800' } })).toEqual({
        ok: false,
        reason: expect.any(String),
      });
      expect(set.evaluate(question)).toEqual({ ok: true, satisfied: ['p'], errored: [] });
    }
  });
});
