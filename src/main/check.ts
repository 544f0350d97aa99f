// SPDX-License-Identifier: Apache-2.0
// Policies checked against a catalogue as `up` would check them.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { PlacedCondition } from '../adapters/cedar-wasm/compile.ts';
import { oneLine } from '../app/clauses.ts';
import { compileHistory } from '../core/temporal/history.ts';
import type { CheckedCondition } from '../edges/cli/conditions.ts';
import type { Checked } from '../edges/cli/policy.ts';
import { load } from './load.ts';
import { readOptions } from './options.ts';

export function checkPolicies(
  dir: string | undefined,
  catalogue: string | undefined,
  env: NodeJS.ProcessEnv,
): Checked {
  const read = readOptions(
    { ...(dir === undefined ? {} : { policies: dir }), ...(catalogue === undefined ? {} : { catalogue }) },
    env,
  );
  if (!read.ok) return refused('options', read.message);
  const { policyDir, catalogueDir } = read.options;
  for (const given of [policyDir, catalogueDir])
    if (given !== undefined && !existsSync(resolve(given)))
      return refused(given, 'there is no such directory');
  const loaded = load({ ...read.options, mode: 'enforce' });
  if (!loaded.ok) return loaded;
  const { policies } = loaded.published;
  return {
    ok: true,
    digest: policies.digest,
    // Those that are in every set are not the reader's.
    count: [...policies.policies.keys()].filter((id) => !id.startsWith('countersign.')).length,
    warnings: loaded.warnings,
    schema: loaded.schema,
    conditions: checkedConditions(loaded.conditions),
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

function refused(file: string, message: string): Checked {
  return { ok: false, problems: [{ file, line: 0, column: 0, message }] };
}
