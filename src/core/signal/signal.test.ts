// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { verifies } from '../../../test/requirements.ts';
import { type SignalTerms, spokenAs } from './registry.ts';
import {
  afterOne,
  changesWithinMs,
  countsAt,
  freshAt,
  maxChanges,
  type Said,
  type SignalState,
  toWrite,
} from './signal.ts';

const said: Said = { value: 'up', number: 0, source: 'probe', at: 1000, maxAgeMs: 400 };
const state: SignalState = { said, since: 1000, count: 1 };
const health: SignalTerms = {
  name: 'health',
  type: { is: 'one_of', values: ['up', 'down'] },
  maxAgeMs: 400,
  from: ['probe'],
};

test.each<[why: string, at: number, want: boolean]>([
  ['at once', 1000, true],
  ['to the last moment of its age', 1399, true],
  ['and not one longer', 1400, false],
  ['a clock that went back keeps it', 900, true],
])('it counts %s', (_, at, want) => {
  verifies('signals.stale-is-missing');
  expect(freshAt(state, at) !== undefined).toBe(want);
  expect(countsAt(state, health, at) !== undefined).toBe(want);
});

test.each<[why: string, terms: SignalTerms | undefined]>([
  ['nobody has registered it any more', undefined],
  ['what was said is no value of it any more', { ...health, type: { is: 'one_of', values: ['down'] } }],
  ['the value has another place now', { ...health, type: { is: 'one_of', values: ['down', 'up'] } }],
  ['it is of another type now', { ...health, type: { is: 'bool' } }],
  ['it may not be that old any more', { ...health, maxAgeMs: 100 }],
])('it does not count where %s', (_, terms) => {
  verifies('signals.by-whom-registered');
  expect(countsAt(state, terms, 1100)).toBeUndefined();
});

test('what was taken back, or never said, is missing', () => {
  expect(freshAt(undefined, 0)).toBeUndefined();
  expect(freshAt(afterOne(state, null, 1001), 1001)).toBeUndefined();
});

test.each<[why: string, at: number, next: Partial<Said>, want: ReturnType<typeof toWrite>]>([
  ['the same within a quarter of its age is not written', 1099, {}, 'unchanged'],
  ['after that it is, so that it never grows stale while it is said', 1100, {}, 'set'],
  ['another value is written at once', 1001, { value: 'down', number: 1 }, 'set'],
  ['another age is, too', 1001, { maxAgeMs: 300 }, 'set'],
  ['said by another source it is the same', 1001, { source: 'pager' }, 'unchanged'],
  ['a stale one is written again', 1400, {}, 'set'],
])('%s', (_, at, next, want) => {
  verifies('signals.bounded');
  const { at: __, ...rest } = { ...said, ...next };
  expect(toWrite(state, rest, at)).toBe(want);
});

describe('however it is said', () => {
  const step = fc.record({ after: fc.integer({ min: 0, max: 400 }), value: fc.constantFrom('up', 'down') });

  test('what is written in a minute has a bound, and what counts was said within its age', () => {
    verifies('signals.bounded', 'signals.stale-is-missing');
    fc.assert(
      fc.property(fc.array(step, { maxLength: 400 }), (steps) => {
        let now = 0;
        let held: SignalState | undefined;
        const written: number[] = [];
        let last: { value: string; at: number } | undefined;
        for (const { after, value } of steps) {
          now += after;
          const next = { value, number: value === 'up' ? 0 : 1, source: 's', maxAgeMs: 400 };
          const what = toWrite(held, next, now);
          if (what === 'unchanged') expect(freshAt(held, now)?.value).toBe(value);
          if (what === 'set') held = afterOne(held, { ...next, at: now }, now);
          if (what === 'too_often' && held?.said !== null) held = afterOne(held, null, now);
          else if (what === 'too_often') continue;
          if (what !== 'unchanged') written.push(now);
          last = { value, at: now };
          const counting = freshAt(held, now);
          // Never an old value for a new one: it is what was said last, or nothing.
          expect(counting === undefined || counting.value === last.value).toBe(true);
        }
        // Changes, with what clears them, and heartbeats, of which each age has four at most.
        const most = 2 * (maxChanges + 1) + 4 * Math.ceil(changesWithinMs / 400) + 4;
        for (const from of written)
          expect(
            written.filter((at) => at >= from && at < from + changesWithinMs).length,
          ).toBeLessThanOrEqual(most);
      }),
    );
  });

  test('a value that flips is missing after so many flips, and may be said again a minute later', () => {
    verifies('signals.bounded');
    let held: SignalState | undefined;
    let at = 0;
    const say = (value: string) => {
      const next = { value, number: 0, source: 's', maxAgeMs: 60_000 };
      const what = toWrite(held, next, at);
      if (what === 'set') held = afterOne(held, { ...next, at }, at);
      if (what === 'too_often' && held?.said !== null) held = afterOne(held, null, at);
      return what;
    };
    for (let i = 0; i < maxChanges; i++, at += 10) expect(say(i % 2 === 0 ? 'up' : 'down')).toBe('set');
    expect(say('up')).toBe('too_often');
    expect(freshAt(held, at)).toBeUndefined();
    expect(say('down')).toBe('too_often');
    at += changesWithinMs;
    expect(say('down')).toBe('set');
    expect(freshAt(held, at)?.value).toBe('down');
  });
});

test.each<[type: SignalTerms['type'], value: string | number | boolean, number: number | undefined]>([
  [{ is: 'bool' }, true, 1],
  [{ is: 'bool' }, 'true', undefined],
  [{ is: 'one_of', values: ['low', 'high'] }, 'high', 1],
  [{ is: 'one_of', values: ['low', 'high'] }, 'HIGH', undefined],
  [{ is: 'one_of', values: ['0', '1'] }, 1, undefined],
  [{ is: 'integer', min: -1, max: 3 }, 3, 3],
  [{ is: 'integer', min: -1, max: 3 }, 4, undefined],
  [{ is: 'integer', min: -1, max: 3 }, 1.5, undefined],
  [{ is: 'integer', min: -1, max: 3 }, '1', undefined],
])('of %o, %o', (type, value, number) => {
  const spoken = spokenAs({ type }, value);
  expect(spoken.ok ? spoken.number : undefined).toBe(number);
});
