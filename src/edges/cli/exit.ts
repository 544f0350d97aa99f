// SPDX-License-Identifier: Apache-2.0
// What the command line promises its callers: exit codes, results on stdout, prose on stderr; and where JSON was
// asked for, JSON on stdout whatever becomes of it.
import { isObject } from '../../core/json/value.ts';
import { DaemonUnreachable, type Reply } from './client.ts';
import { jsonLine, printableLines } from './printable.ts';

export const exit = {
  ok: 0,
  usage: 1,
  denied: 2,
  invalid: 3,
  unreachable: 4,
  pending: 5,
} as const;

/** For people, by exit code: docs/cli.md says the same. */
export const meanings: Readonly<Record<(typeof exit)[keyof typeof exit], string>> = {
  0: 'allowed, done, or as it should be',
  1: 'wrong use, an id that is not known, or an internal error',
  2: 'denied, or something differs',
  3: 'policies or a catalogue that are invalid, or a test that fails',
  4: 'what has to answer or be read cannot be reached: the daemon, its store, a key',
  5: 'not yet: an approval, a signal or a signed head is awaited',
};

/** What programs switch on. */
export interface Failure {
  readonly code: string;
  readonly decision?: string;
  readonly policies?: readonly string[];
  readonly reason?: string;
  readonly problems?: readonly object[];
}

/** A refusal that ends the command: printed without a stack, with its own exit code. */
export class CommandFailed extends Error {
  readonly exitCode: number;
  readonly failure: Failure;
  constructor(message: string, exitCode: number, failure: Failure = { code: nameOf(exitCode) }) {
    super(message);
    this.exitCode = exitCode;
    this.failure = failure;
  }
}

/**
 * @returns the body of a reply that says yes
 * @throws {CommandFailed} the daemon says no
 * @throws {DaemonUnreachable} what answered is no daemon of this version
 */
// biome-ignore lint/suspicious/noExplicitAny: replies of our own daemon, read by the commands that print them
export function accepted({ status, body }: Reply): any {
  if (isObject(body) && status === 200 && body.schemaVersion === 1) return body;
  if (!isObject(body) || status === 200 || typeof body.message !== 'string')
    throw new DaemonUnreachable('the daemon answered with something that is no answer of this version', true);
  const { message, code, policies, decision } = body;
  const why =
    status === 403 && Array.isArray(policies) && policies.length > 0
      ? ` (policy ${policies.join(', ')})`
      : '';
  const record = typeof decision === 'string' ? ` [${decision}]` : '';
  throw new CommandFailed(`${message}${why}${record}`, exitOf(status, code), {
    code: typeof code === 'string' ? code : 'refused',
    ...(typeof decision === 'string' ? { decision } : {}),
    ...(Array.isArray(policies) ? { policies: policies.map(String) } : {}),
  });
}

function exitOf(status: number, code: unknown): number {
  if (isPending(code)) return exit.pending;
  if (status === 403) return exit.denied;
  return status === 503 ? exit.unreachable : exit.usage;
}

/** Whether something is waited for that can lift the refusal. */
function isPending(code: unknown): boolean {
  return code === 'pending_approval' || code === 'deferred';
}

/** Of a publication that the files were not at fault for. */
export function exitOfUnpublished({ code, decision }: { code: string; decision?: string }): number {
  if (isPending(code)) return exit.pending;
  return decision === undefined ? exit.unreachable : exit.denied;
}

function nameOf(exitCode: number): string {
  return Object.entries(exit).find(([, code]) => code === exitCode)?.[0] ?? 'usage';
}

/** Says why a command ended. @returns its exit code */
export function failed(error: unknown, asJson: boolean): number {
  for (const line of printableLines(`countersign: ${messageOf(error)}`)) say(line);
  if (asJson) printFailure(error);
  return told(error).exitCode;
}

/** For programs, what people read on standard error. */
export function printFailure(error: unknown): void {
  const { exitCode, failure } = told(error);
  print(jsonLine({ schemaVersion: 1, ok: false, exit: exitCode, ...failure, message: messageOf(error) }));
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function told(error: unknown): { readonly exitCode: number; readonly failure: Failure } {
  if (error instanceof CommandFailed) return error;
  if (error instanceof DaemonUnreachable)
    return { exitCode: exit.unreachable, failure: { code: error.code } };
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'internal';
  return { exitCode: exit.usage, failure: { code } };
}

export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
