// SPDX-License-Identifier: Apache-2.0
/**
 * Read JSON so that no second reader can understand it differently.
 *
 * An adversary who finds two readers that disagree about one text has the decision taken on one
 * meaning and the effect on the other. Hence everything that readers are known to differ on is
 * refused: duplicate keys, integers past 2^53 - 1, lone surrogates, byte order marks, trailing text,
 * malformed UTF-8, and the key `__proto__` (which assignment, merging and cloning code elsewhere
 * turns into a prototype). Never throws, never repairs, never recurses past a fixed depth.
 *
 * Source: RFC 8259, RFC 7493 (I-JSON); docs/formats/canonical-json.md.
 */
import type { JsonValue } from './value.ts';

export type JsonFault =
  | 'too_large'
  | 'invalid_utf8'
  | 'syntax'
  | 'duplicate_key'
  | 'too_deep'
  | 'too_many_nodes'
  | 'unsafe_integer'
  | 'number_range'
  | 'reserved_key'
  | 'lone_surrogate';

export interface JsonLimits {
  readonly maxBytes: number;
  /** Containers inside one another; a scalar is 0, `[]` is 1. Never more than 512, whatever is asked. */
  readonly maxDepth: number;
  /** Every value counts one: scalars and containers, not keys. */
  readonly maxNodes: number;
  /** Refuse the keys `__entity` and `__extn`, which Cedar would read as an entity or an extension value. */
  readonly refuseCedarEscapes?: boolean;
}

export interface JsonRefusal {
  readonly ok: false;
  readonly code: JsonFault;
  /** Offset in bytes. */
  readonly at: number;
  readonly message: string;
}

export type JsonParsed = { readonly ok: true; readonly value: JsonValue } | JsonRefusal;

/** Keeps recursion far from the end of the stack even when a caller's limit does not. */
const DEPTH_CEILING = 512;

interface Fault {
  readonly code: JsonFault;
  readonly at: number;
  readonly message: string;
}

interface Cursor {
  readonly text: string;
  readonly refuseCedarEscapes: boolean;
  at: number;
  depthLeft: number;
  nodesLeft: number;
  fault: Fault | undefined;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export function parseJson(bytes: Uint8Array, limits: JsonLimits): JsonParsed {
  // Written so that a limit of NaN or undefined refuses.
  if (!(bytes.length <= limits.maxBytes)) {
    const message = `the body has ${bytes.length} bytes, at most ${limits.maxBytes} are read`;
    return { ok: false, code: 'too_large', at: 0, message };
  }
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    return { ok: false, code: 'invalid_utf8', at: firstMalformed(bytes), message: 'the body must be UTF-8' };
  }
  const cursor: Cursor = {
    text,
    refuseCedarEscapes: limits.refuseCedarEscapes === true,
    at: 0,
    depthLeft: Math.min(limits.maxDepth, DEPTH_CEILING),
    nodesLeft: limits.maxNodes,
    fault: undefined,
  };
  const value = readDocument(cursor);
  if (value !== undefined) return { ok: true, value };
  const { code, at, message } = cursor.fault ?? { code: 'syntax', at: cursor.at, message: 'not JSON' };
  return { ok: false, code, at: Buffer.byteLength(text.slice(0, at)), message };
}

/** Undefined means refused, with the reason in `cursor.fault`; JSON itself has no undefined. */
function readDocument(c: Cursor): JsonValue | undefined {
  if (c.text.charCodeAt(0) === 0xfeff) return fail(c, 'syntax', 0, 'a byte order mark is not JSON');
  skipSpace(c);
  const value = readValue(c);
  if (value === undefined) return undefined;
  skipSpace(c);
  if (c.at < c.text.length) return fail(c, 'syntax', c.at, `${seen(c, c.at)} after the end of the value`);
  return value;
}

function readValue(c: Cursor): JsonValue | undefined {
  if (!(c.nodesLeft-- > 0)) return fail(c, 'too_many_nodes', c.at, 'more values than are read');
  switch (c.text.charCodeAt(c.at)) {
    case 0x22:
      return readString(c);
    case 0x7b:
      return readObject(c);
    case 0x5b:
      return readArray(c);
    case 0x74:
      return readWord(c, 'true', true);
    case 0x66:
      return readWord(c, 'false', false);
    case 0x6e:
      return readWord(c, 'null', null);
    default:
      return readNumber(c);
  }
}

