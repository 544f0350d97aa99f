// SPDX-License-Identifier: Apache-2.0
// Plans over a ledger that a real road wrote.
import { describe, expect, test } from 'vitest';
import { publishedOver } from '../../test/builders/published.ts';
import { opsEntry } from '../../test/builders/tools.ts';
import { verifies } from '../../test/requirements.ts';
import { type Rig, rig, tool } from '../../test/road/road.fixture.ts';
import { rosterOf } from '../core/approval/roster.ts';
import type { OpinionAnswer } from '../core/decision/opinion.ts';
import type { Operator } from '../core/request/proposal.ts';
import { facets } from '../core/state/facet.ts';
import { decideApproval } from './approvals.ts';
import type { Evidence } from './evidence.ts';
import { type Plan, plan } from './plan.ts';
import type { SecondOpinion } from './ports.ts';
import { shaped } from './publish.ts';
import { stepsOf } from './replay.ts';
import type { Second } from './road.ts';

const entries = [
  opsEntry(
    'refund',
    { amount: { type: 'integer' }, customer: { type: 'string' } },
    {
      amount: { role: 'amount', money: true },
      customer: { role: 'destination' },
    },
  ),
  opsEntry(
    'login',
    { user: { type: 'string' }, password: { type: 'string' } },
    {
      user: { role: 'selector' },
      password: { role: 'credential' },
    },
  ),
];

const published = (text: string) => publishedOver(entries, text);

const all = '@id("all") @reason("r") permit (principal is Agent, action, resource);\n';
const over = (amount: number) =>
  `@id("over") @reason("r") forbid (principal is Agent, action == Action::"ops.refund", resource) when { context.args.amount > ${amount} };\n`;
const perHour = (most: number) =>
  `@id("per-hour") @reason("r") forbid (principal is Agent, action == Action::"ops.refund", resource) when temporal { count_within(1h, Action::"ops.refund"::admitted{ callerPrincipal: principal }) >= ${most} };\n`;

function evidenceOf(made: Rig): Pick<Evidence, 'leaves'> {
  return {
    async *leaves() {
      yield (await made.ledger.read(0, 10_000)).map((entry) => ({ ...entry, beside: [] }));
    },
  };
}

const planned = (
  made: Rig,
  text: string,
  { sinceMs = 0, erased = false, second }: { sinceMs?: number; erased?: boolean; second?: Second } = {},
): Promise<Plan> =>
  plan(
    stepsOf(evidenceOf(made), {
      sinceMs,
      open: async (digest, position) =>
        erased ? { ok: false, reason: 'erased' } : made.road.vault.open(digest, position),
    }),
    {
      sinceMs,
      next: shaped(published(text)),
      pseudonym: made.road.pseudonym,
      ...(second === undefined ? {} : { second }),
    },
  );

async function refunds(text: string, ...amounts: readonly number[]): Promise<Rig> {
  const made = await rig({ published: published(text) });
  const caller = await made.start();
  for (const amount of amounts) {
    made.pass(1000);
    await made.call(caller, tool('ops', 'refund', { amount, customer: `c${amount}` }));
  }
  return made;
}

