// SPDX-License-Identifier: Apache-2.0
/**
 * What the clocks on the wall of a time zone show at an instant.
 *
 * Only from instants to clocks, never back: an hour that a clock skips has no instant and one that it shows twice has
 * two, so whoever asks "is it now" is never asked which. Nothing here knows what time it is.
 *
 * Source: ECMA-402, Intl.DateTimeFormat, with the zone data of the runtime.
 */

export interface LocalTime {
  /** `2026-11-23`. */
  readonly date: string;
  /** 1 is Monday, 7 is Sunday (ISO 8601). */
  readonly weekday: number;
  readonly hour: number;
  readonly minute: number;
}

export type LocalClock = (at: number) => LocalTime;

const dayMs = 86_400_000;
const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

export const utcClock: LocalClock = (at) => {
  const date = new Date(at);
  return {
    date: date.toISOString().slice(0, 10),
    weekday: date.getUTCDay() === 0 ? 7 : date.getUTCDay(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
  };
};

/** @returns undefined where the runtime knows no such zone. Names only: an offset would not follow the law of any place. */
export function clockOf(zone: string): LocalClock | undefined {
  if (zone === 'UTC') return utcClock;
  if (!/^[A-Za-z][A-Za-z_]*(?:\/[A-Za-z0-9_+-]+){1,2}$/.test(zone)) return undefined;
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      calendar: 'gregory',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      weekday: 'short',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
    });
  } catch {
    return undefined;
  }
  return (at) => {
    const parts: { [type: string]: string } = {};
    for (const { type, value } of format.formatToParts(at)) parts[type] = value;
    const { weekday = '', year = '', month = '', day = '', hour = '', minute = '' } = parts;
    return {
      date: `${year.padStart(4, '0')}-${month}-${day}`,
      weekday: weekdays.indexOf(weekday) + 1,
      hour: Number(hour),
      minute: Number(minute),
    };
  };
}

/** The calendar day before, whatever happened to the clocks in between. */
export function dayBefore(date: string): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) - dayMs).toISOString().slice(0, 10);
}
