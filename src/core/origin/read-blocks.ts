// SPDX-License-Identifier: Apache-2.0
/**
 * YAML as programs write it: lists and maps in blocks, scalars plain, quoted or in blocks of lines. No tags, no
 * anchors, no comments, no flow but `[]` and `{}`, no member twice. All of the text, or nothing.
 *
 * Source: YAML 1.2.2, chapters 7 and 8, and what PyYAML, js-yaml and yaml write; values by its core schema.
 */
import type { JsonValue } from '../json/value.ts';
import { readScalarLines } from './read-scalar.ts';

export interface Lines {
  readonly lines: readonly string[];
  at: number;
  nodesLeft: number;
}

const maxDepth = 64;
const maxNodes = 200_000;

/** @returns undefined where it is none: a single scalar is none either */
export function readBlocks(text: string): JsonValue | undefined {
  const reader: Lines = { lines: text.split(/\r?\n/), at: 0, nodesLeft: maxNodes };
  const first = reader.lines[0] ?? '';
  if (!isItem(first) && memberOf(first) === undefined) return undefined;
  const value = readBlock(reader, 0, 0);
  skipEmpty(reader);
  return reader.at === reader.lines.length ? value : undefined;
}

export function indentOf(line: string): number {
  let at = 0;
  while (line[at] === ' ') at += 1;
  return at;
}

export function skipEmpty(reader: Lines): void {
  while (reader.at < reader.lines.length && (reader.lines[reader.at] ?? '').trim() === '') reader.at += 1;
}

function isItem(rest: string): boolean {
  return rest === '-' || rest.startsWith('- ');
}

/** What starts at this column, on the line that the reader is at. */
function readBlock(reader: Lines, column: number, depth: number): JsonValue | undefined {
  if (depth > maxDepth || reader.nodesLeft-- <= 0) return undefined;
  const rest = (reader.lines[reader.at] ?? '').slice(column);
  if (isItem(rest)) return readList(reader, column, depth);
  if (memberOf(rest) !== undefined) return readMap(reader, column, depth);
  return readScalarLines(reader, column, column - 1);
}

function readList(reader: Lines, column: number, depth: number): JsonValue | undefined {
  const items: JsonValue[] = [];
  for (let isFirst = true; ; isFirst = false) {
    if (!isFirst) {
      skipEmpty(reader);
      const line = reader.lines[reader.at];
      if (line === undefined || indentOf(line) !== column || !isItem(line.slice(column))) return items;
    }
    const line = reader.lines[reader.at] ?? '';
    const inner = column + 1 + indentOf(line.slice(column + 1));
    const value =
      inner >= line.length ? readNested(reader, column, false, depth) : readBlock(reader, inner, depth + 1);
    if (value === undefined) return undefined;
    items.push(value);
  }
}

function readMap(reader: Lines, column: number, depth: number): JsonValue | undefined {
  const members: [string, JsonValue][] = [];
  const names = new Set<string>();
  for (let isFirst = true; ; isFirst = false) {
    if (!isFirst) {
      skipEmpty(reader);
      const line = reader.lines[reader.at];
      if (line === undefined || indentOf(line) !== column || isItem(line.slice(column))) break;
    }
    const line = reader.lines[reader.at] ?? '';
    const member = memberOf(line.slice(column));
    if (member === undefined || names.has(member.name) || member.name === '__proto__') return undefined;
    names.add(member.name);
    const from = column + member.valueAt;
    const value =
      from >= line.length ? readNested(reader, column, true, depth) : readScalarLines(reader, from, column);
    if (value === undefined) return undefined;
    members.push([member.name, value]);
  }
  return Object.fromEntries(members);
}

/** What stands below, further in; of a member, a list may stand as far in as its name does. */
function readNested(reader: Lines, column: number, isMember: boolean, depth: number): JsonValue | undefined {
  reader.at += 1;
  skipEmpty(reader);
  const line = reader.lines[reader.at];
  const indent = line === undefined ? -1 : indentOf(line);
  if (
    line !== undefined &&
    (indent > column || (isMember && indent === column && isItem(line.slice(indent))))
  )
    return readBlock(reader, indent, depth + 1);
  return null;
}

const plainName = /^([\p{L}\p{N}_$][^:#'"{}[\],&*!|>%@`\n]{0,119}?(?:@[\w.-]+)?) *:(?: +|$)/u;
const quotedName = /^(?:'((?:[^']|'')*)'|"([^"\\]*)") *:(?: +|$)/;

/** @returns the name that stands at the start, and where its value does */
function memberOf(rest: string): { readonly name: string; readonly valueAt: number } | undefined {
  const plain = plainName.exec(rest);
  if (plain !== null) return { name: plain[1] ?? '', valueAt: plain[0].length };
  const quoted = quotedName.exec(rest);
  if (quoted === null) return undefined;
  return { name: quoted[1]?.replaceAll("''", "'") ?? quoted[2] ?? '', valueAt: quoted[0].length };
}
