// SPDX-License-Identifier: Apache-2.0
// What people make of a call that waits for them, and breaking the glass: a real client, a real server, real commands.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { speaking } from '../builders/era.ts';
import { verifies } from '../requirements.ts';
import { openAccounting, tool } from './accounting.fixture.ts';
import { permitAll } from './daemon.fixture.ts';
import { type DaemonProcess, type Pass, runDaemon } from './daemon-process.fixture.ts';
import { connectV2, type TriedClient } from './eras/clients.fixture.ts';

const me = `local:${process.getuid?.() ?? 0}`;
const approvers = `people:
  ana: { operators: ["${me}"] }
  ben: { operators: ["${me}"] }
groups:
  finance: [ana, ben]
`;
const policies = `${permitAll}@id("ask") @outcome("step_up") @approvers("finance") @quorum("2") @expires("10m")
@reason("Payments need two people from finance.")
forbid (principal is Agent, action, resource) when { context.tool.name == "pay" };
@id("ask-to-read") @outcome("step_up") @approvers("finance") @quorum("2") @expires("10m")
forbid (principal is Agent, action, resource) when { context.tool.name == "get_note" };
@id("shut") @break_glass("finance") @reason("Nothing is wiped.")
forbid (principal is Agent, action, resource) when { context.tool.name == "wipe" };
`;
const catalogue = {
  acc: `tools:
  pay: { class: pay, args: { id: selector, ms: content } }
  get_note: { class: read, args: { id: selector }, result: { level: internal, integrity: trusted } }
  wipe: { class: delete, args: { id: selector } }
`,
};

const acc = openAccounting([tool('pay'), tool('get_note'), tool('wipe')]);
let daemon: DaemonProcess;
beforeAll(async () => {
  daemon = await runDaemon({
    ...{ mcpServers: { acc: acc.server }, policies, approvers, catalogue },
    flags: ['--approval-hold', '0'],
  });
  await daemon.accept('acc');
});
afterAll(async () => {
  await daemon?.[Symbol.asyncDispose]();
  acc.remove();
});

const connect = ({ token }: Pass): Promise<TriedClient> =>
  connectV2({ url: daemon.url, token, folder: acc.dir }, speaking('2026-07-28'));
const idIn = (text: string): string => /approval (a-[0-9a-z]+)/.exec(text)?.[1] ?? `none in: ${text}`;

async function ran(...args: readonly string[]): Promise<string> {
  const { code, out, err } = await daemon.cli(...args);
  expect(code, err).toBe(0);
  return out + err;
}
const waiting = async (agent: string): Promise<{ readonly approval: string }> =>
  JSON.parse(await ran('approvals', 'ls', '--json')).approvals.find(
    (one: { agent: string }) => one.agent === agent,
  );

test('what was asked as one thing and approved as another is done as the other, by the yes of two', async () => {
  verifies('approvals.edited');
  const pass = await daemon.task({ agent: 'edited' });
  await using client = await connect(pass);
  const asked = idIn((await client.call('acc__pay', { id: 'five-hundred' })).text);
  const file = join(daemon.dir, 'args.json');
  writeFileSync(file, JSON.stringify({ id: 'fifty' }));
  const why = ['--reason', 'a zero too many', '--yes'];
  const tried = await ran('approvals', 'approve', asked, '--as', 'ben', '--edit', file, ...why, '--dry-run');
  expect(tried).toContain('id: "five-hundred" -> "fifty"');
  const shown = await ran('approvals', 'approve', asked, '--as', 'ben', '--edit', file, ...why);
  expect(shown).toContain('changed by ben (a zero too many)');
  expect(shown).toContain('not enough yet');
  const { approval } = await waiting('edited');
  expect(approval).not.toBe(asked);
  expect(idIn((await client.call('acc__pay', { id: 'five-hundred' })).text)).toBe(approval);
  expect(acc.begun('pay')).toEqual([]);
  await ran('approvals', 'approve', approval, '--as', 'ana', '--yes');

  const done = await client.call('acc__pay', { id: 'five-hundred' });
  expect(done).toMatchObject({ isError: false });
  expect(done.text).toContain('A person changed this call before it was made');
  expect(done.text).toContain('`id` is "fifty"');
  expect(acc.begun('pay')).toEqual(['fifty']);

  const { usedBy } = JSON.parse(await ran('approvals', 'show', approval, '--json'));
  const why2 = await ran('explain', usedBy);
  expect(why2).toContain(`a person changed the call: ${approval}`);
  expect(await ran('log', '--session', pass.session)).toContain(`id changed by ben, instead of ${asked}`);
  expect((await client.call('acc__pay', { id: 'five-hundred' })).isError).toBe(true);
  expect(acc.begun('pay')).toEqual(['fifty']);
});

