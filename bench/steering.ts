// SPDX-License-Identifier: Apache-2.0
// How soon a revocation stops what runs: `node bench/steering.ts [--times N]`. Prints one JSON object.
//
// From the moment that a revocation is sent to the daemon (its decision and its commit are in it) to the moment that the upstream
// server finds its call aborted, against the round trip of one call through the gateway, both p99 of the same run. Two
// ways: one session with one call in flight, and a sweep over many. After each, the next call has to be refused.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { parseArgs } from 'node:util';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { createMcpHandler, fromJsonSchema, McpServer } from '@modelcontextprotocol/server';
import { rawClient } from '../test/kill/raw-client.ts';
import { type Pass, runDaemon } from '../test/scenarios/daemon-process.fixture.ts';

const { values } = parseArgs({ options: { times: { type: 'string', default: '300' } } });
const times = Number(values.times);
const sweptAtOnce = 32;
const sweeps = 10;

/** By what a call says of itself: when it began at the server, and when the server found it gone. */
const began = new Map<string, () => void>();
const gone = new Map<string, (atMs: number) => void>();

function holdingServer(): McpServer {
  const server = new McpServer({ name: 'hold', version: '1.0.0' });
  const inputSchema = fromJsonSchema<{ id: string; hold: boolean }>({
    type: 'object',
    properties: { id: { type: 'string', maxLength: 64 }, hold: { type: 'boolean' } },
    required: ['id', 'hold'],
    additionalProperties: false,
  });
  server.registerTool('hold', { description: 'Wait or answer', inputSchema }, async ({ id, hold }) => {
    if (hold) {
      began.get(id)?.();
      await new Promise((resolve) => setTimeout(resolve, 30_000).unref());
    }
    return { content: [{ type: 'text', text: id }] };
  });
  return server;
}

const handle = toNodeHandler(createMcpHandler(holdingServer));
const http = createServer((req, res) => {
  let body = '';
  req.on('data', (chunk: Buffer) => {
    body += chunk;
  });
  res.on('close', () => {
    const id = /"id":"(h-[^"]+)"/.exec(body)?.[1];
    if (!res.writableEnded && id !== undefined) gone.get(id)?.(performance.now());
  });
  // biome-ignore lint/suspicious/noExplicitAny: the SDK's type of a request leaves no room for Node's own
  void handle(req as any, res);
});
http.listen(0, '127.0.0.1');
await once(http, 'listening');
const address = http.address();
if (typeof address !== 'object' || address === null) throw new Error('no port');

await using daemon = await runDaemon({
  mcpServers: { h: { url: `http://127.0.0.1:${address.port}/mcp` } },
});
await daemon.accept('h');

const clientOf = ({ token }: Pass) => rawClient(daemon.url, token, 4);
const post = async (path: string, body: object): Promise<void> => {
  const { status, body: said } = await daemon.control.call('POST', path, body);
  if (status !== 200) throw new Error(JSON.stringify(said));
};

let next = 0;
/** A call that runs at the server. */
async function flying(pass: Pass): Promise<{ readonly stopped: Promise<number> }> {
  const id = `h-${next++}`;
  const atServer = new Promise<void>((resolve) => began.set(id, resolve));
  const stopped = new Promise<number>((resolve) => gone.set(id, resolve));
  clientOf(pass)
    .callTool('h__hold', { id, hold: true })
    .catch(() => undefined);
  await atServer;
  return { stopped };
}

async function refused(pass: Pass): Promise<boolean> {
  try {
    const { status, body } = await clientOf(pass).callTool('h__hold', { id: 'x', hold: false });
    return status === 401 || body.result?.isError === true || body.error !== undefined;
  } catch {
    return true;
  }
}

async function roundTrips(): Promise<readonly number[]> {
  const client = clientOf(await daemon.task());
  const took: number[] = [];
  for (let i = 0; i < times + 100; i++) {
    const startMs = performance.now();
    const { body } = await client.callTool('h__hold', { id: 'x', hold: false });
    if (body.result === undefined || body.result.isError === true) throw new Error(JSON.stringify(body));
    if (i >= 100) took.push(performance.now() - startMs);
  }
  return took;
}

const before = await roundTrips();
let notRefused = 0;
const one: number[] = [];
for (let i = 0; i < times; i++) {
  const pass = await daemon.task({ agent: `a${i}` });
  const { stopped } = await flying(pass);
  const startMs = performance.now();
  const done = post('/v1/revoke', { scope: 'session', target: pass.session, reason: 'bench' });
  one.push((await stopped) - startMs);
  await done;
  if (!(await refused(pass))) notRefused++;
}
const many: number[] = [];
for (let i = 0; i < sweeps; i++) {
  const agent = `s${i}`;
  const passes: Pass[] = [];
  const calls: { readonly stopped: Promise<number> }[] = [];
  for (let n = 0; n < sweptAtOnce; n++) {
    const pass = await daemon.task({ agent });
    passes.push(pass);
    calls.push(await flying(pass));
  }
  const startMs = performance.now();
  const done = post('/v1/revoke/matching', { agent, reason: 'bench' });
  many.push(...(await Promise.all(calls.map(async ({ stopped }) => (await stopped) - startMs))));
  await done;
  for (const pass of passes) if (!(await refused(pass))) notRefused++;
}
const roundTripMs = [...before, ...(await roundTrips())];

const goal = 10;
const against = (took: readonly number[]) => {
  const times99 = quantile(took, 0.99) / quantile(roundTripMs, 0.99);
  return {
    p50Ms: rounded(quantile(took, 0.5)),
    p99Ms: rounded(quantile(took, 0.99)),
    'times the round trip, p99 to p99': rounded(times99),
    'times the round trip, p99 to p50': rounded(quantile(took, 0.99) / quantile(roundTripMs, 0.5)),
    reached: times99 <= goal,
  };
};
console.log(
  JSON.stringify(
    {
      node: process.version,
      roundTrip: {
        p50Ms: rounded(quantile(roundTripMs, 0.5)),
        p99Ms: rounded(quantile(roundTripMs, 0.99)),
      },
      [`one call in flight, ${times} times: ${goal} round trips at most`]: against(one),
      [`${sweptAtOnce} calls of one sweep, ${sweeps} times`]: against(many),
      'next calls that were not refused': notRefused,
    },
    null,
    2,
  ),
);
http.closeAllConnections();
http.close();

function quantile(values: readonly number[], q: number): number {
  return [...values].sort((a, b) => a - b)[Math.ceil(values.length * q) - 1] ?? 0;
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
