// SPDX-License-Identifier: Apache-2.0
/**
 * A child process that speaks lines, from its start to the certainty that it and what it started are gone.
 *
 * It gets none of our environment but what a program cannot run without: ours holds secrets that are
 * not meant for it. It leads its own process group, so that the end reaches what it has started itself.
 *
 * Source: MCP 2025-11-25, "Lifecycle", "Shutdown" (close its input, then SIGTERM, then SIGKILL).
 */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createLineReader, type LineEvents } from './lines.ts';

export interface ChildCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

export interface Child {
  readonly pid: number;
  /** Bytes that it has not read yet. */
  readonly unreadBytes: () => number;
  write(frame: string): void;
  /** Resolves when it has ended and all that it wrote has been read. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

export class ChildNotStarted extends Error {
  /** Of the operating system, such as `ENOENT`; never the command or its arguments, which may be secret. */
  readonly code: string;
  constructor(code: string) {
    super(`it cannot be started: ${code}`);
    this.name = 'ChildNotStarted';
    this.code = code;
  }
}

const INHERITED = ['PATH', 'HOME', 'LANG'];
const TERM_AFTER_MS = 1_000;
const KILL_AFTER_MS = 3_000;
const PIPES_AFTER_MS = 500;
const MAX_STDERR_LINE_BYTES = 8 * 1024;

/** @throws {ChildNotStarted} */
export async function startChild(
  command: ChildCommand,
  stdout: LineEvents,
  onStderrLine: (line: string) => void,
): Promise<Child> {
  const child = await spawned(command);
  const pid = child.pid ?? 0;
  let exited = false;
  let resolveEnded: () => void = () => {};
  const ended = new Promise<void>((resolve) => {
    resolveEnded = resolve;
  });

  const out = createLineReader(stdout);
  child.stdout.on('data', (chunk: Buffer) => out.feed(chunk));
  const errors = createLineReader({
    maxLineBytes: MAX_STDERR_LINE_BYTES,
    onLine: (line) => onStderrLine(line.toString('utf8')),
    onOversized: (head) => onStderrLine(`${head.toString('utf8')}...`),
  });
  child.stderr.on('data', (chunk: Buffer) => errors.feed(chunk));
  // A broken pipe is followed by the end of the process, or is the same as one.
  child.stdin.on('error', () => void stop());
  child.stdout.on('error', () => {});
  child.stderr.on('error', () => {});
  child.on('error', () => {});
  // At once, while the group's id cannot have been given to another: what it left running holds our pipes.
  child.on('exit', () => {
    exited = true;
    signalGroup(pid, 'SIGKILL');
    // What has left the group may hold the pipes for ever.
    setTimeout(() => {
      child.stdout.destroy();
      child.stderr.destroy();
    }, PIPES_AFTER_MS).unref();
  });
  child.on('close', () => resolveEnded());

  let stopping: Promise<void> | undefined;
  function stop(): Promise<void> {
    stopping ??= (async () => {
      child.stdin.end();
      const signal = (name: NodeJS.Signals): void => {
        if (!exited) signalGroup(pid, name);
      };
      const term = setTimeout(signal, TERM_AFTER_MS, 'SIGTERM');
      const kill = setTimeout(signal, KILL_AFTER_MS, 'SIGKILL');
      await ended;
      clearTimeout(term);
      clearTimeout(kill);
    })();
    return stopping;
  }

  return {
    pid,
    ended,
    stop,
    unreadBytes: () => child.stdin.writableLength,
    write(frame) {
      if (!child.stdin.writable) return;
      // What is let go in one turn leaves in one system call.
      if (child.stdin.writableCorked === 0) {
        child.stdin.cork();
        process.nextTick(() => child.stdin.uncork());
      }
      child.stdin.write(`${frame}\n`);
    },
  };
}

function spawned(command: ChildCommand): Promise<ChildProcessWithoutNullStreams> {
  return new Promise((resolve, reject) => {
    const fail = (error: unknown): void => reject(new ChildNotStarted(codeOf(error)));
    try {
      const child = spawn(command.command, [...command.args], {
        env: minimalEnvironment(command.env),
        stdio: ['pipe', 'pipe', 'pipe'],
        detached: true,
        ...(command.cwd === undefined ? {} : { cwd: command.cwd }),
      });
      child.once('error', fail);
      child.once('spawn', () => resolve(child));
    } catch (error) {
      fail(error);
    }
  });
}

function minimalEnvironment(configured: Readonly<Record<string, string>>): Record<string, string> {
  const env: Record<string, string> = {};
  for (const name of INHERITED) {
    const value = process.env[name];
    if (value !== undefined) env[name] = value;
  }
  return Object.assign(env, configured);
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  if (pid <= 1) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // It has no members any more.
  }
}

function codeOf(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : 'unknown';
}
