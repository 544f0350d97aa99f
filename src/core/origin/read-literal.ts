// SPDX-License-Identifier: Apache-2.0
/**
 * Literals of JSON and of Python: what `JSON.stringify` and `repr` write. All of the text, or nothing.
 *
 * Source: RFC 8259; the Python language reference, 2.4 (literals).
 */
import type { JsonValue } from '../json/value.ts';

interface Reader {
  readonly text: string;
  at: number;
  nodesLeft: number;
}

const maxDepth = 64;
const maxNodes = 200_000;

/** @returns undefined where it is none */
export function readLiteral(text: string): JsonValue | undefined {
  const reader: Reader = { text, at: 0, nodesLeft: maxNodes };
  const value = readValue(reader, 0);
  skipSpace(reader);
  return reader.at === text.length ? value : undefined;
}

function readValue(reader: Reader, depth: number): JsonValue | undefined {
  if (depth > maxDepth || reader.nodesLeft-- <= 0) return undefined;
  skipSpace(reader);
  switch (reader.text[reader.at]) {
    case '{':
      return readMembers(reader, depth);
    case '[':
      return readItems(reader, ']', depth);
    case '(':
      return readItems(reader, ')', depth);
    case '"':
    case "'":
      return readString(reader);
    default:
      return readWord(reader);
  }
}

function readMembers(reader: Reader, depth: number): JsonValue | undefined {
  const members: [string, JsonValue][] = [];
  const names = new Set<string>();
  reader.at += 1;
  for (;;) {
    skipSpace(reader);
    if (take(reader, '}')) return Object.fromEntries(members);
    const name = readValue(reader, depth + 1);
    if (name === undefined || typeof name === 'object') return undefined;
    const named = String(name);
    skipSpace(reader);
    if (named === '__proto__' || names.has(named) || !take(reader, ':')) return undefined;
    names.add(named);
    const value = readValue(reader, depth + 1);
    if (value === undefined) return undefined;
    members.push([named, value]);
    skipSpace(reader);
    if (!take(reader, ',') && reader.text[reader.at] !== '}') return undefined;
  }
}

function readItems(reader: Reader, end: string, depth: number): JsonValue | undefined {
  const items: JsonValue[] = [];
  reader.at += 1;
  for (;;) {
    skipSpace(reader);
    if (take(reader, end)) return items;
    const value = readValue(reader, depth + 1);
    if (value === undefined) return undefined;
    items.push(value);
    skipSpace(reader);
    if (!take(reader, ',') && reader.text[reader.at] !== end) return undefined;
  }
}

const word = /[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|[A-Za-z]+/y;
const words: Readonly<Record<string, JsonValue>> = {
  true: true,
  True: true,
  false: false,
  False: false,
  null: null,
  None: null,
};

function readWord(reader: Reader): JsonValue | undefined {
  word.lastIndex = reader.at;
  const found = word.exec(reader.text)?.[0];
  if (found === undefined) return undefined;
  reader.at += found.length;
  if (Object.hasOwn(words, found)) return words[found];
  const value = Number(found);
  return Number.isFinite(value) ? value : undefined;
}

const simple: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  b: '\b',
  f: '\f',
  '0': '\0',
  '/': '/',
  '\\': '\\',
  '"': '"',
  "'": "'",
};
const coded = /u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|U(000[0-9a-fA-F]{5}|0010[0-9a-fA-F]{4})/y;

function readString(reader: Reader): string | undefined {
  const { text } = reader;
  const quote = text[reader.at];
  let from = reader.at + 1;
  let made = '';
  for (let at = from; at < text.length; at += 1) {
    const c = text[at];
    if (c === quote) {
      reader.at = at + 1;
      return made + text.slice(from, at);
    }
    if (c !== '\\') continue;
    made += text.slice(from, at);
    const next = text[at + 1] ?? '';
    coded.lastIndex = at + 1;
    const code = coded.exec(text);
    if (Object.hasOwn(simple, next)) {
      made += simple[next];
      at += 1;
    } else if (code !== null) {
      made += fromCode(Number.parseInt(code[0].slice(1), 16));
      at += code[0].length;
    } else return undefined;
    from = at + 1;
  }
  return undefined;
}

function fromCode(point: number): string {
  return point > 0xffff ? String.fromCodePoint(Math.min(point, 0x10ffff)) : String.fromCharCode(point);
}

function take(reader: Reader, character: string): boolean {
  if (reader.text[reader.at] !== character) return false;
  reader.at += 1;
  return true;
}

function skipSpace(reader: Reader): void {
  for (; ; reader.at += 1) {
    const c = reader.text.charCodeAt(reader.at);
    if (c !== 0x20 && c !== 0x0a && c !== 0x0d && c !== 0x09) return;
  }
}
