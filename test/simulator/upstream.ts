// SPDX-License-Identifier: Apache-2.0
// The world behind the gateway. It keeps its own account of what was done to it, and when: what the
// invariants are held against, since the road's own word proves nothing.
import type { Caller } from '../../src/core/request/proposal.ts';
import type { Chance } from './chance.ts';
import type { Scheduler } from './scheduler.ts';

export interface EffectEntry {
  /** The scheduler's tick at which it began. */
  readonly tick: number;
  readonly atMs: number;
  readonly node: string;
  /** What the edge says it acts on. */
  readonly decision: string;
  readonly caller: Caller;
  readonly server: string;
  readonly target: string;
  /** The bytes that arrived. */
  readonly args: string;
  /** True while a machine slept between its decision and this: its own clock cannot know. */
  readonly slept: boolean;
}

export interface Upstream {
  readonly account: readonly EffectEntry[];
  /** Takes effect at once; the answer takes its time, or never comes. */
  act(effect: Omit<EffectEntry, 'tick' | 'atMs'>, answer: (ok: boolean) => void): void;
}

/** @param calm whether it answers every time, and soon */
export function createUpstream(scheduler: Scheduler, chance: Chance, calm: () => boolean): Upstream {
  const account: EffectEntry[] = [];
  return {
    account,
    act(effect, answer) {
      account.push({ ...effect, tick: scheduler.tick(), atMs: scheduler.nowMs() });
      if (!calm() && chance.happens(0.05)) return;
      const takesMs = !calm() && chance.happens(0.2) ? chance.between(500, 3000) : chance.between(1, 200);
      const ok = !chance.happens(0.15);
      scheduler.after(takesMs, () => answer(ok));
    },
  };
}
