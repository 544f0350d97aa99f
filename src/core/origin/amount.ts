// SPDX-License-Identifier: Apache-2.0
/**
 * Reasons for an amount: how much.
 *
 * A number of a record counts where the record belongs to this act: the person wrote it, or it has the destination
 * or the object of the act in it. A document that the person named may say numbers. A calculation counts where the
 * person speaks of one.
 */
import { delegated } from './delegated.ts';
import type { Knowledge, Spot } from './knowledge.ts';
import { type Act, nowhere, type Reason, reason } from './reason.ts';
import type { Thing } from './record.ts';
import { keyOf, type Request } from './request.ts';
import { authorOf, rival, strongest } from './standing.ts';
import { type Typed, typedWithin } from './typed.ts';

/** Smaller ones stand in every text. */
const least = 10;

export function amount(known: Knowledge, request: Request, typed: Typed, act: Act): Reason {
  const spots = known.find(typed).filter(({ told }) => told.holds !== 'echo');
  const wholes = spots.filter(({ whole }) => whole);
  const trusted = wholes.filter(({ told }) => told.trusted);
  if (trusted.length > 0) return reason('none', 'principal', 'trusted', trusted);
  const best = strongest(
    known,
    wholes.filter(({ thing }) => belongs(known, thing, act)),
  );
  if (best !== undefined) return reason('none', 'record', 'spoken_of', [best.spot]);
  const documents = spots.filter(
    ({ told, thing, leaf }) => leaf.is === 'prose' && known.grade(told, thing) >= 3,
  );
  if (documents.length > 0) return reason('none', 'document', 'in_named_document', documents);
  const orders = delegated(known, request);
  if (
    (request.calculates || orders.some((order) => order.request.calculates)) &&
    isDerived(known, request, Number(typed.value), act)
  )
    return reason('none', 'derived', 'derived');
  // Written somewhere by somebody whom nobody asked.
  const urged = Math.abs(Number(typed.value)) >= least ? spots.filter(({ whole }) => !whole) : [];
  if (urged.length === 0 && !request.amounts && isForSaid(request, act))
    return reason('none', 'nowhere', 'left_open', spots);
  const other = strongest(known, wholes);
  if (other !== undefined)
    return rival(known, other.spot, other.grade) === undefined
      ? reason('ask', 'record', 'sent_by_others', [other.spot])
      : reason('ask', 'record', 'ambiguous', [other.spot]);
  return urged.length > 0 ? reason('no_reason', 'untrusted', 'prose', urged) : nowhere(known, 'ask');
}

function isForSaid(request: Request, act: Act): boolean {
  return act.destinations.length > 0 && act.destinations.every((to) => request.values.has(keyOf(to)));
}

/** What the person wrote themselves, or somebody for this act: it has in it where that goes, or what it is about. */
function belongs(known: Knowledge, thing: Thing, act: Act): boolean {
  const author = authorOf(known, thing);
  if (author === 'own') return true;
  const isOf = (value: string): boolean =>
    author === undefined
      ? thing.leaves.some(({ is, typed }) => is !== 'prose' && typed.value === value)
      : author.typed.value === value;
  if (act.destinations.some(({ value }) => isOf(value))) return true;
  if (isObjectOf(known, thing, act)) return true;
  return author === undefined && act.destinations.length === 0 && act.objects.length === 0;
}

function isObjectOf(known: Knowledge, thing: Thing, { objects }: Act): boolean {
  return objects.some((object) => known.objects(object).some((spot) => spot.thing === thing));
}

/** More numbers than this make almost everything derivable. */
const maxNumbers = 24;

function isDerived(known: Knowledge, request: Request, value: number, act: Act): boolean {
  if (!Number.isFinite(value)) return false;
  const said = numbersIn(request.typed);
  const seen = new Set<number>();
  const add = (spot: Pick<Spot, 'told' | 'thing'>): void => {
    const grade = known.grade(spot.told, spot.thing);
    const isOurs = isObjectOf(known, spot.thing, act) || (grade > 0 && belongs(known, spot.thing, act));
    if (grade === 0 && !isOurs) return;
    for (const leaf of spot.thing.leaves) {
      if (seen.size >= maxNumbers) return;
      if (leaf.is === 'quantity' && leaf.typed.kind === 'number' && (isOurs || grade >= 3))
        seen.add(Number(leaf.typed.value));
      if (leaf.is === 'prose' && grade >= 3)
        for (const number of numbersIn(typedWithin(leaf.raw))) seen.add(number);
    }
  };
  for (const told of known.told) {
    if (told.holds !== 'echo') for (const thing of told.things) add({ told, thing });
  }
  const given = [...new Set([...said, ...seen])].slice(0, maxNumbers);
  const isIt = (a: number): boolean => Math.abs(a - value) < 0.011;
  return given.some((a) =>
    given.some(
      (b) =>
        isIt(a - b) ||
        isIt(a + b) ||
        isIt(a / 2) ||
        isIt(a - b / 2) ||
        isIt((a * b) / 100) ||
        isIt(a * (1 + b / 100)) ||
        isIt(a * (1 - b / 100)) ||
        said.some((c) => isIt((a * b) / 100 + c)),
    ),
  );
}

function numbersIn(typed: readonly Typed[]): readonly number[] {
  return typed.filter(({ kind }) => kind === 'number').map(({ value }) => Number(value));
}
