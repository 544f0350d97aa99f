// SPDX-License-Identifier: Apache-2.0
// What the simulator does to this ledger: pauses, broken replies, power loss.
import { describe, expect, test } from 'vitest';
import { draft, unit } from '../../../test/contract/units.ts';
import { LedgerUnavailable, LedgerUncertain } from '../../app/ports.ts';
import { createMemoryStore } from './ledger.ts';

const waitMs = 1_000;
const moveF = (id: string) => [unit({ f: '' }, draft(id, 's', { moves: ['f'] }))];

/** A gate that a commit waits at. */
function gate() {
  const reached = Promise.withResolvers<void>();
  const opened = Promise.withResolvers<void>();
  return {
    reached: reached.promise,
    open: opened.resolve,
    async wait() {
      reached.resolve();
      await opened.promise;
    },
  };
}

describe('a pause between check and write', () => {
  test('lets no second writer slip in between', async () => {
    const pause = gate();
    const waits = [pause.wait];
    const store = createMemoryStore({ hooks: { betweenCheckAndWrite: async () => waits.shift()?.() } });
    const [one, other] = [store.ledger(), store.ledger()];
    const first = one.commit(moveF('first'), waitMs);
    await pause.reached;
    const second = other.commit(moveF('second'), waitMs);
    expect(await other.size()).toBe(0);
    pause.open();
    expect(await first).toEqual([{ committed: true, positions: [0] }]);
    expect(await second).toMatchObject([{ committed: false, missed: [{ id: 'first' }] }]);
  });

  test('that ends in an error takes back what was checked', async () => {
    const failures: Error[] = [new LedgerUnavailable('injected')];
    const store = createMemoryStore({
      hooks: {
        betweenCheckAndWrite: async () => {
          const failure = failures.shift();
          if (failure !== undefined) throw failure;
        },
      },
    });
    const ledger = store.ledger();
    await expect(ledger.commit(moveF('lost'), waitMs)).rejects.toBeInstanceOf(LedgerUnavailable);
    expect(await ledger.find('lost')).toBeUndefined();
    expect(await ledger.commit(moveF('next'), waitMs)).toEqual([{ committed: true, positions: [0] }]);
  });
});

test('a reply that is lost leaves a record that is found', async () => {
  const store = createMemoryStore({
    hooks: {
      beforeReply: async () => {
        throw new LedgerUncertain('injected');
      },
    },
  });
  const ledger = store.ledger();
  await expect(ledger.commit(moveF('a'), waitMs)).rejects.toBeInstanceOf(LedgerUncertain);
  expect((await ledger.find('a'))?.position).toBe(0);
});

test('waiting goes by the clock that was passed in', async () => {
  const timers: (() => void)[] = [];
  const store = createMemoryStore({
    hooks: { beforeCheck: () => new Promise(() => undefined) },
    after: (_delayMs, run) => {
      timers.push(run);
      return () => undefined;
    },
  });
  const commit = store.ledger().commit(moveF('a'), 60_000);
  for (const run of timers) run();
  await expect(commit).rejects.toThrow('within 60000 ms');
});

describe('power loss', () => {
  test('loses the commit that was checked and not written, and no other can notice it', async () => {
    const pause = gate();
    const waits = [async () => undefined, pause.wait];
    const store = createMemoryStore({ hooks: { betweenCheckAndWrite: async () => waits.shift()?.() } });
    const ledger = store.ledger();
    await ledger.commit([unit({}, draft('kept', 's'))], waitMs);
    const lost = ledger.commit(moveF('lost'), waitMs);
    await pause.reached;
    store.crash();
    expect(await ledger.commit(moveF('next'), waitMs)).toEqual([{ committed: true, positions: [1] }]);
    pause.open();
    await expect(lost).rejects.toBeInstanceOf(LedgerUncertain);
    expect((await ledger.read(0, 9)).map(({ id }) => id)).toEqual(['kept', 'next']);
    expect(await ledger.commit([unit({ f: 'next' }, draft('more', 's'))], waitMs)).toMatchObject([
      { committed: true },
    ]);
  });

  test('keeps the commit that was written and not answered', async () => {
    const pause = gate();
    const store = createMemoryStore({ hooks: { beforeReply: pause.wait } });
    const ledger = store.ledger();
    const unanswered = ledger.commit(moveF('kept'), waitMs);
    await pause.reached;
    store.crash();
    pause.open();
    await expect(unanswered).rejects.toBeInstanceOf(LedgerUncertain);
    expect((await ledger.find('kept'))?.position).toBe(0);
  });

  test('loses the commits that still waited for their turn', async () => {
    const pause = gate();
    const waits = [pause.wait];
    const store = createMemoryStore({ hooks: { beforeCheck: async () => waits.shift()?.() } });
    const ledger = store.ledger();
    const both = [ledger.commit(moveF('a'), waitMs), ledger.commit(moveF('b'), waitMs)];
    await pause.reached;
    store.crash();
    pause.open();
    for (const commit of both) await expect(commit).rejects.toBeInstanceOf(LedgerUncertain);
    expect(await ledger.size()).toBe(0);
  });
});

test('a fork begins with the records that were there, and neither sees what the other writes', async () => {
  const store = createMemoryStore();
  await store.ledger().commit(moveF('first'), waitMs);
  const fork = store.fork();
  const [here, there] = [store.ledger(), fork.ledger()];
  expect(await there.read(0, 9)).toEqual(await here.read(0, 9));
  // What was moved is moved in both, and streams go on where they were.
  expect(await there.commit(moveF('late'), waitMs)).toMatchObject([
    { committed: false, missed: [{ id: 'first' }] },
  ]);
  const next = [unit({ f: 'first' }, draft('second', 's', { moves: ['f'] }))];
  expect(await there.commit(next, waitMs)).toEqual([{ committed: true, positions: [1] }]);
  expect(await here.size()).toBe(1);
  expect(await here.commit(next, waitMs)).toEqual([{ committed: true, positions: [1] }]);
  expect(await there.read(1, 1)).toEqual(await here.read(1, 1));
});
