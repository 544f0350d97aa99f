// SPDX-License-Identifier: Apache-2.0
// Somewhere that people hear of what happened, and how long to leave it alone when it fails. What a target answers is that
// it has heard, and nothing else: no part of an answer is read, kept or shown.
import type { Message } from '../core/message/message.ts';
import type { EventOf } from '../core/record/event.ts';

export interface Target {
  /** As it goes on record: no part of its secret or of the path of its URL. */
  readonly told: EventOf<'messages.published'>['targets'][number];
  /**
   * Sends one message, once. The same message again has the same id.
   *
   * Never rejects: whatever goes wrong is an answer, and has nothing of the target's secret in it.
   *
   * @param timeoutMs for all of it, connecting included
   * @param stopped ends it early
   */
  send(message: Message, timeoutMs: number, stopped: AbortSignal): Promise<Sent>;
  close(): Promise<void>;
}

export type Sent =
  | { readonly ok: true; readonly status?: number }
  | {
      readonly ok: false;
      readonly code: SendFault;
      readonly status?: number;
      /** As the target asked. */
      readonly retryAfterMs?: number;
    };

/**
 * `refused`: it says that this message is wrong. `failed`: any other answer but that it has heard, a redirect among them.
 * `private_address`: its name leads into a network that it was not said to be in.
 */
export type SendFault = 'unreachable' | 'timeout' | 'failed' | 'refused' | 'private_address';

/** Seconds after the first failure in a row, the second ...; from there on always the last. */
const delays = [1, 5, 30, 120, 300, 600] as const;

/** The longest that a target may ask to be left alone. */
const maxRetryAfterMs = 3_600_000;

/** @param random from 0 to 255, so that what failed together does not come again together */
export function backoffMs(failures: number, random: number, retryAfterMs: number | undefined): number {
  const delayMs = 1000 * (delays[Math.min(failures, delays.length) - 1] ?? 1);
  const spread = delayMs + Math.floor((delayMs * 0.2 * random) / 255);
  return Math.max(spread, Math.min(retryAfterMs ?? 0, maxRetryAfterMs));
}
