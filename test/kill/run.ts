// SPDX-License-Identifier: Apache-2.0
// Kills the daemon under load, again and again, and compares what the upstream did with what is on record.
// `node test/kill/run.ts --times 200` runs it at length.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { daemonAt } from '../../src/edges/cli/client.ts';
import { rawClient } from './raw-client.ts';

export interface KillReport {
  readonly kills: number;
  /** Calls that the upstream has in its account. */
  readonly effects: number;
  /** Results that a client got. */
  readonly answered: number;
  readonly effectsWithoutDecision: readonly string[];
  readonly answersWithoutObservation: readonly string[];
  readonly effectsTwice: readonly string[];
  /** Decisions that are neither observed nor closed after the last restart. */
  readonly stillOpen: number;
  readonly ambiguous: number;
  readonly verifyExitCode: number;
  readonly verifyOutput: string;
  readonly tookMs: number;
}

const root = join(import.meta.dirname, '../..');
const inFlight = 16;
const readyWithinMs = 30_000;

export async function runKills(
  times: number,
  onKill: (n: number) => void = () => undefined,
): Promise<KillReport> {
  const startedMs = performance.now();
  const dir = mkdtempSync(join(tmpdir(), 'countersign-kill-'));
  const account = join(dir, 'account.txt');
  const mcp = join(dir, 'mcp.json');
  writeFileSync(
    mcp,
    JSON.stringify({
      mcpServers: {
        account: {
          command: process.execPath,
          args: [join(import.meta.dirname, 'account-server.ts'), account],
        },
      },
    }),
  );
  const port = await freePort();
  const dataDir = join(dir, 'data');
  const start = () => startDaemon(mcp, dataDir, port);
  const answered = new Set<string>();
  let token: string | undefined;
  try {
    for (let n = 0; n < times; n++) {
      const daemon = await start();
      token ??= await newToken(dataDir);
      const stop = load(`http://127.0.0.1:${port}/mcp`, token, `${n}`, answered);
      // Mostly in the middle of the work; now and then while it is still coming up.
      const before = answered.size;
      if (Math.random() < 0.8) await until(() => answered.size > before, readyWithinMs);
      await sleep(Math.random() * 300);
      daemon.kill('SIGKILL');
      await once(daemon, 'exit');
      await stop();
      onKill(n + 1);
    }
    // A last start with nobody's hand in between: it must come up and close what was left open.
    const last = await start();
    const events = await recorded(dataDir);
    last.kill('SIGTERM');
    await once(last, 'exit');
    return {
      ...compare(account, events, answered),
      ...(await verified(dataDir)),
      kills: times,
      tookMs: performance.now() - startedMs,
    };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

// biome-ignore lint/suspicious/noExplicitAny: records are read here as any stranger would read them
type Recorded = any;

function compare(account: string, events: readonly Recorded[], answered: ReadonlySet<string>) {
  const effects = existsSync(account)
    ? readFileSync(account, 'utf8')
        .split('\n')
        .filter((id) => id !== '')
    : [];
  const allowed = new Map<string, string>();
  const open = new Set<string>();
  const okFor = new Set<string>();
  let ambiguous = 0;
  for (const event of events) {
    if (event.type === 'decision' && event.open !== undefined) {
      allowed.set(event.request.resource.id, event.id);
      open.add(event.id);
    }
    if (event.type === 'observation') {
      open.delete(event.decision);
      if (event.status === 'ok') okFor.add(event.decision);
      if (event.status === 'ambiguous') ambiguous++;
    }
  }
  const seen = new Set<string>();
  const effectsTwice = effects.filter((id) => seen.size === seen.add(id).size);
  return {
    effects: effects.length,
    answered: answered.size,
    effectsWithoutDecision: effects.filter((id) => !allowed.has(id)),
    answersWithoutObservation: [...answered].filter((id) => !okFor.has(allowed.get(id) ?? '')),
    effectsTwice,
    stillOpen: open.size,
    ambiguous,
  };
}

function load(url: string, token: string, run: string, answered: Set<string>): () => Promise<void> {
  const client = rawClient(url, token, inFlight);
  let over = false;
  const workers = Array.from({ length: inFlight }, async (_, worker) => {
    for (let i = 0; !over; i++) {
      const id = `${run}-${worker}-${i}`;
      try {
        const { body } = await client.callTool('account__note', { id });
        if (body.result !== undefined && body.result.isError !== true) answered.add(id);
      } catch {
        // The daemon was killed: what became of this call is what the test is about.
        if (!over) await sleep(5);
      }
    }
  });
  return async () => {
    over = true;
    client.close();
    await Promise.all(workers);
  };
}

async function startDaemon(mcp: string, dataDir: string, port: number): Promise<ChildProcess> {
  const args = ['up', '--mcp', mcp, '--listen', `127.0.0.1:${port}`];
  const own = [
    '--catalogue',
    join(import.meta.dirname, 'catalogue'),
    '--policies',
    join(import.meta.dirname, 'policies'),
  ];
  const child = spawn(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      join(root, 'src/main/cli.ts'),
      '--data',
      dataDir,
      ...args,
      ...own,
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let stderr = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr = (stderr + chunk.toString('utf8')).slice(-4000);
  });
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`not ready in ${readyWithinMs} ms: ${stderr}`)),
      readyWithinMs,
    );
    child.once('exit', (code) =>
      reject(new Error(`the daemon ended with ${code} before it was ready: ${stderr}`)),
    );
    if (child.stdout === null) return;
    createInterface({ input: child.stdout }).once('line', () => {
      clearTimeout(timer);
      resolve();
    });
  });
  child.removeAllListeners('exit');
  return child;
}

async function newToken(dataDir: string): Promise<string> {
  const reply = await daemonAt(join(dataDir, 'control.sock')).call('POST', '/v1/tasks', {
    type: 'kill',
    ttlMs: 3_600_000,
  });
  return reply.body.token;
}

async function recorded(dataDir: string): Promise<readonly Recorded[]> {
  const events: Recorded[] = [];
  for await (const { event } of daemonAt(join(dataDir, 'control.sock')).lines(
    '/v1/log',
    AbortSignal.timeout(60_000),
  )) {
    events.push(event);
  }
  return events;
}

async function verified(dataDir: string): Promise<{ verifyExitCode: number; verifyOutput: string }> {
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', join(root, 'src/main/cli.ts'), '--data', dataDir, 'verify'],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString('utf8');
    });
  }
  const [code] = await once(child, 'exit');
  return { verifyExitCode: code, verifyOutput: output };
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function until(holds: () => boolean, withinMs: number): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`nothing was answered in ${withinMs} ms`);
    await sleep(2);
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { times: { type: 'string', default: '200' } } });
  const report = await runKills(Number(values.times), (n) => process.stderr.write(`\r${n} kills`));
  process.stderr.write('\n');
  console.log(JSON.stringify(report, null, 2));
  const bad =
    report.effectsWithoutDecision.length +
    report.answersWithoutObservation.length +
    report.effectsTwice.length +
    report.stillOpen +
    report.verifyExitCode;
  process.exitCode = bad === 0 ? 0 : 1;
}
