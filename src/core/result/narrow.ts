// SPDX-License-Identifier: Apache-2.0
/**
 * The closed set of what a `modify` may do to a result, and how each is seen to be done.
 *
 * Deterministic, in a fixed order, and narrowing: apart from our marks in braces, nothing stands in a result afterwards that did not stand
 * in it before. Applied again it changes nothing. A mark shows where something was taken, so that a reader does not take what is left for all.
 *
 * `holds` is the condition that a transform is for: what asked for it is honoured where that is so, and a
 * result of which it is not so after all rounds is not shown.
 *
 * Source: docs/adr/0024-results.md, "Transforms".
 */
import { canonicalJson } from '../json/canonical.ts';
import { arrayAt, isArray, isObject, type JsonObject, type JsonValue, own, stringAt } from '../json/value.ts';
import { dataIn, firstRows, has, isAllData, jsonIn, rowsOf, stepsOf, withData, without } from './data.ts';
import type { Found, Mark, ResultFacts } from './facts.ts';
import { email } from './facts.ts';
import { withoutInvisible } from './invisible.ts';
import { withoutImages, withoutLinks } from './markdown.ts';
import type { Piece } from './sheet.ts';
import { visitTexts } from './sheet.ts';

export type ResultTransform =
  | { readonly name: 'mask'; readonly what: 'secrets' | 'pii' }
  | { readonly name: 'drop'; readonly pointer: string }
  | { readonly name: 'strip'; readonly what: 'invisible' | 'images' | 'links' }
  | { readonly name: 'cut_rows'; readonly most: number }
  | { readonly name: 'cut_bytes'; readonly most: number };

/** Below this a result has no room for its own form. */
export const minCutBytes = 1024;

/** @returns undefined for what is none of the closed set */
export function resultTransformOf(text: string): ResultTransform | undefined {
  switch (text) {
    case 'mask:secrets':
      return { name: 'mask', what: 'secrets' };
    case 'mask:pii':
      return { name: 'mask', what: 'pii' };
    case 'strip:invisible':
      return { name: 'strip', what: 'invisible' };
    case 'strip:images':
      return { name: 'strip', what: 'images' };
    case 'strip:links':
      return { name: 'strip', what: 'links' };
  }
  const [, pointer] = /^drop:((?:\/(?:[^~/]|~[01]){1,100}){1,16})$/u.exec(text) ?? [];
  if (pointer !== undefined) return { name: 'drop', pointer };
  const [, what, digits] = /^cut_(bytes|rows):([1-9][0-9]{0,8})$/.exec(text) ?? [];
  const most = Number(digits);
  if (what === 'rows') return { name: 'cut_rows', most };
  return what === 'bytes' && most >= minCutBytes ? { name: 'cut_bytes', most } : undefined;
}

export function spelt(transform: ResultTransform): string {
  switch (transform.name) {
    case 'mask':
    case 'strip':
      return `${transform.name}:${transform.what}`;
    case 'drop':
      return `drop:${transform.pointer}`;
    case 'cut_rows':
    case 'cut_bytes':
      return `${transform.name}:${transform.most}`;
  }
}

/** Secrets go before anything moves: cut in two they would not be known for any. */
const order = ['mask', 'drop', 'strip', 'cut_rows', 'cut_bytes'] as const;

export function narrowed(
  result: JsonObject,
  transforms: readonly ResultTransform[],
  found: Pick<Found, 'secrets' | 'pii'>,
): JsonObject {
  const masks = transforms.flatMap((t) => (t.name === 'mask' ? [t.what] : []));
  const marks = [
    ...(masks.includes('secrets') ? found.secrets : []),
    ...(masks.includes('pii') ? found.pii.filter(({ kind }) => kind !== email) : []),
  ];
  const masked = marks.length === 0 ? result : maskedBy(result, marks, ({ kind }) => `{masked ${kind}}`);
  return [...transforms]
    .filter(({ name }) => name !== 'mask')
    .sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name) || (spelt(a) < spelt(b) ? -1 : 1))
    .reduce(applyOne, masked);
}

