// SPDX-License-Identifier: Apache-2.0
// Whom and what a policy is about, in Cedar's JSON form, with the slots of a template filled in.
import type { Test } from './frame.ts';
import { field, isList, isObject, uidOfJson } from './json.ts';
import { isTypeName } from './name.ts';
import type { Conjunct } from './prefix.ts';
import { sameUid, type Uid } from './value.ts';

/** What must hold of a principal or a resource. `type`: only entities of this type can match. */
export interface Constraint {
  readonly type: string | undefined;
  /** Undefined where the type, or nothing at all, is all that is asked for. */
  readonly must: Conjunct | undefined;
}

/** An action matches if it is one of these or, where `under`, below one of them. */
export type ActionScope =
  | { readonly kind: 'all' }
  | { readonly kind: 'some'; readonly uids: readonly Uid[]; readonly under: boolean };

/** By `?principal` and `?resource`. */
export type SlotValues = ReadonlyMap<string, Uid>;

/** @returns undefined if it is not understood */
export function compileConstraint(
  json: unknown,
  of: 'principal' | 'resource',
  values: SlotValues,
): Constraint | undefined {
  if (!isObject(json)) return undefined;
  const scope = { op: field(json, 'op'), in: field(json, 'in'), type: field(json, 'entity_type') };
  switch (scope.op) {
    case 'All':
      return { type: undefined, must: undefined };
    case '==': {
      const uid = named(json, values);
      return uid && { type: uid.type, must: being(of, uid) };
    }
    case 'in': {
      const uid = named(json, values);
      return uid && { type: undefined, must: within(of, uid) };
    }
    case 'is': {
      if (typeof scope.type !== 'string' || !isTypeName(scope.type)) return undefined;
      if (scope.in === undefined) return { type: scope.type, must: undefined };
      const uid = named(scope.in, values);
      return uid && { type: scope.type, must: within(of, uid) };
    }
    default:
      return undefined;
  }
}

function being(of: 'principal' | 'resource', uid: Uid): Conjunct {
  const test: Test =
    of === 'principal' ? (frame) => sameUid(frame.principal, uid) : (frame) => sameUid(frame.resource, uid);
  return { key: `${of} == ${uid.type} ${uid.id}`, test };
}

function within(of: 'principal' | 'resource', uid: Uid): Conjunct {
  const test: Test =
    of === 'principal'
      ? (frame) => sameUid(frame.principal, uid) || frame.principalEntity?.ancestors.has(uid) === true
      : (frame) => sameUid(frame.resource, uid) || frame.resourceEntity?.ancestors.has(uid) === true;
  return { key: `${of} in ${uid.type} ${uid.id}`, test };
}

export function readActionScope(json: unknown): ActionScope | undefined {
  if (!isObject(json)) return undefined;
  const one = uidOfJson(field(json, 'entity'));
  switch (field(json, 'op')) {
    case 'All':
      return { kind: 'all' };
    case '==':
      return one && { kind: 'some', uids: [one], under: false };
    case 'in': {
      if (one !== undefined) return { kind: 'some', uids: [one], under: true };
      const list = field(json, 'entities');
      if (!isList(list)) return undefined;
      const uids = list.flatMap((each) => uidOfJson(each) ?? []);
      return uids.length === list.length ? { kind: 'some', uids, under: true } : undefined;
    }
    default:
      return undefined;
  }
}

/** The names of the slots that a policy's scope has. */
export function slotsOf(policy: unknown): readonly string[] {
  if (!isObject(policy)) return [];
  return ['principal', 'resource'].flatMap((part) => {
    const scope = field(policy, part);
    if (!isObject(scope)) return [];
    const inner = field(scope, 'in');
    const slot = field(scope, 'slot') ?? (isObject(inner) ? field(inner, 'slot') : undefined);
    return typeof slot === 'string' ? [slot] : [];
  });
}

function named(json: unknown, slots: SlotValues): Uid | undefined {
  if (!isObject(json)) return undefined;
  const slot = field(json, 'slot');
  if (slot === undefined) return uidOfJson(field(json, 'entity'));
  return typeof slot === 'string' ? slots.get(slot) : undefined;
}
