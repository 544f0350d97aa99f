// SPDX-License-Identifier: Apache-2.0
// What other nodes wrote reaches this one by asking. A revocation that was committed elsewhere is
// learnt here within `everyMs`; commits do not wait for it, since they are checked by the store.
import type { Road } from './road.ts';

/**
 * Catches up with the store every `everyMs`, never twice at once.
 *
 * @param onFailure told of each catch-up that failed; the next one is tried all the same
 * @returns how to stop
 */
export function tail(
  road: Pick<Road, 'sequencer' | 'clock'>,
  everyMs: number,
  onFailure: (error: unknown) => void,
): () => void {
  let stopped = false;
  let cancel = (): void => undefined;
  const again = (): void => {
    cancel = road.clock.after(everyMs, () => {
      road.sequencer
        .catchUp()
        .catch(onFailure)
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
