// SPDX-License-Identifier: Apache-2.0
/**
 * Policy tests from files, over what would come into force.
 *
 * Files that are loaded to decide have passed their tests, if there are any: suites lie beside the
 * policies, and one failure refuses the whole set like a mistake in a policy does. A suite that brings its
 * own catalogue speaks of other tools than these, and is run by `policy test` only.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compilePolicies } from '../adapters/cedar-wasm/compile.ts';
import { publishedPolicies } from '../adapters/cedar-wasm/published.ts';
import { readSuite, suiteEnd } from '../adapters/suite-files/read.ts';
import { coverageOf, type PolicyCoverage } from '../app/coverage.ts';
import { shaped } from '../app/publish.ts';
import { publishedFiles } from '../app/published-sources.ts';
import { type Rehearsed, rehearsals, rehearse, type Suite } from '../app/rehearsal.ts';
import type { Question } from '../core/policy/question.ts';
import { type Loaded, load, type Problem, type Sources, starterDir } from './load.ts';
import { programs } from './programs.ts';

/** What edges of this version honour. */
const understood: ReadonlySet<string> = new Set(['max_result_bytes']);

const maxSuites = 512;
const maxShownFailures = 50;

/** @returns refused as well where a test of the policies fails */
export function loadTested(sources: Sources): Loaded {
  const loaded = load(sources);
  if (!loaded.ok) return loaded;
  const { suites, problems } = readSuites(sources.policyDir ?? starterDir);
  if (problems.length > 0) return { ok: false, problems };
  const own = suites.filter(({ catalogue }) => catalogue === undefined);
  if (own.length === 0) return loaded;
  const force = shaped(loaded.published);
  const reading = sources.programs ?? programs();
  const failed = own
    .flatMap((suite) => rehearse(suite, force, understood, reading, loaded.registry))
    .flatMap(({ name, place, failures }) =>
      failures.map((why): Problem => ({ ...place, message: `a test fails: ${name}: ${why}`, rule: 'CS004' })),
    );
  return failed.length === 0 ? loaded : { ok: false, problems: failed.slice(0, maxShownFailures) };
}

export type TestRun =
  | {
      readonly ok: true;
      readonly results: readonly Rehearsed[];
      /** Of the policies of the directory; undefined where it was not asked for or cannot be told. */
      readonly coverage?: readonly PolicyCoverage[];
      readonly perSecond?: number;
    }
  | { readonly ok: false; readonly problems: readonly Problem[] };

export interface TestOptions {
  readonly coverage: boolean;
  /** Default: nothing is measured. */
  readonly benchMs?: number;
}

export function testPolicies(sources: Sources, { coverage, benchMs }: TestOptions): TestRun {
  const policyDir = sources.policyDir ?? starterDir;
  const { suites, problems } = readSuites(policyDir);
  if (problems.length > 0) return { ok: false, problems };
  if (suites.length === 0)
    return { ok: false, problems: [{ ...nowhere(policyDir), message: `there is no \`*${suiteEnd}\` file` }] };

  const results: Rehearsed[] = [];
  const covered: (readonly PolicyCoverage[])[] = [];
  const runs: (() => void)[] = [];
  const reading = sources.programs ?? programs();
  for (const [catalogue, own] of Map.groupBy(suites, (suite) => suite.catalogue)) {
    const catalogueDir = catalogue === undefined ? sources.catalogueDir : join(policyDir, catalogue);
    const loaded = load({
      policyDir,
      mode: sources.mode,
      ...(sources.signalsFile === undefined ? {} : { signalsFile: sources.signalsFile }),
      ...(catalogueDir === undefined ? {} : { catalogueDir }),
    });
    if (!loaded.ok) return loaded;
    const force = shaped(loaded.published);
    const said = own.flatMap((suite) => rehearse(suite, force, understood, reading, loaded.registry));
    results.push(...said);
    if (benchMs !== undefined)
      runs.push(...own.flatMap((suite) => rehearsals(suite, force, understood, reading, loaded.registry)));
    const questions = said.flatMap((one) => one.questions);
    const seen = coverage ? coverageFor(loaded, questions) : undefined;
    if (seen !== undefined) covered.push(seen);
  }
  return {
    ok: true,
    results,
    ...(covered.length === 0 ? {} : { coverage: joined(covered) }),
    ...(benchMs === undefined ? {} : { perSecond: measured(runs, benchMs) }),
  };
}

function coverageFor(
  { published }: Extract<Loaded, { ok: true }>,
  questions: readonly Question[],
): readonly PolicyCoverage[] | undefined {
  const files = publishedFiles(published.sources.policies) ?? [];
  const own = publishedPolicies(files).filter(({ id }) => !id.startsWith('countersign.'));
  return coverageOf(own, files, questions, (texts) => {
    const compiled = compilePolicies({ files: texts, entries: published.catalogue.entries, parts: true });
    return compiled.ok ? compiled.set : undefined;
  });
}

/** The same policies over several catalogues: what one of them has seen was seen. */
function joined(all: readonly (readonly PolicyCoverage[])[]): readonly PolicyCoverage[] {
  const [first = [], ...rest] = all;
  return first.map((policy, p) => {
    const others = rest.flatMap((one) => one[p] ?? []);
    return {
      ...policy,
      satisfied: policy.satisfied || others.some(({ satisfied }) => satisfied),
      unsatisfied: policy.unsatisfied || others.some(({ unsatisfied }) => unsatisfied),
      clauses: policy.clauses.map((clause, c) => ({
        ...clause,
        held: clause.held || others.some(({ clauses }) => clauses[c]?.held === true),
        failed: clause.failed || others.some(({ clauses }) => clauses[c]?.failed === true),
      })),
    };
  });
}

function measured(runs: readonly (() => void)[], ms: number): number {
  if (runs.length === 0) return 0;
  const round = () => {
    for (const run of runs) run();
  };
  for (const end = performance.now() + ms / 4; performance.now() < end; ) round();
  let done = 0;
  const from = performance.now();
  while (performance.now() - from < ms) {
    round();
    done += runs.length;
  }
  return Math.round((done * 1000) / (performance.now() - from));
}

function readSuites(dir: string): {
  readonly suites: readonly Suite[];
  readonly problems: readonly Problem[];
} {
  const suites: Suite[] = [];
  const problems: Problem[] = [];
  let names: readonly string[];
  try {
    names = readdirSync(dir)
      .filter((name) => name.endsWith(suiteEnd))
      .sort();
  } catch {
    return { suites, problems: [{ ...nowhere(dir), message: 'not a directory that can be read' }] };
  }
  if (names.length > maxSuites)
    return { suites, problems: [{ ...nowhere(dir), message: `there are at most ${maxSuites} suites` }] };
  for (const name of names) {
    try {
      const read = readSuite(name, readFileSync(join(dir, name), 'utf8'));
      if (read.ok) suites.push(read.suite);
      else problems.push(...read.problems);
    } catch {
      problems.push({ ...nowhere(name), message: 'it cannot be read' });
    }
  }
  return { suites, problems };
}

function nowhere(file: string): Omit<Problem, 'message'> {
  return { file, line: 0, column: 0 };
}
