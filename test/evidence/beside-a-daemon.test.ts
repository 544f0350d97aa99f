// SPDX-License-Identifier: Apache-2.0
// The reading commands beside a daemon that runs, and over what one leaves behind when it is killed.
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { linesOf, run, start, stop } from './process.fixture.ts';

let dir: string;
let dataDir: string;
let daemon: ChildProcess;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'cs-beside-'));
  dataDir = join(dir, 'data');
  writeFileSync(join(dir, 'mcp.json'), '{"mcpServers":{}}');
  daemon = start(['up', '--mcp', join(dir, 'mcp.json'), '--data', dataDir, '--listen', '127.0.0.1:0']);
  const { value } = await linesOf(daemon).next();
  expect(value).toMatch(/^ready http/);
});
afterAll(async () => {
  await stop(daemon, 'SIGKILL');
  rmSync(dir, { recursive: true, force: true });
});

const at = (...args: readonly string[]) => run([...args, '--data', dataDir]);
const lines = (text: string) => text.trim().split('\n');

/** A name that ends lines, turns text around and paints it; in a record it is a name like any other. */
const nasty = 'a\u2028b\u202ec\u001b[31m\\"d';

test('log follows what happens, through the daemon, whatever things are called', async () => {
  const follower = start(['log', '--follow', '-n', '0', '--json', '--data', dataDir]);
  const followed = linesOf(follower);
  const plain = start(['log', '-f', '--last', '1', '--data', dataDir]);
  const plainLines = linesOf(plain);
  expect((await plainLines.next()).value).toContain('countersign/canary');

  const started = await at('task', 'start', '--type', 'support', '--agent', nasty, '--json');
  expect(started.code).toBe(0);
  const task = JSON.parse(started.stdout);
  await at('revoke', 'session', task.session, '--reason', 'a test');

  const types: string[] = [];
  while (types.at(-1) !== 'revoked') types.push(JSON.parse((await followed.next()).value).event.type);
  expect(types).toEqual([
    'decision',
    'agent.registered',
    'task.started',
    'session.started',
    'decision',
    'revoked',
  ]);
  const shown: string[] = [];
  while (!shown.at(-1)?.includes('revoked session')) shown.push((await plainLines.next()).value);
  expect(shown.join('\n')).toContain('a\\u{2028}b\\u{202e}c\\u{1b}[31m\\"d');
  expect(shown.join('\n')).not.toMatch(/\p{Cf}|\p{Zl}|[^\P{Cc}\n]/u);

  // An interrupted follower is no failure.
  await stop(follower, 'SIGINT');
  expect(follower.exitCode).toBe(0);
  await stop(plain, 'SIGINT');

  const { stdout, stderr } = await at('log', '--agent', nasty, '--json');
  expect(stderr).toBe('');
  expect(lines(stdout).map((line) => JSON.parse(line).event.type)).toEqual([
    'agent.registered',
    'task.started',
    'session.started',
  ]);
});

test('a reader that has enough is no failure', async () => {
  const reader = start(['log', '--data', dataDir]);
  reader.stdout?.destroy();
  await stop(reader, 'SIGCONT');
  expect(reader.exitCode).toBe(0);
});

test('explain asks the daemon to open contents, which is decided and recorded', async () => {
  const before = lines((await at('log', '--type', 'decision', '--json')).stdout);
  const { event } = JSON.parse(before.find((line) => line.includes('"action":"task.start"')) ?? '');
  const { code, stdout, stderr } = await at('explain', event.id);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toContain('allow  permitted');
  expect(stdout).toContain('countersign.local-operator');
  expect(stdout).toContain('when { context.channel == "local-socket" }');
  const after = lines((await at('log', '--type', 'decision', '--json')).stdout);
  expect(after).toHaveLength(before.length + 1);
  expect(JSON.parse(after.at(-1) ?? '').event).toMatchObject({
    outcome: 'allow',
    request: { action: 'record.read', target: `record/${event.id}` },
  });

  const unknown = await at('explain', 'd-01000000000000000000000000');
  expect(unknown).toMatchObject({ code: 1, stdout: '' });
  expect(lines((await at('log', '--type', 'decision', '--json')).stdout)).toHaveLength(after.length);
});

test('verify, head and receipt read beside the daemon, and after it was killed', async () => {
  const verified = await at('verify');
  expect(verified).toMatchObject({ code: 0, stdout: expect.stringMatching(/^ok: /) });

  const { stdout } = await at('log', '--type', 'decision', '--json', '-n', '1');
  // Its head may not be signed yet: the command waits for it.
  const receipt = await at('receipt', JSON.parse(stdout).event.id);
  expect(receipt.code).toBe(0);
  const file = join(dir, 'receipt');
  writeFileSync(file, receipt.stdout);
  expect((await at('verify', '--receipt', file)).code).toBe(0);

  const head = await at('head');
  expect(head.code).toBe(0);
  await at('task', 'start', '--type', 'late');
  await stop(daemon, 'SIGKILL');

  const killed = await run(['verify', '--head', '-', '--data', dataDir], head.stdout);
  expect(killed.code).toBe(0);
  expect(killed.stdout).toContain('the kept head fits');
  const last = await at('log', '-n', '1');
  expect(last.stderr).toContain('no daemon runs');
  expect(last.stdout).toContain('session.started');
});
