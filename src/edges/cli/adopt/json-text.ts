// SPDX-License-Identifier: Apache-2.0
/**
 * A JSON file that belongs to somebody else: read strictly, and edited in one place so that every other
 * byte of it stays. Comments and trailing commas, which editors allow in their own files, are kept.
 *
 * Never throws and never repairs; what cannot be read is refused with line and column.
 */
import { type JsonRefusal, parseJson } from '../../../core/json/parse.ts';
import { isObject, type JsonObject, type JsonValue } from '../../../core/json/value.ts';

const limits = { maxBytes: 64 * 1024 * 1024, maxDepth: 200, maxNodes: 5_000_000 };

export type TextRead =
  | { readonly ok: true; readonly value: JsonObject }
  | { readonly ok: false; readonly message: string };

export function readText(text: string): TextRead {
  const plain = blanked(text);
  const parsed = parseJson(Buffer.from(plain), limits);
  if (!parsed.ok) return { ok: false, message: placed(plain, parsed) };
  return isObject(parsed.value)
    ? { ok: true, value: parsed.value }
    : { ok: false, message: 'it must hold one JSON object' };
}

function placed(plain: string, { at, message }: JsonRefusal): string {
  const lines = Buffer.from(plain).subarray(0, at).toString('utf8').split('\n');
  return `line ${lines.length}, column ${(lines.at(-1)?.length ?? 0) + 1}: ${message}`;
}

/**
 * The text with the member at `path` set to `value`, in the manner of what stands around it.
 *
 * @param text one that `readText` has read
 * @returns undefined where something on the path is no object
 */
export function withMember(text: string, path: readonly string[], value: JsonValue): string | undefined {
  const plain = blanked(text);
  let at = skipSpace(plain, 0);
  for (const [i, key] of path.entries()) {
    if (plain[at] !== '{') return undefined;
    const members = membersAt(plain, at);
    const found = members.find((member) => member.key === key);
    if (found === undefined) {
      const missing = path.slice(i + 1).reduceRight<JsonValue>((inner, name) => ({ [name]: inner }), value);
      return added(text, plain, at, members, key, missing);
    }
    if (i === path.length - 1) {
      const written = indented(value, unitOf(plain), indentAt(plain, found.keyAt));
      return text.slice(0, found.start) + written + text.slice(found.end);
    }
    at = found.start;
  }
  return undefined;
}

interface Member {
  readonly key: string;
  readonly keyAt: number;
  /** Of its value. */
  readonly start: number;
  readonly end: number;
}

function added(
  text: string,
  plain: string,
  open: number,
  members: readonly Member[],
  key: string,
  value: JsonValue,
): string {
  const unit = unitOf(plain);
  const last = members.at(-1);
  const indent = last === undefined ? indentAt(plain, open) + unit : indentAt(plain, last.keyAt);
  const at = last === undefined ? open + 1 : last.end;
  const end = unit === '' ? '' : `\n${indent}`;
  const member = `${last === undefined ? '' : ','}${end}${JSON.stringify(key)}: ${indented(value, unit, indent)}`;
  const tail = last === undefined && unit !== '' ? `\n${indentAt(plain, open)}` : '';
  const rest = last === undefined ? text.slice(at).trimStart() : text.slice(at);
  return text.slice(0, at) + member + tail + rest;
}

function indented(value: JsonValue, unit: string, indent: string): string {
  return JSON.stringify(value, null, unit).replaceAll('\n', `\n${indent}`);
}

/** One step of indentation; empty where everything stands on one line. */
function unitOf(plain: string): string {
  return /\n([ \t]+)\S/.exec(plain)?.[1] ?? (plain.includes('\n') || plain.trim() === '{}' ? '  ' : '');
}

function indentAt(plain: string, at: number): string {
  const line = plain.lastIndexOf('\n', at) + 1;
  return /^[ \t]*/.exec(plain.slice(line, at))?.[0] ?? '';
}

/** The members of the object that begins at `open`, in a text that is known to be JSON. */
function membersAt(plain: string, open: number): readonly Member[] {
  const members: Member[] = [];
  let at = skipSpace(plain, open + 1);
  while (plain[at] === '"') {
    const keyAt = at;
    const keyEnd = stringEnd(plain, at);
    const key = parseJson(Buffer.from(plain.slice(at, keyEnd)), limits);
    const start = skipSpace(plain, skipSpace(plain, keyEnd) + 1);
    const end = valueEnd(plain, start);
    if (key.ok && typeof key.value === 'string') members.push({ key: key.value, keyAt, start, end });
    at = skipSpace(plain, end);
    if (plain[at] === ',') at = skipSpace(plain, at + 1);
  }
  return members;
}

function valueEnd(plain: string, start: number): number {
  const first = plain[start];
  if (first === '"') return stringEnd(plain, start);
  if (first !== '{' && first !== '[') {
    let at = start;
    while (at < plain.length && !/[\s,\]}]/.test(plain.charAt(at))) at++;
    return at;
  }
  let depth = 0;
  for (let at = start; at < plain.length; at++) {
    const c = plain[at];
    if (c === '"') at = stringEnd(plain, at) - 1;
    else if (c === '{' || c === '[') depth++;
    else if ((c === '}' || c === ']') && --depth === 0) return at + 1;
  }
  return plain.length;
}

function stringEnd(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '"') return at + 1;
  }
  return text.length;
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && /\s/.test(text.charAt(at))) at++;
  return at;
}

/** Comments and trailing commas made spaces, so that every other character keeps its place. */
function blanked(text: string): string {
  const ranges: (readonly [from: number, to: number])[] = [];
  /** A comma after which nothing but space and comments has come yet. */
  let comma = -1;
  let before = '';
  for (let at = 0; at < text.length; at++) {
    const c = text[at];
    if (c === '/' && (text[at + 1] === '/' || text[at + 1] === '*')) {
      const end = text[at + 1] === '/' ? text.indexOf('\n', at) : text.indexOf('*/', at + 2) + 2;
      // A comment that nobody closes is left for the parser to refuse.
      if (end === 1) return text;
      const to = end < 0 ? text.length : end;
      ranges.push([at, to]);
      at = to - 1;
      continue;
    }
    if (c === ',') {
      comma = before === '{' || before === '[' ? -1 : at;
    } else if (c === '}' || c === ']') {
      if (comma >= 0) ranges.push([comma, comma + 1]);
      comma = -1;
    } else if (!/\s/.test(text.charAt(at))) {
      comma = -1;
      if (c === '"') at = stringEnd(text, at) - 1;
    }
    if (!/\s/.test(text.charAt(at))) before = c ?? '';
  }
  const out: string[] = [];
  let kept = 0;
  for (const [from, to] of ranges.sort(([a], [b]) => a - b)) {
    out.push(text.slice(kept, from), text.slice(from, to).replaceAll(/[^\n]/g, ' '));
    kept = to;
  }
  return out.join('') + text.slice(kept);
}
