// SPDX-License-Identifier: Apache-2.0
// Laws over generated policies and callers: what is left out of a question changes nothing, and
// without remedies and errors the fold says what Cedar says.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { caller, describedCall } from '../../../test/builders/requests.ts';
import { toolEntry } from '../../../test/builders/tools.ts';
import type { PolicySet } from '../../app/ports.ts';
import { fold } from '../../core/decision/fold.ts';
import type { Verdict } from '../../core/decision/verdict.ts';
import { integrities, levels } from '../../core/label/label.ts';
import { questionFor } from '../../core/policy/context.ts';
import type { Question } from '../../core/policy/question.ts';
import type { Circumstances } from '../../core/session/circumstances.ts';
import { compilePolicies } from './compile.ts';
import { type Cedar, createEngine } from './engine.ts';

const refund = toolEntry(
  'refund',
  {
    id: { type: 'string' },
    amount: { type: 'integer' },
    ratio: { type: 'number' },
    tags: { type: 'array', items: { type: 'string' } },
    to: { type: 'object', properties: { iban: { type: 'string' }, name: { type: 'string' } } },
  },
  { class: 'pay' },
);

/** Each reaches its values in another way; together, every way in which a policy can. */
const safeConditions = [
  'context.session.labels.level >= 2',
  'context.session.labels.untrusted',
  'context.session.labels.categories.contains("pii")',
  'context.session.labels.sources.containsAny(["web/fetch", "mail/read"])',
  'context.session == context.session',
  '{a: context.session}.a.calls > 2',
  '(if context.session.labels.untrusted then context.session else context.session).calls > 2',
  'context.agent.autonomy == "semi"',
  'principal.autonomy == "semi" && principal has owner',
  '(if context.tool.reversible then principal else principal).owner == "support"',
  'principal == Agent::"support-bot"',
  'principal in Agent::"support-bot" || principal in [Agent::"x", Agent::"y"]',
  '[principal].contains(Agent::"support-bot")',
  'Agent::"support-bot" has owner && Agent::"support-bot".owner == "support"',
  'resource in Ticket::"42" && resource.label.level < 2',
  'resource == Ticket::"42" && resource has label',
  'context.resource.label.level == resource.label.level',
  'context.task.type == "support"',
  'context.task has purpose && context.task.purpose like "*refund*"',
  'context.task.hasTag("ticket") && context.args has id && context.task.getTag("ticket") == context.args.id',
  'context.task == Task::"task-1" && context.task.hasPrompt',
  'context.task.ageSeconds > context.session.ageSeconds',
  'context.args has amount && context.args.amount * 2 > 100',
  'context.args has ratio && context.args.ratio.lessThan(decimal("0.5"))',
  'context.args has tags && !context.args.tags.isEmpty()',
  'context.args has to.iban && context.args.to.iban like "DE*"',
  'context.args has to && context.args.to has name',
  'context.args_opaque',
  'context.now > datetime("2026-11-01")',
  'context.tool.class == "pay" && context.tool.server == "crm"',
  'context has args',
  'action in Action::"value"',
];
const erringConditions = [
  'context.session.calls + 9223372036854775807 > 0',
  'Agent::"nobody".owner == "support"',
  '(if context.session.labels.untrusted then principal else Agent::"nobody").owner == "support"',
  'Task::"other".hasTag("ticket") || Task::"other".ageSeconds > 1',
];

function policiesFrom(conditions: readonly string[]) {
  const clause = fc
    .tuple(
      fc.constantFrom('when', 'unless'),
      fc.array(fc.constantFrom(...conditions), { minLength: 1, maxLength: 2 }),
      fc.constantFrom(' && ', ' || '),
    )
    .map(([word, parts, glue]) => `${word} { ${parts.map((part) => `(${part})`).join(glue)} }`);
  return fc
    .array(fc.tuple(fc.constantFrom('permit', 'forbid', 'permit'), fc.array(clause, { maxLength: 2 })), {
      minLength: 1,
      maxLength: 5,
    })
    .map((rules) =>
      rules.map(
        ([effect, clauses], i) =>
          `@id("p${i}") ${effect} (principal is Agent, action == Action::"crm.refund", resource) ${clauses.join(' ')};`,
      ),
    );
}

const labels = fc.record({
  level: fc.constantFrom(...levels),
  integrity: fc.constantFrom(...integrities),
  categories: fc.subarray(['financial', 'pii']),
  sources: fc.subarray(['mail/read', 'web/fetch']),
});
const who: fc.Arbitrary<Circumstances> = fc
  .record({
    labels,
    calls: fc.nat({ max: 5 }),
    autonomy: fc.constantFrom('supervised', 'semi'),
    purpose: fc.option(fc.constant('a refund'), { nil: undefined }),
    hasPrompt: fc.boolean(),
  })
  .map(({ labels: read, calls, autonomy, purpose, hasPrompt }) => ({
    ...caller,
    agent: { ...caller.agent, autonomy },
    task: { ...caller.task, hasPrompt, ...(purpose === undefined ? {} : { purpose }) },
    session: { ...caller.session, calls, labels: read },
  }));
