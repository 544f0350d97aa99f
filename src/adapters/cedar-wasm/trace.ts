// SPDX-License-Identifier: Apache-2.0
/**
 * Cedar for `policy trace`: schema text to what conditions are checked against, lowered policies to a
 * set that is asked request by request. Translates and decides nothing.
 *
 * Unlike the road, requests are not held to the schema: traces leave out what no policy reads.
 */
import type { PolicyFile, Problem } from '../../core/policy/source.ts';
import { placeAt } from '../../core/policy/source.ts';
import {
  type ActionSchema,
  actionSchemaOf,
  type SchemaJson,
  type TypeJson,
} from '../../core/temporal/action-schema.ts';
import type { LoweredPolicy } from '../../core/temporal/lower.ts';
import type { CedarAnswer, CedarQuestion } from '../../core/temporal/replay.ts';
import {
  DecimalValue,
  EntityValue,
  type RecordValue,
  type TemporalValue,
} from '../../core/temporal/value.ts';
import { isRecord } from '../../core/temporal/value-key.ts';
import { type Cedar, createEngine, type Engine } from './engine.ts';

export interface TraceSchema {
  readonly actions: ActionSchema;
  readonly json: SchemaJson;
}

export type ReadSchema =
  | { readonly ok: true; readonly schema: TraceSchema }
  | { readonly ok: false; readonly problem: Problem };

export function readTraceSchema(file: PolicyFile): ReadSchema {
  const refused = (message: string, at = 0): ReadSchema => ({
    ok: false,
    problem: { ...placeAt(file, at), message },
  });
  try {
    const answer = createEngine().run((cedar) => cedar.schemaToJson(file.text));
    if (answer.type === 'failure') {
      const [first] = answer.errors;
      return refused(first?.message ?? 'the engine refuses the schema', first?.sourceLocations?.[0]?.start);
    }
    const json: SchemaJson = JSON.parse(JSON.stringify(answer.json));
    return { ok: true, schema: { actions: actionSchemaOf(json), json } };
  } catch {
    return refused('the engine gave up on the schema');
  }
}

/** What Cedar's own validator has against the policies, with the booleans of leaves in every context. */
export function whyInvalidLowered(
  { json }: TraceSchema,
  policies: readonly LoweredPolicy[],
): readonly Problem[] {
  // What a provider gives has no type that is known here.
  const checked = policies.filter(({ calls }) => calls.length === 0);
  const schema = withLeaves(json, policies);
  try {
    const staticPolicies = textsOf(checked);
    const answer = createEngine().run((cedar) =>
      // The engine's types ask for a closed form of what it made itself.
      cedar.validate({ schema: schema as never, policies: { staticPolicies } }),
    );
    if (answer.type === 'failure')
      return [nowhere(answer.errors[0]?.message ?? 'the engine refuses the schema')];
    return answer.validationErrors.map(({ policyId, error }) => {
      const policy = policies.find(({ key }) => key === policyId);
      return policy === undefined ? nowhere(error.message) : atPolicy(policy, error.message);
    });
  } catch {
    return [nowhere('the policies together are too large for the engine')];
  }
}

function nowhere(message: string): Problem {
  return { file: 'policies', line: 0, column: 0, message };
}

function atPolicy({ file, at, key }: LoweredPolicy, message: string): Problem {
  const said = message.replaceAll(`for policy \`${key}\`, `, '').replaceAll(`context.${key}__`, 'context.__');
  return { ...placeAt(file, at), message: said };
}

function textsOf(policies: readonly LoweredPolicy[]): Record<string, string> {
  return Object.fromEntries(policies.map(({ key, text }) => [key, text]));
}

function withLeaves(json: SchemaJson, policies: readonly LoweredPolicy[]): SchemaJson {
  const names = policies.flatMap(({ leaves }) => leaves.map(({ name }) => name));
  if (names.length === 0) return json;
  const more = Object.fromEntries(names.map((name) => [name, { type: 'Boolean' }]));
  return Object.fromEntries(
    Object.entries(json).map(([namespace, { actions = {}, ...rest }]) => {
      const widened = Object.entries(actions).map(([id, action]) => {
        const { appliesTo } = action;
        if (appliesTo === undefined) return [id, action];
        const context = recordOf(json, namespace, appliesTo.context);
        const attributes = { ...context.attributes, ...more };
        return [id, { ...action, appliesTo: { ...appliesTo, context: { ...context, attributes } } }];
      });
      return [namespace, { ...rest, actions: Object.fromEntries(widened) }];
    }),
  );
}

const maxAliases = 32;

