// SPDX-License-Identifier: Apache-2.0
// What a person makes of a call: decided from the beginning, asked about anew, and done in the place of what the agent sends.
import { describe, expect, test } from 'vitest';
import { openCard } from '../../src/app/approvals.ts';
import { editApproval } from '../../src/app/editing.ts';
import { publish } from '../../src/app/publish.ts';
import { revoke } from '../../src/app/revoke.ts';
import type { JsonObject } from '../../src/core/json/value.ts';
import { facets } from '../../src/core/state/facet.ts';
import { verifies } from '../requirements.ts';
import { approved, asked, asks, by, eventsOf, refund, says, withRule } from './approvals.fixture.ts';
import { operator, type Rig, tool } from './road.fixture.ts';

const of = (amount: number, customerId = 7): JsonObject => ({ customerId, amount, currency: 'EUR' });

async function edit(made: Rig, name: string, approval: string, args: JsonObject, dryRun = false) {
  const card = made.road.sequencer.head.get(facets.approval(approval))?.card ?? '';
  return editApproval(made.road, made.ledger, by(name), {
    approval,
    card,
    args,
    reason: 'a zero too many',
    dryRun,
  });
}

async function edited(made: Rig, name: string, approval: string, args: JsonObject): Promise<string> {
  const done = await edit(made, name, approval, args);
  if (!done.ok || done.value.approval === undefined) throw new Error(JSON.stringify(done));
  return done.value.approval;
}

describe('a call that a person changes', () => {
  verifies('approvals.edited');

  test('is done as it was changed, once two people said yes to that; the agent is told, and the record has both', async () => {
    const made = await asked();
    const caller = await made.start();
    const first = await asks(made, caller);
    // Her yes to the call as it was is none to what it becomes.
    await says(made, 'ana', first);
    const second = await edited(made, 'ben', first, of(5_000));
    expect((await made.call(caller, refund)).answer).toMatchObject({
      outcome: 'step_up',
      code: 'pending_approval',
      pending: { approval: second },
    });
    expect(await says(made, 'ana', first)).toMatchObject({ ok: false });
    expect(await says(made, 'ben', second)).toMatchObject({ ok: true, value: { status: 'requested' } });
    expect((await made.call(caller, refund)).answer).toMatchObject({ outcome: 'step_up' });
    expect(made.effects).toEqual([]);
    expect(await says(made, 'ana', second)).toMatchObject({ ok: true, value: { status: 'approved' } });

    expect((await made.call(caller, refund)).answer).toMatchObject({
      outcome: 'allow',
      modified: true,
      edited: { by: second, changed: [{ argument: 'amount', now: '5000' }] },
    });
    expect(made.effects).toEqual(['crm/refund {"amount":5000,"currency":"EUR","customerId":7}']);

    const [decision] = (await eventsOf(made, 'decision')).filter((one) => one.edited !== undefined);
    if (decision?.edited === undefined || decision.request.args === undefined)
      throw new Error('no such record');
    expect(decision).toMatchObject({ edited: { by: second }, lifts: [{ via: second }] });
    const entry = await made.ledger.find(decision.id);
    const open = (digest: string) => made.road.vault.open(digest, entry?.position ?? -1);
    expect(await open(decision.request.args.digest)).toMatchObject({
      content: expect.stringContaining('5000'),
    });
    expect(await open(decision.edited.from.digest)).toMatchObject({
      content: expect.stringContaining('40000'),
    });

    // Once, and not the next time either.
    expect(await asks(made, caller)).not.toBe(second);
    expect(made.effects).toHaveLength(1);
    const left = [...made.road.sequencer.head.facets()].filter(([name]) => name === `approval/${second}`);
    expect(left).toEqual([]);
  });

  test('is shown as it was and as it would be, with who changed it', async () => {
    const made = await asked();
    const caller = await made.start();
    const second = await edited(made, 'ben', await asks(made, caller), of(5_000));
    const opened = await openCard(made.road, made.ledger, by('ana'), second);
    if (!opened.ok || !opened.value.card.ok) throw new Error('it cannot be opened');
    expect(JSON.parse(opened.value.card.content)).toMatchObject({
      verb: 'pay with crm/refund: amount 5000, currency "EUR", customerId 7',
      raw: '{"amount":5000,"currency":"EUR","customerId":7}',
      why: [{ policy: 'refund-over-limit' }],
      edit: {
        by: 'ben',
        reason: 'a zero too many',
        changed: [{ argument: 'amount', before: '40000', after: '5000' }],
      },
    });
  });

  test.each<[what: string, args: JsonObject, told: RegExp]>([
    ['is refused all the same', of(15_000, 9), /never 9/],
    ['has no such arguments', { ...of(5_000), extra: true }, /extra|additional|unknown/i],
    ['lacks one', { customerId: 7, currency: 'EUR' }, /amount/],
    ['is not changed at all', of(40_000), /nothing is changed/],
  ])('is not asked about where it %s', async (_what, args, told) => {
    const made = await asked({
      published: withRule(
        '@id("nine") @reason("never 9") forbid (principal is Agent, action == Action::"refund", resource) when { context.args.customerId == 9 };',
      ),
    });
    const caller = await made.start();
    const first = await asks(made, caller);
    const done = await edit(made, 'ben', first, args);
    expect(done).toMatchObject({ ok: false, code: 'not_possible', reason: expect.stringMatching(told) });
    // Nothing of the first request is gone.
    await approved(made, first);
    expect((await made.call(caller, refund)).answer).toMatchObject({ outcome: 'allow' });
    expect(made.effects).toEqual(['crm/refund {"amount":40000,"currency":"EUR","customerId":7}']);
  });

  test('is changed by nobody who could not say no to it', async () => {
    const made = await asked();
    const caller = await made.start();
    const first = await asks(made, caller);
    expect(await edit(made, 'joe', first, of(5_000))).toMatchObject({ ok: false, code: 'not_possible' });
    expect(await edit(made, 'mallory', first, of(5_000))).toMatchObject({ ok: false, code: 'not_possible' });
    expect(await eventsOf(made, 'approval.requested')).toHaveLength(1);
  });

  test('may be tried without making anything of it', async () => {
    const made = await asked();
    const caller = await made.start();
    const first = await asks(made, caller);
    expect(await edit(made, 'ben', first, of(5_000), true)).toMatchObject({
      ok: true,
      value: { changed: [{ argument: 'amount' }], policies: ['refund-over-limit'] },
    });
    expect(await asks(made, caller)).toBe(first);
  });

  test('may be changed again, and what was said of it before counts no more', async () => {
    const made = await asked();
    const caller = await made.start();
    const second = await edited(made, 'ben', await asks(made, caller), of(5_000));
    await says(made, 'ana', second);
    const third = await edited(made, 'eve', second, of(5_000, 8));
    await says(made, 'ben', third);
    expect((await made.call(caller, refund)).answer).toMatchObject({ outcome: 'step_up' });
    await says(made, 'ana', third);
    await made.call(caller, refund);
    expect(made.effects).toEqual(['crm/refund {"amount":5000,"currency":"EUR","customerId":8}']);
  });

  test('asks the people of what it becomes as well as those of what it was', async () => {
    const made = await asked({
      published: withRule(
        '@id("legal") @outcome("step_up") @approvers("legal") @expires("5m") forbid (principal is Agent, action == Action::"refund", resource) when { context.args.customerId == 8 };',
      ),
    });
    const caller = await made.start();
    const second = await edited(made, 'ben', await asks(made, caller), of(5_000, 8));
    for (const name of ['ana', 'ben']) await says(made, name, second);
    expect((await made.call(caller, refund)).answer).toMatchObject({ outcome: 'step_up' });
    await says(made, 'joe', second);
    await made.call(caller, refund);
    expect(made.effects).toEqual(['crm/refund {"amount":5000,"currency":"EUR","customerId":8}']);
  });
});

