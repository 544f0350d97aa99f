// SPDX-License-Identifier: Apache-2.0
/**
 * Reasons for an object: which one.
 *
 * An object is meant by what it is called, not by its number: a number that somebody urges says nothing. Of those in
 * one list the best fit is meant; where the person describes it by a quantity, the one that has the most of it.
 */

import { delegated } from './delegated.ts';
import { foldText, isWithin } from './fold-text.ts';
import type { Knowledge, Spot } from './knowledge.ts';
import { gradeOf } from './matching.ts';
import { type Act, nowhere, prose, type Reason, reason, type Scalar } from './reason.ts';
import type { Leaf, Thing } from './record.ts';
import { idsIn, type Request } from './request.ts';
import { strongest } from './standing.ts';
import type { Typed } from './typed.ts';

export function selector(known: Knowledge, request: Request, typed: Typed, value: Scalar, act: Act): Reason {
  const spots = [...new Set([...known.objects(value), ...known.find(typed)])];
  const made = known.objects(value).filter(({ told }) => told.holds === 'echo' && makes.has(told.class));
  if (made.length > 0) return reason('none', 'created', 'own_creation', made);
  const objects = spots.filter(({ whole, told }) => whole && told.holds !== 'echo');
  // Where nobody else has had a word, there is nobody who could have led the agent astray.
  if (!known.stranger && objects.some(({ told }) => told.trusted))
    return reason('none', 'record', 'trusted', objects);
  for (const order of delegated(known, request)) {
    const meant = objects.find(({ thing }) => gradeOf(order.request, thing) >= 2);
    if (meant !== undefined) return reason('none', 'document', 'delegated', [meant]);
  }
  const best = strongest(known, objects);
  const counted = ordinal(known, request, objects);
  if (counted !== undefined && !isUrged(known, objects, value))
    return reason('none', 'record', 'superlative', [counted]);
  if (request.most !== undefined && objects.some(({ told }) => columnsOf(told.things).length > 0)) {
    if (objects.some((spot) => isMost(request, spot)))
      return reason('none', 'record', 'superlative', objects);
    if (request.mostOfSize) return reason('ask', 'record', 'another_fits_better', objects);
  }
  if (best !== undefined) {
    const other = bestOther(known, best.spot);
    const isOneOfAll = request.all && Math.floor(other) <= Math.floor(best.grade);
    const isOpen = request.chooses && other < 2 && !isUrged(known, objects, value);
    if (other > best.grade && !isOneOfAll && !isOpen)
      return Math.floor(other) > Math.floor(best.grade) + 1
        ? reason('no_reason', 'record', 'another_is_meant', [best.spot])
        : reason('ask', 'record', 'another_fits_better', [best.spot]);
    if (other === best.grade && best.grade >= 2 && !request.all)
      return reason('ask', 'record', 'ambiguous', [best.spot]);
    // A word in common is soon found: not where somebody else's text says to take it.
    return best.grade < 3 && !request.all && isUrged(known, objects, value)
      ? reason('ask', 'untrusted', 'urged', [best.spot])
      : reason('none', 'record', 'spoken_of', [best.spot]);
  }
  if (objects.length > 0) {
    const isOpen = bestOther(known, objects[0]) < 2 && !isUrged(known, objects, value);
    if (request.all && isOpen) return reason('none', 'record', 'all_of_them', objects);
    if (request.chooses && isOpen) return reason('none', 'record', 'chosen', objects);
    return reason('no_reason', 'untrusted', 'not_spoken_of', objects);
  }
  if (isUrged(known, [], value)) return prose(known, spots, 'no_reason');
  // The name of what is only now made.
  if (spots.length === 0 && act.class === 'create') return nowhere(known, 'none');
  return prose(known, spots, 'ask');
}

/** `the second one`, of the list that was read last with more than one thing in it. */
function ordinal(known: Knowledge, request: Request, objects: readonly Spot[]): Spot | undefined {
  if (request.ordinal === undefined) return undefined;
  const at = request.ordinal === 'last' ? -1 : request.ordinal - 1;
  return objects.find(({ told, thing }) => {
    const things = told.things.filter(({ leaves }) => leaves.some(({ is }) => is === 'key'));
    return things.length > 1 && things.at(at) === thing && isLastOfItsKind(known, told);
  });
}

function isLastOfItsKind(known: Knowledge, told: Spot['told']): boolean {
  return known.told.findLast(({ source, things }) => source === told.source && things.length > 1) === told;
}

/** What gives new things an id; what only changes them tells the id of what was there. */
const makes: ReadonlySet<string> = new Set(['create', 'send', 'publish', 'pay']);

