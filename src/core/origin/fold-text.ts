// SPDX-License-Identifier: Apache-2.0
/**
 * Text as it is compared: one spelling for what a person would read as the same.
 *
 * Folding makes things equal and never makes them trusted: what folds to a trusted value without being it is
 * a look-alike (typed.ts), and told apart by who asks.
 *
 * Source: Unicode TR 36 and 39 (confusables), NFKC.
 */

/** What is not seen: zero-width, joiners, bidi controls, variation selectors, tags, soft hyphens. */
const unseen = /\p{Default_Ignorable_Code_Point}/gu;

/** Beyond it nothing is composed, hidden or folded in a way of its own. */
const beyondAscii = /[^\t\n\r -~]/;

export function composed(text: string): string {
  return beyondAscii.test(text) ? text.normalize('NFKC') : text;
}

export function foldText(text: string): string {
  const plain = beyondAscii.test(text) ? text.normalize('NFKC').replace(unseen, '') : text;
  const lower = plain.toLowerCase();
  return (spaced.test(lower) ? lower.replace(/\s+/g, ' ') : lower).trim();
}

/** Most texts have their words one space apart already. */
const spaced = /\s\s|[^\S ]/;

/** As words of their own: `ann` does not stand in `annual`. Both are folded. */
export function isWithin(text: string, words: string): boolean {
  for (let at = text.indexOf(words); at !== -1; at = text.indexOf(words, at + 1)) {
    if (!wordly.test(text[at - 1] ?? ' ') && !wordly.test(text[at + words.length] ?? ' ')) return true;
  }
  return false;
}

const wordly = /[\p{L}\p{N}_@]/u;

/** It would be sent as something else than what is compared. */
export function hasUnseen(text: string): boolean {
  return beyondAscii.test(text) && (text.normalize('NFKC') !== text || text.search(unseen) !== -1);
}

// The letters of other scripts, and signs, that are drawn like Latin ones: enough for addresses and names.
const alike: Readonly<Record<string, string>> = {
  а: 'a',
  в: 'b',
  с: 'c',
  ԁ: 'd',
  е: 'e',
  ё: 'e',
  һ: 'h',
  і: 'i',
  ї: 'i',
  ј: 'j',
  к: 'k',
  ӏ: 'l',
  м: 'm',
  п: 'n',
  о: 'o',
  р: 'p',
  ԛ: 'q',
  г: 'r',
  ѕ: 's',
  т: 't',
  у: 'y',
  ѵ: 'v',
  ԝ: 'w',
  х: 'x',
  ь: 'b',
  α: 'a',
  β: 'b',
  ε: 'e',
  η: 'n',
  ι: 'i',
  κ: 'k',
  ν: 'v',
  ο: 'o',
  ρ: 'p',
  τ: 't',
  υ: 'u',
  χ: 'x',
  γ: 'y',
  ı: 'i',
  ɡ: 'g',
  ɑ: 'a',
  ǀ: 'l',
  '0': 'o',
  '1': 'l',
  '|': 'l',
  $: 's',
  '5': 's',
  '@': '@',
};

/** Two texts with the same skeleton can be taken for each other at a glance. */
export function skeleton(text: string): string {
  const folded = foldText(text);
  const plain = beyondAscii.test(folded) ? folded.normalize('NFD').replace(/\p{M}/gu, '') : folded;
  let letters = '';
  for (const c of plain) letters += alike[c] ?? c;
  return letters
    .replaceAll('rn', 'm')
    .replaceAll('vv', 'w')
    .replaceAll('i', 'l')
    .replace(/[-_.\s]/g, '');
}

/** Words that carry meaning of their own; short and common ones do not. */
export function tokensOf(text: string): readonly string[] {
  return foldText(text).match(/[\p{L}\p{N}]+/gu) ?? [];
}
