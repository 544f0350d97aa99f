// SPDX-License-Identifier: Apache-2.0
// Calls that wait: until a signal, a window, an instant or an earlier call; never twice, never for ever, and let
// through by nothing but a decision of its own.
import { describe, expect, test } from 'vitest';
import { readSignals } from '../../src/adapters/signal-files/load.ts';
import { type Authorization, authorize, type Refusal } from '../../src/app/authorize.ts';
import { cancelDeferral, listDeferrals } from '../../src/app/deferrals.ts';
import { plan } from '../../src/app/plan.ts';
import { shaped } from '../../src/app/publish.ts';
import { stepsOf } from '../../src/app/replay.ts';
import { revoke } from '../../src/app/revoke.ts';
import { setSignal } from '../../src/app/signals.ts';

import { deferralLimits } from '../../src/core/deferral/deferral.ts';
import type { Event } from '../../src/core/record/event.ts';
import type { Caller, Proposal } from '../../src/core/request/proposal.ts';
import { facets } from '../../src/core/state/facet.ts';
import { publishedOver } from '../builders/published.ts';
import { opsEntry } from '../builders/tools.ts';
import { verifies } from '../requirements.ts';
import { operator, type Rig, type RigOptions, rig, tool } from './road.fixture.ts';

const note = { text: { type: 'string' } };
const entries = ['rotate', 'backup', 'deploy', 'check', 'wipe', 'a', 'b', 'c', 'd', 'e', 'f'].map((name) =>
  opsEntry(name, note, {}),
);

// The clock of the road begins on 2027-01-15, a Friday, at 08:00 in UTC.
const file = `
signals:
  payments: { values: [healthy, down], max_age: 60s, from: [operators] }
calendars:
  changes: { windows: [{ days: [fri], from: "09:00", to: "10:00" }] }
`;

const base = `
@id("operators") permit (principal is Operator, action, resource);
@id("all") permit (principal is Agent, action, resource);
`;
const waits = (action: string, until: string, timeout = '10m', more = '') =>
  `@id("${action}-waits") @reason("It waits.") @outcome("defer") @until("${until}") @timeout("${timeout}")
   forbid (principal is Agent, action == Action::"ops.${action}", resource) ${more};\n`;

const rotateWaits = `${base}${waits(
  'rotate',
  'signal:payments=healthy',
  '10m',
  'unless { context.signals has payments && context.signals.payments.value == "healthy" }',
)}`;

function registryOf(text: string) {
  const read = readSignals('signals.yaml', text);
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  return read.registry;
}

const waiting = (text: string, more: RigOptions = {}) =>
  rig({ published: publishedOver(entries, text), registry: registryOf(file), ...more });

const say = (made: Rig, value: string) =>
  setSignal(made.road, { operator, as: 'operators' }, { signal: 'payments', value, reason: '' });

const call = (name: string, text = 'x'): Proposal => tool('ops', name, { text });
const rotate = call('rotate');

const ask = (made: Rig, caller: Caller, proposal: Proposal, resume?: string) =>
  authorize(made.road, caller, proposal, new Set(), resume);

function refused(answer: Authorization): Refusal {
  if (answer.outcome === 'allow') throw new Error('allowed');
  return answer;
}

async function events(made: Rig): Promise<readonly Event[]> {
  return (await made.ledger.read(0, 10_000)).map(({ leaf }) => JSON.parse(leaf).body);
}

const placesOf = (made: Rig, { session }: Caller) =>
  made.road.sequencer.head.get(facets.session(session))?.deferred ?? [];

