// SPDX-License-Identifier: Apache-2.0
// Signals on the road: what policy reads of them, what the record keeps, and what happens when they change.
import { describe, expect, test } from 'vitest';
import { readSignals } from '../../src/adapters/signal-files/load.ts';
import { authorize } from '../../src/app/authorize.ts';
import { plan } from '../../src/app/plan.ts';
import { shaped } from '../../src/app/publish.ts';
import { publishSignals } from '../../src/app/registries.ts';
import { stepsOf } from '../../src/app/replay.ts';
import { clearSignal, listSignals, type Statement, setSignal } from '../../src/app/signals.ts';
import type { DecisionEvent, Event } from '../../src/core/record/event.ts';
import { maxChanges } from '../../src/core/signal/signal.ts';
import { facets } from '../../src/core/state/facet.ts';
import { publishedOver } from '../builders/published.ts';
import { opsEntry } from '../builders/tools.ts';
import { verifies } from '../requirements.ts';
import { operator, type Rig, type RigOptions, rig, tool } from './road.fixture.ts';

const entries = [opsEntry('deploy', {}, {}), opsEntry('status', {}, {}), opsEntry('isolate', {}, {})];

// The clock of the road begins on a Friday, 2027-01-15 at 08:00 in UTC.
const file = `
zone: America/New_York
sources:
  pager: { token: "sha256:${'a'.repeat(64)}" }
signals:
  severity: { values: [none, low, high, critical], max_age: 30m, from: [operators, pager] }
  dependency.payments: { values: [healthy, down], max_age: 60s, from: [operators, probe] }
  freeze: { type: bool, max_age: 8h, from: [operators] }
  queue.depth: { type: integer, min: 0, max: 1000, max_age: 60s, from: [operators] }
calendars:
  changes: { zone: Europe/Berlin, windows: [{ days: [fri], from: "09:00", to: "10:00" }] }
`;

const policies = `
@id("operators") permit (principal is Operator, action, resource);
@id("all") permit (principal is Agent, action, resource);
@id("payments-up") @reason("Payments is down.")
forbid (principal is Agent, action == Action::"ops.deploy", resource)
unless { context.signals has "dependency.payments" && context.signals["dependency.payments"].value == "healthy" };
@id("severe-only") @reason("Isolate only where it is severe.")
forbid (principal is Agent, action == Action::"ops.isolate", resource)
unless { context.signals has severity && context.signals.severity.number >= 2 && context.signals.severity.age < 600 };
`;

function registryOf(text: string) {
  const read = readSignals('signals.yaml', text);
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  return read.registry;
}

const signalled = (text = policies, more: RigOptions = {}) =>
  rig({ published: publishedOver(entries, text), registry: registryOf(file), ...more });

const say = (
  made: Rig,
  signal: string,
  value: Statement['value'],
  more: Partial<Statement> = {},
  as = 'operators',
) => setSignal(made.road, { operator, as }, { signal, value, reason: 'for the test', ...more });

async function events(made: Rig): Promise<readonly Event[]> {
  const found: Event[] = [];
  const all = await made.ledger.read(0, 10_000);
  for (const { leaf } of all) found.push(JSON.parse(leaf).body);
  return found;
}

async function lastDecision(made: Rig): Promise<DecisionEvent> {
  const found = (await events(made)).findLast((event) => event.type === 'decision');
  if (found?.type !== 'decision') throw new Error('none');
  return found;
}

const deploy = tool('ops', 'deploy');
const isolate = tool('ops', 'isolate');

