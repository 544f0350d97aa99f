// SPDX-License-Identifier: Apache-2.0
/**
 * What signals and the clock say to one question, as policy reads it, and as the record of the decision has it.
 *
 * A question to the state, the registry and the time of the decision. What does not count is left out: a policy that
 * reads it has asked first whether it is there.
 *
 * Source: docs/signals.md; docs/formats/record.md, "Facts".
 */
import type { Live } from '../policy/context.ts';
import type { Fact } from '../record/events/decision.ts';
import { facets, type View } from '../state/facet.ts';
import { type LocalTime, utcClock } from './local-time.ts';
import { calendarPrefix, type Registry } from './registry.ts';
import { countsAt, freshAt } from './signal.ts';

export type Facts = { readonly [name: string]: Fact };

/** One signal that counts. */
export interface Spoken {
  readonly value: string;
  readonly number: number;
  readonly at: number;
  readonly source: string;
}

/** What was said before, and is not asked again. */
export interface Told {
  readonly signals: ReadonlyMap<string, Spoken>;
  readonly time?: LocalTime | undefined;
}

export interface Hearing {
  readonly registry: Registry | undefined;
  readonly told?: Told | undefined;
  /** It was recorded: what its time had registered is not looked up, since nobody knows it here. */
  readonly replayed?: boolean | undefined;
}

const prefix = 'signal.';
const timeName = 'time';

/** @returns undefined where nobody has said it, or too long ago */
export function spoken(
  { registry, told, replayed }: Hearing,
  view: View,
  name: string,
  at: number,
): Spoken | undefined {
  const before = told?.signals.get(name);
  if (before !== undefined) return before;
  if (name.startsWith(calendarPrefix)) {
    const open = registry?.isOpen(name.slice(calendarPrefix.length), at);
    if (open === undefined) return undefined;
    return { value: open ? 'open' : 'closed', number: open ? 1 : 0, at, source: 'calendar' };
  }
  const state = view.get(facets.signal(name));
  return replayed === true ? freshAt(state, at) : countsAt(state, registry?.signals.get(name), at);
}

/** Of what policies read. */
export function liveAt(
  hearing: Hearing,
  view: View,
  { signals, time }: { readonly signals: readonly string[]; readonly time: boolean },
  at: number,
): { readonly live: Live; readonly facts: Facts } {
  const said = signals.flatMap((name) => {
    const one = spoken(hearing, view, name, at);
    return one === undefined ? [] : [[name, one] as const];
  });
  const { registry, told } = hearing;
  const now = told?.time ?? (registry?.clock ?? utcClock)(at);
  return {
    live: {
      signals: Object.fromEntries(
        said.map(([name, { value, number, at: then }]) => [name, { value, number, age: ageAt(then, at) }]),
      ),
      time: { ...now },
    },
    facts: { ...factsOf(said), ...(time ? timeFact(now, registry?.zone ?? 'UTC', at) : {}) },
  };
}

function ageAt(then: number, at: number): number {
  return Math.max(0, Math.floor((at - then) / 1000));
}

export function factsOf(said: readonly (readonly [name: string, said: Spoken])[]): Facts {
  return Object.fromEntries(
    said.map(([name, { value, number, source, at }]) => [
      `${prefix}${name}`,
      { value: numberIn(value) === number ? value : [value, String(number)], source, t: at },
    ]),
  );
}

/** `2026-11-23T14:05 1 Europe/Berlin`. */
function timeFact({ date, weekday, hour, minute }: LocalTime, zone: string, at: number): Facts {
  const two = (n: number): string => String(n).padStart(2, '0');
  const value = `${date}T${two(hour)}:${two(minute)} ${weekday} ${zone}`;
  return { [timeName]: { value, source: 'clock', t: at } };
}

/** What no state tells again: calendars, and the clock of the zone of then. */
export function isToldByRecord(fact: string): boolean {
  return fact === timeName || fact.startsWith(`${prefix}${calendarPrefix}`);
}

export const toldByRecord = [`"${timeName}":{`, `"${prefix}${calendarPrefix}`] as const;

/** Read back for who decides it again. */
export function toldIn(facts: Facts): Told {
  const signals = new Map<string, Spoken>();
  for (const [name, { value, source, t }] of Object.entries(facts)) {
    if (!name.startsWith(prefix)) continue;
    const [said = '', place] = Array.isArray(value) ? value : [String(value)];
    const number = place === undefined ? numberIn(said) : Number(place);
    signals.set(name.slice(prefix.length), { value: said, number, at: t, source });
  }
  return { signals, time: timeIn(facts) };
}

/** The same as policy reads it, of what a record tells alone. */
export function liveFrom({ signals, time }: Told, at: number): Live {
  return {
    signals: Object.fromEntries(
      [...signals].map(([name, { value, number, at: then }]) => [
        name,
        { value, number, age: ageAt(then, at) },
      ]),
    ),
    time: { ...(time ?? utcClock(at)) },
  };
}

/** The number that goes without saying: of most values it is their place, which has to be said. */
function numberIn(value: string): number {
  if (/^-?\d{1,16}$/.test(value)) return Number(value);
  return value === 'open' || value === 'true' ? 1 : 0;
}

function timeIn(facts: Facts): LocalTime | undefined {
  const value = Object.hasOwn(facts, timeName) ? facts[timeName]?.value : undefined;
  const [, date, hour, minute, weekday] =
    /^(\d{4}-\d\d-\d\d)T(\d\d):(\d\d) ([1-7]) \S+$/.exec(typeof value === 'string' ? value : '') ?? [];
  if (date === undefined) return undefined;
  return { date, weekday: Number(weekday), hour: Number(hour), minute: Number(minute) };
}