const args = fc.record(
  {
    id: fc.constantFrom('42', '43'),
    amount: fc.constantFrom(1, 500),
    ratio: fc.constantFrom(0.25, 2),
    tags: fc.subarray(['a', 'b']),
    to: fc.constantFrom({}, { iban: 'DE1' }, { name: 'x' }),
    free: fc.constant(1),
  },
  { requiredKeys: [] },
);
const questions = fc.array(
  fc
    .tuple(args, who, fc.constantFrom('42', '7'))
    .map(([given, asking, id]) => questionFor(describedCall(refund, given, id), asking)),
  { minLength: 3, maxLength: 6 },
);

function published(policies: readonly string[]): PolicySet | undefined {
  const compiled = compilePolicies({ files: [{ name: 'x', text: policies.join('\n') }], entries: [refund] });
  if (compiled.ok) return compiled.set;
  // A generated policy may contradict itself; anything else would be a defect of the generator.
  expect(compiled.problems.map(({ message }) => message).join()).toMatch(/impossible/);
  return undefined;
}

const reference = createEngine();

/** Cedar itself, stateless and without a schema, given the whole question. */
function cedarsOwn(question: Question, policies: readonly string[]) {
  const groups = ['pay', 'change', 'value'].map((id) => ({ type: 'Action', id }));
  const action = { uid: question.action, attrs: {}, parents: groups };
  const byId = Object.fromEntries(policies.map((text, i) => [`p${i}`, text]));
  const call = {
    ...question,
    entities: [...question.entities, action],
    policies: { staticPolicies: byId },
  };
  const answer = reference.run((cedar) =>
    cedar.isAuthorized(call as unknown as Parameters<Cedar['isAuthorized']>[0]),
  );
  if (answer.type === 'failure') throw new Error(JSON.stringify(answer.errors));
  const { decision, diagnostics } = answer.response;
  return {
    decision,
    satisfied: [...diagnostics.reason].sort(),
    errored: diagnostics.errors.map((e) => e.policyId).sort(),
  };
}

test('what no policy looks at may be left out: every verdict stays, errors included', () => {
  let errors = 0;
  fc.assert(
    fc.property(policiesFrom([...safeConditions, ...erringConditions]), questions, (policies, asked) => {
      const set = published(policies);
      if (set === undefined) return;
      const permits = policies.map((text) => text.replace(/^(@id\("p\d"\)) forbid/, '$1 permit'));
      for (const question of asked) {
        const { satisfied, errored } = cedarsOwn(question, permits);
        expect(set.evaluate(question)).toEqual({ ok: true, satisfied, errored });
        errors += errored.length;
      }
    }),
    { numRuns: 40 },
  );
  expect(errors).toBeGreaterThan(10);
});

test('without remedies and errors, the fold says what Cedar says', () => {
  const seen = { allow: 0, deny: 0 };
  fc.assert(
    fc.property(policiesFrom(safeConditions), questions, (policies, asked) => {
      const set = published(policies);
      if (set === undefined) return;
      for (const question of asked) {
        const answer = set.evaluate(question);
        if (!answer.ok) throw new Error(answer.reason);
        expect(answer.errored).toEqual([]);
        const verdicts = answer.satisfied.map((id): Verdict => {
          const policy = set.policies.get(id);
          if (policy === undefined) throw new Error(id);
          return { policy, kind: 'satisfied' };
        });
        const { decision } = cedarsOwn(question, policies);
        expect(fold(verdicts, []).outcome).toBe(decision);
        seen[decision]++;
      }
    }),
    { numRuns: 30 },
  );
  expect(Math.min(seen.allow, seen.deny)).toBeGreaterThan(10);
});

describe('each way on its own', () => {
  const conditions = [...safeConditions, ...erringConditions];
  const texts = conditions.map(
    (condition, i) =>
      `@id("p${i}") permit (principal is Agent, action == Action::"crm.refund", resource) when { ${condition} };`,
  );
  const given = { id: '42', amount: 500, ratio: 0.25, tags: ['a'], to: { iban: 'DE1', name: 'x' }, free: 1 };
  const purposeful: Circumstances = { ...caller, task: { ...caller.task, purpose: 'a refund' } };
  const question = questionFor(describedCall(refund, given), purposeful);
  const expected = cedarsOwn(question, texts);

  // Alone, so that nothing is sent for another's sake.
  test.each(conditions.map((condition, i) => [condition, `p${i}`, texts[i] ?? ''] as const))(
    '%s',
    (_, id, text) => {
      expect(published([text])?.evaluate(question)).toEqual({
        ok: true,
        satisfied: expected.satisfied.filter((each) => each === id),
        errored: expected.errored.filter((each) => each === id),
      });
    },
  );
});
