// SPDX-License-Identifier: Apache-2.0
/**
 * All that a result says, on one sheet: each text of it, what the text says when it is read with patience (readings.ts), and
 * text blocks that follow one another as one. What is found on the sheet is taken back to where it stands.
 *
 * So every detector reads one text once, and a secret that was escaped, encoded or cut in two is found as any other. Bounded:
 * a result with more on it has no sheet, and then nobody knows what it holds.
 *
 * Source: docs/adr/0024-results.md.
 */
import { isArray, type JsonObject, type JsonValue } from '../json/value.ts';
import { hasInvisible } from './invisible.ts';
import { decodedIn, plainly, type Reading } from './readings.ts';

/** Characters, readings included. */
export const maxSheet = 2 << 20;
/** Texts and keys. */
const maxTexts = 200_000;

/** Part of one text of a result. */
export interface Piece {
  readonly text: number;
  readonly start: number;
  readonly end: number;
}

export interface Sheet {
  readonly text: string;
  /** The texts of the result in their order, with nothing read into them. */
  readonly texts: readonly string[];
  /** Where what is read at [start, end) stands. */
  pieces(start: number, end: number): readonly Piece[];
}

interface Segment {
  readonly from: number;
  readonly to: number;
  readonly at: (start: number, end: number) => readonly Piece[];
}

/** No detector takes what stands on both sides of it for one thing. */
const gap = '\n\u0000\n';

/** @returns undefined where there is too much on it */
export function sheetOf(result: JsonObject): Sheet | undefined {
  const texts: string[] = [];
  const blocks: number[] = [];
  let size = 0;
  let full = false;
  visitTexts(result, (text, isBlock) => {
    size += text.length + gap.length;
    full ||= size > maxSheet || texts.length >= maxTexts;
    if (full) return undefined;
    if (isBlock) blocks.push(texts.length);
    texts.push(text);
    return undefined;
  });
  if (full) return undefined;

  const parts: string[] = [];
  const segments: Segment[] = [];
  let length = 0;
  const write = (text: string, at: Segment['at']): void => {
    full ||= length + text.length > maxSheet;
    if (full) return;
    segments.push({ from: length, to: length + text.length, at });
    parts.push(text, gap);
    length += text.length + gap.length;
  };
  const read = (text: string, at: Segment['at']): void => {
    for (const { text: said, at: where } of readingsOf(text)) write(said, (s, e) => at(...where(s, e)));
  };
  for (const [i, text] of texts.entries()) {
    const at = (start: number, end: number) => [{ text: i, start, end }];
    write(text, at);
    read(text, at);
  }
  if (blocks.length > 1) {
    const joined = joinedBlocks(texts, blocks);
    write(joined.text, joined.at);
    read(joined.text, joined.at);
  }
  if (full) return undefined;
  return {
    text: parts.join(''),
    texts,
    pieces(start, end) {
      const found: Piece[] = [];
      for (let i = segmentAt(segments, start); i < segments.length; i++) {
        const segment = segments[i];
        if (segment === undefined || segment.from >= end) break;
        const from = Math.max(start, segment.from) - segment.from;
        const to = Math.min(end, segment.to) - segment.from;
        if (from < to) found.push(...segment.at(from, to));
      }
      return found;
    },
  };
}

/** The first that ends after it. */
function segmentAt(segments: readonly Segment[], at: number): number {
  let low = 0;
  let high = segments.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((segments[middle]?.to ?? 0) > at) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** What is encoded may be escaped before or after, or encoded twice: two steps are taken. */
function readingsOf(text: string): readonly Reading[] {
  const found: Reading[] = [];
  const under = ({ at }: Reading, inner: Reading): Reading => ({
    text: inner.text,
    at: (start, end) => at(...inner.at(start, end)),
  });
  const step = (from: string): readonly Reading[] => {
    const plain = plainly(from, hasInvisible(from));
    return [...(plain === undefined ? [] : [plain]), ...decodedIn(from)];
  };
  for (const first of step(text)) {
    found.push(first);
    for (const second of step(first.text)) found.push(under(first, second));
  }
  return found;
}

function joinedBlocks(
  texts: readonly string[],
  blocks: readonly number[],
): { readonly text: string; readonly at: Segment['at'] } {
  const segments: Segment[] = [];
  let length = 0;
  for (const i of blocks) {
    const { length: size } = texts[i] ?? '';
    segments.push({ from: length, to: length + size, at: (start, end) => [{ text: i, start, end }] });
    length += size;
  }
  return {
    text: blocks.map((i) => texts[i] ?? '').join(''),
    at(start, end) {
      const found: Piece[] = [];
      for (let i = segmentAt(segments, start); i < segments.length; i++) {
        const segment = segments[i];
        if (segment === undefined || segment.from >= end) break;
        const from = Math.max(start, segment.from) - segment.from;
        const to = Math.min(end, segment.to) - segment.from;
        if (from < to) found.push(...segment.at(from, to));
      }
      return found;
    },
  };
}

/** Numbers of as many digits may be somebody's. */
const isLongNumber = (value: number): boolean => Math.abs(value) >= 1e10;

/**
 * Goes through the texts of a result in their order, keys and long numbers included, and puts what `visit` returns in their
 * place. What an upstream says to itself (`requestState`) is none of them.
 *
 * @param visit `isBlock`: a text that a reader sees right after the one before. Returns undefined to leave it
 */
export function visitTexts(
  result: JsonObject,
  visit: (text: string, isBlock: boolean) => string | undefined,
): JsonObject {
  const walk = (value: JsonValue, key: string, isTop: boolean): JsonValue => {
    if (typeof value === 'string') return isTop ? value : (visit(value, key === 'text') ?? value);
    if (typeof value === 'number' && isLongNumber(value)) return visit(String(value), false) ?? value;
    if (value === null || typeof value !== 'object') return value;
    if (isArray(value)) return value.map((item) => walk(item, '', false));
    return walkObject(value, false);
  };
  const walkObject = (value: JsonObject, isTop: boolean): JsonObject =>
    Object.fromEntries(
      Object.entries(value).map(([key, item]) => {
        const name = visit(key, false) ?? key;
        return [name, walk(item, key, isTop && key === 'requestState')];
      }),
    );
  return walkObject(result, true);
}
