// SPDX-License-Identifier: Apache-2.0
/**
 * What a call adds to the labels of a store: all that its task has read, since what it writes may be made of that, and
 * all that stands in the items that it touches, since it may move one into the other.
 *
 * Source: docs/labels.md, "What is written".
 */
import { classes, isActionClass } from '../catalogue/taxonomy.ts';
import type { Touched } from '../label/items.ts';
import { join, type Label, nothingRead } from '../label/label.ts';
import { type Found, type Stored, storedAt, withStored } from '../label/stored.ts';
import { facets, type View } from '../state/facet.ts';
import { labelsOf } from '../task/lineage.ts';

/** What was written to what a call of the task touches, as far as it may come back. */
export function storedIn(view: View, task: string, { store, items, reads, stores }: Touched): Found {
  return reads || stores ? storedAt(view.get(facets.stored(store)), items, task) : nothingFound;
}

const nothingFound: Found = { label: nothingRead, by: [], untrusted: false };

export interface Written {
  readonly store: string;
  readonly items: readonly string[];
}

/**
 * @param worst what its result has at most: what fetches and writes at once may write what it fetched
 * @returns what stands in the store afterwards; the same where nothing rises
 */
export function storedUnder(
  view: View,
  task: string,
  { store, items }: Written,
  of: string,
  worst: Label,
  decision: string,
): Stored | undefined {
  const before = view.get(facets.stored(store));
  const read = join(labelsOf(view, task), storedAt(before, items).label);
  const after = withStored(before, items, bringsIn(of) ? join(read, worst) : read, { decision, task });
  return before === undefined && after.size === 0 ? before : after;
}

function bringsIn(of: string): boolean {
  if (!isActionClass(of)) return true;
  const groups: readonly string[] = classes[of];
  return groups.includes('egress');
}