describe('a call that waits', () => {
  test('has one place however often it is made, and is let through once what it waits for holds', async () => {
    verifies('deferral.decided-again');
    const made = await waiting(rotateWaits);
    const caller = await made.start();
    const first = refused((await made.call(caller, rotate)).answer);
    expect(first).toMatchObject({ outcome: 'defer', code: 'deferred', policies: ['rotate-waits'] });
    expect(first.deferred).toMatchObject({ until: ['signal:payments=healthy'] });
    made.pass(60_000);
    const second = refused((await made.call(caller, rotate)).answer);
    expect(second.deferred).toEqual(first.deferred);
    expect((await events(made)).filter(({ type }) => type === 'deferral.requested')).toHaveLength(1);
    await say(made, 'down');
    expect((await made.call(caller, rotate)).answer.outcome).toBe('defer');
    await say(made, 'healthy');
    expect((await made.call(caller, rotate)).answer.outcome).toBe('allow');
    expect(made.effects).toHaveLength(1);
    expect(placesOf(made, caller)).toEqual([]);
    const passed = (await events(made)).findLast(
      (event) => event.type === 'decision' && event.open !== undefined,
    );
    expect(passed).toMatchObject({ deferral: first.deferred?.deferral });
    expect(listDeferrals(made.road)).toEqual([]);
  });

  test('is denied once its time is over, and does not begin to wait anew; what holds then lets it through all the same', async () => {
    verifies('deferral.bounded');
    const made = await waiting(rotateWaits);
    const caller = await made.start();
    const { deferred } = refused(await ask(made, caller, rotate));
    made.pass(599_999);
    expect(await ask(made, caller, rotate)).toMatchObject({ outcome: 'defer' });
    made.pass(1);
    expect(await ask(made, caller, rotate)).toMatchObject({ outcome: 'deny', code: 'deferral_expired' });
    expect(await ask(made, caller, rotate)).toMatchObject({ outcome: 'deny', code: 'deferral_expired' });
    expect((await events(made)).filter(({ type }) => type === 'deferral.requested')).toHaveLength(1);
    // Another session of the task waits for itself.
    const other = await made.start();
    expect(refused(await ask(made, other, rotate)).deferred?.deferral).not.toBe(deferred?.deferral);
    await say(made, 'healthy');
    expect(await ask(made, caller, rotate)).toMatchObject({ outcome: 'allow' });
  });

  test('is another one with other arguments, and independent calls go on', async () => {
    const made = await waiting(rotateWaits);
    const caller = await made.start();
    const one = refused(await ask(made, caller, rotate));
    const two = refused(await ask(made, caller, call('rotate', 'y')));
    expect(two.deferred?.deferral).not.toBe(one.deferred?.deferral);
    expect((await made.call(caller, call('check'))).answer.outcome).toBe('allow');
    expect(placesOf(made, caller)).toHaveLength(2);
  });

  test('that is denied for another reason does not wait', async () => {
    const made = await waiting(
      `${rotateWaits}@id("never") forbid (principal is Agent, action == Action::"ops.rotate", resource) when { context.args.text == "never" };`,
    );
    const caller = await made.start();
    expect(await ask(made, caller, call('rotate', 'never'))).toMatchObject({
      outcome: 'deny',
      code: 'forbidden',
    });
    expect(placesOf(made, caller)).toEqual([]);
  });

  test('waits as what it is whatever is read meanwhile, and dies with its session', async () => {
    const made = await waiting(rotateWaits);
    const caller = await made.start();
    await ask(made, caller, rotate);
    expect(listDeferrals(made.road)).toMatchObject([{ state: 'waiting', action: 'ops.rotate' }]);
    await revoke(made.road, operator, 'session', caller.session, 'over');
    expect(listDeferrals(made.road)).toEqual([]);
    await say(made, 'healthy');
    expect(await ask(made, caller, rotate)).toMatchObject({ outcome: 'deny', code: 'session_revoked' });
  });

  test('is there after a restart, with the time that it has left', async () => {
    verifies('deferral.survives');
    const made = await waiting(rotateWaits);
    const caller = await made.start();
    made.pass(1000);
    const { deferred } = refused(await ask(made, caller, rotate));
    const again = await waiting(rotateWaits, { store: made.store, node: 'n2' });
    expect(refused(await ask(again, caller, rotate)).deferred).toEqual(deferred);
    again.pass(601_000);
    expect(await ask(again, caller, rotate)).toMatchObject({ code: 'deferral_expired' });
  });

  test('that an operator cancels is denied in their words', async () => {
    const made = await waiting(rotateWaits);
    const caller = await made.start();
    const id = refused(await ask(made, caller, rotate)).deferred?.deferral ?? '';
    expect(await cancelDeferral(made.road, operator, id, 'not today')).toMatchObject({ ok: true });
    expect(await ask(made, caller, rotate)).toMatchObject({
      code: 'deferral_cancelled',
      reason: 'not today',
    });
    expect(await cancelDeferral(made.road, operator, id, 'again')).toMatchObject({
      ok: false,
      code: 'not_found',
    });
    expect(await cancelDeferral(made.road, operator, 'w-none', 'x')).toMatchObject({
      ok: false,
      code: 'not_found',
    });
  });

  test('and for several things is ready when all of them hold', async () => {
    const made = await waiting(
      `${base}${waits('deploy', 'calendar:changes', '2h')}
@id("deploy-too") @outcome("defer") @until("signal:payments=healthy") @timeout("1h")
forbid (principal is Agent, action == Action::"ops.deploy", resource);`,
    );
    const caller = await made.start({ ttlMs: 100_000_000 });
    const first = refused(await ask(made, caller, call('deploy')));
    expect(first.deferred?.until).toEqual(['signal:payments=healthy', 'calendar:changes']);
    await say(made, 'healthy');
    expect(await ask(made, caller, call('deploy'))).toMatchObject({ outcome: 'defer' });
    // At nine the window opens, and what was said of payments has grown stale.
    made.pass(3_599_999);
    expect(await ask(made, caller, call('deploy'))).toMatchObject({ outcome: 'defer' });
    await say(made, 'healthy');
    made.pass(1);
    expect(await ask(made, caller, call('deploy'))).toMatchObject({ outcome: 'allow' });
    const lifted = (await events(made)).findLast((event) => event.type === 'decision');
    expect(lifted).toMatchObject({
      lifts: [{ policy: 'deploy-too' }, { policy: 'deploy-waits' }],
      facts: { 'signal.payments': { value: 'healthy' }, 'signal.calendar.changes': { value: 'open' } },
    });
  });
});

