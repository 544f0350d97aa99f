// SPDX-License-Identifier: Apache-2.0
/**
 * Conditions over history as people run them: the example's policies in a daemon that is a process, clients
 * of the SDK in front of it and a stdio server behind it. What was done is what that server wrote down.
 *
 * One daemon goes through it all, in order: work, a publication, more work, kill -9, a restart.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '@modelcontextprotocol/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { modernClient } from '../builders/era.ts';
import { verifies } from '../requirements.ts';
import { type DaemonProcess, type Pass, runDaemon } from './daemon-process.fixture.ts';

const example = join(import.meta.dirname, '../../examples/history');
const catalogueText = readFileSync(join(example, 'catalogue/ops.yaml'), 'utf8');
const policies = readFileSync(join(example, 'policies/history.cedar'), 'utf8');

let dir: string;
let account: string;
let daemon: DaemonProcess;
const closing: (() => Promise<void>)[] = [];

interface Agent extends Pass {
  /** @returns `done`, `failed`, or the code with which it was refused */
  call(tool: string, args: Record<string, unknown>): Promise<string>;
  /** What the model was told last. */
  told(): string;
  reconnect(): Promise<void>;
}

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'cs-history-'));
  account = join(dir, 'account.jsonl');
  daemon = await runDaemon({
    mcpServers: { ops: { command: process.execPath, args: [join(example, 'server.ts'), account] } },
    catalogue: { ops: catalogueText.replace(/^server: ops\n/m, '') },
  });
  await daemon.accept('ops');
});

afterAll(async () => {
  for (const close of closing) await close().catch(() => undefined);
  await daemon?.[Symbol.asyncDispose]();
  rmSync(dir, { recursive: true, force: true });
});

/** What reached the server, in its own words. */
function reached(tool: string, of: Record<string, unknown> = {}): number {
  const lines = existsSync(account) ? readFileSync(account, 'utf8').trimEnd().split('\n') : [];
  return lines
    .map((line) => JSON.parse(line))
    .filter((call) => call.tool === tool && Object.entries(of).every(([name, value]) => call[name] === value))
    .length;
}

async function agent(name: string, type: string): Promise<Agent> {
  const pass = await daemon.task({ type, agent: name });
  let client: Client;
  let said = '';
  const connect = async () => {
    client = await modernClient(`${daemon.url}/ops`, pass.token);
  };
  await connect();
  closing.push(() => client.close());
  return {
    ...pass,
    told: () => said,
    reconnect: connect,
    async call(tool, args) {
      const { content, isError, _meta } = await client.callTool({ name: tool, arguments: args });
      said = JSON.stringify(content);
      const refused = _meta?.['dev.countersign/decision'];
      if (typeof refused === 'object' && refused !== null && 'code' in refused) return String(refused.code);
      return isError === true ? 'failed' : 'done';
    },
  };
}

let ci: Agent;
let writer: Agent;
let payer: Agent;
let early: Agent;

test('a policy file that is published later sees the history that is there', async () => {
  verifies('history.new-rule-not-blind');
  early = await agent('early', 'ci');
  const earlyPayer = await agent('early-payer', 'support');
  for (let i = 0; i < 3; i++) expect(await early.call('deploy', { job: 'flaky-old' })).toBe('failed');
  expect(await early.call('read_page', { page: 'old' })).toBe('done');
  expect(await earlyPayer.call('refund', { customer: 'c0', amount: 9000 })).toBe('done');

  // What the example has accepted is what its server declares.
  const lock = (at: string) => JSON.parse(readFileSync(join(at, 'catalogue/ops.lock.json'), 'utf8'));
  expect(lock(daemon.dir).tools).toEqual(lock(example).tools);
  writeFileSync(join(daemon.dir, 'policies', 'test.cedar'), policies);
  const published = await daemon.control.call('POST', '/v1/policies/publish', {});
  expect(published.status, JSON.stringify(published.body)).toBe(200);

  expect(await early.call('deploy', { job: 'flaky-old' })).toBe('pending_approval');
  expect(await early.call('write_page', { page: 'new', text: 'x' })).toBe('no_permit');
  expect(await early.call('write_page', { page: 'old', text: 'x' })).toBe('done');
  expect(await earlyPayer.call('refund', { customer: 'c0', amount: 1001 })).toBe('forbidden');
  expect(reached('deploy', { job: 'flaky-old' })).toBe(3);
  expect(reached('write_page')).toBe(1);
  expect(reached('refund')).toBe(1);
});

