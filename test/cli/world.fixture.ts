// SPDX-License-Identifier: Apache-2.0
/**
 * Where commands are tried: four daemons that policy treats differently, what a fifth left behind when it was killed,
 * and what only looks like a daemon, over copies of that; with policies that are right, wrong and untidy.
 */
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { type Ran, run } from '../evidence/process.fixture.ts';
import { modern } from '../mcp/wire.ts';
import { type Accounting, openAccounting, tool } from '../scenarios/accounting.fixture.ts';
import { permitAll } from '../scenarios/daemon.fixture.ts';
import { type DaemonProcess, runDaemon } from '../scenarios/daemon-process.fixture.ts';
import { type BrokenDaemon, brokenDaemon, type Fault, faults } from './daemons.fixture.ts';

export interface World extends AsyncDisposable {
  /** A path in it: `here` is where commands run, `left` the data directory of the daemon that was killed. */
  at(...parts: readonly string[]): string;
  /** The upstream of all the daemons. */
  readonly acc: Accounting;
  /** Everything is permitted. */
  readonly open: DaemonProcess;
  /** Nothing may be administered. */
  readonly forbids: DaemonProcess;
  /** Administration is asked about. */
  readonly asks: DaemonProcess;
  /** Only publishing is forbidden. */
  readonly unpublished: DaemonProcess;
  readonly broken: ReadonlyMap<Fault, BrokenDaemon>;
  /** That allowed a call, in the store that was left behind; its receipt is the file `receipt`. */
  readonly decision: string;
  /** Runs a command with what follows it. */
  countersign(command: string, more?: readonly string[], stdin?: string): Promise<Ran>;
  /** What `command` was seen to exit with. */
  saw(command: string, code: number): void;
  /** `command code`, each once. */
  seen(): readonly string[];
}

const acts = [
  'task.start',
  'prompt.submit',
  'task.end',
  'revoke',
  'pause',
  'autonomy.lower',
  'autonomy.raise',
  'quarantine',
  'resume',
  'stop.all',
  'resume.all',
  'record.read',
  'approval.decide',
  'review.close',
  'message.test',
  'label.endorse',
  'label.declassify',
  'break_glass.close',
  'break_glass.open',
  'catalogue.accept',
  'signal.set',
  'signal.clear',
  'deferral.cancel',
  'policy.publish',
];
export const forbidding = (annotations: string, actions = acts) =>
  `${permitAll}@id("admin") @reason("Not today.") ${annotations}
forbid (principal is Operator, action in [${actions.map((name) => `Action::"${name}"`)}], resource);\n`;
export const asking = '@outcome("step_up") @approvers("platform") @expires("1h")';

export async function openWorld(): Promise<World> {
  const dir = mkdtempSync(join(tmpdir(), 'cs-cli-'));
  const at = (...parts: readonly string[]) => join(dir, ...parts);
  for (const name of ['home', 'here', 'empty', 'policies', 'bad', 'untidy']) mkdirSync(at(name));
  writeFileSync(at('policies', 'all.cedar'), permitAll);
  writeFileSync(at('bad', 'bad.cedar'), 'permit (principal');
  writeFileSync(at('untidy', 'a.cedar'), '@id("a") permit(principal,action,resource);');
  writeFileSync(at('mcp.json'), '{"mcpServers":{}}', { mode: 0o600 });

  const acc = openAccounting([tool('note')]);
  const mcpServers = { acc: acc.server };
  const daemon = (policies?: string) =>
    runDaemon({ mcpServers, ...(policies === undefined ? {} : { policies }) });
  const [open, forbids, asks, unpublished] = await Promise.all([
    daemon(),
    daemon(forbidding('')),
    daemon(forbidding(asking)),
    daemon(forbidding('', ['policy.publish'])),
  ]);
  const decision = await leaveBehind(await daemon(), at('left'), at('receipt'));
  const broken = new Map<Fault, BrokenDaemon>();
  for (const fault of Object.keys(faults) as Fault[])
    broken.set(fault, await brokenDaemon(fault, at(fault), at('left')));

  const seen = new Set<string>();
  const where = { cwd: at('here'), env: { HOME: at('home') } };
  return {
    at,
    acc,
    open,
    forbids,
    asks,
    unpublished,
    broken,
    decision,
    async countersign(command, more = [], stdin = '') {
      const ran = await run([...command.split(' '), ...more], stdin, where);
      seen.add(`${command} ${ran.code}`);
      return ran;
    },
    saw: (command, code) => void seen.add(`${command} ${code}`),
    seen: () => [...seen],
    async [Symbol.asyncDispose]() {
      for (const one of [...broken.values(), open, forbids, asks, unpublished])
        await one[Symbol.asyncDispose]();
      acc.remove();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** @returns the decision of a call that was made */
async function leaveBehind(daemon: DaemonProcess, dataDir: string, receipt: string): Promise<string> {
  await using _over = daemon;
  await daemon.accept('acc');
  await callNote(daemon);
  const { id } = (await daemon.events('type=decision&outcome=allow')).at(-1);
  expect((await daemon.cli('receipt', id, '--out', receipt)).code).toBe(0);
  await daemon.stop('SIGKILL');
  cpSync(daemon.dataDir, dataDir, { recursive: true, filter: (path) => !path.endsWith('.sock') });
  return id;
}

export async function callNote(daemon: DaemonProcess, args = {}): Promise<void> {
  const { token } = await daemon.task();
  const headers = { 'mcp-name': 'acc__note' };
  await modern(daemon.url, token, 'tools/call', { name: 'acc__note', arguments: args }, { headers });
}

/** JSON was asked for, and the command failed: there is one object about it, and a person hears the same. */
export function expectFailure(ran: Ran, code: number, message: RegExp): void {
  expect(ran, ran.stderr).toMatchObject({ code, stderr: expect.stringMatching(message) });
  const [line = '', ...more] = ran.stdout.trimEnd().split('\n');
  const told = JSON.parse(line);
  expect(told).toMatchObject({ schemaVersion: 1, ok: false, exit: code, code: expect.stringMatching(/^\w/) });
  expect(ran.stderr).toContain(told.message.split('\n')[0]);
  expect(more).toEqual([]);
}