describe('what holds now is lifted now', () => {
  test.each<[until: string, ready: (made: Rig) => unknown]>([
    ['signal:payments=healthy', (made) => say(made, 'healthy')],
    ['signal:payments', (made) => say(made, 'down')],
    ['calendar:changes', (made) => made.pass(3_600_000)],
    ['time:2027-01-15T08:30:00Z', (made) => made.pass(1_800_000)],
  ])('%s', async (until, ready) => {
    const made = await waiting(`${base}${waits('deploy', until)}`);
    const caller = await made.start({ ttlMs: 100_000_000 });
    expect(await ask(made, caller, call('deploy', 'before'))).toMatchObject({ outcome: 'defer' });
    await ready(made);
    // One that never waited.
    expect(await ask(made, caller, call('deploy', 'after'))).toMatchObject({ outcome: 'allow' });
    expect(placesOf(made, caller)).toHaveLength(1);
  });

  test.each<[until: string, not: (made: Rig) => unknown]>([
    ['signal:payments=healthy', (made) => say(made, 'down')],
    ['signal:payments=healthy', async (made) => [await say(made, 'healthy'), made.pass(60_000)]],
    ['calendar:changes', (made) => made.pass(2 * 3_600_000)],
    ['calendar:others', (made) => made.pass(3_600_000)],
    ['signal:others', () => undefined],
    ['time:2027-01-15T08:30:00Z', (made) => made.pass(1_799_999)],
    ['call:ops.check', () => undefined],
  ])('and %s is not by what comes near it', async (until, not) => {
    verifies('deferral.decided-again');
    const made = await waiting(`${base}${waits('deploy', until)}`);
    await not(made);
    const caller = await made.start({ ttlMs: 100_000_000 });
    expect(await ask(made, caller, call('deploy'))).toMatchObject({ outcome: 'defer' });
  });
});

