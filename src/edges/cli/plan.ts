// SPDX-License-Identifier: Apache-2.0
// `countersign policy plan`: what other policies would have said to what was asked. Newly allowed comes first.
import { type Change, type Plan, plan } from '../../app/plan.ts';
import type { InForce } from '../../app/road.ts';
import type { Pseudonym } from '../../core/record/secret.ts';
import { type Books, withEvidence } from './books.ts';
import { parseDurationMs } from './durations.ts';
import { CommandFailed, exit, print, say } from './exit.ts';
import { jsonLine, printable } from './printable.ts';

export interface PlanFlags {
  readonly since?: string;
  readonly json?: boolean;
}

/** What the plan is made by, from files or, for the catalogue, from what was published last. */
export interface PlanParts {
  readonly books: Books;
  /** Undefined where the master key is not at hand: then no arguments can be read, and no hashes compared. */
  readonly pseudonym: Pseudonym | undefined;
  readonly next: (evidence: Parameters<Parameters<typeof withEvidence>[1]>[0]) => Promise<InForce>;
}

/** @returns the exit code: 2 where anything would change */
export async function showPlan(parts: PlanParts, flags: PlanFlags, nowMs: number): Promise<number> {
  const sinceMs = since(flags.since, nowMs);
  const { pseudonym } = parts;
  if (pseudonym === undefined)
    throw new CommandFailed(
      'the master key is not at hand (--data names the data directory): what was asked cannot be read',
      exit.unreachable,
    );
  say('contents are opened here to decide again; no record says so');
  const made = await withEvidence(parts.books, async (evidence) => {
    const next = await parts.next(evidence);
    const total = await evidence.ledger.size();
    const vault = parts.books.vault(evidence);
    const done = await plan(evidence, {
      sinceMs,
      next,
      pseudonym,
      open: vault === undefined ? undefined : (digest, position) => vault.open(digest, position),
      ...(process.stderr.isTTY ? { onProgress: progress(total) } : {}),
    });
    if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
    return done;
  });
  if (flags.json === true) print(jsonLine({ schemaVersion: 1, ...made }));
  else for (const line of planLines(made)) print(line);
  return made.changes.length === 0 ? exit.ok : exit.denied;
}

function progress(total: number): (records: number) => void {
  return (records) => {
    const share = total === 0 ? 1 : records / total;
    const bar = '#'.repeat(Math.round(share * 30)).padEnd(30, '.');
    process.stderr.write(`\r${bar} ${records} of ${total} records`);
  };
}

function since(text: string | undefined, nowMs: number): number {
  if (text === undefined) return 0;
  const ago = parseDurationMs(text);
  const instant = ago === undefined ? Date.parse(text) : nowMs - ago;
  if (Number.isNaN(instant))
    throw new CommandFailed(
      `\`--since ${text}\` is no time: say 7d, 12h or 2026-07-28T12:00:00Z`,
      exit.usage,
    );
  return instant;
}

const titles: Readonly<Record<Change['kind'], string>> = {
  newly_allowed: 'newly allowed',
  newly_asked: 'newly asked or deferred',
  newly_refused: 'newly refused',
  otherwise: 'refused for another reason',
};

export function planLines({ replayed, unchanged, changes, cannot }: Plan): readonly string[] {
  const lines: string[] = [];
  for (const { kind, before, after, count, targets, examples } of changes) {
    lines.push(
      `${titles[kind]}: ${count} decision${count === 1 ? '' : 's'}`,
      `  was ${said(before)}`,
      `  now ${said(after)}`,
      ...targets.map(({ target, count: of }) => `    ${of} x ${printable(target)}`),
      `    as in ${examples.map(printable).join(', ')}`,
    );
  }
  lines.push(`${replayed} decided again, ${unchanged} the same`);
  for (const [why, count] of Object.entries(cannot))
    lines.push(`${count} cannot be decided again: ${reasons[why]}`);
  return lines;
}

const reasons: Readonly<Record<string, string>> = {
  erased: 'what was asked has been erased',
  missing: 'what was asked is not in the store',
  unreadable: 'what was asked cannot be read',
  not_described: 'nothing was described under the catalogue of then',
  other_catalogue: 'the catalogue is another one',
};

function said({ outcome, code, policies }: Change['before']): string {
  const by = policies.length === 0 ? '' : ` by ${policies.map(printable).join(', ')}`;
  return `${outcome} (${code})${by}`;
}
