// SPDX-License-Identifier: Apache-2.0
// The short ways of reading a record, held to the long one: the strict parser and the shape.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { events } from '../../../test/draw-events.ts';
import { canonicalJson } from '../json/canonical.ts';
import type { JsonObject, JsonValue } from '../json/value.ts';
import { canonicalPattern } from './canonical-pattern.ts';
import { seal } from './envelope.ts';
import { type Event, eventShape } from './event.ts';
import { inEnvelope, isCertainlyEvent, readEvent, strictEvent } from './read-event.ts';
import { createReplayReader } from './read-replayed.ts';
import { toReplay, verdictsOf } from './replayed.ts';

const asJson = (event: Event): JsonObject => event as unknown as JsonObject;
const leafOf = (event: JsonObject): string =>
  seal('session/s', canonicalJson(event), { seq: 3, prev: 'ab'.repeat(32) }).leaf;

const header = {
  v: 1 as const,
  id: 'd-1',
  at: 1_800_000_000_000,
  node: 'n',
  tenant: 'default',
  moves: ['did/any/a', 'did/session/s'],
  drops: [],
  reads: { 'agent/a': 'e-1', 'session/s': 'e-2', 'task/t': '' },
};
/** As sequencers write them: names of plain text. */
const plainDecision: Event = {
  ...header,
  type: 'decision',
  who: { agent: 'a', task: 't', session: 's', tokenId: 'k' },
  chain: ['alice@example.com', 'a'],
  request: {
    method: 'tools/call',
    server: 'crm',
    target: 'refund',
    action: 'refund',
    class: 'pay',
    resource: { type: 'Customer', id: '7' },
    args: { digest: `sha256:${'0a'.repeat(32)}`, sizeBytes: 40 },
    argsOpaque: false,
  },
  versions: { policy: 'p', catalogue: 'c', fold: 'f', engine: 'e' },
  facts: {
    origin: { value: ['asked', 'destination 2 untrusted'], source: 'origin', t: 5 },
    'opa.bundle': { value: 'sha256:aa', source: 'opa', t: 5 },
    'history.h1': { value: true, source: 'ledger', t: 5 },
    'session.labels.sources': { value: ['web/fetch', 'mail'], source: 'ledger', t: 6 },
    'session.calls': { value: 12, source: 'ledger', t: 7 },
  },
  verdicts: [{ policy: 'all', effect: 'permit', kind: 'satisfied', text: `sha256:${'1b'.repeat(32)}` }],
  lifts: [],
  transforms: ['cap(amount, 5)'],
  outcome: 'modify',
  code: 'permitted',
  shadow: false,
  obligations: [],
  kept: { amount: 12.5, to: ['a', 3, true], unit: { decimal: '1.5' } },
  first: ['tool crm/refund'],
  open: {
    reserves: [{ budget: 'calls', units: 1 }],
    worst: { level: 'internal', categories: [], integrity: 'trusted', sources: ['crm'] },
    releaseWithinMs: 1000,
  },
};
const plainObservation: Event = {
  ...header,
  type: 'observation',
  decision: 'd-1',
  session: 's',
  status: 'ok',
  result: { digest: `sha256:${'0a'.repeat(32)}`, sizeBytes: 40 },
  kept: { bytes: 40, rows: 2 },
  label: { level: 'internal', categories: ['pii'], integrity: 'untrusted', sources: ['crm'] },
  tookMs: 1.234,
};

/** Of the whole event, what replay needs. */
function needed(read: ReturnType<typeof strictEvent>): unknown {
  return read.ok ? withVerdicts({ ok: true, ...toReplay(read.event) }) : read;
}

function withVerdicts(read: ReturnType<ReturnType<typeof createReplayReader>>): unknown {
  if (!read.ok || read.event.type !== 'decision') return read;
  return { ...read, event: { ...read.event, verdicts: verdictsOf(read.event) } };
}

/** One reader for all, as it is used: what it remembers of one record must not show in another. */
const replayed = createReplayReader();

function agree(leaf: string): void {
  const strict = strictEvent(leaf);
  expect(readEvent(leaf)).toEqual(strict);
  expect(withVerdicts(replayed(leaf))).toEqual(needed(strict));
}

