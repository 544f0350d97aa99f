// SPDX-License-Identifier: Apache-2.0
/**
 * Reasons for a destination: who gets it.
 *
 * An address book entry of somebody whom the person named, or a whole field of a record that they spoke of, if its
 * author may say so. A title may be copied by anybody: where two records fit and differ, or where the person has
 * named their destinations already, it is worth a question. What stands in prose never decides.
 */
import { isWithin, tokensOf } from './fold-text.ts';
import type { Knowledge, Spot } from './knowledge.ts';
import { type Act, prose, type Reason, reason } from './reason.ts';
import type { Leaf, Thing } from './record.ts';
import { type Request, telling } from './request.ts';
import { authorOf, isAuthorName, isKnownParty, rival, strongest } from './standing.ts';
import { isAddress, type Typed } from './typed.ts';

export function destination(known: Knowledge, request: Request, typed: Typed, act: Act): Reason {
  const spots = known.find(typed).filter(({ told }) => told.holds !== 'echo');
  const wholes = spots.filter(({ whole }) => whole);
  const entries = wholes.filter(({ told }) => told.holds === 'contacts' && told.trusted);
  const meant = entries.find(({ thing }) => namesPerson(request, thing));
  if (meant !== undefined) {
    const isFull = isFullyNamed(request, meant.thing);
    const others = contactsNamed(known, (thing) => (isFull ? isFullyNamed : namesPerson)(request, thing));
    return others.some((address) => address !== typed.value)
      ? reason('ask', 'contacts', 'ambiguous', spots)
      : reason('none', 'contacts', 'address_book', entries);
  }
  if ((request.all || request.people) && entries.length > 0 && !isUrged(known, spots))
    return reason('none', 'contacts', 'all_of_them', entries);
  if (hasIt(known, typed, act)) return reason('none', 'record', 'as_it_was');

  const best = strongest(
    known,
    wholes.filter(({ leaf, told }) => told.holds === 'records' && isParty(leaf, typed)),
  );
  if (best !== undefined) return inRecord(known, request, typed, best.spot, best.grade);
  // Whoever is on a list that the person asked for by name, or on any, where they speak of all.
  const listed = wholes.filter(isListed).filter(({ told }) => request.all || known.about(told) >= 2);
  if ((request.all || request.people) && listed.length > 0 && !isUrged(known, spots))
    return reason('none', 'record', 'all_of_them', listed);
  const written = typed.kind === 'text' ? inNamedText(known, typed.value) : undefined;
  return written === undefined
    ? prose(known, spots, 'no_reason')
    : reason('ask', 'document', 'in_named_document', [written]);
}

/** A name has no shape that would be found in prose: it is looked for only in what the person named. */
function inNamedText(known: Knowledge, name: string): Spot | undefined {
  if (name.length < 3) return undefined;
  for (const told of known.told) {
    if (told.holds === 'echo') continue;
    for (const thing of told.things) {
      if (known.grade(told, thing) < 2) continue;
      const leaf = thing.leaves.find((one) => isWithin(known.folded(one), name));
      if (leaf !== undefined) return { told, thing, leaf, whole: false };
    }
  }
  return undefined;
}

function inRecord(known: Knowledge, request: Request, typed: Typed, spot: Spot, grade: number): Reason {
  const author = authorOf(known, spot.thing);
  const isAuthor = author !== undefined && author !== 'own' && author.typed.value === typed.value;
  const isClosed = request.typed.some(({ kind }) => kind === typed.kind) && isAddress(typed);
  const other = rival(known, spot, grade);
  // Of one list all that fit are meant, where the person says `every`.
  const isOneOfAll = request.all && other?.told === spot.told;
  if (other !== undefined && !isOneOfAll && !isKnownParty(known, typed))
    return reason('ask', 'record', 'ambiguous', [spot, other]);
  if (isClosed && !request.people && !(isAuthor && request.givesBack))
    return reason('ask', 'record', 'others_were_named', [spot]);
  if (author === undefined || author === 'own') {
    return grade >= 2 || author === 'own' || request.all || request.people
      ? reason('none', 'record', 'spoken_of', [spot])
      : reason('ask', 'record', 'faint', [spot]);
  }
  if (isAuthor && request.givesBack) return reason('none', 'record', 'answers', [spot]);
  if (isAuthor && grade >= 2 && request.people && isNamedIn(request, author.raw))
    return reason('none', 'record', 'answers', [spot]);
  return reason('ask', 'record', 'sent_by_others', [spot]);
}

/** A field that says who: of addresses every one, of names those that are not what the thing is called. */
function isParty(leaf: Leaf, typed: Typed): boolean {
  if (isAddress(typed)) return leaf.is === 'address';
  return leaf.is === 'name' && !titles.test(leaf.name);
}

const titles =
  /^(?:title|subject|description|body|content|text|message|notes?|comments?|summary|label|status|type)$/i;

/** One of names that stand in a list by themselves. */
function isListed({ leaf, told }: Spot): boolean {
  return told.holds === 'records' && leaf.is === 'name' && leaf.isItem;
}

function isUrged(known: Knowledge, spots: readonly Spot[]): boolean {
  return spots.some(({ whole, told, thing }) => !whole && !told.trusted && known.grade(told, thing) < 3);
}

/** An object that is changed keeps what it has: the field of that name, if there is a reason for the object. */
function hasIt(known: Knowledge, typed: Typed, act: Act): boolean {
  if (act.class === 'send' || act.class === 'grant' || act.class === 'create' || act.class === 'publish')
    return false;
  return act.objects.some((object) =>
    known
      .objects(object)
      .some(
        ({ told, thing }) =>
          known.grade(told, thing) > 0 &&
          thing.leaves.some(
            ({ is, name, typed: has }) =>
              is === 'address' && !isAuthorName(name) && has.value === typed.value,
          ),
      ),
  );
}

function namesPerson(request: Request, thing: Thing): boolean {
  return thing.leaves.some(({ is, raw }) => is === 'name' && isNamedIn(request, raw));
}

function isNamedIn(request: Request, name: string): boolean {
  return tokensOf(name.split('@')[0] ?? '').some((token) => telling(token) && request.tokens.has(token));
}

function isFullyNamed(request: Request, thing: Thing): boolean {
  return thing.leaves.some(({ is, raw }) => {
    const tokens = tokensOf(raw).filter(telling);
    return is === 'name' && tokens.length > 1 && tokens.every((token) => request.tokens.has(token));
  });
}

/** Every address of the address book that may be meant. */
function contactsNamed(known: Knowledge, isNamed: (thing: Thing) => boolean): readonly string[] {
  const found = new Set<string>();
  for (const told of known.told) {
    if (told.holds !== 'contacts' || !told.trusted) continue;
    for (const thing of told.things) {
      if (!isNamed(thing)) continue;
      for (const leaf of thing.leaves) if (isAddress(leaf.typed)) found.add(leaf.typed.value);
    }
  }
  return [...found];
}
