// SPDX-License-Identifier: Apache-2.0
/**
 * What is known of where the values of one call come from, and whether such a call was asked for at all: as policy
 * sees it, by the role of each argument, and as a person is shown it, value by value.
 */
import { type ActionClass, classes, type Role } from '../catalogue/taxonomy.ts';
import type { JsonObject, JsonValue } from '../json/value.ts';
import type { Knowledge } from './knowledge.ts';
import { type Act, type Doubt, delegated, type Origin, type Reason, reasonFor } from './reason.ts';
import { typedOf } from './typed.ts';

/** Roles that decide what a call does, and to whom. */
export const decidingRoles = ['destination', 'amount', 'selector', 'link', 'path', 'credential'] as const;
export type DecidingRole = (typeof decidingRoles)[number];

export interface RoleFacts {
  /** The worst of its values. 0: there is a reason for each. 1: worth a question. 2: there is none. */
  readonly doubt: 0 | 1 | 2;
  /** Sorted, without duplicates; empty where the call has no such argument. */
  readonly from: readonly Origin[];
}

/** One value, and why it is what it is. */
export interface Lineage extends Reason {
  readonly argument: string;
  readonly role: Role;
}

export interface OriginFacts {
  readonly roles: { readonly [role in DecidingRole]: RoleFacts };
  readonly intent: {
    /** Whether anybody has asked for anything, a prompt or parameters of the task, and the act does more than observe. */
    readonly known: boolean;
    /** False where it is known that nothing that was asked speaks of such an act. */
    readonly asked: boolean;
  };
  /** Of what is in doubt, at most `maxLineage`. */
  readonly lineage: readonly Lineage[];
}

const maxLineage = 8;
const maxLeaves = 256;
const ranks: Readonly<Record<Doubt, 0 | 1 | 2>> = { none: 0, ask: 1, no_reason: 2 };

const nothing: RoleFacts = { doubt: 0, from: [] };
const noRoles = Object.fromEntries(decidingRoles.map((role) => [role, nothing])) as OriginFacts['roles'];

/** What a call is taken for of which nothing is known, as in a list of tools, and one that only observes. */
export const unasked: OriginFacts = { roles: noRoles, intent: { known: false, asked: true }, lineage: [] };

export interface Described {
  readonly class: ActionClass;
  readonly args: { readonly [argument: string]: { readonly role?: Role } };
}

/** Of a call where what was asked and read cannot be had: nobody can tell, and that is as if a stranger had said it. */
export function untold(entry: Described, args: JsonObject): OriginFacts {
  if (observes(entry)) return unasked;
  const roles = decidingRoles.flatMap((role) =>
    valuesOf(entry, args, role).length === 0
      ? []
      : [[role, { doubt: 2 as const, from: ['unknown' as const] }] as const],
  );
  return { ...unasked, roles: { ...noRoles, ...Object.fromEntries(roles) } };
}

function observes(entry: Described): boolean {
  return (classes[entry.class] as readonly string[]).every((group) => group === 'observe');
}

function valuesOf(entry: Described, args: JsonObject, role: Role): readonly (string | number | boolean)[] {
  return Object.entries(entry.args).flatMap(([argument, rule]) =>
    rule.role === role ? scalarsOf(Object.hasOwn(args, argument) ? args[argument] : null) : [],
  );
}

export function originFacts(known: Knowledge, entry: Described, args: JsonObject): OriginFacts {
  const { request } = known;
  if (observes(entry)) return unasked;
  const asked =
    request === undefined ||
    request.classes.has(entry.class) ||
    delegated(known, request).some((order) => order.request.classes.has(entry.class));
  const intent = { known: request !== undefined, asked };

  const act: Act = {
    destinations: valuesOf(entry, args, 'destination').map(typedOf),
    objects: valuesOf(entry, args, 'selector'),
  };
  const lineage: Lineage[] = [];
  const roles: { [role in DecidingRole]?: RoleFacts } = {};
  for (const [argument, { role }] of Object.entries(entry.args)) {
    if (role === undefined || !isDeciding(role)) continue;
    const values = scalarsOf(Object.hasOwn(args, argument) ? args[argument] : null);
    if (values.length === 0) continue;
    const reasons = values.map((value) => reasonFor(known, role, value, act));
    for (const one of reasons) if (one.doubt !== 'none') lineage.push({ ...one, argument, role });
    const before = roles[role] ?? nothing;
    roles[role] = {
      doubt: Math.max(before.doubt, ...reasons.map(({ doubt }) => ranks[doubt])) as 0 | 1 | 2,
      from: [...new Set([...before.from, ...reasons.map(({ origin }) => origin)])].sort(),
    };
  }
  const worst = lineage.toSorted((a, b) => ranks[b.doubt] - ranks[a.doubt]);
  return { roles: { ...noRoles, ...roles }, intent, lineage: worst.slice(0, maxLineage) };
}

function isDeciding(role: Role): role is DecidingRole {
  return (decidingRoles as readonly string[]).includes(role);
}

/** Every value in it: what is too many is looked at as one that nobody has said. */
function scalarsOf(value: JsonValue | undefined): readonly (string | number | boolean)[] {
  if (value === undefined || value === null) return [];
  if (typeof value !== 'object') return [value];
  const all = Object.values(value).flatMap((one: JsonValue) => scalarsOf(one));
  return all.length > maxLeaves ? [...all.slice(0, maxLeaves), '\u0000'] : all;
}
