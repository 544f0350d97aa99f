// SPDX-License-Identifier: Apache-2.0
/**
 * The requests of one conversation that wait for an answer, and whom something belongs to that the
 * upstream says meanwhile.
 *
 * When it cannot be told whose it is, it is nobody's: a guess would show one client what another one's
 * call made the upstream say.
 */
import { integerAt, type JsonObject, objectAt, own } from '../../../core/json/value.ts';
import type { Call, FailedReason } from './call.ts';
import type { UpstreamLimits } from './limits.ts';
import type { Message } from './message.ts';

export interface InFlight {
  /** @param from of one client only */
  size(from?: string): number;
  isFull(from: string): boolean;
  add(call: Call): void;
  remove(call: Call): void;
  /** Settles the request that a message answers, if there is one; anything else is ignored. */
  answer(message: Extract<Message, { kind: 'result' | 'error' | 'faulty' }>, sizeBytes: number): void;
  fail(id: number, reason: FailedReason): void;
  failAll(reason: FailedReason): void;
  /** Gives up what one client waits for. */
  abandon(from: string): void;
  /** @returns false when it belongs to no request */
  notify(method: string, params: JsonObject): boolean;
  /** The newest request that is a client's, when all that wait are done for one client. */
  sole(): Call | undefined;
}

const LISTEN = 'subscriptions/listen';
const SUBSCRIPTION = 'io.modelcontextprotocol/subscriptionId';

export function createInFlight(limits: UpstreamLimits): InFlight {
  const calls = new Map<number, Call>();
  const countOf = new Map<string, number>();

  function sole(): Call | undefined {
    let from: string | undefined;
    let newest: Call | undefined;
    for (const call of calls.values()) {
      if (call.method === LISTEN) continue;
      if (from !== undefined && from !== call.from) return undefined;
      from = call.from;
      if (!call.isOwn) newest = call;
    }
    return newest;
  }

  return {
    size(from) {
      return from === undefined ? calls.size : (countOf.get(from) ?? 0);
    },
    isFull(from) {
      return calls.size >= limits.maxInFlight || (countOf.get(from) ?? 0) >= limits.maxInFlightOfOne;
    },
    sole,
    add(call) {
      if (call.isSettled()) return;
      calls.set(call.id, call);
      countOf.set(call.from, (countOf.get(call.from) ?? 0) + 1);
    },
    remove(call) {
      if (!calls.delete(call.id)) return;
      const left = (countOf.get(call.from) ?? 1) - 1;
      if (left > 0) countOf.set(call.from, left);
      else countOf.delete(call.from);
    },
    answer(message, sizeBytes) {
      if (message.id === undefined) return;
      const call = calls.get(message.id);
      if (call !== undefined) settle(call, message, sizeBytes);
    },
    fail(id, reason) {
      calls.get(id)?.fail(reason);
    },
    failAll(reason) {
      for (const call of [...calls.values()]) call.fail(reason);
    },
    abandon(from) {
      for (const call of [...calls.values()]) if (call.from === from) call.giveUp('aborted');
    },
    notify(method, params) {
      if (method === 'notifications/progress') {
        calls.get(integerAt(params, 'progressToken') ?? -1)?.progress(params);
        return true; // progress of nobody's request is dropped, since there is nobody whose token it could bear
      }
      const meta = objectAt(params, '_meta');
      if (meta !== undefined && own(meta, SUBSCRIPTION) !== undefined) {
        const call = calls.get(integerAt(meta, SUBSCRIPTION) ?? -1);
        if (call?.method === LISTEN) call.notify(method, params);
        return true;
      }
      if (method !== 'notifications/message') return false;
      const call = sole();
      call?.notify(method, params);
      return call !== undefined;
    },
  };
}

export function settle(
  call: Call,
  message: Extract<Message, { kind: 'result' | 'error' | 'faulty' }>,
  sizeBytes: number,
  httpStatus?: number,
): void {
  if (sizeBytes > call.maxResultBytes) {
    call.fail('too_large');
    return;
  }
  switch (message.kind) {
    case 'result':
      call.settle({ kind: 'result', result: message.result, sizeBytes });
      return;
    case 'error':
      call.settle(
        httpStatus === undefined || httpStatus === 200
          ? { kind: 'error', error: message.error }
          : { kind: 'error', error: message.error, httpStatus },
      );
      return;
    case 'faulty':
      call.fail('invalid');
      return;
  }
}
