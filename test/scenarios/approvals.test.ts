// SPDX-License-Identifier: Apache-2.0
// People between a real client and a real server: held, attached to later, refused, forgotten about, and killed in between.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { speaking } from '../builders/era.ts';
import { verifies } from '../requirements.ts';
import { openAccounting, tool } from './accounting.fixture.ts';
import { permitAll } from './daemon.fixture.ts';
import { type DaemonFiles, type DaemonProcess, type Pass, runDaemon } from './daemon-process.fixture.ts';
import { connectV1, connectV2, type TriedClient, type Way } from './eras/clients.fixture.ts';

const me = `local:${process.getuid?.() ?? 0}`;
const approvers = `people:
  ana: { operators: ["${me}"] }
  ben: { operators: ["${me}"] }
  eve: { operators: ["local:99999"] }
groups:
  finance: [ana, ben]
`;
const policies = `${permitAll}@id("ask") @outcome("step_up") @approvers("finance") @quorum("2") @expires("10m")
@reason("Payments need two people from finance.")
forbid (principal is Agent, action, resource) when { context.tool.name == "pay" };
`;

const acc = openAccounting([tool('pay'), tool('note')]);
/** Holds calls for long, and not at all. */
let holds: DaemonProcess;
let answers: DaemonProcess;

beforeAll(async () => {
  const files: DaemonFiles = { mcpServers: { acc: acc.server }, policies, approvers };
  [holds, answers] = await Promise.all([
    runDaemon({ ...files, flags: ['--approval-hold', '60s'] }),
    runDaemon({ ...files, flags: ['--approval-hold', '0'] }),
  ]);
  await Promise.all([holds.accept('acc'), answers.accept('acc')]);
});

afterAll(async () => {
  await Promise.all([holds?.[Symbol.asyncDispose](), answers?.[Symbol.asyncDispose]()]);
  acc.remove();
});

const v2 = (way: Way) => connectV2(way, speaking('2026-07-28'));
const wayOf = (daemon: DaemonProcess, { token }: Pass): Way => ({ url: daemon.url, token, folder: acc.dir });
const times = (id: string) => acc.begun('pay').filter((one) => one === id).length;

interface Waiting {
  readonly approval: string;
  readonly agent: string;
  readonly status: string;
}

async function waiting(daemon: DaemonProcess, agent: string): Promise<Waiting> {
  return vi.waitFor(async () => {
    const listed = await daemon.cli('approvals', 'ls', '--json');
    const found = JSON.parse(listed.out).approvals.find((one: Waiting) => one.agent === agent);
    if (found === undefined) throw new Error(`nothing waits for ${agent}: ${listed.out}${listed.err}`);
    return found;
  }, 20_000);
}

async function approve(daemon: DaemonProcess, approval: string): Promise<void> {
  for (const person of ['ana', 'ben']) {
    const ran = await daemon.cli('approvals', 'approve', approval, '--as', person, '--yes');
    expect(ran, ran.err).toMatchObject({ code: 0 });
  }
}

const idIn = (text: string): string => /approval (a-[0-9a-z]+)/.exec(text)?.[1] ?? `none in: ${text}`;

test.each<[what: string, connect: (way: Way) => Promise<TriedClient>]>([
  ['a v1 client', connectV1],
  ['a v2 client', v2],
])('%s that waits gets the result of the approved call, and hears that it waits', async (what, connect) => {
  verifies('approvals.across-the-gateway');
  const agent = `waits-${what.replace(/\W+/g, '-')}`;
  const pass = await holds.task({ agent });
  await using client = await connect(wayOf(holds, pass));
  let told = 0;
  const running = client.call('acc__pay', { id: agent }, () => {
    told += 1;
  });
  const { approval } = await waiting(holds, agent);
  expect(times(agent)).toBe(0);

  const shown = await holds.cli('approvals', 'show', approval);
  expect(shown.out).toContain(`pay with acc/pay: id "${agent}"`);
  expect(shown.out).toContain('Payments need two people from finance.');
  await approve(holds, approval);
  const result = await running;
  expect(result).toMatchObject({ isError: false });
  expect(times(agent)).toBe(1);
  expect(told).toBeGreaterThan(0);

  const after = JSON.parse((await holds.cli('approvals', 'show', approval, '--json')).out);
  expect(after).toMatchObject({ status: 'consumed', decided: [{ person: 'ana' }, { person: 'ben' }] });
  const why = await holds.cli('explain', after.usedBy);
  expect(why.out).toMatch(/ana \(local:\d+\) said yes to ask/);
  expect(why.out).toContain(`lifted: ask, by ${approval}`);
  expect((await holds.cli('explain', after.askedBy)).out).toContain(`a yes to \`${approval}\``);
  const log = (await holds.cli('log', '--session', pass.session)).out;
  expect(log).toContain(`approved: ${approval}`);
  expect(log).toContain('approval.requested');
});

