// SPDX-License-Identifier: Apache-2.0
// Steering on the road: what is revoked, swept, paused, quarantined or stopped begins nothing more, and what was not goes on.

import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { proveRoad } from '../../src/app/canary.ts';
import { type HoldOrder, liftHold, listHolds, restore, setHold } from '../../src/app/holds.ts';
import { revoke, sweep, wouldRevoke, wouldSweep } from '../../src/app/revoke.ts';
import { renewToken, startSession } from '../../src/app/tasks.ts';
import { mayList } from '../../src/app/visible.ts';
import type { Caller, Operator } from '../../src/core/request/proposal.ts';
import { facets } from '../../src/core/state/facet.ts';
import { compileOver, load } from '../../src/main/load.ts';
import { verifies } from '../requirements.ts';
import { demoDir, operator, type Rig, type RigOptions, rig, tool } from './road.fixture.ts';

const permitAll = '@id("all") permit (principal, action, resource);\n';

function published(policies = permitAll, mode: 'enforce' | 'shadow' = 'enforce') {
  const demo = load({
    policyDir: join(demoDir, 'policies'),
    catalogueDir: join(demoDir, 'catalogue'),
    mode,
  });
  if (!demo.ok) throw new Error('the example does not load');
  const compiled = compileOver([{ name: 'p.cedar', text: policies }], demo.published.catalogue, { mode });
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.problems));
  return compiled.published;
}

const open = (options: RigOptions = {}) => rig({ published: published(), ...options });
const read = tool('crm', 'get_customer', { customerId: 7 });
const send = tool('mail', 'send_mail', { to: 'x@example.com', subject: 's', body: 'b' });

async function outcome(made: Rig, caller: Caller, proposal = read) {
  const { answer } = await made.call(caller, proposal);
  return answer.outcome === 'allow' ? 'allow' : answer.code;
}

const pause = (scope: HoldOrder['scope'], target: string, more: Partial<HoldOrder> = {}): HoldOrder => ({
  ...{ scope, target, hold: 'pause', calls: 'finish', reason: 'a look at it' },
  ...more,
});

/** A call that was let go and is on its way. */
async function flying(made: Rig, caller: Caller, proposal = read) {
  const entry = made.force.current().catalogue.find(proposal.method, proposal.server, proposal.target);
  if (entry === undefined) throw new Error('no such tool');
  const above = made.road.sequencer.head.get(facets.task(caller.task))?.above ?? [];
  const call = made.road.live.open(
    `d-${caller.session}-${proposal.target}`,
    { caller, above, entry, args: {}, resource: { type: 'Target', id: 'x' } },
    made.road.clock.monotonicMs(),
  );
  expect(call.release()).toBe('go');
  return call;
}

