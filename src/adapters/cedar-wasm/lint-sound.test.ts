// SPDX-License-Identifier: Apache-2.0
// Where lint says that one policy covers another, no request says otherwise: the engine is asked.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { caller, describedCall } from '../../../test/builders/requests.ts';
import { toolEntry } from '../../../test/builders/tools.ts';
import { verifies } from '../../../test/requirements.ts';
import { questionFor } from '../../core/policy/context.ts';
import { compilePolicies } from './compile.ts';

const entries = [
  toolEntry('get', { id: { type: 'string' } }),
  toolEntry('refund', {}, { class: 'pay' }),
  toolEntry('drop', {}, { class: 'delete' }),
  toolEntry('wiki', {}, { class: 'fetch', resource: { type: 'Wiki', label: toolEntry('x').resource.label } }),
];

const principals = [
  'principal is Agent',
  `principal == Agent::"${caller.agent.id}"`,
  'principal == Agent::"other"',
];
const actions = [
  'action',
  'action == Action::"crm.refund"',
  'action == Action::"crm.get"',
  'action in Action::"pay"',
  'action in Action::"change"',
  'action in Action::"observe"',
  'action in [Action::"change", Action::"observe"]',
  'action in [Action::"egress", Action::"value"]',
];
const resources = ['resource', 'resource is Ticket', 'resource is Wiki', 'resource == Ticket::"7"'];
const parts = [
  'context.session.calls > 3',
  'context.task.hasPrompt',
  'context.tool.reversible',
  'context.session.calls > 9',
];
const clause = fc.oneof(
  fc.subarray(parts, { minLength: 1 }).map((some) => `when { ${some.join(' && ')} }`),
  fc.subarray(parts, { minLength: 1 }).map((some) => `when { ${some.join(' || ')} }`),
  fc.constantFrom(...parts).map((part) => `unless { ${part} }`),
  fc.constantFrom(...parts).map((part) => `when { !(${part}) }`),
);
const policy = fc
  .tuple(
    fc.constantFrom(
      'permit',
      'forbid',
      'forbid',
      '@outcome("step_up") @approvers("a") @expires("1h") forbid',
    ),
    fc.constantFrom(...principals),
    fc.constantFrom(...actions),
    fc.constantFrom(...resources),
    fc.array(clause, { maxLength: 2 }),
  )
  .map(
    ([effect, principal, action, resource, clauses]) =>
      `${effect} (${principal}, ${action}, ${resource}) ${clauses.join(' ')};`,
  );

const questions = entries.flatMap((entry) =>
  ['7', '8'].flatMap((id) =>
    [0, 5, 10].flatMap((calls) =>
      [true, false].flatMap((flag) => {
        const described = describedCall({ ...entry, reversible: flag });
        const who = {
          ...caller,
          session: { ...caller.session, calls },
          task: { ...caller.task, hasPrompt: calls === 5 ? flag : !flag },
        };
        return [questionFor({ ...described, resource: { ...described.resource, id } }, who)];
      }),
    ),
  ),
);

test('whenever a policy that is covered is satisfied, so is the one that covers it', () => {
  verifies('policy.lint-is-right');
  let compared = 0;
  let satisfied = 0;
  fc.assert(
    fc.property(fc.array(policy, { minLength: 2, maxLength: 6 }), (texts) => {
      const text = texts.map((one, i) => `@id("p${i}") @owner("o") @reason("r") ${one}`).join('\n');
      const compiled = compilePolicies({ files: [{ name: 'a.cedar', text }], entries });
      if (!compiled.ok) return;
      const pairs = compiled
        .lint()
        .filter(({ rule }) => ['CS102', 'CS103', 'CS104'].includes(rule))
        .map(({ message }) => [...message.matchAll(/`(p\d)`/g)].map((found) => found[1] ?? ''));
      for (const question of pairs.length === 0 ? [] : questions) {
        const answer = compiled.set.evaluate(question);
        if (!answer.ok) throw new Error(answer.reason);
        for (const [covered = '', by = ''] of pairs) {
          compared += 1;
          if (!answer.satisfied.includes(covered)) continue;
          satisfied += 1;
          expect(answer.satisfied).toContain(by);
        }
      }
    }),
    { numRuns: 60, seed: 20270104 },
  );
  expect(compared).toBeGreaterThan(500);
  expect(satisfied).toBeGreaterThan(100);
});
