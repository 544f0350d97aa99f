// SPDX-License-Identifier: Apache-2.0
// What nobody decided in time is put on record once, whoever looks, and changes nothing that was not over already.
import { expect, test } from 'vitest';
import { tellUnanswered } from '../../src/app/unanswered.ts';
import { facets } from '../../src/core/state/facet.ts';
import { verifies } from '../requirements.ts';
import { approved, asked, asks, eventsOf, refund, says } from './approvals.fixture.ts';
import { tool } from './road.fixture.ts';

const minute = 60_000;
const other = tool('crm', 'refund', { customerId: 8, amount: 50_000, currency: 'EUR' });

test('what nobody answered is told once its time is over, and not before', async () => {
  verifies('approvals.expired-once');
  const made = await asked();
  const caller = await made.start();
  const approval = await asks(made, caller);
  made.pass(14 * minute);
  expect(await tellUnanswered(made.road)).toBe(0);
  made.pass(minute);
  expect(await tellUnanswered(made.road)).toBe(1);
  expect(await tellUnanswered(made.road)).toBe(0);
  expect(await eventsOf(made, 'approval.expired')).toMatchObject([{ approval, session: caller.session }]);
  expect(made.road.sequencer.head.get(facets.openApprovals)).toEqual([]);
  expect(await asks(made, caller)).not.toBe(approval);
  expect(made.effects).toEqual([]);
});

test('whatever was asked since then, in the same session and in others', async () => {
  const made = await asked();
  const caller = await made.start();
  const first = await asks(made, caller);
  made.pass(16 * minute);
  // The same call again, and another: both take the place of what is over.
  const again = await asks(made, caller);
  await asks(made, await made.start({ agent: 'a2' }), other);
  expect(await tellUnanswered(made.road)).toBe(1);
  expect(await eventsOf(made, 'approval.expired')).toMatchObject([{ approval: first }]);
  expect(made.road.sequencer.head.get(facets.openApprovals)).toHaveLength(2);
  expect((await made.call(caller, refund)).answer).toMatchObject({ pending: { approval: again } });
});

test('what was decided has not expired, and one yes of two is no decision', async () => {
  const made = await asked();
  const caller = await made.start();
  await approved(made, await asks(made, caller));
  await says(made, 'ana', await asks(made, caller, other), 'refuse', 'no');
  const half = await asks(
    made,
    caller,
    tool('crm', 'refund', { customerId: 9, amount: 60_000, currency: 'EUR' }),
  );
  await says(made, 'ana', half);
  made.pass(20 * minute);
  expect(await tellUnanswered(made.road)).toBe(1);
  expect(await eventsOf(made, 'approval.expired')).toMatchObject([{ approval: half }]);
});

test('two nodes that look at the same moment tell it once', async () => {
  verifies('approvals.expired-once');
  const made = await asked();
  const caller = await made.start();
  for (let i = 0; i < 5; i++)
    await asks(made, caller, tool('crm', 'refund', { customerId: i + 1, amount: 50_000, currency: 'EUR' }));
  const beside = await asked({ store: made.store, node: 'n2' });
  for (const node of [made, beside]) node.pass(16 * minute);
  const told = await Promise.all([tellUnanswered(made.road), tellUnanswered(beside.road)]);
  expect(told.toSorted()).toEqual([0, 5]);
  expect(await eventsOf(made, 'approval.expired')).toHaveLength(5);
});
