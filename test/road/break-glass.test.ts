// SPDX-License-Identifier: Apache-2.0
// Two people open a task for minutes: to the forbids that say so, and to nothing else, and all of it is on record.
import { describe, expect, test } from 'vitest';
import { openCard } from '../../src/app/approvals.ts';
import { publishApprovers } from '../../src/app/approvers.ts';
import { askToBreakGlass, closeGlass, listGlass } from '../../src/app/break-glass.ts';
import { revoke } from '../../src/app/revoke.ts';
import { rosterOf } from '../../src/core/approval/roster.ts';
import { verifies } from '../requirements.ts';
import { asked, by, eventsOf, over, people, refund, says } from './approvals.fixture.ts';
import { operator, type Rig, type RigOptions, tool } from './road.fixture.ts';

const minute = 60_000;
const rules = `
@id("all") permit (principal, action, resource);
@id("no-refunds") @break_glass("finance") @reason("No refunds today.")
forbid (principal is Agent, action == Action::"refund", resource);
@id("asks") @outcome("step_up") @approvers("legal") @expires("5m") @break_glass("finance")
forbid (principal is Agent, action == Action::"files/write_file", resource);
@id("lawyers") @break_glass("legal")
forbid (principal is Agent, action == Action::"mail/read_mail", resource);
@id("never") forbid (principal is Agent, action == Action::"mail/send_mail", resource);
`;

const locked = (options: RigOptions = {}) => asked({ published: over(rules), ...options });
type Caller = Awaited<ReturnType<Rig['start']>>;

async function asks(made: Rig, task: string, forMs = 15 * minute): Promise<string> {
  const done = await askToBreakGlass(made.road, by('ana'), {
    task,
    group: 'finance',
    reason: 'outage',
    forMs,
  });
  if (!done.ok || done.value.approval === undefined) throw new Error(JSON.stringify(done));
  return done.value.approval;
}

async function opened(made: Rig, { task }: Caller, forMs?: number): Promise<string> {
  const approval = await asks(made, task, forMs);
  for (const name of ['ana', 'ben']) {
    const done = await says(made, name, approval);
    if (!done.ok) throw new Error(done.reason ?? done.code);
  }
  return approval;
}

const outcome = async (made: Rig, caller: Caller, call = refund) =>
  (await made.call(caller, call)).answer.outcome;

