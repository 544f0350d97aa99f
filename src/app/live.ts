// SPDX-License-Identifier: Apache-2.0
// Calls between their decision and their observation, on this node. An allow ages: it must be
// released in time, once, and never after what it rests on was taken away.
import type { CatalogueEntry } from '../core/catalogue/entry.ts';
import type { JsonObject } from '../core/json/value.ts';
import type { EntityUid } from '../core/policy/question.ts';
import type { Event } from '../core/record/event.ts';
import type { Caller } from '../core/request/proposal.ts';
import type { Above } from '../core/task/lineage.ts';
import type { Clock } from './ports.ts';

export interface LiveCall {
  readonly decision: string;
  readonly caller: Caller;
  readonly entry: CatalogueEntry;
  /** As policy saw them: secrets are hidden. */
  readonly args: JsonObject;
  readonly resource: EntityUid;
  /** Aborted when the agent, task or session is ended, or the store is lost. Its reason is a `StopReason`. */
  readonly signal: AbortSignal;
  /**
   * Asked by the edge right before the first byte goes upstream; only `go` lets it.
   * `stale`: too late, decide again. `stopped`: what it rested on is gone. A second `go` is never given.
   */
  release(): 'go' | 'stale' | 'stopped';
  /**
   * Looks once more at what the call names and others can change. Asked right before `release`, which is `stale` for such a
   * call that was not looked at again, or is not what it was: then it is decided anew. Never rejects.
   */
  ready(): Promise<void>;
  /** Whether `go` was given: if not, nothing was sent. */
  released(): boolean;
}

/** What a call rests on: the caller's standing, and that of each task above. */
export type Ground = Above & { readonly session?: string };

export type StopReason = 'revoked' | 'ended' | 'store_lost' | 'shutdown';

export interface Opening {
  readonly caller: Caller;
  /** The tasks that the caller's was started under: what ends one of them stops it. */
  readonly above: readonly Above[];
  readonly entry: CatalogueEntry;
  /** As policy saw them. */
  readonly args: JsonObject;
  readonly resource: EntityUid;
  /** Whether what it names is as it was decided about. Absent: it names nothing that others can change. */
  readonly still?: () => Promise<boolean>;
}

export interface LiveCalls {
  open(decision: string, call: Opening, decidedAtMs: number): LiveCall;
  close(decision: string): void;
  has(decision: string): boolean;
  stop(which: (ground: Ground) => boolean, reason: StopReason): void;
  /** Stops what an event takes the ground from: listens to the sequencer. */
  learn(event: Event): void;
  size(): number;
}

export function createLiveCalls(clock: Clock, releaseWithinMs: number): LiveCalls {
  const calls = new Map<string, { rests: readonly Ground[]; stop: AbortController }>();

  function stop(which: (ground: Ground) => boolean, reason: StopReason): void {
    for (const call of calls.values()) if (call.rests.some(which)) call.stop.abort(reason);
  }

  return {
    open(decision, { caller, above, entry, args, resource, still }, decidedAtMs) {
      const controller = new AbortController();
      calls.set(decision, { rests: [caller, ...above], stop: controller });
      const openedWallMs = clock.wallMs();
      let gone = false;
      let isSame = still === undefined;
      // A machine that slept may find its monotonic clock where it was: then the wall clock tells. One
      // that was set forward costs a second decision.
      const isStale = (): boolean =>
        clock.monotonicMs() - decidedAtMs > releaseWithinMs ||
        clock.wallMs() - openedWallMs > releaseWithinMs;
      return {
        decision,
        caller,
        entry,
        args,
        resource,
        signal: controller.signal,
        async ready() {
          if (still !== undefined) isSame = await still().catch(() => false);
        },
        release() {
          // A call that was closed is on record as over: nothing may come of it any more.
          if (controller.signal.aborted || gone || !calls.has(decision)) return 'stopped';
          if (isStale() || !isSame) return 'stale';
          gone = true;
          return 'go';
        },
        released: () => gone,
      };
    },
    close: (decision) => void calls.delete(decision),
    has: (decision) => calls.has(decision),
    stop,
    learn(event) {
      if (event.type === 'task.ended') stop(({ task }) => task === event.task, 'ended');
      if (event.type !== 'revoked') return;
      const { scope, target } = event;
      stop((ground) => ground[scope] === target, 'revoked');
    },
    size: () => calls.size,
  };
}
