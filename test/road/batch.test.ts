// SPDX-License-Identifier: Apache-2.0
// Requests that are answered together: which may be, what each answer is, and what one of them does to the others.
import { describe, expect, test } from 'vitest';
import { alikeTo, type BatchSaid, decideBatch, maxBatch } from '../../src/app/batch.ts';
import { humanLoad } from '../../src/app/human-load.ts';
import { publish } from '../../src/app/publish.ts';
import { bindingDigest } from '../../src/core/approval/matter.ts';
import type { Caller } from '../../src/core/request/proposal.ts';
import { facets } from '../../src/core/state/facet.ts';
import { verifies } from '../requirements.ts';
import { asked, asks, by, eventsOf, over, roster, says, withRule } from './approvals.fixture.ts';
import { operator, type Rig, tool } from './road.fixture.ts';
import { anybody, asPerson, sealedRoad } from './sealed.fixture.ts';

const of = (customerId: number, amount = 40_000) =>
  tool('crm', 'refund', { customerId, amount, currency: 'EUR' });
const mail = tool('mail', 'send_mail', { to: 'x@y.example', subject: 'a', body: 'b' });
const mailToo = withRule(`@id("mails") @outcome("step_up") @approvers("finance") @quorum("2") @expires("15m")
forbid (principal is Agent, action, resource) when { context.tool.name == "send_mail" };`);

function said(made: Rig, approvals: readonly string[], more: Partial<BatchSaid> = {}): BatchSaid {
  const cardOf = (approval: string) =>
    made.road.sequencer.head.get(facets.approval(approval))?.card ?? `sha256:${'0'.repeat(64)}`;
  return {
    items: approvals.map((approval) => ({ approval, card: cardOf(approval) })),
    verdict: 'approve',
    reason: '',
    ...more,
  };
}

async function three(made: Rig, caller: Caller): Promise<readonly [string, string, string]> {
  return [await asks(made, caller, of(1)), await asks(made, caller, of(2)), await asks(made, caller, of(3))];
}

describe('a list', () => {
  verifies('approvals.batch');

  test('is one commit, and each of it an answer of its own', async () => {
    const made = await asked();
    const caller = await made.start();
    const all = await three(made, caller);
    const before = await made.ledger.size();
    for (const name of ['ana', 'ben'])
      expect(await decideBatch(made.road, made.ledger, by(name), said(made, all))).toMatchObject({
        ok: true,
        items: all.map((approval) => ({ approval, done: { ok: true, value: { person: name } } })),
      });
    const decided = await eventsOf(made, 'approval.decided');
    expect(decided.map(({ approval }) => approval)).toEqual([...all, ...all]);
    for (const one of decided) {
      const state = made.road.sequencer.head.get(facets.approval(one.approval));
      if (state === undefined) throw new Error('gone');
      const { matter, card, expiresAt } = state;
      expect(one.binding).toBe(bindingDigest({ approval: one.approval, matter, card, expiresAt }));
    }
    expect(new Set(decided.map(({ binding }) => binding)).size).toBe(3);
    // Each with a decision of policy beside it, all of a person at one moment.
    expect(await made.ledger.size()).toBe(before + 12);
    expect(new Set(decided.slice(0, 3).map(({ at }) => at)).size).toBe(1);
    for (const one of all)
      expect(made.road.sequencer.head.get(facets.approval(one))).toMatchObject({ status: 'approved' });
    expect((await made.call(caller, of(2))).answer).toMatchObject({ outcome: 'allow' });
    expect((await made.call(caller, of(2))).answer).toMatchObject({ outcome: 'step_up' });
    expect(made.effects).toHaveLength(1);
  });

  test('with one that was decided meanwhile leaves the others alone', async () => {
    const made = await asked();
    const caller = await made.start();
    const all = await three(made, caller);
    const list = said(made, all);
    await says(made, 'eve', all[1], 'refuse', 'not this one');
    const done = await decideBatch(made.road, made.ledger, by('ana'), list);
    expect(done).toMatchObject({
      ok: true,
      items: [{ done: { ok: true } }, { done: { ok: false, code: 'not_possible' } }, { done: { ok: true } }],
    });
    expect((await eventsOf(made, 'approval.decided')).map(({ approval }) => approval)).toEqual([
      all[1],
      all[0],
      all[2],
    ]);
  });

  test('in which one card is another counts for the others only', async () => {
    const made = await asked();
    const caller = await made.start();
    const [one, two] = await three(made, caller);
    const list = said(made, [one, two]);
    const items = [list.items[0], { approval: two, card: list.items[0]?.card ?? '' }];
    const done = await decideBatch(made.road, made.ledger, by('ana'), { ...list, items } as BatchSaid);
    expect(done).toMatchObject({ items: [{ done: { ok: true } }, { done: { ok: false } }] });
    expect(await eventsOf(made, 'approval.decided')).toHaveLength(1);
  });

  test('that is refused tells each agent why', async () => {
    const made = await asked();
    const caller = await made.start();
    const all = await three(made, caller);
    const no = said(made, all, { verdict: 'refuse', reason: 'no refunds today' });
    expect(await decideBatch(made.road, made.ledger, by('ana'), no)).toMatchObject({ ok: true });
    for (const n of [1, 2, 3])
      expect((await made.call(caller, of(n))).answer).toMatchObject({ reason: 'no refunds today' });
  });

  test('of what policy does not let somebody answer is answered as far as it does', async () => {
    const made = await asked();
    const caller = await made.start();
    const all = await three(made, caller);
    const published = over(`@id("all") permit (principal, action, resource);
@id("not-that") @reason("Not that one.")
forbid (principal, action == Action::"approval.decide", resource == Administered::"approval/${all[0]}");`);
    expect(await publish(made.road, made.force, operator, published, { reason: '' })).toMatchObject({
      ok: true,
    });
    const done = await decideBatch(made.road, made.ledger, by('ana'), said(made, all));
    expect(done).toMatchObject({
      items: [
        { done: { code: 'forbidden', reason: 'Not that one.' } },
        { done: { ok: true } },
        { done: { ok: true } },
      ],
    });
    expect(await eventsOf(made, 'approval.decided')).toHaveLength(2);
  });
});

