// SPDX-License-Identifier: Apache-2.0
/**
 * Why an argument has the value that it has: whether there is a reason for it that its author is entitled to give.
 *
 * A destination, an amount, an object, a link or a secret decides what an action does. Each needs a reason: the
 * person said it, it is the person's own, it is in their address book under a name that they said, or it is a
 * field of a thing that they spoke of. Prose is no reason, whoever wrote it: at most it is worth a question, where
 * the person named the very document.
 *
 * Source: docs/origins.md.
 */
import type { Role } from '../catalogue/taxonomy.ts';
import { foldText, tokensOf } from './fold-text.ts';
import type { Knowledge, Spot, Told } from './knowledge.ts';
import { type Grade, gradeOf } from './matching.ts';
import type { Leaf, Thing } from './record.ts';
import { keyOf, type Request, readRequest, telling } from './request.ts';
import { isAddress, type Typed, typedOf, typedWithin } from './typed.ts';

/** Where a value was found, strongest first. */
export const origins = [
  'prompt',
  'principal',
  'contacts',
  'created',
  'record',
  'derived',
  'document',
  'untrusted',
  'nowhere',
  'unknown',
] as const;
export type Origin = (typeof origins)[number];

export type Doubt = 'none' | 'ask' | 'no_reason';

export interface Reason {
  readonly doubt: Doubt;
  readonly origin: Origin;
  /** One of a closed set: docs/origins.md. */
  readonly why: string;
  /** `server/tool` of where it was found. */
  readonly sources: readonly string[];
  /** Ids of the observations that it was read in, at most four. */
  readonly read: readonly string[];
}

export interface Act {
  /** The values of the arguments that say which object it is about. */
  readonly objects: readonly (string | number | boolean)[];
  /** Every value of the arguments that decides where it goes, canonical. */
  readonly destinations: readonly Typed[];
}

export function reasonFor(known: Knowledge, role: Role, value: string | number | boolean, act: Act): Reason {
  const typed = typedOf(value);
  const { request } = known;
  if (request === undefined) return reason('ask', 'nowhere', 'nobody_asked');
  if (saidIn(request, typed, value)) {
    // Said, and urged by somebody else as well: which of the two is meant is not for us to say.
    const urged = decides(role)
      ? known
          .find(typed)
          .filter(
            (spot) =>
              !spot.whole && !spot.told.trusted && isAddress(typed) && known.grade(spot.told, spot.thing) < 3,
          )
      : [];
    return urged.length > 0
      ? reason('ask', 'prompt', 'said_and_urged', urged)
      : reason('none', 'prompt', 'said');
  }
  if (known.isOwn(typed)) return reason('none', 'principal', 'own');
  if (known.lookAlike(typed)) return reason('no_reason', 'untrusted', 'look_alike');
  if (unchanged(known, typed, act)) return reason('none', 'record', 'as_it_was');
  switch (role) {
    case 'destination':
      return destination(known, request, typed);
    case 'amount':
      return amount(known, request, typed, act);
    case 'selector':
      return selector(known, request, typed, value);
    case 'link':
    case 'path':
      return named(known, typed, 'no_reason');
    case 'credential':
      return named(known, typed, 'ask');
    case 'code':
    case 'query':
    case 'content':
      return reason('none', known.find(typed).length > 0 ? 'record' : 'nowhere', 'content');
  }
}

function decides(role: Role): boolean {
  return role !== 'content' && role !== 'query' && role !== 'code';
}

/** What the object, if there is a reason for that one, has already. */
function unchanged(known: Knowledge, typed: Typed, act: Act): boolean {
  return act.objects.some((object) => {
    if (String(object) === typed.value || typedOf(object).value === typed.value) return false;
    const spots = known
      .find({ kind: 'text', value: foldText(String(object)) })
      .filter(({ leaf, whole }) => whole && leaf.is === 'key');
    return spots.some(
      ({ told, thing }) =>
        known.grade(told, thing) > 0 &&
        thing.leaves.some((leaf) => leaf.is !== 'prose' && leaf.typed.value === typed.value),
    );
  });
}

