// SPDX-License-Identifier: Apache-2.0
/**
 * The secrets that a task has read, and whether a text carries one of them out.
 *
 * A secret is what names itself (a key of a known form), what a field or a line calls one, and what stands in a result
 * that the catalogue labels `secret`. What looks like nothing in particular and is called nothing is not found; so is
 * what an agent puts into words of its own. A doubt, and never a reason.
 */
import { hasSecret } from '../record/secret.ts';
import { isWithin } from './fold-text.ts';
import type { Told } from './knowledge.ts';
import type { Leaf, Thing } from './record.ts';
import { maxSpelled, reversed, spellingsOf, squeezed } from './spelled.ts';

export interface Secrets {
  /** @param isSecret the catalogue says that all of it is */
  learn(told: Told, isSecret: boolean): void;
  /** The secrets that a text carries; `untold` where none is found and more was read than could be kept in mind. */
  carriedBy(text: string): Carried | 'untold' | undefined;
}

export interface Found {
  readonly told: Told;
  readonly thing: Thing;
}

export interface Carried {
  /** As they were read; empty for one that is known by its form alone. */
  readonly values: readonly string[];
  readonly found: readonly Found[];
}

const maxSecrets = 2000;
/** Of more that begin alike the beginning counts: whoever writes them would make each text be compared with all. */
const maxAlike = 32;
const maxShort = 200;
/** Of one text; a longer result is read as no structure either. */
const maxText = 1 << 20;
const maxLength = 4096;
/** Shorter ones are looked for as words of their own. */
const leastSqueezed = 8;
const leastLength = 4;

export function createSecrets(): Secrets {
  const known = new Map<string, { readonly raw: string; readonly from: Found }>();
  /** By the first letters of what is squeezed. */
  const starts = new Map<string, string[]>();
  const short = new Set<string>();
  /** Something was not kept: whoever floods what is read must not get a secret past it. */
  let isFull = false;

  function add(raw: string, from: Found): void {
    const value = raw
      .slice(0, maxLength)
      .trim()
      .replace(/[.,;:]+$/, '');
    if (value.length < leastLength) return;
    const whole = squeezed(value);
    const start = whole.slice(0, leastSqueezed);
    const alike = starts.get(start) ?? [];
    const key = alike.length < maxAlike ? whole : start;
    const id = whole.length < leastSqueezed ? value.toLowerCase() : key;
    if (known.has(id)) return;
    if (known.size >= maxSecrets || (whole.length < leastSqueezed && short.size >= maxShort)) {
      isFull = true;
      return;
    }
    known.set(id, { raw: value, from });
    if (whole.length < leastSqueezed) short.add(id);
    else starts.set(start, [...alike, key]);
  }

  function within(text: string): readonly string[] {
    const found = new Set<string>();
    const plain = squeezed(text);
    if (starts.size > 0)
      for (const one of [plain, reversed(plain)])
        for (let at = 0; at + leastSqueezed <= one.length; at++)
          for (const key of starts.get(one.slice(at, at + leastSqueezed)) ?? [])
            if (one.startsWith(key, at)) found.add(key);
    if (short.size > 0) {
      const folded = text.toLowerCase();
      for (const one of short) if (isWithin(folded, one)) found.add(one);
    }
    return [...found];
  }

  return {
    learn(told, isSecret) {
      for (const thing of told.things)
        for (const leaf of thing.leaves)
          for (const raw of secretsIn(leaf, isSecret)) {
            if (raw === tooMuch) isFull = true;
            else add(raw, { told, thing });
          }
    },
    carriedBy(text) {
      // More than can be looked through may have one in it.
      if (text.length > maxSpelled && known.size > 0) return { values: [], found: [] };
      const spellings = spellingsOf(text);
      const found = new Set(known.size === 0 ? [] : spellings.flatMap(within));
      if (found.size === 0 && !spellings.some((one) => hasSecret(one) || isNamed.test(one)))
        return isFull ? 'untold' : undefined;
      const all = [...found].flatMap((id) => known.get(id) ?? []);
      return { values: all.map(({ raw }) => raw), found: all.map(({ from }) => from) };
    },
  };
}

const callsItself =
  /pass(?:word|wd|code|phrase)|secret|token|api[_ -]?key|access[_ -]?key|private[_ -]?key|credential|(?:^|[_ .-])(?:pin|otp|cvv|pwd)$/i;
/** What pages and forms call so is none. */
const callsNothing = /page|cursor|next|continuation|sync|csrf|count|usage|max|limit/i;
const said =
  /(?:password|passwd|passphrase|passcode|secret|token|api[ _-]?key|access[ _-]?key|(?:security|verification|access|door|gate) code|\bpin)\b["'`]?(?: (?:of|for|to|on|at)(?: [\p{L}\p{N}_.-]{1,20}){1,4}?)?[ \t]{0,4}(?:[:=]|is\b|are\b)[ \t]{0,4}["'`]?([^\s"'`,;<>]{4,200})/giu;
/** No text that calls a secret one is without one of these. */
const mayCall = /pass|secret|token|api|access|private|security|verification|door|gate|pin/i;
/** As records and plans have one whose form is known. */
const named = /secret\([a-z_]{1,32}, [0-9a-f]{32}\)/g;
const isNamed = new RegExp(named.source);
const opaque = /[^\s"'`,;<>()]{8,512}/g;
const maxOfOne = 200;
/** In place of what is more than is looked at. */
const tooMuch = undefined;

function secretsIn({ name, raw, is }: Leaf, isSecret: boolean): readonly (string | undefined)[] {
  const text = raw.slice(0, maxText);
  const of = (pattern: RegExp, counts: (word: string) => boolean = () => true) => {
    const all = [...text.matchAll(pattern)].map(([whole, group]) => group ?? whole).filter(counts);
    return all.length > maxOfOne ? [...all.slice(0, maxOfOne), tooMuch] : all;
  };
  return [
    ...(raw.length > maxText ? [tooMuch] : []),
    ...(callsItself.test(name) && !callsNothing.test(name) && !/\s/.test(text) && is !== 'address'
      ? [text]
      : []),
    ...(mayCall.test(text) ? of(said, isOpaque) : []),
    ...(text.includes('secret(') ? of(named) : []),
    ...(isSecret ? of(opaque, isOpaque) : []),
  ];
}

/** Nobody's word: it has a digit, a sign, or capitals inside. */
function isOpaque(word: string): boolean {
  return /\d/.test(word) || /[!@#$%^&*+=~_]/.test(word) || /\p{Ll}\p{Lu}/u.test(word);
}
