// SPDX-License-Identifier: Apache-2.0
/**
 * That nobody decided a request in time, put on record: for the log, for messages to people, for who counts.
 *
 * Nothing rests on it. A request is over when its time is, by a comparison; where no node runs that could say so, it is
 * over all the same. Written at most once, whichever nodes try: the event takes the request off the list that it rests on.
 *
 * Source: docs/adr/0033-reviews-and-load.md.
 */
import { facets } from '../core/state/facet.ts';
import type { Road } from './road.ts';

/** In one commit; the rest comes with the next. */
const atOnce = 100;

/**
 * @returns how many were told
 * @throws {NotCommitted} some are still untold; call again later
 */
export async function tellUnanswered({
  sequencer,
  clock,
}: Pick<Road, 'sequencer' | 'clock'>): Promise<number> {
  const listed = sequencer.head.get(facets.openApprovals) ?? [];
  if (!listed.some(({ expiresAt }) => clock.wallMs() >= expiresAt)) return 0;
  return sequencer.submit((view, place) => {
    const over = (view.get(facets.openApprovals) ?? [])
      .filter(({ expiresAt }) => place.at >= expiresAt)
      .slice(0, atOnce);
    return {
      writings: over.map(({ approval, session }) => ({
        id: place.id('e'),
        stream: `approval/${approval}`,
        event: { type: 'approval.expired' as const, approval, session },
      })),
      depends: true,
      result: over.length,
    };
  });
}

/**
 * Tells them `everyMs`, never twice at once. What fails is tried again the next time.
 *
 * @returns how to stop
 */
export function watchUnanswered(road: Pick<Road, 'sequencer' | 'clock'>, everyMs: number): () => void {
  let stopped = false;
  let cancel = (): void => undefined;
  const again = (): void => {
    cancel = road.clock.after(everyMs, () => {
      tellUnanswered(road)
        .catch(() => 0)
        .finally(() => {
          if (!stopped) again();
        });
    });
  };
  again();
  return () => {
    stopped = true;
    cancel();
  };
}