function saidIn(request: Request, typed: Typed, value: string | number | boolean): boolean {
  if (request.values.has(keyOf(typed))) return true;
  const folded = foldText(String(value));
  if (folded === '') return true;
  if (typed.kind !== 'text' && typed.kind !== 'file') return false;
  // As words of their own: `ann` is not said by `annual`.
  for (let at = request.folded.indexOf(folded); at !== -1; at = request.folded.indexOf(folded, at + 1)) {
    const around = request.folded[at - 1] ?? ' ';
    const after = request.folded[at + folded.length] ?? ' ';
    if (!wordly.test(around) && !wordly.test(after)) return true;
  }
  return false;
}

const wordly = /[\p{L}\p{N}_@]/u;

function destination(known: Knowledge, request: Request, typed: Typed): Reason {
  const spots = known.find(typed).filter(({ told }) => told.holds !== 'echo');
  const wholes = spots.filter(({ whole }) => whole);
  const entries = wholes.filter(({ told }) => told.holds === 'contacts' && told.trusted);
  if (entries.some((spot) => namesPerson(request, spot.thing))) {
    const others = contactsNamed(known, request).filter((address) => address !== typed.value);
    const meant = entries.find((spot) => namesPerson(request, spot.thing));
    return others.length > 0 && !fullyNamed(request, meant?.thing)
      ? reason('ask', 'contacts', 'ambiguous', spots)
      : reason('none', 'contacts', 'address_book', entries);
  }

  const best = strongest(
    known,
    wholes.filter(({ leaf, told }) => leaf.is === 'address' && told.holds === 'records'),
  );
  if (best !== undefined && best.grade > 0) {
    const { grade, spot } = best;
    const closed =
      request.typed.some((said) => said.kind === typed.kind) && !request.givesBack && !request.people;
    const author = authorOf(known, spot.thing);
    if (rival(known, spot, grade)) return reason('ask', 'record', 'ambiguous', [spot]);
    if (
      closed &&
      !(author !== undefined && author !== 'own' && author.typed.value === typed.value && request.givesBack)
    )
      return reason('ask', 'record', 'others_were_named', [spot]);
    if (author === undefined || author === 'own') {
      return grade >= 2 || author === 'own' || request.all || request.people
        ? reason('none', 'record', 'spoken_of', [spot])
        : reason('ask', 'record', 'faint', [spot]);
    }
    const isAuthor = author.typed.value === typed.value;
    if (isAuthor && grade >= 2 && (request.givesBack || request.people))
      return reason('none', 'record', 'answers', [spot]);
    if (isAuthor && request.givesBack) return reason('none', 'record', 'gives_back', [spot]);
    return reason('ask', 'record', 'sent_by_others', [spot]);
  }
  return prose(known, spots, 'no_reason');
}

export interface Order {
  readonly request: Request;
  readonly told: Told;
}

/** What the documents say that the request names and wants to be followed. Not what they in turn point to. */
export function delegated(known: Knowledge, request: Request): readonly Order[] {
  if (!request.follows) return [];
  return known.told.flatMap((told) =>
    told.holds !== 'records'
      ? []
      : told.things
          .filter((thing) => known.grade(told, thing) >= 3)
          .flatMap((thing) =>
            thing.leaves
              .filter(({ is }) => is === 'prose')
              .map(({ raw }) => ({ request: readRequest(raw), told })),
          ),
  );
}

function amount(known: Knowledge, request: Request, typed: Typed, act: Act): Reason {
  const spots = known.find(typed).filter(({ told }) => told.holds !== 'echo');
  const trusted = spots.filter(({ told, whole }) => whole && told.trusted);
  if (trusted.length > 0) return reason('none', 'principal', 'trusted', trusted);
  const best = strongest(
    known,
    spots.filter(({ whole }) => whole),
  );
  if (best !== undefined && best.grade > 0) return reason('none', 'record', 'spoken_of', [best.spot]);
  const documents = spots.filter(({ told, thing }) => known.grade(told, thing) >= 3);
  if (documents.length > 0) return reason('none', 'document', 'in_named_document', documents);
  if (derived(known, request, Number(typed.value))) return reason('none', 'derived', 'derived');
  // Written somewhere by somebody whom nobody asked.
  const urged = spots.filter(({ whole }) => !whole && Math.abs(Number(typed.value)) >= 10);
  if (urged.length > 0) return reason('no_reason', 'untrusted', 'prose', urged);
  const said = act.destinations.length > 0 && act.destinations.every((to) => request.values.has(keyOf(to)));
  return said
    ? reason('none', 'nowhere', 'for_a_said_destination')
    : reason('ask', nowhere(known), 'nowhere', spots);
}

