// SPDX-License-Identifier: Apache-2.0
// What the starter policies promise, each promise asked of the real engine and folded.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { caller, describedCall } from '../../../test/builders/requests.ts';
import { toolEntry } from '../../../test/builders/tools.ts';
import { type ActionClass, classes } from '../../core/catalogue/taxonomy.ts';
import { fold } from '../../core/decision/fold.ts';
import { type Label, nothingRead } from '../../core/label/label.ts';
import { questionFor } from '../../core/policy/context.ts';
import type { Circumstances } from '../../core/session/circumstances.ts';
import { compilePolicies } from './compile.ts';

const text = readFileSync(new URL('../../../policies/starter.cedar', import.meta.url), 'utf8');
const files = [{ name: 'starter.cedar', text }];
const entries = Object.keys(classes).map((name) => toolEntry(name, {}, { class: name as ActionClass }));

const compiled = compilePolicies({ files, entries });

function outcomeOf(name: ActionClass, who: Circumstances, reversible: boolean) {
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.problems));
  const entry = toolEntry(name, {}, { class: name, reversible });
  const answer = compiled.set.evaluate(questionFor(describedCall(entry), who));
  if (!answer.ok) throw new Error(answer.reason);
  const { policies } = compiled.set;
  const verdict = (kind: 'satisfied' | 'errored') => (id: string) => {
    const policy = policies.get(id);
    if (policy === undefined) throw new Error(id);
    return { policy, kind };
  };
  const verdicts = [...answer.satisfied.map(verdict('satisfied')), ...answer.errored.map(verdict('errored'))];
  const outcome = fold(verdicts, []);
  return { outcome: outcome.outcome, because: outcome.because.map(({ policy }) => policy.id) };
}

const semi = caller;
const read = (label: Partial<Label>): Circumstances => ({
  ...semi,
  session: { ...semi.session, labels: { ...nothingRead, ...label } },
});
const supervised: Circumstances = { ...semi, agent: { ...semi.agent, autonomy: 'supervised' } };
const privateOnly = read({ level: 'restricted' });
const untrustedOnly = read({ integrity: 'untrusted' });
const internalAndUntrusted = read({ level: 'internal', integrity: 'untrusted' });
const both = read({ level: 'confidential', integrity: 'untrusted' });

test.each<[string, ActionClass, Circumstances, boolean, string, string]>([
  ['reading is allowed', 'read', semi, true, 'allow', 'starter.observe'],
  ['reading is allowed after anything was read', 'read', both, true, 'allow', 'starter.observe'],
  ['a reversible change is allowed', 'write', semi, true, 'allow', 'starter.change-and-send'],
  ['an irreversible change asks', 'write', semi, false, 'step_up', 'starter.ask-before-irreversible'],
  ['deleting asks, reversible or not', 'delete', semi, true, 'step_up', 'starter.ask-before-irreversible'],
  ['paying asks', 'pay', semi, true, 'step_up', 'starter.ask-before-paying'],
  [
    'a supervised agent asks before a change',
    'write',
    supervised,
    true,
    'step_up',
    'starter.ask-when-supervised',
  ],
  ['a supervised agent reads without asking', 'read', supervised, true, 'allow', 'starter.observe'],
  ['sending is allowed', 'send', semi, false, 'allow', 'starter.change-and-send'],
  ['private data alone may leave', 'send', privateOnly, true, 'allow', 'starter.change-and-send'],
  ['untrusted text alone may leave', 'send', untrustedOnly, true, 'allow', 'starter.change-and-send'],
  ['internal data is not private', 'send', internalAndUntrusted, true, 'allow', 'starter.change-and-send'],
  ['private and untrusted may not leave', 'send', both, true, 'deny', 'starter.no-way-out'],
  ['a fetch is a way out', 'fetch', both, true, 'deny', 'starter.no-way-out'],
  ['code is a way out', 'execute', both, true, 'deny', 'starter.no-way-out'],
  ['no agent grants', 'grant', semi, true, 'deny', 'starter.no-authority'],
  ['no agent uses what nobody classified', 'unknown', semi, true, 'deny', 'starter.no-authority'],
])('%s', (_promise, name, who, reversible, outcome, policy) => {
  expect(outcomeOf(name, who, reversible)).toEqual({ outcome, because: expect.arrayContaining([policy]) });
});

test('the starter fits every catalogue, an empty one included', () => {
  expect(compilePolicies({ files, entries: [] })).toMatchObject({ ok: true, warnings: [] });
});

test('every starter policy says who owns it, which control it serves and why', () => {
  if (!compiled.ok) throw new Error('refused');
  for (const policy of compiled.set.policies.values()) {
    expect(policy).toMatchObject({ owner: expect.any(String), reason: expect.any(String) });
    if (!policy.id.startsWith('countersign.')) expect(policy.controls.length).toBeGreaterThan(0);
  }
});
