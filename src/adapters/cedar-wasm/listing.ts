// SPDX-License-Identifier: Apache-2.0
/**
 * Whether a tool may be shown: is there any argument with which it could be allowed or asked about?
 *
 * The question is put without arguments. A policy that is decided all the same does not depend on
 * them (Cedar's `&&` and `||` stop early); one that errors does, and then anything is possible.
 * Errs towards showing: what is shown is decided at the call, with its arguments.
 */
import type { PolicyJson, StatefulAuthorizationCall } from '@cedar-policy/cedar-wasm/nodejs';
import { type ActionClass, classes } from '../../core/catalogue/taxonomy.ts';
import type { Policy } from '../../core/decision/verdict.ts';
import type { Entity, Question } from '../../core/policy/question.ts';
import type { Cedar } from './engine.ts';

/** The policies that look at which resource it is: that depends on arguments as well. */
export function resourceBound(
  policies: readonly (readonly [id: string, json: PolicyJson])[],
): ReadonlySet<string> {
  return new Set(policies.filter(([, json]) => namesResource(json)).map(([id]) => id));
}

/**
 * @param name the engine's name of the set, every policy a permit
 * @throws what the engine throws
 */
export function mayAllow(
  cedar: Cedar,
  name: string,
  question: Question,
  actionClass: ActionClass,
  policies: ReadonlyMap<string, Policy>,
  bound: ReadonlySet<string>,
): boolean {
  const { args: _, args_opaque: __, ...context } = question.context;
  // Without the schema, which would insist on arguments, the engine does not know the groups of actions.
  const call = {
    ...question,
    context,
    entities: [...question.entities, ...actionEntities(question.action.id, actionClass)],
    preparsedPolicySetId: name,
    validateRequest: false,
  };
  // The engine's types ask for writable arrays; it only ever reads them.
  const answer = cedar.statefulIsAuthorized(call as unknown as StatefulAuthorizationCall);
  if (answer.type === 'failure') return true;
  const satisfied = new Set(answer.response.diagnostics.reason);
  const unknown = new Set([...answer.response.diagnostics.errors.map((e) => e.policyId), ...bound]);
  const all = [...policies.values()];
  const barred = all.some(
    (p) => p.effect === 'forbid' && p.remedy === undefined && satisfied.has(p.id) && !unknown.has(p.id),
  );
  return !barred && all.some((p) => p.effect === 'permit' && (satisfied.has(p.id) || unknown.has(p.id)));
}

function actionEntities(action: string, actionClass: ActionClass): readonly Entity[] {
  const uid = (id: string) => ({ type: 'Action', id });
  const groups = classes[actionClass].map(uid);
  const suffix = `:${actionClass}`; // of a method that several targets share (core/policy/actions.ts)
  const method = action.endsWith(suffix) ? [uid(action.slice(0, -suffix.length))] : [];
  return [
    { uid: uid(action), attrs: {}, parents: [uid(actionClass), ...method] },
    { uid: uid(actionClass), attrs: {}, parents: groups },
  ];
}

function namesResource(json: PolicyJson): boolean {
  const scope = json.resource;
  if (scope.op === '==' || scope.op === 'in' || (scope.op === 'is' && 'in' in scope)) return true;
  return json.conditions.some((clause) => mentions(clause.body));
}

// An attribute of the resource is the catalogue's and the same whatever the arguments; all else about it may differ.
function mentions(expression: unknown): boolean {
  if (typeof expression !== 'object' || expression === null) return false;
  return Object.entries(expression).some(([key, value]) => {
    if (key === 'Var') return value === 'resource';
    if (key === '.' && typeof value === 'object' && value !== null && 'left' in value) {
      return JSON.stringify(value.left) === '{"Var":"resource"}' ? false : mentions(value);
    }
    return mentions(value);
  });
}
