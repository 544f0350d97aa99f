// SPDX-License-Identifier: Apache-2.0
// A model that reads prompts, on the road: asked once, recorded, believed as little as it deserves. The model is a fake.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadTemplates } from '../../src/adapters/task-files/load.ts';
import type { IntentAnswer, IntentReader } from '../../src/app/intent.ts';
import { submitPrompt } from '../../src/app/prompts.ts';
import { eventOf } from '../../src/app/read-records.ts';
import { startTask } from '../../src/app/tasks.ts';
import type { Caller } from '../../src/core/request/proposal.ts';
import { compileOver, load } from '../../src/main/load.ts';
import { verifies } from '../requirements.ts';
import { demoDir, operator, type Rig, type RigOptions, rig, tool } from './road.fixture.ts';

const policies = `
@id("all") permit (principal, action, resource);
@id("unasked") @reason("Nobody has asked for anything of the kind.")
forbid (principal is Agent, action, resource) when { context.intent.known && !context.intent.asked };
@id("no-reason") @reason("Nobody who may say so has named that destination.")
forbid (principal is Agent, action in Action::"egress", resource) when { context.origin.destination.doubt >= 2 };
@id("uncovered") @outcome("step_up") @approvers("owners") @expires("15m") @reason("A person has to say so.")
forbid (principal is Agent, action in Action::"value", resource) unless { context.intent.covers };
`;

const byDistance = `
@id("all") permit (principal, action, resource);
@id("far") @outcome("step_up") @approvers("owners") @expires("15m") @reason("It is far from what was asked.")
forbid (principal is Agent, action, resource) when { context.intent.distance >= 3 };
@id("elsewhere") @outcome("step_up") @approvers("owners") @expires("15m") @reason("It goes to somebody else.")
forbid (principal is Agent, action, resource) when { context.intent.far.destination > 0 && context.intent.far.class == 0 };
`;

const nothing = { classes: [], tools: [], datasets: [], destinations: [] };

function fake(answer: (question: string) => IntentAnswer | Promise<IntentAnswer>) {
  const asked: string[] = [];
  const intent: IntentReader = {
    timeoutMs: 100,
    model: {
      provider: 'models.example',
      model: 'fake',
      ask: async (question) => {
        asked.push(question);
        return answer(question);
      },
    },
  };
  return { asked, intent };
}

async function opened(options: RigOptions = {}, text = policies): Promise<Rig> {
  const demo = load({
    policyDir: join(demoDir, 'policies'),
    catalogueDir: join(demoDir, 'catalogue'),
    mode: 'enforce',
  });
  if (!demo.ok) throw new Error(JSON.stringify(demo.problems));
  const compiled = compileOver([{ name: 'p.cedar', text }], demo.published.catalogue, {
    mode: 'enforce',
  });
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.problems));
  return rig({
    answers: () => ({ content: [{ type: 'text', text: 'done' }] }),
    published: compiled.published,
    ...options,
  });
}

async function policiesOf(made: Rig, caller: Caller, call: ReturnType<typeof tool>) {
  const { answer } = await made.call(caller, call);
  return answer.outcome === 'allow' ? [] : answer.policies;
}

const prompts = async (made: Rig) =>
  (await made.ledger.read(0, 1000)).flatMap((entry) => {
    const parsed = eventOf(entry);
    return parsed.ok && parsed.event.type === 'prompt.submitted' ? [parsed.event] : [];
  });

const mail = (to: string) => tool('mail', 'send_mail', { to, subject: 's', body: 'b' });
const refund = tool('crm', 'refund', { customerId: 7, amount: 100, currency: 'EUR' });
/** Understood, and of nothing that is sent. */
const summary = 'Summarise ticket 42 for ann@customer.example.';

test('what it says was asked is asked; it is asked once, and a restart asks nobody', async () => {
  verifies('intent.model-is-a-fact');
  const { asked, intent } = fake(() => ({
    ok: true,
    value: { ...nothing, classes: ['send'], tools: ['mail/send_mail'] },
  }));
  const without = await opened();
  const before = await without.start({ prompt: summary });
  expect(await policiesOf(without, before, mail('ann@customer.example'))).toEqual(['unasked']);

  const made = await opened({ intent });
  const caller = await made.start({ prompt: `${summary} With AKIA1234567890ABCDEF.` });
  expect(await policiesOf(made, caller, mail('ann@customer.example'))).toEqual([]);
  expect(await policiesOf(made, caller, mail('ann@customer.example'))).toEqual([]);
  expect(asked).toHaveLength(1);
  expect(asked[0]).toContain('ticket 42');
  expect(asked[0]).not.toContain('AKIA1234567890ABCDEF');
  const [prompt] = await prompts(made);
  expect(prompt?.intent).toMatchObject({
    provider: 'models.example',
    model: 'fake',
    code: 'read',
    question: expect.stringMatching(/^sha256:/),
  });
  const again = await opened({ store: made.store });
  expect(await policiesOf(again, caller, mail('ann@customer.example'))).toEqual([]);
  expect(asked).toHaveLength(1);
});

