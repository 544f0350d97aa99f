// SPDX-License-Identifier: Apache-2.0
/**
 * "Never before": what an agent uses for the first time ever, in any session and under any task.
 *
 * A set and no window: it does not grow old. What does not fit into it any more counts as never
 * seen, which is the stricter answer.
 *
 * Source: docs/policy-reference.md, "context.first".
 */
import type { CatalogueEntry } from '../catalogue/entry.ts';
import type { CedarRecord } from '../policy/values.ts';
import type { Pseudonym } from '../record/secret.ts';
import { hashed } from '../temporal/kept.ts';

/** What an agent has used. In two parts, so that one more thing does not cost a copy of all. */
export interface Seen {
  readonly settled: ReadonlySet<string>;
  /** None of them is in the other part. */
  readonly recent: ReadonlySet<string>;
}

/** So many are recent before they settle. */
const maxRecent = 64;

/** What can be new, as `context.first` names it. */
export const seenKinds = ['tool', 'class', 'resource', 'destination'] as const;
export type SeenKind = (typeof seenKinds)[number];

/** Things that one agent is remembered to have used. */
export const maxSeen = 10_000;
const maxNameLength = 48;
/** Destinations of one call. */
const maxDestinations = 32;

/** @returns what a request uses, each as `<kind> <name>`; destinations, and names that are long, by their hash */
export function usedBy(
  entry: CatalogueEntry,
  resource: { readonly type: string; readonly id: string },
  args: CedarRecord,
  pseudonym: Pseudonym,
): readonly string[] {
  return [
    `tool ${entry.server}/${entry.target}`,
    `class ${entry.class}`,
    `resource ${named(`${resource.type}::${resource.id}`, pseudonym)}`,
    ...destinationsIn(entry, args).map((text) => `destination ${hashed(text, pseudonym)}`),
  ];
}

/** Which resource it was stands in the record as well. */
function named(resource: string, pseudonym: Pseudonym): string {
  return resource.length <= maxNameLength ? resource : hashed(resource, pseudonym);
}

/** Of what is used, that which is not in the set. */
export function neverSeen(seen: Seen | undefined, used: readonly string[]): readonly string[] {
  return seen === undefined ? used : used.filter((one) => !isSeen(seen, one));
}

function isSeen({ settled, recent }: Seen, one: string): boolean {
  return settled.has(one) || recent.has(one);
}

/** For each kind whether something of it is new. */
export function firsts(fresh: readonly string[]): { readonly [kind in SeenKind]: boolean } {
  const is = (kind: SeenKind) => fresh.some((one) => kindOf(one) === kind);
  return { tool: is('tool'), class: is('class'), resource: is('resource'), destination: is('destination') };
}

/** Of what is used, or of its kind alone. */
export function kindOf(used: string): string {
  const end = used.indexOf(' ');
  return end < 0 ? used : used.slice(0, end);
}

const nothing: Seen = { settled: new Set(), recent: new Set() };

/** @returns the same where nothing fits or is new */
export function withSeen(seen: Seen | undefined, fresh: readonly string[]): Seen {
  const before = seen ?? nothing;
  const { settled, recent } = before;
  const room = Math.max(0, maxSeen - settled.size - recent.size);
  const added = fresh.filter((one) => !isSeen(before, one)).slice(0, room);
  if (added.length === 0) return before;
  const more = new Set([...recent, ...added]);
  return more.size < maxRecent
    ? { settled, recent: more }
    : { settled: new Set([...settled, ...more]), recent: new Set() };
}

// A list longer than what is looked at is a destination of its own: two that differ further on stay two.
function destinationsIn(entry: CatalogueEntry, args: CedarRecord): readonly string[] {
  const found: string[] = [];
  for (const [name, { role }] of Object.entries(entry.args)) {
    const value = role === 'destination' && Object.hasOwn(args, name) ? args[name] : undefined;
    if (typeof value === 'string') found.push(value);
    else if (value !== undefined && Array.isArray(value) && value.length <= maxDestinations)
      found.push(...value.map((item) => (typeof item === 'string' ? item : JSON.stringify(item))));
    else if (value !== undefined) found.push(JSON.stringify(value));
  }
  return [...new Set(found)].sort();
}
