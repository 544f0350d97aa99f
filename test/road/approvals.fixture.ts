// SPDX-License-Identifier: Apache-2.0
// A road on which people are asked: refunds above 100.00 need two of finance, and deeds that a test can do to it.
import { join } from 'node:path';
import type { Administered } from '../../src/app/administer.ts';
import { type Decided, decideApproval } from '../../src/app/approvals.ts';
import type { Authorization } from '../../src/app/authorize.ts';
import type { Published } from '../../src/app/ports.ts';
import { eventOf } from '../../src/app/read-records.ts';
import { type Person, type Roster, rosterOf } from '../../src/core/approval/roster.ts';
import type { Event } from '../../src/core/record/event.ts';
import type { Caller, Operator } from '../../src/core/request/proposal.ts';
import { facets } from '../../src/core/state/facet.ts';
import { compileOver, load } from '../../src/main/load.ts';
import { demoDir, type Rig, type RigOptions, rig, tool } from './road.fixture.ts';

export const people: readonly Person[] = ['ana', 'ben', 'eve', 'joe'].map((name, i) => ({
  name,
  operators: [`local:${i + 1}`],
  also: [`${name}@example.com`],
}));

export const roster: Roster = rosterOf(people, [
  ['finance', ['ana', 'ben', 'eve']],
  ['legal', ['joe']],
]);

export const refund = tool('crm', 'refund', { customerId: 7, amount: 40_000, currency: 'EUR' });

const twoOfFinance = `
@id("all") permit (principal is Agent, action, resource);
@id("refund-over-limit") @outcome("step_up") @approvers("finance") @quorum("2") @expires("15m")
@reason("Refunds above 100.00 need two people from finance.")
forbid (principal is Agent, action == Action::"refund", resource) when { context.args.amount > 10000 };
`;

const demo = load({
  policyDir: join(demoDir, 'policies'),
  catalogueDir: join(demoDir, 'catalogue'),
  mode: 'enforce',
});

/** Policies of a text over the demo's catalogue. */
export function over(text: string): Published {
  if (!demo.ok) throw new Error(JSON.stringify(demo.problems));
  const compiled = compileOver([{ name: 'p.cedar', text }], demo.published.catalogue, { mode: 'enforce' });
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.problems));
  return compiled.published;
}

export const asking = over(twoOfFinance);
export const withRule = (rule: string): Published => over(`${twoOfFinance}\n${rule}`);

export function asked(options: RigOptions = {}): Promise<Rig> {
  return rig({ published: asking, roster, ...options });
}

/** The operator that a person comes as. */
export function by(name: string): Operator {
  const at = people.find((person) => person.name === name)?.operators[0] ?? 'local:99';
  return { id: at, channel: 'local-socket' };
}

export function pendingOf(answer: Authorization): string {
  if (answer.outcome !== 'step_up' || answer.pending === undefined)
    throw new Error(`nobody is asked: ${JSON.stringify(answer)}`);
  return answer.pending.approval;
}

/** Makes the call, which asks. @returns the request */
export async function asks(made: Rig, caller: Caller, proposal = refund): Promise<string> {
  return pendingOf((await made.call(caller, proposal)).answer);
}

export function says(
  made: Rig,
  name: string,
  approval: string,
  verdict: 'approve' | 'refuse' = 'approve',
  reason = '',
): Promise<Administered<Decided>> {
  const card = made.road.sequencer.head.get(facets.approval(approval))?.card ?? `sha256:${'0'.repeat(64)}`;
  return decideApproval(made.road, by(name), { approval, verdict, card, reason });
}

/** Ana and Ben say yes. */
export async function approved(made: Rig, approval: string): Promise<void> {
  for (const name of ['ana', 'ben']) {
    const done = await says(made, name, approval);
    if (!done.ok) throw new Error(`${name}: ${done.reason ?? done.code}`);
  }
}

export async function eventsOf<T extends Event['type']>(
  made: Rig,
  type: T,
): Promise<readonly Extract<Event, { type: T }>[]> {
  const entries = await made.ledger.read(0, 10_000);
  return entries.flatMap((entry) => {
    const parsed = eventOf(entry);
    if (!parsed.ok) throw new Error(parsed.reason);
    return parsed.event.type === type ? [parsed.event as Extract<Event, { type: T }>] : [];
  });
}
