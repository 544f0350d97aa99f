// SPDX-License-Identifier: Apache-2.0
// Tasks under tasks on the road: what a child may do, spend, see and outlive is bounded by those above it.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadTemplates } from '../../src/adapters/task-files/load.ts';
import { eventOf } from '../../src/app/read-records.ts';
import { revoke } from '../../src/app/revoke.ts';
import { endTask, startTask, type TaskOrder } from '../../src/app/tasks.ts';
import { mayList } from '../../src/app/visible.ts';
import type { DecisionEvent } from '../../src/core/record/event.ts';
import type { Caller } from '../../src/core/request/proposal.ts';
import { facets } from '../../src/core/state/facet.ts';
import { labelsOf } from '../../src/core/task/lineage.ts';
import { compileOver, load } from '../../src/main/load.ts';
import { verifies } from '../requirements.ts';
import { demoDir, operator, type Rig, rig, tool } from './road.fixture.ts';

const templates = loadTemplates([
  {
    name: 'lead.yaml',
    text: `
type: lead
params: { customer: { type: integer } }
capabilities:
  - actions: [refund]
    args:
      customerId: { integer: { min: '\${param.customer}', max: '\${param.customer}' } }
      amount: { integer: { max: 5000 } }
  - actions: [crm/get_customer, crm/get_ticket]
`,
  },
  {
    name: 'small.yaml',
    text: `
type: small
params: { customer: { type: integer } }
capabilities:
  - actions: [refund]
    args:
      customerId: { integer: { min: '\${param.customer}', max: '\${param.customer}' } }
      amount: { integer: { max: 100 } }
`,
  },
  {
    name: 'wide.yaml',
    text: 'type: wide\ncapabilities:\n  - actions: [refund]\n',
  },
  {
    name: 'steps.yaml',
    text: 'type: steps\ncapabilities:\n  - classes: [read]\nworkflow:\n  start: a\n  states:\n    a: { read: a }\n',
  },
]);

const permitAll = '@id("all") permit (principal, action, resource);\n';

async function opened(policies = permitAll) {
  const demo = load({
    policyDir: join(demoDir, 'policies'),
    catalogueDir: join(demoDir, 'catalogue'),
    mode: 'enforce',
  });
  if (!demo.ok || !templates.ok) throw new Error('the example does not load');
  const files = [{ name: 'p.cedar', text: policies }];
  const compiled = compileOver(files, demo.published.catalogue, { mode: 'enforce' });
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.problems));
  const made = await rig({ published: compiled.published });
  let seed = 0;
  const randomness = {
    bytes: (n: number) => Uint8Array.from({ length: n }, () => (seed = (seed * 75 + 74) % 65_537)),
  };
  const attempt = (order: Partial<TaskOrder>) =>
    startTask({ ...made.road, templates: () => templates.templates }, randomness, operator, {
      type: 'free',
      agent: 'a1',
      owner: 'o1',
      autonomy: 'semi',
      params: {},
      budgets: [],
      ...order,
    });
  const start = async (order: Partial<TaskOrder>): Promise<Caller> => {
    const started = await attempt(order);
    if (!started.ok) throw new Error(started.reason);
    const { agent, task, session, tokenId } = started.value;
    return { agent, task, session, tokenId };
  };
  return { made, start, attempt };
}

const refund = (amount: number, customerId = 7) =>
  tool('crm', 'refund', { customerId, amount, currency: 'EUR' });
const customer = tool('crm', 'get_customer', { customerId: 7 });
const lead = { type: 'lead', params: { customer: '7' } };

async function outcome(made: Rig, caller: Caller, proposal: ReturnType<typeof refund>) {
  const { answer } = await made.call(caller, proposal);
  return answer.outcome === 'allow' ? 'allow' : answer.code;
}

