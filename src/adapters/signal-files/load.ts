// SPDX-License-Identifier: Apache-2.0
/**
 * The file of signals: what may be said, by whom, for how long; calendars, and what is probed.
 *
 * Never guesses: a key that nobody knows, a source that nobody registered, a zone that the runtime has no clock for
 * refuse the whole file. A token stands in it as a digest, and one that stands there itself is refused.
 *
 * Source: docs/signals.md.
 */
import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isScalar, type Node } from 'yaml';
import { canonicalJson } from '../../core/json/canonical.ts';
import { clockOf } from '../../core/signal/local-time.ts';
import {
  calendarPrefix,
  isSignalName,
  type Probe,
  type Registered,
  type Registry,
  registryOf,
  type SignalTerms,
  type SignalType,
  type SignalValue,
  type Source,
  spokenAs,
} from '../../core/signal/registry.ts';
import { about, type Problem, quoted } from '../catalogue-files/problem.ts';
import {
  choiceOf,
  type Field,
  fieldsOf,
  knownFieldsOf,
  type Reading,
  readYaml,
  stringOf,
  stringsOf,
} from '../catalogue-files/yaml.ts';
import { readCalendars } from './calendar.ts';

export type SignalsLoad =
  | { readonly ok: true; readonly registry: Registry; readonly source: string }
  | { readonly ok: false; readonly problems: readonly Problem[] };

const maxSignals = 200;
const maxValues = 32;
const maxSources = 50;
const longestMs = 30 * 86_400_000;
/** Who may say something without being registered as a source. */
const ours = ['operators', 'probe'];

/** @param path of the file, which is read whole */
export function loadSignals(path: string): SignalsLoad {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return { ok: false, problems: [about(path, 'not a file that can be read')] };
  }
  return readSignals(path, text);
}

export function readSignals(file: string, text: string): SignalsLoad {
  const reading = readYaml(file, text);
  const fields =
    reading.problems.length === 0
      ? knownFieldsOf(reading, reading.root, 'the file of signals', [
          ...['zone', 'sources', 'signals', 'calendars', 'probes'],
        ])
      : undefined;
  const zone = zoneOf(reading, fields?.get('zone'), 'UTC');
  const sources = sourcesOf(reading, fields?.get('sources'));
  const signals = signalsOf(reading, fields?.get('signals'), sources);
  const calendars = readCalendars(reading, fields?.get('calendars'), (field) => zoneOf(reading, field, zone));
  const probes = probesOf(reading, fields?.get('probes'), signals);
  if (reading.problems.length > 0) return { ok: false, problems: reading.problems };
  const registered: Registered = { zone, sources, signals, calendars, probes };
  const source = canonicalJson(JSON.parse(JSON.stringify(registered)));
  const digest = `sha256:${hash('sha256', source, 'hex')}`;
  return { ok: true, registry: registryOf(registered, digest), source };
}

function zoneOf(reading: Reading, field: Field | undefined, otherwise: string): string {
  const zone = stringOf(reading, field, 'a time zone') ?? otherwise;
  if (clockOf(zone) !== undefined) return zone;
  reading.report(field?.value ?? null, `${quoted(zone)} is no time zone: write \`Europe/Berlin\` or \`UTC\``);
  return 'UTC';
}

function sourcesOf(reading: Reading, field: Field | undefined): readonly Source[] {
  const fields = fieldsOf(reading, field?.value ?? null, '`sources`') ?? new Map<string, Field>();
  if (fields.size > maxSources)
    reading.report(field?.value ?? null, `there are at most ${maxSources} sources`);
  const hashes = new Set<string>();
  return [...fields].map(([name, { key, value }]) => {
    if (!isSignalName(name) || ours.includes(name))
      reading.report(key, `${quoted(name)} must be a name such as \`pager\``);
    const own = knownFieldsOf(reading, value, `source ${quoted(name)}`, ['token']);
    const token = stringOf(reading, own?.get('token'), 'the token') ?? '';
    const [, tokenHash = ''] = /^sha256:([0-9a-f]{64})$/.exec(token) ?? [];
    // What was written there is not repeated: it may be the token itself.
    if (tokenHash === '')
      reading.report(
        own?.get('token')?.value ?? key,
        'the token stands here as its digest, `sha256:` and 64 digits: `countersign signal token` makes both',
      );
    else if (hashes.has(tokenHash)) reading.report(key, 'two sources have one token');
    hashes.add(tokenHash);
    return { name, tokenHash };
  });
}

