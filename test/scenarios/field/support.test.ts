// SPDX-License-Identifier: Apache-2.0
// A support agent at the customer database of the demo: it works on tickets, exports nobody, and pays back within
// limits. What was paid is what that database has. What the agent does when it is hijacked: test/scenarios/demo.test.ts.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { seed } from '../../../examples/demo/seed.ts';
import { verifies } from '../../requirements.ts';
import { askedIn, exampleServer, examples, type FieldCase, fieldFiles, openCase } from './case.fixture.ts';

let file: string;
let field: FieldCase;

beforeAll(async () => {
  field = await openCase(async (dir) => {
    await seed(dir);
    file = join(dir, 'crm.sqlite');
    const crm = exampleServer('demo/servers/crm.ts', '--db', file);
    const { policies } = fieldFiles('support');
    const from = { policies, catalogue: join(examples, 'demo/catalogue') };
    return { mcpServers: { crm }, from, ...askedIn('finance', 'ana', 'ben') };
  });
});
afterAll(() => field?.[Symbol.asyncDispose]());

function paidTo(customerId: number): readonly unknown[] {
  using db = new DatabaseSync(file, { readOnly: true });
  const paid = db.prepare('SELECT amount FROM refund WHERE customerId = ? ORDER BY id').all(customerId);
  return paid.map(({ amount }) => amount);
}

const refund = (customerId: number, amount: number) => ({ customerId, amount, currency: 'EUR' });

test('it reads tickets and the customers that they are about, and exports nobody', async () => {
  const agent = await field.agent({ type: 'support' });
  const ticket = await agent.call('crm__get_ticket', { ticketId: 42 });
  expect(ticket.text).toContain('the kettles arrived broken');
  const customer = await agent.call('crm__get_customer', { customerId: 3 });
  expect(customer.text).toContain('ada.costa@post.example');
  const refused = await agent.call('crm__export_customers', {});
  expect(refused.code).toBe('forbidden');
  expect(refused.text).toContain('Look up the one customer that the ticket names');
  expect(refused.text).not.toContain('@post.example');
  const why = await refused.why();
  expect(why.verdict('support.no-export')).toMatchObject({ effect: 'forbid', owner: 'privacy' });
  expect(why.observation).toBeUndefined();
  expect(await agent.tools()).not.toContain('crm__export_customers');
});

test('it pays back up to 100.00 at once and 150.00 a day; what is more waits for finance', async () => {
  verifies('history.no-overspending');
  const agent = await field.agent({ type: 'support', agent: 'payer' });
  for (const amount of [9000, 6000])
    expect(await agent.call('crm__refund', refund(3, amount))).toMatchObject({ code: 'done' });
  const split = await agent.call('crm__refund', refund(3, 1));
  expect(split.code).toBe('pending_approval');
  const why = await split.why();
  expect(why.verdict('support.refund-over-limit')).toBeUndefined();
  expect(why.verdict('support.refunds-of-a-day')).toMatchObject({ remedy: { approvers: ['finance'] } });
  expect(why.past('support.refunds-of-a-day')).toEqual([true]);
  const other = await field.again(agent);
  expect(await other.call('crm__refund', refund(3, 1))).toMatchObject({ code: 'pending_approval' });
  expect(paidTo(3)).toEqual([9000, 6000]);

  const large = await agent.call('crm__refund', refund(4, 48_000));
  expect(large.code).toBe('pending_approval');
  expect((await large.why()).verdict('support.refund-over-limit')).toMatchObject({ remedy: { quorum: 2 } });
  expect(paidTo(4)).toEqual([]);

  const codes = await Promise.all(
    Array.from({ length: 12 }, async (_, i) => {
      const { code } = await (i % 2 === 0 ? agent : other).call('crm__refund', refund(5, 2000));
      return code;
    }),
  );
  expect(codes.filter((code) => code === 'done')).toHaveLength(7);
  expect(codes.filter((code) => code === 'pending_approval')).toHaveLength(5);
  expect(paidTo(5)).toEqual(Array(7).fill(2000));
});

test('a refund of 500.00 that two of finance make one of 50.00 is one of 50.00', async () => {
  verifies('approvals.edited');
  const agent = await field.agent({ type: 'support', agent: 'generous' });
  expect(await agent.call('crm__refund', refund(7, 50_000))).toMatchObject({ code: 'pending_approval' });
  const { out } = await field.daemon.cli('approvals', 'ls', '--json');
  const { approval } = JSON.parse(out).approvals.find((one: { agent: string }) => one.agent === 'generous');
  const args = join(field.daemon.dir, 'refund.json');
  writeFileSync(args, JSON.stringify(refund(7, 5000)));
  const more = ['--edit', args, '--reason', 'one kettle, not ten', '--as', 'ana', '--yes'];
  const changed = await field.daemon.cli('approvals', 'approve', approval, ...more);
  expect(changed, changed.err).toMatchObject({ code: 0 });
  expect(await agent.call('crm__refund', refund(7, 50_000))).toMatchObject({ code: 'pending_approval' });
  expect(paidTo(7)).toEqual([]);
  await field.agreed(agent, 'ben');
  const paid = await agent.call('crm__refund', refund(7, 50_000));
  expect(paid.code).toBe('done');
  expect(paid.text).toContain('`amount` is 5000');
  expect(paidTo(7)).toEqual([5000]);
});

test('a refund that two of finance agreed to is paid, as it was and once', async () => {
  verifies('approvals.one-action-once');
  const agent = await field.agent({ type: 'support', agent: 'escalates' });
  const asked = await agent.call('crm__refund', refund(6, 48_000));
  expect(asked.code).toBe('pending_approval');
  await field.agreed(agent, 'ana');
  expect(await agent.call('crm__refund', refund(6, 48_000))).toMatchObject({ code: 'pending_approval' });
  expect(paidTo(6)).toEqual([]);
  await field.agreed(agent, 'ben');
  expect(await agent.call('crm__refund', refund(6, 48_001))).toMatchObject({ code: 'pending_approval' });
  const paid = await agent.call('crm__refund', refund(6, 48_000));
  expect(paid.code).toBe('done');
  expect((await paid.why()).approval?.said).toMatchObject([
    { person: 'ana', verdict: 'approve' },
    { person: 'ben', verdict: 'approve' },
  ]);
  expect(await agent.call('crm__refund', refund(6, 48_000))).toMatchObject({ code: 'pending_approval' });
  expect(paidTo(6)).toEqual([48_000]);
});
