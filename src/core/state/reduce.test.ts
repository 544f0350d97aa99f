// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { eventBodies, histories, type Step } from '../../../test/draw-events.ts';
import { flowsTo, nothingRead } from '../label/label.ts';
import { storedAt } from '../label/stored.ts';
import type { BodyOf, EventBody } from '../record/event.ts';
import { type BudgetState, type Facet, facets } from './facet.ts';
import { createHead, type Head, layer } from './head.ts';
import { changes } from './reduce.ts';

function apply(head: Head, { event, id, at, node }: Step): void {
  head.move(changes(head, event, id, at, node), id);
}

function folded(steps: readonly Step[]): ReturnType<typeof createHead> {
  const head = createHead();
  for (const step of steps) apply(head, step);
  return head;
}

const state = (head: ReturnType<typeof createHead>): Record<string, Facet> =>
  Object.fromEntries(head.facets());
const history = histories();
const often = { numRuns: 1000 };

describe('folding a history', () => {
  test('gives the same in layers, cut anywhere, as flat', () =>
    fc.assert(
      fc.property(history, fc.nat(), fc.nat(), (steps, m, n) => {
        const flat = folded(steps);
        const [first, second] = [m, n].map((x) => x % (steps.length + 1)).sort((a, b) => a - b);
        const base = folded(steps.slice(0, first));
        const middle = layer(base);
        for (const step of steps.slice(first, second)) apply(middle, step);
        const top = layer(middle);
        for (const step of steps.slice(second)) apply(top, step);
        for (const [name, facet] of flat.facets()) expect(top.facet(name)).toEqual(facet);
        for (const [name] of base.facets()) {
          if (flat.facet(name) === undefined) expect(top.facet(name)?.value).toBeUndefined();
        }
      }),
      often,
    ));

  test("moves a facet's version when its value moves, and only then", () =>
    fc.assert(
      fc.property(history, (steps) => {
        const head = createHead();
        for (const step of steps) {
          const before = new Map(head.facets());
          const moved = changes(head, step.event, step.id, step.at, step.node);
          expect(moved.map((c) => c.facet)).toEqual([...new Set(moved.map((c) => c.facet))]);
          head.move(moved, step.id);
          for (const { facet, value } of moved) {
            expect(value).not.toEqual(before.get(facet)?.value);
            expect(head.facet(facet)?.version).toBe(value === undefined ? undefined : step.id);
          }
          for (const [name, facet] of before) {
            if (!moved.some((c) => c.facet === name)) expect(head.facet(name)).toBe(facet);
          }
        }
      }),
      often,
    ));

  test('never lets a budget fall below zero, nor hold what no open call holds', () =>
    fc.assert(
      fc.property(history, (steps) => {
        const head = createHead();
        for (const step of steps) {
          apply(head, step);
          for (const [name, { value }] of head.facets()) {
            const [, task, budget] = /^task\/([^/]+)\/budget\/(.+)$/.exec(name) ?? [];
            if (task === undefined || budget === undefined) continue;
            const { reserved, spent } = value as BudgetState;
            expect({ name, low: Math.min(reserved, spent) < 0 }).toEqual({ name, low: false });
            expect({ name, reserved }).toEqual({ name, reserved: heldBy(head, task, budget) });
          }
        }
      }),
      often,
    ));

  test('never gives standing back to who lost it', () =>
    fc.assert(
      fc.property(history, (steps) => {
        const head = createHead();
        const lost = new Set<string>();
        for (const step of steps) {
          apply(head, step);
          for (const [name, { value }] of head.facets()) {
            const status = statusOf(value);
            if (status === undefined) continue;
            if (status !== 'active') lost.add(name);
            expect({ name, back: lost.has(name) && status === 'active' }).toEqual({ name, back: false });
          }
        }
      }),
      often,
    ));

  test("lowers labels, of tasks and of stores, by a person's act alone", () =>
    fc.assert(
      fc.property(history, (steps) => {
        const head = createHead();
        for (const step of steps) {
          const label = () => head.get(facets.labels('t1')) ?? nothingRead;
          const stored = () => storedAt(head.get(facets.stored('disk')), ['File /a']).label;
          const before = [label(), stored()] as const;
          apply(head, step);
          const isAct = step.event.type === 'label.endorsed' || step.event.type === 'label.declassified';
          for (const [was, is] of [
            [before[0], label()],
            [before[1], stored()],
          ] as const)
            expect(isAct ? flowsTo(is, was) : flowsTo(was, is)).toBe(true);
        }
      }),
      often,
    ));

  test('leaves what was there untouched: values are never edited in place', () =>
    fc.assert(
      fc.property(history, eventBodies(), (steps, event) => {
        const head = folded(steps);
        const before = structuredClone(state(head));
        changes(head, event, 'x', 1, 'n1');
        expect(state(head)).toEqual(before);
      }),
      often,
    ));
});

const label = {
  level: 'confidential',
  categories: ['pii'],
  integrity: 'untrusted',
  sources: ['mail/read'],
} as const;
const who = { agent: 'a', task: 't', session: 's', tokenId: 'k' };

