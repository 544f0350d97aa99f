// SPDX-License-Identifier: Apache-2.0
/**
 * What an upstream asks of a client: sampling, elicitation, roots. Decided on the road as methods of
 * that upstream before the client sees the question, and the answer is observed before the upstream
 * sees it.
 *
 * An upstream cannot ask for what is not named in the table, nor for what the client cannot do.
 */
import { mayHearCall } from '../../app/audible.ts';
import type { Refusal } from '../../app/authorize.ts';
import { isObject, type JsonObject, own, stringAt } from '../../core/json/value.ts';
import { type Done, decided } from './decided.ts';
import type { Gate, Talk } from './gate.ts';
import { requestTreatment } from './methods.ts';
import { argsFrom } from './proposal.ts';
import { decisionData, quarantineData, sentence } from './refusal.ts';
import { rpcCodes } from './rpc.ts';
import type { Outgoing, PeerAnswer, UpstreamAnswer } from './upstream/link.ts';

/** The capability that a client must have declared to be asked. */
const needed: Readonly<Record<string, string>> = {
  'sampling/createMessage': 'sampling',
  'elicitation/create': 'elicitation',
  'roots/list': 'roots',
};

/** Decides a question, puts it to the client, observes the answer. Never rejects. */
export async function asked(
  gate: Gate,
  talk: Talk,
  server: string,
  method: string,
  params: JsonObject,
  cancelled: AbortSignal,
): Promise<PeerAnswer> {
  if (method === 'ping') return { result: {} };
  if (!mayAsk(talk, method))
    return { error: { code: rpcCodes.methodNotFound, message: 'the client does not take this request' } };
  // The client reads the question before the answer is observed: what it says counts as read by then.
  const entry = gate.road.published().catalogue.find(method, server, method);
  if (entry !== undefined && !mayHearCall(gate.road, talk.caller.task, entry)) {
    const stopped = await unshowable(gate, { ...talk, cancelled }, server, [{ key: '', method, params }]);
    if (stopped !== undefined) return answerOf(stopped.done, method);
  }
  const done = await decided(gate.road, gate.limits, {
    caller: talk.caller,
    proposal: { method, server, target: method, args: argsOf(params) },
    cancelled,
    async run(leave) {
      if (!leave.release()) return notSent;
      return taken(await talk.ask(method, argsFrom(leave.args), leave.signal), leave.signal);
    },
  });
  return answerOf(done, method);
}

/**
 * How an upstream asks the client while it lists something for it. Servers ask for roots right after the
 * handshake, and a client may list long before it calls.
 *
 * @returns undefined where the client cannot be asked: in the later era a list is no answer that can carry
 *   questions, so they wait for a call
 */
export function askingWhileListing(
  gate: Gate,
  talk: Talk,
  server: string,
): Outgoing['onRequest'] | undefined {
  if (talk.era === 'modern') return undefined;
  return (method, params) => asked(gate, talk, server, method, params, talk.cancelled);
}

/**
 * Decides the questions that a result carries, one by one, without putting them.
 *
 * @returns the first refusal or failure, or undefined where all of them may be shown
 */
export async function unshowable(
  gate: Gate,
  talk: Talk,
  server: string,
  questions: readonly Question[],
): Promise<{ readonly method: string; readonly done: Exclude<Done, { kind: 'result' }> } | undefined> {
  for (const { method, params } of questions) {
    const done = await decided(gate.road, gate.limits, {
      caller: talk.caller,
      proposal: { method, server, target: method, args: argsOf(params) },
      cancelled: talk.cancelled,
      run: async (leave) => (leave.release() ? handedOver : notSent),
      detail: () => 'handed to the client; its answer is observed on its own, or comes with its next request',
    });
    if (done.kind !== 'result') return { method, done };
  }
  return undefined;
}

export interface Question {
  readonly key: string;
  readonly method: string;
  readonly params: JsonObject;
}

const maxQuestions = 32;

/** @returns the questions of an `input_required` result, or undefined where they cannot be understood */
export function questionsOf(result: JsonObject): readonly Question[] | undefined {
  const requests = own(result, 'inputRequests') ?? {};
  if (!isObject(requests)) return undefined;
  const questions: Question[] = [];
  for (const [key, request] of Object.entries(requests)) {
    if (!isObject(request)) return undefined;
    const method = stringAt(request, 'method');
    const params = own(request, 'params') ?? {};
    if (method === undefined || !isObject(params)) return undefined;
    if (requestTreatment('server', 'modern', method) !== 'decided') return undefined;
    questions.push({ key, method, params });
  }
  return questions.length <= maxQuestions ? questions : undefined;
}

/** A refusal as the upstream hears of it: that it was refused, and by which decision. */
export function refusalForUpstream(refusal: Refusal, method: string): PeerAnswer {
  const data = decisionData(refusal);
  return { error: { code: rpcCodes.refused, message: sentence(refusal, method), data } };
}

function mayAsk(talk: Talk, method: string): boolean {
  const capability = Object.hasOwn(needed, method) ? needed[method] : undefined;
  return (
    requestTreatment('server', talk.era, method) === 'decided' &&
    capability !== undefined &&
    isObject(own(talk.clientCapabilities, capability))
  );
}

function argsOf(params: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(params).filter(([name]) => name !== '_meta'));
}

function taken(answer: PeerAnswer, signal: AbortSignal): UpstreamAnswer {
  if (signal.aborted) return { kind: 'failed', reason: 'aborted', sent: true };
  return 'result' in answer
    ? { kind: 'result', result: answer.result, sizeBytes: 0 }
    : { kind: 'error', error: answer.error };
}

function answerOf(done: Done, method: string): PeerAnswer {
  switch (done.kind) {
    case 'result':
      return { result: done.result };
    case 'error':
      return { error: done.error };
    case 'refused':
      return refusalForUpstream(done.refusal, method);
    case 'quarantined':
      return {
        error: {
          code: rpcCodes.refused,
          message: 'what the client answered is kept back by a policy',
          data: quarantineData(done.quarantine, done.decision),
        },
      };
    case 'put_off':
      return { error: { code: rpcCodes.refused, message: 'it waits for people' } };
    case 'failed':
      return {
        error: { code: rpcCodes.upstream, message: 'the client did not answer', data: { code: done.code } },
      };
  }
}

const notSent: UpstreamAnswer = { kind: 'failed', reason: 'not_released', sent: false };
const handedOver: UpstreamAnswer = { kind: 'result', result: {}, sizeBytes: 2 };