describe('what a person made of a call', () => {
  verifies('approvals.edited');

  test('is good for no other session, task or agent, and for no other call', async () => {
    const made = await asked();
    const caller = await made.start();
    const second = await edited(made, 'ben', await asks(made, caller), of(5_000));
    await approved(made, second);
    const others = [await made.start(), await made.start({ agent: 'a2' })];
    for (const other of others)
      expect((await made.call(other, refund)).answer).toMatchObject({ outcome: 'step_up' });
    const more = tool('crm', 'refund', of(40_001));
    expect((await made.call(caller, more)).answer).toMatchObject({ outcome: 'step_up' });
    expect(made.effects).toEqual([]);
  });

  test('asks anew where the policies are others', async () => {
    const made = await asked();
    const caller = await made.start();
    const second = await edited(made, 'ben', await asks(made, caller), of(5_000));
    await approved(made, second);
    const other = withRule('@id("more") permit (principal is Operator, action, resource);');
    await publish(made.road, made.force, operator, other, { reason: '' });
    expect((await made.call(caller, refund)).answer).toMatchObject({ outcome: 'step_up' });
    expect(made.effects).toEqual([]);
  });

  test('is nothing any more once its words are gone, or whoever asked is', async () => {
    const made = await asked();
    const caller = await made.start();
    const second = await edited(made, 'ben', await asks(made, caller), of(5_000));
    await approved(made, second);
    const without: Rig['road'] = { ...made.road, edits: async () => undefined };
    const { authorize } = await import('../../src/app/authorize.ts');
    expect(await authorize(without, caller, refund, new Set())).toMatchObject({ outcome: 'step_up' });
    await revoke(made.road, operator, 'session', caller.session, '');
    expect((await made.call(caller, refund)).answer).toMatchObject({ outcome: 'deny' });
    expect(made.effects).toEqual([]);
  });

  test('is used by one of two calls that are made at once', async () => {
    const made = await asked();
    const caller = await made.start();
    await approved(made, await edited(made, 'ben', await asks(made, caller), of(5_000)));
    const answers = await Promise.all([1, 2, 3].map(() => made.call(caller, refund)));
    expect(answers.map(({ answer }) => answer.outcome).sort()).toEqual(['allow', 'step_up', 'step_up']);
    expect(made.effects).toHaveLength(1);
  });

  test('is refused like any other: the model reads why', async () => {
    const made = await asked();
    const caller = await made.start();
    const second = await edited(made, 'ben', await asks(made, caller), of(5_000));
    await says(made, 'ana', second, 'refuse', 'nothing is owed');
    expect((await made.call(caller, refund)).answer).toMatchObject({
      outcome: 'deny',
      code: 'approval_refused',
      reason: 'nothing is owed',
    });
  });
});
