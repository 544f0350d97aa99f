// SPDX-License-Identifier: Apache-2.0
/**
 * A result taken apart: the things that it lists, each with its fields, and the prose in it.
 *
 * A *thing* is an item of a list, or all of it: one mail, one row, one file. Its fields are *names*
 * (short texts that say which one it is), *addresses* (the whole value has that shape), *keys* (which the server
 * assigned), *quantities*, and *prose*. Whoever wrote the prose chose what stands in it; whoever sent the thing
 * chose its names, too.
 */
import { isObject, type JsonValue } from '../json/value.ts';
import { isAddress, type Kind, type Typed, typedOf } from './typed.ts';

export interface Leaf {
  /** Name of the member, of the list that it is in where it is an item. */
  readonly name: string;
  readonly raw: string;
  readonly typed: Typed;
  readonly is: 'key' | 'address' | 'quantity' | 'name' | 'prose';
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
    return [{ leaves: [leafOf('', tree === undefined || tree === null ? text : tree)] }];
  const things: Thing[] = [];
  const rest = leavesOf(tree, '', things);
  if (rest.length > 0) things.push({ leaves: rest });
  return things;
}

/** @returns the leaves that belong to the thing around; things inside are put on the list */
function leavesOf(value: JsonValue, name: string, things: Thing[]): Leaf[] {
  if (value === null) return [];
  if (typeof value !== 'object') return [leafOf(name, value)];
  const listed = isObject(value) ? asList(value) : value;
  if (listed !== undefined) {
    return listed.flatMap((item: JsonValue) => {
      const leaves = leavesOf(item, name, things);
      // An item with members is a thing; a bare value is a field of the thing around.
      if (item === null || typeof item !== 'object' || leaves.length === 0) return leaves;
      if (things.length < maxThings) things.push({ leaves: leaves.slice(0, maxLeaves) });
      return [];
    });
  }
  return Object.entries(value).flatMap(([member, item]) => [
    ...(isAddress(typedOf(member)) ? [leafOf(name, member)] : []),
    ...leavesOf(item, isAddress(typedOf(member)) ? name : member, things),
  ]);
}

/** A map whose values are built alike is a list of them. */
function asList(value: { readonly [member: string]: JsonValue }): readonly JsonValue[] | undefined {
  const items = Object.values(value);
  if (items.length < 2) return undefined;
  const shapes = items.map((item) =>
    item !== null && typeof item === 'object' && !Array.isArray(item) ? Object.keys(item).sort().join() : '',
  );
  return shapes[0] !== '' && shapes.every((shape) => shape === shapes[0]) ? items : undefined;
}

function leafOf(name: string, value: string | number | boolean): Leaf {
  const raw = String(value);
  const typed = typedOf(value);
  return { name, raw, typed, is: sortOf(name, raw, typed) };
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
