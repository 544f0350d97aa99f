// SPDX-License-Identifier: Apache-2.0
// Where a reading of tokens stands, and how it stops.
import { Refusal, type Scanned, type Span, type Token } from './scan.ts';

export interface Cursor {
  readonly source: Scanned;
  readonly end: number;
  i: number;
  /** How deep the reading is in what it reads. */
  depth: number;
}

export function cursorOver({ source, from, to }: Span): Cursor {
  return { source, end: to, i: from, depth: 0 };
}

export function wholeOf(source: Scanned): Span {
  return { source, from: 0, to: source.tokens.length };
}

export function peek(c: Cursor, ahead = 0): Token | undefined {
  return c.i + ahead < c.end ? c.source.tokens[c.i + ahead] : undefined;
}

export function here(c: Cursor): number {
  return c.source.tokens[c.i]?.at ?? c.source.file.text.length;
}

export function refuse(c: Cursor, message: string, at = here(c)): never {
  throw new Refusal(c.source.file, at, message);
}

/** What stands there, for a message. */
export function found(c: Cursor): string {
  const token = peek(c);
  return token === undefined ? 'the end' : `\`${token.text}\``;
}

export function isMark(token: Token | undefined, text: string): boolean {
  return token?.kind === 'mark' && token.text === text;
}

export function isWord(token: Token | undefined, text: string): boolean {
  return token?.kind === 'word' && token.text === text;
}

export function eat(c: Cursor, mark: string): boolean {
  if (!isMark(peek(c), mark)) return false;
  c.i++;
  return true;
}

export function expect(c: Cursor, mark: string, where: string): void {
  if (!eat(c, mark)) refuse(c, `expected \`${mark}\` ${where}, found ${found(c)}`);
}

export function word(c: Cursor, what: string): string {
  const token = peek(c);
  if (token?.kind !== 'word') refuse(c, `expected ${what}, found ${found(c)}`);
  c.i++;
  return token.text;
}

/** Names with `::` between them. */
export function pathOf(c: Cursor, what: string): string {
  const path = [word(c, what)];
  while (eat(c, '::')) path.push(word(c, what));
  return path.join('::');
}

/** Names after dots, as many as there are. */
export function tail(c: Cursor): readonly string[] {
  const names: string[] = [];
  while (eat(c, '.')) names.push(word(c, 'the name of a field'));
  return names;
}

const unitSeconds: ReadonlyMap<string, number> = new Map([
  ['s', 1],
  ['m', 60],
  ['h', 3600],
  ['d', 86_400],
]);

/** Such as `90s`; `undefined` where none stands. */
export function interval(c: Cursor): { readonly seconds: number; readonly text: string } | undefined {
  const amount = peek(c);
  const unit = peek(c, 1);
  if (amount?.kind !== 'number' || unit?.kind !== 'word') return undefined;
  const seconds = Number(amount.text) * (unitSeconds.get(unit.text) ?? Number.NaN);
  if (Number.isNaN(seconds)) return undefined;
  const text = `${amount.text}${unit.text}`;
  if (!Number.isSafeInteger(seconds * 1000)) refuse(c, 'the length of time is too long');
  c.i += 2;
  return { seconds, text };
}
