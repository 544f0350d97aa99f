// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { type OneNode, oneNode, operator, toolCall } from '../../test/simulator/one-node.ts';
import { publications, understood } from '../../test/simulator/rules.ts';
import type { DecisionEvent } from '../core/record/event.ts';
import { facets } from '../core/state/facet.ts';
import { type Authorization, authorize } from './authorize.ts';
import { type Ledger, LedgerUnavailable, LedgerUncertain, type Published } from './ports.ts';
import { publish } from './publish.ts';
import { revoke } from './revoke.ts';
import { endTask, startSession } from './tasks.ts';

const rules = (version: number): Published => {
  const found = publications[version - 1];
  if (found === undefined) throw new Error(`no version ${version}`);
  return found;
};

async function decisions(node: OneNode): Promise<readonly DecisionEvent[]> {
  return (await node.events()).flatMap((event) =>
    event.type === 'decision' && 'session' in event.who ? [event] : [],
  );
}

function allowed(answer: Authorization): Extract<Authorization, { outcome: 'allow' }> {
  if (answer.outcome !== 'allow') throw new Error(`refused as ${answer.code}`);
  return answer;
}

describe('an allowed call', () => {
  test('is on record before anybody is told, open and with what it reserves', async () => {
    const node = await oneNode();
    const caller = await node.task({ budgets: [{ name: 'calls', limit: 3 }] });
    const answer = allowed(await authorize(node.road, caller, toolCall('crm/read'), understood));
    const [decision] = await decisions(node);
    expect(decision).toMatchObject({
      id: answer.call.decision,
      outcome: 'allow',
      code: 'permitted',
      who: { agent: 'a1', task: caller.task, session: caller.session, tokenId: caller.tokenId },
      open: { reserves: [{ budget: 'calls', units: 1 }], releaseWithinMs: 1000 },
    });
    expect(node.road.sequencer.head.get(facets.budget(caller.task, 'calls'))).toMatchObject({ reserved: 1 });
    expect(node.road.live.has(answer.call.decision)).toBe(true);
  });

  test('forwards the canonical form of what was decided, and the record keeps exactly that', async () => {
    const node = await oneNode();
    const caller = await node.task();
    const proposal = toolCall('crm/read', { n: 1, amount: -0, b: 'x' });
    const answer = allowed(await authorize(node.road, caller, proposal, understood));
    expect(answer.args).toBe('{"amount":0,"b":"x","n":1}');
    const [decision] = await decisions(node);
    const entry = await node.ledger.find(answer.call.decision);
    const opened = await node.road.vault.open(decision?.request.args?.digest ?? '', entry?.position ?? -1);
    expect(opened).toEqual({ ok: true, content: answer.args });
  });

  test('may be narrowed: what is forwarded is what was decided in the end', async () => {
    const node = await oneNode({ first: rules(2) });
    const caller = await node.task();
    const answer = allowed(
      await authorize(node.road, caller, toolCall('bank/pay', { n: 1, amount: 15 }), understood),
    );
    expect(answer).toMatchObject({ args: '{"amount":10,"n":1}', modified: true });
    expect((await decisions(node))[0]).toMatchObject({ outcome: 'modify', transforms: ['cap:amount:10'] });
  });
});

