// SPDX-License-Identifier: Apache-2.0
// People on the road: what they say yes to is done once, and nothing else is; and whoever tries to slip through between.
import { describe, expect, test } from 'vitest';
import { decideApproval, listApprovals, openCard } from '../../src/app/approvals.ts';
import { publishApprovers } from '../../src/app/approvers.ts';
import { publish } from '../../src/app/publish.ts';
import { readApproval, usedBy } from '../../src/app/read-approval.ts';
import { revoke } from '../../src/app/revoke.ts';
import { endTask } from '../../src/app/tasks.ts';
import { approvalLimits } from '../../src/core/approval/match.ts';
import { rosterOf } from '../../src/core/approval/roster.ts';
import { facets } from '../../src/core/state/facet.ts';
import { verifies } from '../requirements.ts';
import {
  approved,
  asked,
  asking,
  asks,
  by,
  eventsOf,
  over,
  people,
  refund,
  roster,
  says,
  withRule,
} from './approvals.fixture.ts';
import { operator, type Rig, rig, tool } from './road.fixture.ts';

const minute = 60_000;

describe('a request', () => {
  verifies('approvals.one-action-once');

  test('is done once, when those who may have said yes', async () => {
    const made = await asked();
    const caller = await made.start();
    const approval = await asks(made, caller);
    expect(made.effects).toEqual([]);
    expect((await made.call(caller, refund)).answer).toMatchObject({
      outcome: 'step_up',
      code: 'pending_approval',
      policies: ['refund-over-limit'],
      pending: { approval },
    });

    expect(await says(made, 'ana', approval)).toMatchObject({
      ok: true,
      value: { status: 'requested', votes: [{ have: 1, need: 2 }] },
    });
    expect((await made.call(caller, refund)).answer).toMatchObject({
      outcome: 'step_up',
      pending: { approval },
    });
    expect(await says(made, 'ben', approval)).toMatchObject({ ok: true, value: { status: 'approved' } });

    expect((await made.call(caller, refund)).answer).toMatchObject({ outcome: 'allow' });
    expect(made.effects).toHaveLength(1);

    const again = await asks(made, caller);
    expect(again).not.toBe(approval);
    expect(made.effects).toHaveLength(1);
    // Asked five times, of which three were the same request.
    expect(await eventsOf(made, 'approval.requested')).toHaveLength(2);
  });

  test('stands in the records: who was asked, who said what, and what used it', async () => {
    const made = await asked();
    const caller = await made.start({ onBehalfOf: 'cleo' });
    const approval = await asks(made, caller);
    await approved(made, approval);
    await made.call(caller, refund);
    const decisions = (await eventsOf(made, 'decision')).filter(({ who }) => 'session' in who);
    expect(decisions.at(-1)).toMatchObject({
      outcome: 'allow',
      lifts: [{ policy: 'refund-over-limit', via: approval }],
    });
    const read = await readApproval(made.ledger, approval);
    expect(read).toMatchObject({
      request: { agent: 'a1', asks: [{ policy: 'refund-over-limit', approvers: ['finance'], quorum: 2 }] },
      decided: [
        { person: 'ana', operator: 'local:1', verdict: 'approve' },
        { person: 'ben', operator: 'local:2', verdict: 'approve' },
      ],
    });
    expect(read === undefined ? '' : await usedBy(made.ledger, read)).toBe(decisions.at(-1)?.id);
    expect(decisions[0]).toMatchObject({ outcome: 'step_up', pending: approval, lifts: [] });
    // Nothing of it is left in the state.
    const names = [...made.road.sequencer.head.facets()].map(([name]) => name);
    expect(names.filter((name) => name.startsWith('approval/'))).toEqual([]);
    expect(made.road.sequencer.head.get(facets.asked(caller.session))).toEqual([]);
    expect(made.road.sequencer.head.get(facets.openApprovals)).toEqual([]);
  });

  test('is shown as it is: what is done, for whom, why it is asked', async () => {
    const made = await asked();
    const caller = await made.start({ onBehalfOf: 'cleo', purpose: 'tickets\u202e' });
    const approval = await asks(made, caller);
    const opened = await openCard(made.road, made.ledger, by('ana'), approval);
    if (!opened.ok || !opened.value.card.ok) throw new Error('it cannot be opened');
    const card = JSON.parse(opened.value.card.content);
    expect(card).toMatchObject({
      approval,
      verb: 'pay with crm/refund: amount 40000, currency "EUR", customerId 7',
      chain: ['cleo', 'a1'],
      task: { purpose: 'tickets\\u{202e}', startedBy: 'local:0' },
      why: [
        {
          policy: 'refund-over-limit',
          reason: 'Refunds above 100.00 need two people from finance.',
          approvers: ['finance'],
          quorum: 2,
        },
      ],
      effect: { class: 'pay', reversible: false, external: false, resource: 'Customer 7', hidden: 0 },
      matter: opened.value.read.request.matter,
    });
  });

  test('that is refused says why to the model, and is not asked again', async () => {
    const made = await asked();
    const caller = await made.start();
    const approval = await asks(made, caller);
    await says(made, 'ana', approval);
    await says(made, 'eve', approval, 'refuse', 'customer 7 was paid back last week');
    for (let i = 0; i < 2; i++) {
      expect((await made.call(caller, refund)).answer).toMatchObject({
        outcome: 'deny',
        code: 'approval_refused',
        reason: 'customer 7 was paid back last week',
      });
    }
    expect(await says(made, 'ben', approval)).toMatchObject({ ok: false, code: 'not_possible' });
    expect(made.effects).toEqual([]);
    expect(await eventsOf(made, 'approval.requested')).toHaveLength(1);
    // Its time ends, and with it what was said.
    made.pass(16 * minute);
    expect(await asks(made, caller)).not.toBe(approval);
  });

  test('that nobody decided in time is a no, and so is a yes that came too late to be used', async () => {
    const made = await asked();
    const caller = await made.start();
    const late = await asks(made, caller);
    made.pass(15 * minute);
    expect(await says(made, 'ana', late)).toMatchObject({ ok: false, code: 'not_found' });
    const second = await asks(made, caller);
    await approved(made, second);
    made.pass(15 * minute);
    expect(await asks(made, caller)).not.toBe(second);
    expect(made.effects).toEqual([]);
  });

  test('is used by one of two calls that are made at once', async () => {
    const made = await asked();
    const caller = await made.start();
    await approved(made, await asks(made, caller));
    const answers = await Promise.all([1, 2, 3].map(() => made.call(caller, refund)));
    expect(answers.map(({ answer }) => answer.outcome).sort()).toEqual(['allow', 'step_up', 'step_up']);
    expect(made.effects).toHaveLength(1);
  });

  test('is made once by calls that are made at once', async () => {
    const made = await asked();
    const caller = await made.start();
    const requests = await Promise.all([1, 2, 3].map(() => asks(made, caller)));
    expect(new Set(requests).size).toBe(1);
    expect(await eventsOf(made, 'approval.requested')).toHaveLength(1);
  });

  test('asks each forbid of its own people', async () => {
    const made = await asked({
      published: withRule(
        '@id("legal-too") @outcome("step_up") @approvers("legal") @expires("5m") forbid (principal is Agent, action == Action::"refund", resource);',
      ),
    });
    const caller = await made.start();
    const approval = await asks(made, caller);
    await approved(made, approval);
    expect((await made.call(caller, refund)).answer).toMatchObject({
      outcome: 'step_up',
      policies: ['legal-too', 'refund-over-limit'],
    });
    expect(await says(made, 'joe', approval)).toMatchObject({ ok: true, value: { status: 'approved' } });
    expect((await made.call(caller, refund)).answer).toMatchObject({ outcome: 'allow' });
    // Its time is the shortest of all.
    expect((await eventsOf(made, 'approval.requested'))[0]?.expiresAt).toBe(1_800_000_000_000 + 5 * minute);
  });

  test('lifts no forbid that is final, and nobody is asked for what would be denied all the same', async () => {
    const made = await asked({
      published: withRule('@id("never") forbid (principal is Agent, action == Action::"refund", resource);'),
    });
    const caller = await made.start();
    expect((await made.call(caller, refund)).answer).toMatchObject({ outcome: 'deny', policies: ['never'] });
    expect(await eventsOf(made, 'approval.requested')).toEqual([]);
  });

  test('nobody is asked for what the budget has no room for', async () => {
    const made = await asked();
    const caller = await made.start({ budgets: [{ name: 'calls', limit: 0 }] });
    expect((await made.call(caller, refund)).answer).toMatchObject({
      outcome: 'deny',
      code: 'budget_exhausted',
    });
    expect(await eventsOf(made, 'approval.requested')).toEqual([]);
  });

  test('is about the arguments as they will be sent, after every transform', async () => {
    const cap =
      '@id("cap") @outcome("modify") @transform("cap:amount:20000") forbid (principal is Agent, action == Action::"refund", resource) when { context.args.amount > 20000 };';
    const made = await asked({ published: withRule(cap) });
    const caller = await made.start();
    const approval = await asks(made, caller);
    await approved(made, approval);
    // Another amount that comes to the same is the same call.
    const more = tool('crm', 'refund', { customerId: 7, amount: 90_000, currency: 'EUR' });
    expect((await made.call(caller, more)).answer).toMatchObject({ outcome: 'allow', modified: true });
    expect(made.effects).toEqual(['crm/refund {"amount":20000,"currency":"EUR","customerId":7}']);
  });

  test('is bounded: more than so many at once are not asked', async () => {
    const made = await asked();
    const caller = await made.start();
    const of = (customerId: number) => tool('crm', 'refund', { customerId, amount: 40_000, currency: 'EUR' });
    for (let i = 0; i < approvalLimits.openPerSession; i++) await asks(made, caller, of(i + 1));
    expect((await made.call(caller, of(99))).answer).toMatchObject({
      outcome: 'deny',
      code: 'approval_limit',
    });
    // One that waits already is found, and the end of one makes room.
    await asks(made, caller, of(1));
    made.pass(15 * minute);
    await asks(made, caller, of(99));
  });

  test('cannot be longer than a person can be shown', async () => {
    const text = 'x'.repeat(70_000);
    const made = await asked({
      published: over(
        '@id("all") permit (principal, action, resource); @id("mail") @outcome("step_up") @approvers("finance") @expires("5m") forbid (principal is Agent, action == Action::"mail/send_mail", resource);',
      ),
    });
    const caller = await made.start();
    const mail = tool('mail', 'send_mail', { to: 'a@acme.example', subject: 's', body: text });
    const { answer } = await made.call(caller, mail);
    expect(answer).toMatchObject({ outcome: 'step_up', reason: expect.stringContaining('longer than') });
    expect(answer).not.toHaveProperty('pending');
    expect(await eventsOf(made, 'approval.requested')).toEqual([]);
  });
});

