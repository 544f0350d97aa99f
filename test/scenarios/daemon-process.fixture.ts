// SPDX-License-Identifier: Apache-2.0
// The daemon as people run it: a process of `bin/countersign up`, asked over its socket and its URL, stopped by signals.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Daemon as Control, daemonAt } from '../../src/edges/cli/client.ts';
import { socketPathOf } from '../../src/main/socket-path.ts';
import { permitAll } from './daemon.fixture.ts';

export interface DaemonProcess extends AsyncDisposable {
  readonly dir: string;
  /** Of the endpoint of all upstreams; append `/<server>` for one. */
  readonly url: string;
  readonly dataDir: string;
  readonly control: Control;
  pid(): number;
  /** All that it has said, over all its starts. */
  said(): string;
  /** A task of its own with a token for its first session. */
  task(order?: object): Promise<Pass>;
  /** Accepts what the upstreams declare now, as a person would who looked at it. */
  accept(...servers: readonly string[]): Promise<void>;
  /** Runs a command of the CLI against it. */
  cli(...args: readonly string[]): Promise<Ran>;
  // biome-ignore lint/suspicious/noExplicitAny: records are read here as any stranger would read them
  events(query?: string): Promise<readonly any[]>;
  /** @returns its exit code */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
  start(): Promise<void>;
}

export interface Pass {
  readonly token: string;
  readonly task: string;
  readonly session: string;
  readonly agent: string;
}

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface DaemonFiles {
  readonly mcpServers: Readonly<Record<string, object>>;
  /** An example's directories, read where they lie and never written. Without it, they are made of the two below. */
  readonly from?: { readonly policies: string; readonly catalogue: string; readonly tasks?: string };
  readonly policies?: string;
  /** By server: lines of YAML beside `server:`, for what `accept` does not propose. */
  readonly catalogue?: Readonly<Record<string, string>>;
  readonly mode?: 'enforce' | 'shadow';
  /** The file of approvers; without it nobody is asked. */
  readonly approvers?: string;
  /** The file of signals; without it there are none. A test may write it again. */
  readonly signals?: string;
  /** More flags of `up`. */
  readonly flags?: readonly string[];
  /** Of the daemon, besides that of the test. */
  readonly env?: Readonly<Record<string, string>>;
}

const root = join(import.meta.dirname, '../..');
const command = join(root, 'bin/countersign');
const readyWithinMs = 30_000;

export async function runDaemon(files: DaemonFiles): Promise<DaemonProcess> {
  const dir = mkdtempSync(join(tmpdir(), 'cs-process-'));
  const dataDir = join(dir, 'data');
  const mcpFile = join(dir, 'mcp.json');
  writeFileSync(mcpFile, JSON.stringify({ mcpServers: files.mcpServers }));
  const approvers = join(dir, 'approvers.yaml');
  if (files.approvers !== undefined) writeFileSync(approvers, files.approvers);
  const signals = join(dir, 'signals.yaml');
  if (files.signals !== undefined) writeFileSync(signals, files.signals);
  const from = files.from ?? written(dir, files);
  const control = daemonAt(socketPathOf(dataDir));

  let child: ChildProcess | undefined;
  let said = '';
  let url = '';
  let listen = '127.0.0.1:0';

  async function start() {
    const own = [
      '--policies',
      from.policies,
      '--catalogue',
      from.catalogue,
      '--mode',
      files.mode ?? 'enforce',
    ];
    if (from.tasks !== undefined) own.push('--tasks', from.tasks);
    if (files.approvers !== undefined) own.push('--approvers', approvers);
    if (files.signals !== undefined) own.push('--signals', signals);
    own.push(...(files.flags ?? []));
    const args = ['up', '--mcp', mcpFile, '--data', dataDir, '--listen', listen, ...own];
    const env = { ...process.env, ...files.env };
    const started = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env });
    child = started;
    started.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString('utf8');
    });
    url = await new Promise<string>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`not ready: ${said}`)), readyWithinMs);
      const over = (code: number | null) => reject(new Error(`ended with ${code} before ready: ${said}`));
      started.once('exit', over);
      createInterface({ input: started.stdout }).once('line', (line) => {
        clearTimeout(timer);
        started.off('exit', over);
        resolve(/^ready (\S+)/.exec(line)?.[1] ?? '');
      });
    });
    listen = new URL(url).host;
  }

  async function stop(signal: NodeJS.Signals = 'SIGTERM') {
    const running = child;
    child = undefined;
    if (running === undefined) return null;
    const ended = once(running, 'exit');
    running.kill(signal);
    const [code] = await ended;
    return code;
  }

  async function ok(path: string, body: object) {
    const reply = await control.call('POST', path, body);
    if (reply.status !== 200) throw new Error(`${path}: ${reply.status} ${JSON.stringify(reply.body)}`);
    return reply.body;
  }

  await start();
  return {
    dir,
    dataDir,
    control,
    get url() {
      return url;
    },
    pid: () => child?.pid ?? 0,
    said: () => said,
    task: (order = {}) => ok('/v1/tasks', { type: 'test', ttlMs: 600_000, ...order }),
    async accept(...servers) {
      for (const server of servers) {
        const { body } = await control.call('GET', `/v1/catalogue/diff?server=${server}`);
        const [found] = body.servers;
        if (!found.reachable) throw new Error(`${server}: ${found.reason}`);
        const tools = found.changes.map(({ tool, digest }: { tool: string; digest?: string }) => ({
          tool,
          digest: digest ?? '',
        }));
        if (tools.length > 0) await ok('/v1/catalogue/accept', { server, tools });
      }
    },
    cli: (...args) =>
      new Promise((resolve) => {
        execFile(command, [...args, '--data', dataDir], (error, out, err) =>
          resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err }),
        );
      }),
    async events(query = '') {
      const found = [];
      const lines = control.lines(`/v1/log?${query}`, AbortSignal.timeout(20_000));
      for await (const { event } of lines) found.push(event);
      return found;
    },
    stop,
    start,
    async [Symbol.asyncDispose]() {
      await stop('SIGKILL');
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

function written(dir: string, files: DaemonFiles): NonNullable<DaemonFiles['from']> {
  const [policies, catalogue] = [join(dir, 'policies'), join(dir, 'catalogue')];
  mkdirSync(policies);
  mkdirSync(catalogue);
  writeFileSync(join(policies, 'test.cedar'), files.policies ?? permitAll);
  for (const [server, lines] of Object.entries(files.catalogue ?? {}))
    writeFileSync(join(catalogue, `${server}.yaml`), `server: ${server}\n${lines}\n`);
  return { policies, catalogue };
}
