// SPDX-License-Identifier: Apache-2.0
/**
 * Reasons: what is said of why a value of a call is what it is, in a closed set of words.
 *
 * Source: docs/origins.md.
 */
import type { ActionClass } from '../catalogue/taxonomy.ts';
import type { Knowledge, Spot, Told } from './knowledge.ts';
import type { Typed } from './typed.ts';

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
  readonly why: Why;
  /** `server/tool` of where it was found. */
  readonly sources: readonly string[];
  /** Ids of the observations that it was read in, at most four. */
  readonly read: readonly string[];
}

export type Scalar = string | number | boolean;

/** The call that a value is part of. */
export interface Act {
  readonly class: ActionClass;
  /** The values of the arguments that say which object it is about. */
  readonly objects: readonly Scalar[];
  /** Every value of the arguments that decides where it goes, canonical. */
  readonly destinations: readonly Typed[];
}

/** Every answer that there is, with what it says to a person. The page has the same list. */
export const whys = {
  nobody_asked: 'nobody has asked for anything',
  said: 'the person said it',
  said_and_urged: 'the person said it, and so does a text that they did not speak of',
  own: "it is the person's own",
  look_alike: 'it looks like an address that is known, and is another one',
  as_it_was: 'the object has it already',
  address_book: 'it is in the address book under a name that the person said',
  not_named: 'it is in the address book, under a name that the person did not say',
  spoken_of: 'it is a field of something that the person spoke of',
  answers: 'it goes back to who sent what the person spoke of',
  all_of_them: 'the person spoke of all of them',
  superlative: 'it is the one that the person described',
  left_open: 'the person said where to and nothing of how much',
  chosen: 'the person left the choice to the agent, and nobody urged this one',
  delegated: 'a document that the person wants to be followed speaks of it',
  own_creation: 'it was made in this task',
  trusted: 'a trusted source has it',
  in_named_document: 'it stands in a document that the person named',
  derived: 'it follows from numbers that the person or such a document gave',
  verbatim: 'it is a link that stands as it is in what the person spoke of',
  content: 'it decides nothing',
  ambiguous: 'other things fit as well, and have another value there',
  others_were_named: 'the person named other ones',
  urged: 'the person may have spoken of it, and a text that they did not speak of says to take it',
  faint: 'it is a field of something that has hardly a word in common with what was asked',
  sent_by_others: 'somebody else wrote the record that it is in',
  another_fits_better: 'the person seems to speak of another one',
  another_is_meant: 'the person speaks of another one',
  not_spoken_of: 'nobody spoke of this one',
  prose: 'it only stands in a text that the person did not speak of',
  secret_inside: 'there is a secret in it, and nobody asked for that to be sent',
  nowhere: 'nobody said it, and it was not read anywhere',
  not_its_kind: 'it is no value of the kind that the argument has',
  full: 'more was read than could be looked through',
} as const;
export type Why = keyof typeof whys;

export function isWhy(name: unknown): name is Why {
  return typeof name === 'string' && Object.hasOwn(whys, name);
}

export function reason(doubt: Doubt, origin: Origin, why: Why, spots: readonly Spot[] = []): Reason {
  const some = (of: (told: Told) => string) => [...new Set(spots.map(({ told }) => of(told)))].slice(0, 4);
  return { doubt, origin, why, sources: some(({ source }) => source), read: some(({ id }) => id) };
}

/**
 * What stands in prose: worth a question where the document was named, and nothing elsewhere.
 *
 * @param nowhereDoubt where nobody has said it: the agent made it up
 */
export function prose(known: Knowledge, spots: readonly Spot[], nowhereDoubt: Doubt): Reason {
  const document = spots.find(({ told, thing }) => known.grade(told, thing) >= 2);
  if (document !== undefined) return reason('ask', 'document', 'in_named_document', [document]);
  if (spots.length > 0) return reason('no_reason', 'untrusted', 'prose', spots);
  return nowhere(known, nowhereDoubt);
}

export function nowhere(known: Knowledge, doubt: Doubt): Reason {
  return reason(doubt, known.full ? 'unknown' : 'nowhere', 'nowhere');
}
