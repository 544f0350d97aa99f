// SPDX-License-Identifier: Apache-2.0
// One case of the field: a directory of its own, the example's files in a daemon that is a process, clients of
// the SDK in front of it, and what `countersign explain` says of each of their calls.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Explanation } from '../../../src/app/explain.ts';
import { modernClient } from '../../builders/era.ts';
import { type DaemonFiles, type DaemonProcess, type Pass, runDaemon } from '../daemon-process.fixture.ts';

export const examples = join(import.meta.dirname, '../../../examples');

export interface FieldCase extends AsyncDisposable {
  readonly daemon: DaemonProcess;
  /** A task of its own, started by an operator, and a client that holds its token. */
  agent(order: object): Promise<FieldAgent>;
  /** These people say yes to what waits for the agent, each by the command. */
  agreed(agent: FieldAgent, ...people: readonly string[]): Promise<void>;
  /** Another session of the agent's task, with a client of its own. */
  again(agent: FieldAgent): Promise<FieldAgent>;
}

export interface FieldAgent extends Pass {
  tools(): Promise<readonly string[]>;
  call(tool: string, args: Readonly<Record<string, unknown>>): Promise<Answered>;
}

export interface Answered {
  /** `done`, `failed` by the server, or the code with which it was refused. */
  readonly code: string;
  /** What the model reads. */
  readonly text: string;
  /** What the server said for programs. */
  readonly structured: unknown;
  why(): Promise<Why>;
}

/** An explanation, and what of it is asked for by name. */
export interface Why extends Explanation {
  verdict(policy: string): Explanation['verdicts'][number] | undefined;
  fact(name: string): unknown;
  /** What history said to the conditions of a policy. */
  past(policy: string): readonly unknown[];
}

/** @param make what the daemon is started with; the directory is the case's own, for what its servers do */
export async function openCase(
  make: (dir: string) => DaemonFiles | Promise<DaemonFiles>,
): Promise<FieldCase> {
  await using opening = new AsyncDisposableStack();
  const dir = mkdtempSync(join(tmpdir(), 'cs-field-'));
  opening.defer(() => rmSync(dir, { recursive: true, force: true }));
  const files = await make(dir);
  // A machine that is busy with other tests may stand still for longer than an allow lives by default.
  // The case's own object: what a test sets in it holds from the next start on.
  const env = Object.assign(files.env ?? {}, { COUNTERSIGN_RELEASE_WITHIN: '10s', ...files.env });
  const daemon = opening.use(await runDaemon({ ...files, env }));
  const clients = opening.use(new AsyncDisposableStack());

  async function connected(pass: Pass): Promise<FieldAgent> {
    const client = await modernClient(daemon.url, pass.token);
    clients.defer(() => client.close());
    return {
      ...pass,
      tools: async () => (await client.listTools()).tools.map(({ name }) => name).sort(),
      async call(name, args) {
        const answer = await client.callTool({ name, arguments: { ...args } });
        const refused = refusalIn(answer._meta);
        const decision = refused?.decision ?? (await lastOf(pass, name));
        const text = answer.content.map((part) => (part.type === 'text' ? part.text : '')).join('\n');
        const code = refused?.code ?? (answer.isError === true ? 'failed' : 'done');
        return { code, text, structured: answer.structuredContent, why: () => whyOf(decision) };
      },
    };
  }

  /** The answer of an allowed call does not name its decision; clients of a case call one after the other. */
  async function lastOf({ session }: Pass, name: string): Promise<string> {
    const [server, target] = name.split('__');
    const events = await daemon.events(`session=${session}&type=decision`);
    const found = events.findLast(({ request }) => request.server === server && request.target === target);
    return found.id;
  }

  async function whyOf(decision: string): Promise<Why> {
    const { code, out, err } = await daemon.cli('explain', decision, '--json');
    if (code !== 0) throw new Error(`explain ${decision}: ${code} ${err}`);
    const explanation: Explanation = JSON.parse(out);
    return {
      ...explanation,
      verdict: (policy) => explanation.verdicts.find((one) => one.policy === policy),
      fact: (name) => explanation.facts.find((one) => one.name === name)?.value,
      past: (policy) => explanation.history.filter((one) => one.policy === policy).map(({ said }) => said),
    };
  }

  const open = opening.move();
  return {
    daemon,
    agent: async (order) => connected(await daemon.task(order)),
    async agreed({ session }, ...people) {
      const { out } = await daemon.cli('approvals', 'ls', '--json');
      const waiting = JSON.parse(out).approvals.filter((one: { session: string }) => one.session === session);
      for (const { approval } of waiting)
        for (const person of people) {
          const { code, err } = await daemon.cli('approvals', 'approve', approval, '--as', person, '--yes');
          if (code !== 0) throw new Error(err);
        }
    },
    async again({ task }) {
      const { status, body } = await daemon.control.call('POST', '/v1/sessions', { task });
      if (status !== 200) throw new Error(JSON.stringify(body));
      return connected(body);
    },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}

/** The `mcp.json` entry of a server of the examples. */
export function exampleServer(path: string, ...args: readonly string[]) {
  const quiet = '--disable-warning=ExperimentalWarning';
  return { command: process.execPath, args: [quiet, join(examples, path), ...args] };
}

/** People who all speak as the user of the test, in one group; whoever waits for them is told at once. */
export function askedIn(
  group: string,
  ...people: readonly string[]
): Pick<DaemonFiles, 'approvers' | 'flags'> {
  const me = `local:${process.getuid?.() ?? 0}`;
  const lines = people.map((name) => `  ${name}: { operators: ["${me}"] }`);
  return {
    approvers: `people:\n${lines.join('\n')}\ngroups: { ${group}: [${people.join(', ')}] }\n`,
    flags: ['--approval-hold', '0'],
  };
}

/** Where a case of the field keeps what a daemon reads. */
export function fieldFiles(name: string, tasks?: 'tasks'): NonNullable<DaemonFiles['from']> {
  const dir = join(examples, 'field', name);
  const from = { policies: join(dir, 'policies'), catalogue: join(dir, 'catalogue') };
  return tasks === undefined ? from : { ...from, tasks: join(dir, tasks) };
}

function refusalIn(meta: Readonly<Record<string, unknown>> | undefined) {
  const said = meta?.['dev.countersign/decision'];
  if (typeof said !== 'object' || said === null || !('code' in said) || !('decision' in said))
    return undefined;
  return { code: String(said.code), decision: String(said.decision) };
}
