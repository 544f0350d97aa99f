// SPDX-License-Identifier: Apache-2.0
/**
 * What the scope of a policy covers, and whether one scope lies within another.
 *
 * Sound, not complete: `within` is true only where every request of the one is a request of the other,
 * for tools that come later as well, since every class has a stand-in here.
 */
import type { CatalogueEntry } from '../../catalogue/entry.ts';
import { builtinServer } from '../../catalogue/names.ts';
import { classes, isActionClass } from '../../catalogue/taxonomy.ts';
import { actionsOf } from '../actions.ts';
import { adminActions } from '../layout.ts';
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
  const builtIn = new Set(entries.flatMap((entry) => (entry.server === builtinServer ? [entry.action] : [])));
  const known = actions.ok ? [...actions.value.asked] : [];
  return [
    ...known
      .filter(([name]) => !builtIn.has(name))
      .map(
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

/** Whether every request that `inner` covers is one that `outer` covers. */
export function within(inner: Json, outer: Json, all: readonly Asked[]): boolean {
  if (!['principal', 'resource'].every((part) => narrower(member(inner, part), member(outer, part))))
    return false;
  const covered = new Set(coveredBy({ action: member(outer, 'action') }, all));
  const asked = coveredBy({ principal: member(inner, 'principal'), action: member(inner, 'action') }, all);
  return asked.length > 0 && asked.every((one) => covered.has(one));
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
