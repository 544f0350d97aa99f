// SPDX-License-Identifier: Apache-2.0
/**
 * What lowers a label: declassification says that data is less confidential than it was taken for, endorsement that
 * it may be believed. Each goes down where it says, and nowhere else. Both are a person's act, with a reason on record
 * (docs/labels.md); nothing on the road calls these by itself.
 */
import { type Label, type Level, otherSources, rank } from './label.ts';

export interface Declassification {
  /** At most that confidential from here on. */
  readonly level?: Level | undefined;
  /** Categories that it is not of. */
  readonly categories?: readonly string[] | undefined;
  /** Who may read it as well; or everyone may. */
  readonly readers?: readonly string[] | 'everyone' | undefined;
}

export interface Endorsement {
  /** The sources that are vouched for, as the label names them. Absent: all that there are, named or not. */
  readonly sources?: readonly string[] | undefined;
}

export function declassified(label: Label, to: Declassification): Label {
  const { readers: before, ...rest } = label;
  const readers = widened(before, to.readers);
  const gone = to.categories ?? [];
  return {
    ...rest,
    level: to.level !== undefined && rank(to.level) < rank(label.level) ? to.level : label.level,
    categories: label.categories.filter((category) => !gone.includes(category)),
    ...(readers === undefined ? {} : { readers }),
  };
}

function widened(
  before: readonly string[] | undefined,
  by: Declassification['readers'],
): readonly string[] | undefined {
  if (before === undefined || by === 'everyone') return undefined;
  return by === undefined ? before : [...new Set([...before, ...by])].sort();
}

/** Who vouches for some sources does so for them alone: what came from others, or from nobody knows where, stays untrusted. */
export function endorsed(label: Label, { sources: vouched }: Endorsement): Label {
  if (vouched === undefined) return { ...label, integrity: 'trusted', sources: [] };
  const left = label.sources.filter((source) => source === otherSources || !vouched.includes(source));
  const isTrusted = left.length === 0 && label.sources.length > 0;
  return { ...label, integrity: isTrusted ? 'trusted' : label.integrity, sources: left };
}
