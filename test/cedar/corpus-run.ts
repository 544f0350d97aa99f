// SPDX-License-Identifier: Apache-2.0
/**
 * One case of Cedar's integration tests, put to both engines: each must say what the case expects.
 *
 * What the compiled engine does not cover is asked of the official one, that policy alone.
 */
import type { Engine } from '../../src/adapters/cedar-wasm/engine.ts';
import { type EntityStore, prepareEntities } from '../../src/core/cedar/entities.ts';
import { combined, compileSet, type Evaluated } from '../../src/core/cedar/set.ts';
import type { CorpusCase, CorpusRequest } from './corpus-read.ts';
import { readSchema, type SchemaReader } from './corpus-schema.ts';
import {
  type Answer,
  exactly,
  listExactly,
  type OfficialCall,
  type OfficialSet,
  officialSet,
  readExactly,
} from './official.ts';

export interface CaseResult {
  readonly requests: number;
  /** Policies that the compiled engine left to the official one. */
  readonly fallbacks: number;
  readonly mismatches: readonly string[];
}

export function runCase(engine: Engine, each: CorpusCase): CaseResult {
  const failed = (why: string): CaseResult => ({
    requests: each.requests.length,
    fallbacks: 0,
    mismatches: [why],
  });
  const texts = policiesOf(engine, each.policies);
  if (typeof texts === 'string') return failed(texts);
  const schema = readSchema(engine, each.schema);
  const parsed = [...texts].map(([id, text]): [string, unknown] => [id, readExactly(engine, text, 'policy')]);
  const compiled = compileSet({ policies: new Map(parsed) });
  if (!compiled.ok) return failed(compiled.reason);
  const entities = prepareCase(each, schema);
  if (typeof entities === 'string') return failed(entities);

  const expected = each.requests.map(
    ({ decision, reason, errors }): Answer => ({
      decision,
      reason: [...reason].sort(),
      errors: [...errors].sort(),
    }),
  );
  const mismatches: string[] = [];
  const check = (engineName: string, at: number, said: Answer | string) => {
    if (!same(said, expected[at]))
      mismatches.push(
        `request ${at}, ${engineName}: ${JSON.stringify(said)}, expected ${JSON.stringify(expected[at])}`,
      );
  };
  const rest = compiled.set.uncovered.map(({ id }) => ({ id, text: texts.get(id) ?? '' }));
  const effects = new Map(parsed.map(([id, json]) => [id, effectOf(json)]));
  const others = rest.map(({ id, text }) => {
    const said = asked(engine, { [id]: text }, each);
    return { id, said };
  });
  each.requests.forEach((request, at) => {
    const covered = compiled.set.evaluate({
      ...request,
      context: schema.context(request.action, request.context),
      entities,
    });
    const whole = covered.ok
      ? withOthers(
          covered,
          others.map(({ id, said }) => ({ id, said: said[at] ?? 'no answer' })),
        )
      : covered.reason;
    check('compiled', at, typeof whole === 'string' ? whole : plain(whole, effects));
  });
  asked(engine, each.policies, each).forEach((said, at) => {
    check('official', at, said);
  });
  return { requests: each.requests.length, fallbacks: rest.length, mismatches };
}

function plain(evaluated: Evaluated, effects: ReadonlyMap<string, 'permit' | 'forbid'>): Answer {
  const { decision, reason, errors } = combined(evaluated, (id) => effects.get(id) ?? 'forbid');
  return { decision, reason: [...reason].sort(), errors: [...errors].sort() };
}

/** A policy that is alone in its set determines the decision whenever it is satisfied. */
function withOthers(
  { satisfied, errored }: Evaluated,
  others: readonly { readonly id: string; readonly said: Answer | string }[],
): Evaluated | string {
  const failed = others.find(({ said }) => typeof said === 'string');
  if (failed !== undefined) return String(failed.said);
  const those = (part: 'reason' | 'errors') =>
    others.filter(({ id, said }) => typeof said !== 'string' && said[part].includes(id)).map(({ id }) => id);
  return {
    ok: true,
    satisfied: [...satisfied, ...those('reason')],
    errored: [...errored, ...those('errors')],
  };
}

function asked(
  engine: Engine,
  policies: string | object,
  { schema, entities, requests }: CorpusCase,
): readonly (Answer | string)[] {
  const set: OfficialSet | undefined = officialSet(engine, { staticPolicies: policies }, schema);
  const sent = listExactly(entities);
  return requests.map((request) => set?.ask(callOf(request, sent)) ?? 'the set is refused');
}

function callOf(
  { principal, action, resource, context, validateRequest }: CorpusRequest,
  entities: readonly object[],
): OfficialCall {
  return { principal, action, resource, context: Object(exactly(context)), entities, validateRequest };
}

function prepareCase({ entities }: CorpusCase, schema: SchemaReader): EntityStore | string {
  // Actions are the schema's, whatever else is sent of them.
  const others = entities.filter(({ uid }) => !/(?:^|::)Action$/.test(typeOf(uid)));
  const prepared = prepareEntities([...schema.actions, ...others.map((each) => schema.entity(each))]);
  return prepared.ok ? prepared.store : prepared.reason;
}

function typeOf(uid: unknown): string {
  const { __entity = uid } = Object(uid);
  return String(Object(__entity).type);
}

/** Ids are given in the order of the file, and the engine names parts in the order of their ids. */
function policiesOf(engine: Engine, text: string): ReadonlyMap<string, string> | string {
  const parts = engine.run((cedar) => cedar.policySetTextToParts(text));
  if (parts.type === 'failure') return parts.errors[0]?.message ?? 'the policies cannot be read';
  if (parts.policy_templates.length > 0) return 'templates have nothing to be linked with';
  const ids = parts.policies.map((_, at) => `policy${at}`).sort();
  return new Map(parts.policies.map((policy, at) => [ids[at] ?? '', policy]));
}

function effectOf(json: unknown): 'permit' | 'forbid' {
  return Object(json).effect === 'permit' ? 'permit' : 'forbid';
}

function same(a: Answer | string, b: Answer | undefined): boolean {
  if (typeof a === 'string' || b === undefined) return false;
  return (
    JSON.stringify([a.decision, a.reason, a.errors]) === JSON.stringify([b.decision, b.reason, b.errors])
  );
}
