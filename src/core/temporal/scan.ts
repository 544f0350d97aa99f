// SPDX-License-Identifier: Apache-2.0
/**
 * The words of policy files, event schemas and temporal conditions, each with its place.
 *
 * One scanner for all three, since one file holds them nested. Never repairs: a character that none of
 * the grammars knows is refused, brackets that do not match too, so whoever cuts text between two
 * brackets knows that nothing in it reaches outside.
 */
import { maxPolicyFileLength, type PolicyFile, type Problem, placeAt } from '../policy/source.ts';

export interface Token {
  readonly kind: 'word' | 'number' | 'string' | 'sigil' | 'mark';
  readonly text: string;
  readonly at: number;
  /** Of an opening bracket: the index of the one that closes it. */
  readonly closedBy?: number;
}

export interface Scanned {
  readonly file: PolicyFile;
  readonly tokens: readonly Token[];
}

/** Tokens from `from` up to and without `to`. */
export interface Span {
  readonly source: Scanned;
  readonly from: number;
  readonly to: number;
}

/** Brackets within brackets: more is nobody's policy, and deeper ones exhaust the engine's stack. */
export const maxNesting = 100;

/** Ends a reading. Thrown inside this folder only; whoever reads a file turns it into a problem. */
export class Refusal extends Error {
  readonly file: PolicyFile;
  readonly at: number;
  readonly rule: Problem['rule'];
  constructor(file: PolicyFile, at: number, message: string, rule?: Problem['rule']) {
    super(message);
    this.file = file;
    this.at = at;
    this.rule = rule;
  }
}

export function problemOf({ file, at, message, rule }: Refusal): Problem {
  return { ...placeAt(file, at), message, ...(rule === undefined ? {} : { rule }) };
}

export type Read<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problem: Problem };

/** @returns what `work` returns, or the problem that stopped it */
export function reading<T>(work: () => T): Read<T> {
  try {
    return { ok: true, value: work() };
  } catch (error) {
    if (error instanceof Refusal) return { ok: false, problem: problemOf(error) };
    throw error;
  }
}

const pattern =
  /[ \t\r\n]+|\/\/[^\r\n]*|(?<word>[A-Za-z_][A-Za-z0-9_]*)|(?<number>[0-9]+)|(?<string>"(?:[^"\\]|\\[\s\S])*")|(?<sigil>[?$][A-Za-z_][A-Za-z0-9_]*)|(?<mark>::|&&|\|\||==|!=|<=|>=|\.\.\.|[@()[\]{}<>,;:.=!&|+\-*/%?$])/uy;

const opens: ReadonlyMap<string, string> = new Map([
  ['(', ')'],
  ['[', ']'],
  ['{', '}'],
]);
const closes: ReadonlySet<string> = new Set(opens.values());

/** @throws {Refusal} */
export function scan(file: PolicyFile): Scanned {
  const { text } = file;
  if (text.length > maxPolicyFileLength)
    throw new Refusal(file, 0, `a file has at most ${maxPolicyFileLength} characters`);
  const tokens: Token[] = [];
  const open: number[] = [];
  pattern.lastIndex = 0;
  for (let at = 0; at < text.length; at = pattern.lastIndex) {
    const match = pattern.exec(text);
    if (match === null) throw new Refusal(file, at, unknownAt(text, at));
    const { word, number, string, sigil, mark } = match.groups ?? {};
    if (word !== undefined) tokens.push({ kind: 'word', text: word, at });
    else if (number !== undefined) tokens.push({ kind: 'number', text: number, at });
    else if (string !== undefined) tokens.push({ kind: 'string', text: string, at });
    else if (sigil !== undefined) tokens.push({ kind: 'sigil', text: sigil, at });
    else if (mark !== undefined) {
      if (opens.has(mark)) {
        if (open.length >= maxNesting)
          throw new Refusal(file, at, `brackets are nested at most ${maxNesting} deep`);
        open.push(tokens.length);
      }
      if (closes.has(mark)) close(file, tokens, open, mark, at);
      tokens.push({ kind: 'mark', text: mark, at });
    }
  }
  const left = tokens[open.at(-1) ?? -1];
  if (left !== undefined) throw new Refusal(file, left.at, `the \`${left.text}\` is not closed`);
  return { file, tokens };
}

function close(file: PolicyFile, tokens: Token[], open: number[], mark: string, at: number): void {
  const from = open.pop();
  const opening = from === undefined ? undefined : tokens[from];
  if (from === undefined || opening === undefined)
    throw new Refusal(file, at, `the \`${mark}\` closes nothing`);
  const wanted = opens.get(opening.text);
  if (wanted !== mark) throw new Refusal(file, at, `expected \`${wanted}\`, found \`${mark}\``);
  tokens[from] = { ...opening, closedBy: tokens.length };
}

function unknownAt(text: string, at: number): string {
  if (text[at] === '"') return 'the string does not end';
  const point = text.codePointAt(at) ?? 0;
  const character = String.fromCodePoint(point);
  const shown = /[\p{C}\p{Z}]/u.test(character)
    ? `U+${point.toString(16).toUpperCase().padStart(4, '0')}`
    : `\`${character}\``;
  return `${shown} has no meaning outside of strings and comments`;
}

/** The text from the first to the last token, comments and all. */
export function textOf({ source, from, to }: Span): string {
  const first = source.tokens[from];
  const last = source.tokens[to - 1];
  if (first === undefined || last === undefined || to <= from) return '';
  return source.file.text.slice(first.at, last.at + last.text.length);
}

/** Where a span starts, also when it is empty. */
export function startOf({ source, from }: Span): number {
  return source.tokens[from]?.at ?? source.file.text.length;
}

/** The parts between commas that are in no inner bracket; none for an empty span. A last comma is refused. */
export function commaParts(span: Span): readonly Span[] {
  if (span.from >= span.to) return [];
  const { source } = span;
  const parts: Span[] = [];
  let from = span.from;
  for (let i = span.from; i < span.to; i++) {
    const token = source.tokens[i];
    if (token?.closedBy !== undefined) i = token.closedBy;
    else if (token?.kind === 'mark' && token.text === ',') {
      parts.push({ source, from, to: i });
      from = i + 1;
    }
  }
  parts.push({ source, from, to: span.to });
  const empty = parts.find((part) => part.from >= part.to);
  if (empty !== undefined) {
    const at = source.tokens[empty.to]?.at ?? source.file.text.length;
    throw new Refusal(source.file, at, 'there is nothing between the commas');
  }
  return parts;
}

/** What a string in quotes says, by Cedar's escapes; `undefined` when an escape is none. */
export function unquoted(quoted: string): string | undefined {
  let understood = true;
  const out = quoted
    .slice(1, -1)
    .replace(
      /\\(?:u\{([0-9a-fA-F](?:_*[0-9a-fA-F]){0,5}_*)\}|x([0-7][0-9a-fA-F])|([\s\S]))/gu,
      (_all, point?: string, byte?: string, char?: string) => {
        const code = point ?? byte;
        const number = code === undefined ? undefined : Number.parseInt(code.replaceAll('_', ''), 16);
        if (number !== undefined && number <= 0x10ffff && (number < 0xd800 || number > 0xdfff))
          return String.fromCodePoint(number);
        const plain = char === undefined ? undefined : escapes.get(char);
        if (plain === undefined) understood = false;
        return plain ?? '';
      },
    );
  return understood ? out : undefined;
}

const escapes: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ["'", "'"],
  ['\\', '\\'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['0', '\0'],
]);