describe('a record is read alike the short way and the long way', () => {
  test('whatever event it holds', () =>
    fc.assert(
      fc.property(events(), (event) => agree(leafOf(asJson(event)))),
      { numRuns: 1000 },
    ));

  test('when it was edited anywhere', () => {
    const pieces = [
      '"',
      '\\',
      '\\u0041',
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '0',
      '-',
      '.5',
      'e3',
      ' ',
      'é',
      '\u0000',
      '\ud800',
      '𝄞',
    ];
    const piece = fc.oneof(
      fc.constantFrom('', ...pieces),
      fc.constantFrom('"a":1,', ',"reads":{}', 'null', 'true'),
    );
    const some = fc.oneof(
      fc.constantFrom(leafOf(asJson(plainDecision)), leafOf(asJson(plainObservation))),
      events().map((event) => leafOf(asJson(event))),
    );
    fc.assert(
      fc.property(some, fc.nat(), fc.nat(3), piece, (leaf, at, gone, put) => {
        const from = at % leaf.length;
        agree(leaf.slice(0, from) + put + leaf.slice(from + gone));
      }),
      { numRuns: 4000 },
    );
  });

  test('when a part of it stands there twice', () =>
    fc.assert(
      fc.property(
        fc.constantFrom(plainDecision, plainObservation),
        fc.nat(),
        fc.nat(60),
        (event, at, length) => {
          const leaf = leafOf(asJson(event));
          const from = at % leaf.length;
          const part = leaf.slice(from, from + length);
          agree(leaf.slice(0, from) + part + leaf.slice(from));
          agree(`${leaf.slice(0, from + length)},${part}${leaf.slice(from + length)}`);
        },
      ),
      { numRuns: 4000 },
    ));

  const edits: readonly (readonly [what: string, from: string | RegExp, to: string, refused: boolean])[] = [
    ['a key twice in what was read', '"reads":{', '"reads":{"agent/a":"e-9",', true],
    ['a key twice, not side by side', '"task/t":""}', '"task/t":"","agent/a":""}', true],
    [
      'a fact twice',
      '"session.calls":{',
      '"history.h1":{"source":"x","t":1,"value":1},"session.calls":{',
      true,
    ],
    ['an argument twice', '"kept":{', '"kept":{"amount":1,', true],
    [
      'keys in another order',
      '"agent/a":"e-1","session/s":"e-2"',
      '"session/s":"e-2","agent/a":"e-1"',
      false,
    ],
    ['a key that is a colon', '"reads":{', '"reads":{":":"e-9",', false],
    ['two keys that are colons', '"reads":{', '"reads":{":":"a",":":"b",', true],
    ['a value that is a colon', '"agent/a":"e-1"', '"agent/a":":"', false],
    ['a key that no object may have', '"reads":{', '"reads":{"__proto__":"x",', true],
    [
      'a key of a fact that no object may have',
      '"facts":{',
      '"facts":{"__proto__":{"source":"x","t":1,"value":1},',
      true,
    ],
    ['members in another order', /"at":(\d+),"chain":(\[.*?\])/, '"chain":$2,"at":$1', false],
    ['a space between members', '"code"', ' "code"', false],
    ['an escape', '"code":"permitted"', '"code":"\\u0070ermitted"', false],
    ['half a character', '"code":"permitted"', '"code":"\ud800"', false],
    ['a character of two halves', '"code":"permitted"', '"code":"\ud83d\ude00"', false],
    ['a control character', '"code":"permitted"', '"code":"per\u0001mitted"', true],
    ['a zero with a sign', '"amount":12.5', '"amount":-0', false],
    ['a fraction that is nothing', '"amount":12.5', '"amount":-0.0', false],
    ['an exponent', '"amount":12.5', '"amount":1e3', false],
    ['a whole number written as a fraction', '"t":5', '"t":5.0', false],
    ['more digits than anybody reads alike', '"amount":12.5', '"amount":12345678901234567', true],
    ['the largest whole number', '"amount":12.5', '"amount":9007199254740991', false],
    ['a fraction of many digits', '"amount":12.5', '"amount":0.12345678901234567890123', false],
    ['a leading zero', '"t":5', '"t":05', true],
    ['a time before the epoch', '"t":5', '"t":-5', true],
    ['a name that is too long', '"node":"n"', `"node":"${'n'.repeat(257)}"`, true],
    ['a name as long as it may be', '"node":"n"', `"node":"${'n'.repeat(256)}"`, false],
    ['a digest in capitals', '0a0a', '0A0A', true],
    ['a digest that is too long', '"sha256:0a', '"sha256:0a0a', true],
    ['a member that nobody declared', '"code"', '"codd":1,"code"', true],
    ['a member that is null', '"kept":{', '"kept":null,"kepu":{', true],
    ['a null for what may be absent', /,"first":\[.*?\]/, ',"first":null', true],
    ['a body twice', '{"body"', '{"body":{},"body"', true],
    ['another member beside the body', '"prev"', '"pqev":1,"prev"', false],
    ['something after the end', /$/, ' ', false],
    ['an end that is missing', /.$/, '', true],
  ];
  test.each(edits)('with %s', (_what, from, to, refused) => {
    for (const event of [plainDecision, plainObservation]) {
      const leaf = leafOf(asJson(event));
      const edited = leaf.replace(from, to);
      if (event.type === 'decision') {
        expect(edited).not.toBe(leaf);
        expect(strictEvent(edited).ok).toBe(!refused);
      }
      agree(edited);
    }
  });

  test.each([9000, 90_000])('longer than any pattern is asked about: %i facets', (length) => {
    const moves = Array.from({ length }, (_, i) => `did/session/${'x'.repeat(10)}${i}`);
    const leaf = leafOf(asJson({ ...plainObservation, moves }));
    expect(strictEvent(leaf).ok).toBe(leaf.length <= 1 << 20);
    agree(leaf);
  });
});

