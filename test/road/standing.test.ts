// SPDX-License-Identifier: Apache-2.0
// A yes for the whole task: so many calls that fit what somebody looked at, and whoever tries to have more of it.
import { describe, expect, test } from 'vitest';
import { openCard } from '../../src/app/approvals.ts';
import { publishApprovers } from '../../src/app/approvers.ts';
import { publish } from '../../src/app/publish.ts';
import { type StandingOrder, standingApproval } from '../../src/app/standing.ts';
import { endTask } from '../../src/app/tasks.ts';
import { rosterOf } from '../../src/core/approval/roster.ts';
import { facets } from '../../src/core/state/facet.ts';
import { verifies } from '../requirements.ts';
import { approved, asked, asks, by, eventsOf, over, people, refund, says } from './approvals.fixture.ts';
import { operator, type Rig, tool } from './road.fixture.ts';

const hour = 3_600_000;
const readers = (more = '') => `
@id("all") permit (principal is Agent, action, resource);
@id("reads") @outcome("step_up") @approvers("finance") @quorum("2") @expires("15m") ${more}
forbid (principal is Agent, action == Action::"files/read_file", resource);
`;
const read = (path: string) => tool('files', 'read_file', { path });
const within = (...prefixes: string[]) => [
  { argument: 'path', must: { is: 'within_path' as const, prefixes } },
];

function forTask(made: Rig, name: string, approval: string, order: Partial<StandingOrder> = {}) {
  const card = made.road.sequencer.head.get(facets.approval(approval))?.card ?? '';
  return standingApproval(made.road, made.ledger, by(name), {
    ...{ approval, card, count: 3, forMs: hour, free: within('/srv/books'), reason: 'month end' },
    ...order,
  });
}

async function standing(made: Rig, approval: string, order: Partial<StandingOrder> = {}): Promise<string> {
  const done = await forTask(made, 'ben', approval, order);
  if (!done.ok || done.value.approval === undefined) throw new Error(JSON.stringify(done));
  return done.value.approval;
}

async function office(more?: string): Promise<Rig> {
  return asked({ published: over(readers(more)) });
}

async function open(made: Rig, order: Partial<StandingOrder> = {}) {
  const caller = await made.start();
  const approval = await standing(made, await asks(made, caller, read('/srv/books/a')), order);
  await approved(made, approval);
  return { caller, approval };
}

const outcome = async (made: Rig, caller: Awaited<ReturnType<Rig['start']>>, path: string) =>
  (await made.call(caller, read(path))).answer.outcome;

