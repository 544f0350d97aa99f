// SPDX-License-Identifier: Apache-2.0
// What OPA asks people about: lifted by those that its answer names, for that answer and no other, once.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type OpaClient, openOpa } from '../../src/adapters/opa/rest.ts';
import { openCard } from '../../src/app/approvals.ts';
import { editApproval } from '../../src/app/editing.ts';
import { opinionRule } from '../../src/core/decision/opinion-ask.ts';
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
  pendingOf,
  refund,
  says,
  withRule,
} from '../road/approvals.fixture.ts';
import { type Rig, type RigOptions, tool } from '../road/road.fixture.ts';
import { type OpaServer, openOpaServer } from './opa-server.ts';

const free = over('@id("all") permit (principal, action, resource);');
const step = {
  ...{ outcome: 'step_up', reasons: ['Two of finance, says OPA.'] },
  ...{ approvers: ['finance'], quorum: 2, expires: '15m' },
};
let server: OpaServer;
let client: OpaClient;

beforeEach(async () => {
  server = await openOpaServer(() => step);
  client = openOpa({ url: new URL(server.url) });
});
afterEach(async () => {
  await client.close();
  await server[Symbol.asyncDispose]();
});

const beside = (more: RigOptions = {}): Promise<Rig> =>
  asked({ published: free, ...more, second: { opinion: client, timeoutMs: 2000 } });

