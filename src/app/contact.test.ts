// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { oneNode, operator, settled, toolCall } from '../../test/simulator/one-node.ts';
import { understood } from '../../test/simulator/rules.ts';
import { authorize } from './authorize.ts';
import { watchContact } from './contact.ts';
import { type Ledger, LedgerUnavailable } from './ports.ts';
import { revoke } from './revoke.ts';
import { tail } from './tail.ts';

type Mood = 'answers' | 'refuses' | 'is silent';

async function setUp() {
  const store: { mood: Mood; reads: number } = { mood: 'answers', reads: 0 };
  const around = (inner: Ledger): Ledger => ({
    ...inner,
    read(from, limit) {
      store.reads += 1;
      if (store.mood === 'is silent') return new Promise(() => undefined);
      if (store.mood === 'refuses') return Promise.reject(new LedgerUnavailable('gone'));
      return inner.read(from, limit);
    },
  });
  const node = await oneNode({ around });
  const caller = await node.task();
  const call = async () => {
    const answer = await authorize(node.road, caller, toolCall('crm/read'), understood);
    if (answer.outcome !== 'allow') throw new Error(answer.code);
    return answer.call;
  };
  const pass = async (ms: number) => {
    for (let i = 0; i < ms; i += 10) {
      node.clock.pass(10);
      await settled();
    }
  };
  return { store, node, call, pass };
}

describe('while calls are live', () => {
  test('a store that answers stops nothing, however long they take', async () => {
    const { node, call, pass } = await setUp();
    const live = await call();
    const stop = watchContact(node.road);
    await pass(10_000);
    expect(live.signal.aborted).toBe(false);
    stop();
    expect(node.clock.waiting).toEqual([]);
  });

  test.each<Mood>(['refuses', 'is silent'])(
    'a store that %s stops them all in time, and not before',
    async (mood) => {
      const { store, node, call, pass } = await setUp();
      const live = await call();
      const stop = watchContact(node.road);
      await pass(2000);
      const contactMs = node.road.sequencer.lastContactMs();
      store.mood = mood;
      await pass(contactMs + 990 - node.clock.monotonicMs());
      expect(live.signal.aborted).toBe(false);
      await pass(20);
      expect(live.signal.reason).toBe('store_lost');
      stop();
    },
  );

  test('a store that comes back in time stops nothing', async () => {
    const { store, node, call, pass } = await setUp();
    const live = await call();
    const stop = watchContact(node.road);
    store.mood = 'is silent';
    await pass(600);
    store.mood = 'answers';
    await pass(3000);
    expect(live.signal.aborted).toBe(false);
    stop();
  });

  test('those that come after a stop are looked after as well', async () => {
    const { store, node, call, pass } = await setUp();
    await call();
    const stop = watchContact(node.road);
    store.mood = 'refuses';
    await pass(2000);
    store.mood = 'answers';
    const next = await call();
    await pass(500);
    expect(next.signal.aborted).toBe(false);
    store.mood = 'refuses';
    await pass(1500);
    expect(next.signal.reason).toBe('store_lost');
    stop();
  });
});

test('without live calls the store is left in peace', async () => {
  const { store, node, pass } = await setUp();
  const stop = watchContact(node.road);
  const before = store.reads;
  await pass(5000);
  expect(store.reads).toBe(before);
  stop();
});

describe('the tail', () => {
  test('learns what others wrote, and stops what they took the ground from', async () => {
    const { node, call, pass } = await setUp();
    const live = await call();
    const other = await oneNode({ name: 'n2', store: node.store });
    const stop = tail(node.road, 200, () => undefined);
    await revoke(other.road, operator, 'session', live.caller.session, 'x');
    await pass(190);
    expect(live.signal.aborted).toBe(false);
    await pass(10);
    expect(live.signal.reason).toBe('revoked');
    stop();
  });

  test('goes on after a failure, tells of it, and never asks twice at once', async () => {
    const { store, node, pass } = await setUp();
    const failures: unknown[] = [];
    const stop = tail(node.road, 200, (error) => failures.push(error));
    store.mood = 'refuses';
    await pass(1000);
    expect(failures).toHaveLength(5);
    store.mood = 'is silent';
    const before = store.reads;
    await pass(1000);
    expect(store.reads - before).toBe(1);
    stop();
    store.mood = 'answers';
    await pass(5000);
    expect(store.reads - before).toBe(1);
  });
});