describe('breaking the glass', () => {
  verifies('approvals.break-glass');

  test('takes two people: what was refused is done, and each decision says by what', async () => {
    const made = await locked();
    const caller = await made.start();
    expect(await outcome(made, caller)).toBe('deny');
    const approval = await asks(made, caller.task);
    await says(made, 'ana', approval);
    expect(await says(made, 'ana', approval)).toMatchObject({ ok: false });
    expect(await outcome(made, caller)).toBe('deny');
    expect(made.effects).toEqual([]);
    expect(await says(made, 'ben', approval)).toMatchObject({ ok: true, value: { status: 'approved' } });
    expect(await outcome(made, caller)).toBe('allow');
    expect(await outcome(made, caller)).toBe('allow');
    expect(made.effects).toHaveLength(2);
    const lifted = (await eventsOf(made, 'decision')).filter(({ lifts }) => lifts.length > 0);
    expect(lifted.map(({ lifts }) => lifts)).toEqual(
      [1, 2].map(() => [expect.objectContaining({ policy: 'no-refunds', via: approval, glass: true })]),
    );
    expect(await eventsOf(made, 'break_glass.opened')).toMatchObject([
      { glass: approval, people: ['ana', 'ben'], reason: 'outage', task: caller.task, group: 'finance' },
    ]);
    expect(listGlass(made.road)).toMatchObject([{ glass: approval, status: 'open' }]);
  });

  test('takes a question away as well, and no forbid that does not name its group', async () => {
    const made = await locked();
    const caller = await made.start();
    await opened(made, caller);
    expect(await outcome(made, caller, tool('files', 'write_file', { path: '/a', text: 'b' }))).toBe('allow');
    expect(await outcome(made, caller, tool('mail', 'read_mail', { mailId: '1' }))).toBe('deny');
    expect(
      await outcome(made, caller, tool('mail', 'send_mail', { to: 'a@b.c', subject: '', body: '' })),
    ).toBe('deny');
    expect(made.effects).toHaveLength(1);
  });

  test('takes away no budget, no revocation, and nothing for another task', async () => {
    const made = await locked();
    const caller = await made.start({ budgets: [{ name: 'calls', limit: 1 }] });
    await opened(made, caller);
    expect(await outcome(made, await made.start())).toBe('deny');
    expect(await outcome(made, caller)).toBe('allow');
    expect((await made.call(caller, refund)).answer).toMatchObject({ code: 'budget_exhausted' });
    await revoke(made.road, operator, 'agent', caller.agent, '');
    expect((await made.call(caller, refund)).answer).toMatchObject({ code: 'agent_revoked' });
    expect(made.effects).toHaveLength(1);
  });

  test('ends with its time', async () => {
    const made = await locked();
    const caller = await made.start();
    await opened(made, caller, 5 * minute);
    made.pass(5 * minute - 1);
    expect(await outcome(made, caller)).toBe('allow');
    made.pass(1);
    expect(await outcome(made, caller)).toBe('deny');
    expect(listGlass(made.road)).toEqual([]);
  });

  test('ends when somebody closes it, and a closed one is not opened again', async () => {
    const made = await locked();
    const caller = await made.start();
    const approval = await opened(made, caller);
    expect(await closeGlass(made.road, operator, caller.task, 'over')).toMatchObject({ ok: true });
    expect(await outcome(made, caller)).toBe('deny');
    expect(await eventsOf(made, 'break_glass.closed')).toMatchObject([{ glass: approval, reason: 'over' }]);
    expect(await closeGlass(made.road, operator, caller.task, 'again')).toMatchObject({ ok: false });
    expect(await says(made, 'eve', approval)).toMatchObject({ ok: false });

    // One that only waits is closed as well: the second yes opens nothing.
    const waits = await asks(made, caller.task);
    await says(made, 'ana', waits);
    await closeGlass(made.road, operator, caller.task, 'not needed');
    expect(await says(made, 'ben', waits)).toMatchObject({ ok: false });
    expect(await outcome(made, caller)).toBe('deny');
  });

  test('counts on its people for as long as they are in the group', async () => {
    const made = await locked();
    const caller = await made.start();
    await opened(made, caller);
    const file = {
      roster: rosterOf(people, [
        ['finance', ['ana', 'eve']],
        ['legal', ['joe']],
      ]),
      source: '{}',
    };
    if (made.approvers === undefined) throw new Error('nobody may be asked');
    await publishApprovers(made.road, made.approvers, operator, file, 'ben left');
    expect(await outcome(made, caller)).toBe('deny');
  });

  test.each<[what: string, who: string, order: object, told: RegExp]>([
    ['somebody of another group', 'joe', {}, /not in `finance`/],
    ['a group that no policy names', 'joe', { group: 'nobody' }, /not in `nobody`/],
    ['a task that is not there', 'ana', { task: 't-0' }, /no task/],
    ['a group of one person', 'joe', { group: 'legal' }, /fewer than 2/],
  ])('is not asked for by %s', async (_what, who, order, told) => {
    const made = await locked();
    const caller = await made.start();
    const all = { task: caller.task, group: 'finance', reason: 'outage', forMs: minute, ...order };
    expect(await askToBreakGlass(made.road, by(who), all)).toMatchObject({
      ok: false,
      reason: expect.stringMatching(told),
    });
    expect(await eventsOf(made, 'break_glass.requested')).toEqual([]);
  });

  test('is shown: who asks, why, for whom, and what it takes away', async () => {
    const made = await locked();
    const caller = await made.start();
    const approval = await asks(made, caller.task);
    const looked = await openCard(made.road, made.ledger, by('ben'), approval);
    if (!looked.ok || !looked.value.card.ok) throw new Error('it cannot be opened');
    expect(JSON.parse(looked.value.card.content)).toMatchObject({
      verb: 'break the glass for a1: for 15 minutes no forbid of finance holds for its task',
      why: [{ reason: 'ana asks for it: outage', quorum: 2 }],
      effect: { arguments: [{ value: '"outage"' }, {}, { value: '"asks"' }, { value: '"no-refunds"' }] },
    });
  });

  test('on two nodes: what one opens the other knows, and one that was closed is closed on both', async () => {
    const made = await locked();
    const caller = await made.start();
    await opened(made, caller);
    const other = await locked({ store: made.store, node: 'n2' });
    expect(await outcome(other, caller)).toBe('allow');
    await closeGlass(made.road, operator, caller.task, 'over');
    expect(await outcome(other, caller)).toBe('deny');
  });
});
