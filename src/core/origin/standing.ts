// SPDX-License-Identifier: Apache-2.0
/**
 * What a record is worth as a reason: how surely the person speaks of it, who wrote it, and whether others fit as
 * well. A record says only what its author may say, and anybody can give theirs a title.
 */
import type { Knowledge, Spot } from './knowledge.ts';
import type { Grade } from './matching.ts';
import type { Leaf, Thing } from './record.ts';
import type { Typed } from './typed.ts';

export interface Best {
  readonly spot: Spot;
  readonly grade: Grade;
}

/** Of the things that a value stands in the one that the person speaks of most surely. */
export function strongest(known: Knowledge, spots: readonly Spot[]): Best | undefined {
  let best: Best | undefined;
  for (const spot of spots) {
    const grade = known.grade(spot.told, spot.thing);
    if (best === undefined || grade > best.grade) best = { spot, grade };
  }
  return best !== undefined && best.grade > 0 ? best : undefined;
}

const authorNames =
  /^(?:sender|from|author|owner|by|creator|organi[sz]er|(?:created|sent|posted|written|uploaded|shared|requested)_?by)$/i;

export function isAuthorName(name: string): boolean {
  return authorNames.test(name);
}

/** Undefined where it is not said: the record may be anybody's. */
export function authorOf(known: Knowledge, thing: Thing): Leaf | 'own' | undefined {
  const author = thing.leaves.find(({ name }) => isAuthorName(name));
  if (author === undefined) return undefined;
  return known.isOwn(author.typed) ? 'own' : author;
}

/** Two things that have the same place for a value, of which one cannot be told from the other by what was asked. */
export function rival(known: Knowledge, { leaf }: Spot, grade: Grade): Spot | undefined {
  const least = Math.min(3, Math.floor(grade));
  for (const told of known.told) {
    if (told.holds !== 'records') continue;
    for (const thing of told.things) {
      const same = thing.leaves.filter((other) => other.name === leaf.name && other.is === leaf.is);
      const [first] = same;
      if (first === undefined || same.some(({ typed }) => typed.value === leaf.typed.value)) continue;
      const other = known.grade(told, thing);
      // One that names nobody else speaks against it only where it is surely the one that is meant.
      const isMeant = same.every(({ typed }) => known.isOwn(typed)) ? other >= 3 : Math.floor(other) >= least;
      if (isMeant) return { told, thing, leaf: first, whole: true };
    }
  }
  return undefined;
}

/**
 * The person has dealt with it before: it is in their address book, or in something that they wrote, out of a list
 * of such. Of a single record anybody could say that it is theirs.
 */
export function isKnownParty(known: Knowledge, typed: Typed): boolean {
  return known.find(typed).some(({ told, leaf, whole }) => {
    if (!whole || isAuthorName(leaf.name)) return false;
    if (told.holds === 'contacts') return told.trusted;
    return (
      told.holds === 'records' &&
      told.things.length > 1 &&
      told.things.every((thing) => authorOf(known, thing) === 'own')
    );
  });
}