function started(limit: number): readonly EventBody[] {
  const terms = { id: 't', type: 'x', agent: 'a', params: {}, startedAt: 0, expiresAt: 9, approver: 'o' };
  return [
    { type: 'agent.registered', agent: 'a', owner: 'o', autonomy: 'semi', verifiedAt: 0 },
    { type: 'task.started', task: { ...terms, budgets: [{ name: 'calls', limit }] } },
    { type: 'session.started', session: 's', task: 't', agent: 'a', tokenId: 'k' },
  ];
}

function call(units: readonly number[] = [1]): BodyOf<'decision'> {
  return {
    type: 'decision',
    who,
    chain: ['a'],
    request: {
      method: 'tools/call',
      server: 'x',
      target: 'y',
      action: 'y',
      class: 'read',
      resource: { type: 'T', id: 'i' },
      argsOpaque: false,
    },
    versions: { policy: 'p', catalogue: 'c', fold: 'f', engine: 'e' },
    facts: {},
    verdicts: [],
    lifts: [],
    transforms: [],
    outcome: 'allow',
    code: 'permitted',
    shadow: false,
    obligations: [],
    open: {
      reserves: units.map((u) => ({ budget: 'calls', units: u })),
      worst: label,
      releaseWithinMs: 1000,
    },
  };
}

const seenAs = (status: BodyOf<'observation'>['status'], decision = 'r3'): BodyOf<'observation'> => ({
  type: 'observation',
  decision,
  session: 's',
  status,
  label,
  tookMs: 1,
});

const run = (...bodies: readonly EventBody[]) =>
  folded([...started(5), ...bodies].map((event, i) => ({ event, id: `r${i}`, at: 1000 + i, node: 'n' })));

describe('a call', () => {
  test('holds its budget from the decision on, and counts as activity', () => {
    const head = run(call());
    expect(head.get(facets.budget('t', 'calls'))).toEqual({ limit: 5, reserved: 1, spent: 0 });
    expect(head.get(facets.activity('s'))).toEqual({ calls: 1, lastAt: 1003 });
    expect(head.get(facets.call('r3'))).toMatchObject({ node: 'n', session: 's', task: 't' });
  });

  test.each<[status: BodyOf<'observation'>['status'], spent: number, read: boolean]>([
    ['ok', 1, true],
    ['error', 1, true],
    ['withheld', 1, true],
    ['ambiguous', 1, true],
    ['unreleased', 0, false],
  ])('that ended %s spent %i and is closed', (status, spent, read) => {
    const head = run(call(), seenAs(status));
    expect(head.get(facets.budget('t', 'calls'))).toEqual({ limit: 5, reserved: 0, spent });
    expect(head.get(facets.labels('t'))).toEqual(read ? label : undefined);
    expect(head.facet('call/r3')).toBeUndefined();
  });

  test('is closed once: a second observation changes nothing', () => {
    expect(state(run(call(), seenAs('ok'), seenAs('unreleased')))).toEqual(state(run(call(), seenAs('ok'))));
  });

  test('that was never decided is not closed', () => {
    expect(state(run(seenAs('ok', 'r9')))).toEqual(state(run()));
  });

  test('may hold a budget twice', () => {
    expect(run(call([1, 2])).get(facets.budget('t', 'calls'))).toMatchObject({ reserved: 3 });
    expect(run(call([1, 2]), seenAs('ok')).get(facets.budget('t', 'calls'))).toMatchObject({
      reserved: 0,
      spent: 3,
    });
  });

  test('that was refused moves nothing but that it was asked', () => {
    const { open: _open, ...refused } = call();
    const {
      'did/session/s': session,
      'did/agent/a': agent,
      'did/any/y': any,
      'did/any/read': ofClass,
      ...rest
    } = state(run({ ...refused, outcome: 'deny' }));
    expect(rest).toEqual(state(run()));
    for (const did of [session, agent, any, ofClass]) expect(did).toMatchObject({ version: 'r3' });
  });

  test('is what its session, its agent and anybody did last, asked and answered', () => {
    const head = run(call(), seenAs('ok'));
    for (const name of ['did/session/s', 'did/agent/a', 'did/any/y', 'did/any/read'])
      expect(head.facet(name)).toEqual({ version: 'r4', value: 'r4' });
  });
});

test('a task that is started again under the same name is the task that it was', () => {
  expect(state(run(call(), ...started(9).slice(1, 2)))).toEqual(state(run(call())));
});

function statusOf(value: unknown): string | undefined {
  return typeof value === 'object' && value !== null && 'status' in value ? String(value.status) : undefined;
}

function heldBy(head: ReturnType<typeof createHead>, task: string, budget: string): number {
  let held = 0;
  for (const [name] of head.facets()) {
    if (!name.startsWith('call/')) continue;
    const open = head.get(facets.call(name.slice('call/'.length)));
    if (open?.task !== task) continue;
    for (const reserve of open.reserves) if (reserve.budget === budget) held += reserve.units;
  }
  return held;
}