describe('a signal that policy reads', () => {
  test('lets a call through while it says so and is fresh, and not one moment longer', async () => {
    verifies('signals.stale-is-missing');
    const made = await signalled();
    const caller = await made.start();
    const outcome = async () => (await made.call(caller, deploy)).answer.outcome;
    expect(await outcome()).toBe('deny');
    await say(made, 'dependency.payments', 'healthy');
    expect(await outcome()).toBe('allow');
    made.pass(59_999);
    expect(await outcome()).toBe('allow');
    made.pass(1);
    expect(await outcome()).toBe('deny');
    await say(made, 'dependency.payments', 'down');
    expect(await outcome()).toBe('deny');
    await say(made, 'dependency.payments', 'healthy', { maxAgeMs: 5000 });
    expect(await outcome()).toBe('allow');
    made.pass(5000);
    expect(await outcome()).toBe('deny');
    expect(made.effects).toHaveLength(3);
  });

  test('has a place among its values, and an age', async () => {
    const made = await signalled();
    const caller = await made.start();
    const outcome = async () => (await made.call(caller, isolate)).answer.outcome;
    await say(made, 'severity', 'low', {}, 'pager');
    expect(await outcome()).toBe('deny');
    await say(made, 'severity', 'critical', {}, 'pager');
    expect(await outcome()).toBe('allow');
    expect((await lastDecision(made)).facts['signal.severity']).toMatchObject({
      value: ['critical', '3'],
      source: 'pager',
    });
    made.pass(600_000);
    expect(await outcome()).toBe('deny');
  });

  test('stands in the record of what read it, and of nothing else', async () => {
    verifies('signals.in-the-record');
    const made = await signalled();
    const caller = await made.start();
    await say(made, 'dependency.payments', 'healthy');
    await say(made, 'severity', 'high');
    made.pass(1000);
    await made.call(caller, deploy);
    const read = await lastDecision(made);
    const set = (await events(made)).find((event) => event.type === 'signal.set');
    expect(read.facts['signal.dependency.payments']).toEqual({
      value: 'healthy',
      source: 'operator/local:0',
      t: set?.at,
    });
    expect(read.reads['signal/dependency.payments']).toBe(set?.id);
    expect(read.facts['signal.severity']).toBeUndefined();
    await made.call(caller, tool('ops', 'status'));
    const plain = await lastDecision(made);
    expect(
      Object.keys({ ...plain.facts, ...plain.reads }).filter((name) => /^signals?\b|^time/.test(name)),
    ).toEqual([]);
  });

  test('one that is missing is told by what was read, and not by a fact', async () => {
    const made = await signalled();
    await made.call(await made.start(), deploy);
    const { facts, reads } = await lastDecision(made);
    expect(facts['signal.dependency.payments']).toBeUndefined();
    expect(reads['signal/dependency.payments']).toBe('');
  });

  test('changes on another node: the decision is made again, on what it says now', async () => {
    verifies('signals.no-decision-across-a-change');
    const made = await signalled();
    const caller = await made.start();
    await say(made, 'dependency.payments', 'healthy');
    const other = await signalled(policies, { store: made.store, node: 'n2' });
    // The first node has not heard of it: it decides on what it knows, and its commit is in conflict.
    expect((await say(other, 'dependency.payments', 'down')).ok).toBe(true);
    expect(made.road.sequencer.head.get(facets.signal('dependency.payments'))?.said?.value).toBe('healthy');
    const answer = await authorize(made.road, caller, deploy, new Set());
    expect(answer).toMatchObject({ outcome: 'deny', code: 'forbidden', policies: ['payments-up'] });
  });

  test.each<
    [
      why: string,
      signal: string,
      value: Statement['value'],
      more: Partial<Statement>,
      as: string,
      code: string,
    ]
  >([
    ['nobody registered', 'dependency.others', 'healthy', {}, 'operators', 'not_found'],
    ['with a value that it has not', 'dependency.payments', 'fine', {}, 'operators', 'not_possible'],
    [
      'for longer than it may',
      'dependency.payments',
      'healthy',
      { maxAgeMs: 60_001 },
      'operators',
      'not_possible',
    ],
    ['by who does not say it', 'dependency.payments', 'healthy', {}, 'pager', 'not_possible'],
    ['of a calendar', 'calendar.changes', 'open', {}, 'operators', 'not_found'],
    ['of a number that is too large', 'queue.depth', 1001, {}, 'operators', 'not_possible'],
  ])('is not said: %s', async (_, signal, value, more, as, code) => {
    verifies('signals.by-whom-registered');
    const made = await signalled();
    expect(await say(made, signal, value, more, as)).toMatchObject({ ok: false, code });
    expect((await events(made)).filter(({ type }) => type === 'signal.set')).toEqual([]);
  });

  test('is not said where policy forbids it, and that is on record', async () => {
    verifies('signals.by-whom-registered');
    const made = await signalled(
      `${policies}@id("by-source") forbid (principal, action == Action::"signal.set", resource == Administered::"signal/severity") unless { context.channel == "source" };`,
    );
    expect(await say(made, 'severity', 'high')).toMatchObject({ ok: false, policies: ['by-source'] });
    expect((await lastDecision(made)).request.target).toBe('signal/severity');
    const pager = { operator: { id: 'source:pager', channel: 'source' as const }, as: 'pager' };
    const said = await setSignal(made.road, pager, { signal: 'severity', value: 'high', reason: '' });
    expect(said).toMatchObject({ ok: true, value: { written: true } });
  });

  test('taken back it is missing', async () => {
    const made = await signalled();
    const caller = await made.start();
    await say(made, 'dependency.payments', 'healthy');
    await clearSignal(made.road, { operator, as: 'operators' }, 'dependency.payments', 'it was wrong');
    expect((await made.call(caller, deploy)).answer.outcome).toBe('deny');
    expect((await events(made)).at(-1)?.type).toBe('decision');
    expect(listSignals(made.road).find(({ signal }) => signal === 'dependency.payments')?.state).toBe(
      'missing',
    );
  });

  test('is what it was after a restart', async () => {
    const made = await signalled();
    const caller = await made.start();
    await say(made, 'dependency.payments', 'healthy');
    const again = await signalled(policies, { store: made.store });
    expect((await again.call(caller, deploy)).answer.outcome).toBe('allow');
    again.pass(60_000);
    expect((await again.call(caller, deploy)).answer.outcome).toBe('deny');
  });
});

