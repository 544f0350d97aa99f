// SPDX-License-Identifier: Apache-2.0
// Virtual time. Everything that waits, waits here; what falls due at the same instant runs in an order
// that the seed decides. Between two events every promise that can go on does.
import type { Chance } from './chance.ts';

export interface Scheduler {
  /** True time, which no node knows: milliseconds since the run began. */
  nowMs(): number;
  /** Numbers what happens, in order: two things at one instant still have a before and an after. */
  tick(): number;
  /** @returns how to take it back */
  after(delayMs: number, run: () => void): () => void;
  wait(delayMs: number): Promise<void>;
  /** Runs what is due up to and including `untilMs`, and stops there. */
  runUntil(untilMs: number): Promise<void>;
}

interface Due {
  readonly atMs: number;
  readonly lot: number;
  readonly run: () => void;
  off: boolean;
}

/** A run that needs more than this goes round in circles. */
const maxEvents = 200_000;

export function createScheduler(chance: Chance): Scheduler {
  const heap: Due[] = [];
  let now = 0;
  let ticks = 0;
  let events = 0;

  const before = (a: Due, b: Due) => a.atMs < b.atMs || (a.atMs === b.atMs && a.lot < b.lot);

  function push(due: Due): void {
    let i = heap.push(due) - 1;
    while (i > 0) {
      const up = (i - 1) >> 1;
      const parent = heap[up];
      if (parent === undefined || !before(due, parent)) break;
      heap[i] = parent;
      i = up;
    }
    heap[i] = due;
  }

  function pop(): Due | undefined {
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    let i = 0;
    for (;;) {
      let next = 2 * i + 1;
      let child = heap[next];
      const other = heap[next + 1];
      if (child === undefined) break;
      if (other !== undefined && before(other, child)) {
        child = other;
        next += 1;
      }
      if (!before(child, last)) break;
      heap[i] = child;
      i = next;
    }
    heap[i] = last;
    return first;
  }

  function after(delayMs: number, run: () => void): () => void {
    const due: Due = { atMs: now + Math.max(0, Math.ceil(delayMs)), lot: chance.unit(), run, off: false };
    push(due);
    return () => {
      due.off = true;
    };
  }

  return {
    nowMs: () => now,
    tick: () => ++ticks,
    after,
    wait: (delayMs) => new Promise((resolve) => void after(delayMs, resolve)),
    async runUntil(untilMs) {
      await settled();
      for (;;) {
        const next = heap[0];
        if (next === undefined || next.atMs > untilMs) break;
        pop();
        if (next.off) continue;
        if (++events > maxEvents) throw new Error('the run does not come to rest');
        now = next.atMs;
        next.run();
        await settled();
      }
      now = Math.max(now, untilMs);
    },
  };
}

/** An immediate runs after every promise that can go on without waiting has done so. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
