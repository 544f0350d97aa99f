// SPDX-License-Identifier: Apache-2.0
/**
 * How one client hears of changes at an upstream of 2026-07-28, which tells of them only on streams that
 * somebody opened for it: one for the lists, and for a client of the era before one for each resource
 * that it subscribed to.
 */
import type { Clock } from '../../app/ports.ts';
import type { JsonObject } from '../../core/json/value.ts';
import { endlessMs, ownRequest } from './own-request.ts';
import type { UpstreamAnswer, UpstreamLink } from './upstream/link.ts';

export interface Hearing {
  /**
   * Opens a stream. @returns once the upstream has acknowledged it, or refused, or did not in time
   *
   * @param release asked before the first byte leaves
   */
  listen(
    link: UpstreamLink,
    notifications: JsonObject,
    signal: AbortSignal,
    hear: (method: string, params: JsonObject) => void,
    release?: () => boolean,
  ): Promise<UpstreamAnswer | 'listening' | 'silent'>;
}

const acknowledgement = 'notifications/subscriptions/acknowledged';

export function createHearing(clock: Clock, acknowledgeWithinMs: number, maxNoticeBytes: number): Hearing {
  return {
    listen(link, notifications, signal, hear, release) {
      return new Promise((resolve) => {
        const takeBack = clock.after(acknowledgeWithinMs, () => resolve('silent'));
        const terms = {
          timeoutMs: endlessMs,
          maxResultBytes: maxNoticeBytes,
          signal,
          ...(release === undefined ? {} : { release }),
          onNotification(method: string, params: JsonObject) {
            if (method !== acknowledgement) return hear(method, params);
            takeBack();
            resolve('listening');
          },
        };
        void ownRequest(link, 'subscriptions/listen', { notifications }, terms).then((answer) => {
          takeBack();
          resolve(answer);
        });
      });
    },
  };
}