describe('an earlier call', () => {
  test('that comes back well is what is waited for; not one that fails, nor one of before, nor of another session', async () => {
    let fails = true;
    const made = await waiting(`${base}${waits('wipe', 'call:ops.backup')}`, {
      answers: () => ({ content: [], isError: fails }),
    });
    const caller = await made.start();
    const other = await made.start();
    fails = false;
    await made.call(caller, call('backup'));
    expect(await ask(made, caller, call('wipe'))).toMatchObject({ outcome: 'defer' });
    await made.call(other, call('backup'));
    expect(await ask(made, caller, call('wipe'))).toMatchObject({ outcome: 'defer' });
    fails = true;
    await made.call(caller, call('backup'));
    expect(await ask(made, caller, call('wipe'))).toMatchObject({ outcome: 'defer' });
    fails = false;
    await made.call(caller, call('backup'));
    expect(await ask(made, caller, call('wipe'))).toMatchObject({ outcome: 'allow' });
    // Used up: the next one waits for a backup of its own.
    expect(await ask(made, caller, call('wipe'))).toMatchObject({ outcome: 'defer' });
  });

  test('may wait itself: dependents wait with it, so deep and no deeper, and none waits for itself', async () => {
    verifies('deferral.bounded');
    const made = await waiting(
      `${base}${waits('a', 'signal:payments=healthy')}${waits('b', 'call:ops.a')}${waits('c', 'call:ops.b')}${waits('d', 'call:ops.c')}${waits('e', 'call:ops.d')}${waits('f', 'call:ops.f')}`,
    );
    const caller = await made.start();
    for (const name of ['a', 'b', 'c', 'd'])
      expect(await ask(made, caller, call(name)), name).toMatchObject({ outcome: 'defer' });
    expect(await ask(made, caller, call('e'))).toMatchObject({ outcome: 'deny', code: 'deferral_limit' });
    expect(await ask(made, caller, call('f'))).toMatchObject({ outcome: 'deny', code: 'deferral_limit' });
    await say(made, 'healthy');
    expect(await ask(made, caller, call('b'))).toMatchObject({ outcome: 'defer' });
    await made.call(caller, call('a'));
    expect((await made.call(caller, call('b'))).answer).toMatchObject({ outcome: 'allow' });
    expect((await made.call(caller, call('c'))).answer).toMatchObject({ outcome: 'allow' });
  });
});

describe('bounds', () => {
  test('so many calls of a session wait at a time, and those that ended are remembered for a while', async () => {
    verifies('deferral.bounded');
    const made = await waiting(rotateWaits);
    const caller = await made.start();
    const { waitingPerSession, endedPerSession } = deferralLimits;
    for (let i = 0; i < waitingPerSession; i++)
      expect(await ask(made, caller, call('rotate', `${i}`))).toMatchObject({ outcome: 'defer' });
    expect(await ask(made, caller, call('rotate', 'more'))).toMatchObject({ code: 'deferral_limit' });
    expect((await made.start()).session).not.toBe(caller.session);
    for (let round = 0; round < 4; round++) {
      made.pass(600_000);
      for (let i = 0; i < waitingPerSession; i++)
        expect(await ask(made, caller, call('rotate', `${round} ${i}`))).toMatchObject({ outcome: 'defer' });
      expect(placesOf(made, caller).length).toBeLessThanOrEqual(waitingPerSession + endedPerSession);
    }
    const kept = [...made.road.sequencer.head.facets()].filter(([name]) => name.startsWith('deferral/'));
    expect(kept.length).toBe(placesOf(made, caller).length);
  });
});

