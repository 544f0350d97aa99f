// SPDX-License-Identifier: Apache-2.0
/**
 * A set of Cedar policies, compiled: which of them a question satisfies, and which of them err.
 *
 * Agrees with Cedar on every policy that it covers, and says which ones it does not. Knows no schema:
 * that a question fits one is for the caller to see to. Never throws; what is no question is refused.
 *
 * Source: docs/adr/0013-compiled-cedar.md. Held to cedar-wasm by test/cedar.
 */
import { type EntityStore, prepareEntities } from './entities.ts';
import { createFrame, createSlots, nextQuestion, type Slots } from './frame.ts';
import { indexPolicies } from './index-of.ts';
import { isObject, type Layout, recordOfJson, takeFields, type UidJson, uidOfJson } from './json.ts';
import { isTypeName } from './name.ts';
import { type CompiledPolicy, compilePolicy } from './policy.ts';
import { errs, holds, questionOf, sharePrefixes } from './prefix.ts';
import { slotsOf } from './scope.ts';
import { type Uid, uid } from './value.ts';

export interface SetSource {
  /** By id, in Cedar's JSON form. */
  readonly policies: ReadonlyMap<string, unknown>;
  readonly templates?: ReadonlyMap<string, unknown>;
  readonly links?: readonly TemplateLink[];
}

export interface TemplateLink {
  readonly templateId: string;
  readonly newId: string;
  /** By slot: `?principal`, `?resource`. */
  readonly values: { readonly [slot: string]: UidJson };
}

export interface CedarRequest {
  readonly principal: UidJson;
  readonly action: UidJson;
  readonly resource: UidJson;
  /** A record of values in JSON form. */
  readonly context: object;
  readonly entities: EntityStore;
}

/** Ids in the order of their UTF-16 units. */
export interface Evaluated {
  readonly ok: true;
  readonly satisfied: readonly string[];
  readonly errored: readonly string[];
}

export interface Refused {
  readonly ok: false;
  readonly reason: string;
}

export interface Authorized {
  readonly ok: true;
  readonly decision: 'allow' | 'deny';
  /** The policies that determined it. */
  readonly reason: readonly string[];
  readonly errors: readonly string[];
}

export interface CedarSet {
  /** Policies that must be asked elsewhere: `evaluate` does not see them. */
  readonly uncovered: readonly { readonly id: string; readonly reason: string }[];
  evaluate(request: CedarRequest): Evaluated | Refused;
  /** As Cedar decides. Refused while there are policies that are not covered. */
  authorize(request: CedarRequest): Authorized | Refused;
}

export type SetCompilation = { readonly ok: true; readonly set: CedarSet } | Refused;

/** @returns not ok where Cedar refuses the whole set: links that do not fit, an id that is used twice */
export function compileSet(source: SetSource): SetCompilation {
  const unlinkable = whyUnlinkable(source);
  if (unlinkable !== undefined) return { ok: false, reason: unlinkable };
  const slots = createSlots();
  const policies: CompiledPolicy[] = [];
  const uncovered: { readonly id: string; readonly reason: string }[] = [];
  const note = (id: string, json: unknown, values: ReadonlyMap<string, Uid>) => {
    const compiled = compilePolicy(id, json, slots, values);
    if (compiled.ok) policies.push(compiled.policy);
    else uncovered.push({ id, reason: compiled.reason });
  };
  for (const [id, json] of source.policies) note(id, json, new Map());
  for (const link of source.links ?? []) {
    const values = Object.entries(link.values).flatMap(([slot, json]): [string, Uid][] => {
      const uid = uidOfJson(json);
      return uid === undefined ? [] : [[slot, uid]];
    });
    note(link.newId, source.templates?.get(link.templateId), new Map(values));
  }
  policies.sort((a, b) => (a.id < b.id ? -1 : 1));
  const evaluate = evaluator(policies, slots);
  const effects = new Map(policies.map(({ id, effect }) => [id, effect]));
  return {
    ok: true,
    set: {
      uncovered,
      evaluate,
      authorize(request) {
        if (uncovered.length > 0) return { ok: false, reason: 'not every policy is covered' };
        const evaluated = evaluate(request);
        return evaluated.ok ? combined(evaluated, (id) => effects.get(id) ?? 'forbid') : evaluated;
      },
    },
  };
}

