// SPDX-License-Identifier: Apache-2.0
// Labels of data: how confidential it is and how far it may be believed. A lattice; joins only go up.

export const levels = ['public', 'internal', 'confidential', 'restricted'] as const;
export type Level = (typeof levels)[number];

export const integrities = ['trusted', 'untrusted'] as const;
export type Integrity = (typeof integrities)[number];

export interface Label {
  readonly level: Level;
  /** What kind of data it is (`pii`, `secret`, `financial` ...): sorted, without duplicates. */
  readonly categories: readonly string[];
  readonly integrity: Integrity;
  /** Where untrusted data came from (`server/tool`): sorted, without duplicates, at most `maxSources`. */
  readonly sources: readonly string[];
}

/** A session that reads from more places than this is told apart no further: the list says `...`. */
export const maxSources = 16;

/** What has been read so far when nothing has. */
export const nothingRead: Label = { level: 'public', categories: [], integrity: 'trusted', sources: [] };

/** What data without a label is taken for: a missing label is the most sensitive one. */
export const unlabelled: Label = {
  level: 'restricted',
  categories: [],
  integrity: 'untrusted',
  sources: [],
};

/** The least label that is at least both: commutative, associative, idempotent. */
export function join(a: Label, b: Label): Label {
  return {
    level: rank(a.level) >= rank(b.level) ? a.level : b.level,
    categories: union(a.categories, b.categories),
    integrity: a.integrity === 'untrusted' || b.integrity === 'untrusted' ? 'untrusted' : 'trusted',
    sources: bounded(union(a.sources, b.sources)),
  };
}

export function rank(level: Level): number {
  return levels.indexOf(level);
}

export function sameLabel(a: Label, b: Label): boolean {
  return (
    a.level === b.level &&
    a.integrity === b.integrity &&
    sameList(a.categories, b.categories) &&
    sameList(a.sources, b.sources)
  );
}

function sameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((item, i) => item === b[i]);
}

function union(a: readonly string[], b: readonly string[]): readonly string[] {
  if (b.length === 0) return a;
  if (a.length === 0) return b;
  return [...new Set([...a, ...b])].sort();
}

// A list that overflowed once stays marked under further joins: `...` is kept whatever sorts before it.
function bounded(sources: readonly string[]): readonly string[] {
  if (sources.length <= maxSources) return sources;
  return [...sources.filter((s) => s !== '...').slice(0, maxSources - 1), '...'].sort();
}
