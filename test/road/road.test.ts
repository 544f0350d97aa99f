// SPDX-License-Identifier: Apache-2.0
// The rules of the road (docs/architecture.md), each with somebody who tries to break it.
import { describe, expect, test } from 'vitest';
import { authorize } from '../../src/app/authorize.ts';
import { proveRoad } from '../../src/app/canary.ts';
import { observe } from '../../src/app/observe.ts';
import {
  type EngineAnswer,
  LedgerUnavailable,
  LedgerUncertain,
  type PolicySet,
} from '../../src/app/ports.ts';
import { eventOf } from '../../src/app/read-records.ts';
import { closeAbandoned } from '../../src/app/recover.ts';
import { revoke } from '../../src/app/revoke.ts';
import { endTask } from '../../src/app/tasks.ts';
import type { Event } from '../../src/core/record/event.ts';
import { facets } from '../../src/core/state/facet.ts';
import { verifies } from '../requirements.ts';
import { operator, type Rig, rig, tool } from './road.fixture.ts';

const readTicket = tool('crm', 'get_ticket', { ticketId: 42 });

async function events(made: Rig): Promise<readonly Event[]> {
  const entries = await made.ledger.read(0, 10_000);
  return entries.map((entry) => {
    const parsed = eventOf(entry);
    if (!parsed.ok) throw new Error(parsed.reason);
    return parsed.event;
  });
}

async function positionOf(made: Rig, id: string): Promise<number> {
  const entry = await made.ledger.find(id);
  if (entry === undefined) throw new Error(`no record ${id}`);
  return entry.position;
}

describe('1. unknown means deny', () => {
  verifies('road.unknown-means-deny');

  test.each<[what: string, proposal: ReturnType<typeof tool>, code: string]>([
    ['a tool that nobody accepted', tool('crm', 'drop_tables'), 'unknown_target'],
    ['a server that nobody configured', tool('nowhere', 'get_ticket', { ticketId: 42 }), 'unknown_target'],
    ['a prototype name for a tool', tool('crm', 'constructor'), 'unknown_target'],
    [
      'a method that the catalogue does not name',
      { ...readTicket, method: 'tasks/cancel' },
      'unknown_target',
    ],
    [
      'an argument that the schema does not know',
      tool('crm', 'get_ticket', { ticketId: 42, also: 1 }),
      'invalid_arguments',
    ],
    ['an argument of another type', tool('crm', 'get_ticket', { ticketId: '42' }), 'invalid_arguments'],
    ['a missing argument', tool('crm', 'get_ticket'), 'invalid_arguments'],
  ])('%s', async (_what, proposal, code) => {
    const made = await rig();
    const { answer } = await made.call(await made.start(), proposal);
    expect(answer).toMatchObject({ outcome: 'deny', code });
    expect(made.effects).toEqual([]);
    expect((await events(made)).filter((e) => e.type === 'decision' && e.code === code)).toHaveLength(1);
  });

  test('an obligation that the edge does not know', async () => {
    const inner = (await rig()).road.published().policies;
    const demanding: PolicySet = {
      ...inner,
      policies: new Map(
        [...inner.policies].map(([id, policy]) => [
          id,
          {
            ...policy,
            obligations: policy.effect === 'permit' ? [{ name: 'max_result_bytes', bytes: 10 }] : [],
          },
        ]),
      ),
    };
    const made = await rig({ policies: demanding });
    const caller = await made.start();
    expect(await authorize(made.road, caller, readTicket, new Set())).toMatchObject({
      code: 'unknown_obligation',
    });
    expect(await authorize(made.road, caller, readTicket, new Set(['max_result_bytes']))).toMatchObject({
      outcome: 'allow',
    });
  });
});

test('a record says which argument was wrong, and no value', async () => {
  const made = await rig();
  const secret = 'wanted-4711';
  await made.call(await made.start(), tool('crm', 'get_ticket', { ticketId: secret }));
  const decided = (await events(made)).findLast((e) => e.type === 'decision');
  expect(decided).toMatchObject({ code: 'invalid_arguments', detail: expect.stringContaining('ticketId') });
  expect(JSON.stringify(decided)).not.toContain(secret);
});