function signalsOf(
  reading: Reading,
  field: Field | undefined,
  sources: readonly Source[],
): readonly SignalTerms[] {
  const fields = fieldsOf(reading, field?.value ?? null, '`signals`') ?? new Map<string, Field>();
  if (fields.size > maxSignals)
    reading.report(field?.value ?? null, `there are at most ${maxSignals} signals`);
  const known = new Set([...ours, ...sources.map(({ name }) => name)]);
  return [...fields].map(([name, { key, value }]) => {
    if (!isSignalName(name))
      reading.report(key, `${quoted(name)} must be a name such as \`dependency.payments\``);
    if (name.startsWith(calendarPrefix))
      reading.report(key, `${quoted(name)} would be a calendar: those stand under \`calendars\``);
    const what = `signal ${quoted(name)}`;
    const own = knownFieldsOf(reading, value, what, ['type', 'values', 'min', 'max', 'max_age', 'from']);
    const maxAgeMs = durationOf(reading, own?.get('max_age'), '`max_age`');
    if (maxAgeMs === undefined)
      reading.report(own?.get('max_age')?.value ?? key, `${what} needs \`max_age\``);
    const from = stringsOf(reading, own?.get('from'), '`from`') ?? [];
    if (from.length === 0) reading.report(own?.get('from')?.value ?? key, `${what} needs \`from\``);
    for (const one of from)
      if (!known.has(one))
        reading.report(own?.get('from')?.value ?? key, `${quoted(one)} is no source: ${listed([...known])}`);
    return { name, type: typeOf(reading, key, own, what), maxAgeMs: maxAgeMs ?? 0, from };
  });
}

function typeOf(
  reading: Reading,
  key: Node,
  own: ReadonlyMap<string, Field> | undefined,
  what: string,
): SignalType {
  const written = own?.get('type');
  const values = stringsOf(reading, own?.get('values'), '`values`');
  const [min, max] = [wholeOf(reading, own?.get('min'), '`min`'), wholeOf(reading, own?.get('max'), '`max`')];
  const is =
    written === undefined && values !== undefined
      ? 'one_of'
      : choiceOf(reading, written, 'a type', ['bool', 'one_of', 'integer'] as const);
  if (is !== 'one_of' && values !== undefined)
    reading.report(own?.get('values')?.value ?? key, '`values` are of the type `one_of`');
  if (is !== 'integer' && (min ?? max) !== undefined)
    reading.report(
      own?.get('min')?.value ?? own?.get('max')?.value ?? key,
      '`min` and `max` are of the type `integer`',
    );
  switch (is) {
    case 'bool':
      return { is };
    case 'integer':
      if (min === undefined || max === undefined || min > max)
        reading.report(key, `${what} needs \`min\` and \`max\``);
      return { is, min: min ?? 0, max: max ?? 0 };
    default: {
      const list = values ?? [];
      if (list.length === 0) reading.report(key, `${what} needs a \`type\`, or its \`values\``);
      if (list.length > maxValues || new Set(list).size < list.length || !list.every(isValue))
        reading.report(
          own?.get('values')?.value ?? key,
          `\`values\` are at most ${maxValues} words, each once: \`healthy\``,
        );
      return { is: 'one_of', values: list };
    }
  }
}

function isValue(text: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(text);
}