function applyOne(result: JsonObject, transform: ResultTransform): JsonObject {
  switch (transform.name) {
    case 'mask':
      return result;
    case 'drop':
      return dropped(result, stepsOf(transform.pointer));
    case 'strip':
      return visitTexts(result, stripping[transform.what]);
    case 'cut_rows':
      return withData(result, (data) => firstRows(data, transform.most));
    case 'cut_bytes':
      return cut(result, transform.most);
  }
}

/** What stands beside a structure in prose may tell it again: the structure alone is left. */
function dropped(result: JsonObject, steps: readonly string[]): JsonObject {
  const after = withData(result, (data) => without(data, steps));
  const structured = own(after, 'structuredContent');
  return structured === undefined || isAllData(after)
    ? after
    : { ...after, content: [{ type: 'text', text: canonicalJson(structured) }] };
}

const stripping = { invisible: withoutInvisible, images: withoutImages, links: withoutLinks } as const;

/** Whether a result is as the transform wants it. */
export function holds(transform: ResultTransform, result: JsonObject, facts: ResultFacts): boolean {
  switch (transform.name) {
    case 'mask':
      return facts[transform.what] === 0;
    case 'strip':
      return facts[transform.what] === 0;
    case 'drop': {
      const steps = stepsOf(transform.pointer);
      // What stands in prose cannot be told from the rest.
      return isAllData(result) && !dataIn(result).some((data) => has(data, steps));
    }
    case 'cut_rows':
      return dataIn(result).every((data) => (rowsOf(data) ?? 0) <= transform.most);
    case 'cut_bytes':
      return facts.sizeBytes <= transform.most;
  }
}

/** With something else in the place of each find: the first piece gets it, the others go. */
export function maskedBy(
  result: JsonObject,
  marks: readonly Mark[],
  name: (mark: Mark, secret: string) => string,
): JsonObject {
  const texts: string[] = [];
  visitTexts(result, (text) => {
    texts.push(text);
    return undefined;
  });
  const cuts = new Map<number, (Piece & { readonly put: string })[]>();
  for (const mark of marks) {
    const secret = mark.pieces.map(({ text, start, end }) => texts[text]?.slice(start, end) ?? '').join('');
    for (const [i, piece] of mark.pieces.entries()) {
      const here = cuts.get(piece.text) ?? [];
      here.push({ ...piece, put: i === 0 ? name(mark, secret) : '' });
      cuts.set(piece.text, here);
    }
  }
  let at = -1;
  return visitTexts(result, (text) => {
    at += 1;
    const here = cuts.get(at);
    return here === undefined ? undefined : taken(text, here);
  });
}

function taken(text: string, cuts: (Piece & { readonly put: string })[]): string {
  const joined: { start: number; end: number; put: string }[] = [];
  for (const { start, end, put } of cuts.sort((a, b) => a.start - b.start || b.end - a.end)) {
    const last = joined.at(-1);
    if (last !== undefined && start < last.end) {
      last.end = Math.max(last.end, end);
      if (last.put === '') last.put = put;
    } else joined.push({ start, end, put });
  }
  const bare = replaced(text, joined);
  if (jsonIn(text) === undefined || jsonIn(bare) !== undefined) return bare;
  // JSON stays JSON: a number becomes a text, and where even that is none nothing of it is left.
  const quoted = replaced(
    text,
    joined.map((one) =>
      /[\w.+-]/.test(text[one.start] ?? '') &&
      /[:,[\s]/.test(text[one.start - 1] ?? '') &&
      /[\],}\s]/.test(text[one.end] ?? '')
        ? { ...one, put: `"${one.put}"` }
        : one,
    ),
  );
  return jsonIn(quoted) === undefined ? (joined.find(({ put }) => put !== '')?.put ?? '') : quoted;
}

function replaced(text: string, cuts: readonly { start: number; end: number; put: string }[]): string {
  const parts: string[] = [];
  let from = 0;
  for (const { start, end, put } of cuts) {
    parts.push(text.slice(from, start), put);
    from = end;
  }
  parts.push(text.slice(from));
  return parts.join('');
}

