// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { oneNode, operator } from '../../test/simulator/one-node.ts';
import { publications } from '../../test/simulator/rules.ts';
import { facets } from '../core/state/facet.ts';
import { publish, publishAtStart } from './publish.ts';

const [first, second, third, fewerTools] = publications;
if (first === undefined || second === undefined || third === undefined || fewerTools === undefined)
  throw new Error('too few');

describe('publishing', () => {
  test('brings policies and catalogue into force at one position', async () => {
    const node = await oneNode();
    expect(node.force.current().policies).toBe(first.policies);
    const done = await publish(node.road, node.force, operator, second, { reason: 'test' });
    expect(done).toMatchObject({ ok: true, value: { changed: true } });
    expect(node.force.current().policies).toBe(second.policies);
    expect(node.road.sequencer.head.get(facets.policy)).toBe(second.policies.digest);
  });

  test('what is in force already writes the decision and no more', async () => {
    const node = await oneNode();
    const before = (await node.events()).length;
    expect(await publish(node.road, node.force, operator, first, { reason: 'test' })).toMatchObject({
      ok: true,
      value: { changed: false },
    });
    expect((await node.events()).slice(before).map(({ type }) => type)).toEqual(['decision']);
  });

  test('a catalogue alone is a change', async () => {
    const node = await oneNode();
    expect(await publish(node.road, node.force, operator, fewerTools, { reason: 'test' })).toMatchObject({
      ok: true,
      value: { changed: true },
    });
    expect(node.force.current().catalogue).toBe(fewerTools.catalogue);
  });

  test('reaches a node that holds it ready when the event does', async () => {
    const one = await oneNode();
    const other = await oneNode({ name: 'n2', store: one.store });
    other.force.stage(second);
    await publish(one.road, one.force, operator, second, { reason: 'test' });
    expect(other.force.current().policies).toBe(first.policies);
    await other.road.sequencer.catchUp();
    expect(other.force.current().policies).toBe(second.policies);
  });

  test('reaches a node that loads it later when it does', async () => {
    const one = await oneNode();
    const other = await oneNode({ name: 'n2', store: one.store });
    await publish(one.road, one.force, operator, second, { reason: 'test' });
    await other.road.sequencer.catchUp();
    expect(other.force.current().policies).toBe(first.policies);
    other.force.stage(second);
    expect(other.force.current().policies).toBe(second.policies);
  });

  test('twice in a row ends with the second, on every node', async () => {
    const one = await oneNode();
    const other = await oneNode({ name: 'n2', store: one.store });
    for (const next of [second, third]) other.force.stage(next);
    const both = await Promise.all([
      publish(one.road, one.force, operator, second, { reason: 'test' }),
      publish(one.road, one.force, operator, third, { reason: 'test' }),
    ]);
    expect(both.filter(({ ok }) => ok).length).toBeGreaterThan(0);
    await other.road.sequencer.catchUp();
    const inForce = one.road.sequencer.head.get(facets.policy);
    expect(one.force.current().policies.digest).toBe(inForce);
    expect(other.force.current().policies.digest).toBe(inForce);
  });

  test('comes back from the ledger, and a start with other files is a publication', async () => {
    const one = await oneNode();
    await publish(one.road, one.force, operator, second, { reason: 'test' });
    const again = await oneNode({ name: 'n1', store: one.store, first: second });
    expect(again.force.current().policies).toBe(second.policies);
    const before = (await again.events()).length;
    await publishAtStart(again.road, second, 'local:0');
    expect(await again.events()).toHaveLength(before);
    const other = await oneNode({ name: 'n1', store: one.store, first: third });
    expect((await other.events()).slice(before).map(({ type }) => type)).toEqual([
      'catalogue.published',
      'policy.published',
    ]);
  });
});
