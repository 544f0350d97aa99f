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
import { gradeOf } from './matching.ts';
import { type Act, prose, type Reason, reason } from './reason.ts';
import type { Leaf, Thing } from './record.ts';
import { type Request, telling } from './request.ts';
import { squeezed } from './spelled.ts';
import { authorOf, isAuthorName, isKnownParty, rival, strongest } from './standing.ts';
import { isAddress, type Kind, type Typed } from './typed.ts';

export function destination(known: Knowledge, request: Request, typed: Typed, act: Act): Reason {
  const spots = known.find(typed).filter(({ told }) => told.holds !== 'echo');
  const wholes = spots.filter(({ whole }) => whole);
  const entries = wholes.filter(({ told }) => told.holds === 'contacts' && told.trusted);
  const meant = entries.find(({ thing }) => namesPerson(request, thing));
  if (meant !== undefined) {
    const isFull = isFullyNamed(request, meant.thing);
    const by = namedBy(request, meant.thing);
    const others = contactsNamed(known, typed.kind, (thing) =>
      // Of two that were named each is meant by a name of their own.
      isFull ? isFullyNamed(request, thing) && shares(by, thing) : shares(by, thing),
    );
    return others.some((address) => address !== typed.value)
      ? reason('ask', 'contacts', 'ambiguous', spots)
      : reason('none', 'contacts', 'address_book', entries);
  }
  // All of them are a list: of one that was looked up by itself somebody has to have spoken.
  const asList = entries.filter(({ told }) => told.things.length > 1 || known.about(told) >= 1);
  if ((request.all || request.people) && asList.length > 0 && !isUrged(known, spots))
    return reason('none', 'contacts', 'all_of_them', entries);
  if (hasIt(known, typed, act)) return reason('none', 'record', 'as_it_was');

  const best = strongest(
    known,
    wholes.filter(({ leaf, told }) => told.holds === 'records' && isParty(leaf, typed)),
  );
  if (best !== undefined) return inRecord(known, request, typed, best.spot, best.grade);
  // Whoever is on a list that the person asked for by name, or on any, where they speak of all.
  const listed = wholes
    .filter((spot) => isListed(known, spot))
    .filter(({ told }) => request.all || known.about(told) >= 2);
  if ((request.all || request.people) && listed.length > 0 && !isUrged(known, spots))
    return reason('none', 'record', 'all_of_them', listed);
  if (entries.length > 0 && !isUrged(known, spots)) return reason('ask', 'contacts', 'not_named', entries);
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
  if (isAuthor && request.speaks && isFirm(request, author))
    return reason('none', 'record', 'answers', [spot]);
  if (isAuthor && request.givesBack) return reason('none', 'record', 'answers', [spot]);
  if (
    isAuthor &&
    grade >= 2 &&
    (request.people || (request.speaks && isSpokenOf(request, spot, author))) &&
    isNamedIn(request, author.raw)
  )
    return reason('none', 'record', 'answers', [spot]);
  return reason('ask', 'record', 'sent_by_others', [spot]);
}

/** `post@bryggenloft.example` of `Bryggen Loft`: a name of a domain is had by one. */
function isFirm(request: Request, { typed, raw }: Leaf): boolean {
  if (typed.kind !== 'email') return false;
  const [label = ''] = (raw.split('@')[1] ?? '').split('.');
  if (label.length < 5 || shared.has(label.toLowerCase())) return false;
  return request.runs.has(squeezed(label));
}

/** Whose mail is anybody's. */
const shared: ReadonlySet<string> = new Set(
  'gmail googlemail outlook hotmail yahoo icloud proton protonmail fastmail example company corporation corp mailbox email'.split(
    ' ',
  ),
);

/** By more than who sent it: anybody may call themselves what they like. */
function isSpokenOf(request: Request, { thing }: Spot, author: Leaf): boolean {
  const names = new Set(tokensOf(author.raw));
  return (
    gradeOf(request, {
      leaves: thing.leaves.filter(
        (leaf) => leaf !== author && !tokensOf(leaf.raw).some((token) => names.has(token)),
      ),
    }) >= 2
  );
}

/** A field that says who: of addresses every one, of names those that are not what the thing is called. */
function isParty(leaf: Leaf, typed: Typed): boolean {
  if (isAddress(typed)) return leaf.is === 'address';
  return leaf.is === 'name' && !titles.test(leaf.name);
}

const titles =
  /^(?:title|subject|description|body|content|text|message|notes?|comments?|summary|label|status|type)$/i;

/** One of names that stand in a list by themselves; of addresses only where nobody else is said to have made the list. */
function isListed(known: Knowledge, { leaf, told, thing }: Spot): boolean {
  if (told.holds !== 'records' || !leaf.isItem) return false;
  if (leaf.is === 'name') return true;
  const author = authorOf(known, thing);
  return leaf.is === 'address' && known.about(told) >= 1 && (author === undefined || author === 'own');
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

/** Of the names of somebody those that the person said. */
function namedBy(request: Request, thing: Thing): ReadonlySet<string> {
  const tokens = thing.leaves.flatMap(({ is, raw }) => (is === 'name' ? tokensOf(raw) : []));
  return new Set(tokens.filter((token) => telling(token) && request.tokens.has(token)));
}

function shares(by: ReadonlySet<string>, thing: Thing): boolean {
  return thing.leaves.some(({ is, raw }) => is === 'name' && tokensOf(raw).some((token) => by.has(token)));
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

/** Every address of the address book that may be meant, of one kind: who has a telephone as well is one person. */
function contactsNamed(known: Knowledge, kind: Kind, isNamed: (thing: Thing) => boolean): readonly string[] {
  const found = new Set<string>();
  for (const told of known.told) {
    if (told.holds !== 'contacts' || !told.trusted) continue;
    for (const thing of told.things) {
      if (!isNamed(thing)) continue;
      for (const leaf of thing.leaves) if (leaf.typed.kind === kind) found.add(leaf.typed.value);
    }
  }
  return [...found];
}