/** Cedar's own combination: a forbid wins, nothing permits by itself, errors are only reported. */
export function combined(
  { satisfied, errored }: Evaluated,
  effectOf: (id: string) => 'permit' | 'forbid',
): Authorized {
  const forbids = satisfied.filter((id) => effectOf(id) === 'forbid');
  if (forbids.length > 0) return { ok: true, decision: 'deny', reason: forbids, errors: errored };
  const decision = satisfied.length > 0 ? 'allow' : 'deny';
  return { ok: true, decision, reason: satisfied, errors: errored };
}

/** Names of types that are known to be well-formed: others are looked at each time. */
const maxTypes = 10_000;

function evaluator(policies: readonly CompiledPolicy[], slots: Slots): CedarSet['evaluate'] {
  const prefixes = sharePrefixes(policies);
  const index = indexPolicies(prefixes.divided);
  const types = new Set(
    policies.flatMap(({ principal, resource, action }) => [
      ...(principal.type === undefined ? [] : [principal.type]),
      ...(resource.type === undefined ? [] : [resource.type]),
      ...(action.kind === 'some' ? action.uids.map(({ type }) => type) : []),
    ]),
  );
  /** @param last who was read in this place before: most often it is the same again */
  const read = ({ type, id }: UidJson, last: Uid): Uid | undefined => {
    if (id === last.id && type === last.type) return last;
    if (!types.has(type)) {
      if (!isTypeName(type)) return undefined;
      if (types.size < maxTypes) types.add(type);
    }
    return id.isWellFormed() ? uid(type, id) : undefined;
  };
  const layout: Layout = { names: [], numbers: [], texts: [] };
  const frame = createFrame(slots, prefixes.count, noEntities, uid('Nobody', ''), recordOfJson({}));

  return ({ principal: p, action: a, resource: r, context, entities }) => {
    const principal = read(p, frame.principal);
    const action = read(a, frame.action);
    const resource = read(r, frame.resource);
    if (principal === undefined || action === undefined || resource === undefined)
      return { ok: false, reason: 'principal, action and resource must be names of entities' };
    if (!isObject(context)) return { ok: false, reason: 'the context must be a record' };
    nextQuestion(frame);
    const why = takeFields(context, slots.fields, layout, frame.fields);
    if (why !== undefined) return { ok: false, reason: why };

    frame.principal = principal;
    frame.action = action;
    frame.resource = resource;
    frame.context = recordOfJson(context);
    frame.entities = entities;
    frame.principalEntity = entities.find(principal);
    frame.resourceEntity = entities.find(resource);
    const question = questionOf(frame);
    const satisfied: string[] = [];
    const errored: string[] = [];
    for (const { id, prefix, rest } of index.applicable(action, entities.find(action), p.type, r.type)) {
      if (prefix !== 0) {
        const known = (frame.prefixes[prefix] ?? 0) - question;
        const told = known > 0 ? known : prefixes.tell(frame, prefix);
        if (told === errs) errored.push(id);
        if (told !== holds) continue;
      }
      const said = rest === undefined ? true : rest(frame);
      if (said === true) satisfied.push(id);
      else if (said === undefined) errored.push(id);
    }
    return { ok: true, satisfied, errored };
  };
}

const none = prepareEntities([]);
const noEntities: EntityStore = none.ok ? none.store : { find: () => undefined, withMore: () => none };

function whyUnlinkable({ policies, templates, links = [] }: SetSource): string | undefined {
  const taken = new Set(policies.keys());
  for (const id of templates?.keys() ?? []) {
    if (taken.has(id)) return `the id \`${id}\` is used twice`;
    taken.add(id);
  }
  for (const { templateId, newId, values } of links) {
    const template = templates?.get(templateId);
    if (template === undefined) return `there is no template \`${templateId}\``;
    if (taken.has(newId)) return `the id \`${newId}\` is used twice`;
    taken.add(newId);
    const slots = new Set(slotsOf(template));
    const given = Object.keys(values);
    if (given.length !== slots.size || given.some((slot) => !slots.has(slot)))
      return `the link \`${newId}\` does not fill the slots of its template`;
    if (Object.values(values).some((value) => uidOfJson(value) === undefined))
      return `the link \`${newId}\` fills a slot with what is no entity`;
  }
  return undefined;
}