describe('who may', () => {
  verifies('approvals.by-whom-policy-names');

  test.each<[sentence: string, name: string, want: string]>([
    ['somebody in no group of it is told who may', 'joe', 'one of `ana`, `ben`, `eve` may'],
    ['somebody whom nobody knows is told so', 'nobody', 'is nobody in the file of approvers'],
  ])('%s', async (_sentence, name, want) => {
    const made = await asked();
    const approval = await asks(made, await made.start());
    const done = await says(made, name, approval);
    expect(done).toMatchObject({ ok: false, code: 'not_possible', reason: expect.stringContaining(want) });
    expect(await eventsOf(made, 'approval.decided')).toEqual([]);
  });

  test.each<[party: string, order: object, name: string]>([
    ['requester', {}, 'cleo'],
    ['human', { onBehalfOf: 'ana@example.com' }, 'ana'],
    ['owner', { owner: 'ana' }, 'ana'],
  ])('not the %s, where policy keeps them apart', async (party, order, name) => {
    const cleo = { name: 'cleo', operators: [operator.id], also: [] };
    const made = await asked({
      roster: rosterOf([...people, cleo], [['finance', ['ana', 'ben', 'cleo']]]),
      published: over(
        `@id("all") permit (principal, action, resource); @id("r") @outcome("step_up") @approvers("finance") @expires("5m") @separate("${party}") forbid (principal is Agent, action == Action::"refund", resource);`,
      ),
    });
    const approval = await asks(made, await made.start(order));
    const card = made.road.sequencer.head.get(facets.approval(approval))?.card ?? '';
    const who = name === 'cleo' ? operator : by(name);
    expect(
      await decideApproval(made.road, who, { approval, verdict: 'approve', card, reason: '' }),
    ).toMatchObject({ ok: false, reason: expect.stringContaining('keeps them apart') });
    expect(await says(made, 'ben', approval)).toMatchObject({ ok: true, value: { status: 'approved' } });
  });

  test('nobody counts twice', async () => {
    const made = await asked();
    const approval = await asks(made, await made.start());
    await says(made, 'ana', approval);
    expect(await says(made, 'ana', approval)).toMatchObject({ ok: false, code: 'not_possible' });
  });

  test('who was shown another card has decided nothing', async () => {
    const made = await asked();
    const approval = await asks(made, await made.start());
    const other = `sha256:${'0'.repeat(64)}`;
    expect(
      await decideApproval(made.road, by('ana'), { approval, verdict: 'approve', card: other, reason: '' }),
    ).toMatchObject({ ok: false, reason: expect.stringContaining('look at it again') });
  });

  test('an agent and its hook do not: policy permits neither of them the act', async () => {
    const made = await asked();
    const approval = await asks(made, await made.start());
    const card = made.road.sequencer.head.get(facets.approval(approval))?.card ?? '';
    for (const channel of ['hook', 'watched-files'] as const) {
      const who = { id: by('ana').id, channel };
      expect(
        await decideApproval(made.road, who, { approval, verdict: 'approve', card, reason: '' }),
      ).toMatchObject({ ok: false, code: 'no_permit' });
    }
    expect(await says(made, 'ana', approval)).toMatchObject({ ok: true });
  });

  test('where there are too few, nobody is asked, and the model is told', async () => {
    const made = await asked({ roster: rosterOf(people, [['finance', ['ana']]]) });
    const { answer } = await made.call(await made.start(), refund);
    expect(answer).toMatchObject({ outcome: 'step_up', reason: expect.stringContaining('nobody here can') });
    expect(answer).not.toHaveProperty('pending');
  });

  test('where there is no file of approvers, what needs them stays refused', async () => {
    const made = await rig({ published: asking });
    const { answer } = await made.call(await made.start(), refund);
    expect(answer).toMatchObject({ outcome: 'step_up', code: 'pending_approval' });
    expect(answer).not.toHaveProperty('pending');
  });
});

