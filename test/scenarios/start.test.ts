// SPDX-License-Identifier: Apache-2.0
// What the daemon refuses to start with, and what is on the disk of one that started.
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { linesOf, run, start, stop } from '../evidence/process.fixture.ts';
import { verifies } from '../requirements.ts';
import { openDaemon } from './daemon.fixture.ts';

const command = join(import.meta.dirname, '../../bin/countersign');

test('a log that another key signed is not gone on with', async () => {
  verifies('evidence.tamper-evident');
  await using daemon = await openDaemon({});
  await daemon.stop();
  rmSync(join(daemon.dataDir, 'log.key'));
  await expect(daemon.restart()).rejects.toMatchObject({ code: 'configuration_refused' });
});

test('a master key that others may read is refused', async () => {
  await using daemon = await openDaemon({});
  await daemon.stop();
  chmodSync(join(daemon.dataDir, 'master.key'), 0o644);
  await expect(daemon.restart()).rejects.toThrow(/master\.key/);
});

test('an address that is taken ends the start, says so, and leaves the store to the next', async () => {
  await using one = await openDaemon({});
  const dir = mkdtempSync(join(tmpdir(), 'cs-taken-'));
  const mcp = join(dir, 'mcp.json');
  writeFileSync(mcp, '{"mcpServers":{}}');
  const { host } = new URL(one.url);
  const args = ['--data', join(dir, 'data'), 'up', '--mcp', mcp, '--listen', host];
  const ran = spawnSync(command, args, { encoding: 'utf8', timeout: 20_000 });
  expect(ran.status).toBe(1);
  expect(ran.stderr).toContain(`\`${host}\` is taken: name another with --listen`);
  rmSync(dir, { recursive: true });
});

test('a data directory that is a file is named', () => {
  const dir = mkdtempSync(join(tmpdir(), 'cs-file-'));
  const mcp = join(dir, 'mcp.json');
  writeFileSync(mcp, '{"mcpServers":{}}');
  const ran = spawnSync(command, ['--data', mcp, 'up', '--mcp', mcp, '--listen', '127.0.0.1:0'], {
    encoding: 'utf8',
    timeout: 20_000,
  });
  expect(ran.status).toBe(1);
  expect(ran.stderr).toContain(`\`${mcp}\` cannot be the data directory`);
  rmSync(dir, { recursive: true });
});

test('without servers there has to be something else to decide: the tools of a coding agent', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'cs-hooks-only-'));
  const args = (catalogue: string) => ['--data', join(dir, 'data'), 'up', '--catalogue', catalogue];
  const none = await run([...args(dir), '--listen', '127.0.0.1:0']);
  expect(none.code).toBe(1);
  expect(none.stderr).toContain('there is nothing to stand in front of');
  const tools = join(import.meta.dirname, '../../policies/catalogues/claude-code');
  const daemon = start([...args(tools), '--listen', '127.0.0.1:0']);
  expect((await linesOf(daemon).next()).value).toMatch(/^ready http:/);
  await stop(daemon);
  rmSync(dir, { recursive: true });
});

test("keys, store and socket are their owner's alone, and the socket goes with the daemon", async () => {
  await using daemon = await openDaemon({});
  const mode = (name: string) => statSync(join(daemon.dataDir, name)).mode & 0o077;
  for (const name of ['master.key', 'token.key', 'log.key', 'ledger.sqlite', 'control.sock']) {
    expect(mode(name), name).toBe(0);
  }
  await daemon.stop();
  expect(existsSync(join(daemon.dataDir, 'control.sock'))).toBe(false);
});