/** A text about something else tells the agent to take it: by its number, or by its name. */
function isUrged(known: Knowledge, objects: readonly Spot[], value: Scalar): boolean {
  const names = objects.flatMap(({ thing }) => thing.leaves.filter(isTitle).map(({ raw }) => foldText(raw)));
  const key = String(value);
  if (key.length < 3 && !/^\d+$/.test(key)) return false;
  const isNumber = /^\d+$/.test(key);
  const folded = foldText(key);
  const says = (leaf: Leaf): boolean => {
    const text = known.folded(leaf);
    if (isNumber) return text.includes(folded) && idsIn(leaf.raw).has(String(Number(key)));
    return isWithin(text, folded);
  };
  return known.told.some(
    (told) =>
      !told.trusted &&
      told.holds !== 'echo' &&
      told.things.some(
        (thing) =>
          !objects.some((spot) => spot.thing === thing) &&
          thing.leaves.some(
            (leaf) =>
              isText(leaf) && (says(leaf) || names.some((name) => isWithin(known.folded(leaf), name))),
          ),
      ),
  );
}

/** Also what is too long for a name: whoever writes names writes orders into them. */
function isText({ is, raw }: Leaf): boolean {
  return is === 'prose' || (is === 'name' && raw.split(/\s+/).length > 4);
}

function isTitle({ is, raw }: Leaf): boolean {
  return is === 'name' && raw.length >= 4 && /\s|\d/.test(raw);
}

/** The best grade of other things with the same kind of key, out of the same kind of list. */
function bestOther(known: Knowledge, spot: Spot | undefined): number {
  if (spot === undefined) return 0;
  let best = 0;
  for (const told of known.told) {
    if (told.source !== spot.told.source) continue;
    for (const thing of told.things) {
      const same = thing.leaves.filter(({ name, is }) => name === spot.leaf.name && is === spot.leaf.is);
      if (same.length === 0 || same.some(({ raw }) => raw === spot.leaf.raw)) continue;
      best = Math.max(best, known.grade(told, thing));
    }
  }
  return best;
}

interface Column {
  readonly name: string;
  readonly isTime: boolean;
  readonly numbers: readonly number[];
}

/** The quantities by which all things of a list can be put in order. */
function columnsOf(things: readonly Thing[]): readonly Column[] {
  const columns = new Map<string, Column>();
  if (things.length < 2) return [];
  for (const { name, is } of things[0]?.leaves ?? []) {
    if (is !== 'quantity' || columns.has(name)) continue;
    const all = things.map(({ leaves }) => leaves.find((one) => one.name === name && one.is === 'quantity'));
    const numbers = all.flatMap((leaf) => (leaf === undefined ? undefined : rankOf(leaf)) ?? []);
    if (numbers.length === things.length && new Set(numbers).size > 1)
      columns.set(name, { name, numbers, isTime: all.some((leaf) => Number.isNaN(Number(leaf?.raw))) });
  }
  return [...columns.values()];
}

const prices = /price|cost|fee|fare|charge|amount|total|night|eur|usd|gbp|dollar|euro|pound/i;
const ratings = /rating|score|stars?|review|rank|grade|points/i;

/** Those that the person may have meant; where none is called so, those that are not called otherwise. */
function columnsFor({ mostOf }: Request, columns: readonly Column[]): readonly Column[] {
  const some = (fits: (column: Column) => boolean) => {
    const found = columns.filter(fits);
    return found.length > 0 ? found : undefined;
  };
  const plain = some(({ isTime }) => !isTime);
  switch (mostOf) {
    case 'price':
      return some(({ name }) => prices.test(name)) ?? plain ?? columns;
    case 'rating':
      return (
        some(({ name }) => ratings.test(name)) ??
        some(({ name, isTime }) => !isTime && !prices.test(name)) ??
        columns
      );
    case 'time':
      return some(({ isTime }) => isTime) ?? columns;
    case 'size':
      return plain ?? columns;
  }
}

/** The one with the largest, or the smallest, of what was meant in its list. */
function isMost(request: Request, { told, thing }: Spot): boolean {
  const at = told.things.indexOf(thing);
  return columnsFor(request, columnsOf(told.things)).some(({ numbers }) => {
    const ranks = numbers.toSorted((a, b) => (request.most === 'max' ? b - a : a - b));
    return ranks.slice(0, request.howMany).includes(numbers[at] ?? Number.NaN);
  });
}

function rankOf({ raw }: Leaf): number | undefined {
  const number = Number(raw);
  if (!Number.isNaN(number)) return number;
  const time = Date.parse(raw);
  return Number.isNaN(time) ? undefined : time;
}