describe('who was held while it waited', () => {
  test('takes its own place once, whoever else makes the same call', async () => {
    verifies('deferral.once');
    const made = await waiting(rotateWaits);
    const caller = await made.start();
    const id = refused(await ask(made, caller, rotate)).deferred?.deferral;
    await say(made, 'healthy');
    // Two requests that were held for one place.
    const [one, two] = await Promise.all([ask(made, caller, rotate, id), ask(made, caller, rotate, id)]);
    expect([one, two].map(({ outcome }) => outcome).sort()).toEqual(['allow', 'deny']);
    expect([one, two].find(({ outcome }) => outcome === 'deny')).toMatchObject({ code: 'deferral_gone' });
  });

  test('on another node gives way as well', async () => {
    verifies('deferral.once');
    const made = await waiting(rotateWaits);
    const caller = await made.start();
    const id = refused(await ask(made, caller, rotate)).deferred?.deferral;
    const other = await waiting(rotateWaits, { store: made.store, node: 'n2' });
    await say(other, 'healthy');
    expect(await ask(other, caller, rotate)).toMatchObject({ outcome: 'allow' });
    // Before it has heard of it, the place looks as if it were there still; then it is gone.
    expect(await ask(made, caller, rotate, id)).toMatchObject({ outcome: 'defer' });
    await made.road.sequencer.catchUp();
    expect(await ask(made, caller, rotate, id)).toMatchObject({ outcome: 'deny', code: 'deferral_gone' });
  });

  test('does not run once its place was cancelled, though policy would let it through', async () => {
    const made = await waiting(rotateWaits);
    const caller = await made.start();
    const id = refused(await ask(made, caller, rotate)).deferred?.deferral ?? '';
    await cancelDeferral(made.road, operator, id, 'stop');
    await say(made, 'healthy');
    expect(await ask(made, caller, rotate, id)).toMatchObject({ code: 'deferral_cancelled', reason: 'stop' });
  });

  test('and whose place is gone begins no wait of its own', async () => {
    const made = await waiting(rotateWaits);
    const caller = await made.start();
    const id = refused(await ask(made, caller, rotate)).deferred?.deferral;
    await say(made, 'healthy');
    await made.call(caller, rotate);
    await say(made, 'down');
    expect(await ask(made, caller, rotate, id)).toMatchObject({ outcome: 'defer', code: 'deferred' });
    expect(placesOf(made, caller)).toEqual([]);
  });
});

test('in shadow nothing waits, and the record says what would', async () => {
  const made = await waiting(rotateWaits, { mode: 'shadow' });
  const caller = await made.start();
  expect((await made.call(caller, rotate)).answer.outcome).toBe('allow');
  expect(placesOf(made, caller)).toEqual([]);
  const last = (await events(made)).findLast((event) => event.type === 'decision');
  expect(last).toMatchObject({ outcome: 'defer', code: 'deferred', shadow: true });
});

test('decided again from the record, what waited waits and what passed passes', async () => {
  const text = `${rotateWaits}${waits('wipe', 'call:ops.backup')}`;
  const made = await waiting(text);
  const caller = await made.start();
  await made.call(caller, rotate);
  await made.call(caller, call('wipe'));
  await made.call(caller, call('backup'));
  await made.call(caller, call('wipe'));
  await say(made, 'healthy');
  await made.call(caller, rotate);
  await made.call(caller, call('wipe', 'late'));
  made.pass(600_000);
  await made.call(caller, call('wipe', 'late'));
  const planned = await plan(
    stepsOf(
      {
        async *leaves() {
          yield (await made.ledger.read(0, 10_000)).map((entry) => ({ ...entry, beside: [] }));
        },
      },
      { sinceMs: 0, open: made.road.vault.open },
    ),
    { sinceMs: 0, next: shaped(publishedOver(entries, text)), pseudonym: made.road.pseudonym },
  );
  expect(planned).toMatchObject({ replayed: 7, unchanged: 7, changes: [], cannot: {} });
});