describe('2. no record, no effect', () => {
  verifies('road.no-record-no-effect', 'decide.budget');

  test.each<[what: string, error: Error, code: string]>([
    ['a store that cannot write', new LedgerUnavailable('full'), 'store_unavailable'],
    ['a store that does not say', new LedgerUncertain('lost'), 'store_uncertain'],
  ])('%s releases nothing', async (_what, error, code) => {
    let broken = false;
    const made = await rig({
      hooks: {
        beforeCheck: async () => {
          if (broken) throw error;
        },
      },
    });
    const caller = await made.start();
    broken = true;
    expect((await made.call(caller, readTicket)).answer).toMatchObject({ outcome: 'deny', code });
    expect(made.effects).toEqual([]);
    broken = false;
    expect((await made.call(caller, readTicket)).answer).toMatchObject({ outcome: 'allow' });
  });

  test('the decision is durable before the effect, the observation before the release', async () => {
    let durableAtRelease: readonly Event[] = [];
    const made = await rig({
      beforeRelease: async (self) => {
        durableAtRelease = await events(self);
      },
    });
    const { answer, observed } = await made.call(await made.start(), readTicket);
    if (answer.outcome !== 'allow' || observed?.released !== true) throw new Error('not allowed');
    expect(durableAtRelease.some((e) => e.id === answer.call.decision)).toBe(true);
    expect(await made.ledger.find(observed.observation)).toBeDefined();
  });

  test('an observation that cannot be written releases no result, and the call closes as ambiguous', async () => {
    let broken = false;
    const made = await rig({
      hooks: {
        beforeCheck: async () => {
          if (broken) throw new LedgerUnavailable('full');
        },
      },
      beforeRelease: () => {
        broken = true;
      },
    });
    const caller = await made.start({ budgets: [{ name: 'calls', limit: 1 }] });
    const { answer, observed } = await made.call(caller, readTicket);
    expect(made.effects).toHaveLength(1);
    expect(observed).toEqual({ released: false, code: 'store_unavailable' });
    broken = false;
    expect(await closeAbandoned(made.road, 'n1')).toBe(1);
    if (answer.outcome !== 'allow') throw new Error('not allowed');
    const closing = (await events(made)).find(
      (e) => e.type === 'observation' && e.decision === answer.call.decision,
    );
    expect(closing).toMatchObject({
      status: 'ambiguous',
      label: { level: 'internal', integrity: 'untrusted' },
    });
    // The budget is spent: nobody knows that nothing happened.
    expect(made.road.sequencer.head.get(facets.budget(caller.task, 'calls'))).toEqual({
      limit: 1,
      reserved: 0,
      spent: 1,
    });
  });

  test('64 calls at once do not overspend a budget', async () => {
    const made = await rig();
    const caller = await made.start({ budgets: [{ name: 'calls', limit: 10 }] });
    const answers = await Promise.all(Array.from({ length: 64 }, () => made.call(caller, readTicket)));
    expect(answers.filter(({ answer }) => answer.outcome === 'allow')).toHaveLength(10);
    expect(made.effects).toHaveLength(10);
    expect(
      answers
        .filter(({ answer }) => answer.outcome === 'deny')
        .every(({ answer }) => 'code' in answer && answer.code === 'budget_exhausted'),
    ).toBe(true);
  });
});

describe('3. decide on the bytes that run', () => {
  verifies('road.canonical-bytes');

  test('what is forwarded is our canonical form', async () => {
    const made = await rig();
    const proposal = tool('mail', 'send_mail', { to: 'a@acme.example', body: 'b', subject: 's' });
    await made.call(await made.start(), proposal);
    expect(made.effects).toEqual(['mail/send_mail {"body":"b","subject":"s","to":"a@acme.example"}']);
  });
});

