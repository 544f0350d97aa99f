// SPDX-License-Identifier: Apache-2.0
// Why a decision was what it was, where policies ask what happened before: each condition in its own
// words, with what history said to it, out of a real store.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/core/json/value.ts';
import type { Caller } from '../../src/core/request/proposal.ts';
import { explanationLines } from '../../src/edges/cli/explanation.ts';
import { verifies } from '../requirements.ts';
import { type DataDir, openDataDir, published } from './data-dir.fixture.ts';
import { explainedIn } from './explained.fixture.ts';
import { run } from './process.fixture.ts';

const policies = `
def temporal here(?s) { formerly within 1h ?s{ sessionId: context.session.id } };
def cedar ours(?to) { ?to like "*@example.com" };

@id("h.read") permit (principal is Agent, action in Action::"observe", resource);

@id("h.mail") @owner("support")
permit (principal is Agent, action == Action::"mail/send_mail", resource)
when { ours(context.args.to) && temporal { here(Action::"crm/get_ticket"::response{}) } }
when temporal {
  // The customer's data was looked at; a link: https://example.com
  here(Action::"crm/get_customer"::response{})
}
unless { context.first.destination };

@id("h.refund") permit (principal is Agent, action == Action::"refund", resource);
@id("h.once") @reason("One refund an hour.")
forbid (principal is Agent, action == Action::"refund", resource)
when { context.args.amount > 0 }
when temporal {
  formerly within 1h Action::"refund"::response{
    callerPrincipal: principal, input.customerId: context.args.customerId
  }
};
`;

let policyDir: string;
let data: DataDir;
let caller: Caller;
const decisions = new Map<string, string>();

beforeAll(async () => {
  policyDir = mkdtempSync(join(tmpdir(), 'cs-policies-'));
  const file = join(policyDir, 'h.dw');
  writeFileSync(file, policies);
  data = await openDataDir(published(policyDir));
  caller = await data.start({ budgets: [] });
  const call = async (
    name: string,
    server: string,
    tool: string,
    args: JsonObject = {},
    end?: JsonObject | 'lost',
  ) => void decisions.set(name, (await data.call(caller, server, tool, args, end)).decision);
  const mail = { to: 'a@example.com', subject: 's', body: 'b' };
  const refund = (customerId: number) => ({ customerId, amount: 1, currency: 'EUR' });
  await call('neither', 'mail', 'send_mail', mail);
  await call('ticket', 'crm', 'get_ticket', { ticketId: 42 });
  await call('no customer', 'mail', 'send_mail', mail);
  await call('customer', 'crm', 'get_customer', { customerId: 7 });
  await call('new address', 'mail', 'send_mail', mail);
  await call('first refund', 'crm', 'refund', refund(7));
  await call('second refund', 'crm', 'refund', refund(7));
  await call('lost refund', 'crm', 'refund', refund(8), 'lost');
  await call('after the lost one', 'crm', 'refund', refund(8));
  writeFileSync(file, '@id("later") forbid (principal is Agent, action, resource);');
  await data.publish(published(policyDir));
  await data.sign();
  await data.close();
});
afterAll(() => {
  data.remove();
  rmSync(policyDir, { recursive: true, force: true });
});

const explained = (name: string) => explainedIn(data.dir, decisions.get(name) ?? '');

const scope = 'permit (principal is Agent, action == Action::"mail/send_mail", resource)';
const ours = '((context.args.to) like "*@example.com")';
const ticket = 'temporal { here(Action::"crm/get_ticket"::response{}) }';
const customer = 'when temporal { here(Action::"crm/get_customer"::response{}) }';
const first = 'unless { context.first.destination }';

describe('clause by clause, a condition over history', () => {
  test.each<[name: string, clauses: readonly string[]]>([
    [
      'neither',
      [`true ${scope}`, `true ${ours}`, `false ${ticket}`, `not_reached ${customer}`, `not_reached ${first}`],
    ],
    [
      'no customer',
      [`true ${scope}`, `true ${ours}`, `true ${ticket}`, `false ${customer}`, `not_reached ${first}`],
    ],
    [
      'new address',
      [`true ${scope}`, `true ${ours}`, `true ${ticket}`, `true ${customer}`, `false ${first}`],
    ],
  ])('is shown in its own words: `%s`', async (name, clauses) => {
    const it = await explained(name);
    expect(it.code).toBe('no_permit');
    expect(it.tested).toMatchObject([{ policy: 'h.mail', file: 'h.dw', line: 7 }]);
    expect(it.tested?.[0]?.clauses.map(({ holds, text }) => `${holds} ${text}`)).toEqual(clauses);
    const printed = explanationLines(it, (_hue, text) => text).join('\n');
    expect(printed).toContain(customer);
    expect(printed).not.toContain('context.h_mail__');
    expect(it.facts.map(({ name }) => name)).toContain('history.h_mail__1');
  });

  test('that nobody can tell errs, and it is said why, and that time mends it', async () => {
    const it = await explained('after the lost one');
    expect(it.code).toBe('forbid_errored');
    expect(it.tested?.[0]?.clauses).toMatchObject([
      { holds: 'true' },
      { holds: 'true' },
      { holds: 'errored', doubt: 'unknown', text: expect.stringMatching(/^when temporal \{ formerly/) },
    ]);
    expect(it.lift).toEqual([
      expect.stringMatching(/^time: `h\.once` errs .* nobody knows .* looks back 1h$/),
    ]);
    expect(explanationLines(it, (_hue, text) => text).join('\n')).toMatch(
      /ERROR {2}when temporal .* \(it depends on what became of a call, and nobody knows that\)/,
    );
  });
});

describe('what history said', () => {
  test('stands beside the text of each condition, whatever the outcome', async () => {
    verifies('history.told');
    const said = async (name: string) => (await explained(name)).history.map(({ said }) => said);
    expect(await said('neither')).toEqual([false, false]);
    expect(await said('no customer')).toEqual([true, false]);
    expect(await said('first refund')).toEqual([false]);
    expect(await said('second refund')).toEqual([true]);
    expect(await said('after the lost one')).toEqual(['unknown']);
    expect(await said('ticket')).toEqual([]);
  });

  test('of a forbid is beside the policy as it was written and published', async () => {
    const it = await explained('second refund');
    expect(it).toMatchObject({ code: 'forbidden', sources: 'published' });
    expect(it.verdicts[0]).toMatchObject({
      policy: 'h.once',
      line: 17,
      reason: 'One refund an hour.',
      clause: policies.slice(policies.lastIndexOf('forbid')).trimEnd(),
    });
    expect(it.history).toEqual([
      {
        policy: 'h.once',
        name: 'h_once__0',
        text: 'formerly within 1h Action::"refund"::response{ callerPrincipal: principal, input.customerId: context.args.customerId }',
        reachSeconds: 3600,
        said: true,
      },
    ]);
    expect(it.lift).toEqual([
      'nothing at run time, only a change of the policy, or another history: it looks back 1h: `h.once` (h.dw:17)',
    ]);
  });
});

test('the commands read such a log', async () => {
  const at = (...args: readonly string[]) => run([...args, '--data', data.dir]);
  const shown = await at('explain', decisions.get('second refund') ?? '');
  expect(shown.code).toBe(0);
  expect(shown.stdout).toMatch(/what history said\n {2}true {3}h\.once: formerly within 1h/);
  const log = await at('log', '--policy', 'h.once');
  expect(log.code).toBe(0);
  expect(log.stdout.trimEnd().split('\n')).toHaveLength(2);
  expect((await at('verify')).code).toBe(0);
});
