// SPDX-License-Identifier: Apache-2.0
/**
 * Numbers of JSON, kept to those that every reader understands alike and that survive being written.
 *
 * A fraction is rounded to the nearest double, as everywhere; a whole number is never rounded.
 *
 * Source: RFC 8259 section 6, RFC 7493 section 2.2; docs/formats/canonical-json.md.
 */
import { type Cursor, fail, seen } from './cursor.ts';

/** Digits that always fit: the largest whole number of 15 digits is below 2^53. */
const EXACT_DIGITS = 15;

/** From here on ECMAScript writes an exponent, so that a whole number comes back as a float. */
const EXPONENT_FROM = 1e21;

export function readNumber(c: Cursor): number | undefined {
  const { text } = c;
  const start = c.at;
  let at = start;
  let code = text.charCodeAt(at);
  if (code === 0x2d) code = text.charCodeAt(++at);
  const first = at;
  let whole = 0;
  while (code >= 0x30 && code <= 0x39) {
    whole = whole * 10 + code - 0x30;
    code = text.charCodeAt(++at);
  }
  const digits = at - first;
  if (digits === 0) return fail(c, 'syntax', start, `expected a value, not ${seen(c, at)}`);
  if (digits > 1 && text.charCodeAt(first) === 0x30)
    return fail(c, 'syntax', start, 'a number must not start with a zero');

  const isInteger = code !== 0x2e && code !== 0x65 && code !== 0x45;
  if (isInteger && digits <= EXACT_DIGITS) {
    c.at = at;
    return first === start || whole === 0 ? whole : -whole; // -0 is 0, as in the canonical form
  }
  if (code === 0x2e) {
    const fraction = at + 1;
    at = skipDigits(text, fraction);
    if (at === fraction) return fail(c, 'syntax', at, `expected a digit, not ${seen(c, at)}`);
    code = text.charCodeAt(at);
  }
  if (code === 0x65 || code === 0x45) {
    const sign = text.charCodeAt(at + 1);
    const exponent = sign === 0x2b || sign === 0x2d ? at + 2 : at + 1;
    at = skipDigits(text, exponent);
    if (at === exponent) return fail(c, 'syntax', at, `expected a digit, not ${seen(c, at)}`);
  }
  c.at = at;
  return accept(c, start, Number(text.slice(start, at)), isInteger);
}

/**
 * `1e20` is a double like any other, but its canonical form is an integer past 2^53 - 1, which is
 * refused: so `1e20` is refused as well, and whatever was accepted can be read back.
 */
function accept(c: Cursor, at: number, value: number, isInteger: boolean): number | undefined {
  const size = Math.abs(value);
  if (size <= Number.MAX_SAFE_INTEGER) return size === 0 ? 0 : value;
  if (isInteger || size < EXPONENT_FROM)
    return fail(c, 'unsafe_integer', at, 'a whole number past 2^53 - 1 must be sent as a string');
  if (!Number.isFinite(value))
    return fail(c, 'number_range', at, 'the number is larger than a double can hold');
  return value;
}

function skipDigits(text: string, from: number): number {
  let at = from;
  for (;;) {
    const code = text.charCodeAt(at);
    if (!(code >= 0x30 && code <= 0x39)) return at;
    at++;
  }
}
