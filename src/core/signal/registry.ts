// SPDX-License-Identifier: Apache-2.0
/**
 * Which signals there are: what each may say, who may say it, and for how long it counts. Calendars and the zone of
 * the clock that policies read stand beside them.
 *
 * A name that nobody registered is no signal, whatever anybody pushes. Never holds a token: of a source that is not an
 * operator it holds the digest of one.
 *
 * Source: docs/signals.md; docs/adr/0034-signals.md.
 */
import { type Calendar, isOpenAt } from './calendar.ts';
import { clockOf, type LocalClock, utcClock } from './local-time.ts';

export type SignalType =
  | { readonly is: 'bool' }
  /** In their order: the number of a value is its place, from 0 on. */
  | { readonly is: 'one_of'; readonly values: readonly string[] }
  | { readonly is: 'integer'; readonly min: number; readonly max: number };

export type SignalValue = string | number | boolean;

export interface SignalTerms {
  readonly name: string;
  readonly type: SignalType;
  /** How long it counts at most. */
  readonly maxAgeMs: number;
  /** `operators`, `probe`, or sources by name. */
  readonly from: readonly string[];
}

/** What says signals with a token of its own. */
export interface Source {
  readonly name: string;
  /** SHA-256 of the token, in hexadecimal digits. */
  readonly tokenHash: string;
}

/** What is asked whether it is up. */
export interface Probe {
  readonly signal: string;
  readonly url: string;
  readonly everyMs: number;
  readonly timeoutMs: number;
  /** So many answers one after another make it up, or down. */
  readonly upAfter: number;
  readonly downAfter: number;
  readonly up: SignalValue;
  readonly down: SignalValue;
}

export interface Registered {
  readonly zone: string;
  readonly signals: readonly SignalTerms[];
  readonly sources: readonly Source[];
  readonly calendars: readonly Calendar[];
  readonly probes: readonly Probe[];
}

export interface Registry extends Omit<Registered, 'signals'> {
  readonly digest: string;
  readonly signals: ReadonlyMap<string, SignalTerms>;
  /** What the clock of the zone shows. */
  readonly clock: LocalClock;
  /** Whether a calendar has a window open; undefined where there is no such calendar. */
  isOpen(calendar: string, at: number): boolean | undefined;
}

/** What calendars say stands among the signals under this. */
export const calendarPrefix = 'calendar.';

export const maxSignalNameLength = 64;

export function isSignalName(text: string): boolean {
  return text.length <= maxSignalNameLength && /^[a-z][a-z0-9_-]*(?:\.[a-z0-9][a-z0-9_-]*)*$/.test(text);
}

/** @param digest of what was read */
export function registryOf(registered: Registered, digest: string): Registry {
  const open = new Map(
    registered.calendars.map((calendar) => {
      const clock = clockOf(calendar.zone);
      return [calendar.name, (at: number) => clock !== undefined && isOpenAt(calendar, clock(at))];
    }),
  );
  return {
    ...registered,
    digest,
    signals: new Map(registered.signals.map((terms) => [terms.name, terms])),
    clock: clockOf(registered.zone) ?? utcClock,
    isOpen: (calendar, at) => open.get(calendar)?.(at),
  };
}

/** @returns the value as policy reads it, or why it is none of this signal */
export function spokenAs(
  { type }: Pick<SignalTerms, 'type'>,
  value: SignalValue,
):
  | { readonly ok: true; readonly value: string; readonly number: number }
  | { readonly ok: false; readonly want: string } {
  switch (type.is) {
    case 'bool':
      return typeof value === 'boolean'
        ? { ok: true, value: String(value), number: value ? 1 : 0 }
        : { ok: false, want: '`true` or `false`' };
    case 'one_of': {
      const place = typeof value === 'string' ? type.values.indexOf(value) : -1;
      return place >= 0
        ? { ok: true, value: String(value), number: place }
        : { ok: false, want: `one of ${type.values.map((one) => `\`${one}\``).join(', ')}` };
    }
    case 'integer':
      return typeof value === 'number' &&
        Number.isSafeInteger(value) &&
        value >= type.min &&
        value <= type.max
        ? { ok: true, value: String(value), number: value }
        : { ok: false, want: `a whole number from ${type.min} to ${type.max}` };
  }
}
