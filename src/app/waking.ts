// SPDX-License-Identifier: Apache-2.0
/**
 * Waiting for what a deferral waits for, for a while. Listens first and looks then, so that nothing happens in between
 * unseen.
 *
 * Says only that something may have changed. Whether the call may be made now is decided again, from the beginning.
 */
import { type Deferral, statusAt } from '../core/deferral/deferral.ts';
import { readyAt } from '../core/deferral/ready.ts';
import { untilOf } from '../core/deferral/until.ts';
import { circumstances } from '../core/session/circumstances.ts';
import type { Registry } from '../core/signal/registry.ts';
import { facets, type View } from '../core/state/facet.ts';
import type { Road } from './road.ts';

/** What becomes of a deferral at an instant: `ready` is not kept, and may be over a moment later. */
export type Prospect = 'waiting' | 'ready' | 'expired' | 'cancelled' | 'gone';

/** @returns `gone` where the call was let through, or its session has no standing any more */
export function prospectAt(
  view: View,
  registry: Registry | undefined,
  deferral: string,
  at: number,
): Prospect {
  const state = view.get(facets.deferral(deferral));
  if (state === undefined || !circumstances(view, { ...state.from, tokenId: '' }, at).ok) return 'gone';
  const status = statusAt(state, at);
  if (status !== 'waiting') return status;
  return state.waits.every(({ until }) => readyAt({ registry }, view, until, at, state).holds)
    ? 'ready'
    : 'waiting';
}

type Waking = Pick<Road, 'sequencer' | 'clock' | 'registry'>;

/** @returns false where it was waiting still by then */
export function untilReady(
  { sequencer, clock, registry }: Waking,
  deferral: string,
  forMs: number,
  gone: AbortSignal | undefined,
): Promise<boolean> {
  return new Promise((resolve) => {
    const untilMs = clock.monotonicMs() + forMs;
    let cancel = (): void => undefined;
    const end = (changed: boolean): void => {
      stop();
      cancel();
      gone?.removeEventListener('abort', left);
      resolve(changed);
    };
    const left = (): void => end(false);
    /** Looks, and looks again when time alone may have changed it. */
    const look = (): void => {
      cancel();
      const at = clock.wallMs();
      const leftMs = untilMs - clock.monotonicMs();
      if (prospectAt(sequencer.head, registry?.(), deferral, at) !== 'waiting') end(true);
      else if (leftMs <= 0) end(false);
      else {
        const state = sequencer.head.get(facets.deferral(deferral));
        cancel = clock.after(Math.min(leftMs, nextLookMs(state, at)), look);
      }
    };
    const stop = sequencer.onEvent(({ type }) => {
      // What policies say has changed: nobody knows here what it waits for now.
      if (type === 'policy.published' || type === 'catalogue.published') end(true);
      else if (mayMatter.has(type)) look();
    });
    if (gone?.aborted === true) return end(false);
    gone?.addEventListener('abort', left, { once: true });
    look();
  });
}

const mayMatter: ReadonlySet<string> = new Set([
  'signal.set',
  'signal.cleared',
  'signals.published',
  'deferral.requested',
  'deferral.cancelled',
  'decision',
  'observation',
  'revoked',
  'task.ended',
]);

const minuteMs = 60_000;

/** Windows open and close with the minute. */
function nextLookMs(state: Deferral | undefined, at: number): number {
  if (state === undefined) return 0;
  const due = state.waits.flatMap(({ until }): readonly number[] => {
    const read = untilOf(until);
    if (read?.on === 'calendar') return [at - (at % minuteMs) + minuteMs];
    return read?.on === 'time' && read.at > at ? [read.at] : [];
  });
  return Math.max(1, Math.min(state.expiresAt, ...due) - at);
}
