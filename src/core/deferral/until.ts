// SPDX-License-Identifier: Apache-2.0
/**
 * What a `defer` waits for, as its policy writes it: a signal, a window, an instant, an earlier call.
 *
 * Only reads the words. Whether it holds is asked at the decision (ready.ts), each time anew.
 *
 * Source: docs/deferral.md.
 */
import { calendarPrefix, isSignalName } from '../signal/registry.ts';

export type Until =
  /** Said and fresh; with a value: just that one. */
  | { readonly on: 'signal'; readonly signal: string; readonly value?: string }
  | { readonly on: 'calendar'; readonly calendar: string }
  | { readonly on: 'time'; readonly at: number }
  /** A call of this action, made by the same session, has come back well since the wait began. */
  | { readonly on: 'call'; readonly action: string };

/** @returns undefined where the words are none of these */
export function untilOf(text: string): Until | undefined {
  const [, kind = '', rest = ''] = /^([a-z]+):(.+)$/s.exec(text) ?? [];
  switch (kind) {
    case 'signal': {
      const [, signal = '', value] = /^([^=]+)(?:=([A-Za-z0-9-][A-Za-z0-9._-]{0,63}))?$/.exec(rest) ?? [];
      if (!isSignalName(signal) || signal.startsWith(calendarPrefix)) return undefined;
      return { on: 'signal', signal, ...(value === undefined ? {} : { value }) };
    }
    case 'calendar':
      return isSignalName(rest) && rest.length <= 48 ? { on: 'calendar', calendar: rest } : undefined;
    case 'time': {
      const at = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(rest) ? Date.parse(rest) : Number.NaN;
      return Number.isNaN(at) ? undefined : { on: 'time', at };
    }
    case 'call':
      return /^[\x21-\x7e]{1,256}$/.test(rest) ? { on: 'call', action: rest } : undefined;
    default:
      return undefined;
  }
}

/** The signal that it is read from, calendars among them. */
export function signalIn(until: Until): string | undefined {
  switch (until.on) {
    case 'signal':
      return until.signal;
    case 'calendar':
      return `${calendarPrefix}${until.calendar}`;
    case 'time':
    case 'call':
      return undefined;
  }
}
