// SPDX-License-Identifier: Apache-2.0
// How much people are asked, measured on the road itself: what it lists, what it opens for that, and what it leaves closed.
import { describe, expect, test } from 'vitest';
import { openCard } from '../../src/app/approvals.ts';
import { humanLoad } from '../../src/app/human-load.ts';
import { verifies } from '../requirements.ts';
import { approved, asked, asks, by, eventsOf, over, roster, says } from './approvals.fixture.ts';
import { operator, type Rig, tool } from './road.fixture.ts';

const oneOfFinance = (more = '') =>
  over(`
@id("all") permit (principal, action, resource);
@id("refunds") @outcome("step_up") @approvers("finance") @quorum("1") @expires("15m")
forbid (principal is Agent, action == Action::"refund", resource);
${more}`);

const of = (amount: number) => tool('crm', 'refund', { customerId: 7, amount, currency: 'EUR' });

/** Asks and answers, one request after another. */
async function answered(made: Rig, times: number, verdict: 'approve' | 'refuse', from = 100): Promise<void> {
  const caller = await made.start({ agent: 'a1' });
  for (let i = 0; i < times; i++) {
    const approval = await asks(made, caller, of(from + i));
    made.pass(1500);
    await says(made, 'ana', approval, verdict, 'no');
    made.pass(1000);
  }
}

const loadOf = (made: Rig) => humanLoad(made.road, made.ledger, operator, 0);

describe('a rule that people always say yes to', () => {
  test('is listed, with what its calls have in common', async () => {
    verifies('approvals.load');
    const made = await asked({ published: oneOfFinance(), roster });
    await answered(made, 60, 'approve');
    await answered(made, 1, 'refuse', 130);
    // One refusal among sixty is one too many, to be so sure.
    expect((await loadOf(made)).suggestions).toEqual([]);
    await answered(made, 40, 'approve', 1000);
    const { suggestions, contents, total } = await loadOf(made);
    expect(total).toMatchObject({ asked: 101, approved: 100, refused: 1, unshown: 101, quickShare: null });
    expect(suggestions).toMatchObject([
      {
        ...{ write: 'policy', rule: 'refunds', approved: 100, refused: 1, judgements: 101 },
        ...{ tools: ['crm/refund'], agents: ['a1'], looked: 100, gone: 0 },
        common: ['amount from 100 to 1039', 'currency always "EUR"', 'customerId always 7'],
        // What a policy of just that would let through is told.
        exceptions: { looked: 1, alike: 1 },
      },
    ]);
    const opened = (await eventsOf(made, 'decision')).at(-1);
    expect(opened).toMatchObject({ id: contents?.decision, request: { action: 'record.read' } });
  });

  test('is listed by its figures alone where policy keeps contents closed', async () => {
    const made = await asked({
      published: oneOfFinance(
        '@id("closed") @reason("Contents stay closed.") forbid (principal, action == Action::"record.read", resource);',
      ),
      roster,
    });
    await answered(made, 60, 'approve');
    const { suggestions, contents } = await loadOf(made);
    expect(contents).toEqual({ refused: 'Contents stay closed.' });
    expect(suggestions).toMatchObject([{ write: 'policy', looked: 0, gone: 60, tools: ['crm/refund'] }]);
    expect(suggestions[0]).not.toHaveProperty('common');
  });

  test('and what was erased is gone, and said to be', async () => {
    const made = await asked({ published: oneOfFinance(), roster });
    await answered(made, 60, 'approve');
    const tasks = (await eventsOf(made, 'task.started')).map(({ task }) => task.id);
    for (const task of tasks) await made.road.vault.erase(task);
    expect((await loadOf(made)).suggestions).toMatchObject([{ looked: 0, gone: 60 }]);
  });
});

test('a rule that people always say no to should be a deny', async () => {
  const made = await asked({ published: oneOfFinance(), roster });
  await answered(made, 60, 'refuse');
  expect((await loadOf(made)).suggestions).toMatchObject([{ write: 'deny', rule: 'refunds', refused: 60 }]);
});

test('how fast somebody was is told from when they were shown the card', async () => {
  const made = await asked();
  const caller = await made.start();
  const looksAndSays = async (name: string, approval: string, ms: number) => {
    expect(await openCard(made.road, made.ledger, by(name), approval)).toMatchObject({ ok: true });
    made.pass(ms);
    expect(await says(made, name, approval)).toMatchObject({ ok: true });
  };
  const first = await asks(made, caller);
  made.pass(60_000);
  await looksAndSays('ana', first, 1999);
  await looksAndSays('ben', first, 2000);
  expect(
    (await made.call(caller, tool('crm', 'refund', { customerId: 7, amount: 40_000, currency: 'EUR' })))
      .answer,
  ).toMatchObject({ outcome: 'allow' });
  const { total, people, rules, calls } = await loadOf(made);
  expect(total).toMatchObject({
    asked: 1,
    approved: 1,
    used: 1,
    answers: 2,
    quick: 1,
    unshown: 0,
    quickShare: 0.5,
  });
  expect(Math.abs((total.medianMs ?? 0) - 63_999)).toBeLessThanOrEqual(640);
  expect(people).toMatchObject([
    { name: 'ana', approved: 1, quick: 1 },
    { name: 'ben', approved: 1, quick: 0 },
  ]);
  expect(rules).toMatchObject([{ name: 'refund-over-limit', asked: 1, approved: 1 }]);
  expect(calls).toBe(1);
});

test('what was asked before the window is not counted', async () => {
  const made = await asked();
  const caller = await made.start();
  await approved(made, await asks(made, caller));
  made.pass(60_000);
  const since = made.road.clock.wallMs();
  await asks(made, caller, of(50_000));
  const load = await humanLoad(made.road, made.ledger, operator, since);
  expect(load.total).toMatchObject({ asked: 1, approved: 0, waiting: 1 });
});
