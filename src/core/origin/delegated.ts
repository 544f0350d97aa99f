// SPDX-License-Identifier: Apache-2.0
/**
 * What documents ask for that the person wants to be followed: read from the named document, and not from what it
 * in turn points to.
 */
import type { Knowledge, Told } from './knowledge.ts';
import type { Request } from './request.ts';

export interface Order {
  readonly request: Request;
  readonly told: Told;
}

/** Of several documents that fit, only the best; where two fit alike and say other things, none. */
export function delegated(known: Knowledge, request: Request): readonly Order[] {
  if (!request.follows) return [];
  let best = 2;
  let found = new Map<string, readonly Order[]>();
  for (const told of known.told) {
    if (told.holds !== 'records') continue;
    for (const thing of told.things) {
      const grade = known.grade(told, thing);
      const leaves = grade < best ? [] : thing.leaves.filter(({ is }) => is === 'prose');
      if (leaves.length === 0) continue;
      if (grade > best) found = new Map();
      best = grade;
      found.set(
        leaves.map(known.folded).join('\n'),
        leaves.map((leaf) => ({ told, request: known.order(leaf) })),
      );
    }
  }
  return found.size === 1 ? [...found.values()].flat() : [];
}
