// SPDX-License-Identifier: Apache-2.0
// `countersign policy trace`: what policies say to each request of a trace, one line for each.
import type { Problem } from '../../core/policy/source.ts';
import type { Decided } from '../../core/temporal/replay.ts';
import { exit, print, say } from './exit.ts';
import { placed } from './problem.ts';

export type TraceFormat = 'corpus' | 'cli';

export interface TraceRun {
  readonly ok: true;
  readonly decided: Iterable<Decided>;
  readonly notes: readonly string[];
  /** Keys of the policies, in the order of their files. */
  readonly keys: readonly string[];
}

export type Traced = TraceRun | { readonly ok: false; readonly problems: readonly Problem[] };

/** @returns the exit code */
export function reportTrace(traced: Traced, format: TraceFormat): number {
  if (!traced.ok) {
    for (const problem of traced.problems) say(placed(problem));
    return exit.invalid;
  }
  for (const note of traced.notes) say(note);
  for (const { line, failed } of traceLines(traced, format)) {
    print(line);
    if (failed !== undefined) say(failed);
  }
  return exit.ok;
}

export function* traceLines(
  { decided, keys }: TraceRun,
  format: TraceFormat,
): Generator<{ readonly line: string; readonly failed?: string }> {
  const places = new Map(keys.map((key, place) => [key, place]));
  let decisions = 0;
  for (const each of decided) {
    // One format counts all events, the other only those that were decided.
    const point = format === 'corpus' ? each.point : decisions;
    const place = `@${each.time} (time point ${point})`;
    const line = `${place}: ${format === 'corpus' ? each.allow : verdict(each, places)}`;
    yield { line, ...(each.failed === undefined ? {} : { failed: `${place}: ${each.failed}` }) };
    decisions++;
  }
}

function verdict({ allow, because }: Decided, places: ReadonlyMap<string, number>): string {
  const rules = because.flatMap((key) => places.get(key) ?? []).sort((a, b) => a - b);
  return `${allow ? 'ALLOW' : 'DENY'}${rules.length === 0 ? '' : `  [rules: ${rules.join(', ')}]`}`;
}
