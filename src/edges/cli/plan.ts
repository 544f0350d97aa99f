// SPDX-License-Identifier: Apache-2.0
// `countersign policy plan`: what other policies would have said to what was asked. Newly allowed comes first.
import { type Counterexample, counterexamples } from '../../app/counterexample.ts';
import type { Evidence } from '../../app/evidence.ts';
import { type Plan, plan } from '../../app/plan.ts';
import type { Step } from '../../app/replay.ts';
import type { InForce, Second } from '../../app/road.ts';
import type { Pseudonym } from '../../core/record/secret.ts';
import { type Books, withEvidence } from './books.ts';
import { changeLines, saidLine } from './changes.ts';
import { parseDurationMs } from './durations.ts';
import { CommandFailed, exit, print, say } from './exit.ts';
import { jsonLine, printable } from './printable.ts';
import { progressBar } from './progress.ts';

export interface PlanFlags {
  readonly since?: string;
  readonly json?: boolean;
  /** How many requests are made up for each tool; 0 makes up none. */
  readonly tries?: string;
}

/** What the plan is made by, from files or, for the catalogue, from what was published last. */
export interface PlanParts {
  readonly books: Books;
  /** Undefined where the master key is not at hand: then no arguments can be read, and no hashes compared. */
  readonly pseudonym: Pseudonym | undefined;
  /** The ledger from its start; contents are opened from `sinceMs` on. */
  readonly steps: (sinceMs: number) => AsyncIterable<readonly Step[]>;
  readonly next: (evidence: Evidence) => Promise<Compared>;
  /** The compiled policy that had a say in the decisions, where it is at hand. */
  readonly second?: Second;
}

export interface Compared {
  readonly next: InForce;
  /** The set that was published last, over the same catalogue; absent where it cannot be had any more. */
  readonly before?: InForce;
  readonly texts: readonly string[];
}

/** Requests made up for each tool, and for all of them together: some seconds. */
const defaultTries = 2000;
const defaultTriesInAll = 200_000;

/** @returns the exit code: 2 where anything would change */
export async function showPlan(parts: PlanParts, flags: PlanFlags, nowMs: number): Promise<number> {
  const sinceMs = since(flags.since, nowMs);
  const wanted = Number(flags.tries ?? 0);
  if (!Number.isSafeInteger(wanted) || wanted < 0 || wanted > 1_000_000)
    throw new CommandFailed(`\`--tries ${flags.tries}\` must be a whole number up to 1000000`, exit.usage);
  const { pseudonym } = parts;
  if (pseudonym === undefined)
    throw new CommandFailed(
      'the master key is not at hand (--data names the data directory): what was asked cannot be read',
      exit.unreachable,
    );
  say('contents are opened here to decide again; no record says so');
  const made = await withEvidence(parts.books, async (evidence) => {
    const { next, before, texts } = await parts.next(evidence);
    const bar = progressBar(process.stderr, await evidence.ledger.size(), 'records');
    const done = await plan(parts.steps(sinceMs), {
      sinceMs,
      next,
      pseudonym,
      ...(parts.second === undefined ? {} : { second: parts.second }),
      onProgress: bar.show,
    }).finally(bar.clear);
    const tries = flags.tries === undefined ? triesFor(next) : wanted;
    if (before === undefined && tries > 0)
      say(
        'the policies in force cannot be had from the store: no requests are made up to tell the sets apart',
      );
    const found =
      before === undefined || tries === 0 ? [] : counterexamples(before, next, { seed: 1, tries, texts });
    return { ...done, neverAsked: found };
  });
  if (flags.json === true) print(jsonLine({ schemaVersion: 1, ...made }));
  else for (const line of [...neverAskedLines(made.neverAsked), ...planLines(made)]) print(line);
  const changed = made.changes.length + made.results.changes.length + made.neverAsked.length;
  return changed === 0 ? exit.ok : exit.denied;
}

function triesFor({ catalogue }: InForce): number {
  return Math.min(defaultTries, Math.ceil(defaultTriesInAll / Math.max(1, catalogue.entries.length)));
}

/** What nobody has asked yet is the first thing to know of a wider set. */
function neverAskedLines(found: readonly Counterexample[]): readonly string[] {
  return found.flatMap(({ target, before, after, request }) => [
    `newly allowed, though nobody asked for it yet: ${printable(target)}`,
    `  was ${saidLine({ ...before, code: 'made up' })}`,
    `  now ${saidLine({ ...after, code: 'made up' })}`,
    ...Object.entries(request).map(
      ([path, value]) => `    ${printable(path)}: ${printable(JSON.stringify(value))}`,
    ),
  ]);
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

export function planLines({ replayed, unchanged, changes, cannot, results }: Plan): readonly string[] {
  const lines = [...changeLines(changes)];
  lines.push(`${replayed} decided again, ${unchanged} the same`);
  for (const [why, count] of Object.entries(cannot))
    lines.push(`${count} cannot be decided again: ${reasons[why]}`);
  if (results.replayed + results.cannot === 0) return lines;
  if (results.changes.length > 0) lines.push('of results:', ...changeLines(results.changes));
  lines.push(`${results.replayed} results decided again, ${results.unchanged} the same`);
  if (results.cannot > 0)
    lines.push(
      `${results.cannot} results cannot be decided again: what was found in them, or would have been left of them, is in no record`,
    );
  return lines;
}

const reasons: Readonly<Record<string, string>> = {
  erased: 'what was asked has been erased',
  missing: 'what was asked is not in the store',
  unreadable: 'what was asked cannot be read',
  not_described: 'nothing was described under the catalogue of then',
  transformed: 'its arguments were changed before it ran, and only what became of them is recorded',
  second_opinion:
    'OPA had a say in it: what a server would say now is not known, and a bundle has to be the very one (--opa-bundle)',
  other_catalogue: 'the catalogue is another one',
};