test('a list over the socket lifts nothing where people can sign in, nor one of what has to be signed', async () => {
  verifies('approvals.batch');
  const { made } = await sealedRoad();
  const caller = await made.start();
  const all = await three(made, caller);
  for (const [operator, signedIn] of [
    [anybody, undefined],
    [asPerson('ana'), { person: 'ana', isTrusted: true }],
  ] as const) {
    const done = await decideBatch(made.road, made.ledger, operator, said(made, all), signedIn);
    expect(done).toMatchObject({ items: all.map(() => ({ done: { ok: false, code: 'not_possible' } })) });
  }
  expect(await eventsOf(made, 'approval.decided')).toEqual([]);
  // A no is anybody's who has signed in.
  const no = said(made, all, { verdict: 'refuse', reason: 'not today' });
  const refused = await decideBatch(made.road, made.ledger, asPerson('ana'), no, {
    person: 'ana',
    isTrusted: false,
  });
  expect(refused).toMatchObject({ items: all.map(() => ({ done: { ok: true } })) });
});

describe('no list', () => {
  verifies('approvals.batch');

  test.each<[what: string, build: (made: Rig) => Promise<readonly string[]>, why: RegExp]>([
    [
      'of another tool',
      async (made) => {
        const caller = await made.start();
        return [await asks(made, caller, of(1)), await asks(made, caller, mail)];
      },
      /is not like/,
    ],
    [
      'of another agent',
      async (made) => [
        await asks(made, await made.start(), of(1)),
        await asks(made, await made.start({ agent: 'a2' }), of(2)),
      ],
      /is not like/,
    ],
    [
      'with what is not there',
      async (made) => [await asks(made, await made.start(), of(1)), 'a-none'],
      /is not like/,
    ],
    [
      'with one twice',
      async (made) => {
        const one = await asks(made, await made.start(), of(1));
        return [one, one];
      },
      /stands in the list twice/,
    ],
    ['that is empty', async () => [], /1 to 50/],
    ['that nobody reads', async () => Array.from({ length: maxBatch + 1 }, (_, i) => `a-${i}`), /1 to 50/],
  ])('%s', async (_what, build, why) => {
    const made = await asked({ published: mailToo });
    const list = said(made, await build(made));
    expect(await decideBatch(made.road, made.ledger, by('ana'), list)).toMatchObject({
      ok: false,
      reason: expect.stringMatching(why),
    });
    expect(await eventsOf(made, 'approval.decided')).toEqual([]);
  });
});

describe('what is alike', () => {
  test('is told of what waits, the one that was named first', async () => {
    const made = await asked({ published: mailToo });
    const caller = await made.start();
    const all = await three(made, caller);
    await asks(made, caller, mail);
    await asks(made, await made.start({ agent: 'a2' }), of(9));
    expect(await alikeTo(made.road, made.ledger, all[1])).toEqual([all[1], all[0], all[2]]);
    await says(made, 'eve', all[0], 'refuse', 'no');
    expect(await alikeTo(made.road, made.ledger, all[1])).toEqual([all[1], all[2]]);
    expect(await alikeTo(made.road, made.ledger, all[0])).toBeUndefined();
    expect(await alikeTo(made.road, made.ledger, 'a-none')).toBeUndefined();
  });
});

test('sixty calls that were approved by lists of fifteen are four answers, and no reason for a policy', async () => {
  const made = await asked({
    published: over(`@id("all") permit (principal, action, resource);
@id("refunds") @outcome("step_up") @approvers("finance") @quorum("1") @expires("15m")
forbid (principal is Agent, action == Action::"refund", resource);`),
    roster,
  });
  for (let list = 0; list < 4; list++) {
    const caller = await made.start();
    const all: string[] = [];
    for (let n = 1; n <= 15; n++) all.push(await asks(made, caller, of(n)));
    made.pass(10_000);
    await decideBatch(made.road, made.ledger, by('ana'), said(made, all));
  }
  const load = await humanLoad(made.road, made.ledger, operator, 0);
  expect(load.total).toMatchObject({ asked: 60, approved: 60, answers: 60 });
  expect(load.suggestions).toEqual([]);
});
