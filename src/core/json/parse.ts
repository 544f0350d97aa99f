// SPDX-License-Identifier: Apache-2.0
/**
 * Read JSON so that no second reader can understand it differently.
 *
 * An adversary who finds two readers that disagree about one text has the decision taken on one
 * meaning and the effect on the other. Hence everything that readers are known to differ on is
 * refused: duplicate keys, integers past 2^53 - 1, lone surrogates, byte order marks, trailing text,
 * malformed UTF-8, and the key `__proto__` (which assignment, merging and cloning code elsewhere
 * turns into a prototype). Never throws, never repairs, never recurses past a fixed depth. Never asks
 * JSON.parse, which is one of the readers that differ: it can be led to take one key for another
 * (nodejs/node#63785).
 *
 * Source: RFC 8259, RFC 7493 (I-JSON); docs/formats/canonical-json.md.
 */
import { type Cursor, fail, type JsonFault, seen, skipSpace } from './cursor.ts';
import { readNumber } from './number.ts';
import { readString } from './string.ts';
import type { JsonValue } from './value.ts';

export type { JsonFault } from './cursor.ts';

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

/** Well inside the longest string of the engine, past which decoding would fail for another reason. */
const BYTES_CEILING = 2 ** 28;

/** Keeps a byte order mark, so that the grammar refuses it. */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export function parseJson(bytes: Uint8Array, limits: JsonLimits): JsonParsed {
  const maxBytes = Math.min(limits.maxBytes, BYTES_CEILING);
  // Here and below written so that a limit of NaN refuses.
  if (!(bytes.length <= maxBytes)) {
    const message = `the body has ${bytes.length} bytes, at most ${maxBytes} are read`;
    return { ok: false, code: 'too_large', at: 0, message };
  }
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    return { ok: false, code: 'invalid_utf8', at: firstMalformed(bytes), message: 'the body must be UTF-8' };
  }
  const maxDepth = Math.min(limits.maxDepth, DEPTH_CEILING);
  const cursor: Cursor = {
    text,
    maxDepth,
    maxNodes: limits.maxNodes,
    refuseCedarEscapes: limits.refuseCedarEscapes === true,
    at: 0,
    depthLeft: maxDepth,
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
  skipSpace(c);
  const value = readValue(c);
  if (value === undefined) return undefined;
  skipSpace(c);
  if (c.at < c.text.length) return fail(c, 'syntax', c.at, `${seen(c, c.at)} after the end of the value`);
  return value;
}

function readValue(c: Cursor): JsonValue | undefined {
  if (!(c.nodesLeft-- > 0)) return fail(c, 'too_many_nodes', c.at, `at most ${c.maxNodes} values are read`);
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
  if (!(c.depthLeft-- > 0)) return fail(c, 'too_deep', c.at, `at most ${c.maxDepth} levels are read`);
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
  if (!(c.depthLeft-- > 0)) return fail(c, 'too_deep', c.at, `at most ${c.maxDepth} levels are read`);
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

/** The key comes from the sender: bounded, and without anything that steers a terminal. */
function brief(key: string): string {
  const shown = key.slice(0, 40).replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '\ufffd');
  return key.length <= 40 ? shown : `${shown}...`;
}

/** Only on the way to a refusal: the first replacement of a lenient decoder that the sender did not write. */
function firstMalformed(bytes: Uint8Array): number {
  const lenient = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  let at = 0;
  let from = 0;
  for (;;) {
    const hit = lenient.indexOf('\ufffd', from);
    at += Buffer.byteLength(lenient.slice(from, Math.max(hit, from)));
    const isWritten = bytes[at] === 0xef && bytes[at + 1] === 0xbf && bytes[at + 2] === 0xbd;
    if (hit < 0 || !isWritten) return at;
    at += 3;
    from = hit + 1;
  }
}
