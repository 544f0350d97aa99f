// SPDX-License-Identifier: Apache-2.0
// The machine's own clocks and randomness.
import { randomFillSync } from 'node:crypto';
import type { Clock, Randomness } from '../../app/ports.ts';

export const systemClock: Clock = {
  wallMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    timer.unref();
    return () => clearTimeout(timer);
  },
};

const poolBytes = 8192;

/** Drawn from the system in pools: a call per id would cost more than the id. */
export function systemRandomness(): Randomness {
  let pool = new Uint8Array(0);
  let used = 0;
  return {
    bytes(count) {
      if (count > poolBytes) return randomFillSync(new Uint8Array(count));
      if (used + count > pool.length) {
        pool = randomFillSync(new Uint8Array(poolBytes));
        used = 0;
      }
      const taken = pool.slice(used, used + count);
      pool.fill(0, used, used + count);
      used += count;
      return taken;
    },
  };
}