describe('a plan', () => {
  test('of the same policies changes nothing', async () => {
    const made = await refunds(all + over(100) + perHour(2), 5, 500, 6, 7, 8);
    expect(await planned(made, all + over(100) + perHour(2))).toMatchObject({
      replayed: 5,
      unchanged: 5,
      changes: [],
    });
  });

  test('shows what is newly allowed before what is newly refused, by the rules that decided', async () => {
    const made = await refunds(all + over(100), 50, 150, 250, 90);
    const { changes, unchanged } = await planned(
      made,
      `${all}${over(200)}@id("small") @reason("r") forbid (principal is Agent, action == Action::"ops.refund", resource) when { context.args.amount < 60 };`,
    );
    expect(unchanged).toBe(2);
    expect(
      changes.map(({ kind, before, after, count }) => [kind, before.policies, after.policies, count]),
    ).toEqual([
      ['newly_allowed', ['over'], ['all'], 1],
      ['newly_refused', ['all'], ['small'], 1],
    ]);
    expect(changes[0]?.targets).toEqual([{ target: 'ops/refund', count: 1 }]);
    expect(changes[0]?.examples[0]).toMatch(/^d-/);
  });

  test('takes what people lifted as lifted, and what they refused as asked', async () => {
    const asks = (quorum: number) =>
      `@id("ask") @reason("r") @outcome("step_up") @approvers("us") @quorum("${quorum}") @expires("1h") forbid (principal is Agent, action == Action::"ops.refund", resource) when { context.args.amount > 100 };\n`;
    const operators = '@id("ops") @reason("r") permit (principal is Operator, action, resource);\n';
    const text = all + operators + asks(1);
    const ana: Operator = { id: 'local:1', channel: 'local-socket' };
    const roster = rosterOf([{ name: 'ana', operators: [ana.id], also: [] }], [['us', ['ana']]]);
    const made = await rig({ published: published(text), roster });
    const caller = await made.start();
    const call = (amount: number) => made.call(caller, tool('ops', 'refund', { amount, customer: 'c' }));
    const answered = async (amount: number, verdict: 'approve' | 'refuse') => {
      const { answer } = await call(amount);
      const approval = answer.outcome === 'step_up' ? (answer.pending?.approval ?? '') : '';
      const card = made.road.sequencer.head.get(facets.approval(approval))?.card ?? '';
      const done = await decideApproval(made.road, ana, { approval, verdict, card, reason: 'no' });
      expect(done.ok).toBe(true);
      return call(amount);
    };
    expect((await answered(200, 'approve')).answer.outcome).toBe('allow');
    expect((await answered(300, 'refuse')).answer).toMatchObject({ code: 'approval_refused' });

    expect(await planned(made, text)).toMatchObject({ replayed: 4, unchanged: 4, changes: [] });
    // Another text of the rule is another rule: nobody has lifted that.
    const { changes } = await planned(made, all + operators + asks(2));
    expect(changes).toMatchObject([{ kind: 'newly_asked', after: { policies: ['ask'] }, count: 1 }]);
  });

  test('asks history as it was', async () => {
    const made = await refunds(all, 1, 2, 3, 4, 5);
    const { changes } = await planned(made, all + perHour(3));
    expect(changes).toMatchObject([{ kind: 'newly_refused', after: { policies: ['per-hour'] }, count: 2 }]);
  });

  test('takes only what is young enough, and still knows what came before', async () => {
    const made = await refunds(all, 1, 2, 3, 4, 5);
    const now = made.road.clock.wallMs();
    const { replayed, changes } = await planned(made, all + perHour(3), { sinceMs: now - 500 });
    expect([replayed, changes.length]).toEqual([1, 1]);
  });

  test('does not hide again what is hidden: a credential is the one that it was', async () => {
    const rule = `${all}@id("twice") @reason("r") forbid (principal is Agent, action == Action::"ops.login", resource) when { context.args.password == context.args.user };`;
    const made = await rig({ published: published(rule) });
    const caller = await made.start();
    await made.call(caller, tool('ops', 'login', { user: 'ada', password: 'correct horse' }));
    expect(await planned(made, rule)).toMatchObject({ replayed: 1, unchanged: 1 });
  });

  test('knows where values came from as it was told then', async () => {
    const made = await refunds(all, 50);
    const told = `${all}@id("told") @reason("r") forbid (principal is Agent, action == Action::"ops.refund", resource) when { !context.origin.destination.from.isEmpty() };`;
    const { changes } = await planned(made, told);
    expect(changes).toMatchObject([{ kind: 'newly_refused', after: { policies: ['told'] }, count: 1 }]);
  });

  test('never guesses: what was erased cannot be decided again, and is counted', async () => {
    const made = await refunds(all + over(100), 50, 150);
    const done = await planned(made, all, { erased: true });
    expect(done.replayed).toBe(0);
    expect(done.cannot).toEqual({ erased: 2 });
    expect(done.changes).toEqual([]);
  });

  test('never guesses what was asked before it was modified: on record is only what was made of it', async () => {
    const capped =
      '@id("cap") @reason("r") @outcome("modify") @transform("cap:amount:100") forbid (principal is Agent, action == Action::"ops.refund", resource) when { context.args.amount > 100 };\n';
    const made = await refunds(all + capped, 50, 500);
    expect(made.effects.at(-1)).toContain('"amount":100');
    const done = await planned(made, all + capped);
    expect(done).toMatchObject({ replayed: 1, unchanged: 1, changes: [], cannot: { transformed: 1 } });
  });

  test('never guesses what a second decision point would say: only what policy denies can be told', async () => {
    const ask = async () =>
      ({ ok: true, opinion: { outcome: 'deny', reasons: [], obligations: [] } }) as const;
    const made = await rig({ published: published(all), second: { opinion: { ask }, timeoutMs: 100 } });
    const caller = await made.start();
    for (const amount of [50, 150]) await made.call(caller, tool('ops', 'refund', { amount, customer: 'c' }));
    const done = await planned(made, all + over(100));
    expect(done).toMatchObject({ replayed: 1, cannot: { second_opinion: 1 } });
    expect(done.changes).toMatchObject([{ before: { code: 'opa_denied' }, after: { code: 'forbidden' } }]);
  });

  describe('of what a compiled policy had a say in', () => {
    const bundle = { digest: 'sha256:aa', entrypoint: 'countersign/decision' };
    const asked: string[] = [];
    // Refunds over 100 are denied, and over 1000 it does not answer in time.
    async function ask(input: string): Promise<OpinionAnswer> {
      asked.push(input);
      const { amount } = JSON.parse(input).args;
      if (amount > 1000) return { ok: false, code: 'opa_timeout' };
      const outcome = amount > 100 ? 'deny' : 'allow';
      return { ok: true, opinion: { outcome, reasons: [], obligations: [] } };
    }
    const second: Second = { opinion: { bundle, ask }, timeoutMs: 100 };

    async function recorded(...amounts: readonly number[]): Promise<Rig> {
      const made = await rig({ published: published(all + over(500)), second });
      const caller = await made.start();
      for (const amount of amounts) await made.call(caller, tool('ops', 'refund', { amount, customer: 'c' }));
      return made;
    }

    test('it is asked again, about the very same documents', async () => {
      verifies('opa.bundle-named');
      asked.splice(0);
      const made = await recorded(50, 150, 600);
      const before = asked.splice(0);
      expect(before).toHaveLength(2);
      const done = await planned(made, all + over(500), { second });
      expect(done).toMatchObject({ replayed: 3, unchanged: 3, changes: [], cannot: {} });
      expect(asked).toEqual(before);
    });

    test('what other policies permit, it may still deny', async () => {
      verifies('opa.bundle-named');
      const made = await recorded(50, 150);
      const wider = `${all}@id("more") @reason("r") permit (principal is Agent, action, resource);`;
      expect(await planned(made, wider, { second })).toMatchObject({ replayed: 2, unchanged: 2 });
      const { changes } = await planned(made, all + over(40), { second });
      expect(changes.map(({ before, after }) => [before.code, after.code])).toEqual([
        ['permitted', 'forbidden'],
        ['opa_denied', 'forbidden'],
      ]);
    });

    test.each<[what: string, opinion: SecondOpinion]>([
      ['another file', { bundle: { ...bundle, digest: 'sha256:bb' }, ask }],
      ['another rule of it', { bundle: { ...bundle, entrypoint: 'countersign/other' }, ask }],
      ['a server', { ask }],
    ])('%s is not asked in its place', async (_what, opinion) => {
      verifies('opa.bundle-named');
      const made = await recorded(50, 150);
      asked.splice(0);
      const done = await planned(made, all, { second: { opinion, timeoutMs: 100 } });
      expect(done).toMatchObject({ replayed: 0, cannot: { second_opinion: 2 } });
      expect(asked).toEqual([]);
    });

    test('where it did not answer in time, nobody knows what it would have said', async () => {
      const made = await rig({ published: published(all), second });
      await made.call(await made.start(), tool('ops', 'refund', { amount: 5000, customer: 'c' }));
      expect(await planned(made, all, { second })).toMatchObject({ cannot: { second_opinion: 1 } });
    });
  });
});
