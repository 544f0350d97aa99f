// SPDX-License-Identifier: Apache-2.0
/**
 * A 2026-07-28 request that brings the answer to the question that its call waits for people.
 *
 * Such a request is decided like the first one: neither the state nor the answer makes it another. Only where the client
 * would not wait, or the request to people is over, it is answered without: that asks nobody again, and does nothing.
 */
import { isObject, type JsonObject, own } from '../../core/json/value.ts';
import { facets } from '../../core/state/facet.ts';
import type { Gate, Talk } from './gate.ts';
import type { Understood } from './proposal.ts';
import { overReply, refusalReply } from './refusal.ts';
import { failed, type Reply, rpcCodes } from './rpc.ts';
import { questionKey } from './wait.ts';
import { answerIn } from './wait-question.ts';
import { isWaitState, openWait, type WaitState } from './wait-state.ts';

export type Retry =
  | { readonly kind: 'first' }
  /** `answered`: the client says that it goes on waiting. Otherwise it has to be asked again. */
  | { readonly kind: 'again'; readonly state: WaitState; readonly answered: boolean }
  | { readonly kind: 'over'; readonly reply: Reply };

export function retryOf(gate: Gate, talk: Talk, request: Understood, what: JsonObject): Retry {
  const { method, requestState, inputResponses = {} } = request;
  if (talk.era !== 'modern' || requestState === undefined || !isWaitState(requestState))
    return { kind: 'first' };
  const { road } = gate;
  const state = openWait(road.pseudonym, talk.caller.session, what, requestState);
  if (state === undefined) return over(unknownState);
  const response = own(inputResponses, questionKey);
  const answer = isObject(response) ? answerIn(response) : undefined;
  if (response !== undefined && answer === undefined) return over(malformed);

  const { approval, expiresAt } = state;
  const status = gate.waiting.status(state);
  const asks = road.sequencer.head.get(facets.approval(approval))?.asks ?? [];
  const pending = { approval, expiresAt, line: '', needs: [] };
  const policies = asks.map(({ policy }) => policy);
  const refusal = { outcome: 'step_up', code: 'pending_approval', policies, pending } as const;
  if (status === 'expired') return over(overReply('approval_expired', refusal, method));
  // Whoever would not wait does not have it done, and asks nobody for more. A no is told, with its words.
  if (answer === 'decline' && status !== 'refused')
    return over(
      status === 'consumed'
        ? overReply('approval_used', refusal, method)
        : refusalReply(refusal, method, request.shown),
    );
  return { kind: 'again', state, answered: answer === 'accept' };
}

function over(reply: Reply): Retry {
  return { kind: 'over', reply };
}

const unknownState = failed(
  rpcCodes.invalidParams,
  '`params.requestState` is not of this call and this session: call without it',
  { code: 'unknown_request_state' },
);

const malformed = failed(
  rpcCodes.invalidParams,
  `\`params.inputResponses.${questionKey}.action\` must be \`accept\`, \`decline\` or \`cancel\``,
);
