// SPDX-License-Identifier: Apache-2.0
/**
 * Strings of JSON: only whole characters, only the escapes of the grammar.
 *
 * Source: RFC 8259 section 7, RFC 7493 section 2.1 (no lone surrogates).
 */
import { type Cursor, fail, seen } from './cursor.ts';

/** V8 makes a view of the parent, instead of a copy, of slices from this length on. */
const VIEW_FROM = 13;

export function readString(c: Cursor): string | undefined {
  const { text } = c;
  const start = c.at + 1;
  let at = start;
  for (;;) {
    const code = text.charCodeAt(at);
    if (code === 0x22) {
      c.at = at + 1;
      return detached(text.slice(start, at));
    }
    if (code === 0x5c) return readEscaped(c, start, at);
    // Past the end charCodeAt is NaN, which is not at least a space either.
    if (!(code >= 0x20)) return failInString(c, at);
    at++;
  }
}

/** The rest of a string from its first backslash on. */
function readEscaped(c: Cursor, start: number, firstEscape: number): string | undefined {
  const { text } = c;
  let out = '';
  let from = start;
  let at = firstEscape;
  for (;;) {
    const code = text.charCodeAt(at);
    if (code === 0x22) {
      c.at = at + 1;
      return detached(out + text.slice(from, at));
    }
    if (!(code >= 0x20)) return failInString(c, at);
    if (code !== 0x5c) {
      at++;
      continue;
    }
    out += text.slice(from, at);
    const simple = simpleEscape(text.charCodeAt(at + 1));
    if (simple !== '') {
      out += simple;
      at += 2;
    } else {
      const unit = escapedUnit(text, at);
      if (unit < 0) return fail(c, 'syntax', at, `\`\\\` before ${seen(c, at + 1)} is not an escape of JSON`);
      if (unit < 0xd800 || unit > 0xdfff) {
        out += String.fromCharCode(unit);
        at += 6;
      } else {
        // UTF-8 cannot say half a pair, so the other half can only be the very next escape.
        const low = unit < 0xdc00 ? escapedUnit(text, at + 6) : -1;
        if (low < 0xdc00 || low > 0xdfff)
          return fail(c, 'lone_surrogate', at, 'half of a surrogate pair is not a character');
        out += String.fromCharCode(unit, low);
        at += 12;
      }
    }
    from = at;
  }
}

function simpleEscape(code: number): string {
  switch (code) {
    case 0x22:
      return '"';
    case 0x5c:
      return '\\';
    case 0x2f:
      return '/';
    case 0x62:
      return '\b';
    case 0x66:
      return '\f';
    case 0x6e:
      return '\n';
    case 0x72:
      return '\r';
    case 0x74:
      return '\t';
    default:
      return '';
  }
}

/** The code unit of the `\uXXXX` at this place, or -1. */
function escapedUnit(text: string, at: number): number {
  if (text.charCodeAt(at) !== 0x5c || text.charCodeAt(at + 1) !== 0x75) return -1;
  let unit = 0;
  for (let i = at + 2; i < at + 6; i++) {
    const code = text.charCodeAt(i);
    const lower = code | 0x20;
    if (code >= 0x30 && code <= 0x39) unit = unit * 16 + code - 0x30;
    else if (lower >= 0x61 && lower <= 0x66) unit = unit * 16 + lower - 0x57;
    else return -1;
  }
  return unit;
}

/**
 * A copy that does not hold on to the whole text: a session that remembers one name out of a body of
 * a megabyte must not keep the megabyte. Joining and cutting again is what makes V8 copy.
 */
function detached(piece: string): string {
  return piece.length < VIEW_FROM ? piece : ` ${piece}`.slice(1);
}

function failInString(c: Cursor, at: number): undefined {
  if (at >= c.text.length) return fail(c, 'syntax', at, 'the string does not end');
  return fail(c, 'syntax', at, 'a control character in a string must be escaped');
}