describe('what OPA asks', () => {
  test('is done once, when those whom it names have said yes', async () => {
    verifies('opa.asks-people');
    const made = await beside();
    const caller = await made.start();
    const { answer } = await made.call(caller, refund);
    expect(answer).toMatchObject({
      ...{ outcome: 'step_up', code: 'pending_approval', policies: [expect.stringContaining(opinionRule)] },
      reason: 'Two of finance, says OPA.',
    });
    const approval = pendingOf(answer);
    const opened = await openCard(made.road, made.ledger, by('ana'), approval);
    const card = opened.ok && opened.value.card.ok ? JSON.parse(opened.value.card.content) : undefined;
    expect(card.why).toMatchObject([
      {
        policy: expect.stringContaining(opinionRule),
        reason: 'Two of finance, says OPA.',
        approvers: ['finance'],
        quorum: 2,
      },
    ]);
    // Joe is of another group.
    expect(await says(made, 'joe', approval)).toMatchObject({ ok: false });
    await says(made, 'ana', approval);
    expect((await made.call(caller, refund)).answer).toMatchObject({ outcome: 'step_up' });
    await says(made, 'ben', approval);
    expect((await made.call(caller, refund)).answer).toMatchObject({ outcome: 'allow' });
    expect(made.effects).toHaveLength(1);
    expect((await made.call(caller, refund)).answer).toMatchObject({ outcome: 'step_up' });
    const used = (await eventsOf(made, 'decision')).find(({ lifts }) => lifts.length > 0);
    expect(used).toMatchObject({
      outcome: 'allow',
      lifts: [{ policy: expect.stringContaining(opinionRule), via: approval }],
    });
    expect(used?.facts).toMatchObject({ 'opa.outcome': { value: 'step_up' } });
    // Its words may repeat what it was asked about: no record has them.
    expect(JSON.stringify(await eventsOf(made, 'decision'))).not.toContain('says OPA');
    expect(JSON.stringify(await eventsOf(made, 'approval.requested'))).not.toContain('says OPA');
  });

  test.each<[what: string, then: object, want: object]>([
    [
      'another reason',
      { ...step, reasons: ['Now for another reason.'] },
      { outcome: 'step_up', code: 'pending_approval' },
    ],
    [
      'other people',
      { ...step, approvers: ['legal'], quorum: 1 },
      { outcome: 'step_up', code: 'pending_approval' },
    ],
    ['more people', { ...step, quorum: 3 }, { outcome: 'step_up', code: 'pending_approval' }],
    [
      'another obligation',
      { ...step, obligations: ['max_result_bytes:100'] },
      { outcome: 'step_up', code: 'pending_approval' },
    ],
    [
      'nobody named',
      { outcome: 'step_up', reasons: step.reasons },
      { outcome: 'step_up', code: 'opa_step_up' },
    ],
    ['a denial', { outcome: 'deny' }, { outcome: 'deny', code: 'opa_denied' }],
    [
      'no answer that is understood',
      { outcome: 'step_up', approvers: ['finance'] },
      { outcome: 'deny', code: 'opa_malformed' },
    ],
  ])(
    'was answered otherwise by then, with %s: what was approved is another matter',
    async (_what, then, want) => {
      verifies('opa.asks-people');
      const made = await beside();
      const caller = await made.start();
      const approval = await asks(made, caller);
      await approved(made, approval);
      server.decide(() => then);
      const { answer } = await made.call(caller, refund);
      expect(answer).toMatchObject(want);
      if (answer.outcome === 'step_up') expect(answer.pending?.approval).not.toBe(approval);
      expect(made.effects).toEqual([]);
    },
  );

  test('and what policy asks are one request, each with its own people', async () => {
    server.decide(() => ({ ...step, approvers: ['legal'], quorum: 1 }));
    const made = await beside({ published: asking });
    const caller = await made.start();
    const approval = await asks(made, caller);
    await approved(made, approval);
    expect((await made.call(caller, refund)).answer).toMatchObject({ outcome: 'step_up' });
    expect(await says(made, 'joe', approval)).toMatchObject({ value: { status: 'approved' } });
    expect((await made.call(caller, refund)).answer).toMatchObject({ outcome: 'allow' });
    expect(made.effects).toHaveLength(1);
  });

  test('obliges all the same once it was lifted', async () => {
    server.decide(() => ({ ...step, obligations: ['max_result_bytes:500'] }));
    const made = await beside();
    const caller = await made.start();
    await approved(made, await asks(made, caller));
    expect((await made.call(caller, refund)).answer).toMatchObject({
      outcome: 'allow',
      obligations: [{ name: 'max_result_bytes', bytes: 500 }],
    });
  });

  test('is of the arguments as policy left them', async () => {
    const capped = `@id("cap") @outcome("modify") @transform("cap:amount:500")
forbid (principal is Agent, action == Action::"refund", resource) when { context.args.amount > 500 };`;
    const made = await beside({
      published: over(`@id("all") permit (principal, action, resource);\n${capped}`),
    });
    const caller = await made.start();
    const approval = await asks(made, caller);
    const opened = await openCard(made.road, made.ledger, by('ana'), approval);
    expect(opened.ok && opened.value.card.ok ? opened.value.card.content : '').toContain('"value":"500"');
    await approved(made, approval);
    expect((await made.call(caller, refund)).answer).toMatchObject({ outcome: 'allow', modified: true });
    expect(made.effects).toEqual([expect.stringContaining('"amount":500')]);
  });

  test('nobody lifts where nobody is named, or nobody of those is there', async () => {
    const made = await beside();
    const caller = await made.start();
    server.decide(() => ({ ...step, approvers: ['nobody-knows'], quorum: 1 }));
    expect((await made.call(caller, refund)).answer).toMatchObject({
      reason: expect.stringContaining('nobody here can approve it'),
    });
    server.decide(() => ({ outcome: 'step_up', reasons: ['Ask somebody.'] }));
    expect((await made.call(caller, refund)).answer).toMatchObject({
      code: 'opa_step_up',
      reason: 'Ask somebody.',
    });
    expect(await eventsOf(made, 'approval.requested')).toEqual([]);
  });

  test('lifts nothing of what policy denies', async () => {
    const made = await beside({
      published: withRule('@id("never") forbid (principal is Agent, action == Action::"refund", resource);'),
    });
    expect((await made.call(await made.start(), refund)).answer).toMatchObject({ code: 'forbidden' });
    expect(server.asked).toEqual([]);
  });
});

test('a call that is read only is asked about as well, where OPA says so', async () => {
  const made = await beside();
  const caller = await made.start();
  const read = tool('crm', 'get_ticket', { ticketId: 42 });
  await approved(made, await asks(made, caller, read));
  expect((await made.call(caller, read)).answer).toMatchObject({ outcome: 'allow' });
});

test('a call that OPA asks about is approved as it is, or not: it cannot be edited', async () => {
  const made = await beside();
  const approval = await asks(made, await made.start());
  const card = made.road.sequencer.head.get(facets.approval(approval))?.card ?? '';
  const args = { customerId: 7, amount: 5_000, currency: 'EUR' };
  const done = await editApproval(made.road, made.ledger, by('ana'), {
    ...{ approval, card, args, reason: 'less', dryRun: false },
  });
  expect(done).toMatchObject({
    ok: false,
    reason: expect.stringContaining('not any more what was asked about'),
  });
  expect(await eventsOf(made, 'approval.requested')).toHaveLength(1);
});
