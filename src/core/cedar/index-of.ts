// SPDX-License-Identifier: Apache-2.0
/**
 * Which policies of a set can apply to a question at all, by its action and the types of its principal
 * and resource: what cannot costs nothing, however many of them there are.
 *
 * What was found for an action is kept, for actions that are prepared or that a policy names; there are
 * no more of those than of policies and catalogue entries. What somebody else calls an action is looked
 * up and forgotten.
 */
import type { Entity } from './entities.ts';
import type { CompiledPolicy } from './policy.ts';
import type { Divided } from './prefix.ts';
import type { Uid } from './value.ts';

export interface PolicyIndex {
  /** In the order of the set. @param entity the action's, if there is one */
  applicable(action: Uid, entity: Entity | undefined, principalType: string, resourceType: string): Policies;
}

export type Policies = readonly (CompiledPolicy & Divided)[];

/** The policies of one action, by types. */
type ByTypes = (principalType: string, resourceType: string) => Policies;

export function indexPolicies(policies: Policies): PolicyIndex {
  const everywhere: number[] = [];
  const exactly = new Map<string, number[]>();
  const below = new Map<string, number[]>();
  policies.forEach(({ action }, at) => {
    if (action.kind === 'all') everywhere.push(at);
    else
      for (const uid of action.uids) {
        note(exactly, keyOf(uid), at);
        if (action.under) note(below, keyOf(uid), at);
      }
  });
  const found = (action: Uid, entity: Entity | undefined): ByTypes => {
    const at = new Set([...everywhere, ...(exactly.get(keyOf(action)) ?? [])]);
    for (const ancestor of entity?.ancestors ?? [])
      for (const each of below.get(keyOf(ancestor)) ?? []) at.add(each);
    return byTypes([...at].sort((a, b) => a - b).flatMap((each) => policies[each] ?? []));
  };

  // An action's entity is the same object as long as the store that it was prepared with is used.
  const ofEntities = new WeakMap<Entity, ByTypes>();
  const ofNames = new Map<string, Map<string, ByTypes>>();
  const ofOthers = byTypes(everywhere.flatMap((each) => policies[each] ?? []));
  for (const { action } of policies)
    if (action.kind === 'some')
      for (const uid of action.uids) {
        const ids = ofNames.get(uid.type) ?? new Map<string, ByTypes>();
        ofNames.set(uid.type, ids);
        if (!ids.has(uid.id)) ids.set(uid.id, found(uid, undefined));
      }

  let last: { readonly entity: Entity | undefined; readonly types: ByTypes } = {
    entity: undefined,
    types: ofOthers,
  };
  return {
    applicable(action, entity, principalType, resourceType) {
      if (entity === undefined)
        return (ofNames.get(action.type)?.get(action.id) ?? ofOthers)(principalType, resourceType);
      if (entity !== last.entity) {
        const types = ofEntities.get(entity) ?? found(action, entity);
        ofEntities.set(entity, types);
        last = { entity, types };
      }
      return last.types(principalType, resourceType);
    },
  };
}

/** Only types that some policy names make a difference, so only those are told apart. */
function byTypes(policies: Policies): ByTypes {
  const principals = new Set(policies.flatMap(({ principal }) => principal.type ?? []));
  const resources = new Set(policies.flatMap(({ resource }) => resource.type ?? []));
  if (principals.size === 0 && resources.size === 0) return () => policies;
  const known = new Map<string, Map<string, Policies>>();
  return (principalType, resourceType) => {
    const p = principals.has(principalType) ? principalType : '';
    const r = resources.has(resourceType) ? resourceType : '';
    const row = known.get(p) ?? new Map<string, Policies>();
    known.set(p, row);
    const there = row.get(r);
    if (there !== undefined) return there;
    const fitting = policies.filter(
      ({ principal, resource }) =>
        (principal.type === undefined || principal.type === p) &&
        (resource.type === undefined || resource.type === r),
    );
    row.set(r, fitting);
    return fitting;
  };
}

function note(lists: Map<string, number[]>, key: string, at: number): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [at]);
  else list.push(at);
}

/** The name of a type has no quotes and no spaces. */
function keyOf({ type, id }: Uid): string {
  return `${type} ${id}`;
}
