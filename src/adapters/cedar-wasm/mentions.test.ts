// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { publishedOver } from '../../../test/builders/published.ts';
import { opsEntry, toolEntry } from '../../../test/builders/tools.ts';
import { shaped } from '../../app/publish.ts';
import { givenBy, rehearse } from '../../app/rehearsal.ts';
import { readSignals } from '../signal-files/load.ts';
import { readSuite } from '../suite-files/read.ts';
import { compilePolicies } from './compile.ts';
import { unregistered } from './mentions.ts';

const entries = [opsEntry('deploy', {}, {}), toolEntry('read')];
const rule = (condition: string, scope = 'principal is Agent, action, resource') =>
  `@id("r") forbid (${scope}) when { ${condition} };`;
const compiled = (text: string) => compilePolicies({ files: [{ name: 'a.cedar', text }], entries });

test.each<[condition: string, names: readonly string[]]>([
  ['context.signals has severity && context.signals.severity.number > 1', ['severity']],
  ['context.signals has "a.b" && context.signals["a.b"].value == "x"', ['a.b']],
  ['context has signals.severity && context.signals.severity.age < 5', ['severity']],
  ['!(context.signals has up) && (context.session.calls > 5 || context.signals has down)', ['down', 'up']],
  ['context.session.calls > 5', []],
])('%s reads %o', (condition, names) => {
  const made = compiled(rule(condition));
  expect(made.ok ? made.set.mentions.all : made.problems).toEqual(names);
});

test.each<[why: string, condition: string, says: string]>([
  ['all of them', 'context.signals == context.signals', 'names the signals'],
  ['whether there are any', 'context has signals', 'names the signals'],
  ['a name that is none', 'context.signals has "Not A Name"', 'no name of a signal'],
  ['a signal without asking whether it is there', 'context.signals.severity.number > 1', 'severity'],
  ['a member that none has', 'context.signals has severity && context.signals.severity.level > 1', 'level'],
  ['text for a number', 'context.signals has severity && context.signals.severity.number == "high"', 'type'],
  ['of a result', 'context has result && context.signals has severity', 'is known of a call'],
])('a policy that reads %s is refused', (_, condition, says) => {
  const made = compiled(rule(condition));
  expect(made.ok ? '' : made.problems.map(({ message }) => message).join()).toContain(says);
});

test('a decision about an action rests on what policies for it read', () => {
  const text = [
    '@id("a") forbid (principal is Agent, action == Action::"ops.deploy", resource) when { context.signals has one };',
    '@id("b") forbid (principal is Agent, action in Action::"read", resource) when { context.signals has two };',
    '@id("c") forbid (principal is Agent, action in [Action::"observe", Action::"pay"], resource) when { context.time.hour > 5 };',
    '@id("d") forbid (principal is Agent, action, resource) when { context.signals has three };',
  ].join('\n');
  const made = compiled(text);
  if (!made.ok) throw new Error(JSON.stringify(made.problems));
  const { mentions } = made.set;
  expect(mentions.for('ops.deploy')).toEqual({ signals: ['one', 'three'], time: false });
  expect(mentions.for('crm.read')).toEqual({ signals: ['three', 'two'], time: true });
  expect(mentions.for('countersign.canary')).toEqual({ signals: ['three'], time: false });
  const known = { signals: new Set(['one', 'two']), calendars: new Set<string>() };
  expect(unregistered(mentions, known)).toEqual([{ policy: 'd', name: 'three' }]);
});

describe('the page of signals', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../docs/signals.md'), 'utf8');
  const blocks = (kind: string) =>
    [...page.matchAll(new RegExp(`\`\`\`${kind}\\n([\\s\\S]*?)\`\`\``, 'g'))].map(([, text = '']) => text);

  test('shows files and policies that are right', () => {
    const [file = ''] = blocks('yaml');
    const read = readSignals('signals.yaml', file.replace('sha256:5f0c...', `sha256:${'5'.repeat(64)}`));
    expect(read.ok ? [] : read.problems).toEqual([]);
    const tools = [
      toolEntry('rotate', {}, { action: 'vault.rotate' }),
      toolEntry('isolate', {}, { action: 'hosts.isolate' }),
    ];
    const files = blocks('cedar').map((text, i) => ({ name: `${i}.cedar`, text }));
    expect(files.length).toBeGreaterThan(1);
    const made = compilePolicies({ files, entries: tools });
    expect(made.ok ? [] : made.problems).toEqual([]);
    if (!made.ok || !read.ok) return;
    const { signals, calendars } = read.registry;
    const known = { signals: new Set(signals.keys()), calendars: new Set(calendars.map(({ name }) => name)) };
    expect(unregistered(made.set.mentions, known)).toEqual([]);
  });
});

describe('tests of policies', () => {
  const force = shaped(
    publishedOver(
      entries,
      `@id("all") permit (principal is Agent, action, resource);
       @id("up") forbid (principal is Agent, action == Action::"ops.deploy", resource)
       unless { context.signals has severity && context.signals.severity.number >= 1 && context.signals.severity.age < 60 };
       @id("open") forbid (principal is Agent, action == Action::"crm.read", resource)
       unless { context.signals has "calendar.c" && context.signals["calendar.c"].value == "open" && context.time.hour == 13 };`,
    ),
  );
  const read = readSignals(
    'signals.yaml',
    `zone: Europe/Berlin
signals: { severity: { values: [low, high], max_age: 5m, from: [operators] } }
calendars: { c: { windows: [{ days: [mon], from: "13:00", to: "14:00" }] } }`,
  );
  const registry = read.ok ? read.registry : undefined;
  const failures = (given: string, call: string, expected: string) => {
    const suite = readSuite(
      'a_test.yaml',
      `cases: [{ name: x, given: ${given}, calls: [{ call: ${call}, expect: ${expected} }] }]`,
    );
    if (!suite.ok) throw new Error(JSON.stringify(suite.problems));
    return rehearse(suite.suite, force, new Set(), undefined, registry).flatMap((one) => one.failures);
  };

  test.each<[given: string, call: string, expected: string]>([
    ['{}', 'ops/deploy', 'deny'],
    ['{ signals: { severity: high } }', 'ops/deploy', 'allow'],
    ['{ signals: { severity: low } }', 'ops/deploy', 'deny'],
    ['{ signals: { severity: { value: high, age: 59s } } }', 'ops/deploy', 'allow'],
    ['{ signals: { severity: { value: high, age: 60s } } }', 'ops/deploy', 'deny'],
    ['{ signals: { severity: { value: high, age: 5m } } }', 'ops/deploy', 'deny'],
    // A Monday at 13:00 in Berlin, which is what a suite begins with.
    ['{}', 'crm/read', 'allow'],
    ['{ signals: { calendar.c: closed } }', 'crm/read', 'deny'],
    ['{ now: 2027-01-05T12:00:00Z }', 'crm/read', 'deny'],
    ['{ now: 2027-01-05T12:00:00Z, signals: { calendar.c: open } }', 'crm/read', 'allow'],
  ])('given %s, %s is %s', (given, call, expected) => expect(failures(given, call, expected)).toEqual([]));

  test.each([
    ['{ signals: { severity: highest } }', 'must be one of'],
    ['{ signals: { nothing: true } }', 'no signal `nothing`'],
  ])('what cannot be is no test: %s', (given, says) =>
    expect(failures(given, 'ops/deploy', 'deny').join()).toContain(says),
  );

  test('nothing is given unless it is said', () => expect(givenBy(0).signals.size).toBe(0));
});
