// SPDX-License-Identifier: Apache-2.0
/**
 * What the scope of a policy covers, and whether one scope lies within another.
 *
 * Sound, not complete: `within` is true only where every request of the one is a request of the other,
 * for tools that come later as well, since every class has a stand-in here.
 */
import type { CatalogueEntry } from '../../catalogue/entry.ts';
import { classes, isActionClass } from '../../catalogue/taxonomy.ts';
import { actionsOf } from '../actions.ts';
import { adminActions, canaryAction, continueAction, sessionType } from '../layout.ts';
import { type Json, listOf, member, stringIn } from './expression.ts';

export interface Asked {
  readonly name: string;
  readonly by: 'Agent' | 'Operator';
  /** Groups, classes and methods that it is in. */
  readonly of: ReadonlySet<string>;
  readonly resourceTypes: ReadonlySet<string> | undefined;
  /** The names of its arguments; undefined for what stands in for tools to come. */
  readonly args: ReadonlySet<string> | undefined;
}

/** Everything that can be asked, what stands in for tools to come included. */
export function everythingAsked(entries: readonly CatalogueEntry[]): readonly Asked[] {
  const actions = actionsOf(entries);
  const known = actions.ok ? [...actions.value.asked] : [];
  return [
    ...known.map(
      ([name, terms]): Asked => ({
        name,
        by: 'Agent',
        of: new Set(terms.memberOf.flatMap(withGroups)),
        resourceTypes: terms.resourceTypes,
        args: new Set(terms.args.fields.map((field) => field.name)),
      }),
    ),
    ...adminActions.map(
      (name): Asked => ({
        name,
        by: 'Operator',
        of: new Set(['administer', 'authority']),
        resourceTypes: new Set(['Administered']),
        args: new Set(),
      }),
    ),
    // In no group: only a scope that leaves the action open covers it.
    { name: canaryAction, by: 'Agent', of: new Set(), resourceTypes: undefined, args: undefined },
    {
      name: continueAction,
      by: 'Agent',
      of: new Set(),
      resourceTypes: new Set([sessionType]),
      args: new Set(),
    },
    ...Object.keys(classes).map(
      (name): Asked => ({
        name: `any ${name}`,
        by: 'Agent',
        of: new Set(withGroups(name)),
        resourceTypes: undefined,
        args: undefined,
      }),
    ),
  ];
}

function withGroups(name: string): readonly string[] {
  return isActionClass(name) ? [name, ...classes[name]] : [name];
}

/** Those that the scope of a policy covers. */
export function coveredBy(policy: Json, all: readonly Asked[]): readonly Asked[] {
  const [principal, action, resource] = [
    member(policy, 'principal'),
    member(policy, 'action'),
    member(policy, 'resource'),
  ];
  const names = new Set(namedIn(action));
  const exact = member(action, 'op') === '==';
  const by = typeIn(principal);
  const on = typeIn(resource);
  return all.filter(
    (one) =>
      (by === undefined || by === one.by) &&
      (on === undefined || one.resourceTypes === undefined || one.resourceTypes.has(on)) &&
      (member(action, 'op') === 'All' ||
        names.has(one.name) ||
        (!exact && [...one.of].some((name) => names.has(name)))),
  );
}

/** Whether the scope says which resources, not only which actions. */
export function namesResource(policy: Json): boolean {
  return typeIn(member(policy, 'resource')) !== undefined;
}

/** A scope, ready to be compared with others. */
export interface Scope {
  readonly policy: Json;
  /** By its principal and action. */
  readonly asked: readonly Asked[];
  /** By its action alone. */
  readonly actions: ReadonlySet<Asked>;
}

export function scopeOf(policy: Json, all: readonly Asked[]): Scope {
  const [principal, action] = [member(policy, 'principal'), member(policy, 'action')];
  return {
    policy,
    asked: coveredBy({ principal, action }, all),
    actions: new Set(coveredBy({ action }, all)),
  };
}

/** Whether every request that `inner` covers is one that `outer` covers. */
export function within(inner: Scope, outer: Scope): boolean {
  return (
    ['principal', 'resource'].every((part) =>
      narrower(member(inner.policy, part), member(outer.policy, part)),
    ) &&
    inner.asked.length > 0 &&
    inner.asked.every((one) => outer.actions.has(one))
  );
}

function narrower(inner: Json, outer: Json): boolean {
  if (member(outer, 'op') === 'All' || JSON.stringify(inner) === JSON.stringify(outer)) return true;
  return (
    member(outer, 'op') === 'is' &&
    member(outer, 'in') === undefined &&
    member(inner, 'op') !== 'in' &&
    typeIn(inner) !== undefined &&
    typeIn(inner) === typeIn(outer)
  );
}

/** The type that a scope says; `in` alone says none. */
function typeIn(scope: Json): string | undefined {
  if (member(scope, 'op') === 'is') return stringIn(scope, 'entity_type');
  return member(scope, 'op') === '==' ? stringIn(member(scope, 'entity'), 'type') : undefined;
}

function namedIn(action: Json): readonly string[] {
  const entities = [member(action, 'entity'), ...listOf(member(action, 'entities'))];
  return entities.flatMap((entity) => stringIn(entity, 'id') ?? []);
}
