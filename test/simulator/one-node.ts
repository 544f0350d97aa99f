// SPDX-License-Identifier: Apache-2.0
// One node on a store of its own, with a clock that is set by hand: for tests of single use cases.
import { hash } from 'node:crypto';
import { type CommitHooks, createMemoryStore, type MemoryStore } from '../../src/adapters/memory/ledger.ts';
import { publishApproversAtStart } from '../../src/app/approvers.ts';
import type { Clock, Ledger, MasterKey, Published } from '../../src/app/ports.ts';
import { type Force, publishAtStart } from '../../src/app/publish.ts';
import { eventOf } from '../../src/app/read-records.ts';
import type { Road } from '../../src/app/road.ts';
import type { SequencerOptions } from '../../src/app/sequencer.ts';
import { type Started, startTask, type TaskOrder } from '../../src/app/tasks.ts';
import type { Roster } from '../../src/core/approval/roster.ts';
import type { Event } from '../../src/core/record/event.ts';
import type { Operator, Proposal } from '../../src/core/request/proposal.ts';
import { roadOver } from '../builders/road.ts';
import { type Chance, chanceOf } from './chance.ts';
import { publications } from './rules.ts';

export const operator: Operator = { id: 'local:1000', channel: 'local-socket' };

export interface HandClock extends Clock {
  /** Lets time pass: what falls due runs, in order. */
  pass(ms: number): void;
  /** Moves the wall clock only. */
  jump(ms: number): void;
  /** What waits: due times on the monotonic clock. */
  readonly waiting: readonly number[];
}

export function handClock(): HandClock {
  let timers: { readonly atMs: number; readonly run: () => void }[] = [];
  let now = 0;
  let wall = 1_760_000_000_000;
  return {
    wallMs: () => wall,
    monotonicMs: () => now,
    after(delayMs, run) {
      const timer = { atMs: now + delayMs, run };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
    pass(ms) {
      const until = now + ms;
      for (;;) {
        const next = timers.filter((t) => t.atMs <= until).sort((a, b) => a.atMs - b.atMs)[0];
        if (next === undefined) break;
        timers = timers.filter((t) => t !== next);
        wall += next.atMs - now;
        now = next.atMs;
        next.run();
      }
      wall += until - now;
      now = until;
    },
    jump(ms) {
      wall += ms;
    },
    get waiting() {
      return timers.map((t) => t.atMs);
    },
  };
}

/** Lets every promise go on that can. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

export const testMaster: MasterKey = {
  id: 'mk-test',
  wrap: (key) => key,
  unwrap: (wrapped) => wrapped,
  mac: (purpose, text) => hash('sha256', `${purpose}:${text}`, 'hex'),
};

export interface OneNode {
  readonly road: Road;
  readonly force: Force;
  readonly clock: HandClock;
  readonly chance: Chance;
  readonly store: MemoryStore;
  /** As the node sees it. */
  readonly ledger: Ledger;
  events(): Promise<readonly Event[]>;
  task(order?: Partial<TaskOrder>): Promise<Started>;
}

export interface OneNodeOptions {
  readonly name?: string;
  readonly first?: Published;
  /** Who may be asked; without it nobody is. */
  readonly roster?: Roster;
  readonly hooks?: CommitHooks;
  /** Shared with another node. */
  readonly store?: MemoryStore;
  readonly clock?: HandClock;
  readonly around?: (ledger: Ledger) => Ledger;
  readonly limits?: Partial<SequencerOptions>;
}

export async function oneNode(options: OneNodeOptions = {}): Promise<OneNode> {
  const { name = 'n1', around = (ledger) => ledger, clock = handClock() } = options;
  const [plain] = publications;
  const first = options.first ?? plain;
  if (first === undefined) throw new Error('nothing to publish');
  const chance = chanceOf(name.charCodeAt(1));
  const store =
    options.store ??
    createMemoryStore({
      after: clock.after,
      ...(options.hooks === undefined ? {} : { hooks: options.hooks }),
    });
  const ledger = around(store.ledger());
  const { road, force } = roadOver({
    ledger,
    keys: store.keys,
    clock,
    randomness: chance,
    master: testMaster,
    first,
    roster: options.roster,
    node: name,
    limits: { commitTimeoutMs: 1500, maxGroup: 16, maxQueued: 64, maxAttempts: 4, ...options.limits },
    releaseWithinMs: 1000,
  });
  await road.sequencer.catchUp();
  await publishAtStart(road, first, 'local:0');
  if (options.roster !== undefined)
    await publishApproversAtStart(road, { roster: options.roster, source: '{}' }, operator.id);
  return {
    road,
    force,
    clock,
    chance,
    store,
    ledger,
    async events() {
      const entries = await store.ledger().read(0, 100_000);
      return entries.flatMap((entry) => {
        const parsed = eventOf(entry);
        return parsed.ok ? [parsed.event] : [];
      });
    },
    async task(order = {}) {
      const started = await startTask(road, chance, operator, {
        type: 'test',
        agent: 'a1',
        owner: 'o',
        autonomy: 'semi',
        params: {},
        budgets: [],
        ttlMs: 600_000,
        ...order,
      });
      if (!started.ok) throw new Error(started.code);
      return started.value;
    },
  };
}

export function toolCall(tool: string, args: Proposal['args'] = { n: 1, amount: 1 }): Proposal {
  const [server = '', target = ''] = tool.split('/');
  return { method: 'tools/call', server, target, args };
}
