// SPDX-License-Identifier: Apache-2.0
// How well the store and the ways to it work in one run: drawn once, and never better than that until all is calm.
import { createMemoryStore, type MemoryStore } from '../../src/adapters/memory/ledger.ts';
import type { Chance } from './chance.ts';
import type { Weather } from './network.ts';
import type { Moment } from './run.ts';
import type { Scheduler } from './scheduler.ts';

export function weatherOf(chance: Chance): Weather {
  return {
    latencyMs: chance.pick([1, 5, 30]),
    delayed: chance.pick([0, 0.02, 0.1]),
    delayMs: chance.between(100, 2500),
    lost: chance.pick([0, 0.01, 0.05]),
  };
}

/** @param committed told when each record became durable */
export function storeIn(
  scheduler: Scheduler,
  chance: Chance,
  committed: Map<string, Moment>,
  calm: () => boolean,
): MemoryStore {
  const usually = chance.between(0, 6);
  const sometimes = chance.pick([0, 0.02, 0.1]);
  const pause = () =>
    scheduler.wait(
      !calm() && chance.happens(sometimes) ? chance.between(100, 1200) : chance.between(0, usually),
    );
  return createMemoryStore({
    after: scheduler.after,
    hooks: {
      beforeCheck: pause,
      betweenCheckAndWrite: pause,
      beforeReply(units) {
        // Called as the last thing of the write: whatever of this was written is durable now.
        const moment = { tick: scheduler.tick(), atMs: scheduler.nowMs() };
        for (const unit of units) for (const draft of unit.drafts) committed.set(draft.id, moment);
        return pause();
      },
    },
  });
}