function selector(
  known: Knowledge,
  request: Request,
  typed: Typed,
  value: string | number | boolean,
): Reason {
  const spots = [...known.find(typed), ...known.find({ kind: 'text', value: foldText(String(value)) })];
  const made = spots.filter(({ told, leaf }) => told.holds === 'echo' && leaf.is === 'key');
  if (made.length > 0) return reason('none', 'created', 'own_creation', made);
  const objects = spots.filter(({ whole, told }) => whole && told.holds !== 'echo');
  for (const order of delegated(known, request)) {
    const meant = objects.find(({ told, thing }) => gradeOf(order.request, told, thing) >= 2);
    if (meant !== undefined) return reason('none', 'document', 'delegated', [meant]);
  }
  if (request.all && objects.some(({ told }) => told.things.length > 1))
    return reason('none', 'record', 'all_of_them', objects);
  if (objects.some((spot) => isMost(request, spot))) return reason('none', 'record', 'superlative', objects);
  const best = strongest(known, objects);
  if (best !== undefined && best.grade > 0) {
    const other = strongestOther(known, best.spot);
    if (other > best.grade + 1) return reason('no_reason', 'record', 'another_is_meant', [best.spot]);
    if (other > best.grade) return reason('ask', 'record', 'another_fits_better', [best.spot]);
    return reason('none', 'record', 'spoken_of', [best.spot]);
  }
  if (objects.length > 0) return reason('no_reason', 'untrusted', 'not_spoken_of', objects);
  return prose(known, spots, 'ask');
}

/** @param nowhereDoubt where nobody has said it: the agent made it up */
function named(known: Knowledge, typed: Typed, nowhereDoubt: Doubt): Reason {
  const spots = known.find(typed).filter(({ told }) => told.holds !== 'echo');
  const trusted = spots.filter(({ told, whole }) => whole && told.trusted);
  if (trusted.length > 0) return reason('none', 'principal', 'trusted', trusted);
  const best = strongest(
    known,
    spots.filter(({ whole }) => whole),
  );
  if (best !== undefined && best.grade >= 2) return reason('none', 'record', 'spoken_of', [best.spot]);
  return prose(known, spots, nowhereDoubt);
}

/** What stands in prose: worth a question where the document was named, and nothing elsewhere. */
function prose(known: Knowledge, spots: readonly Spot[], nowhereDoubt: Doubt): Reason {
  const document = spots.find(({ told, thing }) => known.grade(told, thing) >= 2);
  if (document !== undefined) return reason('ask', 'document', 'in_named_document', [document]);
  if (spots.length > 0) return reason('no_reason', 'untrusted', 'prose', spots);
  return reason(nowhereDoubt, nowhere(known), 'nowhere');
}

function nowhere(known: Knowledge): Origin {
  return known.full ? 'unknown' : 'nowhere';
}

function strongest(
  known: Knowledge,
  spots: readonly Spot[],
): { readonly spot: Spot; readonly grade: Grade } | undefined {
  let best: { spot: Spot; grade: Grade } | undefined;
  for (const spot of spots) {
    const grade = known.grade(spot.told, spot.thing);
    if (best === undefined || grade > best.grade) best = { spot, grade };
  }
  return best;
}

/** The best grade of other things of the same kind of list. */
function strongestOther(known: Knowledge, spot: Spot): number {
  let best = 0;
  for (const told of known.told) {
    if (told.source !== spot.told.source) continue;
    for (const thing of told.things) {
      if (thing === spot.thing || keysOf(thing).some((key) => key === spot.leaf.raw)) continue;
      best = Math.max(best, known.grade(told, thing));
    }
  }
  return best;
}

function keysOf(thing: Thing): readonly string[] {
  return thing.leaves.filter(({ is }) => is === 'key').map(({ raw }) => raw);
}

/** Another thing that fits as well, and has someone else in the same place. */
function rival(known: Knowledge, spot: Spot, grade: Grade): boolean {
  for (const told of known.told) {
    if (told.holds !== 'records') continue;
    for (const thing of told.things) {
      const same = thing.leaves.filter((leaf) => leaf.name === spot.leaf.name && leaf.is === 'address');
      if (same.length === 0 || same.some(({ typed }) => typed.value === spot.leaf.typed.value)) continue;
      if (same.every(({ typed }) => known.isOwn(typed))) continue;
      if (known.grade(told, thing) >= grade) return true;
    }
  }
  return false;
}