describe('between the yes and the deed', () => {
  verifies('approvals.decided-again');

  /** A call that two people have approved, and what somebody does before it is made. */
  async function meanwhile(
    happens: (
      made: Rig,
      caller: Awaited<ReturnType<Rig['start']>>,
      approval: string,
    ) => Promise<unknown> | undefined,
    proposal = refund,
  ) {
    const made = await asked();
    const caller = await made.start();
    const approval = await asks(made, caller);
    await approved(made, approval);
    await happens(made, caller, approval);
    const { answer } = await made.call(caller, proposal);
    return { made, caller, approval, answer };
  }

  async function asksAnew(...from: Parameters<typeof meanwhile>): Promise<void> {
    const { made, approval, answer } = await meanwhile(...from);
    expect(answer).toMatchObject({ outcome: 'step_up', code: 'pending_approval' });
    if (answer.outcome === 'allow') return;
    expect(answer.pending?.approval).not.toBe(approval);
    expect(made.effects).toEqual([]);
  }

  test('nothing happens: it is done', async () => {
    const { made, answer } = await meanwhile(() => undefined);
    expect(answer.outcome).toBe('allow');
    expect(made.effects).toHaveLength(1);
  });

  test.each<[what: string, args: object]>([
    ['another amount', { customerId: 7, amount: 40_001, currency: 'EUR' }],
    ['another customer', { customerId: 8, amount: 40_000, currency: 'EUR' }],
    ['another currency', { customerId: 7, amount: 40_000, currency: 'USD' }],
  ])('%s asks anew', (_what, args) => asksAnew(() => undefined, tool('crm', 'refund', { ...args })));

  test('a change of the policy asks anew, even one of another rule', () =>
    asksAnew(async (made) => {
      const next = withRule(
        '@id("more") forbid (principal is Agent, action == Action::"poster/http_post", resource);',
      );
      const done = await publish(made.road, made.force, operator, next, { reason: 'a test' });
      expect(done.ok).toBe(true);
    }));

  test('what the session reads meanwhile asks anew', () =>
    asksAnew(async (made, caller) => {
      await made.call(caller, tool('crm', 'get_ticket', { ticketId: 42 }));
      made.effects.length = 0;
    }));

  test('an approver who is taken out of the group asks anew, of those who are left', () =>
    asksAnew(async (made) => {
      if (made.approvers === undefined) throw new Error('nobody is asked');
      const next = rosterOf(people, [['finance', ['ana', 'eve']]]);
      const done = await publishApprovers(
        made.road,
        made.approvers,
        operator,
        { roster: next, source: '{}' },
        'ben left',
      );
      expect(done.ok).toBe(true);
    }));

  test('an approver who is taken out of the group cannot approve what waits', async () => {
    const made = await asked();
    const approval = await asks(made, await made.start());
    if (made.approvers === undefined) throw new Error('nobody is asked');
    const next = rosterOf(people, [['finance', ['ben', 'eve']]]);
    await publishApprovers(made.road, made.approvers, operator, { roster: next, source: '{}' }, 'ana left');
    for (const name of ['ana', 'ben'])
      expect(await says(made, name, approval)).toMatchObject({
        ok: false,
        reason: expect.stringContaining('has changed'),
      });
  });

  test('a roster that this node has not loaded lets nobody ask or approve', async () => {
    const made = await asked();
    const caller = await made.start();
    const approval = await asks(made, caller);
    // Another node publishes others.
    const other = await asked({
      store: made.store,
      node: 'n2',
      roster: rosterOf(people, [['finance', ['eve', 'joe']]]),
    });
    expect(await other.call(caller, refund)).toMatchObject({ answer: { outcome: 'step_up' } });
    await made.road.sequencer.catchUp();
    expect((await made.call(caller, refund)).answer).toMatchObject({
      outcome: 'deny',
      code: 'policy_not_here',
    });
    expect(await says(made, 'ana', approval)).toMatchObject({
      ok: false,
      reason: expect.stringContaining('not loaded'),
    });
  });

  test.each<['agent' | 'task' | 'session', string]>([
    ['agent', 'agent_revoked'],
    ['task', 'task_revoked'],
    ['session', 'session_revoked'],
  ])('a revoked %s does nothing any more', async (scope, code) => {
    const { made, answer } = await meanwhile((made, caller) =>
      revoke(made.road, operator, scope, caller[scope], 'x'),
    );
    expect(answer).toMatchObject({ outcome: 'deny', code });
    expect(made.effects).toEqual([]);
  });

  test('the end of the task is the end of it', async () => {
    const { answer } = await meanwhile((made, caller) => endTask(made.road, operator, caller.task, 'x'));
    expect(answer).toMatchObject({ outcome: 'deny', code: 'task_ended' });
  });

  test('its time is over, by a clock that jumped', async () => {
    await asksAnew(async (made) => made.pass(20 * minute));
    // And by one that jumps back: time in the ledger does not.
    await asksAnew(async (made, caller) => {
      made.pass(20 * minute);
      await made.call(caller, tool('crm', 'get_ticket', { ticketId: 42 }));
      made.effects.length = 0;
      made.pass(-20 * minute);
    });
  });

  test('a session that was revoked while it waited cannot be approved for', async () => {
    const made = await asked();
    const caller = await made.start();
    const approval = await asks(made, caller);
    expect(listApprovals(made.road)).toHaveLength(1);
    await revoke(made.road, operator, 'session', caller.session, 'x');
    expect(listApprovals(made.road)).toEqual([]);
    expect(await says(made, 'ana', approval)).toMatchObject({
      ok: false,
      reason: expect.stringContaining('session_revoked'),
    });
  });

  test('another session has no use of it, of the same task or not', async () => {
    const made = await asked();
    const caller = await made.start();
    await approved(made, await asks(made, caller));
    const other = await made.start();
    expect((await made.call(other, refund)).answer).toMatchObject({ outcome: 'step_up' });
    expect(made.effects).toEqual([]);
  });
});