describe('a refusal', () => {
  test.each<
    [
      what: string,
      tool: string,
      args: { n: number | string; amount: number },
      version: number,
      code: string,
      outcome: string,
    ]
  >([
    ['nobody has catalogued', 'crm/drop', { n: 1, amount: 1 }, 1, 'unknown_target', 'deny'],
    [
      'has other arguments than were accepted',
      'crm/read',
      { n: 'x', amount: 1 },
      1,
      'invalid_arguments',
      'deny',
    ],
    ['a policy asks people about', 'mail/send', { n: 1, amount: 11 }, 3, 'pending_approval', 'step_up'],
    ['a policy lets wait', 'bank/pay', { n: 1, amount: 11 }, 3, 'deferred', 'defer'],
    ['a broken policy forbids', 'web/fetch', { n: 1, amount: 16 }, 3, 'forbid_errored', 'deny'],
  ])('of what %s is on record before it is told', async (_what, tool, args, version, code, outcome) => {
    const node = await oneNode({ first: rules(version) });
    const caller = await node.task();
    const answer = await authorize(node.road, caller, toolCall(tool, args), understood);
    expect(answer).toMatchObject({ outcome, code });
    const [decision] = await decisions(node);
    expect(decision).toMatchObject({ code, outcome });
    expect(answer.outcome !== 'allow' && answer.decision).toBe(decision?.id);
    expect(decision?.open).toBeUndefined();
    expect(node.road.live.size()).toBe(0);
  });

  test('of an obligation that the edge does not know', async () => {
    const node = await oneNode({ first: rules(2) });
    const caller = await node.task();
    expect(await authorize(node.road, caller, toolCall('crm/read'), new Set())).toMatchObject({
      code: 'unknown_obligation',
    });
    expect(await authorize(node.road, caller, toolCall('crm/read'), understood)).toMatchObject({
      outcome: 'allow',
      obligations: [{ name: 'max_result_bytes', bytes: 1000 }],
    });
  });

  test('comes as soon as the budget is reserved, whoever asks and however many at once', async () => {
    const node = await oneNode();
    const caller = await node.task({ budgets: [{ name: 'calls', limit: 3 }] });
    const second = await startSession(node.road, operator, caller.task);
    if (!second.ok) throw new Error(second.code);
    const answers = await Promise.all(
      [caller, second.value, caller, second.value, caller].map((who) =>
        authorize(node.road, who, toolCall('crm/read'), understood),
      ),
    );
    expect(answers.filter((answer) => answer.outcome === 'allow')).toHaveLength(3);
    const spent = answers.filter((a) => a.outcome === 'deny' && a.code === 'budget_exhausted');
    expect(spent).toHaveLength(2);
    // The permit that was satisfied is not what refused it: its id and its reason would mislead the model.
    for (const answer of spent) {
      expect(answer.policies).toEqual([]);
      expect(answer).not.toHaveProperty('reason');
    }
  });

  test.each<
    [who: string, lose: (node: OneNode, task: string, session: string) => Promise<unknown>, code: string]
  >([
    ['agent was revoked', (n) => revoke(n.road, operator, 'agent', 'a1', 'x'), 'agent_revoked'],
    ['task was revoked', (n, task) => revoke(n.road, operator, 'task', task, 'x'), 'task_revoked'],
    [
      'session was revoked',
      (n, _t, session) => revoke(n.road, operator, 'session', session, 'x'),
      'session_revoked',
    ],
    ['task was ended', (n, task) => endTask(n.road, operator, task, 'x'), 'task_ended'],
    ['task has lived its time', async (n) => n.clock.pass(600_001), 'task_expired'],
  ])('of a caller whose %s', async (_who, lose, code) => {
    const node = await oneNode();
    const caller = await node.task();
    await lose(node, caller.task, caller.session);
    expect(await authorize(node.road, caller, toolCall('crm/read'), understood)).toMatchObject({ code });
  });

  test.each([
    ['session of another task', (a: string, b: string) => ({ task: a, session: b }), 'not_the_callers'],
  ] as const)('of a %s', async (_what, mix, code) => {
    const node = await oneNode();
    const [one, other] = [await node.task(), await node.task()];
    const caller = { ...one, ...mix(one.task, other.session) };
    expect(await authorize(node.road, caller, toolCall('crm/read'), understood)).toMatchObject({ code });
  });

  test('without a key for the record', async () => {
    const node = await oneNode();
    const caller = await node.task();
    await node.road.vault.erase(caller.task);
    expect(await authorize(node.road, caller, toolCall('crm/read'), understood)).toEqual({
      outcome: 'deny',
      code: 'keys_unavailable',
      policies: [],
    });
  });

  test('while what is in force is not loaded here, until it is', async () => {
    const one = await oneNode();
    const other = await oneNode({ name: 'n2', store: one.store });
    const caller = await one.task();
    await publish(one.road, one.force, operator, rules(3), { reason: 'test' });
    await other.road.sequencer.catchUp();
    const ask = () => authorize(other.road, caller, toolCall('crm/read'), understood);
    expect(await ask()).toMatchObject({ code: 'policy_not_here' });
    other.force.stage(rules(3));
    expect(await ask()).toMatchObject({ outcome: 'allow' });
  });

  test('of a caller whom this node has not heard of is checked with the store first', async () => {
    const one = await oneNode();
    const other = await oneNode({ name: 'n2', store: one.store });
    const caller = await one.task();
    expect(await authorize(other.road, caller, toolCall('crm/read'), understood)).toMatchObject({
      outcome: 'allow',
    });
  });

  test('although this node has not heard yet that something else is in force', async () => {
    const one = await oneNode();
    const caller = await one.task();
    const other = await oneNode({ name: 'n2', store: one.store });
    await publish(one.road, one.force, operator, rules(3), { reason: 'test' });
    const answer = await authorize(other.road, caller, toolCall('crm/read'), understood);
    expect(answer).toMatchObject({ code: 'policy_not_here' });
    expect(other.road.live.size()).toBe(0);
  });
});

