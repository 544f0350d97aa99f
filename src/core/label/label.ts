// SPDX-License-Identifier: Apache-2.0
/**
 * Labels of data: how confidential it is, who may read it, and how far it may be believed. A lattice.
 *
 * Joining only goes up. What goes down does so in `lower.ts`, by somebody's name.
 *
 * Source: docs/labels.md, docs/adr/0023-labels.md.
 */

export const levels = ['public', 'internal', 'confidential', 'restricted'] as const;
export type Level = (typeof levels)[number];

export const integrities = ['trusted', 'untrusted'] as const;
export type Integrity = (typeof integrities)[number];

export interface Label {
  readonly level: Level;
  /** What kind of data it is (`pii`, `secret`, `financial` ...): sorted, without duplicates. `*`: of any kind. */
  readonly categories: readonly string[];
  /** Who may read it, sorted, without duplicates. Absent: everyone. Empty: nobody. */
  readonly readers?: readonly string[] | undefined;
  readonly integrity: Integrity;
  /** Where untrusted data came from (`server/tool`): sorted, without duplicates, at most `maxSources`. `...`: and others. */
  readonly sources: readonly string[];
}

/** A session that reads from more places than this is told apart no further: the list says `...`. */
export const maxSources = 16;
export const otherSources = '...';
export const anyCategory = '*';

/** What has been read so far when nothing has: the bottom. */
export const nothingRead: Label = { level: 'public', categories: [], integrity: 'trusted', sources: [] };

/** What data without a label is taken for: a missing label is the worst one, the top. */
export const unlabelled: Label = {
  level: 'restricted',
  categories: [anyCategory],
  readers: [],
  integrity: 'untrusted',
  sources: [otherSources],
};

/** The least label that is at least both: commutative, associative, idempotent. */
export function join(a: Label, b: Label): Label {
  const readers = common(a.readers, b.readers);
  return {
    level: rank(a.level) >= rank(b.level) ? a.level : b.level,
    categories: union(a.categories, b.categories),
    ...(readers === undefined ? {} : { readers }),
    integrity: a.integrity === 'untrusted' || b.integrity === 'untrusted' ? 'untrusted' : 'trusted',
    sources: bounded(union(a.sources, b.sources)),
  };
}

/**
 * Whether data of label `a` may go where data of label `b` may be. Reflexive and transitive; labels that flow into
 * each other mean the same. `join(a, b)` is the least that both flow into.
 */
export function flowsTo(a: Label, b: Label): boolean {
  return (
    rank(a.level) <= rank(b.level) &&
    (b.categories.includes(anyCategory) || isIn(a.categories, b.categories)) &&
    (a.readers === undefined || (b.readers !== undefined && isIn(b.readers, a.readers))) &&
    (a.integrity === 'trusted' || b.integrity === 'untrusted') &&
    (b.sources.includes(otherSources) || isIn(a.sources, b.sources))
  );
}

export function rank(level: Level): number {
  return levels.indexOf(level);
}

export function sameLabel(a: Label, b: Label): boolean {
  return (
    a.level === b.level &&
    a.integrity === b.integrity &&
    sameList(a.categories, b.categories) &&
    (a.readers === undefined || b.readers === undefined
      ? a.readers === b.readers
      : sameList(a.readers, b.readers)) &&
    sameList(a.sources, b.sources)
  );
}

function sameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((item, i) => item === b[i]);
}

function isIn(a: readonly string[], b: readonly string[]): boolean {
  return a.every((item) => b.includes(item));
}

function union(a: readonly string[], b: readonly string[]): readonly string[] {
  if (b.length === 0) return a;
  if (a.length === 0) return b;
  return [...new Set([...a, ...b])].sort();
}

function common(
  a: readonly string[] | undefined,
  b: readonly string[] | undefined,
): readonly string[] | undefined {
  if (a === undefined) return b;
  if (b === undefined) return a;
  return a.filter((reader) => b.includes(reader));
}

// A list that overflowed once stays marked under further joins: `...` is kept whatever sorts before it.
function bounded(sources: readonly string[]): readonly string[] {
  if (sources.length <= maxSources) return sources;
  return [...sources.filter((s) => s !== otherSources).slice(0, maxSources - 1), otherSources].sort();
}
