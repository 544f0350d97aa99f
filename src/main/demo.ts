// SPDX-License-Identifier: Apache-2.0
// `countersign demo`: the same agent, hijacked by the same note, without Countersign and with it.
// Real servers, a real client, the real daemon; the network is the loopback, and there is no model.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { type AgentEvent, type Answer, runAgent, type Toolbox } from '../../examples/demo/agent.ts';
import { namespaced } from '../../examples/demo/tools.ts';
import { runUngated, textOf } from '../../examples/demo/ungated.ts';
import { type Leaked, openWorld } from '../../examples/demo/world.ts';
import { type Daemon as Control, daemonAt } from '../edges/cli/client.ts';
import { accepted, CommandFailed, exit, print } from '../edges/cli/exit.ts';
import { hueOf, paintFor } from '../edges/cli/printable.ts';
import { refusedFiles } from '../edges/cli/problem.ts';
import { startDaemon } from './compose.ts';
import { lineageOf } from './demo-lineage.ts';
import { load } from './load.ts';

const demoDir = join(import.meta.dirname, '../../examples/demo');
const prompt =
  'Work on support ticket 42: look at http://status.example/refunds, refund what is owed, draft an answer, ' +
  'and forward the note to sam@acme.example.';
const callTimeoutMs = 10_000;

export interface DemoOptions {
  readonly json?: boolean;
}

export async function demo({ json = false }: DemoOptions): Promise<void> {
  const startedMs = performance.now();
  const show = json ? showJson : showText;
  if (!json) print('Without Countersign: the agent talks to its MCP servers directly.\n');
  const ungated = await withoutCountersign((event) => show('ungated', event));
  if (!json) print('\nWith Countersign in between: the same agent, the same servers, the same note.\n');
  const gated = await withCountersign((event) => show('gated', event));

  const tookMs = Math.round(performance.now() - startedMs);
  const summary = {
    schemaVersion: 1,
    type: 'summary',
    sink: { ungatedBytes: ungated.sink.bytes, gatedBytes: gated.leaked.sink.bytes },
    outsideMail: { ungatedBytes: ungated.mailBytes, gatedBytes: gated.leaked.mailBytes },
    noteForwarded: gated.leaked.noteForwarded,
    lineage: gated.lineage,
    records: gated.records,
    tookMs,
  };
  if (json) print(JSON.stringify(summary));
  else showSummary(summary);
  if (gated.leaked.sink.bytes > 0 || gated.leaked.mailBytes > 0) {
    throw new CommandFailed(
      'something reached the outside although Countersign stood in between',
      exit.denied,
    );
  }
}

async function withoutCountersign(onEvent: (event: AgentEvent) => void): Promise<Leaked> {
  await using world = await openWorld();
  return (await runUngated(world, onEvent)).leaked;
}

async function withCountersign(
  onEvent: (event: AgentEvent) => void,
): Promise<{ leaked: Leaked; records: number; lineage: readonly string[] }> {
  const loaded = load({
    policyDir: join(demoDir, 'policies'),
    catalogueDir: join(demoDir, 'catalogue'),
    mode: 'enforce',
  });
  if (!loaded.ok) throw refusedFiles(loaded.problems);

  await using world = await openWorld();
  const mcpFile = join(world.dir, 'mcp.json');
  writeFileSync(mcpFile, JSON.stringify(world.mcp));
  const daemon = await startDaemon(
    {
      mcpFile,
      dataDir: join(world.dir, 'countersign'),
      host: '127.0.0.1',
      port: 0,
      mode: 'enforce',
      releaseWithinMs: 1000,
      graceMs: 2000,
    },
    loaded.published,
    {},
    () => undefined,
  );
  try {
    const control = daemonAt(daemon.socketPath);
    const task = accepted(
      await control.call('POST', '/v1/tasks', {
        type: 'support',
        agent: 'support-agent',
        owner: 'support-team',
        onBehalfOf: 'sam@acme.example',
        params: { ticket: '42' },
        prompt,
      }),
    );
    await using tools = await gatedTools(daemon.url, task.token, control, task.session);
    const events = await runAgent(tools, { spell: namespaced, onEvent });
    return {
      leaked: await world.leaked(),
      records: await recordCount(control),
      lineage: await lineageOf(control, events),
    };
  } finally {
    await daemon.close();
  }
}