describe('two nodes', () => {
  test('use an approval once between them', async () => {
    const made = await asked();
    const caller = await made.start();
    const approval = await asks(made, caller);
    const other = await asked({ store: made.store, node: 'n2' });
    await approved(other, approval);
    await made.road.sequencer.catchUp();
    const answers = await Promise.all([made.call(caller, refund), other.call(caller, refund)]);
    expect(answers.map(({ answer }) => answer.outcome).sort()).toEqual(['allow', 'step_up']);
    expect([...made.effects, ...other.effects]).toHaveLength(1);
  });

  test('make one request of the same call', async () => {
    const made = await asked();
    const caller = await made.start();
    const other = await asked({ store: made.store, node: 'n2' });
    const requests = await Promise.all([asks(made, caller), asks(other, caller)]);
    expect(new Set(requests).size).toBe(1);
  });

  test('a restart forgets nothing that waits, and gives nothing back that was used', async () => {
    const made = await asked();
    const caller = await made.start();
    const used = await asks(made, caller);
    await approved(made, used);
    await made.call(caller, refund);
    const waits = await asks(made, caller);
    const after = await asked({ store: made.store, node: 'n2' });
    expect(listApprovals(after.road)).toMatchObject([{ approval: waits, status: 'requested' }]);
    await approved(after, waits);
    expect((await after.call(caller, refund)).answer).toMatchObject({ outcome: 'allow' });
    expect((await after.call(caller, refund)).answer).toMatchObject({ outcome: 'step_up' });
  });
});

test('in shadow mode nobody is asked, since nothing waits', async () => {
  const made = await asked({ mode: 'shadow' });
  const { answer } = await made.call(await made.start(), refund);
  expect(answer).toMatchObject({ outcome: 'allow' });
  expect(await eventsOf(made, 'approval.requested')).toEqual([]);
  expect(roster.people.size).toBe(4);
});