function readWord(c: Cursor, word: string, value: JsonValue): JsonValue | undefined {
  if (!c.text.startsWith(word, c.at)) return fail(c, 'syntax', c.at, `expected \`${word}\``);
  c.at += word.length;
  return value;
}

function readArray(c: Cursor): JsonValue | undefined {
  if (!(c.depthLeft-- > 0)) return fail(c, 'too_deep', c.at, 'nested deeper than is read');
  const items: JsonValue[] = [];
  c.at++;
  skipSpace(c);
  if (c.text.charCodeAt(c.at) === 0x5d) {
    c.at++;
    c.depthLeft++;
    return items;
  }
  for (;;) {
    const item = readValue(c);
    if (item === undefined) return undefined;
    items.push(item);
    skipSpace(c);
    const next = c.text.charCodeAt(c.at);
    if (next === 0x5d) break;
    if (next !== 0x2c) return fail(c, 'syntax', c.at, `expected \`,\` or \`]\`, not ${seen(c, c.at)}`);
    c.at++;
    skipSpace(c);
  }
  c.at++;
  c.depthLeft++;
  return items;
}

function readObject(c: Cursor): JsonValue | undefined {
  if (!(c.depthLeft-- > 0)) return fail(c, 'too_deep', c.at, 'nested deeper than is read');
  // A plain literal is safe: the one key that assignment would not make an own property is refused.
  const object: { [key: string]: JsonValue } = {};
  c.at++;
  skipSpace(c);
  if (c.text.charCodeAt(c.at) === 0x7d) {
    c.at++;
    c.depthLeft++;
    return object;
  }
  for (;;) {
    const start = c.at;
    if (c.text.charCodeAt(start) !== 0x22)
      return fail(c, 'syntax', start, `expected a key in double quotes, not ${seen(c, start)}`);
    const key = readString(c);
    if (key === undefined) return undefined;
    if (isReserved(c, key)) return fail(c, 'reserved_key', start, `the key \`${key}\` is refused`);
    if (object[key] !== undefined && Object.hasOwn(object, key))
      return fail(c, 'duplicate_key', start, `the key \`${brief(key)}\` occurs twice in one object`);
    skipSpace(c);
    if (c.text.charCodeAt(c.at) !== 0x3a)
      return fail(c, 'syntax', c.at, `expected \`:\`, not ${seen(c, c.at)}`);
    c.at++;
    skipSpace(c);
    const value = readValue(c);
    if (value === undefined) return undefined;
    object[key] = value;
    skipSpace(c);
    const next = c.text.charCodeAt(c.at);
    if (next === 0x7d) break;
    if (next !== 0x2c) return fail(c, 'syntax', c.at, `expected \`,\` or \`}\`, not ${seen(c, c.at)}`);
    c.at++;
    skipSpace(c);
  }
  c.at++;
  c.depthLeft++;
  return object;
}

function isReserved(c: Cursor, key: string): boolean {
  if (key.charCodeAt(0) !== 0x5f) return false;
  return key === '__proto__' || (c.refuseCedarEscapes && (key === '__entity' || key === '__extn'));
}

