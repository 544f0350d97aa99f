// SPDX-License-Identifier: Apache-2.0
/**
 * The values of a call that are looked at one by one, each with the role of the argument that it is in.
 *
 * Addresses that stand in one text are several values. Of objects in the place of a selector or a destination only
 * the members count that say which: `{ type: 'file', file_id: '7' }` is about 7.
 */
import { isProgramKind, type Kind } from '../catalogue/kind.ts';
import { classes, type Role } from '../catalogue/taxonomy.ts';
import { isArray, isObject, type JsonObject, type JsonValue, own } from '../json/value.ts';
import type { Finding } from '../program/finding.ts';
import { canonicalOf } from './by-kind.ts';
import type { Described } from './facts.ts';
import { foldText } from './fold-text.ts';
import type { Scalar } from './reason.ts';
import { isKeyName } from './record.ts';
import { isAddress, typedOf, typedWithin } from './typed.ts';

export interface ArgumentValue {
  readonly argument: string;
  readonly role: Role;
  /** In the canonical form of its kind, where it has one. */
  readonly value: Scalar;
  /** It is none of the kind that the catalogue says it is. */
  readonly misfit?: true;
}

const maxValues = 256;
const maxDepth = 32;

/** What is too many, or too deep, is one more value that nobody has said. */
export const tooMuch = '\u0000';

export function valuesOf(entry: Described, args: JsonObject): readonly ArgumentValue[] {
  const declared = Object.entries(entry.args).flatMap(([argument, { role, kind }]) =>
    role === undefined ? [] : valuesAt(args, argument, role).map((one) => ofKind(one, kind)),
  );
  // What nobody has given a role goes somewhere all the same, where it is an address.
  const others = Object.keys(args).filter((argument) => own(roles(entry), argument) === undefined);
  const addresses = others.flatMap((argument) =>
    (['destination', 'link'] as const).flatMap((role) =>
      valuesAt(args, argument, role).filter(({ value }) => roleOf(value) === role),
    ),
  );
  return [...declared, ...addresses];
}

/**
 * What a program names: where it connects to, what it opens, and what it writes. A host that stands in a link is told by that.
 */
export function valuesIn(program: Finding | undefined): readonly ArgumentValue[] {
  if (program === undefined) return [];
  const { hosts, links, writes, whole, class: of } = program;
  const inLinks = new Set(links.map((link) => URL.parse(link)?.hostname));
  const named = (role: Role, values: readonly string[]): readonly ArgumentValue[] =>
    values.map((value) => ({ argument: 'program', role, value }));
  // What is named only when it runs has been said by nobody.
  const goesOut = !whole && (classes[of] as readonly string[]).includes('egress');
  return [
    ...named('link', links),
    ...named(
      'destination',
      hosts.filter((host) => !inLinks.has(host)),
    ),
    ...named('path', writes),
    ...(goesOut ? named('destination', [tooMuch]) : []),
  ];
}

function roles(entry: Described): { readonly [argument: string]: string } {
  return Object.fromEntries(
    Object.entries(entry.args).flatMap(([argument, { role }]) =>
      role === undefined ? [] : [[argument, role]],
    ),
  );
}

function ofKind(one: ArgumentValue, kind: Kind | undefined): ArgumentValue {
  if (kind === undefined || isProgramKind(kind) || typeof one.value !== 'string') return one;
  const value = canonicalOf(kind, one.value);
  return value === undefined ? { ...one, misfit: true } : { ...one, value };
}

function roleOf(value: Scalar): Role | undefined {
  const typed = typedOf(value);
  if (!isAddress(typed)) return undefined;
  return typed.kind === 'url' ? 'link' : 'destination';
}

function valuesAt(args: JsonObject, argument: string, role: Role): readonly ArgumentValue[] {
  const values = scalarsIn(own(args, argument) ?? null, role, 0).flatMap((value) => partsOf(role, value));
  const kept = values.length > maxValues ? [...values.slice(0, maxValues), tooMuch] : values;
  return kept.map((value) => ({ argument, role, value }));
}

function scalarsIn(value: JsonValue, role: Role, depth: number): readonly Scalar[] {
  if (value === null) return [];
  if (typeof value !== 'object') return [value];
  if (depth > maxDepth) return [tooMuch];
  if (isArray(value)) return value.flatMap((one) => scalarsIn(one, role, depth + 1));
  const members = Object.entries(value);
  const telling =
    role === 'selector' || role === 'destination'
      ? members.filter(([name, one]) => isKeyName(name) || isTelling(one))
      : members;
  return (telling.length > 0 ? telling : members).flatMap(([, one]) => scalarsIn(one, role, depth + 1));
}

function isTelling(value: JsonValue): boolean {
  return isArray(value) || isObject(value) || (typeof value === 'string' && isAddress(typedOf(value)));
}

/** Of `Ann <ann@example.com>, bob@example.com` two; what might be an address that we do not know is left whole. */
function partsOf(role: Role, value: Scalar): readonly Scalar[] {
  if (role !== 'destination' || typeof value !== 'string' || typedOf(value).kind !== 'text') return [value];
  const found = typedWithin(value).filter(isAddress);
  const left = found.reduce((text, one) => text.replace(one.value, ' '), foldText(value));
  return found.length === 0 || /[@:/\d]/.test(left) ? [value] : found.map((one) => one.value);
}

/**
 * Each text of a call with the argument that it stands in, names of members among them; and, since what was cut into
 * pieces is put together again by whoever gets it, all values of an argument in one, and of all arguments.
 */
export function textsOf(args: JsonObject): readonly (readonly [argument: string, text: string])[] {
  const each = Object.entries(args).map(([argument, value]) => ({ argument, ...textsIn(value, 0) }));
  const last = each.at(-1);
  const whole = each.flatMap(({ values }) => values).join('');
  return [
    ...each.flatMap(({ argument, names, values }) =>
      [...values, ...names, ...(values.length > 1 ? [values.join('')] : [])].map(
        (text) => [argument, text] as const,
      ),
    ),
    ...(last === undefined || each.length === 1 ? [] : [[last.argument, whole] as const]),
  ];
}

function textsIn(value: JsonValue, depth: number): { names: readonly string[]; values: readonly string[] } {
  if (value === null || typeof value === 'boolean') return { names: [], values: [] };
  // Deeper than anybody looks it is one text.
  if (depth > maxDepth) return { names: [], values: [JSON.stringify(value)] };
  if (typeof value !== 'object') return { names: [], values: [String(value)] };
  const members = isArray(value) ? value : Object.values(value);
  const inside = members.map((one) => textsIn(one, depth + 1));
  return {
    names: [...(isArray(value) ? [] : Object.keys(value)), ...inside.flatMap(({ names }) => names)],
    values: inside.flatMap(({ values }) => values),
  };
}

export function linksIn(text: string): readonly string[] {
  return typedWithin(text, 'url').map(({ value }) => value);
}