describe('a hold', () => {
  test.each(['agent', 'task', 'session', 'parent', 'parent agent', 'all'] as const)(
    'on the %s lets nothing begin, and what is lifted goes on as it was',
    async (on) => {
      verifies('steering.pause');
      const made = await open();
      const parent = await made.start({ agent: 'a1' });
      const caller = await made.start({ agent: 'a2', parent: parent.task });
      const other = await made.start({ agent: 'a3' });
      const [scope, target] = (
        {
          agent: ['agent', 'a2'],
          task: ['task', caller.task],
          session: ['session', caller.session],
          parent: ['task', parent.task],
          'parent agent': ['agent', 'a1'],
          all: ['all', 'default'],
        } as const
      )[on];
      const call = await flying(made, caller);
      expect(await setHold(made.road, operator, pause(scope, target))).toMatchObject({ ok: true });
      const code = on === 'all' ? 'all_stopped' : 'paused';
      expect(await outcome(made, caller)).toBe(code);
      expect(await outcome(made, other)).toBe(on === 'all' ? code : 'allow');
      // It had begun, and may finish.
      expect(call.signal.aborted).toBe(false);
      made.road.live.close(call.decision);

      // Registering the agent again, as each task does, is no way out.
      const again = await made.start({ agent: 'a2' });
      expect(await outcome(made, again)).toBe(on === 'agent' || on === 'all' ? code : 'allow');

      const lifted = await liftHold(made.road, operator, { scope, target }, 'it was nothing');
      expect(lifted).toMatchObject({ ok: true, value: { lifted: 'pause', left: [] } });
      for (const one of [caller, other, again]) expect(await outcome(made, one)).toBe('allow');
      expect(made.road.sequencer.head.get(facets.halt)).toBe(undefined);
    },
  );

  test('stops what was decided and has not begun; with `abort` what has begun as well', async () => {
    verifies('steering.pause');
    const made = await open({
      beforeRelease: async ({ road }) => {
        await setHold(road, operator, pause('agent', 'a1'));
      },
    });
    const caller = await made.start();
    const { answer, observed } = await made.call(caller, send);
    expect(answer.outcome).toBe('allow');
    expect(made.effects).toEqual([]);
    expect(observed).toMatchObject({ released: false });
    await liftHold(made.road, operator, { scope: 'agent', target: 'a1' }, 'go on');
    const call = await flying(made, caller);
    await setHold(made.road, operator, pause('agent', 'a1', { calls: 'abort' }));
    expect(call.signal.reason).toBe('held');
  });

  test('tells the model what is held and why, without the secrets of who typed it', async () => {
    const made = await open();
    const caller = await made.start();
    const secret = `ghp_${'a1B2'.repeat(9)}`;
    await setHold(made.road, operator, pause('agent', 'a1', { reason: `leaked ${secret}` }));
    const { answer } = await made.call(caller, read);
    if (answer.outcome === 'allow') throw new Error('not held');
    expect(answer.reason).toMatch(
      /^a person has paused agent `a1`: leaked secret\(github_token, [0-9a-f]+\)$/,
    );
    expect(JSON.stringify((await made.ledger.read(0, 100)).map(({ leaf }) => leaf))).not.toContain(secret);
  });

  test('a quarantine leaves reading, and stays when a pause over it is lifted', async () => {
    verifies('steering.quarantine');
    const made = await open();
    const caller = await made.start();
    const calls = [await flying(made, caller, send), await flying(made, caller, read)];
    await setHold(made.road, operator, pause('agent', 'a1', { hold: 'quarantine', calls: 'abort' }));
    expect(calls.map(({ signal }) => signal.aborted)).toEqual([true, false]);
    expect(await outcome(made, caller)).toBe('allow');
    for (const proposal of [
      send,
      tool('poster', 'http_get', { url: 'https://docs.example.com/' }),
      tool('crm', 'refund', { customerId: 7, amount: 1, currency: 'EUR' }),
      tool('files', 'write_file', { path: 'a', content: 'b' }),
    ])
      expect(await outcome(made, caller, proposal)).toBe('quarantined');
    await setHold(made.road, operator, pause('agent', 'a1'));
    expect(await outcome(made, caller)).toBe('paused');
    const lift = (hold?: 'quarantine') =>
      liftHold(
        made.road,
        operator,
        { scope: 'agent', target: 'a1', ...(hold === undefined ? {} : { hold }) },
        'seen',
      );
    expect(await lift()).toMatchObject({ value: { lifted: 'pause', left: ['quarantine'] } });
    expect(await outcome(made, caller, send)).toBe('quarantined');
    expect(await lift()).toMatchObject({ value: { lifted: 'quarantine', left: [] } });
    expect(await outcome(made, caller, send)).toBe('allow');
    expect(await lift('quarantine')).toMatchObject({ ok: false, code: 'not_possible' });
  });

  test('is lifted by a person with a reason, and by nothing that runs by itself', async () => {
    verifies('steering.stop-all');
    const made = await open();
    const caller = await made.start();
    await setHold(made.road, operator, pause('all', 'default', { calls: 'abort' }));
    const all = { scope: 'all', target: 'default' } as const;
    const hook: Operator = { ...operator, channel: 'hook' };
    const files: Operator = { ...operator, channel: 'watched-files' };
    for (const who of [hook, files])
      expect(await liftHold(made.road, who, all, 'go')).toMatchObject({ ok: false, code: 'not_possible' });
    expect(await liftHold(made.road, operator, all, '  ')).toMatchObject({ ok: false, code: 'not_possible' });
    expect(await outcome(made, caller)).toBe('all_stopped');
    expect(listHolds(made.road.sequencer.head).holds).toMatchObject([
      { scope: 'all', author: operator.id, reason: 'a look at it' },
    ]);
  });

  test('on everything stands after a restart, which proves itself all the same', async () => {
    verifies('steering.stop-all');
    const made = await open();
    const caller = await made.start();
    await setHold(made.road, operator, pause('all', 'default'));
    const later = await open({ store: made.store });
    expect(await outcome(later, caller)).toBe('all_stopped');
    expect(later.effects).toEqual([]);
    await expect(proveRoad(later.road, later.ledger)).resolves.toBe(undefined);
  });

  test('holds in shadow mode as well: it is no policy', async () => {
    verifies('steering.stop-all');
    const made = await open({
      mode: 'shadow',
      published: published('@id("admin") permit (principal is Operator, action, resource);', 'shadow'),
    });
    const caller = await made.start();
    expect(await outcome(made, caller, send)).toBe('allow');
    await setHold(made.road, operator, pause('session', caller.session, { hold: 'quarantine' }));
    expect(await outcome(made, caller, send)).toBe('quarantined');
    await setHold(made.road, operator, pause('all', 'default'));
    expect(await outcome(made, caller)).toBe('all_stopped');
  });

  test('is decided by policy', async () => {
    const made = await open({
      published: published(`${permitAll}
@id("no") @reason("Not here.")
forbid (principal is Operator, action in [Action::"pause", Action::"stop.all"], resource) when { context.kind != "session" };
`),
    });
    const caller = await made.start();
    expect(await setHold(made.road, operator, pause('agent', 'a1'))).toMatchObject({ code: 'forbidden' });
    expect(await setHold(made.road, operator, pause('all', 'default'))).toMatchObject({ code: 'forbidden' });
    expect(await setHold(made.road, operator, pause('session', caller.session))).toMatchObject({ ok: true });
    expect(await setHold(made.road, operator, pause('session', 's-none'))).toMatchObject({
      code: 'not_found',
    });
  });
});