test('a child does what both scopes admit; one without a template has its parent’s', async () => {
  verifies('task.child');
  const { made, start } = await opened();
  const parent = await start(lead);
  const child = await start({ type: 'small', params: { customer: '7' }, parent: parent.task, agent: 'a2' });
  expect(await outcome(made, child, refund(100))).toBe('allow');
  expect(await outcome(made, child, refund(101))).toBe('outside_scope');
  expect(await outcome(made, child, customer)).toBe('outside_scope');
  const plain = await start({ parent: parent.task, agent: 'a2' });
  expect(await outcome(made, plain, refund(5000))).toBe('allow');
  expect(await outcome(made, plain, refund(5001))).toBe('outside_scope');
  expect(await outcome(made, plain, refund(10, 8))).toBe('outside_scope');
  const listed = (name: string) => mayList(made.road, plain, 'tools/call', 'crm', name);
  expect([listed('refund'), listed('export_customers')]).toEqual([true, false]);
});

test('what is wider is refused, with what does not fit and whom to ask', async () => {
  verifies('task.child');
  const { made, start, attempt } = await opened();
  const parent = await start(lead);
  const before = (await made.ledger.read(0, 1000)).filter(({ stream }) => stream.startsWith('task/')).length;
  const wide = await attempt({ type: 'wide', parent: parent.task });
  expect(wide).toMatchObject({ ok: false, code: 'not_possible' });
  expect(wide.ok ? '' : wide.reason).toMatch(/`customerId` must be .*`local:0`.*approves \(`task\.start`\)/);
  const other = await attempt({ type: 'small', params: { customer: '8' }, parent: parent.task });
  expect(other).toMatchObject({ ok: false, code: 'not_possible' });
  const after = (await made.ledger.read(0, 1000)).filter(({ stream }) => stream.startsWith('task/')).length;
  expect(after).toBe(before);

  const steps = await start({ type: 'steps' });
  expect(await attempt({ parent: steps.task })).toMatchObject({
    ok: false,
    reason: expect.stringContaining('a task with a workflow hands nothing on'),
  });
  expect(await attempt({ parent: 't-none' })).toMatchObject({ ok: false, code: 'not_found' });
});

test('it is done for the same person, and lives no longer', async () => {
  const { made, start, attempt } = await opened();
  const parent = await start({ onBehalfOf: 'alice', ttlMs: 600_000 });
  expect(await attempt({ parent: parent.task, onBehalfOf: 'mallory' })).toMatchObject({
    ok: false,
    reason: expect.stringContaining('is done for `alice`'),
  });
  expect(await attempt({ parent: parent.task, ttlMs: 600_001 })).toMatchObject({
    ok: false,
    reason: expect.stringContaining('ends in 600 seconds'),
  });
  // Nobody asked for a lifetime: the usual one is half an hour.
  const child = await start({ parent: parent.task, agent: 'a2' });
  const state = (task: string) => made.road.sequencer.head.get(facets.task(task));
  expect(state(child.task)?.expiresAt).toBe(state(parent.task)?.expiresAt);
  expect(state(child.task)?.onBehalfOf).toBe('alice');

  await made.call(child, customer);
  const events = (await made.ledger.read(0, 1000)).map((entry) => eventOf(entry));
  const decision = events.findLast(
    (one): one is { ok: true; event: DecisionEvent } => one.ok && one.event.type === 'decision',
  );
  expect(decision?.event.chain).toEqual(['alice', 'a1', 'a2']);
  expect(decision?.event.facts['task.depth']?.value).toBe(1);
});

test('children spend what their parent has, all of them together', async () => {
  verifies('task.child');
  const { made, start } = await opened();
  const parent = await start({ budgets: [{ name: 'calls', limit: 3 }] });
  const children = await Promise.all(
    ['a2', 'a3'].map((agent) =>
      start({ parent: parent.task, agent, budgets: [{ name: 'calls', limit: 2 }] }),
    ),
  );
  const grandchild = await start({ parent: children[0]?.task ?? '', agent: 'a4' });
  const callers = [...children, grandchild, parent];
  const answers = await Promise.all(
    Array.from({ length: 12 }, (_, i) => outcome(made, callers[i % 4] ?? parent, customer)),
  );
  expect(made.effects).toHaveLength(3);
  expect(answers.filter((one) => one === 'allow')).toHaveLength(3);
  expect(new Set(answers)).toEqual(new Set(['allow', 'budget_exhausted']));
  const budget = made.road.sequencer.head.get(facets.budget(parent.task, 'calls'));
  expect(budget).toEqual({ limit: 3, reserved: 0, spent: 3 });
});

