// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { oneNode, operator } from '../../test/simulator/one-node.ts';
import { policySet, publications } from '../../test/simulator/rules.ts';
import { facets } from '../core/state/facet.ts';
import { administer } from './administer.ts';
import type { EngineAnswer, Published } from './ports.ts';
import { publish } from './publish.ts';
import { revoke } from './revoke.ts';
import { endTask, renewToken, startSession } from './tasks.ts';

const [first, second, third] = publications;
if (first === undefined || second === undefined || third === undefined) throw new Error('too few');

const allowsNobody: Published = { ...first, policies: policySet('closed', []) };
const asks: Published = {
  ...first,
  policies: policySet('asks', [
    { id: 'operators', effect: 'permit', holds: () => true },
    {
      id: 'two-people',
      effect: 'forbid',
      remedy: { kind: 'step_up', approvers: ['x'], quorum: 2, expiresMs: 1 },
      holds: (question) => question.action.id === 'revoke',
    },
  ]),
};
const silent: Published = {
  ...first,
  policies: { ...policySet('silent', []), evaluate: (): EngineAnswer => ({ ok: false, reason: 'x' }) },
};

describe('an administrative act', () => {
  test('is done in one commit with the decision that allowed it', async () => {
    const node = await oneNode();
    const caller = await node.task();
    const done = await endTask(node.road, operator, caller.task, 'over');
    const events = await node.events();
    const at = events.findIndex((event) => event.type === 'task.ended');
    expect(events[at - 1]).toMatchObject({
      type: 'decision',
      id: done.ok ? done.decision : '',
      outcome: 'allow',
      who: { operator: operator.id },
      request: { action: 'task.end', target: `task/${caller.task}` },
    });
    expect(node.road.sequencer.head.get(facets.task(caller.task))).toMatchObject({ status: 'ended' });
  });

  test.each<[why: string, published: Published, code: string, outcome: string]>([
    ['nothing permits it', allowsNobody, 'no_permit', 'deny'],
    ['people have to be asked', asks, 'pending_approval', 'step_up'],
    ['the engine gave no answer', silent, 'engine_failed', 'deny'],
  ])('is refused, on record and without effect when %s', async (_why, published, code, outcome) => {
    const node = await oneNode({ first: published });
    const deeds: string[] = [];
    const done = await administer(node.road, operator, 'revoke', { kind: 'agent', id: 'a' }, () => {
      deeds.push('done');
      return { ok: true, writings: [], value: undefined };
    });
    expect(done).toMatchObject({ ok: false, code });
    expect(deeds).toEqual([]);
    expect((await node.events()).at(-1)).toMatchObject({ type: 'decision', code, outcome });
  });

  test('to something that is not there leaves no record that it was done', async () => {
    const node = await oneNode();
    const before = (await node.events()).length;
    expect(await revoke(node.road, operator, 'agent', 'nobody', 'x')).toMatchObject({ code: 'not_found' });
    expect(await endTask(node.road, operator, 'none', 'x')).toMatchObject({ code: 'not_found' });
    expect(await node.events()).toHaveLength(before);
  });

  test('is refused on a node that has not loaded what is in force', async () => {
    const one = await oneNode();
    const other = await oneNode({ name: 'n2', store: one.store });
    const caller = await one.task();
    await publish(one.road, one.force, operator, third, { reason: 'test' });
    const refused = await revoke(other.road, operator, 'agent', caller.agent, 'x');
    expect(refused).toMatchObject({ ok: false, code: 'policy_not_here' });
    expect(await revoke(one.road, operator, 'agent', caller.agent, 'x')).toMatchObject({ ok: true });
  });
});

describe('tasks and sessions', () => {
  test('a task starts with its agent, its prompt and its first session', async () => {
    const node = await oneNode();
    const started = await node.task({ prompt: 'do it', budgets: [{ name: 'calls', limit: 2 }] });
    const { head } = node.road.sequencer;
    expect(head.get(facets.agent('a1'))).toMatchObject({ status: 'active' });
    expect(head.get(facets.task(started.task))).toMatchObject({ status: 'active', hasPrompt: true });
    expect(head.get(facets.session(started.session))).toMatchObject({ task: started.task });
    const prompt = (await node.events()).find((event) => event.type === 'prompt.submitted');
    const entry = await node.ledger.find(prompt?.id ?? '');
    const digest = prompt?.type === 'prompt.submitted' ? prompt.text.digest : '';
    expect(await node.road.vault.open(digest, entry?.position ?? -1)).toEqual({
      ok: true,
      content: '{"text":"do it"}',
    });
  });

  test('a revoked agent gets no task, whoever asks and on whichever node', async () => {
    const one = await oneNode();
    await one.task();
    const other = await oneNode({ name: 'n2', store: one.store });
    expect(await revoke(one.road, operator, 'agent', 'a1', 'x')).toMatchObject({ ok: true });
    await expect(one.task()).rejects.toThrow('not_possible');
    await expect(other.task()).rejects.toThrow('not_possible');
  });

  test('what is over is not started again, renewed or ended twice', async () => {
    const node = await oneNode();
    const { task, session } = await node.task();
    expect(await startSession(node.road, operator, task)).toMatchObject({ ok: true });
    expect(await renewToken(node.road, operator, session)).toMatchObject({ ok: true, value: { session } });
    expect(await endTask(node.road, operator, task, 'x')).toMatchObject({ ok: true });
    for (const again of [
      await startSession(node.road, operator, task),
      await renewToken(node.road, operator, session),
      await endTask(node.road, operator, task, 'x'),
    ]) {
      expect(again).toMatchObject({ ok: false, code: 'not_possible' });
    }
  });

  test('a session that was given a name keeps it to itself', async () => {
    const node = await oneNode();
    const { task } = await node.task({ session: 's-mine' });
    expect(node.road.sequencer.head.get(facets.session('s-mine'))).toMatchObject({ task });
    const other = await node.task();
    expect(await startSession(node.road, operator, other.task, 's-mine')).toMatchObject({
      code: 'not_possible',
    });
    await expect(node.task({ session: 's-mine' })).rejects.toThrow('not_possible');
    expect(await startSession(node.road, operator, other.task, 's-other')).toMatchObject({
      ok: true,
      value: { session: 's-other' },
    });
    expect(node.road.sequencer.head.get(facets.session('s-mine'))).toMatchObject({ task });
  });

  test('a task that has lived its time has no more sessions', async () => {
    const node = await oneNode();
    const { task, session } = await node.task({ ttlMs: 5000 });
    node.clock.pass(5000);
    expect(await startSession(node.road, operator, task)).toMatchObject({ code: 'not_possible' });
    expect(await renewToken(node.road, operator, session)).toMatchObject({ code: 'not_possible' });
  });
});
