// SPDX-License-Identifier: Apache-2.0
/**
 * Cedar's datetime and duration: Longs of milliseconds. Nothing here knows what time it is.
 *
 * Source: Cedar RFC 80; https://docs.cedarpolicy.com/policies/syntax-datatypes.html
 */
import { type Long, longOf, modulo, subtract } from './long.ts';
import type { Datetime, Duration } from './value.ts';

const dayMs = 86_400_000;

const datetimePattern =
  /^([0-9]{4})-([0-9]{2})-([0-9]{2})(?:T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{3}))?(?:Z|([+-])([0-9]{2})([0-9]{2})))?$/;

export function parseDatetime(text: string): Datetime | undefined {
  const match = datetimePattern.exec(text);
  if (match === null) return undefined;
  const field = (at: number) => Number(match[at] ?? '0');
  const [year, month, day] = [field(1), field(2), field(3)];
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return undefined;
  const [hour, minute, second] = [field(4), field(5), field(6)];
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  const [offsetHour, offsetMinute] = [field(9), field(10)];
  if (offsetHour > 23 || offsetMinute > 59) return undefined;
  const offset = (offsetHour * 60 + offsetMinute) * (match[8] === '-' ? -60_000 : 60_000);
  const local = ((hour * 60 + minute) * 60 + second) * 1000 + field(7);
  return { kind: 'datetime', ms: daysSince1970(year, month, day) * dayMs + local - offset };
}

function daysIn(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

// Years begin in March here, so that the day that is sometimes missing is the last one.
function daysSince1970(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const leaps = Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100);
  return era * 146_097 + yearOfEra * 365 + leaps + dayOfYear - 719_468;
}

const units: readonly bigint[] = [86_400_000n, 3_600_000n, 60_000n, 1000n, 1n];

export function parseDuration(text: string): Duration | undefined {
  const match = /^(-?)(?:([0-9]+)d)?(?:([0-9]+)h)?(?:([0-9]+)m)?(?:([0-9]+)s)?(?:([0-9]+)ms)?$/.exec(text);
  if (match === null) return undefined;
  const sign = match[1] === '-' ? -1n : 1n;
  const parts = match.slice(2);
  if (parts.every((part) => part === undefined)) return undefined;
  const ms = longOf(
    parts.reduce((sum, part, at) => sum + sign * BigInt(part ?? '0') * (units[at] ?? 0n), 0n),
  );
  return ms === undefined ? undefined : { kind: 'duration', ms };
}

/** Midnight of the same day; undefined before the first one that there is. */
export function toDate(ms: Long): Long | undefined {
  return subtract(ms, modulo(ms, dayMs));
}

export function toTime(ms: Long): Long {
  return modulo(ms, dayMs);
}