/** A context is a record or the name of one. */
function recordOf(json: SchemaJson, namespace: string, type: TypeJson | undefined): TypeJson {
  let found = type;
  let from = namespace;
  for (let i = 0; found !== undefined && found.type !== 'Record' && i < maxAliases; i++) {
    const name = found.name ?? found.type ?? '';
    const cut = name.lastIndexOf('::');
    const own = json[from]?.commonTypes?.[name];
    from = own !== undefined ? from : cut < 0 ? '' : name.slice(0, cut);
    found = own ?? json[from]?.commonTypes?.[cut < 0 ? name : name.slice(cut + 2)];
  }
  return found ?? { type: 'Record', attributes: {} };
}

export type TraceSet =
  | { readonly ok: true; readonly ask: (question: CedarQuestion) => CedarAnswer }
  | { readonly ok: false; readonly problems: readonly Problem[] };

const name = 'trace';

export function traceSet(schema: TraceSchema, policies: readonly LoweredPolicy[]): TraceSet {
  const problems = unreadable(createEngine(), policies);
  if (problems.length > 0) return { ok: false, problems };
  const hierarchy = actionEntities(schema.actions);
  const staticPolicies = textsOf(policies);
  const engine = createEngine((cedar) => {
    const answer = cedar.preparsePolicySet(name, { staticPolicies });
    if (answer.type === 'failure') throw new Error(answer.errors[0]?.message ?? 'the set was refused');
  });
  return {
    ok: true,
    ask(question) {
      try {
        return engine.run((cedar) => answerOf(cedar, question, hierarchy));
      } catch (error) {
        return { ok: false, reason: error instanceof Error ? error.message : 'the engine gave up' };
      }
    },
  };
}

/** One by one, so that each has its place. */
function unreadable(engine: Engine, policies: readonly LoweredPolicy[]): readonly Problem[] {
  return policies.flatMap((policy) => {
    const why = (): string | undefined => {
      try {
        const answer = engine.run((cedar) => cedar.policyToJson(policy.text));
        return answer.type === 'failure' ? (answer.errors[0]?.message ?? 'the engine refuses it') : undefined;
      } catch {
        return 'the policy is too large for the engine';
      }
    };
    const message = why();
    return message === undefined ? [] : [atPolicy(policy, message)];
  });
}

interface EntityJson {
  readonly uid: UidJson;
  readonly attrs: object;
  readonly parents: readonly UidJson[];
}

interface UidJson {
  readonly type: string;
  readonly id: string;
}

function actionEntities({ actions }: ActionSchema): readonly EntityJson[] {
  return actions.map(({ type, id, memberOf }) => ({ uid: { type, id }, attrs: {}, parents: memberOf }));
}

function answerOf(
  cedar: Cedar,
  { principal, action, resource, context, entities }: CedarQuestion,
  hierarchy: readonly EntityJson[],
): CedarAnswer {
  const said = new Map(hierarchy.map((each) => [`${each.uid.type}::${each.uid.id}`, each]));
  for (const bare of [principal, resource])
    said.set(`${bare.type}::${bare.id}`, { uid: uidOf(bare), attrs: {}, parents: [] });
  for (const { uid, attrs, parents } of entities)
    said.set(`${uid.type}::${uid.id}`, {
      uid: uidOf(uid),
      attrs: recordJson(attrs),
      parents: parents.map(uidOf),
    });
  const call = {
    principal: uidOf(principal),
    action,
    resource: uidOf(resource),
    context: recordJson(context),
    entities: [...said.values()],
    preparsedPolicySetId: name,
    validateRequest: false,
  };
  const answer = cedar.statefulIsAuthorized(call as never);
  if (answer.type === 'failure')
    return { ok: false, reason: answer.errors[0]?.message ?? 'the engine gave no answer' };
  const { decision, diagnostics } = answer.response;
  return { ok: true, allow: decision === 'allow', determining: [...diagnostics.reason] };
}

function uidOf({ type, id }: EntityValue): UidJson {
  return { type, id };
}

/** Newer than the types that are at hand: a piece of text that `JSON.stringify` copies. */
function rawJson(text: string): unknown {
  const json: typeof JSON & { readonly rawJSON?: (text: string) => unknown } = JSON;
  return json.rawJSON?.(text);
}

const escapes = ['__entity', '__extn', '__expr'];

function recordJson(record: RecordValue): object {
  const taken = escapes.find((key) => record.has(key));
  if (taken !== undefined) throw new Error(`the field \`${taken}\` means something else to the engine`);
  const out: Record<string, unknown> = Object.create(null);
  for (const [key, value] of record) out[key] = valueJson(value);
  return out;
}

/** `null` is the empty string, as in the language that traces come from. */
function valueJson(value: TemporalValue): unknown {
  if (value === null) return '';
  if (value instanceof EntityValue) return { __entity: uidOf(value) };
  if (value instanceof DecimalValue) return { __extn: { fn: 'decimal', arg: value.text } };
  if (isRecord(value)) return recordJson(value);
  if (Array.isArray(value)) return value.map(valueJson);
  // The engine is handed text, so a number can be as long as it is.
  return typeof value === 'bigint' ? rawJson(String(value)) : value;
}
