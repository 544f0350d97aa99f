// SPDX-License-Identifier: Apache-2.0
// What the command line promises its callers: exit codes, results on stdout, prose on stderr.
import { DaemonUnreachable, type Reply } from './client.ts';

export const exit = {
  ok: 0,
  usage: 1,
  denied: 2,
  invalid: 3,
  unreachable: 4,
  pending: 5,
} as const;

/** A refusal that ends the command: printed without a stack, with its own exit code. */
export class CommandFailed extends Error {
  readonly exitCode: number;
  constructor(message: string, exitCode: number) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** @returns the body of a reply that says yes; throws what the caller should hear otherwise */
// biome-ignore lint/suspicious/noExplicitAny: replies of our own daemon, read by the commands that print them
export function accepted(reply: Reply): any {
  if (reply.status === 200) return reply.body;
  const { message, code, policies, decision } = reply.body ?? {};
  const why =
    reply.status === 403 && Array.isArray(policies) && policies.length > 0
      ? ` (policy ${policies.join(', ')})`
      : '';
  const record = typeof decision === 'string' ? ` [${decision}]` : '';
  const exitCode =
    reply.status === 403
      ? exit.denied
      : reply.status === 503
        ? exit.unreachable
        : code === 'pending_approval'
          ? exit.pending
          : exit.usage;
  throw new CommandFailed(`${message ?? 'refused'}${why}${record}`, exitCode);
}

export function exitCodeOf(error: unknown): number {
  if (error instanceof CommandFailed) return error.exitCode;
  return error instanceof DaemonUnreachable ? exit.unreachable : exit.usage;
}

export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
