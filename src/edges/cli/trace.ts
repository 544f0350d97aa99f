// SPDX-License-Identifier: Apache-2.0
// `countersign policy trace`: what policies say to each request of a trace, one line for each.
import type { Problem } from '../../core/policy/source.ts';
import type { Decided } from '../../core/temporal/replay.ts';
import { exit, print, say } from './exit.ts';

export type TraceFormat = 'corpus' | 'cli';

export type Traced =
  | {
      readonly ok: true;
      readonly decided: Iterable<Decided>;
      readonly notes: readonly string[];
      /** Keys of the policies, in the order of their files. */
      readonly keys: readonly string[];
    }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** @returns the exit code */
export function reportTrace(traced: Traced, format: TraceFormat): number {
  if (!traced.ok) {
    for (const { file, line, column, message } of traced.problems)
      say(line === 0 ? `${file}: ${message}` : `${file}:${line}:${column}: ${message}`);
    return exit.invalid;
  }
  for (const note of traced.notes) say(note);
  const places = new Map(traced.keys.map((key, place) => [key, place]));
  let decisions = 0;
  for (const each of traced.decided) {
    // One format counts all events, the other only those that were decided.
    const point = format === 'corpus' ? each.point : decisions;
    print(`@${each.time} (time point ${point}): ${format === 'corpus' ? each.allow : verdict(each, places)}`);
    if (each.failed !== undefined) say(`@${each.time} (time point ${point}): ${each.failed}`);
    decisions++;
  }
  return exit.ok;
}

function verdict({ allow, because }: Decided, places: ReadonlyMap<string, number>): string {
  const rules = because.flatMap((key) => places.get(key) ?? []).sort((a, b) => a - b);
  return `${allow ? 'ALLOW' : 'DENY'}${rules.length === 0 ? '' : `  [rules: ${rules.join(', ')}]`}`;
}