function probesOf(
  reading: Reading,
  field: Field | undefined,
  signals: readonly SignalTerms[],
): readonly Probe[] {
  const fields = fieldsOf(reading, field?.value ?? null, '`probes`') ?? new Map<string, Field>();
  return [...fields].map(([signal, { key, value }]) => {
    const what = `probe ${quoted(signal)}`;
    const own = knownFieldsOf(reading, value, what, [
      ...['url', 'every', 'timeout', 'up', 'down', 'up_after', 'down_after'],
    ]);
    const terms = signals.find(({ name }) => name === signal);
    if (terms === undefined) reading.report(key, `${quoted(signal)} is no signal of this file`);
    else if (!terms.from.includes('probe'))
      reading.report(key, `${quoted(signal)} is not said by probes: its \`from\` has no \`probe\``);
    const everyMs = durationOf(reading, own?.get('every'), '`every`') ?? 10_000;
    const timeoutMs = durationOf(reading, own?.get('timeout'), '`timeout`') ?? 2000;
    if (timeoutMs > everyMs) reading.report(key, `${what} would wait longer than it takes turns`);
    if (terms !== undefined && everyMs * 2 > terms.maxAgeMs)
      reading.report(key, `${what} has to ask twice within \`max_age\`, or what it says is stale in between`);
    const says = (name: 'up' | 'down'): SignalValue => {
      const said = scalarOf(own?.get(name)) ?? '';
      const spoken = terms === undefined ? undefined : spokenAs(terms, said);
      if (spoken?.ok === false)
        reading.report(own?.get(name)?.value ?? key, `\`${name}\` of ${what} must be ${spoken.want}`);
      return said;
    };
    return {
      signal,
      url: urlOf(reading, own?.get('url'), key, what),
      ...{ everyMs, timeoutMs },
      upAfter: timesOf(reading, own?.get('up_after'), '`up_after`'),
      downAfter: timesOf(reading, own?.get('down_after'), '`down_after`'),
      up: says('up'),
      down: says('down'),
    };
  });
}

/** Without a user in it: it stands in what is published. */
function urlOf(reading: Reading, field: Field | undefined, key: Node, what: string): string {
  const text = stringOf(reading, field, 'the address') ?? '';
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isHttp = url?.protocol === 'http:' || url?.protocol === 'https:';
  if (url !== undefined && isHttp && url.username === '' && url.password === '') return url.href;
  reading.report(field?.value ?? key, `${what} needs a \`url\` with http or https, and nobody's name in it`);
  return '';
}

function timesOf(reading: Reading, field: Field | undefined, what: string): number {
  const times = wholeOf(reading, field, what) ?? 1;
  if (times >= 1 && times <= 100) return times;
  reading.report(field?.value ?? null, `${what} must be from 1 to 100`);
  return 1;
}

function scalarOf(field: Field | undefined): SignalValue | undefined {
  const value = isScalar(field?.value) ? field.value.value : undefined;
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? value
    : undefined;
}

function wholeOf(reading: Reading, field: Field | undefined, what: string): number | undefined {
  if (field === undefined) return undefined;
  const value = scalarOf(field);
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
  reading.report(field.value ?? field.key, `${what} must be a whole number`);
  return undefined;
}

const unitMs: ReadonlyMap<string, number> = new Map([
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
]);

function durationOf(reading: Reading, field: Field | undefined, what: string): number | undefined {
  const text = stringOf(reading, field, what);
  if (text === undefined || field === undefined) return undefined;
  const [, count, unit = ''] = /^([1-9][0-9]{0,6})([smhd])$/.exec(text) ?? [];
  const ms = Number(count) * (unitMs.get(unit) ?? Number.NaN);
  if (ms <= longestMs) return ms;
  reading.report(field.value, `${what} must be a time such as \`60s\`, at most \`30d\``);
  return undefined;
}

function listed(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(', ');
}
