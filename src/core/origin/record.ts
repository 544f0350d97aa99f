// SPDX-License-Identifier: Apache-2.0
/**
 * A result taken apart: the things that it lists, each with its fields, and the prose in it.
 *
 * A *thing* is an item of a list, or all of it: one mail, one row, one file. Its fields are *names*
 * (short texts that say which one it is), *addresses* (the whole value has that shape), *keys* (which the server
 * assigned), *quantities*, and *prose*. Whoever wrote the prose chose what stands in it; whoever sent the thing
 * chose its names, too.
 */
import { isArray, isObject, type JsonValue } from '../json/value.ts';
import { isAddress, type Kind, type Typed, typedOf, typedWithin } from './typed.ts';

export interface Leaf {
  /** Name of the member, of the list that it is in where it is an item. */
  readonly name: string;
  readonly raw: string;
  readonly typed: Typed;
  readonly is: 'key' | 'address' | 'quantity' | 'name' | 'prose';
  /** Values with a shape that stand in it, where it is a text. */
  readonly within: readonly Typed[];
  /** It stands in a list by itself. */
  readonly isItem: boolean;
}

export interface Thing {
  readonly leaves: readonly Leaf[];
}

const maxThings = 2000;
const maxLeaves = 200;
/** Longer than a title is. */
const maxNameLength = 120;

/** @param tree undefined where the text could not be read as anything else: then all of it is one prose */
export function thingsOf(tree: JsonValue | undefined, text: string): readonly Thing[] {
  if (tree === undefined || tree === null || typeof tree !== 'object')
    return [{ leaves: [bare(leafOf('', tree === undefined || tree === null ? text : tree, false))] }];
  const things: Thing[] = [];
  const rest = leavesOf(tree, '', things);
  // A list of nothing but names is as many things.
  if (rest.length > 1 && rest.every(({ isItem }) => isItem))
    things.push(...rest.slice(0, maxThings).map((leaf) => ({ leaves: [leaf] })));
  else if (rest.length > 0) things.push({ leaves: rest });
  return things;
}

/** A text by itself is called nothing: it is prose, however short, unless it is one value. */
function bare(leaf: Leaf): Leaf {
  return leaf.is === 'name' && /\s/.test(leaf.raw) ? { ...leaf, is: 'prose' } : leaf;
}

/** Names or numbers in a list, and nothing of them but that. */
export function isList(tree: JsonValue | undefined): boolean {
  return (
    isArray(tree) && tree.every((item) => typeof item !== 'object' && String(item).length <= maxNameLength)
  );
}

/** @returns the leaves that belong to the thing around; things inside are put on the list */
function leavesOf(value: JsonValue, name: string, things: Thing[], isItem = false): Leaf[] {
  if (value === null) return [];
  if (typeof value !== 'object') return [leafOf(name, value, isItem)];
  if (isArray(value)) return value.flatMap((item) => itemOf(undefined, item, name, things));
  const members = Object.entries(value);
  if (isListed(members)) return members.flatMap(([key, item]) => itemOf(key, item, name, things));
  return members.flatMap(([member, item]) =>
    isAddress(typedOf(member))
      ? [leafOf(name, member, true), ...leavesOf(item, name, things)]
      : leavesOf(item, member, things),
  );
}

/** An item with members is a thing; a bare value is a field of the thing around. */
function itemOf(key: string | undefined, item: JsonValue, name: string, things: Thing[]): Leaf[] {
  const leaves = leavesOf(item, key === undefined ? name : '', things, key === undefined);
  if (key === undefined && (item === null || typeof item !== 'object' || leaves.length === 0)) return leaves;
  const called = key === undefined ? [] : [leafOf('key', key, false)];
  if (things.length < maxThings) things.push({ leaves: [...called, ...leaves].slice(0, maxLeaves) });
  return [];
}

/** A map is a list of things, by name, where its values are built alike; a single one where no program calls it so. */
function isListed(members: readonly (readonly [string, JsonValue])[]): boolean {
  const [first, ...others] = members.map(([, item]) => shapeOf(item));
  if (first === undefined) return false;
  if (others.length === 0) return /^\p{Lu}[\p{L}\p{N}.'&-]* \S/u.test(members[0]?.[0] ?? '');
  return (
    first !== '' &&
    others.every((shape) => shape === first) &&
    members.every(([name]) => !isAddress(typedOf(name)))
  );
}

/** Of a text its first word, which programs write before each: `Rating: 4.1`. Empty where there is nothing to compare. */
function shapeOf(value: JsonValue): string {
  if (isObject(value)) return Object.keys(value).sort().join();
  if (isArray(value) || typeof value !== 'string') return '';
  return /^[\p{L} ]{2,30}:/u.exec(value)?.[0] ?? '';
}

function leafOf(name: string, value: string | number | boolean, isItem: boolean): Leaf {
  const raw = String(value);
  const typed = typedOf(value);
  const is = sortOf(name, raw, typed);
  return { name, raw, typed, is, within: is === 'prose' || is === 'name' ? typedWithin(raw) : none, isItem };
}

const none: readonly Typed[] = [];

export function isKeyName(name: string): boolean {
  return keyNames.test(name);
}

const keyNames = /(?:^|[_.\s])(?:id|uuid|guid|key|ref|number|no|code)_?$|[a-z]I[dD]$/i;

function sortOf(name: string, raw: string, typed: Typed): Leaf['is'] {
  if (keyNames.test(name) && raw.length <= 64 && !/\s/.test(raw)) return 'key';
  if (isAddress(typed)) return 'address';
  if (quantities.has(typed.kind) || /^\d{4}-\d{2}-\d{2}[T ]/.test(raw) || raw === 'true' || raw === 'false')
    return 'quantity';
  return raw.length <= maxNameLength && !raw.includes('\n') ? 'name' : 'prose';
}

const quantities: ReadonlySet<Kind> = new Set<Kind>(['number', 'day']);
