// SPDX-License-Identifier: Apache-2.0
/**
 * Calls of a 2026-07-28 client to an upstream of the era before, which asks in the middle of a call.
 *
 * The question ends the client's request as `input_required`; the upstream's call stays open, and the
 * request that brings the answer finds it by a `requestState` that names it, the round and the session
 * under a key of this process. A state that was altered, used before, or belongs to somebody else finds
 * nothing. Bounded in number, and in time by the call's own time-out.
 *
 * Source: MCP 2026-07-28, "Multi Round-Trip Requests".
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../app/ports.ts';
import { digestJson } from '../../core/json/canonical.ts';
import { isObject, type JsonObject, type JsonValue, objectAt, own } from '../../core/json/value.ts';
import type { Caller } from '../../core/request/proposal.ts';
import type { GatewayLimits } from './limits.ts';
import { failed, type Reply, rpcCodes } from './rpc.ts';
import type { PeerAnswer } from './upstream/link.ts';

/** One call that may be parked: whoever serves the client's current request is its `listener`. */
export interface Journey {
  readonly stop: AbortController;
  notify(method: string, params: JsonObject): void;
  ask(method: string, params: JsonObject, signal: AbortSignal): Promise<PeerAnswer>;
}

export type Listener = (method: string, params: JsonObject) => void;

export interface Parking {
  /**
   * Runs `work` until it is done or asks something.
   *
   * @param what method and parameters, so that an answer reaches only the call that asked for it
   */
  begin(
    caller: Caller,
    what: JsonObject,
    stop: AbortController,
    listener: Listener,
    work: (journey: Journey) => Promise<Reply>,
  ): Promise<Reply>;
  isOurs(requestState: string): boolean;
  /** Goes on with a parked call. */
  resume(
    caller: Caller,
    params: JsonObject,
    what: JsonObject,
    requestState: string,
    listener: Listener,
  ): Resumed;
}

export type Resumed =
  | { readonly ok: true; readonly stop: AbortController; readonly reply: Promise<Reply> }
  | { readonly ok: false; readonly reply: Reply };

interface Asked {
  readonly method: string;
  readonly params: JsonObject;
  settle(answer: PeerAnswer): void;
}

interface Parked {
  readonly id: string;
  readonly session: string;
  readonly what: JsonObject;
  readonly stop: AbortController;
  readonly questions: Map<string, Asked>;
  round: number;
  asked: number;
  listener: Listener | undefined;
  done: Reply | undefined;
  wake: (() => void) | undefined;
}

const prefix = 'countersign.';
/** Questions that come together are asked together. */
const gatherMs = 5;

export function createParking(clock: Clock, limits: Pick<GatewayLimits, 'maxParkedCalls'>): Parking {
  const key = randomBytes(32);
  const parked = new Map<string, Parked>();

  function macOf(call: Parked, round: number): string {
    const text = `${call.id} ${round} ${call.session} ${digestJson(call.what)}`;
    return createHmac('sha256', key).update(text).digest('base64url');
  }

  function question(call: Parked): Reply {
    call.round++;
    call.listener = undefined;
    const inputRequests: { [key: string]: JsonValue } = {};
    for (const [name, { method, params }] of call.questions) inputRequests[name] = { method, params };
    const requestState = `${prefix}${call.id}.${call.round}.${macOf(call, call.round)}`;
    return { ok: true, result: { resultType: 'input_required', inputRequests, requestState } };
  }

  function next(call: Parked): Promise<Reply> {
    return new Promise((resolve) => {
      const look = () => {
        if (call.done !== undefined) {
          parked.delete(call.id);
          call.wake = undefined;
          resolve(call.done);
        } else if (call.questions.size > 0) {
          call.wake = undefined;
          resolve(question(call));
        }
      };
      call.wake = look;
      look();
    });
  }

  function journeyOf(call: Parked): Journey {
    return {
      stop: call.stop,
      notify: (method, params) => call.listener?.(method, params),
      ask(method, params, signal) {
        if (signal.aborted) return Promise.resolve(unanswered);
        if (!parked.has(call.id) && parked.size >= limits.maxParkedCalls) return Promise.resolve(unanswered);
        parked.set(call.id, call);
        const name = `ask-${++call.asked}`;
        return new Promise((resolve) => {
          const settle = (answer: PeerAnswer) => {
            if (!call.questions.delete(name)) return;
            signal.removeEventListener('abort', giveUp);
            resolve(answer);
          };
          const giveUp = () => settle(unanswered);
          signal.addEventListener('abort', giveUp, { once: true });
          call.questions.set(name, { method, params, settle });
          clock.after(gatherMs, () => call.wake?.());
        });
      },
    };
  }

  return {
    begin(caller, what, stop, listener, work) {
      const call: Parked = {
        id: randomBytes(16).toString('hex'),
        session: caller.session,
        what,
        stop,
        questions: new Map(),
        round: 0,
        asked: 0,
        listener,
        done: undefined,
        wake: undefined,
      };
      void work(journeyOf(call)).then((reply) => {
        call.done = reply;
        // Nobody waits: keep the answer for the request that will come with the next state, for a while.
        if (call.wake === undefined) clock.after(keepDoneMs, () => parked.delete(call.id));
        call.wake?.();
      });
      return next(call);
    },
    isOurs: (requestState) => requestState.startsWith(prefix),
    resume(caller, params, what, requestState, listener) {
      const [id = '', round = '', mac = ''] = requestState.slice(prefix.length).split('.', 4);
      const call = parked.get(id);
      const expected = call === undefined ? '' : `${prefix}${id}.${call.round}.${macOf(call, call.round)}`;
      const isOpen =
        call !== undefined &&
        call.wake === undefined &&
        call.session === caller.session &&
        round === String(call.round) &&
        mac !== '' &&
        isSame(requestState, expected) &&
        digestJson(call.what) === digestJson(what);
      if (!isOpen) return { ok: false, reply: unknownState };
      const responses = objectAt(params, 'inputResponses') ?? {};
      const given: [Asked, JsonObject][] = [];
      for (const [name, asked] of call.questions) {
        const response = own(responses, name);
        if (response === undefined) continue;
        if (!isObject(response)) {
          const message = `\`params.inputResponses.${name}\` must be an object`;
          return { ok: false, reply: failed(rpcCodes.invalidParams, message) };
        }
        given.push([asked, response]);
      }
      call.listener = listener;
      for (const [asked, result] of given) asked.settle({ result });
      return { ok: true, stop: call.stop, reply: next(call) };
    },
  };
}

function isSame(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

const keepDoneMs = 60_000;

const unknownState: Reply = failed(
  rpcCodes.invalidParams,
  '`params.requestState` is not one that is open here',
  {
    code: 'unknown_request_state',
  },
);

const unanswered: PeerAnswer = {
  error: { code: rpcCodes.upstream, message: 'the client did not answer', data: { code: 'cancelled' } },
};
