// SPDX-License-Identifier: Apache-2.0
// A road for recorded runs: the real one, over a ledger in memory, in shadow mode, with a clock of its own.

import { masterKey } from '../adapters/keys/master.ts';
import { createMemoryStore, type MemoryStore } from '../adapters/memory/ledger.ts';
import { createMemoryVault } from '../adapters/memory/vault.ts';
import { systemRandomness } from '../adapters/system/clock.ts';
import { createLiveCalls } from '../app/live.ts';
import { createOrigins } from '../app/origins.ts';
import { createPast, createPastPlans, pastLimits } from '../app/past.ts';
import type { Clock, Published } from '../app/ports.ts';
import { createForce, publishAtStart, shaped } from '../app/publish.ts';
import type { ReplayParts } from '../app/rerun.ts';
import type { Road } from '../app/road.ts';
import { createSequencer } from '../app/sequencer.ts';
import type { Reading } from '../core/origin/reading.ts';
import { loadPrograms } from './programs.ts';

/** Where nothing else says when a run was recorded. */
const startMs = Date.UTC(2024, 5, 3, 10);
const stepMs = 1000;
const releaseWithinMs = 1000;

type EvalRoad = Pick<ReplayParts, 'road' | 'randomness' | 'pass'>;

/**
 * Roads over one publication, which is made once: each begins with it and shares nothing else with the others, so what
 * another run did is nothing that this one has done before.
 */
export async function evalRoads(given: Published, reading: Reading): Promise<() => Promise<EvalRoad>> {
  const published = shaped({ ...given, mode: 'shadow' });
  const randomness = systemRandomness();
  const master = masterKey(randomness.bytes(32));
  const pseudonym = (secret: string): string => master.mac('secret', secret);
  const programs = await loadPrograms();
  const plans = createPastPlans(pseudonym);
  const first = createMemoryStore({ after: () => () => undefined });

  function over(store: MemoryStore): EvalRoad {
    let nowMs = startMs;
    const clock: Clock = { wallMs: () => nowMs, monotonicMs: () => nowMs, after: () => () => undefined };
    const ledger = store.ledger();
    const sequencer = createSequencer(ledger, clock, randomness, createPast(pseudonym, pastLimits, plans), {
      node: 'eval',
      tenant: 'default',
      commitTimeoutMs: 1000,
      maxGroup: 64,
      maxQueued: 1000,
      maxAttempts: 4,
    });
    const live = createLiveCalls(clock, releaseWithinMs);
    const vault = createMemoryVault();
    const force = createForce(published, sequencer);
    const origins = createOrigins({
      ledger,
      vault,
      sequencer,
      clock,
      catalogue: () => force.current().catalogue,
      reading,
    });
    const road: Road = {
      clock,
      sequencer,
      vault,
      live,
      origins,
      pseudonym,
      programs,
      published: force.current,
      candidate: force.candidate,
      releaseWithinMs,
    };
    return {
      road,
      randomness,
      pass() {
        nowMs += stepMs;
      },
    };
  }

  await publishAtStart(over(first).road, published, 'eval');
  return async () => {
    const made = over(first.fork());
    await made.road.sequencer.catchUp();
    return made;
  };
}
