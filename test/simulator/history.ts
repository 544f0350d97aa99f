// SPDX-License-Identifier: Apache-2.0
// Conditions over history for the simulator's rules: parsed as a policy file's are, evaluated by the road.
// What they promise is checked from the ledger alone, by plain loops.
import type { Conditions } from '../../src/app/ports.ts';
import type { Event } from '../../src/core/record/event.ts';
import { actionsOf, type Condition, reachOf, together } from '../../src/core/temporal/condition.ts';
import { defaultMacros } from '../../src/core/temporal/defaults.ts';
import { formulaOf } from '../../src/core/temporal/formula-of.ts';
import { localityOf } from '../../src/core/temporal/locality.ts';
import { lowerPolicies } from '../../src/core/temporal/lower.ts';

export const paysOfAgent = { most: 3, withinMs: 5000 };
export const paidByAll = { most: 12, withinMs: 8000 };
export const readBefore = { withinMs: 20_000, fromAmount: 15 };

/** By the name under which rules find them in the context. Groups and classes: each has one tool here. */
const written: Readonly<Record<string, readonly [action: string, condition: string]>> = {
  pays_of_agent: [
    'pay',
    `count_within(${paysOfAgent.withinMs / 1000}s, Action::"change"::admitted{ callerPrincipal: principal }) >= ${paysOfAgent.most}`,
  ],
  paid_by_all: [
    'pay',
    `sum_within(a, ${paidByAll.withinMs / 1000}s, Action::"value"::admitted{ input.amount: a }) > ${paidByAll.most}`,
  ],
  read_before: [
    'mail.send',
    `formerly within ${readBefore.withinMs / 1000}s Action::"read"::response{ sessionId: context.session.id }`,
  ],
};

const all = Object.entries(written).map(([name, [action, text]]) => ({
  action,
  condition: parsed(name, text),
}));

export const conditions: Conditions = {
  all: all.map(({ condition }) => condition),
  for: forAction(),
};

function parsed(name: string, text: string): Condition {
  const policy = `permit (principal, action, resource) when temporal { ${text} };`;
  const lowered = lowerPolicies([{ name, text: policy }], [defaultMacros]);
  const leaf = lowered.ok ? lowered.policies[0]?.leaves[0] : undefined;
  if (leaf === undefined) throw new Error(JSON.stringify(lowered));
  const formula = formulaOf(leaf.condition);
  return {
    name,
    formula,
    locality: localityOf(formula, []),
    actions: actionsOf(formula),
    reachSeconds: reachOf(formula),
  };
}

// The same list each time: what is asked together is prepared once.
function forAction(): Conditions['for'] {
  const lists = new Map<string, Condition[]>();
  for (const { action, condition } of all) lists.set(action, [...(lists.get(action) ?? []), condition]);
  const asked = new Map([...lists].map(([action, list]) => [action, together(list)]));
  const nothing = together([]);
  return (action) => asked.get(action) ?? nothing;
}

/** Every admitted act against every one before it, as the ledger has them. */
export function historyHolds(events: readonly Event[], wrong: string[]): void {
  const pays: { readonly agent: string; readonly at: number; readonly amount: number }[] = [];
  const acts = new Map<string, { readonly session: string; readonly action: string }>();
  const reads: { readonly session: string; readonly at: number }[] = [];
  for (const event of events) {
    if (event.type === 'observation') {
      const act = acts.get(event.decision);
      if (act?.action === 'crm.read' && event.status === 'ok')
        reads.push({ session: act.session, at: event.at });
    }
    if (event.type !== 'decision' || event.open === undefined || !('session' in event.who)) continue;
    const { id, at, who, request } = event;
    const amount = Number(event.kept?.amount ?? Number.NaN);
    const within = (ms: number) => (one: { readonly at: number }) => at - one.at >= 0 && at - one.at <= ms;
    acts.set(id, { session: who.session, action: request.action });
    if (request.action === 'pay') {
      const own = pays.filter((pay) => pay.agent === who.agent && within(paysOfAgent.withinMs)(pay)).length;
      const sum = pays.filter(within(paidByAll.withinMs)).reduce((total, pay) => total + pay.amount, 0);
      if (own >= paysOfAgent.most) wrong.push(`${id} is pay number ${own + 1} of ${who.agent}`);
      if (!(sum <= paidByAll.most)) wrong.push(`${id} was paid when ${sum} was paid already`);
      pays.push({ agent: who.agent, at, amount });
    }
    if (request.action === 'mail.send' && amount > readBefore.fromAmount) {
      const read = reads.some((one) => one.session === who.session && within(readBefore.withinMs)(one));
      if (!read) wrong.push(`${id} was sent and nothing was read before`);
    }
  }
}

/** How many events history has after these records. */
export function happeningsIn(events: readonly Event[]): number {
  const open = new Set<string>();
  let happened = 0;
  for (const event of events) {
    if (event.type === 'decision' && 'session' in event.who && event.request.action !== '') {
      happened += event.open === undefined ? 1 : 2;
      if (event.open !== undefined) open.add(event.id);
    }
    if (event.type === 'observation' && open.delete(event.decision)) {
      const ends = { ok: 1, error: 1, withheld: 2, ambiguous: 2, unreleased: 0 };
      happened += ends[event.status];
    }
  }
  return happened;
}