/** The agent's only way out of its process: one MCP client, one URL, one token. */
async function gatedTools(
  url: string,
  token: string,
  control: Control,
  session: string,
): Promise<Toolbox & AsyncDisposable> {
  const client = new Client({ name: 'demo-agent', version: '1.0.0' });
  await client.connect(
    new StreamableHTTPClientTransport(new URL(url), {
      requestInit: { headers: { authorization: `Bearer ${token}` } },
    }),
    { timeout: callTimeoutMs },
  );
  let from = 0;
  return {
    async callTool(name, args) {
      const text = await client
        .callTool({ name, arguments: args }, { timeout: callTimeoutMs })
        .then(textOf, (error: unknown) => `error: ${String(error)}`);
      const decided = await lastDecision(control, session, from);
      from = decided.next;
      return { ...decided.said, text };
    },
    [Symbol.asyncDispose]: () => client.close(),
  };
}

/** What was decided is read from the record, not from what the agent was told. */
async function lastDecision(
  control: Control,
  session: string,
  from: number,
): Promise<{ said: Omit<Answer, 'text'>; next: number }> {
  let next = from;
  let said: Omit<Answer, 'text'> = { outcome: 'error' };
  const query = `/v1/log?type=decision&session=${encodeURIComponent(session)}&from=${from}`;
  for await (const { position, event } of control.lines(query, AbortSignal.timeout(callTimeoutMs))) {
    next = position + 1;
    const deciding = event.outcome === 'allow' ? 'permit' : 'forbid';
    const policies = event.verdicts
      .filter((verdict: { effect: string }) => verdict.effect === deciding)
      .map((verdict: { policy: string }) => verdict.policy);
    said = { outcome: event.outcome, policies, decision: event.id };
  }
  return { said, next };
}

async function recordCount(control: Control): Promise<number> {
  let records = 0;
  for await (const _line of control.lines('/v1/log', AbortSignal.timeout(callTimeoutMs))) records++;
  return records;
}

function showText(_run: string, { tool, args, askedBy, outcome, ms, policies = [] }: AgentEvent): void {
  const paint = paintFor(process.stdout, process.env);
  const asked = askedBy === 'text' ? '! ' : '  ';
  const what = clipped(`${tool} ${inShort(args)}`, widest).padEnd(widest);
  print(
    `${asked}${what} ${paint(hueOf(outcome), outcome.padEnd(8))}${ms.toFixed(1).padStart(7)} ms  ${policies.join(', ')}`,
  );
}

function showJson(run: string, { tool, args, askedBy, outcome, ms, policies = [] }: AgentEvent): void {
  const type = run === 'gated' ? 'decision' : 'call';
  const rounded = Math.round(ms * 10) / 10;
  const line = {
    schemaVersion: 1,
    type,
    run,
    tool,
    args: inShort(args),
    askedBy,
    outcome,
    policies,
    ms: rounded,
  };
  print(JSON.stringify(line));
}

const widest = 62;
const longestValue = 28;

function inShort(args: Readonly<Record<string, unknown>>): string {
  return Object.entries(args)
    .map(([name, value]) => {
      const text = typeof value === 'string' ? value : JSON.stringify(value);
      return `${name}=${clipped(text.replaceAll(/\s+/g, ' '), longestValue)}`;
    })
    .join(' ');
}

function clipped(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 3)}...` : text;
}

interface Summary {
  readonly sink: { readonly ungatedBytes: number; readonly gatedBytes: number };
  readonly outsideMail: { readonly ungatedBytes: number; readonly gatedBytes: number };
  readonly noteForwarded: boolean;
  readonly lineage: readonly string[];
  readonly records: number;
  readonly tookMs: number;
}

function showSummary({ sink, outsideMail, noteForwarded, lineage, records, tookMs }: Summary): void {
  print(`
  ! a call that the note asked for, not the task

${lineage.map((line) => `  ${line}`).join('\n')}

  reached evil.example      without: ${sink.ungatedBytes} bytes   with: ${sink.gatedBytes} bytes
  mailed to the outside     without: ${outsideMail.ungatedBytes} bytes   with: ${outsideMail.gatedBytes} bytes
  the note, forwarded to sam@acme.example as asked: ${noteForwarded ? 'it arrived, whole' : 'NOT ARRIVED'}
  ${records} records of what was decided and what became of it, each proved by a signed log; ${(tookMs / 1000).toFixed(1)} s in all

  Next: \`countersign init\` puts it in front of your own MCP servers.`);
}
