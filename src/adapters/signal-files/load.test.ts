// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { readSignals } from './load.ts';

const token = `sha256:${'a'.repeat(64)}`;
const whole = `
zone: Europe/Berlin
sources:
  pager: { token: "${token}" }
signals:
  severity: { values: [none, low, high, critical], max_age: 30m, from: [operators, pager] }
  dependency.payments: { values: [healthy, down], max_age: 60s, from: [probe] }
  freeze: { type: bool, max_age: 8h, from: [operators] }
  queue.depth: { type: integer, min: 0, max: 1000, max_age: 1m, from: [pager] }
calendars:
  changes:
    windows:
      - { days: [mon, tue], from: "09:00", to: "16:00" }
      - { days: [fri], from: "22:00", to: "02:00" }
    except: ["2026-12-24"]
  nights: { zone: America/New_York, windows: [{ days: [sun], from: "00:00", to: "24:00" }] }
probes:
  dependency.payments: { url: "http://127.0.0.1:1/healthz", every: 10s, timeout: 2s, up: healthy, down: down, up_after: 2, down_after: 3 }
`;

test('a whole file', () => {
  const read = readSignals('signals.yaml', whole);
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  const { registry } = read;
  expect([...registry.signals.keys()]).toEqual(['severity', 'dependency.payments', 'freeze', 'queue.depth']);
  expect(registry.signals.get('severity')).toEqual({
    name: 'severity',
    type: { is: 'one_of', values: ['none', 'low', 'high', 'critical'] },
    maxAgeMs: 1_800_000,
    from: ['operators', 'pager'],
  });
  expect(registry.probes).toMatchObject([{ everyMs: 10_000, timeoutMs: 2000, upAfter: 2, downAfter: 3 }]);
  expect(registry.calendars.map(({ zone }) => zone)).toEqual(['Europe/Berlin', 'America/New_York']);
  // A Monday at ten in Berlin.
  const monday = Date.parse('2026-11-23T09:00:00Z');
  expect(registry.isOpen('changes', monday)).toBe(true);
  expect(registry.isOpen('nights', monday)).toBe(false);
  expect(registry.isOpen('others', monday)).toBeUndefined();
  expect(registry.clock(monday)).toEqual({ date: '2026-11-23', weekday: 1, hour: 10, minute: 0 });
  const again = readSignals('other.yaml', `${whole}\n# a comment`);
  expect(again.ok && again.registry.digest).toBe(registry.digest);
});

const base = 'signals:\n  health: { values: [up, down], max_age: 60s, from: [operators] }\n';

test.each<[why: string, text: string, says: string]>([
  ['a key that nobody knows', 'signal: {}', 'no `signal`'],
  [
    'a name that is none',
    'signals: { Severity: { type: bool, max_age: 1m, from: [operators] } }',
    '`Severity`',
  ],
  [
    'the name of a calendar',
    'signals: { calendar.x: { type: bool, max_age: 1m, from: [operators] } }',
    'calendar',
  ],
  ['no age', 'signals: { a: { type: bool, from: [operators] } }', '`max_age`'],
  ['an age that is none', 'signals: { a: { type: bool, max_age: 60, from: [operators] } }', '`max_age`'],
  ['an age of a year', 'signals: { a: { type: bool, max_age: 365d, from: [operators] } }', 'at most `30d`'],
  ['nobody who says it', 'signals: { a: { type: bool, max_age: 1m } }', '`from`'],
  [
    'somebody nobody knows',
    'signals: { a: { type: bool, max_age: 1m, from: [pager] } }',
    '`pager` is no source',
  ],
  ['no type', 'signals: { a: { max_age: 1m, from: [operators] } }', '`type`'],
  ['a value twice', 'signals: { a: { values: [x, x], max_age: 1m, from: [operators] } }', 'each once'],
  [
    'values of a boolean',
    'signals: { a: { type: bool, values: [x], max_age: 1m, from: [operators] } }',
    '`one_of`',
  ],
  ['a number without bounds', 'signals: { a: { type: integer, max_age: 1m, from: [operators] } }', '`min`'],
  ['a token itself', 'sources: { pager: { token: "correct-horse-battery-staple" } }', 'as its digest'],
  ['one token for two', `sources: { a: { token: "${token}" }, b: { token: "${token}" } }`, 'one token'],
  ['a source that is called like ours', `sources: { operators: { token: "${token}" } }`, '`operators`'],
  ['a zone that is none', 'zone: Mars/Olympus', '`Mars/Olympus` is no time zone'],
  ['an offset for a zone', 'zone: "+02:00"', 'no time zone'],
  ['a calendar without windows', 'calendars: { c: {} }', '`windows`'],
  [
    'a day that is none',
    'calendars: { c: { windows: [{ days: [Mo], from: "09:00", to: "10:00" }] } }',
    '`mon`',
  ],
  [
    'a time that is none',
    'calendars: { c: { windows: [{ days: [mon], from: "9:00", to: "10:00" }] } }',
    '`from`',
  ],
  [
    'a window without an end',
    'calendars: { c: { windows: [{ days: [mon], from: "09:00", to: "09:00" }] } }',
    'begins as it ends',
  ],
  [
    'a date that is none',
    'calendars: { c: { windows: [{ days: [mon], from: "09:00", to: "10:00" }], except: ["2026-02-30"] } }',
    '`except`',
  ],
  ['a probe of nothing', `${base}probes: { x: { url: "http://h/", up: up, down: down } }`, 'no signal'],
  [
    'a probe of what it may not say',
    `${base}probes: { health: { url: "http://h/", up: up, down: down } }`,
    '`probe`',
  ],
  [
    'a probe that is too slow for the age',
    `${base.replace('operators', 'probe')}probes: { health: { url: "http://h/", every: 40s, up: up, down: down } }`,
    'twice within',
  ],
  [
    'a probe with a password',
    `${base.replace('operators', 'probe')}probes: { health: { url: "http://u:p@h/", up: up, down: down } }`,
    '`url`',
  ],
  [
    'a probe that says what the signal does not know',
    `${base.replace('operators', 'probe')}probes: { health: { url: "http://h/", up: ok, down: down } }`,
    'one of `up`, `down`',
  ],
])('%s refuses the file', (_, text, says) => {
  const read = readSignals('signals.yaml', text);
  expect(read.ok ? '' : read.problems.map(({ message }) => message).join('\n')).toContain(says);
  expect(read.ok ? '' : JSON.stringify(read.problems)).not.toContain('correct-horse');
});
