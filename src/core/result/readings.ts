// SPDX-License-Identifier: Apache-2.0
/**
 * What a text says to whoever reads it with patience: with escapes resolved and what nobody sees left out, and what its
 * base64 and hexadecimal digits stand for.
 *
 * Each reading knows where it comes from, so that what is found in it can be taken out of the text itself. Linear in the
 * text; the adversary is whoever wrote it. Text that has to be put together in another way (spelt backwards, spread over words) is
 * not read here.
 *
 * Source: docs/adr/0024-results.md.
 */
import { isInvisibleAt } from './invisible.ts';

/** A text, and where each of its characters stands in another. */
export interface Reading {
  readonly text: string;
  /** Where what is read at [start, end) stands. */
  at(start: number, end: number): readonly [start: number, end: number];
}

const escaped =
  /\\{1,4}u\{?([0-9a-f]{4,6})\}?|\\{1,4}x([0-9a-f]{2})|%([0-9a-f]{2})|&#x([0-9a-f]{1,6});|&#([0-9]{1,7});/giy;
const hasEscape = /\\u|\\x|%[0-9a-f]{2}|&#/i;

/** @returns undefined where it says the same as the text itself */
export function plainly(text: string, invisible: boolean): Reading | undefined {
  if (!invisible && !hasEscape.test(text)) return undefined;
  const parts: string[] = [];
  const starts: number[] = [];
  let changed = false;
  for (let i = 0; i < text.length; ) {
    const code = text.charCodeAt(i);
    if (invisible && isInvisibleAt(text, i)) {
      i += code >= 0xd800 && code <= 0xdbff ? 2 : 1;
      changed = true;
      continue;
    }
    const meant = code === 0x5c || code === 0x25 || code === 0x26 ? escapeAt(text, i) : undefined;
    if (meant === undefined) {
      parts.push(text[i] ?? '');
      starts.push(i);
      i += 1;
    } else {
      for (const unit of meant.said.split('')) {
        parts.push(unit);
        starts.push(i);
      }
      i += meant.length;
      changed = true;
    }
  }
  if (!changed) return undefined;
  starts.push(text.length);
  return {
    text: parts.join(''),
    // Up to where the next character begins: what was left out in between goes with it.
    at: (start, end) => [starts[start] ?? text.length, starts[end] ?? text.length],
  };
}

function escapeAt(text: string, at: number): { readonly said: string; readonly length: number } | undefined {
  escaped.lastIndex = at;
  const found = escaped.exec(text);
  if (found === null) return undefined;
  const [all, u, x, percent, hex, decimal] = found;
  const code = decimal === undefined ? Number.parseInt(u ?? x ?? percent ?? hex ?? '', 16) : Number(decimal);
  if (!(code <= 0x10ffff)) return undefined;
  return { said: String.fromCodePoint(code), length: all.length };
}

/** Runs that can hold something worth hiding; broken into lines as mail has them, they are one. */
const run =
  /(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{24,}(?:\r?\n[A-Za-z0-9+/_-]{1,100}(?![A-Za-z0-9+/_-]))*={0,2}/g;
const hexadecimal = /[0-9a-f]{24,}/gi;
/** Tried at each of its four beginnings, since a letter in front shifts all that follows. */
const shifts = [0, 1, 2, 3] as const;
/** Longer runs are tried at their own beginning only. */
const maxShifted = 64 * 1024;

/** What base64 and hexadecimal digits in a text stand for; each stands, whole, for its run. */
export function decodedIn(text: string): readonly Reading[] {
  const found: Reading[] = [];
  for (const { index, 0: all } of text.matchAll(run)) {
    const letters = all.replace(/[\r\n=]/g, '');
    const at = (): readonly [number, number] => [index, index + all.length];
    for (const [digits] of letters.matchAll(hexadecimal))
      for (const shift of [0, 1]) {
        const said = Buffer.from(digits.slice(shift), 'hex').toString('latin1');
        if (isWorthReading(said)) found.push({ text: said, at });
      }
    for (const shift of letters.length > maxShifted ? [0] : shifts) {
      const said = Buffer.from(letters.slice(shift), 'base64').toString('latin1');
      if (!isWorthReading(said)) continue;
      found.push({ text: said, at });
    }
  }
  return found;
}

/** Twelve printable characters in a row: what else is in it may be anything. */
function isWorthReading(said: string): boolean {
  return /[\x20-\x7e\r\n\t]{12}/.test(said);
}
