// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { events, eventTypes } from '../../../test/draw-events.ts';
import { canonicalJson } from '../json/canonical.ts';
import { parseJson } from '../json/parse.ts';
import type { JsonObject, JsonValue } from '../json/value.ts';
import { type Event, eventShape, parseEvent } from './event.ts';

const limits = { maxBytes: 1 << 20, maxDepth: 32, maxNodes: 100_000 };

function asJson(event: Event): JsonObject {
  return event as unknown as JsonObject;
}

function read(text: string): JsonValue {
  const parsed = parseJson(Buffer.from(text, 'utf8'), limits);
  if (!parsed.ok) throw new Error(parsed.message);
  return parsed.value;
}

describe('an event', () => {
  test('of every type is drawn', () => {
    const declared = eventShape.options.map((option) => option.shape.type.value);
    expect([...eventTypes].sort()).toEqual([...declared].sort());
  });

  test('is what is read back from its canonical form', () =>
    fc.assert(
      fc.property(events(), (event) => {
        const text = canonicalJson(asJson(event));
        const parsed = parseEvent(read(text));
        expect(parsed).toEqual({ ok: true, event });
        expect(parsed.ok && canonicalJson(asJson(parsed.event))).toBe(text);
      }),
      { numRuns: 1000 },
    ));

  test('with a member too many, or one too few, is none', () =>
    fc.assert(
      fc.property(events(), fc.nat(), (event, n) => {
        const required = Object.keys(event).filter(
          (key) => !optional.has(key) && !optional.has(`${event.type} ${key}`),
        );
        const gone = required[n % required.length] ?? '';
        const { [gone]: _taken, ...rest } = asJson(event);
        expect(parseEvent(rest).ok).toBe(false);
        expect(parseEvent({ ...asJson(event), unheardOf: 1 }).ok).toBe(false);
      }),
    ));

  test.each<[what: string, edit: JsonObject]>([
    ['a later version', { v: 2 }],
    ['a version that is text', { v: '1' }],
    ['a type that nobody declared', { type: 'node.stopped' }],
    ['a time before the epoch', { at: -1 }],
    ['half a millisecond', { at: 0.5 }],
    ['an empty id', { id: '' }],
    ['a facet that is no name', { moves: [1] }],
    ['reads that are a list', { reads: [] }],
  ])('with %s is none', (_what, edit) => {
    const [event] = fc.sample(events(), { numRuns: 1, seed: 7 });
    if (event === undefined) throw new Error('nothing was drawn');
    expect(parseEvent(asJson(event)).ok).toBe(true);
    expect(parseEvent({ ...asJson(event), ...edit }).ok).toBe(false);
  });

  test.each<[what: string, value: JsonValue | undefined]>([
    ['nothing', undefined],
    ['null', null],
    ['a list', []],
    ['text', 'decision'],
    ['an object with nothing in it', {}],
  ])('is not %s', (_what, value) => expect(parseEvent(value).ok).toBe(false));
});

/** Members that some event may go without. */
const optional = new Set([
  'passkey',
  'approval.decided assurance',
  ...['decision edited', 'approval.requested edit', 'approval.requested instead'],
  ...['approval.requested standing', 'approval.requested tool'],
  'revoked text',
  'autonomy.set rule',
  'autonomy.set decision',
  'revocation.lifted text',
  'approval.requested tool',
  ...[
    'kept',
    'first',
    'open',
    'detail',
    'result',
    'would',
    'opinion',
    'undoes',
    'intent',
    'decided',
    'pending',
  ],
  ...['label.endorsed sources', 'label.declassified level', 'review.closed person'],
  ...['label.declassified categories', 'label.declassified readers'],
  ...['message.ended status', 'message.ended card', 'decision deferral'],
  ...['observation session', 'observation stored', 'policy.published author', 'policy.published reason'],
]);