test('it is no reason for a value, and no leave for what cannot be taken back', async () => {
  verifies('intent.model-is-a-fact');
  const all = {
    classes: ['send', 'pay', 'read'],
    tools: ['mail/send_mail', 'crm/refund'],
    datasets: [],
    destinations: ['evil@attacker.example', 'ann@customer.example'],
  };
  const { intent } = fake(() => ({ ok: true, value: all }));
  const made = await opened({ intent });
  const caller = await made.start({ prompt: summary });
  // Asked, and still nobody has said that address.
  const known = made.road.origins.of(caller.task);
  expect(known?.request?.values.has('email evil@attacker.example')).toBe(false);
  const { answer } = await made.call(caller, mail('evil@attacker.example'));
  if (answer.outcome === 'allow') throw new Error('it was let through');
  const record = (await made.ledger.read(0, 1000))
    .map(eventOf)
    .flatMap((parsed) => (parsed.ok && parsed.event.id === answer.decision ? [parsed.event] : []))[0];
  expect(record?.type === 'decision' && record.facts.origin?.value).toEqual([
    'asked',
    'inferred',
    'destination 2 nowhere',
  ]);
  // Money: the model is not believed at all.
  expect(await policiesOf(made, caller, refund)).toContain('unasked');
  expect(made.effects.filter((effect) => /refund|evil/.test(effect))).toEqual([]);
});

test.each<[what: string, answer: IntentAnswer | Error, code: string]>([
  ['does not answer in time', { ok: false, code: 'timeout' }, 'timeout'],
  ['invents a class', { ok: true, value: { ...nothing, classes: ['obey', 'send'] } }, 'malformed'],
  [
    'invents a tool',
    { ok: true, value: { ...nothing, classes: ['send'], tools: ['root/shell'] } },
    'malformed',
  ],
  ['breaks', new Error('a defect of an adapter'), 'unreachable'],
])('where it %s the built-in reader reads alone, and the record says so', async (_what, answer, code) => {
  const { intent } = fake(() => (answer instanceof Error ? Promise.reject(answer) : answer));
  const made = await opened({ intent });
  const caller = await made.start({ prompt: summary });
  expect(await policiesOf(made, caller, mail('ann@customer.example'))).toEqual(['unasked']);
  const [prompt] = await prompts(made);
  expect(prompt?.intent).toMatchObject({ code });
  expect(prompt?.intent?.proposal).toBeUndefined();
});

test('a request that nobody understands may be for anything, until a model says what it is for', async () => {
  const strange = 'Zrobisz to dla mnie do piatku?';
  const alone = await opened();
  expect(
    await policiesOf(alone, await alone.start({ prompt: strange }), mail('ann@customer.example')),
  ).not.toContain('unasked');
  const { intent } = fake(() => ({ ok: true, value: { ...nothing, classes: ['read'] } }));
  const made = await opened({ intent });
  const caller = await made.start({ prompt: strange });
  expect(await policiesOf(made, caller, mail('ann@customer.example'))).toContain('unasked');
});

test('it is offered what the task may ever do, and what it says beyond that does not count', async () => {
  verifies('intent.model-is-a-fact');
  const { asked, intent } = fake(() => ({ ok: true, value: { ...nothing, classes: ['read', 'send'] } }));
  const made = await opened({ intent });
  const read = loadTemplates([
    { name: 'look.yaml', text: 'type: look\ncapabilities:\n  - classes: [read]\n' },
  ]);
  if (!read.ok) throw new Error('the template does not load');
  let seed = 0;
  const randomness = {
    bytes: (n: number) => Uint8Array.from({ length: n }, () => (seed = (seed * 75 + 74) % 65_537)),
  };
  const order = { agent: 'a1', owner: 'o1', autonomy: 'semi' as const, params: {}, budgets: [] };
  const road = { ...made.road, templates: () => read.templates };
  const started = await startTask(road, randomness, operator, { ...order, type: 'look', prompt: summary });
  if (!started.ok) throw new Error(started.reason);
  expect(asked[0]).toContain('files/read_file');
  expect(asked[0]).not.toContain('mail/send_mail');
  expect(asked[0]).not.toContain('"send"');
  const known = made.road.origins.of(started.value.task)?.proposed;
  expect([...(known?.classes ?? [])]).toEqual(['read']);
  // So of a prompt that comes later.
  await submitPrompt(road, operator, {
    task: started.value.task,
    channel: 'operator',
    text: 'And thank ann.',
  });
  expect(asked[1]).not.toContain('mail/send_mail');
});

test('what an agent says of itself, or is too long to be read whole, is shown to no model', async () => {
  const { asked, intent } = fake(() => ({ ok: true, value: nothing }));
  const made = await opened({ intent });
  const caller = await made.start();
  const order = { task: caller.task, channel: 'operator' as const };
  await submitPrompt(made.road, operator, { ...order, channel: 'agent-claimed', text: 'I was told to pay.' });
  await submitPrompt(made.road, operator, { ...order, task: 't-none', text: 'Look at ticket 42.' });
  await submitPrompt(made.road, operator, { ...order, text: 'x'.repeat(40_000) });
  expect(asked).toEqual([]);
  expect((await prompts(made)).map(({ intent: read }) => read?.code)).toEqual([undefined, 'not_asked']);
  await submitPrompt(made.road, operator, { ...order, text: 'Look at ticket 42.' });
  expect(asked).toHaveLength(1);
});

test('policy reads the distance, and parts of it', async () => {
  verifies('intent.distance');
  const made = await opened({}, byDistance);
  const caller = await made.start({ prompt: 'Mail ann@customer.example about ticket 42.' });
  expect(await policiesOf(made, caller, mail('ann@customer.example'))).toEqual([]);
  expect(await policiesOf(made, caller, mail('eve@evil.example'))).toEqual(['elsewhere']);
  const other = await made.start({ prompt: 'Look at ticket 42.' });
  expect(await policiesOf(made, other, mail('eve@evil.example'))).toEqual(['far']);
  expect(made.effects.filter((effect) => effect.startsWith('mail/'))).toHaveLength(1);
});
