// SPDX-License-Identifier: Apache-2.0
/**
 * Regular expressions of upstreams, matched in linear time.
 *
 * A backtracking engine lets whoever writes a pattern, or a value against it, stop the process for
 * years. So patterns run on RE2, which knows no lookaround and no backreferences; lookaheads that
 * stand right behind a leading `^` (as validators like to generate them) are matched on their own,
 * which means the same.
 *
 * Source: docs/catalogue.md, "Patterns".
 */
import { RE2JS } from 're2js';
import { type Meter, spend } from './meter.ts';

const maxPatternLength = 2048;
/** Instructions of the compiled pattern; the time of a match is at most this times the length of the text. */
const maxProgramSize = 10_000;

export interface LinearPattern {
  test(text: string): boolean;
  /** ajv shares compiled patterns by this. */
  toString(): string;
}

export class PatternRefused extends Error {
  readonly code = 'pattern_refused';
}

/** @throws {PatternRefused} */
export function linearPattern(pattern: string, meter: Meter): LinearPattern {
  if (pattern.length > maxPatternLength)
    throw new PatternRefused(`a pattern has at most ${maxPatternLength} characters, not ${pattern.length}`);
  const parts = splitLookaheads(pattern).map(({ source, wanted }) => {
    const compiled = compile(source, pattern);
    return { compiled, wanted, size: compiled.programSize() };
  });
  const size = parts.reduce((sum, part) => sum + part.size, 0);
  if (size > maxProgramSize) throw new PatternRefused(`the pattern \`${brief(pattern)}\` is too large`);
  return {
    test(text) {
      spend(meter, 10 + Math.ceil((text.length * size) / 16));
      return parts.every(({ compiled, wanted }) => compiled.test(text) === wanted);
    },
    toString: () => `linear:${pattern}`,
  };
}

function compile(source: string, whole: string): RE2JS {
  try {
    return RE2JS.compile(RE2JS.translateRegExp(source));
  } catch {
    throw new PatternRefused(
      `the pattern \`${brief(whole)}\` cannot be matched in linear time; \`patterns: unchecked\` leaves it to the upstream`,
    );
  }
}

/** `^(?!a)(?=b)c` matches where `^(?:a)` does not, `^(?:b)` does, and `^c` does. */
function splitLookaheads(pattern: string): readonly { readonly source: string; readonly wanted: boolean }[] {
  const parts: { source: string; wanted: boolean }[] = [];
  let rest = pattern;
  for (let look = /^\^\(\?([=!])/.exec(rest); look !== null; look = /^\^\(\?([=!])/.exec(rest)) {
    const end = closing(rest, 1);
    if (end === undefined) break;
    parts.push({ source: `^(?:${rest.slice(4, end)})`, wanted: look[1] === '=' });
    rest = `^${rest.slice(end + 1)}`;
  }
  // With `|` at the top, `^` and the lookahead belong to the first alternative only.
  return parts.length > 0 && hasTopAlternative(rest)
    ? [{ source: pattern, wanted: true }]
    : [...parts, { source: rest, wanted: true }];
}

/** Where the group that opens at `from` ends. */
function closing(pattern: string, from: number): number | undefined {
  let depth = 0;
  for (const { at, char } of structure(pattern)) {
    if (at < from) continue;
    if (char === '(') depth++;
    if (char === ')' && --depth === 0) return at;
  }
  return undefined;
}

function hasTopAlternative(pattern: string): boolean {
  let depth = 0;
  for (const { char } of structure(pattern)) {
    if (char === '(') depth++;
    else if (char === ')') depth--;
    else if (char === '|' && depth === 0) return true;
  }
  return false;
}

/** Characters that mean structure: outside of escapes and classes. */
function* structure(pattern: string): Generator<{ readonly at: number; readonly char: string }> {
  let inClass = false;
  for (let at = 0; at < pattern.length; at++) {
    const char = pattern.charAt(at);
    if (char === '\\') at++;
    else if (inClass) inClass = char !== ']';
    else if (char === '[') inClass = true;
    else yield { at, char };
  }
}

function brief(pattern: string): string {
  const plain = pattern.slice(0, 60).replaceAll(/[\p{C}`]/gu, '?');
  return pattern.length > 60 ? `${plain}...` : plain;
}
