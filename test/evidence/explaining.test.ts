// SPDX-License-Identifier: Apache-2.0
// Why a decision was what it was, out of a real store: with the policies that decided, the clause that
// failed, and what would lift it; and nothing guessed where the contents were erased.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Explanation } from '../../src/app/explain.ts';
import type { JsonObject } from '../../src/core/json/value.ts';
import type { Caller } from '../../src/core/request/proposal.ts';
import { explanationLines } from '../../src/edges/cli/explanation.ts';
import { type DataDir, openDataDir, published } from './data-dir.fixture.ts';
import { explainedIn } from './explained.fixture.ts';

const policies = `
@id("t.read") permit (principal is Agent, action in Action::"observe", resource);
@id("t.small-refunds") @owner("finance")
permit (principal is Agent, action == Action::"refund", resource)
when { context.args.amount <= 1000 && context.args.currency == "EUR" }
unless { context.session.labels.level >= 3 };
@id("t.large-refunds") permit (principal is Agent, action == Action::"refund", resource)
when { context.args.currency == "USD" };
@id("t.no-bots") permit (principal == Agent::"nobody", action, resource);
@id("t.cap") @outcome("modify") @transform("cap:amount:500")
forbid (principal, action == Action::"refund", resource)
when { context.args.currency == "USD" && context.args.amount > 500 };
@id("t.broken") @owner("arithmetic")
forbid (principal, action == Action::"refund", resource)
when { context.args.currency == "EUR" && context.args.amount * 9223372036854775807 > 5 };
@id("t.send") permit (principal is Agent, action in Action::"egress", resource);
@id("t.office-hours") @owner("operations") @control("SOC2-CC6") @reason("Mail waits for the change window.")
@outcome("defer") @until("signal:change-window") @timeout("2h")
forbid (principal, action == Action::"mail/send_mail", resource);
@id("t.two-people") @outcome("step_up") @approvers("ops,legal") @quorum("2") @expires("15m")
forbid (principal, action == Action::"poster/http_post", resource);
`;

let policyDir: string;
let data: DataDir;
let caller: Caller;
let other: Caller;
let erased: Caller;
const decisions = new Map<string, string>();

beforeAll(async () => {
  policyDir = mkdtempSync(join(tmpdir(), 'cs-policies-'));
  const file = join(policyDir, 'all.cedar');
  writeFileSync(file, policies);
  data = await openDataDir(published(policyDir));
  caller = await data.start({ budgets: [{ name: 'calls:read', limit: 1 }] });
  other = await data.start({ agent: 'other', budgets: [] });
  erased = await data.start({ agent: 'forgotten', budgets: [] });

  const call = async (name: string, who: Caller, server: string, tool: string, args: JsonObject = {}) =>
    void decisions.set(name, (await data.call(who, server, tool, args)).decision);
  const refund = (amount: number, currency: string) => ({ customerId: 7, amount, currency });
  await call('read', caller, 'crm', 'get_ticket', { ticketId: 42 });
  await call('budget', caller, 'crm', 'get_ticket', { ticketId: 43 });
  await call('other currency', caller, 'crm', 'refund', refund(10, 'GBP'));
  await call('too much', caller, 'crm', 'refund', refund(2000, 'GBP'));
  await call('write', caller, 'files', 'write_file', { path: 'a', text: 'b' });
  await call('broken', caller, 'crm', 'refund', refund(10, 'EUR'));
  await call('capped', caller, 'crm', 'refund', refund(900, 'USD'));
  await call('mail', caller, 'mail', 'send_mail', { to: 'a@b.example', subject: 's', body: 'b' });
  await call('post', caller, 'poster', 'http_post', { url: 'https://example.com/', body: 'x' });
  await call('unknown', caller, 'crm', 'no_such_tool');
  await call('invalid', caller, 'crm', 'get_ticket', { ticketId: 'forty-two' });
  await call('erased', erased, 'crm', 'refund', refund(10, 'GBP'));
  await data.eraseKey(erased.task);
  await data.end(other.task);
  await call('ended', other, 'crm', 'get_ticket', { ticketId: 1 });
  writeFileSync(file, policies.replace('"change-window"', '"never"').replace('quorum("2")', 'quorum("1")'));
  await data.publish(published(policyDir));
  await call('post later', caller, 'poster', 'http_post', { url: 'https://example.com/', body: 'x' });
  await data.sign();
  await data.close();
});
afterAll(() => {
  data.remove();
  rmSync(policyDir, { recursive: true, force: true });
});

const explained = (name: string) => explainedIn(data.dir, decisions.get(name) ?? '');

const clauses = (it: Explanation, policy: string) =>
  it.tested?.find((tested) => tested.policy === policy)?.clauses.map(({ text, holds }) => `${holds} ${text}`);