describe('4. an error is never a permission', () => {
  verifies('road.error-is-no-permission');

  const always = (answer: EngineAnswer, inner: PolicySet): PolicySet => ({
    ...inner,
    evaluate: () => answer,
  });

  test.each<[what: string, answer: EngineAnswer, code: string]>([
    ['an engine that fails', { ok: false, reason: 'trap' }, 'engine_failed'],
    [
      'a forbid that errors beside a permit',
      { ok: true, satisfied: ['support.observe'], errored: ['no-way-out.post'] },
      'forbid_errored',
    ],
    [
      'a policy that nobody published',
      { ok: true, satisfied: ['support.observe', 'ghost'], errored: [] },
      'engine_failed',
    ],
  ])('%s', async (_what, answer, code) => {
    const inner = (await rig()).road.published().policies;
    const made = await rig();
    const caller = await made.start();
    const broken: Rig['road'] = {
      ...made.road,
      published: () => ({ ...made.road.published(), policies: always(answer, inner) }),
    };
    expect(await authorize(broken, caller, readTicket, new Set())).toMatchObject({ outcome: 'deny', code });
  });

  test('an engine that throws', async () => {
    const made = await rig();
    const caller = await made.start();
    const broken: Rig['road'] = {
      ...made.road,
      published: () => ({
        ...made.road.published(),
        policies: {
          ...made.road.published().policies,
          evaluate: () => {
            throw new Error('trap');
          },
        },
      }),
    };
    expect(await authorize(broken, caller, readTicket, new Set())).toMatchObject({ outcome: 'deny' });
  });
});

describe('5. an allow ages', () => {
  verifies('road.allow-ages');

  test('past its second it is not released', async () => {
    const made = await rig({ beforeRelease: (self) => self.pass(1001) });
    const { observed } = await made.call(await made.start(), readTicket);
    expect(made.effects).toEqual([]);
    expect(observed).toMatchObject({ released: false });
  });

  test('within its second it is', async () => {
    const made = await rig({ beforeRelease: (self) => self.pass(999) });
    await made.call(await made.start(), readTicket);
    expect(made.effects).toHaveLength(1);
  });

  test('it is released once', async () => {
    const made = await rig();
    const answer = await authorize(made.road, await made.start(), readTicket, new Set());
    if (answer.outcome !== 'allow') throw new Error('not allowed');
    expect([answer.call.release(), answer.call.release()]).toEqual(['go', 'stopped']);
  });

  test.each(['agent', 'task', 'session'] as const)(
    'a revoked %s: not released, and denied from then on',
    async (scope) => {
      const target = { agent: 'a1', task: '', session: '' };
      const made = await rig({
        beforeRelease: async (self) => {
          await revoke(self.road, operator, scope, target[scope], 'test');
        },
      });
      const caller = await made.start();
      Object.assign(target, { task: caller.task, session: caller.session });
      await made.call(caller, readTicket);
      expect(made.effects).toEqual([]);
      expect((await made.call(caller, readTicket)).answer).toMatchObject({
        outcome: 'deny',
        code: `${scope}_revoked`,
      });
    },
  );

  test('a call in flight is aborted when its task ends, and its result is withheld', async () => {
    const made = await rig();
    const caller = await made.start();
    const answer = await authorize(made.road, caller, readTicket, new Set());
    if (answer.outcome !== 'allow') throw new Error('not allowed');
    expect(answer.call.release()).toBe('go');
    expect(answer.call.signal.aborted).toBe(false);
    await endTask(made.road, operator, caller.task, 'done');
    expect(answer.call.signal.aborted).toBe(true);
    const observed = await observe(made.road, answer.call, { status: 'ok', content: {}, tookMs: 1 });
    expect(observed).toEqual({ released: false, code: 'stopped' });
    const closing = (await events(made)).find(
      (e) => e.type === 'observation' && e.decision === answer.call.decision,
    );
    expect(closing).toMatchObject({ status: 'withheld' });
  });

  test('a task ends by itself', async () => {
    const made = await rig();
    const caller = await made.start({ ttlMs: 5000 });
    made.pass(5000);
    expect((await made.call(caller, readTicket)).answer).toMatchObject({
      outcome: 'deny',
      code: 'task_expired',
    });
  });
});