describe('who says it often', () => {
  test('writes no more than its age needs, and it never grows stale for that', async () => {
    verifies('signals.bounded');
    const made = await signalled();
    const caller = await made.start();
    const size = (await events(made)).length;
    for (let i = 0; i < 600; i++) {
      expect((await say(made, 'dependency.payments', 'healthy')).ok).toBe(true);
      made.pass(100);
    }
    const written = (await events(made)).slice(size);
    // A minute of ten a second: two records each time, and each quarter of a minute once.
    expect(written.filter(({ type }) => type === 'signal.set')).toHaveLength(4);
    expect(written).toHaveLength(8);
    expect((await made.call(caller, deploy)).answer.outcome).toBe('allow');
  });

  test('and changes it too often has said nothing', async () => {
    verifies('signals.bounded');
    const made = await signalled();
    const caller = await made.start();
    const size = (await events(made)).length;
    for (let i = 0; i < 500; i++) await say(made, 'dependency.payments', i % 2 === 0 ? 'down' : 'healthy');
    const written = (await events(made)).slice(size);
    expect(written.filter(({ type }) => type === 'signal.set')).toHaveLength(maxChanges);
    expect(written.filter(({ type }) => type === 'signal.cleared')).toHaveLength(1);
    expect(written.length).toBeLessThan(3 * maxChanges);
    expect((await made.call(caller, deploy)).answer.outcome).toBe('deny');
    made.pass(60_000);
    await say(made, 'dependency.payments', 'healthy');
    expect((await made.call(caller, deploy)).answer.outcome).toBe('allow');
  });
});