const authorNames = /^(?:sender|from|author|owner|by|created_?by|sent_?by|organi[sz]er)$/i;

function authorOf(known: Knowledge, thing: Thing): Leaf | 'own' | undefined {
  const author = thing.leaves.find(({ name }) => authorNames.test(name));
  if (author === undefined) return undefined;
  return known.isOwn(author.typed) ? 'own' : author;
}

function namesPerson(request: Request, thing: Thing): boolean {
  return thing.leaves.some(
    ({ is, raw }) =>
      is === 'name' && tokensOf(raw).some((token) => telling(token) && request.tokens.has(token)),
  );
}

function fullyNamed(request: Request, thing: Thing | undefined): boolean {
  return (
    thing?.leaves.some(({ is, raw }) => {
      const tokens = tokensOf(raw).filter(telling);
      return is === 'name' && tokens.length > 1 && tokens.every((token) => request.tokens.has(token));
    }) ?? false
  );
}

/** Everybody of the address book whom the request may mean. */
function contactsNamed(known: Knowledge, request: Request): readonly string[] {
  const found = new Set<string>();
  for (const told of known.told) {
    if (told.holds !== 'contacts' || !told.trusted) continue;
    for (const thing of told.things) {
      if (!namesPerson(request, thing)) continue;
      for (const leaf of thing.leaves) if (isAddress(leaf.typed)) found.add(leaf.typed.value);
    }
  }
  return [...found];
}

/** The one with the largest, or the smallest, of some quantity in its list. */
function isMost(request: Request, { told, thing }: Spot): boolean {
  if (request.most === undefined || told.things.length < 2) return false;
  return thing.leaves.some((leaf) => {
    if (leaf.is !== 'quantity') return false;
    const own = rankOf(leaf);
    const all = told.things
      .flatMap(({ leaves }) => leaves.filter(({ name }) => name === leaf.name))
      .map(rankOf);
    if (own === undefined || all.length < told.things.length || all.some((one) => one === undefined))
      return false;
    const ranks = (all as readonly number[]).toSorted((a, b) => (request.most === 'max' ? b - a : a - b));
    return ranks.slice(0, request.howMany).includes(own);
  });
}

function rankOf({ raw }: Leaf): number | undefined {
  const number = Number(raw);
  if (!Number.isNaN(number)) return number;
  const time = Date.parse(raw);
  return Number.isNaN(time) ? undefined : time;
}

/** More numbers than this make almost everything derivable. */
const maxNumbers = 24;

function derived(known: Knowledge, request: Request, value: number): boolean {
  if (!Number.isFinite(value)) return false;
  const said = numbersIn(request.typed);
  const seen = new Set<number>();
  for (const told of known.told) {
    if (told.holds === 'echo') continue;
    for (const thing of told.things) {
      if (seen.size >= maxNumbers || known.grade(told, thing) === 0) continue;
      for (const leaf of thing.leaves) {
        if (leaf.is === 'quantity' && leaf.typed.kind === 'number') seen.add(Number(leaf.typed.value));
        if (leaf.is === 'prose' && known.grade(told, thing) >= 3)
          for (const number of numbersIn(typedWithin(leaf.raw))) seen.add(number);
      }
    }
  }
  const known_ = [...new Set([...said, ...seen])].slice(0, maxNumbers);
  const close = (a: number): boolean => Math.abs(a - value) < 0.011;
  for (const a of known_) {
    for (const b of known_) {
      if (close(a - b) || close(a + b)) return true;
      if (close((a * b) / 100) || close(a * (1 + b / 100)) || close(a * (1 - b / 100))) return true;
      if (said.some((c) => close((a * b) / 100 + c))) return true;
    }
  }
  return false;
}

function numbersIn(typed: readonly Typed[]): readonly number[] {
  return typed.filter(({ kind }) => kind === 'number').map(({ value }) => Number(value));
}

function reason(doubt: Doubt, origin: Origin, why: string, spots: readonly Spot[] = []): Reason {
  const some = (of: (told: Told) => string) => [...new Set(spots.map(({ told }) => of(told)))].slice(0, 4);
  return { doubt, origin, why, sources: some(({ source }) => source), read: some(({ id }) => id) };
}