describe('revoking', () => {
  test('a tool ends its calls for everybody, hides it, and lasts until a person brings it back', async () => {
    verifies('steering.revoke-tool');
    const made = await open();
    const caller = await made.start();
    const [sending, reading] = [await flying(made, caller, send), await flying(made, caller, read)];
    expect(wouldRevoke(made.road, 'tool', 'mail/send_mail')).toMatchObject({
      reach: { sessions: [], calls: [{ tool: 'mail/send_mail', session: caller.session }] },
    });
    expect(sending.signal.aborted).toBe(false);
    expect(await revoke(made.road, operator, 'tool', 'mail/send_mail', 'x')).toMatchObject({ ok: true });
    expect([sending.signal.aborted, reading.signal.aborted]).toEqual([true, false]);
    expect(await outcome(made, caller, send)).toBe('tool_revoked');
    expect(await outcome(made, await made.start({ agent: 'a9' }), send)).toBe('tool_revoked');
    expect(await outcome(made, caller, read)).toBe('allow');
    expect(mayList(made.road, caller, 'tools/call', 'mail', 'send_mail')).toBe(false);
    expect(await revoke(made.road, operator, 'tool', 'mail/none', 'x')).toMatchObject({ code: 'not_found' });
    expect(await restore(made.road, operator, 'tool', 'mail/send_mail', ' ')).toMatchObject({
      code: 'not_possible',
    });
    expect(await restore(made.road, operator, 'tool', 'mail/send_mail', 'mended')).toMatchObject({
      ok: true,
    });
    expect(await outcome(made, caller, send)).toBe('allow');
  });

  test('a token ends what came with it, and its session goes on with another', async () => {
    verifies('steering.revoke-token');
    const made = await open();
    const caller = await made.start();
    const call = await flying(made, caller);
    await revoke(made.road, operator, 'token', caller.tokenId, 'in a log');
    expect(call.signal.reason).toBe('revoked');
    expect(await outcome(made, caller)).toBe('token_revoked');
    const renewed = await renewToken(made.road, operator, caller.session);
    if (!renewed.ok) throw new Error(renewed.code);
    expect(await outcome(made, { ...caller, tokenId: renewed.value.tokenId })).toBe('allow');
    expect(await revoke(made.road, operator, 'token', 'hook', 'x')).toMatchObject({ code: 'not_found' });
  });

  test('a permit takes it out of force at once; a forbid cannot be revoked', async () => {
    verifies('steering.revoke-policy');
    const made = await open({
      published: published(`@id("reads") permit (principal, action in Action::"observe", resource);
@id("sends") permit (principal, action in Action::"egress", resource);
@id("admin") permit (principal is Operator, action, resource);
@id("no") forbid (principal, action in Action::"value", resource);
`),
    });
    const caller = await made.start();
    expect(await outcome(made, caller, send)).toBe('allow');
    expect(await revoke(made.road, operator, 'policy', 'sends', 'too wide')).toMatchObject({ ok: true });
    expect(await outcome(made, caller, send)).toBe('no_permit');
    expect(await outcome(made, caller)).toBe('allow');
    await restore(made.road, operator, 'policy', 'sends', 'it was right');
    expect(await outcome(made, caller, send)).toBe('allow');
    expect(await revoke(made.road, operator, 'policy', 'no', 'x')).toMatchObject({ code: 'not_possible' });
    // Whoever may administer may so still: nobody locks themselves out.
    await revoke(made.road, operator, 'policy', 'admin', 'x');
    expect(await revoke(made.road, operator, 'session', caller.session, 'x')).toMatchObject({ ok: true });
  });
});

