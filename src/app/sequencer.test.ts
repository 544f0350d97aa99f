// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { chanceOf } from '../../test/simulator/chance.ts';
import { handClock, settled } from '../../test/simulator/one-node.ts';
import { createMemoryStore } from '../adapters/memory/ledger.ts';
import type { EventBody } from '../core/record/event.ts';
import { type FacetKey, facets } from '../core/state/facet.ts';
import { createPast } from './past.ts';
import { type Ledger, LedgerUnavailable, LedgerUncertain, type Unit } from './ports.ts';
import {
  type Attempt,
  createSequencer,
  NotAnEvent,
  type Sequencer,
  type SequencerOptions,
  StateUnreadable,
} from './sequencer.ts';

const options: SequencerOptions = {
  node: 'n1',
  tenant: 'default',
  commitTimeoutMs: 1000,
  maxGroup: 8,
  maxQueued: 16,
  maxAttempts: 3,
};

function setUp(
  around: (ledger: Ledger) => Ledger = (ledger) => ledger,
  more: Partial<SequencerOptions> = {},
) {
  const clock = handClock();
  const store = createMemoryStore({ after: clock.after });
  const groups: (readonly Unit[])[] = [];
  const plain = store.ledger();
  const ledger = around({
    ...plain,
    commit: (units, timeoutMs) => {
      groups.push(units);
      return plain.commit(units, timeoutMs);
    },
  });
  const sequencer = createSequencer(ledger, clock, chanceOf(1), createPast(String), { ...options, ...more });
  const other = createSequencer(store.ledger(), clock, chanceOf(2), createPast(String), {
    ...options,
    node: 'n2',
  });
  return { clock, store, ledger: plain, groups, sequencer, other };
}

const registered = (agent: string, verifiedAt = 0): EventBody => ({
  type: 'agent.registered',
  agent,
  owner: 'o',
  autonomy: 'semi',
  verifiedAt,
});

/** Writes one event after reading a facet. @returns how often it had to decide, and what it read at last */
function writes(event: EventBody, reads: FacetKey<unknown> = facets.agent('a')): Attempt<[number, unknown]> {
  let times = 0;
  return (view, place) => {
    const seen = view.get(reads);
    times += 1;
    return { writings: [{ id: place.id('e'), stream: 's', event }], depends: true, result: [times, seen] };
  };
}

const ids = async (ledger: Ledger) => (await ledger.read(0, 99)).map(({ position }) => position);