test('what ends above ends below, calls in flight included', async () => {
  verifies('task.child');
  for (const end of ['task', 'revoked task', 'revoked agent', 'time'] as const) {
    const { made, start } = await opened();
    const parent = await start({ ttlMs: 1_200_000 });
    const middle = await start({ parent: parent.task, agent: 'a2' });
    const child = await start({ parent: middle.task, agent: 'a3' });
    const flying = made.road.live.size();
    const { answer } = await made.call(child, customer);
    expect(answer.outcome).toBe('allow');
    expect(made.road.live.size()).toBe(flying);
    const stopped: string[] = [];
    const entry = made.force.current().catalogue.find('tools/call', 'crm', 'get_customer');
    if (entry === undefined) throw new Error('no such tool');
    const line = made.road.sequencer.head.get(facets.task(child.task))?.above ?? [];
    const call = made.road.live.open(
      'd-x',
      { caller: child, above: line, entry, args: {}, resource: { type: 'Target', id: 'x' } },
      made.road.clock.monotonicMs(),
    );
    call.signal.addEventListener('abort', () => stopped.push(String(call.signal.reason)));
    if (end === 'task') await endTask(made.road, operator, parent.task, 'enough');
    if (end === 'revoked task') await revoke(made.road, operator, 'task', parent.task, 'enough');
    if (end === 'revoked agent') await revoke(made.road, operator, 'agent', 'a1', 'enough');
    if (end === 'time') made.pass(1_200_000);
    expect(stopped).toEqual(end === 'time' ? [] : [end === 'task' ? 'ended' : 'revoked']);
    expect(await outcome(made, child, customer)).toMatch(/^(parent_over|task_expired)$/);
    if (end !== 'time') expect(await outcome(made, child, customer)).toBe('parent_over');
    expect(made.effects).toHaveLength(1);
  }
});

test('what one of the line reads, all of it have read', async () => {
  verifies('task.child');
  const { made, start } = await opened(`${permitAll}
@id("read-private") @reason("It has read customer data.")
forbid (principal is Agent, action in Action::"egress", resource) when { context.session.labels.level >= 2 };
`);
  const mail = tool('mail', 'send_mail', { to: 'x@example.com', subject: 's', body: 'b' });
  const parent = await start({});
  const reader = await start({ parent: parent.task, agent: 'a2' });
  const sibling = await start({ parent: parent.task, agent: 'a3' });
  const stranger = await start({ agent: 'a4' });
  expect(await outcome(made, sibling, mail)).toBe('allow');
  expect(await outcome(made, reader, customer)).toBe('allow');
  const { head } = made.road.sequencer;
  expect(labelsOf(head, parent.task).level).toBe('confidential');
  for (const one of [reader, parent, sibling]) expect(await outcome(made, one, mail)).toBe('forbidden');
  const later = await start({ parent: reader.task, agent: 'a5' });
  expect(await outcome(made, later, mail)).toBe('forbidden');
  expect(await outcome(made, stranger, mail)).toBe('allow');
});

test('policy can tell how deep a task lies, and a line has an end', async () => {
  const { made, start, attempt } = await opened(`${permitAll}
@id("not-deep") forbid (principal is Agent, action == Action::"refund", resource) when { context.task.depth >= 2 };
`);
  let task = (await start({})).task;
  const outcomes: string[] = [];
  for (let depth = 1; depth <= 8; depth++) {
    const child = await start({ parent: task, agent: `b${depth}` });
    outcomes.push(await outcome(made, child, refund(1)));
    task = child.task;
  }
  expect(outcomes).toEqual(['allow', ...Array(7).fill('forbidden')]);
  expect(await attempt({ parent: task })).toMatchObject({
    ok: false,
    reason: 'a task has at most 8 tasks above it',
  });
});
