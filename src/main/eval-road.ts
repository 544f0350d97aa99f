// SPDX-License-Identifier: Apache-2.0
// A road for recorded runs: the real one, over a ledger in memory, in shadow mode, with a clock of its own.

import { masterKey } from '../adapters/keys/master.ts';
import { createMemoryStore } from '../adapters/memory/ledger.ts';
import { systemRandomness } from '../adapters/system/clock.ts';
import { createLiveCalls } from '../app/live.ts';
import { createOrigins } from '../app/origins.ts';
import { createPast } from '../app/past.ts';
import type { Clock, Published } from '../app/ports.ts';
import { createForce, publishAtStart } from '../app/publish.ts';
import type { ReplayParts } from '../app/rerun.ts';
import type { Road } from '../app/road.ts';
import { createSequencer } from '../app/sequencer.ts';
import { createVault } from '../app/vault.ts';

/** Where nothing else says when a run was recorded. */
const startMs = Date.UTC(2024, 5, 3, 10);
const stepMs = 1000;
const releaseWithinMs = 1000;

/** One for each run: what another run did is nothing that this one has done before. */
export async function evalRoad(
  published: Published,
): Promise<Pick<ReplayParts, 'road' | 'randomness' | 'pass'>> {
  let nowMs = startMs;
  const clock: Clock = { wallMs: () => nowMs, monotonicMs: () => nowMs, after: () => () => undefined };
  const randomness = systemRandomness();
  const store = createMemoryStore({ after: clock.after });
  const ledger = store.ledger();
  const master = masterKey(randomness.bytes(32));
  const pseudonym = (secret: string): string => master.mac('secret', secret);
  const sequencer = createSequencer(ledger, clock, randomness, createPast(pseudonym), {
    node: 'eval',
    tenant: 'default',
    commitTimeoutMs: 1000,
    maxGroup: 64,
    maxQueued: 1000,
    maxAttempts: 4,
  });
  const live = createLiveCalls(clock, releaseWithinMs);
  const vault = createVault(store.keys, ledger, master, randomness);
  const force = createForce({ ...published, mode: 'shadow' }, sequencer);
  const origins = createOrigins({
    ledger,
    vault,
    sequencer,
    clock,
    catalogue: () => force.current().catalogue,
  });
  const road: Road = {
    clock,
    sequencer,
    vault,
    live,
    origins,
    pseudonym,
    published: force.current,
    candidate: force.candidate,
    releaseWithinMs,
  };
  await sequencer.catchUp();
  await publishAtStart(road, { ...published, mode: 'shadow' }, 'eval');
  return {
    road,
    randomness,
    pass() {
      nowMs += stepMs;
    },
  };
}
