// SPDX-License-Identifier: Apache-2.0
// What standing in the path costs: `node bench/gateway/run.ts [--calls N]`. Prints one JSON object.
//
// S = p50 of the SDK's client calling the SDK's own HTTP server directly; F = p50 of one 2 kB write +
// fdatasync. Both are measured in the same run, before and after, and the goals are in terms of them.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { daemonAt } from '../../src/edges/cli/client.ts';
import { rawClient } from '../../test/kill/raw-client.ts';

const { values } = parseArgs({ options: { calls: { type: 'string', default: '2000' } } });
const calls = Number(values.calls);
const inFlight = 32;
const here = import.meta.dirname;
const dir = mkdtempSync(join(tmpdir(), 'countersign-bench-'));
const children: ChildProcess[] = [];

try {
  const direct = await started([join(here, 'echo-server.ts')]);
  writeFileSync(
    join(dir, 'mcp.json'),
    JSON.stringify({
      mcpServers: {
        'stdio-echo': { command: process.execPath, args: [join(here, 'echo-server.ts'), '--stdio'] },
        'http-echo': { url: direct },
      },
    }),
  );
  const own = [
    '--catalogue',
    join(here, 'catalogue'),
    '--policies',
    join(here, 'policies'),
    '--listen',
    '127.0.0.1:0',
  ];
  const dataDir = join(dir, 'data');
  const url = await started([
    'src/main/cli.ts',
    '--data',
    dataDir,
    'up',
    '--mcp',
    join(dir, 'mcp.json'),
    ...own,
  ]);
  const { body } = await daemonAt(join(dataDir, 'control.sock')).call('POST', '/v1/tasks', {
    type: 'bench',
    ttlMs: 3_600_000,
  });

  const fBefore = diskMs();
  const sdkDirect = await sdkClient(direct, 'echo');
  const sdkStdio = await sdkClient(url, 'stdio-echo__echo', body.token);
  const sdkHttp = await sdkClient(url, 'http-echo__echo', body.token);
  const rawStdio = raw(url, 'stdio-echo__echo', body.token);
  const rawDirect = raw(direct, 'echo', '');

  const sBefore = await p50(sdkDirect);
  const latency = {
    sdkToStdio: await p50(sdkStdio),
    rawToStdio: await p50(rawStdio),
    sdkToHttp: await p50(sdkHttp),
  };
  const sAfter = await p50(sdkDirect);
  const fAfter = diskMs();
  const S = (sBefore + sAfter) / 2;
  const F = (fBefore + fAfter) / 2;
  const throughput = { sdkServer: await perSecond(rawDirect), gateway: await perSecond(rawStdio) };

  const goal = (ms: number, limit: number) => ({
    p50Ms: rounded(ms),
    goalMs: rounded(limit),
    reached: ms <= limit,
  });
  console.log(
    JSON.stringify(
      {
        node: process.version,
        calls,
        sMs: rounded(S),
        fMs: rounded(F),
        'HTTP->stdio, SDK client: 0.35 S + 2.6 F': goal(latency.sdkToStdio, 0.35 * S + 2.6 * F),
        'HTTP->stdio, raw client: 0.12 S + 2.6 F': goal(latency.rawToStdio, 0.12 * S + 2.6 * F),
        'HTTP->HTTP, SDK client: 1.2 S + 2.6 F': goal(latency.sdkToHttp, 1.2 * S + 2.6 * F),
        [`throughput at ${inFlight} in flight: 4x the SDK's own server`]: {
          gatewayPerSecond: Math.round(throughput.gateway),
          sdkServerPerSecond: Math.round(throughput.sdkServer),
          ratio: rounded(throughput.gateway / throughput.sdkServer),
          reached: throughput.gateway >= 4 * throughput.sdkServer,
        },
      },
      null,
      2,
    ),
  );
} finally {
  for (const child of children) child.kill('SIGTERM');
  await Promise.all(children.map((child) => (child.exitCode === null ? once(child, 'exit') : undefined)));
  rmSync(dir, { recursive: true, force: true });
}
process.exit(0);

type Call = () => Promise<void>;

async function sdkClient(url: string, name: string, token?: string): Promise<Call> {
  const client = new Client({ name: 'bench', version: '1.0.0' });
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } }));
  return async () => {
    const { content, isError } = await client.callTool({ name, arguments: { text: 'hello' } });
    if (isError === true) throw new Error(`refused: ${JSON.stringify(content)}`);
  };
}

function raw(url: string, name: string, token: string): Call {
  const client = rawClient(url, token, inFlight);
  return async () => {
    const { body } = await client.callTool(name, { text: 'hello' });
    if (body.result === undefined || body.result.isError === true) throw new Error(JSON.stringify(body));
  };
}

async function p50(call: Call): Promise<number> {
  for (let i = 0; i < 200; i++) await call();
  const times: number[] = [];
  for (let i = 0; i < calls; i++) {
    const start = performance.now();
    await call();
    times.push(performance.now() - start);
  }
  return median(times);
}

async function perSecond(call: Call): Promise<number> {
  for (let i = 0; i < 200; i++) await call();
  const start = performance.now();
  let left = calls * 2;
  await Promise.all(
    Array.from({ length: inFlight }, async () => {
      while (left-- > 0) await call();
    }),
  );
  return (calls * 2 * 1000) / (performance.now() - start);
}

function diskMs(): number {
  const file = openSync(join(dir, 'disk'), 'w');
  const record = Buffer.alloc(2000, 'x');
  const times = Array.from({ length: 1000 }, () => {
    const start = performance.now();
    writeSync(file, record);
    fdatasyncSync(file);
    return performance.now() - start;
  });
  closeSync(file);
  return median(times);
}

async function started(args: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    cwd: join(here, '../..'),
  });
  children.push(child);
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  const url = /http:\/\/\S+/.exec(line)?.[0];
  if (url === undefined) throw new Error(`no URL in the ready line: ${line}`);
  return url;
}

function median(times: readonly number[]): number {
  return [...times].sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