describe('a decision that does not become durable', () => {
  const breaking = (error: Error, write = false) => {
    const fault = { on: false };
    const around = (inner: Ledger): Ledger => ({
      ...inner,
      commit: async (units, timeoutMs) => {
        if (!fault.on) return inner.commit(units, timeoutMs);
        if (write) await inner.commit(units, timeoutMs);
        throw error;
      },
    });
    return { fault, around };
  };

  test.each([
    ['store_unavailable', new LedgerUnavailable('gone'), false],
    ['store_uncertain', new LedgerUncertain('perhaps'), true],
  ] as const)('is a refusal as %s, and leaves no live call', async (code, error, write) => {
    const { fault, around } = breaking(error, write);
    const node = await oneNode({ around });
    const caller = await node.task();
    fault.on = true;
    expect(await authorize(node.road, caller, toolCall('crm/read'), understood)).toEqual({
      outcome: 'deny',
      code,
      policies: [],
    });
    expect(node.road.live.size()).toBe(0);
  });

  test('because another node was first is decided again, and one call is live', async () => {
    const one = await oneNode();
    const other = await oneNode({ name: 'n2', store: one.store });
    const caller = await one.task({ budgets: [{ name: 'calls', limit: 2 }] });
    await other.road.sequencer.catchUp();
    allowed(await authorize(other.road, caller, toolCall('crm/read'), understood));
    const answer = allowed(await authorize(one.road, caller, toolCall('crm/read'), understood));
    expect(one.road.live.size()).toBe(1);
    expect(one.road.live.has(answer.call.decision)).toBe(true);
    expect(await authorize(other.road, caller, toolCall('crm/read'), understood)).toMatchObject({
      code: 'budget_exhausted',
    });
    expect(other.road.live.size()).toBe(1);
  });
});

describe('what a stranger sends', () => {
  const token = `ghp_${'a1B2'.repeat(10)}`;

  test('leaves no secret in the record, wherever it was cut', async () => {
    const node = await oneNode();
    const caller = await node.task();
    for (const target of [token, `${'x'.repeat(500)} ${token}`]) {
      const proposal = { method: `call ${token}`, server: `at ${token}`, target, args: {} };
      await authorize(node.road, caller, proposal, understood);
    }
    const leaves = (await node.ledger.read(0, 999)).map(({ leaf }) => leaf).join('\n');
    expect(leaves).toContain('secret(github_token');
    expect(leaves).not.toContain(token.slice(0, 12));
  });

  test('is bounded in the record, and on record however it is cut', async () => {
    const node = await oneNode();
    const caller = await node.task();
    const target = `${'x'.repeat(511)}\u{1f511}${'y'.repeat(5000)}`;
    const answer = await authorize(node.road, caller, { ...toolCall('crm/read'), target }, understood);
    expect(answer).toMatchObject({ code: 'unknown_target', decision: expect.any(String) });
    const [decision] = await decisions(node);
    expect(decision?.request.target.length).toBeLessThan(600);
  });

  test('and what an edge adds to the caller is not written', async () => {
    const node = await oneNode();
    const caller = { ...(await node.task()), claims: { more: 1 } };
    const answer = allowed(await authorize(node.road, caller, toolCall('crm/read'), understood));
    const decision = (await decisions(node)).find(({ id }) => id === answer.call.decision);
    expect(Object.keys(decision?.who ?? {}).sort()).toEqual(['agent', 'session', 'task', 'tokenId']);
  });
});

describe('shadow mode', () => {
  const shadow: Published = { ...rules(3), mode: 'shadow' };

  test('lets through what would have been refused, and says so', async () => {
    const node = await oneNode({ first: shadow });
    const caller = await node.task();
    allowed(await authorize(node.road, caller, toolCall('mail/send', { n: 1, amount: 11 }), understood));
    expect((await decisions(node))[0]).toMatchObject({
      outcome: 'step_up',
      shadow: true,
      open: { reserves: [] },
    });
  });

  test('lets nobody through who has no standing, and no unknown target', async () => {
    const node = await oneNode({ first: shadow });
    const caller = await node.task();
    expect(await authorize(node.road, caller, toolCall('crm/drop'), understood)).toMatchObject({
      code: 'unknown_target',
    });
    await endTask(node.road, operator, caller.task, 'x');
    expect(await authorize(node.road, caller, toolCall('crm/read'), understood)).toMatchObject({
      code: 'task_ended',
    });
  });
});