describe('what is submitted', () => {
  test('in one turn is one group, each decided on those before it', async () => {
    const { sequencer, groups } = setUp();
    const answers = await Promise.all([
      sequencer.submit(writes(registered('a', 1))),
      sequencer.submit(writes(registered('a', 2))),
      sequencer.submit(writes(registered('b'))),
    ]);
    expect(groups).toHaveLength(1);
    expect(answers[0]).toEqual([1, undefined]);
    expect(answers[1]).toMatchObject([1, { verifiedAt: 1 }]);
    expect(sequencer.head.get(facets.agent('a'))).toMatchObject({ verifiedAt: 2 });
  });

  test('is answered when it is durable and not before', async () => {
    const { promise: held, resolve: go } = Promise.withResolvers<void>();
    const { sequencer, ledger } = setUp((inner) => ({
      ...inner,
      commit: async (units, timeoutMs) => {
        await held;
        return inner.commit(units, timeoutMs);
      },
    }));
    let answered = false;
    const answer = sequencer.submit(writes(registered('a'))).then(() => {
      answered = true;
    });
    await settled();
    expect(answered).toBe(false);
    expect(sequencer.head.get(facets.agent('a'))).toBeUndefined();
    go();
    await answer;
    expect(await ids(ledger)).toEqual([0]);
  });

  test('is decided again when another node was first, on what that node wrote', async () => {
    const { sequencer, other } = setUp();
    await other.submit(writes(registered('a', 7)));
    expect(await sequencer.submit(writes(registered('a', 8)))).toMatchObject([2, { verifiedAt: 7 }]);
  });

  test('is refused as contention when others are always first', async () => {
    let rounds = 0;
    const { sequencer, other } = setUp((inner) => ({
      ...inner,
      commit: async (units, timeoutMs) => {
        await other.submit(writes(registered('a', ++rounds)));
        return inner.commit(units, timeoutMs);
      },
    }));
    await expect(sequencer.submit(writes(registered('a', 99)))).rejects.toMatchObject({ code: 'contention' });
    expect(rounds).toBe(options.maxAttempts);
  });

  test('is decided again in the order in which it came', async () => {
    const { sequencer, other, ledger } = setUp();
    await other.submit(writes(registered('a', 1)));
    await Promise.all([11, 12, 13].map((n) => sequencer.submit(writes(registered('a', n)))));
    const written = (await ledger.read(1, 9)).map(({ leaf }) => JSON.parse(leaf).body.verifiedAt);
    expect(written).toEqual([11, 12, 13]);
  });

  test('without depending on anything never conflicts', async () => {
    const { sequencer, other } = setUp();
    await other.submit(writes(registered('a', 1)));
    let times = 0;
    await sequencer.submit((view, place) => {
      view.get(facets.agent('a'));
      times += 1;
      const event = { type: 'node.started', version: '1', mode: 'enforce' } as const;
      return { writings: [{ id: place.id('e'), stream: 's', event }], depends: false, result: undefined };
    });
    expect(times).toBe(1);
  });

  test('may read what it has itself just written', async () => {
    const { sequencer } = setUp();
    const task = {
      id: 't',
      type: 'x',
      agent: 'a',
      params: {},
      budgets: [],
      startedAt: 0,
      expiresAt: 9,
      approver: 'o',
    };
    const text = { digest: `sha256:${'0'.repeat(64)}`, sizeBytes: 0 };
    await sequencer.submit((_view, place) => ({
      writings: [
        { id: place.id('e'), stream: 's', event: { type: 'task.started', task } },
        {
          id: place.id('e'),
          stream: 's',
          event: { type: 'prompt.submitted', task: 't', author: 'o', channel: 'operator', text },
        },
      ],
      depends: true,
      result: undefined,
    }));
    expect(sequencer.head.get(facets.task('t'))).toMatchObject({ hasPrompt: true });
  });

  test('and writes nothing is answered only when what it rests on is durable', async () => {
    const { sequencer } = setUp((inner) => ({
      ...inner,
      commit: () => Promise.reject(new LedgerUnavailable('gone')),
    }));
    const first = sequencer.submit(writes(registered('a')));
    const second = sequencer.submit((view) => {
      const known = view.get(facets.agent('a')) !== undefined;
      return { writings: [], depends: false, result: known };
    });
    await expect(first).rejects.toMatchObject({ code: 'store_unavailable' });
    await expect(second).rejects.toMatchObject({ code: 'store_unavailable' });
  });

  test('to a full queue is refused at once', async () => {
    const { sequencer } = setUp(undefined, { maxQueued: 2 });
    const answers = await Promise.allSettled(
      ['a', 'b', 'c'].map((agent) => sequencer.submit(writes(registered(agent)))),
    );
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
    await expect(sequencer.submit(writes(registered('d')))).resolves.toBeDefined();
  });

  test('goes in groups of bounded size', async () => {
    const { sequencer, groups } = setUp(undefined, { maxGroup: 2 });
    await Promise.all(['a', 'b', 'c', 'd', 'e'].map((agent) => sequencer.submit(writes(registered(agent)))));
    expect(groups.map((units) => units.length)).toEqual([2, 2, 1]);
  });

  test('and throws is told so, and nobody else', async () => {
    const { sequencer } = setUp();
    const bad = sequencer.submit(() => {
      throw new RangeError('of a use case');
    });
    const good = sequencer.submit(writes(registered('a')));
    await expect(bad).rejects.toThrow('of a use case');
    await expect(good).resolves.toBeDefined();
  });
});

describe('a record that nobody could read', () => {
  const cases: readonly (readonly [what: string, event: object])[] = [
    ['has a member too many', { ...registered('a'), more: 1 }],
    ['lacks a name', registered('')],
    ['has a name that is too long', registered('a'.repeat(300))],
    ['has half a millisecond', registered('a', 0.5)],
    ['is too long', { type: 'task.ended', task: 't', reason: 'x'.repeat(600_000) }],
    ['cannot be said in JSON', { type: 'task.ended', task: 't', reason: '\ud800' }],
  ];
  test.each(cases)('because it %s is not written, and the group goes on', async (_what, event) => {
    const { sequencer, ledger } = setUp();
    const bad = sequencer.submit(writes(event as EventBody));
    const good = sequencer.submit(writes(registered('b')));
    await expect(bad).rejects.toBeInstanceOf(Error);
    await good;
    expect(await ids(ledger)).toEqual([0]);
  });

  test('is named for what it is', async () => {
    const { sequencer } = setUp();
    await expect(sequencer.submit(writes(registered('')))).rejects.toBeInstanceOf(NotAnEvent);
  });

  test('and was written by a later version stops this one from deciding', async () => {
    const { sequencer, store } = setUp();
    const draft = {
      id: 'e-1',
      stream: 's',
      body: '{"type":"of.tomorrow"}',
      moves: ['agent/a'],
      drops: [],
      payloads: [],
    };
    await store.ledger().commit([{ drafts: [draft], expected: [] }], 1000);
    await expect(sequencer.catchUp()).rejects.toBeInstanceOf(StateUnreadable);
    await expect(sequencer.submit(writes(registered('b')))).rejects.toMatchObject({
      code: 'store_uncertain',
    });
  });
});