test('a CI account may try three times, is then told to wait for a person, and gets no more rights', async () => {
  ci = await agent('ci', 'ci');
  for (let i = 0; i < 3; i++) expect(await ci.call('deploy', { job: 'flaky-app' })).toBe('failed');
  expect(await ci.call('deploy', { job: 'flaky-app' })).toBe('pending_approval');
  expect(ci.told()).toContain('a person has to look at it first');
  // Another session of the same account is no way around it; another job is another matter.
  const again = await agent('ci', 'ci');
  expect(await again.call('deploy', { job: 'flaky-app' })).toBe('pending_approval');
  expect(await again.call('deploy', { job: 'app' })).toBe('done');
  expect(await ci.call('grant_role', { role: 'admin' })).toBe('forbidden');
  expect(await ci.call('deploy_key', { job: 'flaky-app' })).toBe('forbidden');
  expect(ci.told()).toContain('A failing deployment is no reason to');
  expect(await ci.call('refund', { customer: 'c1', amount: 1 })).toBe('no_permit');
  expect(reached('deploy', { job: 'flaky-app' })).toBe(3);
  expect(reached('grant_role')).toBe(0);
  expect(reached('deploy_key')).toBe(0);

  // What the person finds who looks at it.
  const [waiting] = await daemon.events(`session=${ci.session}&outcome=step_up`);
  const { out } = await daemon.cli('explain', waiting.id);
  expect(out).toContain('forbid history.three-tries  satisfied');
  expect(out).toContain('"job": "flaky-app"');
  expect(out).toMatch(/what history said\n {2}true {3}history\.three-tries: /);
  expect(out).toMatch(/what would lift it\n.*platform/);
});

test('a page is written only after this session has read it', async () => {
  verifies('history.sequence');
  writer = await agent('writer', 'support');
  const other = await agent('writer', 'support');
  expect(await writer.call('write_page', { page: 'a', text: 'x' })).toBe('no_permit');
  expect(await other.call('read_page', { page: 'a' })).toBe('done');
  expect(await writer.call('read_page', { page: 'b' })).toBe('done');
  expect(await writer.call('write_page', { page: 'a', text: 'x' })).toBe('no_permit');
  expect(await writer.call('read_page', { page: 'a' })).toBe('done');
  expect(await writer.call('write_page', { page: 'a', text: 'x' })).toBe('done');
  expect(reached('write_page', { page: 'a' })).toBe(1);
});

test('64 refunds at once over two sessions of one agent do not spend more than its budget', async () => {
  verifies('history.no-overspending');
  payer = await agent('payer', 'support');
  const other = await agent('payer', 'support');
  const codes = await Promise.all(
    Array.from({ length: 64 }, (_, i) =>
      (i % 2 === 0 ? payer : other).call('refund', { customer: 'known', amount: 900 }),
    ),
  );
  expect(codes.filter((code) => code === 'done')).toHaveLength(11);
  expect(codes.filter((code) => code === 'forbidden')).toHaveLength(53);
  expect(reached('refund', { customer: 'known' })).toBe(11);
  const third = await agent('other-payer', 'support');
  expect(await third.call('refund', { customer: 'unknown', amount: 2001 })).toBe('pending_approval');
  expect(await third.call('refund', { customer: 'unknown', amount: 1 })).toBe('done');
});

test('after kill -9 all of it still counts, and what was under way is known to nobody', async () => {
  verifies('history.rebuilt', 'history.unknown-denies');
  const stuck = ci.call('deploy', { job: 'stuck-app' }).catch(() => 'lost');
  await expect.poll(() => reached('deploy', { job: 'stuck-app' }), { timeout: 5000 }).toBe(1);
  await daemon.stop('SIGKILL');
  expect(await stuck).toBe('lost');
  await daemon.start();
  for (const one of [ci, writer, payer, early]) await one.reconnect();

  expect(await ci.call('deploy', { job: 'flaky-app' })).toBe('pending_approval');
  expect(await ci.call('deploy', { job: 'stuck-app' })).toBe('forbid_errored');
  expect(await ci.call('deploy', { job: 'app' })).toBe('done');
  expect(await writer.call('write_page', { page: 'a', text: 'y' })).toBe('done');
  expect(await writer.call('write_page', { page: 'c', text: 'y' })).toBe('no_permit');
  expect(await payer.call('refund', { customer: 'known', amount: 1 })).toBe('forbidden');
  expect(await early.call('deploy', { job: 'flaky-old' })).toBe('pending_approval');
  expect(reached('deploy', { job: 'flaky-app' })).toBe(3);
  expect(reached('deploy', { job: 'stuck-app' })).toBe(1);
  expect(reached('refund', { customer: 'known' })).toBe(11);

  const { code, out, err } = await daemon.cli('verify');
  expect(code, out + err).toBe(0);
});
