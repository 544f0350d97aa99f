// SPDX-License-Identifier: Apache-2.0
// Five hundred requests, and a daemon that is killed again and again while they are made, answered and used: none is
// lost, and none is done twice.
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { modern } from '../mcp/wire.ts';
import { verifies } from '../requirements.ts';
import { openAccounting, tool } from './accounting.fixture.ts';
import { permitAll } from './daemon.fixture.ts';
import { type DaemonProcess, type Pass, runDaemon } from './daemon-process.fixture.ts';

const tasks = 50;
const each = 10;
const kills = 3;

interface Wanted {
  readonly pass: Pass;
  readonly id: string;
}

const policies = `${permitAll}@id("ask") @outcome("step_up") @approvers("us") @expires("1h")
forbid (principal is Agent, action, resource) when { context.tool.name == "pay" };
`;
const approvers = `people: { me: { operators: ["local:${process.getuid?.() ?? 0}"] } }
groups: { us: [me] }
`;

/** Its results move no labels: what one call reads would ask anew for all others of its session. */
const harmless = `stateless: true
tools:
  pay: { class: pay, args: { id: selector }, result: { level: public, integrity: trusted } }`;

/** @returns what was said, or nothing where the daemon died meanwhile */
async function pay(daemon: DaemonProcess, { pass, id }: Wanted): Promise<string> {
  const headers = { 'mcp-name': 'acc__pay' };
  try {
    const params = { name: 'acc__pay', arguments: { id } };
    const { messages } = await modern(daemon.url, pass.token, 'tools/call', params, { headers });
    return JSON.stringify(messages.at(-1)?.result ?? '');
  } catch {
    return '';
  }
}

/** A few at a time, as a crowd would. */
async function all<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<readonly R[]> {
  const left = [...items.entries()];
  const done: R[] = [];
  const one = async () => {
    for (let next = left.shift(); next !== undefined; next = left.shift())
      done[next[0]] = await work(next[1]);
  };
  await Promise.all(Array.from({ length: 16 }, one));
  return done;
}

/** Works through all of it while the daemon is killed, as often as it takes. */
async function throughKills(daemon: DaemonProcess, work: () => Promise<unknown>): Promise<void> {
  for (let i = 0; i < kills; i++) {
    const working = work();
    await sleep(150 + 250 * i);
    await daemon.stop('SIGKILL');
    await working;
    await daemon.start();
  }
  await work();
}

async function listed(daemon: DaemonProcess) {
  const { body } = await daemon.control.call('GET', '/v1/approvals');
  return body.approvals as readonly { approval: string; status: string }[];
}

test('500 requests and a daemon that is killed while they are made, answered and used', async () => {
  verifies('approvals.across-the-gateway');
  const acc = openAccounting([tool('pay')]);
  await using daemon = await runDaemon({
    mcpServers: { acc: acc.server },
    policies,
    approvers,
    catalogue: { acc: harmless },
    flags: ['--approval-hold', '0'],
  });
  await daemon.accept('acc');
  const wanted: Wanted[] = [];
  for (let t = 0; t < tasks; t++) {
    const pass = await daemon.task({ agent: `a${t}` });
    for (let i = 0; i < each; i++) wanted.push({ pass, id: `${t}-${i}` });
  }

  await throughKills(daemon, () => all(wanted, (one) => pay(daemon, one)));
  const waiting = await listed(daemon);
  // Each call has one request, however often it was made.
  expect(waiting).toHaveLength(tasks * each);
  expect(acc.begun()).toEqual([]);

  const decide = async ({ approval }: { readonly approval: string }) => {
    try {
      const { body } = await daemon.control.call('GET', `/v1/approvals/show?id=${approval}`);
      const said = { approval, verdict: 'approve', card: body.cardDigest };
      await daemon.control.call('POST', '/v1/approvals/decide', said);
    } catch {
      // It died meanwhile: answered again, or answered already.
    }
  };
  await throughKills(daemon, () => all(waiting, decide));
  expect((await listed(daemon)).filter(({ status }) => status === 'approved')).toHaveLength(tasks * each);

  await throughKills(daemon, () => all(wanted, (one) => pay(daemon, one)));
  const begun = acc.begun();
  expect(new Set(begun).size).toBe(begun.length);
  // Each approval was used by one decision, and what was not begun was used up by one that a kill cut off.
  const decisions = await daemon.events('type=decision');
  const used = decisions.flatMap(({ lifts }) => lifts.map(({ via }: { via?: string }) => via));
  expect(used).toHaveLength(tasks * each);
  expect(new Set(used).size).toBe(tasks * each);
  const observed = await daemon.events('type=observation');
  const cutOff = observed.filter(({ status }) => status === 'ambiguous' || status === 'unreleased').length;
  expect(begun.length + cutOff).toBeGreaterThanOrEqual(tasks * each);
  acc.remove();
}, 600_000);
