// SPDX-License-Identifier: Apache-2.0
// Policies checked against a catalogue as `up` would check them.
import { existsSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import type { PlacedCondition } from '../adapters/cedar-wasm/compile.ts';
import { oneLine } from '../app/clauses.ts';
import { notices, refusals } from '../core/policy/lint/lint.ts';
import { compileHistory } from '../core/temporal/history.ts';
import type { CheckedCondition } from '../edges/cli/conditions.ts';
import { CommandFailed, exit } from '../edges/cli/exit.ts';
import type { Checked } from '../edges/cli/policy.ts';
import { load, type Sources } from './load.ts';
import { readOptions, starterDir } from './options.ts';
import { loadPrograms } from './programs.ts';
import { type TestRun, testPolicies } from './rehearse.ts';

export function checkPolicies(
  dir: string | undefined,
  catalogue: string | undefined,
  env: NodeJS.ProcessEnv,
): Checked {
  const sources = sourcesOf(dir, catalogue, env);
  const loaded = load(sources);
  if (!loaded.ok) return { ...loaded, findings: refusals(loaded.problems) };
  const { policies } = loaded.published;
  return {
    ok: true,
    digest: policies.digest,
    // Those that are in every set are not the reader's.
    count: [...policies.policies.keys()].filter((id) => !id.startsWith('countersign.')).length,
    warnings: loaded.warnings,
    schema: loaded.schema,
    conditions: checkedConditions(loaded.conditions),
    findings: [...notices(loaded.warnings), ...loaded.lint()],
  };
}

function checkedConditions(placed: readonly PlacedCondition[]): readonly CheckedCondition[] {
  const plan = compileHistory(placed.map(({ condition: { name, formula } }) => ({ id: name, formula })));
  return placed.map(({ policy, place, written, condition }) => ({
    ...place,
    policy,
    name: condition.name,
    text: oneLine(written),
    history: condition.locality,
    reachSeconds: condition.reachSeconds,
    actions: condition.actions,
    constantTime: plan.describe(condition.name).quick,
  }));
}

/** Tests of policies, run as `up` would run them. */
export async function testsOf(
  dir: string | undefined,
  catalogue: string | undefined,
  { coverage = false, bench = false }: { readonly coverage?: boolean; readonly bench?: boolean },
  env: NodeJS.ProcessEnv,
): Promise<TestRun> {
  const sources = { ...sourcesOf(dir, catalogue, env), programs: await loadPrograms() };
  return testPolicies(sources, { coverage, ...(bench ? { benchMs: 1000 } : {}) });
}

/** @throws {CommandFailed} a directory that was named is none */
function sourcesOf(dir: string | undefined, catalogue: string | undefined, env: NodeJS.ProcessEnv): Sources {
  const read = readOptions(
    { ...(dir === undefined ? {} : { policies: dir }), ...(catalogue === undefined ? {} : { catalogue }) },
    env,
  );
  if (!read.ok) throw new CommandFailed(read.message, exit.usage);
  return { ...read.options, mode: 'enforce' };
}

/** Where files of policies and of the catalogue lie, seen from the working directory. */
export function placesFor(
  dir: string | undefined,
  catalogue: string | undefined,
  env: NodeJS.ProcessEnv,
): (file: string) => string {
  const read = readOptions(
    { ...(dir === undefined ? {} : { policies: dir }), ...(catalogue === undefined ? {} : { catalogue }) },
    env,
  );
  const dirs = read.ok
    ? [read.options.policyDir ?? starterDir, read.options.catalogueDir ?? 'catalogue']
    : [];
  return (file) => {
    const found = dirs.map((each) => resolve(each, file)).find((path) => existsSync(path));
    return found === undefined ? file : relative(process.cwd(), found).replaceAll('\\', '/');
  };
}