describe('6. start-up proves itself', () => {
  verifies('road.canary', 'road.shadow-tells');

  test('a sound road passes', async () => {
    const made = await rig();
    await expect(proveRoad(made.road, made.ledger)).resolves.toBeUndefined();
  });

  test('in shadow mode the canary is enforced all the same', async () => {
    const made = await rig({ mode: 'shadow' });
    await expect(proveRoad(made.road, made.ledger)).resolves.toBeUndefined();
    // While everything else is let through and marked.
    const { answer } = await made.call(await made.start(), tool('crm', 'export_customers'));
    expect(answer.outcome).toBe('allow');
    const decided = (await events(made)).findLast((e) => e.type === 'decision');
    expect(decided).toMatchObject({ outcome: 'deny', shadow: true });
  });

  test.each<[what: string, break_: (set: PolicySet) => PolicySet]>([
    [
      'an engine that says yes to everything',
      (set) => ({ ...set, evaluate: () => ({ ok: true, satisfied: ['support.observe'], errored: [] }) }),
    ],
    [
      'an engine that says no to everything',
      (set) => ({ ...set, evaluate: () => ({ ok: true, satisfied: [], errored: [] }) }),
    ],
    ['an engine that fails', (set) => ({ ...set, evaluate: () => ({ ok: false, reason: 'trap' }) })],
  ])('%s does not', async (_what, break_) => {
    const made = await rig();
    const policies = break_(made.road.published().policies);
    const broken = { ...made.road, published: () => ({ ...made.road.published(), policies }) };
    await expect(proveRoad(broken, made.ledger)).rejects.toMatchObject({ code: 'canary_failed' });
  });

  test('a ledger that keeps nothing does not', async () => {
    const made = await rig();
    await expect(proveRoad(made.road, { find: async () => undefined })).rejects.toMatchObject({
      code: 'canary_failed',
    });
  });
});

describe('secrets', () => {
  verifies('evidence.no-secrets', 'evidence.erasable');

  test('never reach the ledger, its payloads or the answer', async () => {
    const secret = `ghp_${'a1B2'.repeat(9)}`;
    const made = await rig();
    const caller = await made.start();
    const { answer } = await made.call(
      caller,
      tool('files', 'write_file', { path: 'x', text: `token ${secret}` }),
    );
    expect(answer.outcome).toBe('allow');
    // The upstream gets what the agent sent: the edge alone holds raw bytes.
    expect(made.effects[0]).toContain(secret);
    for (const entry of await made.ledger.read(0, 1000)) expect(entry.leaf).not.toContain(secret);
    const decided = (await events(made)).findLast((e) => e.type === 'decision');
    if (decided?.type !== 'decision' || decided.request.args === undefined) throw new Error('no decision');
    const opened = await made.road.vault.open(
      decided.request.args.digest,
      await positionOf(made, decided.id),
    );
    if (!opened.ok) throw new Error(opened.reason);
    expect(opened.content).not.toContain(secret);
    expect(opened.content).toMatch(/secret\(github_token, [0-9a-f]{32}\)/);
  });

  test('are hidden in what a task is started with', async () => {
    const secret = `ghp_${'a1B2'.repeat(9)}`;
    const made = await rig();
    const caller = await made.start({
      params: { key: secret },
      purpose: `use ${secret}`,
      prompt: `with ${secret}`,
    });
    for (const entry of await made.ledger.read(0, 1000)) expect(entry.leaf).not.toContain(secret);
    const asked = (await events(made)).find((e) => e.type === 'prompt.submitted');
    if (asked?.type !== 'prompt.submitted') throw new Error('no prompt');
    const opened = await made.road.vault.open(asked.text.digest, await positionOf(made, asked.id));
    expect(opened).toMatchObject({ ok: true, content: expect.stringMatching(/with secret\(github_token, /) });
    expect(made.road.sequencer.head.get(facets.task(caller.task))?.params).toMatchObject({
      key: expect.stringMatching(/^secret\(github_token, /),
    });
  });

  test('erasing a task forgets its contents and keeps its records', async () => {
    const made = await rig();
    const caller = await made.start();
    await made.call(caller, readTicket);
    const before = await made.ledger.size();
    await made.road.vault.erase(caller.task);
    const decided = (await events(made)).findLast((e) => e.type === 'decision');
    if (decided?.type !== 'decision' || decided.request.args === undefined) throw new Error('no decision');
    expect(
      await made.road.vault.open(decided.request.args.digest, await positionOf(made, decided.id)),
    ).toEqual({
      ok: false,
      reason: 'erased',
    });
    expect(await made.ledger.size()).toBe(before);
  });
});
