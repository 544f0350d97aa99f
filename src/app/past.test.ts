// SPDX-License-Identifier: Apache-2.0
import { hash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nothingRead } from '../core/label/label.ts';
import type { DecisionEvent, Event, ObservationEvent } from '../core/record/event.ts';
import { actionsOf, type Condition, type Locality, reachOf, together } from '../core/temporal/condition.ts';
import { defaultMacros } from '../core/temporal/defaults.ts';
import { formulaOf } from '../core/temporal/formula-of.ts';
import { lowerPolicies } from '../core/temporal/lower.ts';
import { EntityValue } from '../core/temporal/value.ts';
import { createPast, type Past, pastLimits, type Told } from './past.ts';
import type { Conditions } from './ports.ts';

const pseudonym = (text: string) => hash('sha256', text, 'hex');

function condition(name: string, locality: Locality, text: string): Condition {
  const policy = `permit (principal, action, resource) when temporal { ${text} };`;
  const lowered = lowerPolicies([{ name, text: policy }], [defaultMacros]);
  const leaf = lowered.ok ? lowered.policies[0]?.leaves[0] : undefined;
  if (leaf === undefined) throw new Error(JSON.stringify(lowered));
  const formula = formulaOf(leaf.condition);
  return { name, formula, locality, actions: actionsOf(formula), reachSeconds: reachOf(formula) };
}

const all = [
  condition(
    'session',
    'session',
    'count_within(10s, Action::"x"::request{ sessionId: context.session.id }) > 2',
  ),
  condition(
    'agent',
    'agent',
    'sum_within(a, 10s, Action::"x"::admitted{ callerPrincipal: principal, input.amount: a }) > 5',
  ),
  condition('tenant', 'tenant', 'formerly within 5s Action::"x"::response{ output.status: "ok" }'),
];
const which = together(all);
const conditions: Conditions = { all, for: () => which };

function decision(
  n: number,
  at: number,
  session: string,
  agent: string,
  amount: number,
  open: boolean,
): DecisionEvent {
  return {
    type: 'decision',
    v: 1,
    id: `d${n}`,
    at,
    node: 'n1',
    tenant: 'default',
    moves: [],
    drops: [],
    reads: {},
    who: { agent, task: 't', session, tokenId: 'k' },
    chain: [agent],
    request: {
      method: 'tools/call',
      server: 's',
      target: 'x',
      action: 'x',
      class: 'write',
      resource: { type: 'Thing', id: '1' },
      argsOpaque: false,
    },
    versions: { policy: 'p', catalogue: 'c', fold: 'f', engine: 'e' },
    facts: {},
    verdicts: [],
    lifts: [],
    transforms: [],
    outcome: open ? 'allow' : 'deny',
    code: 'permitted',
    shadow: false,
    obligations: [],
    kept: { amount },
    ...(open ? { open: { reserves: [], worst: nothingRead, releaseWithinMs: 1000 } } : {}),
  };
}

function observation(
  n: number,
  of: number,
  at: number,
  status: ObservationEvent['status'],
): ObservationEvent {
  const kept = status === 'ok' || status === 'error' ? { kept: { bytes: 2 } } : {};
  const header = {
    v: 1 as const,
    id: `o${n}`,
    at,
    node: 'n1',
    tenant: 'default',
    moves: [],
    drops: [],
    reads: {},
  };
  return {
    type: 'observation',
    ...header,
    decision: `d${of}`,
    status,
    label: nothingRead,
    tookMs: 1,
    ...kept,
  };
}

function ask(past: Past, at: number, session: string, agent: string): Told {
  const asked = {
    context: new Map([['session', new Map([['id', pseudonym(`history ${session}`).slice(0, 32)]])]]),
    principal: { uid: new EntityValue('Agent', agent), attrs: new Map() },
    resource: { uid: new EntityValue('Thing', '1'), attrs: new Map() },
  };
  const asking = {
    session,
    agent,
    task: 't',
    action: 'x',
    asked: 'x',
    class: 'write',
    resource: { type: 'Thing', id: '1' },
    kept: { amount: 1 },
    at,
  };
  return past.ask(conditions, which, asking, asked);
}

const events = fc
  .array(
    fc.record({
      ms: fc.nat(3000),
      session: fc.constantFrom('s1', 's2'),
      agent: fc.constantFrom('a1', 'a2'),
      amount: fc.nat(4),
      open: fc.boolean(),
      ends: fc.option(fc.constantFrom('ok', 'error', 'ambiguous', 'withheld', 'unreleased')),
    }),
    { maxLength: 30 },
  )
  .map((draws) => {
    let at = 1_000_000;
    return draws.flatMap(({ ms, session, agent, amount, open, ends }, n): Event[] => {
      at += ms;
      const decided = decision(n, at, session, agent, amount, open);
      return ends === null ? [decided] : [decided, observation(n, n, at, ends)];
    });
  });

const asks = (past: Past, at: number) =>
  ['s1', 's2'].flatMap((session) => ['a1', 'a2'].map((agent) => ask(past, at, session, agent)));