describe('the short way', () => {
  const any = canonicalPattern(eventShape, inEnvelope);

  test('is the one for what a sequencer writes', () => {
    expect(any?.match(leafOf(asJson(plainDecision)))).toBeDefined();
    expect(any?.match(leafOf(asJson(plainObservation)))).toBeDefined();
  });

  test('knows every event; of a task one without a scope and budgets, which have more to them than their shape', () => {
    const unknown = eventShape.options.filter(
      (option) => canonicalPattern(option, (pattern) => pattern) === undefined,
    );
    expect(unknown.map((option) => option.shape.type.value)).toEqual([]);
    const task = { agent: 'a', approver: 'o', expiresAt: 2, id: 't', params: {}, startedAt: 1, type: 'x' };
    const started = (more: JsonObject): JsonObject => ({
      ...{ v: 1, id: 'e', at: 1, node: 'n', tenant: 'd', moves: [], drops: [], reads: {} },
      ...{ type: 'task.started', task: { ...task, budgets: [], ...more } },
    });
    expect(any?.match(leafOf(started({})))).toBeDefined();
    for (const more of [{ budgets: [{ name: 'calls', limit: 1 }] }, { scope: {} }, { scope: null }]) {
      expect(any?.match(leafOf(started(more)))).toBeUndefined();
      agree(leafOf(started(more)));
    }
  });

  test('an event as a sequencer spells it is told from what is none', () => {
    expect(isCertainlyEvent(canonicalJson(asJson(plainDecision)))).toBe(true);
    for (const wrong of [{ ...plainDecision, outcome: 'maybe' }, { ...plainDecision, more: 1 }, {}, [], 'x'])
      expect(isCertainlyEvent(canonicalJson(wrong as unknown as JsonValue))).toBe(false);
    const [before, after] = canonicalJson(asJson(plainDecision)).split('"shadow":false');
    // Spaces are not canonical, and what could end the event and begin another member is none.
    expect(isCertainlyEvent(`${before}"shadow": false${after}`)).toBe(false);
    expect(isCertainlyEvent('{},"prev":null,"seq":0,"stream":""},{"body":{}')).toBe(false);
  });

  test.each<[what: string, shape: z.ZodType]>([
    ['text of a format', z.email()],
    ['text by a rule of its own', z.string().refine((text) => text === 'x')],
    ['text by a pattern of other characters', z.string().regex(/^.+$/)],
    ['text that is changed', z.string().trim()],
    ['a number with a limit', z.number().max(5)],
    ['a number out of text', z.coerce.number()],
    ['a list with a limit', z.array(z.string()).max(2)],
    ['an object with a rule', z.strictObject({ a: z.string() }).refine(() => false)],
    ['an object that may be empty', z.strictObject({ a: z.string().optional() })],
    ['a dictionary by a pattern', z.record(z.string().regex(/^a$/), z.string())],
    ['one of two, one of them unknown', z.union([z.string(), z.date()])],
    ['a default', z.strictObject({ a: z.string().default('x') })],
    ['anything', z.unknown()],
  ])('leaves alone %s', (_what, shape) => {
    expect(canonicalPattern(shape, (pattern) => pattern)).toBeUndefined();
  });

  test('of a list of what it does not know it knows the empty one, and of what may be missing that it is', () => {
    const list = canonicalPattern(z.array(z.record(z.string(), z.string())), (pattern) => `^${pattern}$`);
    expect(list?.match('[]')).toBeDefined();
    expect(list?.match('[{}]')).toBeUndefined();
    const some = canonicalPattern(
      z.strictObject({ a: z.string(), b: z.email().optional() }),
      (pattern) => pattern,
    );
    expect(some?.match('{"a":"x"}')).toBeDefined();
    expect(some?.match('{"a":"x","b":"y@z.example"}')).toBeUndefined();
    const first = canonicalPattern(
      z.strictObject({
        a: z.string().optional(),
        b: z.string().optional(),
        c: z.string(),
        d: z.string().optional(),
      }),
      (pattern) => pattern,
    );
    for (const fits of [
      '{"c":"z"}',
      '{"a":"x","c":"z"}',
      '{"b":"y","c":"z","d":"w"}',
      '{"a":"x","b":"y","c":"z"}',
    ])
      expect(first?.match(fits), fits).toBeDefined();
    for (const wrong of [
      '{,"c":"z"}',
      '{"a":"x"}',
      '{"a":"x",,"c":"z"}',
      '{"c":"z",}',
      '{"b":"y","a":"x","c":"z"}',
    ])
      expect(first?.match(wrong), wrong).toBeUndefined();
  });
});
