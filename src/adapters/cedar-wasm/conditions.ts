// SPDX-License-Identifier: Apache-2.0
/**
 * Policy files with conditions over history: lowered to plain Cedar files, with the conditions they read.
 *
 * A file without any stays as it is, so that places in it stay exact; a lowered policy becomes a file of
 * its own that starts at the same line. Names that end up in records are made of the policy's id.
 *
 * Source: docs/temporal.md; docs/adr/0012-temporal.md.
 */
import type { Conditions } from '../../app/ports.ts';
import type { CatalogueEntry } from '../../core/catalogue/entry.ts';
import { digestJson } from '../../core/json/canonical.ts';
import { isStandIn } from '../../core/policy/schema.ts';
import {
  type Place,
  type PolicyFile,
  type Problem,
  placeAt,
  splitPolicies,
} from '../../core/policy/source.ts';
import {
  type ActionSchema,
  type ActionShape,
  actionSchemaOf,
  actionsInScope,
  isAsked,
  type SchemaJson,
} from '../../core/temporal/action-schema.ts';
import { checkLeaves } from '../../core/temporal/check-schema.ts';
import {
  actionsOf,
  type Condition,
  conditionName,
  reachOf,
  together,
} from '../../core/temporal/condition.ts';
import { defaultMacros } from '../../core/temporal/defaults.ts';
import { readEventSchema } from '../../core/temporal/event-schema.ts';
import type { Formula } from '../../core/temporal/formula.ts';
import { formulaOf } from '../../core/temporal/formula-of.ts';
import { keptArguments, resultFields } from '../../core/temporal/kept.ts';
import { localityOf, readsOrder } from '../../core/temporal/locality.ts';
import { type LoweredPolicy, lowerPolicies } from '../../core/temporal/lower.ts';
import { builtInType, type SchemaType } from '../../core/temporal/schema-type.ts';
import type { Engine } from './engine.ts';
import { nowhere } from './piece.ts';

/** Within what is kept (app/past.ts). Each window alone is held to it by the schema below. */
const maxReachSeconds = 30 * 86_400;

/** What every action's events are, on the road. Source: docs/temporal.md, "Events". */
const eventSchema = readEventSchema({
  name: 'event schema',
  text: `max_window = 30d
    decision event <A>::request { ...inputs(A), ${ours()} }
    event <A>::admitted { ...inputs(A), ${ours()} }
    event <A>::response { ...inputs(A), ...outputs(A), ${ours()} }
    event <A>::error { ...inputs(A), ...outputs(A), ${ours()} }`,
});

function ours(): string {
  return 'callerPrincipal: principalType(A), callerResource: resourceType(A), requestId: String, sessionId: String, taskId: Task, tool: { server: String, name: String }';
}

export interface LoweredFiles {
  /** What is read as Cedar from here on. */
  readonly files: readonly PolicyFile[];
  /** Of those that one policy became: the policy as it stands in its own file. */
  readonly written: ReadonlyMap<PolicyFile, string>;
  readonly conditions: readonly LoweredCondition[];
  readonly problems: readonly Problem[];
}

export interface LoweredCondition {
  readonly policy: LoweredPolicy;
  /** The file that the policy became. */
  readonly file: PolicyFile;
  readonly condition: Condition;
  /** As it stands in the file, between its brackets, and where. */
  readonly written: string;
  readonly place: Place;
}

const nothing = together([]);

/** No file without one of these words has anything to lower. */
const hint = /\b(?:temporal|guardrails|def)\b/;

export function lowerFiles(files: readonly PolicyFile[]): LoweredFiles {
  const candidates = files.filter(({ text }) => hint.test(text));
  if (candidates.length === 0) return { files, written: new Map(), conditions: [], problems: [] };
  const lowered = lowerPolicies(candidates, [defaultMacros]);
  if (!lowered.ok) {
    // As Cedar these would only be refused again, for words that Cedar does not have.
    const others = files.filter((file) => !candidates.includes(file));
    return { files: others, written: new Map(), conditions: [], problems: lowered.problems };
  }
  const changed = new Set(lowered.policies.filter(isLowered).map(({ file }) => file));
  for (const file of candidates) if (/\bdef\b/.test(file.text)) changed.add(file);

  const problems: Problem[] = [];
  const conditions: LoweredCondition[] = [];
  const names = new Set<string>();
  const written = new Map<PolicyFile, string>();
  const out = files.filter((file) => !changed.has(file));
  for (const policy of lowered.policies) {
    if (!changed.has(policy.file)) continue;
    const named = namedAfterId(policy, names);
    out.push(named.file);
    written.set(named.file, policy.written);
    conditions.push(...named.conditions);
    problems.push(...faultsOf(policy));
  }
  return { files: out, written, conditions, problems };
}

function isLowered({ leaves, calls }: LoweredPolicy): boolean {
  return leaves.length > 0 || calls.length > 0;
}

function faultsOf(policy: LoweredPolicy): readonly Problem[] {
  const { file, at, calls, leaves, actions, principalType } = policy;
  const [call] = calls;
  if (call !== undefined)
    return [{ ...placeAt(file, call.at), message: `there is no provider \`${call.provider}\`` }];
  if (leaves.length > 0 && actions.kind === 'any' && principalType !== 'Agent')
    return [
      {
        ...placeAt(file, at),
        message:
          'a condition over history is about what agents do: say `principal is Agent`, or name the action',
      },
    ];
  return leaves.flatMap(({ condition, at: leafAt }) => {
    const why = whyNotHere(formulaOf(condition));
    return why === undefined ? [] : [{ ...placeAt(file, leafAt), ...why }];
  });
}