describe('the file of signals', () => {
  test('that strikes a source off ends what may be said, and what no longer fits does not count', async () => {
    verifies('signals.by-whom-registered');
    const made = await signalled();
    const caller = await made.start();
    await say(made, 'severity', 'high', {}, 'pager');
    expect((await made.call(caller, isolate)).answer.outcome).toBe('allow');
    const next = registryOf(
      file
        .replace('[none, low, high, critical]', '[none, low, high2, critical]')
        .replace('[operators, pager]', '[operators]'),
    );
    const registries = { current: () => next, stage: () => undefined };
    const published = await publishSignals(
      made.road,
      registries,
      operator,
      { registry: next, source: '{}' },
      'r',
    );
    expect(published.ok).toBe(true);
    // This node holds the one before: it decides nothing by it.
    expect((await made.call(caller, isolate)).answer).toMatchObject({ code: 'policy_not_here' });
    expect(await say(made, 'severity', 'high')).toMatchObject({ ok: false, code: 'not_possible' });
    const other = await signalled(policies, { store: made.store, registry: next, node: 'n2' });
    expect((await other.call(caller, isolate)).answer).toMatchObject({ code: 'forbidden' });
    expect(await say(other, 'severity', 'critical', {}, 'pager')).toMatchObject({ ok: false });
  });
});

describe('the clock and calendars', () => {
  const timed = `
@id("operators") permit (principal is Operator, action, resource);
@id("all") permit (principal is Agent, action, resource);
@id("in-the-window") forbid (principal is Agent, action == Action::"ops.deploy", resource)
unless { context.signals has "calendar.changes" && context.signals["calendar.changes"].value == "open" };
@id("at-night") forbid (principal is Agent, action == Action::"ops.isolate", resource)
unless { context.time.hour < 4 && context.time.weekday == 5 && context.time.date == "2027-01-15" };
`;

  test('are those of the places that the file names', async () => {
    const made = await signalled(timed);
    const caller = await made.start({ ttlMs: 100_000_000 });
    // 09:00 in Berlin, 03:00 in New York.
    expect((await made.call(caller, deploy)).answer.outcome).toBe('allow');
    expect((await lastDecision(made)).facts['signal.calendar.changes']).toMatchObject({ value: 'open' });
    expect((await made.call(caller, isolate)).answer.outcome).toBe('allow');
    expect((await lastDecision(made)).facts.time).toMatchObject({
      value: '2027-01-15T03:00 5 America/New_York',
    });
    made.pass(3_600_000);
    expect((await made.call(caller, deploy)).answer.outcome).toBe('deny');
    expect((await made.call(caller, isolate)).answer.outcome).toBe('deny');
  });
});

describe('decided again from the record', () => {
  test('signals, calendars and clocks say what they said then', async () => {
    verifies('signals.in-the-record');
    const text = `${policies}
@id("in-the-window") forbid (principal is Agent, action == Action::"ops.status", resource)
unless { context.signals has "calendar.changes" && context.signals["calendar.changes"].number == 1 && context.time.hour == 3 };`;
    const made = await signalled(text);
    const caller = await made.start({ ttlMs: 100_000_000 });
    const all = async () => {
      for (const one of [deploy, isolate, tool('ops', 'status')]) await made.call(caller, one);
    };
    await all();
    await say(made, 'dependency.payments', 'healthy');
    await say(made, 'severity', 'critical');
    await all();
    made.pass(60_000);
    await all();
    made.pass(3_600_000);
    await all();
    const again = (next: string) =>
      plan(
        stepsOf(
          {
            async *leaves() {
              yield (await made.ledger.read(0, 10_000)).map((entry) => ({ ...entry, beside: [] }));
            },
          },
          { sinceMs: 0, open: made.road.vault.open },
        ),
        { sinceMs: 0, next: shaped(publishedOver(entries, next)), pseudonym: made.road.pseudonym },
      );
    // No file of signals is at hand: what was said is in the state, what clocks showed in the records.
    expect(await again(text)).toMatchObject({ replayed: 12, unchanged: 12, cannot: {} });
    const { changes } = await again(text.replace('== "healthy"', '== "down"'));
    expect(changes.map(({ kind, count, targets }) => [kind, count, targets[0]?.target])).toEqual([
      ['newly_refused', 1, 'ops/deploy'],
    ]);
  });
});
