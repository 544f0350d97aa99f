// SPDX-License-Identifier: Apache-2.0
// Calls between their decision and their observation, on this node. An allow ages: it must be
// released in time, once, and never after what it rests on was taken away.
import type { CatalogueEntry } from '../core/catalogue/entry.ts';
import { onlyReads } from '../core/hold/hold.ts';
import type { JsonObject } from '../core/json/value.ts';
import type { EntityUid } from '../core/policy/question.ts';
import type { Event } from '../core/record/event.ts';
import type { Caller } from '../core/request/proposal.ts';
import { circumstances } from '../core/session/circumstances.ts';
import type { View } from '../core/state/facet.ts';
import type { Above } from '../core/task/lineage.ts';
import type { Clock } from './ports.ts';

export interface LiveCall {
  readonly decision: string;
  readonly caller: Caller;
  readonly entry: CatalogueEntry;
  /** As policy saw them: secrets are hidden. */
  readonly args: JsonObject;
  readonly resource: EntityUid;
  /** Aborted when what it rests on is taken away or held, or the store is lost. Its reason is a `StopReason`. */
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

export type StopReason = 'revoked' | 'ended' | 'held' | 'store_lost' | 'shutdown';

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
  /** Digests of the permits that let it through. */
  readonly permits?: readonly string[];
}

/** One in flight, as whoever wants to stop it is told. */
export interface InFlight {
  readonly decision: string;
  readonly call: Opening;
  /** Something of it may have been sent. */
  readonly released: boolean;
}

export interface LiveCalls {
  open(decision: string, call: Opening, decidedAtMs: number): LiveCall;
  close(decision: string): void;
  has(decision: string): boolean;
  stop(which: (ground: Ground) => boolean, reason: StopReason): void;
  /**
   * Stops what an event takes the ground from: listens to the sequencer.
   *
   * @param stands whether a caller has standing still; unknown, a sweep stops everything
   */
  learn(event: Event, stands?: (caller: Caller) => boolean): void;
  list(): readonly InFlight[];
  size(): number;
}

export function createLiveCalls(clock: Clock, releaseWithinMs: number): LiveCalls {
  interface Kept {
    readonly rests: readonly Ground[];
    readonly stop: AbortController;
    readonly opening: Opening;
    gone: boolean;
  }
  const calls = new Map<string, Kept>();

  function stop(which: (ground: Ground) => boolean, reason: StopReason): void {
    stopEach(({ rests }) => rests.some(which), reason);
  }

  function stopEach(which: (call: Kept) => boolean, reason: StopReason): void {
    for (const call of calls.values()) if (which(call)) call.stop.abort(reason);
  }

  function stopHeld({ scope, target, hold, calls: begun }: Extract<Event, { type: 'hold.set' }>): void {
    const rests = (call: Kept) => scope === 'all' || call.rests.some((ground) => ground[scope] === target);
    const may = ({ opening }: Kept) => hold === 'quarantine' && onlyReads(opening.entry.class);
    // What has begun may be let finish; what has not begins no more, though it was decided before.
    stopEach((call) => rests(call) && !may(call) && (begun === 'abort' || !call.gone), 'held');
  }

  function stopRedecided({ session, outcome }: Extract<Event, { type: 'session.redecided' }>): void {
    const own = ({ opening }: Kept) => opening.caller.session === session;
    if (outcome === 'end') stopEach(own, 'revoked');
    if (outcome === 'pause') stopEach((call) => own(call) && !call.gone, 'held');
    if (outcome === 'narrow')
      stopEach((call) => own(call) && !call.gone && !onlyReads(call.opening.entry.class), 'held');
  }

  function stopRevoked({ scope, target, text }: Extract<Event, { type: 'revoked' }>): void {
    switch (scope) {
      case 'token':
        stopEach(({ opening }) => opening.caller.tokenId === target, 'revoked');
        break;
      case 'tool':
        stopEach(({ opening }) => isTool(opening.entry, target), 'revoked');
        break;
      case 'policy':
        stopEach(({ opening }) => opening.permits?.includes(text ?? '') === true, 'revoked');
        break;
      default:
        stop((ground) => ground[scope] === target, 'revoked');
    }
  }

  return {
    open(decision, opening, decidedAtMs) {
      const { caller, above, entry, args, resource, still } = opening;
      const controller = new AbortController();
      const kept: Kept = { rests: [caller, ...above], stop: controller, opening, gone: false };
      calls.set(decision, kept);
      const openedWallMs = clock.wallMs();
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
          if (controller.signal.aborted || kept.gone || !calls.has(decision)) return 'stopped';
          if (isStale() || !isSame) return 'stale';
          kept.gone = true;
          return 'go';
        },
        released: () => kept.gone,
      };
    },
    close: (decision) => void calls.delete(decision),
    has: (decision) => calls.has(decision),
    stop,
    learn(event, stands = () => false) {
      switch (event.type) {
        case 'task.ended':
          stop(({ task }) => task === event.task, 'ended');
          break;
        case 'revoked':
          stopRevoked(event);
          break;
        case 'swept':
          stopEach(({ opening }) => !stands(opening.caller), 'revoked');
          break;
        case 'hold.set':
          stopHeld(event);
          break;
        case 'session.redecided':
          stopRedecided(event);
      }
    },
    list: () =>
      [...calls].map(([decision, { opening, gone }]) => ({ decision, call: opening, released: gone })),
    size: () => calls.size,
  };
}

/** @param name `server/tool` */
export function isTool({ kind, server, target }: CatalogueEntry, name: string): boolean {
  return kind === 'tool' && `${server}/${target}` === name;
}

/** Whether somebody who had standing has none any more. Of whom nothing is known nothing was taken. */
export function isLost(head: View, caller: Caller, at: number): boolean {
  const standing = circumstances(head, caller, at);
  return !standing.ok && !standing.code.startsWith('unknown_');
}
