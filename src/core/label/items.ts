// SPDX-License-Identifier: Apache-2.0
/**
 * Which items of which store a call touches, so that what was written under a label is found again by whoever reads it.
 *
 * An item is named by type and id (`Ticket 42`), by type alone where nothing says which (`Ticket`: any of them), or by
 * `*`: anything in the store. The id comes from the agent, who would like two spellings of one thing to be two: what
 * has a second reading is any of its type. Never narrower than what the call may touch, as the catalogue has it.
 *
 * Source: docs/labels.md, docs/adr/0023-labels.md.
 */
import type { CatalogueEntry } from '../catalogue/entry.ts';
import { classes } from '../catalogue/taxonomy.ts';
import { isArray, type JsonObject, type JsonValue, own } from '../json/value.ts';
import type { Pseudonym } from '../record/secret.ts';
import { segmentsOf } from '../task/path.ts';

export interface Touched {
  readonly store: string;
  /** Sorted, without duplicates; never empty. */
  readonly items: readonly string[];
  /** What comes back may be what stands there. */
  readonly reads: boolean;
  /** What is sent may stand there from now on. */
  readonly stores: boolean;
}

export const anyItem = '*';

/** Types that the catalogue gives to what has none of its own. */
const untyped: ReadonlySet<string> = new Set(['Tool', 'McpTarget']);
const maxItems = 8;
const maxIdLength = 120;
/** Of all items of a call together: they stand in its record. */
const maxLength = 256;

/** @param args as policy sees them */
export function touchedBy(entry: CatalogueEntry, args: JsonObject, pseudonym: Pseudonym): Touched {
  const { resource } = entry;
  const of: readonly string[] = classes[entry.class];
  return {
    store: storeOf(entry),
    items: itemsOf(entry, args, pseudonym),
    // Whoever changes a thing is often shown it: only the catalogue knows who is not.
    reads: resource.reads ?? true,
    stores: resource.stores ?? of.includes('change'),
  };
}

export function storeOf({ resource, server }: CatalogueEntry): string {
  return resource.store ?? server;
}

function itemsOf(entry: CatalogueEntry, args: JsonObject, pseudonym: Pseudonym): readonly string[] {
  const { type, idArgument } = entry.resource;
  if (untyped.has(type)) return [anyItem];
  if (idArgument !== undefined && own(args, idArgument) === undefined) return [type];
  const paths = Object.entries(entry.args).flatMap(([name, { role }]) => (role === 'path' ? [name] : []));
  const naming = new Set([...(idArgument === undefined ? [] : [idArgument]), ...paths]);
  const ids: string[] = [];
  for (const name of naming) {
    const value = own(args, name);
    if (value === undefined || value === null) continue;
    for (const one of isArray(value) ? value : [value]) {
      const id = idOf(one, paths.includes(name), pseudonym);
      if (id === undefined || ids.length >= maxItems) return [type];
      ids.push(id);
    }
  }
  const items = [...new Set(ids.map((id) => `${type} ${id}`))].sort();
  return items.length === 0 || items.join('').length > maxLength ? [type] : items;
}

/** @returns undefined where it may be another one than it looks like */
function idOf(value: JsonValue, isPath: boolean, pseudonym: Pseudonym): string | undefined {
  if (typeof value === 'number') return String(value);
  if (typeof value !== 'string') return undefined;
  // Stores differ in what they take for the same name; none takes these for different ones that should be.
  const id = value.trim().normalize('NFKC').toLowerCase();
  if (isPath || /[/\\]/.test(id)) return pathOf(value);
  if (id === '') return undefined;
  return id.length <= maxIdLength ? id : pseudonym(`item ${id}`).slice(0, 32);
}

/** Relative to what, nobody here knows. A long one stands for the directory that is named as far as there is room. */
function pathOf(path: string): string | undefined {
  const segments = segmentsOf(path);
  if (segments?.[0] !== '') return undefined;
  let kept = segments.slice(1).map((segment) => segment.toLowerCase());
  while (kept.join('/').length >= maxIdLength) kept = kept.slice(0, -1);
  return kept.length === 0 ? undefined : `/${kept.join('/')}`;
}

/** Whether something can be in both: a path and what lies under it can. */
export function overlap(a: string, b: string): boolean {
  return a === b || covers(a, b) || covers(b, a);
}

/** Whether all of `inner` is in `outer`. */
export function covers(outer: string, inner: string): boolean {
  if (outer === anyItem || outer === inner) return true;
  // A type has no space in it, so nothing but an id of it goes on behind one.
  if (!outer.includes(' ')) return inner.startsWith(`${outer} `);
  return outer.includes(' /') && inner.startsWith(`${outer}/`);
}

export function typeOf(item: string): string {
  const end = item.indexOf(' ');
  return end < 0 ? item : item.slice(0, end);
}
