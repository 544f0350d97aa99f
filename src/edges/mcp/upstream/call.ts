// SPDX-License-Identifier: Apache-2.0
/**
 * One request of ours while it waits: settled exactly once, with one timer and one abort listener that
 * go when it does.
 *
 * Never claims that nothing left when something may have: `sent` is true from the moment `release` says yes.
 */
import { integerAt, type JsonObject } from '../../../core/json/value.ts';
import type { Outgoing, UpstreamAnswer } from './link.ts';
import { type OwnToken, withOwnToken } from './message.ts';

export type FailedReason = Extract<UpstreamAnswer, { kind: 'failed' }>['reason'];

export interface Call {
  readonly id: number;
  /** The client that it is done for, so that what the upstream says meanwhile does not reach another one. */
  readonly from: string;
  readonly method: string;
  /** What is sent: the caller's own, except for the progress token. */
  readonly params: string | undefined;
  readonly maxResultBytes: number;
  readonly answer: Promise<UpstreamAnswer>;
  readonly isSettled: () => boolean;
  /** Asks for leave to send; to be called right before the first byte. False means it has been settled. */
  release(): boolean;
  settle(answer: UpstreamAnswer): void;
  fail(reason: FailedReason): void;
  /** Nobody wants the answer any more. */
  giveUp(reason: 'aborted' | 'timeout'): void;
  notify: Outgoing['onNotification'];
  /** Progress under our token; under any other it is not this call's. */
  progress(params: JsonObject): void;
  ask: Outgoing['onRequest'];
  /** The gateway's own, where there is no client to ask. */
  readonly isOwn: boolean;
}

export interface CallOptions {
  readonly id: number;
  readonly from: string;
  /** The caller gave up after the request left: tell the upstream. */
  readonly onGivenUp: (call: Call) => void;
  readonly onSettled: (call: Call) => void;
}

/** The longest that a timer can wait; asked for more, it would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export function createCall(outgoing: Outgoing, options: CallOptions): Call {
  const { signal } = outgoing;
  let settled = false;
  let sent = false;
  let resolveAnswer: (answer: UpstreamAnswer) => void = () => {};
  const answer = new Promise<UpstreamAnswer>((resolve) => {
    resolveAnswer = resolve;
  });
  const own = tokenFor(outgoing, options);
  const onAbort = (): void => call.giveUp('aborted');
  const timer = setTimeout(() => call.giveUp('timeout'), Math.min(outgoing.timeoutMs, LONGEST_TIMER_MS));

  const call: Call = {
    id: options.id,
    from: options.from,
    method: outgoing.method,
    params: typeof own === 'object' ? own.params : outgoing.params,
    maxResultBytes: outgoing.maxResultBytes,
    answer,
    isSettled: () => settled,
    release() {
      if (settled) return false;
      let allowed = false;
      try {
        allowed = outgoing.release() === true;
      } catch {
        // An error is never a permission.
      }
      if (!allowed) {
        call.fail('not_released');
        return false;
      }
      sent = true;
      return true;
    },
    settle(value) {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      options.onSettled(call);
      resolveAnswer(value);
    },
    fail(reason) {
      call.settle({ kind: 'failed', reason, sent });
    },
    giveUp(reason) {
      if (settled) return;
      call.fail(reason);
      if (sent) options.onGivenUp(call);
    },
    notify(method, params) {
      if (settled) return;
      try {
        outgoing.onNotification(method, params);
      } catch {
        // It reached nobody. The answer does not depend on it, and the reader of the stream must not die of it.
      }
    },
    progress(params) {
      if (typeof own !== 'object' || integerAt(params, 'progressToken') !== options.id) return;
      call.notify('notifications/progress', { ...params, progressToken: own.callersToken });
    },
    ask: outgoing.onRequest,
    isOwn: outgoing.isOwn === true,
  };
  if (own === 'unreadable') call.fail('invalid');
  else if (signal.aborted) call.fail('aborted');
  else signal.addEventListener('abort', onAbort);
  return call;
}

function tokenFor(outgoing: Outgoing, options: CallOptions): OwnToken | 'unreadable' | undefined {
  return outgoing.params === undefined ? undefined : withOwnToken(outgoing.params, options.id);
}
