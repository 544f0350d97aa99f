// SPDX-License-Identifier: Apache-2.0
// `countersign policy check` on conditions over history: whose history each looks at, and what that costs.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { conditionLines } from '../../src/edges/cli/conditions.ts';
import { checkPolicies } from '../../src/main/check.ts';
import { run } from '../evidence/process.fixture.ts';

const catalogue = join(import.meta.dirname, '../../examples/demo/catalogue');
const refunds = 'Action::"refund"::request';
const file = `
def temporal mine(?s) { formerly within 1h ?s{ sessionId: context.session.id } };

@id("c.mail") permit (principal is Agent, action == Action::"mail/send_mail", resource)
when temporal {
  mine(Action::"crm/get_customer"::response{}) // a comment
}
unless temporal { formerly within 1d (
  ${refunds}{ callerPrincipal: principal } &&
  formerly within 2h Action::"crm/get_ticket"::response{ callerPrincipal: principal }
) };
@id("c.refund") forbid (principal is Agent, action == Action::"refund", resource)
when { context.args.amount > 5 && temporal { count_within(30d, ${refunds}{}) > 3 } }
when temporal {
  exists (a: Long). formerly within 1h (
    ${refunds}{ callerPrincipal: principal, input.amount: a } && a > context.args.amount
  )
};`;

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'cs-check-'));
  writeFileSync(join(dir, 'c.dw'), file);
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function conditions() {
  const checked = checkPolicies(dir, catalogue, {});
  if (!checked.ok) throw new Error(JSON.stringify(checked.problems));
  return checked.conditions;
}

test('each has its place, its name, whose history it looks at, how far, and how it is answered', () => {
  expect(
    conditions().map(({ line, column, policy, name, history, reachSeconds, actions, constantTime }) =>
      [`${line}:${column}`, policy, name, history, reachSeconds, actions.join(), constantTime].join(' '),
    ),
  ).toEqual([
    '6:3 c.mail c_mail__0 session 3600 crm/get_customer true',
    '8:19 c.mail c_mail__1 agent 93600 crm/get_ticket,refund true',
    '13:46 c.refund c_refund__0 tenant 2592000 refund true',
    '15:3 c.refund c_refund__1 agent 3600 refund false',
  ]);
});

test('people read it as it was written, with its cost in words', () => {
  const [session, agent, tenant, slow] = conditions().map((one) => conditionLines(one).slice(1));
  expect(session).toEqual([
    'c.dw:6:3: history.c_mail__0 (c.mail)',
    '  mine(Action::"crm/get_customer"::response{})',
    "  history   the session's own, 1h back",
    "  waits     only the session's own calls wait for one another",
    '  answered  in constant time',
  ]);
  expect(agent?.slice(2, 4)).toEqual([
    "  history   the agent's, in all its sessions, 26h back",
    "  waits     the agent's calls wait for whatever the agent does, in all of its sessions",
  ]);
  expect(tenant?.slice(2, 4)).toEqual([
    "  history   everybody's, 30d back",
    '  waits     every call that asks it waits for what anybody does of refund, on all nodes: the busiest of them limits the rate',
  ]);
  expect(slow?.at(-1)).toBe('  answered  in a time that grows with what happens within its reach');
});

test('the command says so, to people and to programs, and refuses as ever', async () => {
  const check = (...more: readonly string[]) =>
    run(['policy', 'check', dir, '--catalogue', catalogue, ...more]);
  const [people, programs] = await Promise.all([check(), check('--json')]);
  expect(people).toMatchObject({ code: 0, stderr: '' });
  expect(people.stdout).toMatch(/^2 policies fit the catalogue/);
  expect(people.stdout).toContain(conditions().flatMap(conditionLines).join('\n'));
  const said = JSON.parse(programs.stdout);
  expect(said).toMatchObject({ schemaVersion: 1, ok: true, policies: 2 });
  expect(said.conditions).toMatchObject(conditions());
  expect(said.conditions[0].cost).toMatch(/^only the session's own calls/);
  writeFileSync(
    join(dir, 'd.dw'),
    '\n@id("d") permit (principal is Agent, action, resource) when temporal { x };',
  );
  const refused = await check('--json');
  expect(refused.code).toBe(3);
  expect(JSON.parse(refused.stdout)).toMatchObject({ ok: false, problems: [{ file: 'd.dw', line: 2 }] });
});