describe('a sweep', () => {
  test('ends what its filter matches and had begun, with what is below, and nothing that begins later', async () => {
    verifies('steering.sweep');
    const made = await open();
    const early = await made.start({ agent: 'a1' });
    made.pass(60_000);
    const since = made.road.clock.wallMs();
    const late = await made.start({ agent: 'a1' });
    const child = await made.start({ agent: 'a2', parent: late.task });
    const beside = await made.start({ agent: 'a3' });
    const opened = await startSession(made.road, operator, early.task);
    if (!opened.ok) throw new Error(opened.code);
    const lateSession: Caller = { ...early, session: opened.value.session, tokenId: opened.value.tokenId };
    const calls = await Promise.all(
      [early, late, child, beside, lateSession].map((one) => flying(made, one)),
    );

    const told = wouldSweep(made.road, { agent: 'a1', since });
    expect([told.agents, [...told.tasks].sort()]).toEqual([[], [late.task, child.task].sort()]);
    expect([...told.sessions].sort()).toEqual([late.session, child.session, lateSession.session].sort());
    expect(told.calls.map(({ session }) => session).sort()).toEqual([...told.sessions].sort());
    expect(calls.every(({ signal }) => !signal.aborted)).toBe(true);

    const done = await sweep(made.road, operator, { agent: 'a1', since }, 'odd');
    if (!done.ok) throw new Error(done.code);
    expect(done.value).toEqual(told);
    expect(calls.map(({ signal }) => signal.aborted)).toEqual([false, true, true, false, true]);
    expect(await outcome(made, late)).toBe('task_revoked');
    expect(await outcome(made, child)).toBe('parent_over');
    expect(await outcome(made, lateSession)).toBe('session_revoked');
    for (const one of [early, beside]) expect(await outcome(made, one)).toBe('allow');
    expect(await startSession(made.road, operator, late.task)).toMatchObject({ code: 'not_possible' });
    expect(await renewToken(made.road, operator, lateSession.session)).toMatchObject({
      code: 'not_possible',
    });
    made.pass(1);
    expect(await outcome(made, await made.start({ agent: 'a1' }))).toBe('allow');
    expect(await sweep(made.road, operator, { since: 0 }, '')).toMatchObject({ code: 'not_possible' });
  });

  test('leaves no moment: what begins while it is decided is swept with it', async () => {
    verifies('steering.sweep');
    const made = await open();
    await made.start({ agent: 'a1' });
    const [before, done, after] = await Promise.all([
      made.start({ agent: 'a1' }),
      sweep(made.road, operator, { agent: 'a1', since: 0 }, 'odd'),
      made.start({ agent: 'a1' }),
    ]);
    expect(done.ok).toBe(true);
    // In the very millisecond, whichever came first: it errs to refusal.
    expect([await outcome(made, before), await outcome(made, after)]).toEqual([
      'task_revoked',
      'task_revoked',
    ]);
  });

  test.each<[what: string, filter: Parameters<typeof wouldSweep>[1], hit: boolean]>([
    ['the owner', { owner: 'o1', since: 0 }, true],
    ['another owner', { owner: 'o2', since: 0 }, false],
    ['the person', { onBehalfOf: 'ana', since: 0 }, true],
    ['another person', { onBehalfOf: 'ben', since: 0 }, false],
    ['the type', { taskType: 'support', since: 0 }, true],
    ['the type of another agent', { taskType: 'support', agent: 'a9', since: 0 }, false],
  ])('by %s', async (_what, filter, hit) => {
    const made = await open();
    const caller = await made.start({ onBehalfOf: 'ana' });
    await sweep(made.road, operator, filter, 'odd');
    expect(await outcome(made, caller)).toBe(hit ? 'task_revoked' : 'allow');
  });
});
