// SPDX-License-Identifier: Apache-2.0
/**
 * Scalars of YAML, over as many lines as they take. The lines that follow belong to it where they stand further in
 * than the name or the dash before it.
 *
 * Source: YAML 1.2.2, 7.3 (flow scalars), 8.1 (block scalars), 10.3 (core schema).
 */
import type { JsonValue } from '../json/value.ts';
import { indentOf, type Lines } from './read-blocks.ts';

/**
 * @param from the column where it starts, on the line that the reader is at
 * @param parent the column of what it belongs to
 */
export function readScalarLines(reader: Lines, from: number, parent: number): JsonValue | undefined {
  reader.nodesLeft -= 1;
  const line = reader.lines[reader.at] ?? '';
  const rest = line.slice(from);
  switch (rest[0]) {
    case "'":
    case '"':
      return readQuoted(reader, from, rest[0], parent);
    case '|':
    case '>':
      return readLines(reader, rest, parent);
    case '[':
    case '{': {
      const empty = rest.trimEnd();
      reader.at += 1;
      if (empty === '[]') return [];
      return empty === '{}' ? {} : undefined;
    }
    case '&':
    case '*':
    case '!':
    case '%':
    case '@':
    case '`':
    case '#':
      return undefined;
    default:
      return readPlain(reader, from, parent);
  }
}

/** Within a plain scalar these would be a member or a comment, at its start a mark of some other kind. */
const notPlain = /:\s|:$|\s#/;
const notFirst = /^(?:[-?:](?:\s|$)|[,\]}])/;

function readPlain(reader: Lines, from: number, parent: number): JsonValue | undefined {
  const first = (reader.lines[reader.at] ?? '').slice(from).trimEnd();
  if (notPlain.test(first) || notFirst.test(first)) return undefined;
  reader.at += 1;
  const more = folded(reader, parent, first);
  if (more === undefined) return undefined;
  return more === first ? plainValue(first) : more;
}

/** The lines that belong to it, each break a blank, each empty line a break. */
function folded(reader: Lines, parent: number, first: string): string | undefined {
  let made = first;
  let empty = 0;
  for (let at = reader.at; at < reader.lines.length; at += 1) {
    const line = reader.lines[at] ?? '';
    if (line.trim() === '') {
      empty += 1;
      continue;
    }
    if (indentOf(line) <= parent) break;
    if (notPlain.test(line)) return undefined;
    made += (empty === 0 ? ' ' : '\n'.repeat(empty)) + line.trim();
    empty = 0;
    reader.at = at + 1;
  }
  return made;
}

const integer = /^[-+]?\d+$/;
const real = /^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/;
const words: Readonly<Record<string, JsonValue>> = {
  null: null,
  Null: null,
  NULL: null,
  '~': null,
  true: true,
  True: true,
  TRUE: true,
  false: false,
  False: false,
  FALSE: false,
};

function plainValue(text: string): JsonValue {
  if (Object.hasOwn(words, text)) return words[text] ?? null;
  if ((integer.test(text) && text.length < 16) || (real.test(text) && text.length < 32)) return Number(text);
  return text;
}

const escapes: Readonly<Record<string, string>> = {
  '0': '\0',
  a: '\x07',
  b: '\b',
  t: '\t',
  n: '\n',
  v: '\v',
  f: '\f',
  r: '\r',
  e: '\x1b',
  ' ': ' ',
  '"': '"',
  '/': '/',
  '\\': '\\',
  N: '\x85',
  _: '\xa0',
  L: '\u2028',
  P: '\u2029',
};
const coded: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