test.each<[what: string, connect: (way: Way) => Promise<TriedClient>]>([
  ['a v1 client', connectV1],
  ['a v2 client', v2],
])('%s that is told to wait attaches later, and once', async (what, connect) => {
  const agent = `later-${what.replace(/\W+/g, '-')}`;
  await using client = await connect(wayOf(answers, await answers.task({ agent })));
  const first = await client.call('acc__pay', { id: agent });
  expect(first).toMatchObject({ isError: true });
  expect(first.text).toContain('pending_approval');
  expect(first.text).toContain('make exactly the same call again');
  const approval = idIn(first.text);
  expect(idIn((await client.call('acc__pay', { id: agent })).text)).toBe(approval);

  await approve(answers, approval);
  expect(await client.call('acc__pay', { id: agent })).toMatchObject({ isError: false });
  expect(times(agent)).toBe(1);
  expect(idIn((await client.call('acc__pay', { id: agent })).text)).not.toBe(approval);
  expect(times(agent)).toBe(1);
});

test('what a person says no to, and why, reaches the model that waits', async () => {
  const agent = 'refused';
  await using client = await v2(wayOf(holds, await holds.task({ agent })));
  const running = client.call('acc__pay', { id: agent });
  const { approval } = await waiting(holds, agent);
  const why = 'this was paid in March';
  const ran = await holds.cli('approvals', 'refuse', approval, '--reason', why, '--as', 'ben', '--yes');
  expect(ran, ran.err).toMatchObject({ code: 0 });
  const { text, isError } = await running;
  expect(isError).toBe(true);
  expect(text).toContain(why);
  expect(text).toContain('approval_refused');
  expect(times(agent)).toBe(0);
});

test.each<[what: string, more: readonly string[], told: RegExp]>([
  ['somebody who does not say who', [], /several people in the file of approvers: say which of `ana`, `ben`/],
  ['somebody that this operator is not', ['--as', 'eve'], /is not `eve`/],
  ['nobody at all', ['--as', 'nobody'], /is not `nobody`/],
])('%s is told what would be right', async (_what, more, told) => {
  const agent = 'asks-for-nobody';
  await using client = await v2(wayOf(answers, await answers.task({ agent })));
  const approval = idIn((await client.call('acc__pay', { id: agent })).text);
  const ran = await answers.cli('approvals', 'approve', approval, '--yes', ...more);
  expect(ran).toMatchObject({ code: 1, err: expect.stringMatching(told) });
});

test('killed while it waits and after it was approved, it is neither lost nor done twice', async () => {
  verifies('approvals.across-the-gateway');
  const agent = 'killed';
  await using daemon = await runDaemon({
    mcpServers: { acc: acc.server },
    policies,
    approvers,
    flags: ['--approval-hold', '0'],
  });
  await daemon.accept('acc');
  const pass = await daemon.task({ agent });
  const args = { id: agent, ms: 60_000 };
  const asks = async (): Promise<string> => {
    await using client = await v2(wayOf(daemon, pass));
    return (await client.call('acc__pay', args)).text;
  };
  const approval = idIn(await asks());
  await daemon.stop('SIGKILL');
  await daemon.start();
  expect(idIn(await asks())).toBe(approval);
  await approve(daemon, approval);
  await daemon.stop('SIGKILL');
  await daemon.start();

  // And in the middle of the call itself.
  await using client = await v2(wayOf(daemon, pass));
  const running = client.call('acc__pay', args).catch(() => undefined);
  await vi.waitFor(() => expect(times(agent)).toBe(1), 10_000);
  await daemon.stop('SIGKILL');
  await running;
  await daemon.start();
  const after = idIn(await asks());
  expect(after).toMatch(/^a-/);
  expect(after).not.toBe(approval);
  expect(times(agent)).toBe(1);
}, 90_000);

