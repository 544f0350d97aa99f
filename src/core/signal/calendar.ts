// SPDX-License-Identifier: Apache-2.0
/**
 * Times of the week at which something may be done, as people agree on them: by the clocks of one place.
 *
 * A window is open while the clock shows a time in it. So one that the clocks jump over is not open that day, and one
 * that they show twice is open twice. Nothing has to fire for a window to open or close.
 */
import { dayBefore, type LocalTime } from './local-time.ts';

export interface Window {
  /** On which it begins; 1 is Monday. */
  readonly days: readonly number[];
  /** Minutes since midnight; from on. */
  readonly from: number;
  /** Up to, and without; at most `from` where it ends on the day after, 1440 where it ends with the day. */
  readonly to: number;
}

export interface Calendar {
  readonly name: string;
  readonly zone: string;
  readonly windows: readonly Window[];
  /** Dates on which no window begins. */
  readonly except: readonly string[];
}

export function isOpenAt({ windows, except }: Pick<Calendar, 'windows' | 'except'>, now: LocalTime): boolean {
  const minute = now.hour * 60 + now.minute;
  const before = { date: dayBefore(now.date), weekday: now.weekday === 1 ? 7 : now.weekday - 1 };
  const begins = ({ days }: Window, { date, weekday }: Pick<LocalTime, 'date' | 'weekday'>): boolean =>
    days.includes(weekday) && !except.includes(date);
  return windows.some((window) => {
    const { from, to } = window;
    if (from < to) return minute >= from && minute < to && begins(window, now);
    return (minute >= from && begins(window, now)) || (minute < to && begins(window, before));
  });
}