function whyNotHere(formula: Formula): Pick<Problem, 'message' | 'rule'> | undefined {
  if (localityOf(formula, []) === 'tenant' && readsOrder(formula))
    return {
      message:
        'this depends on what everybody does in between: `previous`, and `since` after something positive, have no place here',
    };
  if (reachOf(formula) > maxReachSeconds)
    return {
      message: 'windows inside of one another add up, and together these look back further than 30 days',
      rule: 'CS003',
    };
  return undefined;
}

/** The policy as a file, its conditions named after its id. */
function namedAfterId(
  policy: LoweredPolicy,
  taken: Set<string>,
): { readonly file: PolicyFile; readonly conditions: readonly LoweredCondition[] } {
  const { line } = placeAt(policy.file, policy.at);
  const split = splitPolicies({ name: policy.file.name, text: policy.text });
  const id = split.ok ? split.policies[0]?.annotations.find(({ name }) => name === 'id')?.value : undefined;
  const renamed = policy.leaves.map((leaf, i) => {
    const plain = conditionName(id ?? policy.key, i);
    const name = taken.has(plain) ? `${plain}__${policy.key}` : plain;
    taken.add(name);
    return { leaf, name, formula: formulaOf(leaf.condition) };
  });
  const text = renamed.reduce(
    (before, { leaf, name }) =>
      before.replaceAll(new RegExp(`\\bcontext\\.${leaf.name}\\b`, 'g'), `context.${name}`),
    policy.text,
  );
  const file = { name: policy.file.name, text: `${'\n'.repeat(line - 1)}${text}\n` };
  const conditions = renamed.map(({ leaf, name, formula }) => ({
    policy,
    file,
    written: leaf.written,
    place: placeAt(leaf.file, leaf.at),
    condition: {
      name,
      formula,
      locality: localityOf(formula, []),
      actions: actionsOf(formula),
      reachSeconds: reachOf(formula),
    },
  }));
  return { file, conditions };
}

/** A policy's text and what its conditions say: lifting one policy must not lift what it becomes later. */
export function textDigestOf(textDigest: string, own: readonly LoweredCondition[]): string {
  return own.length === 0
    ? textDigest
    : digestJson([textDigest, ...own.map(({ condition }) => JSON.stringify(condition.formula))]);
}

export type CheckedConditions =
  | { readonly ok: true; readonly conditions: Conditions }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** @param schema of the catalogue, in Cedar's own text, without conditions */
export function checkConditions(
  engine: Engine,
  entries: readonly CatalogueEntry[],
  schema: string,
  lowered: readonly LoweredCondition[],
): CheckedConditions {
  if (lowered.length === 0) return { ok: true, conditions: { all: [], for: () => nothing } };
  const actions = actionSchema(engine, entries, schema);
  if (typeof actions === 'string')
    return { ok: false, problems: [{ ...nowhere('catalogue'), message: actions }] };
  const policies = [...new Set(lowered.map(({ policy }) => policy))];
  const logged = actions.actions.filter((action) => !isAsked(action) || action.principals.includes('Agent'));
  const problems = checkLeaves(policies, { actions, logged, events: eventSchema });
  if (problems.length > 0) return { ok: false, problems };

  const byAction = new Map<string, Condition[]>();
  for (const { policy, condition } of lowered) {
    for (const { id, principals } of actionsInScope(actions, policy.actions) ?? actions.actions) {
      // What operators do has no history: to ask it there would only find what cannot be told.
      if (!principals.includes('Agent')) continue;
      const own = byAction.get(id) ?? [];
      own.push(condition);
      byAction.set(id, own);
    }
  }
  const asked = new Map([...byAction].map(([action, own]) => [action, together(own)]));
  return {
    ok: true,
    conditions: {
      all: lowered.map(({ condition }) => condition),
      for: (action) => asked.get(action) ?? nothing,
    },
  };
}

/** What events of an action hold is what history keeps, and nothing else that the request has. @returns why not */
function actionSchema(
  engine: Engine,
  entries: readonly CatalogueEntry[],
  schema: string,
): ActionSchema | string {
  let json: string | undefined;
  try {
    json = engine.run((cedar) => {
      const answer = cedar.schemaToJson(schema);
      return answer.type === 'failure' ? undefined : JSON.stringify(answer.json);
    });
  } catch {
    return 'the schema of the catalogue is too large or nested too deeply for the engine';
  }
  if (json === undefined) return 'the engine refuses the schema';
  const read: SchemaJson = JSON.parse(json);
  const { actions, entities } = actionSchemaOf(read);
  const byAction = new Map(entries.map((entry) => [entry.action, entry]));
  return { entities, actions: actions.map((shape) => withKept(shape, byAction.get(shape.id))) };
}

function withKept(shape: ActionShape, entry: CatalogueEntry | undefined): ActionShape {
  const args = shape.context.get('args');
  const input = new Map<string, SchemaType>();
  for (const name of entry === undefined ? [] : keptArguments(entry)) {
    const type = args?.kind === 'record' ? args.fields.get(name) : undefined;
    if (type !== undefined && type.kind !== 'record') input.set(name, type);
  }
  const output = new Map<string, SchemaType>(
    Object.entries(resultFields).map(([name, type]) => [name, builtInType(type)]),
  );
  for (const name of Object.keys(entry?.keeps ?? {})) output.set(name, { kind: 'unknown' });
  const context = new Map(shape.context);
  context.set('input', { kind: 'record', fields: input });
  context.set('output', { kind: 'record', fields: output });
  return { ...shape, context, ...(isStandIn(shape.id) ? { standsIn: true as const } : {}) };
}
