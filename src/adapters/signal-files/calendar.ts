// SPDX-License-Identifier: Apache-2.0
// Calendars of the file of signals: windows by the days of the week, in the zone of a place, and days without.
import { isMap, isNode, isSeq, type Node } from 'yaml';
import type { Calendar, Window } from '../../core/signal/calendar.ts';
import { isSignalName } from '../../core/signal/registry.ts';
import { quoted } from '../catalogue-files/problem.ts';
import {
  type Field,
  fieldsOf,
  knownFieldsOf,
  type Reading,
  stringOf,
  stringsOf,
} from '../catalogue-files/yaml.ts';

const maxCalendars = 50;
const maxWindows = 64;
const maxExcept = 1000;
const week = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

export function readCalendars(
  reading: Reading,
  field: Field | undefined,
  zoneOf: (field: Field | undefined) => string,
): readonly Calendar[] {
  const fields = fieldsOf(reading, field?.value ?? null, '`calendars`') ?? new Map<string, Field>();
  if (fields.size > maxCalendars)
    reading.report(field?.value ?? null, `there are at most ${maxCalendars} calendars`);
  return [...fields].map(([name, { key, value }]) => {
    if (!isSignalName(name) || name.length > 48)
      reading.report(key, `${quoted(name)} must be a name such as \`changes\``);
    const what = `calendar ${quoted(name)}`;
    const own = knownFieldsOf(reading, value, what, ['zone', 'windows', 'except']);
    const windows = windowsOf(reading, own?.get('windows'), key, what);
    return { name, zone: zoneOf(own?.get('zone')), windows, except: exceptOf(reading, own?.get('except')) };
  });
}

function windowsOf(reading: Reading, field: Field | undefined, key: Node, what: string): readonly Window[] {
  const items = isSeq(field?.value) ? field.value.items : [];
  if (items.length === 0 || items.length > maxWindows)
    reading.report(field?.value ?? key, `${what} needs a list of \`windows\`, at most ${maxWindows}`);
  return items.flatMap((item): readonly Window[] => {
    if (!isNode(item) || !isMap(item)) {
      reading.report(
        isNode(item) ? item : key,
        'a window is a mapping: `{ days: [mon], from: "09:00", to: "17:00" }`',
      );
      return [];
    }
    const own = knownFieldsOf(reading, item, 'a window', ['days', 'from', 'to']);
    const from = minuteOf(reading, own?.get('from'), item, 'from');
    const to = minuteOf(reading, own?.get('to'), item, 'to');
    if (from === 1440) reading.report(item, 'a window begins before the day ends: write `00:00`');
    if (from === to)
      reading.report(item, 'a window that begins as it ends: of a whole day it is `00:00` to `24:00`');
    return [{ days: daysOf(reading, own?.get('days'), item), from, to }];
  });
}

function daysOf(reading: Reading, field: Field | undefined, item: Node): readonly number[] {
  const days = stringsOf(reading, field, '`days`') ?? [];
  const numbers = days.map((day) => week.indexOf(day) + 1);
  if (days.length === 0 || numbers.includes(0) || new Set(numbers).size < numbers.length)
    reading.report(
      field?.value ?? item,
      '`days` must be out of `mon`, `tue`, `wed`, `thu`, `fri`, `sat`, `sun`, each once',
    );
  return numbers;
}

function minuteOf(reading: Reading, field: Field | undefined, item: Node, what: 'from' | 'to'): number {
  const text = stringOf(reading, field, `\`${what}\``);
  const [, hour, minute] = /^(\d\d):(\d\d)$/.exec(text ?? '') ?? [];
  const at = Number(hour) * 60 + Number(minute);
  if (Number(minute) < 60 && at <= 1440) return at;
  reading.report(
    field?.value ?? item,
    `\`${what}\` of a window is a time in quotes: \`"09:00"\`, up to \`"24:00"\``,
  );
  return 0;
}

function exceptOf(reading: Reading, field: Field | undefined): readonly string[] {
  const dates = stringsOf(reading, field, '`except`') ?? [];
  const isDate = (text: string): boolean =>
    /^\d{4}-\d\d-\d\d$/.test(text) &&
    !Number.isNaN(Date.parse(`${text}T00:00:00Z`)) &&
    new Date(`${text}T00:00:00Z`).toISOString().startsWith(text);
  if (dates.length > maxExcept || !dates.every(isDate))
    reading.report(
      field?.value ?? null,
      `\`except\` are at most ${maxExcept} dates in quotes: \`"2026-12-24"\``,
    );
  return dates;
}
