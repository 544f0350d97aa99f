// SPDX-License-Identifier: Apache-2.0
/**
 * Waiting for people, for a while. Listens first and looks then, so that nothing is decided in between unseen.
 *
 * Says only that something may have changed. Whether the call may be made now is decided again, from the beginning.
 */
import { isOpen } from '../core/approval/match.ts';
import type { Event } from '../core/record/event.ts';
import type { Road } from './road.ts';

/** @returns false where nothing had happened by then */
export function untilDecided(
  { sequencer, clock }: Pick<Road, 'sequencer' | 'clock'>,
  approval: string,
  forMs: number,
  gone: AbortSignal | undefined,
): Promise<boolean> {
  return new Promise((resolve) => {
    let cancel = (): void => undefined;
    const end = (changed: boolean): void => {
      stop();
      cancel();
      gone?.removeEventListener('abort', left);
      resolve(changed);
    };
    const left = (): void => end(false);
    const isWaiting = (): boolean => isOpen(sequencer.head, approval, clock.wallMs());
    const stop = sequencer.onEvent((event) => {
      if (mayMatter(event, approval) && (!isWaiting() || takesAway(event))) end(true);
    });
    if (gone?.aborted === true) return end(false);
    gone?.addEventListener('abort', left, { once: true });
    cancel = clock.after(forMs, left);
    // What was decided before this line is in the state, what comes after is told.
    if (!isWaiting()) end(true);
  });
}

function mayMatter(event: Event, approval: string): boolean {
  return event.type === 'approval.decided' ? event.approval === approval : takesAway(event);
}

/** What it was asked under is no more, for somebody: whoever waits looks for themselves. */
function takesAway({ type }: Event): boolean {
  return (
    type === 'revoked' ||
    type === 'task.ended' ||
    type === 'policy.published' ||
    type === 'catalogue.published' ||
    type === 'approvers.published'
  );
}
