// SPDX-License-Identifier: Apache-2.0
/**
 * What an approval for a whole task is of: everything that an approval of one call is of, less the session, and with
 * some arguments left free within the closed shapes that scopes have (core/task/scope.ts).
 *
 * What nobody left free stands as it stood in the call that it was made from, an argument that was not there included.
 * The task may have read no more than it had then and what these calls themselves bring; no value may be in doubt. So
 * a pattern lets through what somebody looked at, other values of a few arguments aside, and whatever an attacker could
 * add asks anew.
 *
 * Source: docs/adr/0032-edits-patterns-glass.md.
 */
import { canonicalJson, digestJson } from '../json/canonical.ts';
import type { JsonValue } from '../json/value.ts';
import { flowsTo, type Label, otherSources } from '../label/label.ts';
import type { OriginFacts } from '../origin/facts.ts';
import type { CedarRecord } from '../policy/values.ts';
import type { Pseudonym } from '../record/secret.ts';
import { meets } from '../task/constraint.ts';
import type { Constraint } from '../task/scope.ts';
import type { Matter } from './matter.ts';

export interface Free {
  readonly argument: string;
  readonly must: Constraint;
}

export interface Pattern {
  /** Digest of all that has to be the same. */
  readonly fixed: string;
  readonly free: readonly Free[];
  /** The most that the task may have read. */
  readonly labels: Label;
}

/** One call, as it is held against a pattern. */
export interface Candidate {
  readonly matter: Matter;
  /** The arguments as policy sees them: what it cannot see meets no constraint. */
  readonly seen: CedarRecord;
  /** The argument that names the resource, if one does. */
  readonly idArgument?: string | undefined;
}

export const patternLimits = {
  count: 100,
  untilMs: 8 * 3_600_000,
  free: 16,
  freeBytes: 1500,
  perTask: 16,
} as const;

export function patternOf(
  candidate: Candidate,
  free: readonly Free[],
  brings: Label,
  pseudonym: Pseudonym,
): Pattern {
  const sorted = [...free].sort((a, b) => (a.argument < b.argument ? -1 : 1));
  return { fixed: fixedDigest(candidate, sorted, pseudonym), free: sorted, labels: brings };
}

/** The digest that stands for the whole of it, as a matter does for one call. */
export function patternDigest({ fixed, free, labels }: Pattern, count: number, until: number): string {
  return digestJson({
    v: 1,
    fixed,
    free: free.map(({ argument, must }) => [argument, plain(must)]),
    labels: {
      ...{ level: labels.level, categories: labels.categories, integrity: labels.integrity },
      ...(labels.readers === undefined ? {} : { readers: labels.readers }),
      sources: labels.sources,
    },
    count,
    until,
  });
}

export function fits(pattern: Pattern, candidate: Candidate, pseudonym: Pseudonym): boolean {
  const { matter, seen } = candidate;
  return (
    isWithoutDoubt(matter.origins) &&
    flowsTo(matter.labels, pattern.labels) &&
    pattern.free.every(({ argument, must }) =>
      meets(must, Object.hasOwn(seen, argument) ? seen[argument] : undefined),
    ) &&
    fixedDigest(candidate, pattern.free, pseudonym) === pattern.fixed
  );
}

/** Whether there is a reason for each value that decides what the call does. */
export function isWithoutDoubt({ roles }: Pick<OriginFacts, 'roles'>): boolean {
  return Object.values(roles).every(({ doubt }) => doubt === 0);
}

/** Whether more that is read would show: under a label that says "and others" nothing does. */
export function isTold({ sources }: Label): boolean {
  return !sources.includes(otherSources);
}

/** For people, whole: `path within /srv/data`. */
export function freeInWords({ argument, must }: Free): string {
  const list = (values: readonly string[]): string => values.map((one) => JSON.stringify(one)).join(', ');
  switch (must.is) {
    case 'one_of':
      return `${argument} one of ${list(must.values)}`;
    case 'within_path':
      return `${argument} within ${list(must.prefixes)}`;
    case 'within_host':
      return `${argument} at a host under ${list(must.suffixes)}`;
    case 'integer':
      return `${argument} a whole number from ${must.min ?? 'any'} to ${must.max ?? 'any'}`;
  }
}

// Whatever a matter will have besides is held fast here, until somebody says why it may be left free.
function fixedDigest({ matter, idArgument }: Candidate, free: readonly Free[], pseudonym: Pseudonym): string {
  const { who, call, labels: _labels, origins, asks: _asks, ...rest } = matter;
  const { session: _session, ...same } = who;
  const { args, resource, ...deed } = call;
  const isFree = (name: string): boolean => free.some(({ argument }) => argument === name);
  const kept = Object.fromEntries(Object.entries(args).filter(([name]) => !isFree(name)));
  const isIdFree = idArgument !== undefined && isFree(idArgument);
  const all = plain({
    ...{ who: same, call: deed, ...rest, args: kept, intent: origins.intent },
    resource: { type: resource.type, ...(isIdFree ? {} : { id: resource.id }) },
    free: free.map(({ argument }) => argument),
  });
  // Under a key, as in a matter: a record outlives the erasure of what it is about.
  return digestJson({ v: 1, of: pseudonym(canonicalJson(all)) });
}

/** Interfaces are JSON by what is in them; the compiler only cannot say so. */
function plain(value: unknown): JsonValue {
  return JSON.parse(JSON.stringify(value));
}
