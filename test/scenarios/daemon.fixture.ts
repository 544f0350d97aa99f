// SPDX-License-Identifier: Apache-2.0
// A daemon of its own directory, with files that a test may edit, and a way to ask it.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Daemon as Control, daemonAt } from '../../src/edges/cli/client.ts';
import { startDaemon } from '../../src/main/compose.ts';
import { load } from '../../src/main/load.ts';
import type { DaemonOptions } from '../../src/main/options.ts';

export interface TestDaemon extends AsyncDisposable {
  readonly dir: string;
  readonly dataDir: string;
  readonly url: string;
  readonly control: Control;
  readonly said: readonly string[];
  /** Stops it and starts another over the same directory. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export interface TestDaemonFiles {
  readonly policies?: Readonly<Record<string, string>>;
  readonly catalogue?: Readonly<Record<string, string>>;
  readonly mcpServers?: Readonly<Record<string, unknown>>;
  /** The file of approvers; without it nobody is asked. */
  readonly approvers?: string;
  readonly waiting?: Pick<DaemonOptions, 'approvalHoldMs' | 'deskUrlOf'>;
}

/** Permits whatever the catalogue knows: what a test is not about. */
export const permitAll = '@id("all") permit (principal, action, resource);\n';

export async function openDaemon(files: TestDaemonFiles): Promise<TestDaemon> {
  const dir = mkdtempSync(join(tmpdir(), 'cs-daemon-'));
  const dataDir = join(dir, 'data');
  const policyDir = join(dir, 'policies');
  const catalogueDir = join(dir, 'catalogue');
  const mcpFile = join(dir, 'mcp.json');
  writeInto(policyDir, files.policies ?? { 'all.cedar': permitAll });
  writeInto(catalogueDir, files.catalogue ?? {});
  writeFileSync(mcpFile, JSON.stringify({ mcpServers: files.mcpServers ?? {} }));
  const approversFile = join(dir, 'approvers.yaml');
  if (files.approvers !== undefined) writeFileSync(approversFile, files.approvers);
  const people = files.approvers === undefined ? {} : { approversFile };
  const said: string[] = [];
  let port = 0;

  async function start() {
    const loaded = load({ policyDir, catalogueDir, mode: 'enforce' });
    if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
    const options = { mcpFile, policyDir, catalogueDir, dataDir, host: '127.0.0.1', port, watch: true };
    const daemon = await startDaemon(
      { ...options, ...people, ...files.waiting, mode: 'enforce', releaseWithinMs: 1000, graceMs: 500 },
      loaded.published,
      {},
      (line) => said.push(line),
    );
    port = Number(new URL(daemon.url).port);
    return daemon;
  }

  let running: Awaited<ReturnType<typeof start>> | undefined = await start();
  const stop = async () => {
    await running?.close();
    running = undefined;
  };
  const { url, socketPath } = running;
  return {
    dir,
    dataDir,
    url,
    control: daemonAt(socketPath),
    said,
    stop,
    async restart() {
      await stop();
      running = await start();
    },
    async [Symbol.asyncDispose]() {
      await stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

function writeInto(dir: string, files: Readonly<Record<string, string>>): void {
  mkdirSync(dir);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text);
}