describe('what would lift it', () => {
  test.each<[name: string, code: string, lift: readonly string[]]>([
    ['read', 'permitted', []],
    ['budget', 'budget_exhausted', ['a task with a larger budget: `calls:read` is 1, of which 1 is spent']],
    ['broken', 'forbid_errored', ['nothing at run time: `t.broken` has to be mended']],
    [
      'mail',
      'deferred',
      [
        'waiting until signal:change-window, at most 2h: `t.office-hours` (all.cedar:17, owned by operations)',
      ],
    ],
    ['post', 'pending_approval', ['an approval of exactly this call by 2 of ops, legal, good for 15m']],
    ['post later', 'pending_approval', ['an approval of exactly this call by 1 of ops, legal']],
    ['unknown', 'unknown_target', ['a person accepts the target into the catalogue']],
    ['invalid', 'invalid_arguments', ['other arguments']],
    ['ended', 'task_ended', ['a new task, started by a person']],
    [
      'write',
      'no_permit',
      ['a permit for `files/write_file` (class write): none has a scope that covers agent `support-bot`'],
    ],
    [
      'other currency',
      'no_permit',
      [
        'one of the permits for `refund` (class pay), each of which has a clause that is not true: `t.small-refunds`, `t.large-refunds`',
      ],
    ],
  ])('of `%s` (%s)', async (name, code, lift) => {
    const it = await explained(name);
    expect(it.code).toBe(code);
    expect(it.lift).toHaveLength(lift.length);
    for (const [i, text] of lift.entries()) expect(it.lift[i]).toContain(text);
    const printed = explanationLines(it, (_hue, text) => text).join('\n');
    for (const text of it.lift) expect(printed).toContain(text);
  });
});

describe('which clause failed', () => {
  test('is told clause by clause, as far as the engine looked', async () => {
    const scope = 'permit (principal is Agent, action == Action::"refund", resource)';
    const small = await explained('other currency');
    expect(clauses(small, 't.small-refunds')).toEqual([
      `true ${scope}`,
      'true context.args.amount <= 1000',
      'false context.args.currency == "EUR"',
      'not_reached unless { context.session.labels.level >= 3 }',
    ]);
    expect(clauses(await explained('too much'), 't.small-refunds')).toEqual([
      `true ${scope}`,
      'false context.args.amount <= 1000',
      'not_reached context.args.currency == "EUR"',
      'not_reached unless { context.session.labels.level >= 3 }',
    ]);
    expect(clauses(small, 't.large-refunds')?.at(-1)).toBe('false when { context.args.currency == "USD" }');
    // A permit for somebody else is no help.
    expect(clauses(small, 't.no-bots')).toBeUndefined();
  });

  test('of a forbid that errored, the clause that did', async () => {
    expect(clauses(await explained('broken'), 't.broken')).toEqual([
      'true forbid (principal, action == Action::"refund", resource)',
      'true context.args.currency == "EUR"',
      'errored context.args.amount * 9223372036854775807 > 5',
    ]);
  });

  test('is not guessed where the arguments were erased', async () => {
    const it = await explained('erased');
    expect(it.code).toBe('no_permit');
    expect(it.tested).toBeUndefined();
    expect(it.request.args).toBe('(erased)');
    expect(it.lift).toEqual([expect.stringContaining('cannot be told for this decision')]);
  });
});

test('a decision is explained by the policies that made it, and not by those that came later', async () => {
  const text = (it: Explanation) => it.verdicts.find(({ policy }) => policy === 't.two-people')?.remedy;
  expect(text(await explained('post'))).toMatchObject({ quorum: 2 });
  expect(text(await explained('post later'))).toMatchObject({ quorum: 1 });
});

test('everything that the decision rests on is there', async () => {
  const it = await explained('mail');
  expect(it).toMatchObject({
    chain: ['alice@example.com', 'support-bot'],
    request: { server: 'mail', target: 'send_mail', class: 'send', args: { to: 'a@b.example' } },
    sources: 'published',
  });
  expect(it.verdicts).toEqual([
    {
      policy: 't.office-hours',
      effect: 'forbid',
      kind: 'satisfied',
      clause: 'forbid (principal, action == Action::"mail/send_mail", resource);',
      file: 'all.cedar',
      line: 17,
      owner: 'operations',
      controls: ['SOC2-CC6'],
      reason: 'Mail waits for the change window.',
      remedy: { kind: 'defer', until: 'signal:change-window', timeoutMs: 7_200_000 },
    },
    expect.objectContaining({ policy: 't.send', effect: 'permit' }),
  ]);
  const level = it.facts.find(({ name }) => name === 'session.labels.level');
  expect(level).toMatchObject({ source: 'ledger', t: expect.any(Number), ageMs: expect.any(Number) });
  expect(it.reads.policy).toMatch(/^e-/);
});

test('what was allowed shows what became of it, and what it took', async () => {
  const it = await explained('read');
  expect(it.observation).toMatchObject({
    status: 'ok',
    tookMs: 1.234,
    result: { content: [{ type: 'text', text: 'done' }] },
  });
  expect(it.budgets).toEqual([{ name: 'calls:read', limit: 1, reserved: 0, spent: 0 }]);
  expect(it.reserves).toEqual([{ budget: 'calls:read', units: 1 }]);
  const capped = await explained('capped');
  expect(capped).toMatchObject({
    outcome: 'modify',
    transforms: ['cap:amount:500'],
    request: { args: { amount: 500 } },
  });
});
