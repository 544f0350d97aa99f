// SPDX-License-Identifier: Apache-2.0
// Calls in flight: how many and how large, for each session of a task, and the way to end them all.
import type { GatewayLimits } from './limits.ts';
import { failed, type Reply, rpcCodes } from './rpc.ts';

export type Full = 'too_many_calls' | 'too_many_bytes' | 'closing';

export type Entered = { readonly ok: true; leave(): void } | { readonly ok: false; readonly code: Full };

export interface Running {
  enter(session: string, sizeBytes: number, stop: AbortController): Entered;
  /** Lets nothing more in. @returns once nothing runs, or everything was stopped after `graceMs` */
  drain(graceMs: number): Promise<void>;
  readonly isClosing: boolean;
}

const observeWithinMs = 5_000;

export function createRunning(
  limits: Pick<GatewayLimits, 'maxCallsPerSession' | 'maxPendingBytesPerSession'>,
  after: (delayMs: number, run: () => void) => () => void,
): Running {
  const sessions = new Map<string, { calls: number; bytes: number }>();
  const stops = new Set<AbortController>();
  let closing = false;
  let onEmpty: (() => void) | undefined;

  return {
    enter(session, sizeBytes, stop) {
      if (closing) return { ok: false, code: 'closing' };
      const held = sessions.get(session) ?? { calls: 0, bytes: 0 };
      if (held.calls >= limits.maxCallsPerSession) return { ok: false, code: 'too_many_calls' };
      if (held.bytes + sizeBytes > limits.maxPendingBytesPerSession)
        return { ok: false, code: 'too_many_bytes' };
      held.calls++;
      held.bytes += sizeBytes;
      sessions.set(session, held);
      stops.add(stop);
      return {
        ok: true,
        leave() {
          if (!stops.delete(stop)) return;
          held.calls--;
          held.bytes -= sizeBytes;
          if (held.calls === 0) sessions.delete(session);
          if (stops.size === 0) onEmpty?.();
        },
      };
    },
    async drain(graceMs) {
      closing = true;
      if (stops.size === 0) return;
      const empty = new Promise<void>((resolve) => {
        onEmpty = resolve;
      });
      const takeBack = after(graceMs, () => {
        for (const stop of stops) stop.abort('shutdown');
      });
      // What was stopped still has to be observed.
      let giveUp = () => {};
      const observed = new Promise<void>((resolve) => {
        giveUp = after(graceMs + observeWithinMs, resolve);
      });
      await Promise.race([empty, observed]);
      takeBack();
      giveUp();
    },
    get isClosing() {
      return closing;
    },
  };
}

const sentences: Readonly<Record<Full, string>> = {
  too_many_calls: 'too many calls of this session are in flight: wait for one',
  too_many_bytes: 'too many bytes of this session are in flight: wait for a call',
  closing: 'the gateway is shutting down',
};

export function refusedEntry(code: Full): Reply {
  return failed(rpcCodes.limit, sentences[code], { code });
}