describe('a store that fails', () => {
  const failing = (error: Error, written: boolean) => {
    let fails = true;
    return (inner: Ledger): Ledger => ({
      ...inner,
      commit: async (units, timeoutMs) => {
        if (!fails) return inner.commit(units, timeoutMs);
        fails = false;
        if (written) await inner.commit(units, timeoutMs);
        throw error;
      },
    });
  };

  test('before writing refuses the whole group, and changes nothing', async () => {
    const { sequencer, ledger } = setUp(failing(new LedgerUnavailable('gone'), false));
    const both = [sequencer.submit(writes(registered('a'))), sequencer.submit(writes(registered('b')))];
    for (const one of both) await expect(one).rejects.toMatchObject({ code: 'store_unavailable' });
    expect([...sequencer.head.facets()]).toEqual([]);
    await sequencer.submit(writes(registered('a')));
    expect(await ids(ledger)).toEqual([0]);
  });

  test.each([
    ['that it may have written', new LedgerUncertain('perhaps'), 'store_uncertain'],
    ['nothing that anybody knows of', new TypeError('of an adapter'), 'store_uncertain'],
  ] as const)('saying %s answers nobody, and what was written counts', async (_what, error, code) => {
    const { sequencer } = setUp(failing(error, true));
    await expect(sequencer.submit(writes(registered('a', 5)))).rejects.toMatchObject({ code });
    expect(await sequencer.submit(writes(registered('a', 6)))).toMatchObject([1, { verifiedAt: 5 }]);
  });

  test('after the commit, before the rest could be read, leaves it open what was written', async () => {
    let reads = 0;
    const { sequencer, other, ledger } = setUp((inner) => ({
      ...inner,
      read: (from, limit) => {
        reads += 1;
        return reads === 1 ? Promise.reject(new LedgerUnavailable('gone')) : inner.read(from, limit);
      },
    }));
    await other.submit(writes(registered('b')));
    await expect(sequencer.submit(writes(registered('a')))).rejects.toMatchObject({
      code: 'store_uncertain',
    });
    expect(await ids(ledger)).toEqual([0, 1]);
    expect(sequencer.head.get(facets.agent('a'))).toBeDefined();
  });

  test('to answer a read is not waited for longer than for a commit', async () => {
    const { sequencer, clock } = setUp((inner) => ({ ...inner, read: () => new Promise(() => undefined) }));
    const caughtUp = sequencer.catchUp();
    clock.pass(options.commitTimeoutMs);
    await expect(caughtUp).rejects.toBeInstanceOf(LedgerUnavailable);
  });
});

describe('time', () => {
  test('never goes back behind what was read', async () => {
    const { sequencer, other, clock } = setUp();
    clock.jump(5000);
    await other.submit(writes(registered('a')));
    clock.jump(-5000);
    await sequencer.catchUp();
    const at = await sequencer.submit((_view, place) => ({ writings: [], depends: false, result: place.at }));
    expect(at).toBe(clock.wallMs() + 5000);
  });

  test('of the last contact is that of the question, not of the answer', async () => {
    const { promise: held, resolve: go } = Promise.withResolvers<void>();
    const { sequencer, clock } = setUp((inner) => ({
      ...inner,
      read: async (from, limit) => {
        await held;
        return inner.read(from, limit);
      },
    }));
    clock.pass(100);
    const caughtUp = sequencer.catchUp();
    clock.pass(300);
    go();
    await caughtUp;
    expect(sequencer.lastContactMs()).toBe(100);
  });

  test('of the last contact does not move with a commit that shows others were first', async () => {
    const { sequencer, other, clock } = setUp((inner) => ({
      ...inner,
      read: () => Promise.reject(new LedgerUnavailable('gone')),
    }));
    await other.submit(writes(registered('b')));
    clock.pass(100);
    await expect(sequencer.submit(writes(registered('a')))).rejects.toBeDefined();
    expect(sequencer.lastContactMs()).toBe(0);
  });
});

test('what writes nothing says nothing of what others wrote', async () => {
  const { sequencer, other, clock } = setUp();
  await other.submit(writes(registered('b')));
  clock.pass(100);
  await sequencer.submit((view) => {
    view.get(facets.agent('a'));
    return { writings: [], depends: false, result: undefined };
  });
  expect(sequencer.lastContactMs()).toBe(0);
  const known = await sequencer.submit((view) => {
    const found = view.get(facets.agent('b')) !== undefined;
    return { writings: [], depends: false, result: found };
  });
  expect(known).toBe(true);
});

test('listeners hear of each durable event once, in order, own ones and others', async () => {
  const { sequencer, other } = setUp();
  const heard: [string, number][] = [];
  const forget = sequencer.onEvent((event, position) => heard.push([event.node, position]));
  await sequencer.submit(writes(registered('a')));
  await other.submit(writes(registered('b')));
  await sequencer.submit(writes(registered('c')));
  await Promise.all([sequencer.catchUp(), sequencer.catchUp()]);
  expect(heard).toEqual([
    ['n1', 0],
    ['n2', 1],
    ['n1', 2],
  ]);
  forget();
  await sequencer.submit(writes(registered('d')));
  expect(heard).toHaveLength(3);
});

test('two nodes that read each other hold the same state', async () => {
  const { sequencer, other } = setUp();
  const pairs: Sequencer[] = [sequencer, other];
  for (let i = 0; i < 20; i++) await pairs[i % 2]?.submit(writes(registered(`a${i % 3}`, i)));
  await Promise.all(pairs.map((one) => one.catchUp()));
  expect(new Map(sequencer.head.facets())).toEqual(new Map(other.head.facets()));
});