test('a yes for the task lets three reads through, and then people are asked again', async () => {
  verifies('approvals.for-a-task');
  await using client = await connect(await daemon.task({ agent: 'reader' }));
  const asked = idIn((await client.call('acc__get_note', { id: 'a' })).text);
  const order = [
    '--for-task',
    '--count',
    '3',
    '--for',
    '30m',
    '--constrain',
    'id=a,b,c',
    '--reason',
    'review',
  ];
  const tried = await ran('approvals', 'approve', asked, '--as', 'ana', ...order, '--yes', '--dry-run');
  expect(tried).toContain('id one of "a", "b", "c"');
  expect(tried).toContain('of the last 1 calls of this tool by this agent it would have let through 1');
  await ran('approvals', 'approve', asked, '--as', 'ana', ...order, '--yes');
  expect((await client.call('acc__get_note', { id: 'a' })).isError).toBe(true);
  const { approval } = await waiting('reader');
  await ran('approvals', 'approve', approval, '--as', 'ben', '--yes');
  expect(await ran('approvals', 'ls')).toContain('for the task, 3 left');

  expect((await client.call('acc__get_note', { id: 'd' })).isError).toBe(true);
  for (const id of ['a', 'b', 'c'])
    expect(await client.call('acc__get_note', { id })).toMatchObject({ isError: false });
  const again = await client.call('acc__get_note', { id: 'a' });
  expect(again.isError).toBe(true);
  expect(idIn(again.text)).not.toBe(approval);
  expect(acc.begun('get_note')).toEqual(['a', 'b', 'c']);
});

test('the glass is broken by two, loudly, closed, and after that what was shut is shut', async () => {
  verifies('approvals.break-glass');
  const pass = await daemon.task({ agent: 'responder' });
  await using client = await connect(pass);
  expect((await client.call('acc__wipe', { id: 'x' })).text).toContain('Nothing is wiped');
  const order = [pass.task, '--group', 'finance', '--reason', 'the disk is full', '--as', 'ana', '--yes'];
  expect(await ran('break-glass', 'open', ...order, '--dry-run')).toContain('would take away shut');
  const asked = await ran('break-glass', 'open', ...order);
  const glass = /g-[0-9a-z]+/.exec(asked)?.[0] ?? '';
  expect((await client.call('acc__wipe', { id: 'x' })).isError).toBe(true);
  expect(acc.begun('wipe')).toEqual([]);
  await ran('approvals', 'approve', glass, '--as', 'ben', '--yes');

  expect(await client.call('acc__wipe', { id: 'x' })).toMatchObject({ isError: false });
  expect(acc.begun('wipe')).toEqual(['x']);
  expect(await ran('status')).toContain(`BREAK-GLASS ${glass} is OPEN for ${pass.task}`);
  expect(await ran('break-glass', 'ls')).toContain('ana and ben');
  const [used] = (await daemon.events(`session=${pass.session}&type=decision`)).slice(-1);
  expect(used.lifts).toMatchObject([{ policy: 'shut', via: glass, glass: true }]);
  expect(await ran('explain', used.id)).toContain(`BREAK-GLASS: lifted: shut, by ${glass}`);

  await ran('break-glass', 'close', pass.task, '--reason', 'it is over');
  expect((await client.call('acc__wipe', { id: 'y' })).isError).toBe(true);
  expect(acc.begun('wipe')).toEqual(['x']);
  const log = await ran('log', '--task', pass.task);
  for (const type of ['requested', 'opened', 'closed']) expect(log).toContain(`break_glass.${type}`);
});
