// SPDX-License-Identifier: Apache-2.0
// `countersign policy test`: what tests of policies said, and what they have not looked at.
import { type PolicyCoverage, shareOf } from '../../app/coverage.ts';
import type { Rehearsed } from '../../app/rehearsal.ts';
import { exit, print, say } from './exit.ts';
import { junitOf } from './findings/junit.ts';
import { jsonLine, printable } from './printable.ts';
import { type Problem, placed } from './problem.ts';

export type Tested =
  | {
      readonly ok: true;
      readonly results: readonly Rehearsed[];
      readonly coverage?: readonly PolicyCoverage[];
      readonly perSecond?: number;
    }
  | { readonly ok: false; readonly problems: readonly Problem[] };

export interface ReportOptions {
  readonly format: 'pretty' | 'json' | 'junit';
  readonly placeOf: (file: string) => string;
}

/** @returns the exit code */
export function reportTests(tested: Tested, { format, placeOf }: ReportOptions): number {
  if (!tested.ok) {
    if (format === 'json') print(jsonLine({ schemaVersion: 1, ok: false, problems: tested.problems }));
    else for (const problem of tested.problems) say(placed(problem));
    return exit.invalid;
  }
  const failed = tested.results.filter(({ failures }) => failures.length > 0);
  if (format === 'json') print(jsonLine(jsonOf(tested, failed.length)));
  else if (format === 'junit')
    print(
      junitOf(
        'countersign policy test',
        tested.results.map(({ suite, name, place, failures }) => ({
          suite,
          name,
          file: placeOf(place.file),
          line: place.line,
          failures,
        })),
      ),
    );
  else for (const line of linesOf(tested, failed)) print(printable(line));
  return failed.length > 0 ? exit.invalid : exit.ok;
}

function jsonOf({ results, coverage, perSecond }: Extract<Tested, { ok: true }>, failed: number): object {
  return {
    schemaVersion: 1,
    ok: failed === 0,
    passed: results.length - failed,
    failed,
    results: results.map(({ questions: _asked, ...result }) => result),
    ...(coverage === undefined ? {} : { coverage: { ...shareOf(coverage), policies: coverage } }),
    ...(perSecond === undefined ? {} : { perSecond }),
  };
}

function linesOf(
  { results, coverage, perSecond }: Extract<Tested, { ok: true }>,
  failed: readonly Rehearsed[],
): readonly string[] {
  return [
    ...failed.flatMap(({ suite, name, place, failures }) => [
      `${place.file}:${place.line}:${place.column}: ${suite}: ${name}`,
      ...failures.map((why) => `  ${why}`),
    ]),
    `${results.length - failed.length} of ${results.length} calls are decided as expected`,
    ...(coverage === undefined ? [] : coverageLines(coverage)),
    ...(perSecond === undefined ? [] : [`${perSecond} decisions a second`]),
  ];
}

function coverageLines(coverage: readonly PolicyCoverage[]): readonly string[] {
  const { seen, of } = shareOf(coverage);
  const share = of === 0 ? '100' : ((100 * seen) / of).toFixed(1);
  return [
    `${share}% of what policies say was seen (${seen} of ${of})`,
    ...coverage.flatMap(({ policy, file, line, clauses }) => {
      const missing = clauses.flatMap(({ text, held, failed }) => {
        if (!held) return [`  never held:   ${text}`];
        return failed ? [] : [`  always held:  ${text}`];
      });
      return missing.length === 0 ? [] : [`${file}:${line}: ${policy}`, ...missing];
    }),
  ];
}
