// SPDX-License-Identifier: Apache-2.0
// A task's scope on the road: over policy, through transforms, in shadow, and under calls at once.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadCatalogue } from '../../src/adapters/catalogue-files/load.ts';
import { compilePolicies } from '../../src/adapters/cedar-wasm/compile.ts';
import { loadTemplates } from '../../src/adapters/task-files/load.ts';
import { startTask } from '../../src/app/tasks.ts';
import { mayList } from '../../src/app/visible.ts';
import type { Caller } from '../../src/core/request/proposal.ts';
import { verifies } from '../requirements.ts';
import { demoDir, operator, type Rig, type RigOptions, rig, tool } from './road.fixture.ts';

const templateText = `
type: support
params:
  customer: { type: integer, min: 1 }
capabilities:
  - actions: [refund]
    args:
      customerId: { integer: { min: '\${param.customer}', max: '\${param.customer}' } }
      amount: { integer: { max: 5000 } }
  - classes: [read]
    servers: [crm]
    resource: { at_most: confidential }
workflow:
  start: looking
  states:
    looking: { read: looking, pay: paid }
    paid: { read: paid }
`;
const loaded = loadTemplates([{ name: 'support.yaml', text: templateText }]);
const policies = `
@id("all") permit (principal, action, resource);
@id("cap") @outcome("modify") @transform("cap:amount:6000")
forbid (principal is Agent, action == Action::"refund", resource) when { context.args.amount > 6000 };
@id("ask") @outcome("step_up") @approvers("team") @expires("15m")
forbid (principal is Agent, action == Action::"refund", resource) when { context.args.amount > 4000 };
`;

async function scoped(options: RigOptions = {}): Promise<{ made: Rig; caller: Caller }> {
  const catalogue = loadCatalogue(join(demoDir, 'catalogue'));
  if (!catalogue.ok || !loaded.ok) throw new Error(JSON.stringify(loaded));
  const compiled = compilePolicies({
    files: [{ name: 'p.cedar', text: policies }],
    entries: catalogue.index.entries,
    shadow: undefined,
  });
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.problems));
  const made = await rig({ ...options, policies: compiled.set });
  let seed = 0;
  const randomness = {
    bytes: (n: number) => Uint8Array.from({ length: n }, () => (seed = (seed * 75 + 74) % 65_537)),
  };
  const started = await startTask({ ...made.road, templates: () => loaded.templates }, randomness, operator, {
    type: 'support',
    agent: 'a1',
    owner: 'o1',
    autonomy: 'semi',
    params: { customer: '7' },
    budgets: [],
  });
  if (!started.ok) throw new Error(started.reason);
  const { agent, task, session, tokenId } = started.value;
  return { made, caller: { agent, task, session, tokenId } };
}

const refund = (amount: number, customerId = 7) =>
  tool('crm', 'refund', { customerId, amount, currency: 'EUR' });

test('no transform makes room for what is outside, and nobody is asked to approve it', async () => {
  verifies('task.scope');
  const { made, caller } = await scoped();
  // Policy alone would cap this one, and the scope is asked before.
  const large = await made.call(caller, refund(9000));
  expect(large.answer).toMatchObject({ outcome: 'deny', code: 'outside_scope', policies: [] });
  const unapproved = await made.call(caller, refund(5500));
  expect(unapproved.answer).toMatchObject({ outcome: 'deny', code: 'outside_scope' });
  expect(unapproved.answer).toMatchObject({
    reason: expect.stringContaining('`amount` must be a whole number of at most 5000'),
  });
  // What is inside is still for policy to say.
  expect((await made.call(caller, refund(4500))).answer).toMatchObject({
    outcome: 'step_up',
    code: 'pending_approval',
  });
  expect((await made.call(caller, refund(100, 8))).answer).toMatchObject({ code: 'outside_scope' });
  expect(made.effects).toEqual([]);
});

test('of calls that are decided at once, one takes the step', async () => {
  verifies('task.scope');
  const { made, caller } = await scoped();
  const answers = await Promise.all(Array.from({ length: 8 }, () => made.call(caller, refund(100))));
  expect(answers.map(({ answer }) => answer.outcome).sort()).toEqual(['allow', ...Array(7).fill('deny')]);
  expect(made.effects).toHaveLength(1);
  expect((await made.call(caller, tool('crm', 'get_customer', { customerId: 7 }))).answer.outcome).toBe(
    'allow',
  );
});

test('lists leave out what no argument would bring in', async () => {
  const { made, caller } = await scoped();
  const listed = (server: string, target: string) => mayList(made.road, caller, 'tools/call', server, target);
  expect(listed('crm', 'refund')).toBe(true);
  expect(listed('crm', 'get_customer')).toBe(true);
  expect(listed('crm', 'search_customers')).toBe(false);
  expect(listed('crm', 'export_customers')).toBe(false);
  expect(listed('mail', 'send_mail')).toBe(false);
});

test('shadow mode lets it pass and says what it would have been', async () => {
  const { made, caller } = await scoped({ mode: 'shadow' });
  expect((await made.call(caller, refund(9000))).answer.outcome).toBe('allow');
  const records = await made.ledger.read(0, 1000);
  const text = records.map(({ leaf }) => leaf).find((one) => one.includes('outside_scope'));
  expect(text).toContain('"outcome":"deny"');
  expect(text).toContain('"shadow":true');
  expect(text).toContain('at most 5000');
});

test('a restart knows the scope and where the workflow stands', async () => {
  verifies('task.bound');
  const { made, caller } = await scoped();
  expect((await made.call(caller, refund(100))).answer.outcome).toBe('allow');
  const again = await rig({ store: made.store, published: made.force.current() });
  expect((await again.call(caller, refund(100))).answer).toMatchObject({ code: 'outside_scope' });
  expect((await again.call(caller, tool('mail', 'list_inbox'))).answer).toMatchObject({
    code: 'outside_scope',
  });
});
