// SPDX-License-Identifier: Apache-2.0
// The command as people run it: its own process, its own exit code.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { delimiter, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';

const command = join(import.meta.dirname, '../../bin/countersign');

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Where {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
}

export function start(args: readonly string[], { cwd, env = {} }: Where = {}): ChildProcess {
  const { NO_COLOR: _plain, COUNTERSIGN_DATA: _data, COUNTERSIGN_MASTER_KEY: _key, ...rest } = process.env;
  const PATH = `${dirname(process.execPath)}${delimiter}${process.env.PATH ?? ''}`;
  return spawn(command, args, { cwd, env: { ...rest, PATH, ...env }, stdio: 'pipe' });
}

export async function run(args: readonly string[], stdin = '', where: Where = {}): Promise<Ran> {
  const child = start(args, where);
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => err.push(chunk));
  child.stdin?.on('error', () => undefined).end(stdin);
  const [code] = await once(child, 'close');
  return { code, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() };
}

/** Lines of a process's output as they come. */
export function linesOf(child: ChildProcess): AsyncIterator<string> {
  if (child.stdout === null) throw new Error('no output');
  return createInterface({ input: child.stdout })[Symbol.asyncIterator]();
}

export async function stop(child: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const closed = once(child, 'close');
  child.kill(signal);
  await closed;
}
