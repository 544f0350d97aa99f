// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { oneNode, operator } from '../../test/simulator/one-node.ts';
import { policySet, publications, withoutCanary } from '../../test/simulator/rules.ts';
import { CanaryFailed, canaryAgent, canaryPolicy, proveRoad } from './canary.ts';
import type { EngineAnswer, Published } from './ports.ts';
import { revoke } from './revoke.ts';

const [first] = publications;
if (first === undefined) throw new Error('nothing to publish');
const with_ = (policies: Published['policies'], mode: Published['mode'] = 'enforce'): Published => ({
  ...first,
  policies,
  mode,
});

test('a road that refuses the canary by its policy, on record, is proved', async () => {
  const node = await oneNode();
  await proveRoad(node.road, node.ledger);
  expect((await node.events()).at(-1)).toMatchObject({
    type: 'decision',
    outcome: 'deny',
    code: 'forbidden',
    who: { agent: canaryAgent },
  });
  expect(node.road.live.size()).toBe(0);
});

const other = policySet('other', [{ id: 'all', effect: 'forbid', holds: () => true }]);
const silent = policySet('silent', []);
const mute = { ...silent, evaluate: (): EngineAnswer => ({ ok: false, reason: 'x' }) };
const errs = policySet('errs', [
  { id: 'all', effect: 'permit', holds: () => true },
  {
    id: canaryPolicy,
    effect: 'forbid',
    holds: () => {
      throw new TypeError('of the canary');
    },
  },
]);

test.each<[what: string, published: Published]>([
  ['lets it through', withoutCanary],
  ['lets it through in shadow mode', { ...withoutCanary, mode: 'shadow' }],
  ['refuses it by another policy', with_(other)],
  ['refuses it because nothing permits', with_(silent)],
  ['has an engine that gives no answer', with_(mute)],
  ['has a canary policy that errs', with_(errs)],
])('a road that %s is not proved', async (_what, published) => {
  const node = await oneNode({ first: published });
  await expect(proveRoad(node.road, node.ledger)).rejects.toBeInstanceOf(CanaryFailed);
});

test('a refusal that is in no ledger proves nothing', async () => {
  const node = await oneNode();
  const forgetful = { find: async () => undefined };
  await expect(proveRoad(node.road, forgetful)).rejects.toBeInstanceOf(CanaryFailed);
});

test('shadow mode stops the canary all the same', async () => {
  const node = await oneNode({ first: { ...first, mode: 'shadow' } });
  await proveRoad(node.road, node.ledger);
});

test('each start has a task of its own, and nobody can keep the next one from being proved', async () => {
  const node = await oneNode();
  await proveRoad(node.road, node.ledger);
  expect(await revoke(node.road, operator, 'agent', canaryAgent, 'x')).toMatchObject({
    code: 'not_possible',
  });
  const again = await oneNode({ store: node.store });
  await proveRoad(again.road, again.ledger);
  const tasks = (await node.events()).flatMap((event) =>
    event.type === 'task.started' ? [event.task.id] : [],
  );
  expect(new Set(tasks).size).toBe(2);
});
