// SPDX-License-Identifier: Apache-2.0
// `countersign approvals approve --edit|--for-task`: another request made of one, shown, and then said yes to.
import { readFileSync } from 'node:fs';
import { parseJson } from '../../core/json/parse.ts';
import { isObject, type JsonObject } from '../../core/json/value.ts';
import type { Constraint } from '../../core/task/scope.ts';
import { decideApproval } from './approvals.ts';
import type { Ask } from './ask.ts';
import type { Daemon } from './client.ts';
import { accepted, CommandFailed, exit, print, say } from './exit.ts';
import { editLines, standingLines } from './instead-lines.ts';
import { jsonLine, type Paint, printable } from './printable.ts';

export interface InsteadFlags {
  readonly reason: string;
  readonly as?: string;
  readonly yes?: boolean;
  readonly json?: boolean;
  readonly dryRun?: boolean;
}

const limits = { maxBytes: 1 << 20, maxDepth: 64, maxNodes: 10_000 };

export async function approveEdited(
  daemon: Daemon,
  ask: Ask,
  approval: string,
  file: string,
  flags: InsteadFlags,
  paint: Paint,
): Promise<void> {
  const order = { ...(await looked(daemon, approval, flags)), args: argumentsIn(file) };
  const tried = accepted(await daemon.call('POST', '/v1/approvals/edit', { ...order, dryRun: true }));
  for (const line of editLines(tried.changed)) say(printable(line));
  if (flags.dryRun === true) return tell(tried, flags);
  const made = accepted(await daemon.call('POST', '/v1/approvals/edit', order));
  await decideApproval(daemon, ask, made.approval, 'approve', { ...flags, reason: '' }, paint);
}

export async function approveForTask(
  daemon: Daemon,
  ask: Ask,
  approval: string,
  pattern: { readonly count: number; readonly forMs: number; readonly free: readonly FreeArgument[] },
  flags: InsteadFlags,
  paint: Paint,
): Promise<void> {
  const order = { ...(await looked(daemon, approval, flags)), ...pattern };
  const tried = accepted(await daemon.call('POST', '/v1/approvals/for-task', { ...order, dryRun: true }));
  for (const line of standingLines(tried.standing)) say(printable(line));
  if (flags.dryRun === true) return tell(tried, flags);
  const made = accepted(await daemon.call('POST', '/v1/approvals/for-task', order));
  await decideApproval(daemon, ask, made.approval, 'approve', { ...flags, reason: '' }, paint);
}

function tell(tried: object, { json }: InsteadFlags): void {
  if (json === true) print(jsonLine(tried));
  else say('nothing was asked and nothing decided');
}

/** What it is made of has to be what is asked now. */
async function looked(daemon: Daemon, approval: string, { reason, as }: InsteadFlags) {
  const shown = accepted(await daemon.call('GET', `/v1/approvals/show?id=${encodeURIComponent(approval)}`));
  return { approval, card: shown.cardDigest, reason, ...(as === undefined ? {} : { as }) };
}

function argumentsIn(file: string): JsonObject {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(file);
  } catch {
    throw new CommandFailed(`\`${file}\` cannot be read`, exit.usage);
  }
  const parsed = parseJson(bytes, limits);
  if (!parsed.ok || !isObject(parsed.value))
    throw new CommandFailed(`\`${file}\` must be a JSON object: all arguments as they are to be`, exit.usage);
  return parsed.value;
}

export interface FreeArgument {
  readonly argument: string;
  readonly must: Constraint;
}

/**
 * `amount=0..5000`, `path=within:/srv/data`, `url=host:example.com`, `id=a,b`.
 *
 * @returns undefined where it is none of these
 */
export function freeArgument(text: string): FreeArgument | undefined {
  const at = text.indexOf('=');
  const [argument, said] = [text.slice(0, at), text.slice(at + 1)];
  if (at < 1 || said === '') return undefined;
  const range = /^(-?\d{1,16})?\.\.(-?\d{1,16})?$/.exec(said);
  if (range !== null) {
    const [min, max] = [range[1], range[2]];
    return {
      argument,
      must: {
        is: 'integer',
        ...(min === undefined ? {} : { min: Number(min) }),
        ...(max === undefined ? {} : { max: Number(max) }),
      },
    };
  }
  const after = (prefix: string): readonly string[] | undefined =>
    said.startsWith(prefix) ? said.slice(prefix.length).split(',') : undefined;
  const [prefixes, suffixes] = [after('within:'), after('host:')];
  if (prefixes !== undefined) return { argument, must: { is: 'within_path', prefixes } };
  if (suffixes !== undefined) return { argument, must: { is: 'within_host', suffixes } };
  return { argument, must: { is: 'one_of', values: said.split(',') } };
}
