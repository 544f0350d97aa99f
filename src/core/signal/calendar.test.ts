// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { verifies } from '../../../test/requirements.ts';
import { type Calendar, isOpenAt, type Window } from './calendar.ts';
import { clockOf, dayBefore, type LocalClock, utcClock } from './local-time.ts';

const minuteMs = 60_000;
const dayMs = 86_400_000;

function zone(name: string): LocalClock {
  const clock = clockOf(name);
  if (clock === undefined) throw new Error(`no zone ${name}`);
  return clock;
}

const everyDay = [1, 2, 3, 4, 5, 6, 7];
const open = (windows: readonly Window[], clock: LocalClock, at: string, except: readonly string[] = []) =>
  isOpenAt({ windows, except }, clock(Date.parse(at)));

/** Minutes of a stretch of time in which a calendar is open. */
function openMinutes(
  calendar: Pick<Calendar, 'windows' | 'except'>,
  clock: LocalClock,
  from: number,
  to: number,
) {
  let minutes = 0;
  for (let at = from; at < to; at += minuteMs) if (isOpenAt(calendar, clock(at))) minutes += 1;
  return minutes;
}

describe('what the clocks of a place show', () => {
  test.each([
    ['UTC', '2026-11-23T14:05:59Z', { date: '2026-11-23', weekday: 1, hour: 14, minute: 5 }],
    ['Europe/Berlin', '2026-11-23T23:30:00Z', { date: '2026-11-24', weekday: 2, hour: 0, minute: 30 }],
    ['America/New_York', '2026-11-23T03:00:00Z', { date: '2026-11-22', weekday: 7, hour: 22, minute: 0 }],
    ['Asia/Kathmandu', '2026-01-01T00:00:00Z', { date: '2026-01-01', weekday: 4, hour: 5, minute: 45 }],
    ['Australia/Lord_Howe', '2026-07-01T00:00:00Z', { date: '2026-07-01', weekday: 3, hour: 10, minute: 30 }],
  ])('in %s at %s', (name, at, want) => expect(zone(name)(Date.parse(at))).toEqual(want));

  test.each(['', 'Mars/Olympus', '+02:00', 'utc', 'Europe', 'Europe/Berlin\n', '../etc'])(
    '`%s` is no zone',
    (name) => expect(clockOf(name)).toBeUndefined(),
  );

  test('the clock is the instant and an offset, in all zones and at all times', () => {
    const zones = [
      'Europe/Berlin',
      'America/New_York',
      'Australia/Lord_Howe',
      'Asia/Kathmandu',
      'Pacific/Apia',
    ];
    fc.assert(
      fc.property(fc.constantFrom(...zones), fc.integer({ min: 0, max: 2 ** 42 }), (name, at) => {
        const said = new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'longOffset' })
          .formatToParts(at)
          .find(({ type }) => type === 'timeZoneName')?.value;
        const [, sign = '+', hours = '0', minutes = '0'] =
          /^GMT(?:([+-])(\d\d):(\d\d))?/.exec(said ?? '') ?? [];
        const offset = (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * minuteMs;
        expect(zone(name)(at)).toEqual(utcClock(at + offset));
      }),
    );
  });

  test('a day before is the day before, over months, leap years and changes of the clock', () => {
    expect(dayBefore('2028-03-01')).toBe('2028-02-29');
    expect(dayBefore('2027-01-01')).toBe('2026-12-31');
    expect(dayBefore('2027-03-29')).toBe('2027-03-28');
  });
});