function readString(c: Cursor): string | undefined {
  const { text } = c;
  const start = c.at + 1;
  let at = start;
  for (;;) {
    const code = text.charCodeAt(at);
    if (code === 0x22) {
      c.at = at + 1;
      return text.slice(start, at);
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
  let out = text.slice(start, firstEscape);
  let at = firstEscape;
  let from = at;
  for (;;) {
    const code = text.charCodeAt(at);
    if (code === 0x22) {
      c.at = at + 1;
      return out + text.slice(from, at);
    }
    if (!(code >= 0x20)) return failInString(c, at);
    if (code !== 0x5c) {
      at++;
      continue;
    }
    out += text.slice(from, at);
    const simple = unescaped(text.charCodeAt(at + 1));
    if (simple !== '') {
      out += simple;
      at += 2;
    } else {
      const unit = readUnit(text, at);
      if (unit < 0) return fail(c, 'syntax', at, 'not an escape of JSON');
      if (unit >= 0xd800 && unit <= 0xdfff) {
        // UTF-8 itself cannot say half a pair, so that both halves must be escapes, side by side.
        const low = unit <= 0xdbff ? readUnit(text, at + 6) : -1;
        if (low < 0xdc00 || low > 0xdfff)
          return fail(c, 'lone_surrogate', at, 'half of a surrogate pair is not a character');
        out += String.fromCharCode(unit, low);
        at += 12;
      } else {
        out += String.fromCharCode(unit);
        at += 6;
      }
    }
    from = at;
  }
}

function unescaped(code: number): string {
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

/** The code unit of a `\uXXXX` at this place, or -1. */
function readUnit(text: string, at: number): number {
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

function readNumber(c: Cursor): number | undefined {
  const { text } = c;
  const start = c.at;
  let at = start;
  if (text.charCodeAt(at) === 0x2d) at++;
  const firstDigit = at;
  at = skipDigits(text, at);
  if (at === firstDigit) return fail(c, 'syntax', start, `expected a value, not ${seen(c, start)}`);
  if (at > firstDigit + 1 && text.charCodeAt(firstDigit) === 0x30)
    return fail(c, 'syntax', start, 'a number must not start with a zero');
  let integer = true;
  if (text.charCodeAt(at) === 0x2e) {
    integer = false;
    const fraction = ++at;
    at = skipDigits(text, at);
    if (at === fraction) return fail(c, 'syntax', at, 'expected a digit after the decimal point');
  }
  if ((text.charCodeAt(at) | 0x20) === 0x65) {
    integer = false;
    const sign = text.charCodeAt(++at);
    if (sign === 0x2b || sign === 0x2d) at++;
    const exponent = at;
    at = skipDigits(text, at);
    if (at === exponent) return fail(c, 'syntax', at, 'expected a digit in the exponent');
  }
  const value = Number(text.slice(start, at));
  if (!isSayable(value, integer)) return failNumber(c, start, value, integer);
  c.at = at;
  return value === 0 ? 0 : value; // -0 is 0, here as in the canonical form
}

/**
 * Whether the value survives its canonical form. ECMAScript writes whole numbers below 1e21 without
 * an exponent, so that `1e20` would come back as an integer that is refused: it is refused at once.
 */
function isSayable(value: number, integer: boolean): boolean {
  const size = Math.abs(value);
  if (size <= Number.MAX_SAFE_INTEGER) return true;
  return !integer && size >= 1e21 && size !== Number.POSITIVE_INFINITY;
}

function failNumber(c: Cursor, at: number, value: number, integer: boolean): undefined {
  if (!integer && !Number.isFinite(value))
    return fail(c, 'number_range', at, 'the number is larger than a double can hold');
  return fail(c, 'unsafe_integer', at, 'an integer past 2^53 - 1 must be sent as a string');
}

function skipDigits(text: string, from: number): number {
  let at = from;
  for (;;) {
    const code = text.charCodeAt(at);
    if (!(code >= 0x30 && code <= 0x39)) return at;
    at++;
  }
}

function skipSpace(c: Cursor): void {
  const { text } = c;
  let at = c.at;
  for (;;) {
    const code = text.charCodeAt(at);
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) break;
    at++;
  }
  c.at = at;
}

function fail(c: Cursor, code: JsonFault, at: number, message: string): undefined {
  c.fault = { code, at, message };
  return undefined;
}

function failInString(c: Cursor, at: number): undefined {
  if (at >= c.text.length) return fail(c, 'syntax', at, 'the string does not end');
  return fail(c, 'syntax', at, 'a control character in a string must be escaped');
}

function seen(c: Cursor, at: number): string {
  const point = c.text.codePointAt(at);
  return point === undefined ? 'the end' : `\`${String.fromCodePoint(point)}\``;
}

function brief(key: string): string {
  return key.length <= 40 ? key : `${key.slice(0, 40).toWellFormed()}...`;
}

/** Only on the way to a refusal: the first place that a lenient decoder replaces and the sender did not write. */
function firstMalformed(bytes: Uint8Array): number {
  let at = 0;
  for (const piece of new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes).split('\ufffd')) {
    at += Buffer.byteLength(piece);
    if (bytes[at] !== 0xef || bytes[at + 1] !== 0xbf || bytes[at + 2] !== 0xbd) return at;
    at += 3;
  }
  return at;
}