test('a tool that is declared otherwise meanwhile is not what was approved', async () => {
  const agent = 'other-tool';
  const own = openAccounting([tool('pay')]);
  await using daemon = await runDaemon({
    mcpServers: { acc: own.server },
    policies,
    approvers,
    flags: ['--approval-hold', '0'],
  });
  await daemon.accept('acc');
  await using client = await v2(wayOf(daemon, await daemon.task({ agent })));
  const approval = idIn((await client.call('acc__pay', { id: agent })).text);
  await approve(daemon, approval);
  own.declare([tool('pay', { description: 'Pays, and tells everybody.' })]);
  await daemon.accept('acc');
  const after = await client.call('acc__pay', { id: agent });
  expect(after).toMatchObject({ isError: true });
  expect(own.begun('pay')).toEqual([]);
  expect(idIn(after.text)).not.toBe(approval);
  own.remove();
}, 60_000);

test('who is taken out of the saved file cannot approve any more', async () => {
  const agent = 'other-people';
  await using daemon = await runDaemon({
    mcpServers: { acc: acc.server },
    policies,
    approvers,
    flags: ['--approval-hold', '0'],
  });
  await daemon.accept('acc');
  await using client = await v2(wayOf(daemon, await daemon.task({ agent })));
  const approval = idIn((await client.call('acc__pay', { id: agent })).text);
  await approve(daemon, approval);
  const others = approvers.replace('[ana, ben]', '[ana, eve]');
  writeFileSync(join(daemon.dir, 'approvers.yaml'), others);
  await vi.waitFor(async () => {
    expect((await daemon.events('type=approvers.published')).length).toBe(2);
  }, 15_000);
  const again = await client.call('acc__pay', { id: agent });
  expect(idIn(again.text)).not.toBe(approval);
  expect(times(agent)).toBe(0);
}, 60_000);

test('a file that a call names is shown, and rewritten while people decide it asks anew', async () => {
  verifies('operands.checked-again');
  const agent = 'names-a-file';
  const own = openAccounting([tool('pay')]);
  const file = join(own.dir, 'order.txt');
  writeFileSync(file, 'ten apples\n');
  const catalogue = `root: ${own.dir}
tools:
  pay: { class: pay, args: { id: { role: path, operand: file } } }`;
  await using daemon = await runDaemon({
    mcpServers: { acc: own.server },
    policies,
    approvers,
    catalogue: { acc: catalogue },
    flags: ['--approval-hold', '0'],
  });
  await daemon.accept('acc');
  await using client = await v2(wayOf(daemon, await daemon.task({ agent })));
  const pay = (id = 'order.txt') => client.call('acc__pay', { id });
  const approval = idIn((await pay()).text);
  expect((await daemon.cli('approvals', 'show', approval)).out).toContain('| ten apples');
  await approve(daemon, approval);
  writeFileSync(file, 'ten thousand apples\n');
  const other = idIn((await pay()).text);
  expect(other).not.toBe(approval);
  expect(own.begun('pay')).toEqual([]);
  await approve(daemon, other);
  expect(await pay()).toMatchObject({ isError: false });
  expect(own.begun('pay')).toEqual(['order.txt']);
  // Out of where the server works nobody looks, and nobody is asked.
  const outside = await pay('../x');
  expect(outside).toMatchObject({
    isError: true,
    text: expect.stringContaining('leads out of the directory'),
  });
  expect(idIn(outside.text)).toContain('none in');
  own.remove();
}, 60_000);
