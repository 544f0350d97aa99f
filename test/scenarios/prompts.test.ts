// SPDX-License-Identifier: Apache-2.0
// Prompts as they arrive at a daemon that is a process: by command, by the socket, and what `doctor` says of tasks without.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type DaemonProcess, runDaemon } from './daemon-process.fixture.ts';

let daemon: DaemonProcess;
beforeAll(async () => {
  daemon = await runDaemon({ mcpServers: {} });
}, 60_000);
afterAll(() => daemon?.[Symbol.asyncDispose]());

const command = join(import.meta.dirname, '../../bin/countersign');

function fed(stdin: string, ...args: readonly string[]): Promise<number> {
  return new Promise((resolve) => {
    const child = execFile(command, [...args, '--data', daemon.dataDir]);
    child.once('close', (code) => resolve(code ?? -1));
    child.stdin?.end(stdin);
  });
}

async function promptsOf(task: string) {
  return (await daemon.events()).filter((event) => event.type === 'prompt.submitted' && event.task === task);
}

async function promptless(): Promise<readonly string[]> {
  const { body } = await daemon.control.call('GET', '/v1/status');
  return body.tasks.promptless.map(({ id }: { id: string }) => id);
}

test('by command, as an argument or on standard input, and the task is told apart from one without', async () => {
  const { task } = await daemon.task();
  expect(await promptless()).toContain(task);
  const ran = await daemon.cli('task', 'prompt', task, 'look at ticket 42', '--author', 'alice', '--json');
  expect(ran.code).toBe(0);
  expect(await promptless()).not.toContain(task);
  expect(await fed('and at 43', 'task', 'prompt', task, '-', '--channel', 'orchestrator')).toBe(0);
  expect(await fed('and at 44', 'task', 'prompt', task)).toBe(0);
  const [first, second, third, ...others] = await promptsOf(task);
  expect(first).toMatchObject({ id: JSON.parse(ran.out).prompt, author: 'alice', channel: 'operator' });
  expect(second).toMatchObject({ channel: 'orchestrator', author: expect.stringMatching(/^local:/) });
  expect(third).toMatchObject({ channel: 'operator' });
  expect(others).toEqual([]);
});

test.each<[what: string, body: object, status: number]>([
  ['a channel that an agent would name', { channel: 'agent-claimed', text: 'x' }, 400],
  ['the channel of hooks', { channel: 'hook', text: 'x' }, 400],
  ['no text', { channel: 'operator', text: '' }, 400],
  ['too much text', { channel: 'operator', text: 'x'.repeat(200_001) }, 400],
  ['a member that nobody knows', { channel: 'operator', text: 'x', trusted: true }, 400],
  ['no such task', { channel: 'operator', text: 'x', task: 't-none' }, 404],
])('over the socket, %s is refused and nothing is kept', async (_what, body, status) => {
  const { task } = await daemon.task();
  const reply = await daemon.control.call('POST', '/v1/prompts', { task, ...body });
  expect(reply.status).toBe(status);
  expect(await promptsOf(task)).toEqual([]);
});
