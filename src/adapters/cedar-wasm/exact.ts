// SPDX-License-Identifier: Apache-2.0
/**
 * A policy's JSON form with its integers as the text has them: the engine's own rounds those past 2^53.
 *
 * Long integers of the text are replaced by calls with a text that stands for them, the result is
 * read by the engine, and the calls are turned back. Proves itself: rounded again, it must be what the
 * engine says of the text as it is. If anything is amiss the rounded form is returned, and whoever
 * compiles it refuses it.
 */

/** @param read the engine's JSON form of a policy or template; undefined where there is none */
export function exactJson(text: string, rounded: unknown, read: (text: string) => unknown): unknown {
  if (!holdsRounded(rounded)) return rounded;
  const stem = stemNotIn(text);
  const marked = read(withMarks(text, stem));
  const asRead = map(marked, (json) => numberOf(json, stem));
  if (!same(asRead, map(rounded, unfolded))) return rounded;
  return map(marked, (json) => exactOf(json, stem));
}

function holdsRounded(json: unknown): boolean {
  if (typeof json === 'number') return !Number.isSafeInteger(json);
  return typeof json === 'object' && json !== null && Object.values(json).some(holdsRounded);
}

function stemNotIn(text: string): string {
  let at = 0;
  while (text.includes(`long-${at}:`)) at++;
  return `long-${at}:`;
}

function withMarks(text: string, stem: string): string {
  return text.replaceAll(/\/\/[^\r\n]*|"(?:[^"\\]|\\[\s\S])*"|[A-Za-z_][A-Za-z0-9_]*|[0-9]+/g, (token) =>
    isPastDoubles(token) ? `duration("${stem}${token}")` : token,
  );
}

function isPastDoubles(token: string): boolean {
  return /^[0-9]/.test(token) && BigInt(token) > BigInt(Number.MAX_SAFE_INTEGER);
}

/** The digits that this stands for. */
function markIn(json: unknown, stem: string): bigint | undefined {
  const argument = soleItem(own(json, 'duration'));
  const text = own(argument, 'Value');
  return typeof text === 'string' && text.startsWith(stem) ? BigInt(text.slice(stem.length)) : undefined;
}

function numberOf(json: unknown, stem: string): unknown {
  const digits = markIn(json, stem);
  return digits === undefined ? undefined : { Value: Number(digits) };
}

/** A sign before a number belongs to it: without its sign, the smallest Long is none. */
function exactOf(json: unknown, stem: string): unknown {
  const digits = markIn(json, stem);
  const negated = markIn(own(own(json, 'neg'), 'arg'), stem);
  if (digits !== undefined) return { Value: digits };
  return negated === undefined ? undefined : { Value: -negated };
}

/** A rounded negative number, with its sign before it. */
function unfolded(json: unknown): unknown {
  const value = own(json, 'Value');
  if (typeof value !== 'number' || Number.isSafeInteger(value) || value >= 0) return undefined;
  return { neg: { arg: { Value: -value } } };
}

/** @param replaced what stands there instead; undefined: the same, with its parts looked at */
function map(json: unknown, replaced: (json: unknown) => unknown): unknown {
  const other = replaced(json);
  if (other !== undefined) return other;
  if (Array.isArray(json)) return json.map((item) => map(item, replaced));
  if (typeof json !== 'object' || json === null) return json;
  return Object.fromEntries(Object.entries(json).map(([key, value]) => [key, map(value, replaced)]));
}

function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  const keys = Object.keys(a);
  if (Array.isArray(a) !== Array.isArray(b) || keys.length !== Object.keys(b).length) return false;
  return keys.every((key) => Object.hasOwn(b, key) && same(own(a, key), own(b, key)));
}

function own(json: unknown, key: string): unknown {
  if (typeof json !== 'object' || json === null || !Object.hasOwn(json, key)) return undefined;
  return Reflect.get(json, key);
}

function soleItem(json: unknown): unknown {
  return Array.isArray(json) && json.length === 1 ? json[0] : undefined;
}
