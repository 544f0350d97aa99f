// SPDX-License-Identifier: Apache-2.0
/**
 * One policy, compiled: its scope apart, so that a set can be indexed by it, and the rest as one test.
 *
 * Source: https://docs.cedarpolicy.com/policies/json-format.html
 */
import { type Compiler, conjunctsOf, negatedConjunct } from './expression.ts';
import type { Slots } from './frame.ts';
import { field, isList, isObject } from './json.ts';
import type { Conjunct } from './prefix.ts';
import {
  type ActionScope,
  type Constraint,
  compileConstraint,
  readActionScope,
  type SlotValues,
} from './scope.ts';

export interface CompiledPolicy {
  readonly id: string;
  readonly effect: 'permit' | 'forbid';
  readonly action: ActionScope;
  readonly principal: Constraint;
  readonly resource: Constraint;
  /** All but the action and the types of principal and resource. */
  readonly conjuncts: readonly Conjunct[];
}

export type PolicyCompilation =
  | { readonly ok: true; readonly policy: CompiledPolicy }
  /** It is a policy perhaps, but not one that is understood here. */
  | { readonly ok: false; readonly reason: string };

export function compilePolicy(
  id: string,
  json: unknown,
  slots: Slots,
  values: SlotValues,
): PolicyCompilation {
  if (!isObject(json)) return { ok: false, reason: 'a policy is no object' };
  const effect = field(json, 'effect');
  if (effect !== 'permit' && effect !== 'forbid') return { ok: false, reason: 'the effect is not known' };
  const action = readActionScope(field(json, 'action'));
  const principal = compileConstraint(field(json, 'principal'), 'principal', values);
  const resource = compileConstraint(field(json, 'resource'), 'resource', values);
  if (action === undefined || principal === undefined || resource === undefined)
    return { ok: false, reason: 'the scope is not known' };

  const compiler: Compiler = { slots, refused: undefined };
  const clauses = field(json, 'conditions');
  if (!isList(clauses)) return { ok: false, reason: 'the conditions are no list' };
  const conditions = clauses.flatMap((clause) => compileClause(clause, compiler));
  if (compiler.refused !== undefined) return { ok: false, reason: compiler.refused };
  const conjuncts = [principal.must, resource.must, ...conditions].flatMap((each) => each ?? []);
  return { ok: true, policy: { id, effect, action, principal, resource, conjuncts } };
}

function compileClause(clause: unknown, compiler: Compiler): readonly Conjunct[] {
  const kind = isObject(clause) ? field(clause, 'kind') : undefined;
  const body = isObject(clause) ? field(clause, 'body') : undefined;
  if (kind === 'when') return conjunctsOf(body, compiler);
  if (kind === 'unless') return [negatedConjunct(body, compiler)];
  compiler.refused ??= 'a condition is neither `when` nor `unless`';
  return [];
}
