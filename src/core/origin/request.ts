// SPDX-License-Identifier: Apache-2.0
/**
 * What a request says: the values in it, the things that it names, and what it asks to be done.
 *
 * Read from what a person wrote, and from nothing else. It grants nothing: it is what reasons are looked for in.
 */
import type { ActionClass } from '../catalogue/taxonomy.ts';
import { foldText, tokensOf } from './fold-text.ts';
import { type Lexicon, lexicons } from './lexicon.ts';
import { namedDays, type Typed, typedWithin, withoutAddresses, withoutPlaces } from './typed.ts';

export interface Request {
  readonly text: string;
  /** Folded, for values that are to stand in it. */
  readonly folded: string;
  /** The same, with a space between the parts of what is written `reading-club`. */
  readonly spaced: string;
  /** `kind value` of every value with a shape. */
  readonly values: ReadonlySet<string>;
  readonly typed: readonly Typed[];
  /** Days of the year, `05-15`, however they are written. */
  readonly days: ReadonlySet<string>;
  /** Folded: what stands in quotation marks, and names of files. */
  readonly named: ReadonlySet<string>;
  readonly tokens: ReadonlySet<string>;
  /** Up to three words in a row, written as one: names of firms as domains have them. */
  readonly runs: ReadonlySet<string>;
  /** Tokens written like names. */
  readonly names: ReadonlySet<string>;
  readonly classes: ReadonlySet<ActionClass>;
  /** Whether each of its orders begins with a word that is known: else it may ask for anything. */
  readonly isUnderstood: boolean;
  /** Numbers that it calls by: `number 7`, `ID '13'`, `#4`. */
  readonly ids: ReadonlySet<string>;
  readonly most: 'max' | 'min' | undefined;
  /** What that is about. */
  readonly mostOf: 'price' | 'time' | 'rating' | 'size';
  /** And of a size: `the last` may be said of a time. */
  readonly mostOfSize: boolean;
  /** Of how many the most, where it says so. */
  readonly howMany: number;
  /** Which one of a list: `the second one`, `the third?`. */
  readonly ordinal: number | 'last' | undefined;
  /** It speaks of all of something. */
  readonly all: boolean;
  readonly givesBack: boolean;
  /** Somebody is to be told something. */
  readonly speaks: boolean;
  readonly people: boolean;
  readonly follows: boolean;
  /** It leaves the choice to whoever does it. */
  readonly chooses: boolean;
  /** It speaks of pages, articles, links: of what is behind them. */
  readonly pages: boolean;
  /** It speaks of a sum of money, said or not. */
  readonly amounts: boolean;
  /** It speaks of something that opens a door. */
  readonly secrets: boolean;
  /** It speaks of a difference, a share, a percentage. */
  readonly calculates: boolean;
}

const maxRequest = 1 << 16;
const quoted =
  /(?<![\p{L}\p{N}])(?:'([^'\n]{1,200}?)'|"([^"\n]{1,200}?)"|“([^”\n]{1,200}?)”|`([^`\n]{1,200}?)`|«([^»\n]{1,200}?)»)(?![\p{L}\p{N}])/gu;

