// SPDX-License-Identifier: Apache-2.0
// A process as its own code sees it: it runs, stands still, or is gone; its clocks may lie within bounds.
// Everything that reaches the code comes through `enter`.
import type { Clock } from '../../src/app/ports.ts';
import type { Scheduler } from './scheduler.ts';

export interface Process {
  readonly clock: Clock;
  /** Lets something reach the code: now, or when it goes on, or never. */
  enter(run: () => void): void;
  /** The code stands still and time goes on (a stopped process, a long collection of garbage). */
  stop(): void;
  /** Like `stop`, and the monotonic clock stands still too (a machine that sleeps). */
  suspend(): void;
  resume(): void;
  kill(): void;
  running(): boolean;
  alive(): boolean;
  /** Where the wall clock stands, next to the true time. */
  setSkew(ms: number): void;
}

/** True time zero on a wall clock. */
export const epochMs = 1_760_000_000_000;

export function createProcess(scheduler: Scheduler, skewMs: number): Process {
  const waiting: (() => void)[] = [];
  let state: 'runs' | 'stopped' | 'suspended' | 'gone' = 'runs';
  let skew = skewMs;
  let sleptMs = 0;
  let stoppedAtMs = 0;

  function enter(run: () => void): void {
    if (state === 'gone') return;
    if (state === 'runs') run();
    else waiting.push(run);
  }

  function monotonicMs(): number {
    return (state === 'suspended' ? stoppedAtMs : scheduler.nowMs()) - sleptMs;
  }

  function halt(how: 'stopped' | 'suspended'): void {
    if (state !== 'runs') return;
    state = how;
    stoppedAtMs = scheduler.nowMs();
  }

  function after(delayMs: number, run: () => void): () => void {
    const dueMs = monotonicMs() + delayMs;
    let off = false;
    let cancel = (): void => undefined;
    const arm = (waitMs: number): void => {
      cancel = scheduler.after(waitMs, () =>
        enter(() => {
          if (off) return;
          const leftMs = dueMs - monotonicMs();
          if (leftMs > 0) arm(leftMs);
          else run();
        }),
      );
    };
    arm(delayMs);
    return () => {
      off = true;
      cancel();
    };
  }

  return {
    clock: { wallMs: () => epochMs + scheduler.nowMs() + skew, monotonicMs, after },
    enter,
    stop: () => halt('stopped'),
    suspend: () => halt('suspended'),
    resume() {
      if (state !== 'stopped' && state !== 'suspended') return;
      if (state === 'suspended') sleptMs += scheduler.nowMs() - stoppedAtMs;
      state = 'runs';
      // What came meanwhile arrives in the order in which it came; one of them may stop it again.
      for (const run of waiting.splice(0)) enter(run);
    },
    kill() {
      state = 'gone';
      waiting.length = 0;
    },
    running: () => state === 'runs',
    alive: () => state !== 'gone',
    setSkew(ms) {
      skew = ms;
    },
  };
}
