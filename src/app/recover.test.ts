// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { type OneNode, oneNode, settled, toolCall } from '../../test/simulator/one-node.ts';
import { understood } from '../../test/simulator/rules.ts';
import { facets } from '../core/state/facet.ts';
import { authorize } from './authorize.ts';
import { type Ledger, LedgerUncertain } from './ports.ts';
import { closeAbandoned, watchAbandoned } from './recover.ts';

const observations = async (node: OneNode) =>
  (await node.events()).flatMap((event) => (event.type === 'observation' ? [event] : []));

describe('a call that nobody observed', () => {
  test('closes as ambiguous after a restart: budget spent, worst label assumed', async () => {
    const node = await oneNode();
    const caller = await node.task({ budgets: [{ name: 'calls', limit: 2 }] });
    await authorize(node.road, caller, toolCall('web/fetch'), understood);
    const again = await oneNode({ store: node.store });
    expect(await closeAbandoned(again.road, 'n1')).toBe(1);
    expect(await observations(again)).toMatchObject([{ status: 'ambiguous', session: caller.session }]);
    const { head } = again.road.sequencer;
    expect(head.get(facets.budget(caller.task, 'calls'))).toEqual({ limit: 2, reserved: 0, spent: 1 });
    expect(head.get(facets.labels(caller.task))).toMatchObject({ integrity: 'untrusted' });
    expect(await closeAbandoned(again.road, 'n1')).toBe(0);
  });

  test('is left alone while it is in flight here, or on another node', async () => {
    const one = await oneNode();
    const caller = await one.task();
    await authorize(one.road, caller, toolCall('crm/read'), understood);
    expect(await closeAbandoned(one.road, 'n1')).toBe(0);
    const other = await oneNode({ name: 'n2', store: one.store });
    expect(await closeAbandoned(other.road, 'n2')).toBe(0);
    expect(await observations(one)).toEqual([]);
  });

  test('because its decision was written and nobody learnt it is closed as the node goes on', async () => {
    const lost = { on: false };
    const around = (inner: Ledger): Ledger => ({
      ...inner,
      commit: async (units, timeoutMs) => {
        const results = await inner.commit(units, timeoutMs);
        if (lost.on) throw new LedgerUncertain('perhaps');
        return results;
      },
    });
    const node = await oneNode({ around });
    const caller = await node.task();
    const stop = watchAbandoned(node.road, 'n1', 500);
    lost.on = true;
    await authorize(node.road, caller, toolCall('crm/read'), understood);
    node.clock.pass(500);
    await settled();
    lost.on = false;
    node.clock.pass(500);
    await settled();
    expect(await observations(node)).toMatchObject([{ status: 'ambiguous' }]);
    stop();
    expect(node.clock.waiting).toEqual([]);
  });

  test('is not asked for while there is none', async () => {
    const node = await oneNode();
    const before = (await node.events()).length;
    const stop = watchAbandoned(node.road, 'n1', 500);
    for (let i = 0; i < 5; i++) {
      node.clock.pass(500);
      await settled();
    }
    expect(await node.events()).toHaveLength(before);
    stop();
  });
});