export function readRequest(written: string): Request {
  const text = written.slice(0, maxRequest).normalize('NFKC');
  const typed = typedWithin(text);
  const titles = [...text.matchAll(quoted)].map(
    (match) => match.slice(1).find((part) => part !== undefined) ?? '',
  );
  const files = typed.filter(({ kind }) => kind === 'file').map(({ value }) => value);
  // What is quoted is a title, and what stands in an address or a path is its name: their words are no orders.
  const orders = withoutPlaces(text.replace(quoted, ' '));
  // With the ends of clauses among them, so that what stands before a word is its own.
  const words = foldText(orders).match(/[\p{L}\p{N}][\p{L}\p{N}'’-]*|[.,;:!?()]/gu) ?? [];
  return {
    text,
    folded: foldText(text),
    spaced: foldText(text).replace(/[-_]/g, ' '),
    values: new Set(typed.map(keyOf)),
    typed,
    days: new Set([
      ...namedDays(foldText(text)),
      ...typed.filter(({ kind }) => kind === 'day').map(({ value }) => value.slice(5)),
    ]),
    named: new Set([...titles.map(foldText), ...files]),
    // Of an address only the whole says something.
    tokens: new Set(tokensOf(withoutAddresses(text)).filter(telling)),
    runs: new Set(runsIn(tokensOf(withoutAddresses(text)))),
    names: new Set(namesIn(text)),
    classes: classesIn(words),
    isUnderstood: isUnderstood(words),
    ids: idsIn(text),
    mostOfSize: says(words, meant.mostOfSize),
    most: lexicons
      .map(({ most }) =>
        words.map((word) => (Object.hasOwn(most, word) ? most[word] : undefined)).find(Boolean),
      )
      .find(Boolean),
    mostOf: mostOfIn(words),
    howMany: numberIn(words),
    ordinal: ordinalIn(words),
    all: says(words, meant.all),
    givesBack: says(words, meant.back),
    speaks: says(words, meant.speaks),
    people: says(words, meant.people),
    follows: says(words, meant.follow),
    chooses: says(words, meant.choice),
    pages: says(words, meant.pages) || typed.some(({ kind }) => kind === 'url'),
    amounts: says(words, meant.amounts) || typed.some(({ kind }) => kind === 'number'),
    secrets: says(words, meant.secrets),
    calculates: says(words, meant.sums) || text.includes('%'),
  };
}

export function keyOf({ kind, value }: Typed): string {
  return `${kind} ${value}`;
}

const empty: ReadonlySet<string> = new Set(lexicons.flatMap((one) => one.empty));

/** A word that can tell one thing from another. */
export function telling(token: string): boolean {
  return token.length > 1 && !empty.has(token);
}

const called =
  /(?:#|\b(?:ids?|no|nr|num|number|ref|reference)\b\.?:?)\s{0,8}['"(]?(\d{1,18})(?![\d.,]\d)|['"](\d{1,18})['"]/giu;
const numbered =
  /(?<!\p{L})(\p{L}{3,40})\s{1,8}(\d{1,18})(?![\d.,]\d|\s{0,8}[%:\p{Sc}]|\s{1,8}\p{L}{0,20}(?:day|hour|minute|week|month|year|time))/giu;

/** Numbers that a text calls something by: `number 7`, `ID '13'`, `#4`, `ticket 42`. */
export function idsIn(text: string): ReadonlySet<string> {
  const ids = [...text.matchAll(called)].map(([, after, quoted_]) => after ?? quoted_);
  const things = [...text.matchAll(numbered)].flatMap(([, noun = '', number]) =>
    notThings.has(foldText(noun)) || namedDays(foldText(`${noun} 1`)).length > 0 ? [] : [number],
  );
  return new Set([...ids, ...things].map((id) => String(Number(id))));
}

/** Before a number these are nothing that it names. */
const notThings: ReadonlySet<string> = new Set(
  lexicons.flatMap(({ verbs, empty: words, most, adjectives, amounts, sums, things }) =>
    [...Object.keys(verbs), ...words, ...Object.keys(most), ...adjectives, ...amounts, ...sums].filter(
      (word) => !things.includes(word),
    ),
  ),
);

function numberIn(words: readonly string[]): number {
  for (const { most, numbers } of lexicons) {
    const at = words.findIndex((word) => Object.hasOwn(most, word));
    const before = words[at - 1];
    if (before === undefined) continue;
    const written = Object.hasOwn(numbers, before) ? numbers[before] : Number(before);
    if (written !== undefined && Number.isInteger(written) && written > 0 && written <= 100) return written;
  }
  return 1;
}

function mostOfIn(words: readonly string[]): Request['mostOf'] {
  for (const { most, mostOf } of lexicons) {
    const word = words.find((one) => Object.hasOwn(most, one));
    if (word !== undefined) return Object.hasOwn(mostOf, word) ? (mostOf[word] ?? 'size') : 'size';
  }
  return 'size';
}

/** The last that was said: with a noun behind it, it counts something else. */
function ordinalIn(words: readonly string[]): number | 'last' | undefined {
  for (const { ordinals, ones, articles } of lexicons) {
    const at = words.findLastIndex(
      (word, i) =>
        Object.hasOwn(ordinals, word) &&
        articles.includes(words[i - 1] ?? '') &&
        (ones.includes(words[i + 1] ?? '') || !/\p{L}|\p{N}/u.test(words[i + 1] ?? '.')),
    );
    const word = words[at];
    if (word !== undefined) return ordinals[word];
  }
  return undefined;
}

function runsIn(tokens: readonly string[]): readonly string[] {
  return tokens.flatMap((token, at) => {
    const [, second = '', third = ''] = tokens.slice(at, at + 3);
    return [token, token + second, token + second + third];
  });
}

function says(words: readonly string[], some: ReadonlySet<string>): boolean {
  return words.some((word) => some.has(word));
}

function wordsOf(of: (lexicon: Lexicon) => readonly string[]): ReadonlySet<string> {
  return new Set(lexicons.flatMap(of));
}

const meant = {
  mostOfSize: wordsOf(({ most, times }) => Object.keys(most).filter((word) => !times.includes(word))),
  all: wordsOf(({ all }) => all),
  back: wordsOf(({ back }) => back),
  speaks: wordsOf(({ speaks }) => speaks),
  people: wordsOf(({ people }) => people),
  follow: wordsOf(({ follow }) => follow),
  choice: wordsOf(({ choice }) => choice),
  pages: wordsOf(({ pages }) => pages),
  amounts: wordsOf(({ amounts }) => amounts),
  sums: wordsOf(({ sums }) => sums),
  secrets: wordsOf(({ secrets }) => secrets),
} as const;

/** Capital letters within a sentence, and at its start where more of them follow. */
function namesIn(text: string): readonly string[] {
  return [...text.matchAll(/\p{Lu}[\p{L}\p{N}]+/gu)].map(([word]) => foldText(word)).filter(telling);
}

function classesIn(words: readonly string[]): ReadonlySet<ActionClass> {
  const classes = new Set<ActionClass>();
  for (const lexicon of lexicons) {
    const { verbs, negations, undone } = lexicon;
    for (const [i, word] of words.entries()) {
      const meant = verbOf(verbs, word);
      if (meant === undefined || negated(words, i, negations, undone)) continue;
      if (isNoun(lexicon, words, i) || isAnswer(lexicon, words, i) || isWeak(lexicon, words, i)) continue;
      for (const one of meant) classes.add(one);
    }
  }
  return classes;
}

function isUnderstood(words: readonly string[]): boolean {
  return words.every((word, at) => {
    const begins = at === 0 || lexicons.some(({ polite }) => polite.includes(words[at - 1] ?? ''));
    return (
      !begins ||
      !/\p{L}/u.test(word) ||
      lexicons.some((lexicon) => isKnown(lexicon, word.replace(/['’].*/, '')))
    );
  });
}

function isKnown(lexicon: Lexicon, word: string): boolean {
  const { verbs, observes, polite, starts, articles, empty: others, all, people } = lexicon;
  return (
    verbOf(verbs, word) !== undefined ||
    [observes, polite, starts, articles, others, all, people].some((some) => some.includes(word))
  );
}

/** `the email`, `my last order`: a thing, and nothing to be done. */
function isNoun({ articles, adjectives }: Lexicon, words: readonly string[], at: number): boolean {
  const before = words[at - 1] ?? '';
  return articles.includes(before) || (adjectives.includes(before) && articles.includes(words[at - 2] ?? ''));
}

/** `what does it say`: nobody is to say anything. */
function isWeak({ weak, starts }: Lexicon, words: readonly string[], at: number): boolean {
  const word = words[at] ?? '';
  const before = words[at - 1] ?? '.';
  const isOne = [word, ...stemsOf(word)].some((stem) => weak.includes(stem));
  return isOne && /\p{L}/u.test(before) && !starts.includes(before);
}

/** `tell me`: it is the person who wants to know. */
function isAnswer({ answers, me }: Lexicon, words: readonly string[], at: number): boolean {
  return answers.includes(words[at] ?? '') && me.includes(words[at + 1] ?? '');
}

/** Inflected by the commonest endings; what is not known so is not known. */
function verbOf(verbs: Lexicon['verbs'], word: string): readonly ActionClass[] | undefined {
  for (const stem of [word, ...stemsOf(word)]) {
    if (Object.hasOwn(verbs, stem)) return verbs[stem];
  }
  return undefined;
}

function stemsOf(word: string): readonly string[] {
  // No ending begins otherwise, and most words have none.
  if (!/[sdg]$/.test(word)) return [];
  return [
    word.replace(/s$/, ''),
    word.replace(/es$/, ''),
    word.replace(/ed$/, ''),
    word.replace(/d$/, ''),
    word.replace(/ing$/, ''),
    word.replace(/ing$/, 'e'),
    word.replace(/(.)\1(?:ing|ed)$/, '$1'),
    word.replace(/ies$/, 'y'),
  ].filter((stem) => stem !== word);
}

const conditions: ReadonlySet<string> = new Set(['if', 'or', 'whether']);

function negated(
  words: readonly string[],
  at: number,
  negations: readonly string[],
  undone: readonly string[],
): boolean {
  const near = words.slice(Math.max(0, at - 3), at);
  // `if not, add him`
  const before = near.filter(
    (word, i) => word !== 'not' || !conditions.has(near[i - 1] ?? words[at - 4] ?? ''),
  );
  return before.some((word) => negations.includes(word)) && !before.some((word) => undone.includes(word));
}