describe('windows', () => {
  const berlin = zone('Europe/Berlin');
  const office: Window = { days: [1, 2, 3, 4, 5], from: 540, to: 1020 };
  const night: Window = { days: [5], from: 1320, to: 120 };

  test.each<[string, Window, string, boolean]>([
    ['from the minute at which it begins', office, '2026-11-23T08:00:00Z', true],
    ['not a moment before', office, '2026-11-23T07:59:59.999Z', false],
    ['not in the minute at which it ends', office, '2026-11-23T16:00:00Z', false],
    ['by the time of the place, in summer', office, '2026-07-20T07:00:00Z', true],
    ['not on another day', office, '2026-11-22T10:00:00Z', false],
    ['in the evening on which it begins', night, '2026-11-27T21:00:00Z', true],
    ['after midnight, which is a Saturday', night, '2026-11-28T00:59:00Z', true],
    ['not in the same hours of the day after', night, '2026-11-28T21:30:00Z', false],
    ['not before midnight of the day before', night, '2026-11-27T00:30:00Z', false],
    ['a whole day', { days: [1], from: 0, to: 1440 }, '2026-11-23T22:59:59Z', true],
    ['and not the next', { days: [1], from: 0, to: 1440 }, '2026-11-23T23:00:00Z', false],
  ])('%s', (_, window, at, want) => {
    verifies('signals.calendar');
    expect(open([window], berlin, at)).toBe(want);
  });

  test('a day without is one on which none begins: what began before goes on', () => {
    expect(open([night], berlin, '2026-11-27T21:30:00Z', ['2026-11-27'])).toBe(false);
    expect(open([night], berlin, '2026-11-28T00:30:00Z', ['2026-11-27'])).toBe(false);
    expect(open([night], berlin, '2026-11-28T00:30:00Z', ['2026-11-28'])).toBe(true);
  });

  // Each with a day on which the clocks go forward from 02:00 (or 02:00 to 02:30), and one on which they go back.
  test.each<[zone: string, forward: string, back: string, shift: number]>([
    ['Europe/Berlin', '2027-03-28', '2027-10-31', 60],
    ['America/New_York', '2027-03-14', '2027-11-07', 60],
    ['Australia/Lord_Howe', '2027-10-03', '2027-04-04', 30],
  ])(
    'in %s an hour that is skipped is not open, and one that comes twice is open twice',
    (name, forward, back, shift) => {
      verifies('signals.calendar');
      const clock = zone(name);
      const dayOf = (date: string) => {
        const near = Date.parse(`${date}T00:00:00Z`) - dayMs;
        const minutes = Array.from({ length: 3 * 1440 }, (_, i) => near + i * minuteMs);
        return minutes.filter((at) => clock(at).date === date);
      };
      expect(dayOf(forward)).toHaveLength(1440 - shift);
      expect(dayOf(back)).toHaveLength(1440 + shift);
      const during = (window: Window, date: string) =>
        dayOf(date).filter((at) => isOpenAt({ windows: [window], except: [] }, clock(at))).length;
      const skipped = dayOf(back)
        .map(clock)
        .map(({ hour, minute }) => hour * 60 + minute);
      const twice = skipped.filter((minute, i) => skipped.indexOf(minute) < i);
      const [first = 0, last = 0] = [twice[0], twice.at(-1)];
      expect(during({ days: everyDay, from: first, to: last + 1 }, back)).toBe(2 * twice.length);
      const shown = new Set(
        dayOf(forward)
          .map(clock)
          .map(({ hour, minute }) => hour * 60 + minute),
      );
      const gone = Array.from({ length: 1440 }, (_, minute) => minute).filter((minute) => !shown.has(minute));
      expect(gone).toHaveLength(shift);
      expect(during({ days: everyDay, from: gone[0] ?? 0, to: (gone.at(-1) ?? 0) + 1 }, forward)).toBe(0);
      expect(during({ days: everyDay, from: 0, to: 1440 }, forward)).toBe(1440 - shift);
    },
  );

  const minute = fc.integer({ min: 0, max: 1439 });
  const window = fc
    .record({ days: fc.subarray(everyDay, { minLength: 1 }), from: minute, to: minute })
    .filter(({ from, to }) => from !== to);
  const zones = fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe');
  // Around the days on which clocks change, and others.
  const instants = fc.oneof(
    fc.integer({ min: Date.parse('2026-01-01T00:00:00Z'), max: Date.parse('2029-01-01T00:00:00Z') }),
    fc
      .tuple(
        fc.constantFrom('2027-03-28', '2027-10-31', '2027-03-14', '2027-11-07', '2027-10-03', '2027-04-04'),
        fc.integer({ min: -dayMs, max: 2 * dayMs }),
      )
      .map(([date, off]) => Date.parse(`${date}T00:00:00Z`) + off),
  );

  test('a window over midnight is the two that it falls into', () => {
    fc.assert(
      fc.property(window, zones, instants, (one, name, at) => {
        fc.pre(one.from > one.to);
        const next = one.days.map((day) => (day % 7) + 1);
        const two = [
          { days: one.days, from: one.from, to: 1440 },
          ...(one.to === 0 ? [] : [{ days: next, from: 0, to: one.to }]),
        ];
        const now = zone(name)(at);
        expect(isOpenAt({ windows: [one], except: [] }, now)).toBe(
          isOpenAt({ windows: two, except: [] }, now),
        );
      }),
    );
  });

  test('it is what the clock shows and nothing else, a day without closes, and windows only add', () => {
    fc.assert(
      fc.property(window, window, zones, instants, (one, other, name, at) => {
        const now = zone(name)(at);
        const by = (windows: readonly Window[], except: readonly string[] = []) =>
          isOpenAt({ windows, except }, now);
        expect(by([one, other])).toBe(by([one]) || by([other]));
        expect(by([one], [now.date, dayBefore(now.date)])).toBe(false);
        expect(by([one], ['1999-01-01'])).toBe(by([one]));
        // Nothing changes within a minute.
        expect(isOpenAt({ windows: [one], except: [] }, zone(name)(at - (at % minuteMs)))).toBe(by([one]));
      }),
    );
  });

  test('over a week without a change of the clock it is open for as long as its windows are', () => {
    fc.assert(
      fc.property(
        fc.record({ days: fc.subarray(everyDay, { minLength: 1 }), from: minute, to: minute }),
        (one) => {
          fc.pre(one.from !== one.to);
          const length = one.from < one.to ? one.to - one.from : 1440 - one.from + one.to;
          const from = Date.parse('2027-06-07T00:00:00Z');
          const minutes = openMinutes({ windows: [one], except: [] }, utcClock, from, from + 7 * dayMs);
          expect(minutes).toBe(length * one.days.length);
        },
      ),
      { numRuns: 10 },
    );
  });
});
