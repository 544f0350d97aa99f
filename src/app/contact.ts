// SPDX-License-Identifier: Apache-2.0
// A node that has lost its store cannot know what was revoked. It releases nothing, since nothing
// commits, and it stops what is in flight: no call outlives the last sight of the store by more than
// an allow may age.
// Source: docs/adr/0001-one-road.md, rule 5.
import type { Road } from './road.ts';

/** Looks made within the time that an allow lives, so that one lost answer stops nothing. */
const looksPerLife = 3;

/**
 * While calls are live, asks the store at least every third of `releaseWithinMs`; once it has said
 * nothing for all of that time, stops every call as `store_lost`.
 *
 * @returns how to stop watching
 */
export function watchContact(
  road: Pick<Road, 'sequencer' | 'live' | 'clock' | 'releaseWithinMs'>,
): () => void {
  const { sequencer, live, clock, releaseWithinMs } = road;
  const everyMs = releaseWithinMs / looksPerLife;
  let cancel = (): void => undefined;

  function look(): void {
    const silentMs = clock.monotonicMs() - sequencer.lastContactMs();
    if (live.size() > 0) {
      if (silentMs >= releaseWithinMs) live.stop(() => true, 'store_lost');
      // Not waited for: one that never comes back must not keep the next from being asked.
      if (silentMs >= everyMs) sequencer.catchUp().catch(() => undefined);
    }
    const leftMs = releaseWithinMs - silentMs;
    cancel = clock.after(leftMs > 0 ? Math.min(everyMs, leftMs) : everyMs, look);
  }

  look();
  return () => cancel();
}