describe('the past', () => {
  test('is the same whether it was learnt at once, in groups, or after groups that were taken back', () =>
    fc.assert(
      fc.property(
        events,
        fc.array(fc.record({ size: fc.integer({ min: 1, max: 4 }), fails: fc.boolean() })),
        (learnt, groups) => {
          const plain = createPast(pseudonym);
          const grouped = createPast(pseudonym);
          for (const event of learnt) plain.learn(event);
          let i = 0;
          for (const { size, fails } of groups) {
            // Asked first, so that what is kept ready has to be taken back as well.
            asks(grouped, 1_000_000);
            grouped.begin();
            for (const event of learnt.slice(i, i + size)) grouped.learn(event);
            const at = learnt[i]?.at ?? 1_000_000;
            asks(grouped, at);
            if (fails) grouped.rollback();
            else {
              grouped.settle();
              i += size;
            }
          }
          for (const event of learnt.slice(i)) grouped.learn(event);
          const at = (learnt.at(-1)?.at ?? 1_000_000) + 1000;
          expect(asks(grouped, at)).toEqual(asks(plain, at));
          expect(grouped.size()).toBe(plain.size());
        },
      ),
      { numRuns: 300 },
    ));

  test('has no trace of what was only asked', () => {
    const past = createPast(pseudonym);
    past.learn(decision(0, 1000, 's1', 'a1', 4, true));
    for (let i = 0; i < 5; i++) ask(past, 1000 + i, 's1', 'a1');
    expect(past.size()).toBe(2);
    expect(ask(past, 2000, 's1', 'a1').holding).toEqual(new Set());
  });

  test('counts what is in flight, for the agent in all of its sessions and for nobody else', () => {
    const past = createPast(pseudonym);
    past.learn(decision(0, 1000, 's1', 'a1', 4, true));
    past.learn(decision(1, 1000, 's2', 'a1', 2, true));
    expect(ask(past, 2000, 's3', 'a1').holding).toEqual(new Set(['agent']));
    expect(ask(past, 2000, 's3', 'a2').holding).toEqual(new Set());
    expect(ask(past, 11_001, 's3', 'a1').holding).toEqual(new Set());
  });

  test.each<[status: ObservationEvent['status'], holds: boolean, untold: boolean]>([
    ['ok', true, false],
    ['error', false, false],
    ['ambiguous', false, true],
    ['withheld', false, true],
    ['unreleased', false, false],
  ])('of a call that ended %s: a response is there %s, cannot be told %s', (status, holds, untold) => {
    const past = createPast(pseudonym);
    past.learn(decision(0, 1000, 's1', 'a1', 1, true));
    past.learn(observation(1, 0, 1000, status));
    const told = ask(past, 2000, 's1', 'a1');
    expect([told.holding.has('tenant'), told.untold.get('tenant') === 'unknown']).toEqual([holds, untold]);
  });

  test('that had to be cut short says so, for as long as it matters, and for the rest of it answers', () => {
    const limits = { ...pastLimits, maxEvents: 64 };
    const past = createPast(pseudonym, limits);
    for (let n = 0; n < 200; n++) past.learn(decision(n, 1000 + n, 's1', 'a1', 0, false));
    expect(past.size()).toBeLessThanOrEqual(64 + 5);
    expect(ask(past, 1200, 's1', 'a1').untold).toEqual(
      new Map([
        ['session', 'forgotten'],
        ['agent', 'forgotten'],
        ['tenant', 'forgotten'],
      ]),
    );
    // Five seconds after the last that was let go, the condition of five seconds needs none of them.
    const told = ask(past, 1200 + 5001, 's1', 'a1');
    expect([...told.untold.keys()]).toEqual(['session', 'agent']);
    expect(ask(past, 1200 + 10_001, 's1', 'a1')).toEqual({ holding: new Set(), untold: new Map() });
  });

  test('keeps what is young, however little is left of the rest', () => {
    const past = createPast(pseudonym, { keepMs: 60_000, maxEvents: 160, maxHistories: 100 });
    for (let n = 0; n < 400; n++) past.learn(decision(n, n * 1000, `s${n % 3}`, 'a1', 0, false));
    expect(past.size()).toBeGreaterThanOrEqual(60);
    expect(past.size()).toBeLessThanOrEqual(80);
    expect(ask(past, 400_000, 's1', 'a1')).toEqual({ holding: new Set(['session']), untold: new Map() });
  });

  test('does not take for undone what had to go because it was old', () => {
    const past = createPast(pseudonym, { keepMs: 6000, maxEvents: 16, maxHistories: 100 });
    past.learn(decision(0, 0, 's1', 'a1', 6, true));
    for (let n = 1; n < 10; n++) past.learn(decision(n, n * 1000, 's2', 'a2', 0, false));
    expect(past.size()).toBeLessThan(11);
    // Windows inside of one another may reach further than anything is kept.
    expect([...ask(past, 9500, 's1', 'a1').untold]).toEqual([
      ['session', 'forgotten'],
      ['agent', 'forgotten'],
    ]);
  });

  test('makes a history anew when it has put it away', () => {
    const past = createPast(pseudonym, { ...pastLimits, maxHistories: 2 });
    for (let n = 0; n < 9; n++) past.learn(decision(n, 1000, `s${n % 3}`, `a${n % 3}`, 3, true));
    for (let round = 0; round < 3; round++)
      for (const one of ['0', '1', '2'])
        expect(ask(past, 2000, `s${one}`, `a${one}`).holding).toEqual(new Set(['session', 'agent']));
  });
});