function readQuoted(reader: Lines, from: number, quote: "'" | '"', parent: number): string | undefined {
  let made = '';
  let empty = 0;
  /** The line before ended in a backslash: there is no break between it and this one. */
  let joined = true;
  for (let at = reader.at; at < reader.lines.length; at += 1) {
    const line = reader.lines[at] ?? '';
    const isFirst = at === reader.at;
    if (!isFirst && line.trim() === '') {
      empty += 1;
      continue;
    }
    if (!isFirst && indentOf(line) <= parent) return undefined;
    const text = isFirst ? line.slice(from + 1) : line.trimStart();
    if (!isFirst) made += empty > 0 ? '\n'.repeat(empty) : joined ? '' : ' ';
    empty = 0;
    const part = quote === "'" ? singlePart(text) : doublePart(text);
    if (part === undefined) return undefined;
    made += part.text;
    joined = part.joins;
    if (part.end === undefined) continue;
    reader.at = at + 1;
    return text.slice(part.end).trim() === '' ? made : undefined;
  }
  return undefined;
}

interface Part {
  readonly text: string;
  /** Behind the closing mark; undefined where it does not close on this line. */
  readonly end?: number;
  readonly joins: boolean;
}

function singlePart(text: string): Part {
  let made = '';
  let from = 0;
  for (;;) {
    const at = text.indexOf("'", from);
    if (at === -1) return { text: made + text.slice(from).trimEnd(), joins: false };
    made += text.slice(from, at);
    if (text[at + 1] !== "'") return { text: made, end: at + 1, joins: false };
    made += "'";
    from = at + 2;
  }
}

function doublePart(text: string): Part | undefined {
  let made = '';
  let from = 0;
  for (let at = 0; at < text.length; at += 1) {
    const c = text[at];
    if (c === '"') return { text: made + text.slice(from, at), end: at + 1, joins: false };
    if (c !== '\\') continue;
    made += text.slice(from, at);
    const next = text[at + 1];
    if (next === undefined) return { text: made, joins: true };
    const digits = Object.hasOwn(coded, next) ? coded[next] : undefined;
    if (digits !== undefined) {
      const code = text.slice(at + 2, at + 2 + digits);
      const point = /^[0-9a-fA-F]+$/.test(code) && code.length === digits ? Number.parseInt(code, 16) : -1;
      if (point < 0 || point > 0x10ffff) return undefined;
      made += String.fromCodePoint(point);
      at += 1 + digits;
    } else {
      const meant = Object.hasOwn(escapes, next) ? escapes[next] : undefined;
      if (meant === undefined) return undefined;
      made += meant;
      at += 1;
    }
    from = at + 1;
  }
  return { text: made + text.slice(from).trimEnd(), joins: false };
}

/** `|` keeps its breaks and `>` folds them; `-` takes the last ones away, `+` keeps them all. */
function readLines(reader: Lines, header: string, parent: number): string | undefined {
  const style = /^([|>])([-+]?)(\d?)([-+]?)$/.exec(header.trimEnd());
  if (style === null) return undefined;
  const [, kind, before, indicated, after] = style;
  const kept: string[] = [];
  let indent = indicated === '' ? -1 : Math.max(parent, 0) + Number(indicated);
  let at = reader.at + 1;
  for (; at < reader.lines.length; at += 1) {
    const line = reader.lines[at] ?? '';
    if (line.trim() === '' && (indent < 0 || indentOf(line) < indent)) {
      kept.push('');
      continue;
    }
    if (indent < 0) indent = indentOf(line);
    if (indent <= parent || indentOf(line) < indent) break;
    kept.push(line.slice(indent));
  }
  reader.at = at;
  const chomp = before === '' ? after : before;
  const text = kind === '|' ? kept.join('\n') : foldedLines(kept);
  if (chomp === '+') return `${text}\n`;
  const bare = text.replace(/\n+$/, '');
  return chomp === '-' || bare === '' ? bare : `${bare}\n`;
}

function foldedLines(lines: readonly string[]): string {
  let made = '';
  let empty = 0;
  let wasDeep = true;
  for (const line of lines) {
    if (line === '') {
      empty += 1;
      continue;
    }
    const isDeep = line.startsWith(' ');
    const breaks = '\n'.repeat(empty + (isDeep || wasDeep ? 1 : 0));
    made += made === '' ? line : (breaks === '' ? ' ' : breaks) + line;
    empty = 0;
    wasDeep = isDeep;
  }
  return made;
}