describe('an approval for a task', () => {
  verifies('approvals.for-a-task');

  test('lets through as many as were approved, of what it says, and then people are asked again', async () => {
    const made = await office();
    const { caller, approval } = await open(made);
    for (const path of ['/srv/books/a', '/srv/books/b', '/srv/books/c/d'])
      expect(await outcome(made, caller, path)).toBe('allow');
    expect(await outcome(made, caller, '/srv/books/e')).toBe('step_up');
    expect(made.effects).toEqual(
      ['a', 'b', 'c/d'].map((name) => `files/read_file {"path":"/srv/books/${name}"}`),
    );
    const used = (await eventsOf(made, 'decision')).flatMap(({ lifts }) => lifts.map(({ via }) => via));
    expect(used).toEqual([approval, approval, approval]);
    // Nothing of it is left.
    expect(made.road.sequencer.head.get(facets.standing(caller.task))).toEqual([]);
    expect(made.road.sequencer.head.get(facets.approval(approval))).toBeUndefined();
  });

  test('needs the same people as one call', async () => {
    const made = await office();
    const caller = await made.start();
    const first = await asks(made, caller, read('/srv/books/a'));
    await says(made, 'ana', first);
    const approval = await standing(made, first);
    await says(made, 'ben', approval);
    expect((await made.call(caller, read('/srv/books/a'))).answer).toMatchObject({
      outcome: 'step_up',
      pending: { approval },
    });
    await says(made, 'eve', approval);
    expect(await outcome(made, caller, '/srv/books/a')).toBe('allow');
  });

  test.each<[what: string, path: string]>([
    ['another folder', '/srv/booksellers/a'],
    ['a way out of it', '/srv/books/../keys'],
  ])('does not fit %s', async (_what, path) => {
    const made = await office();
    const { caller } = await open(made);
    expect(await outcome(made, caller, path)).toBe('step_up');
    expect(made.effects).toEqual([]);
  });

  test('goes through every session of the task, and of no other', async () => {
    const made = await office();
    const { caller } = await open(made);
    expect(await outcome(made, await made.start(), '/srv/books/a')).toBe('step_up');
    expect(await outcome(made, await made.start({ agent: 'a2' }), '/srv/books/a')).toBe('step_up');
    expect(await outcome(made, caller, '/srv/books/a')).toBe('allow');
  });

  test('does not fit once the task has read more than it had', async () => {
    const made = await office();
    const { caller } = await open(made);
    await made.call(caller, tool('mail', 'read_mail', { mailId: '1' }));
    expect(await outcome(made, caller, '/srv/books/a')).toBe('step_up');
  });

  test('ends with its time, with the task, with the policies, and with the people', async () => {
    const made = await office();
    const { caller } = await open(made, { forMs: 60_000 });
    made.pass(60_000);
    expect(await outcome(made, caller, '/srv/books/a')).toBe('step_up');

    const ended = await office();
    const over1 = await open(ended);
    await endTask(ended.road, operator, over1.caller.task, '');
    expect(await outcome(ended, over1.caller, '/srv/books/a')).toBe('deny');

    const changed = await office();
    const over2 = await open(changed);
    const next = over(`${readers()}@id("more") permit (principal is Operator, action, resource);`);
    await publish(changed.road, changed.force, operator, next, { reason: '' });
    expect(await outcome(changed, over2.caller, '/srv/books/a')).toBe('step_up');

    const left = await office();
    const over3 = await open(left);
    const file = { roster: rosterOf(people, [['finance', ['ana', 'eve']]]), source: '{}' };
    if (left.approvers === undefined) throw new Error('nobody may be asked');
    await publishApprovers(left.road, left.approvers, operator, file, 'ben left');
    expect(await outcome(left, over3.caller, '/srv/books/a')).toBe('step_up');
  });

  test('is spent by calls that are made at once, on two nodes, no more often than it says', async () => {
    const made = await office();
    const { caller } = await open(made, { count: 2 });
    const other = await asked({ published: over(readers()), store: made.store, node: 'n2' });
    const paths = ['a', 'b', 'c', 'd'].map((name) => read(`/srv/books/${name}`));
    const answers = await Promise.all(
      paths.flatMap((one) => [made.call(caller, one), other.call(caller, one)]),
    );
    expect(answers.filter(({ answer }) => answer.outcome === 'allow')).toHaveLength(2);
    expect([...made.effects, ...other.effects]).toHaveLength(2);
  });

  test('says on its card how often, of what, and what it would have let through', async () => {
    const made = await office();
    const caller = await made.start();
    for (const path of ['/srv/books/a', '/srv/books/b', '/srv/keys']) await made.call(caller, read(path));
    const approval = await standing(made, await asks(made, caller, read('/srv/books/a')));
    const opened = await openCard(made.road, made.ledger, by('ana'), approval);
    if (!opened.ok || !opened.value.card.ok) throw new Error('it cannot be opened');
    expect(JSON.parse(opened.value.card.content)).toMatchObject({
      standing: {
        ...{ by: 'ben', reason: 'month end', count: 3 },
        free: ['path within "/srv/books"'],
        atMost: { level: 'internal', untrusted: true },
        // Four calls were made, of which three in the folder; one more asked for this.
        past: { looked: 4, matched: 3, unread: 0 },
      },
    });
  });
});

describe('it is not to be had', () => {
  verifies('approvals.for-a-task');

  test.each<[what: string, more: string, order: Partial<StandingOrder>, told: RegExp]>([
    ['where the rule says so', '@standing("no")', {}, /@standing\("no"\)/],
    ['where the call itself does not fit', '', { free: within('/etc') }, /does not fit/],
    [
      'of more than anybody reads',
      '',
      { free: within(...Array.from({ length: 99 }, (_, i) => `/srv/books/${i}/with-a-long-name`)) },
      /not take more than/,
    ],
    [
      'of an argument that is not there',
      '',
      { free: [{ argument: 'mode', must: { is: 'integer', min: 0 } }] },
      /does not fit/,
    ],
  ])('%s', async (_what, more, order, told) => {
    const made = await office(more);
    const caller = await made.start();
    const first = await asks(made, caller, read('/srv/books/a'));
    expect(await forTask(made, 'ben', first, order)).toMatchObject({
      ok: false,
      code: 'not_possible',
      reason: expect.stringMatching(told),
    });
    expect((await made.call(caller, read('/srv/books/a'))).answer).toMatchObject({
      pending: { approval: first },
    });
  });

  test('for what cannot be undone, unless the rule says so; nor for values in doubt', async () => {
    const made = await asked();
    const caller = await made.start();
    const first = await asks(made, caller, refund);
    expect(await forTask(made, 'ben', first, { free: [] })).toMatchObject({
      ok: false,
      reason: expect.stringMatching(/cannot be undone/),
    });
    const said = await asked({
      published: over(`@id("all") permit (principal is Agent, action, resource);
@id("refunds") @outcome("step_up") @approvers("finance") @quorum("2") @expires("15m") @standing("yes")
forbid (principal is Agent, action == Action::"refund", resource);`),
    });
    const second = await said.start({ params: { customer: '8' } });
    expect(await forTask(said, 'ben', await asks(said, second, refund), { free: [] })).toMatchObject({
      ok: false,
      reason: expect.stringMatching(/in doubt/),
    });
  });

  test('from whoever could not say no', async () => {
    const made = await office();
    const first = await asks(made, await made.start(), read('/srv/books/a'));
    expect(await forTask(made, 'joe', first)).toMatchObject({ ok: false, code: 'not_possible' });
  });
});
