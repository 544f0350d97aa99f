// SPDX-License-Identifier: Apache-2.0
/**
 * The event in a record, out of the record's text.
 *
 * What a sealer writes is matched by its shape in one go; all other text is read by the strict parser and checked
 * against the shape, and they say what is wrong with it. Both give the same event.
 *
 * Source: docs/formats/record.md.
 */
import { parseJson } from '../json/parse.ts';
import { isObject, own } from '../json/value.ts';
import { canonicalPattern } from './canonical-pattern.ts';
import { type Event, eventShape, parseEvent } from './event.ts';

/** What a reader takes: docs/formats/record.md. */
export const recordLimits = { maxBytes: 1 << 20, maxDepth: 32, maxNodes: 100_000 };

/** Around the pattern of an event, that of the whole record. */
export const inEnvelope = (event: string): string =>
  `\\{"body":${event},"prev":(?:null|"[0-9a-f]{64}"),"seq":(?:0|[1-9]\\d{0,14}),"stream":"[^"\\\\\\x00-\\x1f]*"\\}`;

const anyRecord = canonicalPattern(eventShape, inEnvelope);

export type Parsed<E> =
  | { readonly ok: true; readonly event: E }
  | { readonly ok: false; readonly reason: string };

/** @returns the event, or why it is none */
export function readEvent(leaf: string): Parsed<Event> {
  if (anyRecord?.match(leaf) === undefined) return strictEvent(leaf);
  // What matched has no escape, and only of those does the engine's own parser misread some (canonical-json.md).
  const { body }: { readonly body: Event } = JSON.parse(leaf);
  return { ok: true, event: body };
}

/**
 * Whether a canonical text is certainly an event, as `readEvent` would read it out of a record.
 *
 * False where only the long way could say so.
 */
export function isCertainlyEvent(body: string): boolean {
  return anyRecord?.match(`{"body":${body},"prev":null,"seq":0,"stream":""}`) !== undefined;
}

/** The long way: the strict parser, and the shape. */
export function strictEvent(leaf: string): Parsed<Event> {
  const parsed = parseJson(Buffer.from(leaf, 'utf8'), recordLimits);
  if (!parsed.ok) return { ok: false, reason: parsed.message };
  return parseEvent(isObject(parsed.value) ? own(parsed.value, 'body') : undefined);
}