/** At most so long in its canonical form: first what comes first, then a mark. */
function cut(result: JsonObject, most: number): JsonObject {
  const size = bytesOf(result);
  if (size <= most) return result;
  const mark = `{cut, ${size} bytes in all}`;
  const rest: [string, JsonValue][] = [];
  let left = most - 64;
  const fits = (value: JsonValue): boolean => bytesOf(value) <= left;
  for (const [key, value] of Object.entries(result)) {
    if (listed.has(key) && isArray(value)) continue;
    // The text beside it says the same again, so it gets no more than a part; half of another member is none.
    const part = key === 'structuredContent' ? inStrings(value, Math.floor(most / 3), mark) : value;
    if (part === undefined || !fits(part)) continue;
    rest.push([key, part]);
    left -= bytesOf(part) + key.length + 4;
  }
  for (const key of listed) {
    const items = arrayAt(result, key);
    if (items === undefined) continue;
    const kept: JsonValue[] = [];
    left -= key.length + 6;
    for (const item of items) {
      const shorter = bytesOf(item) + 1 <= left ? item : shortened(item, left - 1, mark);
      if (shorter === undefined) break;
      kept.push(shorter);
      left -= bytesOf(shorter) + 1;
      if (shorter !== item) break;
    }
    rest.push([key, kept]);
  }
  const found = new Map(rest);
  const inOrder = Object.keys(result).flatMap((key): [string, JsonValue][] => {
    const value = found.get(key);
    return value === undefined ? [] : [[key, value]];
  });
  const whole = Object.fromEntries(inOrder);
  const error = own(result, 'error');
  return isObject(error) && own(whole, 'error') === undefined
    ? { ...whole, error: shortened(error, left, mark) ?? { code: own(error, 'code') ?? 0, message: mark } }
    : whole;
}

/** Cuts the strings in a structure and leaves its form: the longest first, as far as it has to. */
function inStrings(value: JsonValue, room: number, mark: string): JsonValue | undefined {
  const cutTo = (one: JsonValue, most: number): JsonValue => {
    if (typeof one === 'string')
      return one.length <= most + mark.length ? one : `${beginning(one, most)}${mark}`;
    if (isArray(one)) return one.map((item) => cutTo(item, most));
    if (!isObject(one)) return one;
    return Object.fromEntries(Object.entries(one).map(([key, item]) => [key, cutTo(item, most)]));
  };
  if (bytesOf(value) <= room) return value;
  for (let most = room; most >= 16; most = Math.floor(most / 2)) {
    const shorter = cutTo(value, most);
    if (bytesOf(shorter) <= room) return shorter;
  }
  return undefined;
}

const listed: ReadonlySet<string> = new Set(['content', 'contents', 'messages']);

/** @returns undefined where not even its form has room */
function shortened(item: JsonValue, room: number, mark: string): JsonObject | undefined {
  if (!isObject(item)) return undefined;
  for (const key of ['text', 'message']) {
    const text = stringAt(item, key);
    if (text === undefined) continue;
    const form = key === 'message' ? { code: own(item, 'code') ?? 0 } : item;
    const frame = { ...form, [key]: '' };
    const space = room - bytesOf(frame) - mark.length;
    return space < 0 ? undefined : { ...frame, [key]: `${beginning(text, space)}${mark}` };
  }
  const inner = own(item, 'resource') === undefined ? 'content' : 'resource';
  const held = own(item, inner);
  if (!isObject(held)) return undefined;
  const shorter = shortened(held, room - bytesOf({ ...item, [inner]: {} }), mark);
  return shorter === undefined ? undefined : { ...item, [inner]: shorter };
}

/** Ends between words where there are any: half a secret would not be known for one. */
function beginning(text: string, room: number): string {
  let bytes = 0;
  let end = 0;
  for (const character of text) {
    bytes += Buffer.byteLength(JSON.stringify(character)) - 2;
    if (bytes > room) break;
    end += character.length;
  }
  if (end >= text.length) return text;
  const tail = text.slice(Math.max(0, end - maxWord), end);
  const word = /\S*$/.exec(tail)?.[0].length ?? 0;
  return text.slice(0, word < tail.length ? end - word : end);
}

const maxWord = 1024;

function bytesOf(value: JsonValue): number {
  return Buffer.byteLength(canonicalJson(value));
}
