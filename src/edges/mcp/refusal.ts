// SPDX-License-Identifier: Apache-2.0
/**
 * What a client, and the model behind it, is told of an errand that was refused or failed.
 *
 * A refused `tools/call` is a result with `isError`, because that is what models read; every other
 * method gets an error. What does not exist is told apart from what is denied. Leaks nothing else:
 * reasons are the policy's own sentence or one of these.
 *
 * Source: docs/mcp-gateway.md, "Refusals".
 */
import type { Refusal } from '../../app/authorize.ts';
import type { Quarantine } from '../../app/observe.ts';
import { arrayAt, type JsonObject, objectAt } from '../../core/json/value.ts';
import { type ResultTransform, spelt } from '../../core/result/narrow.ts';
import type { Done, FailureCode } from './decided.ts';
import { failed, type Reply, rpcCodes } from './rpc.ts';

export const decisionKey = 'dev.countersign/decision';

const sentences: Readonly<Record<Refusal['code'], string>> = {
  unknown_agent: 'the agent of this token is not registered',
  agent_revoked: 'the agent has been revoked',
  unknown_task: 'the task of this token is not known',
  task_ended: 'the task has ended',
  task_revoked: 'the task has been revoked',
  task_expired: 'the time of the task is over',
  parent_over: 'a task that this one was started under is over',
  unknown_session: 'the session of this token is not known',
  session_revoked: 'the session has been revoked',
  not_the_callers: 'the session, task and agent of this token do not belong together',
  token_revoked: 'this token has been revoked',
  tool_revoked: 'this tool has been revoked, for everybody',
  paused: 'your work has been paused',
  quarantined: 'you may only read and search for now',
  all_stopped: 'a person has stopped everything',
  forbidden: 'a policy forbids it',
  forbid_errored: 'a policy that might forbid it could not be evaluated',
  no_permit: 'no policy permits it',
  pending_approval: 'it needs the approval of a person',
  approval_refused: 'a person was asked about exactly this call and said no',
  approval_limit: 'too many of its calls wait for the approval of a person already',
  deferred: 'it cannot be done yet',
  deferral_expired: 'it waited for as long as it may',
  deferral_cancelled: 'somebody has ended its wait',
  deferral_limit: 'too many calls wait already',
  deferral_gone: 'it waited, and the same call was made by another request meanwhile',
  outside_scope: 'the scope of the task has no room for it',
  unknown_target: 'it is not in the catalogue',
  definition_changed: 'what the server declares is no longer what a person has accepted',
  invalid_arguments: 'the arguments do not fit the schema',
  unsupported_arguments: 'the arguments hold something that no policy can judge',
  engine_failed: 'the policy engine failed',
  policy_not_here: 'the policies in force are not loaded here yet',
  unsettled_transforms: 'the policies that change the arguments do not agree',
  budget_exhausted: 'the budget of the task is spent',
  unknown_obligation: 'a policy asks for something that this gateway cannot do',
  opa_denied: 'a second decision point forbids it',
  opa_step_up: 'it needs the approval of a person',
  opa_deferred: 'it cannot be done yet',
  opa_unreachable: 'a second decision point could not be reached',
  opa_timeout: 'a second decision point did not answer in time',
  opa_failed: 'a second decision point failed',
  opa_undefined: 'a second decision point has nothing to say about it',
  opa_malformed: 'the answer of a second decision point cannot be understood',
  opa_stale: 'too much changed at once to ask a second decision point',
  contention: 'too much changed at once to decide',
  overloaded: 'too many decisions are waiting',
  store_unavailable: 'the decision could not be recorded',
  store_uncertain: 'it is not certain that the decision was recorded',
  keys_unavailable: 'the keys of the task are gone',
  internal: 'the decision failed',
};

const tryLater: ReadonlySet<Refusal['code']> = new Set([
  'contention',
  'overloaded',
  'store_unavailable',
  'store_uncertain',
  'policy_not_here',
  'approval_limit',
  'deferral_limit',
  'opa_unreachable',
  'opa_timeout',
  'opa_stale',
]);
const mayCorrect: ReadonlySet<Refusal['code']> = new Set(['invalid_arguments', 'unsupported_arguments']);

const failures: Readonly<Record<FailureCode, string>> = {
  upstream_unreachable: 'the server behind the gateway cannot be reached; nothing was done',
  upstream_timeout: 'the server behind the gateway did not answer in time; it may have acted all the same',
  upstream_closed:
    'the server behind the gateway went away before it answered; it may have acted all the same',
  result_too_large: 'the result is larger than may be shown; the call was made',
  result_invalid: 'the result cannot be understood and is withheld; the call was made',
  cancelled: 'the request was cancelled; the server may have acted all the same',
  stopped: 'the task, session or agent lost its standing while this ran; the result is withheld',
  held: 'a person stopped this while it ran; the server may have acted all the same',
  shutdown: 'the gateway is shutting down; the server may have acted all the same',
  not_released: 'the decision grew too old before it could be acted on; nothing was done',
  not_recorded: 'what came back could not be recorded and is withheld; the call was made',
};

/** @param shown the target as the client wrote it */
export function replyOf(done: Done, method: string, shown: string): Reply {
  switch (done.kind) {
    case 'result':
      return { ok: true, result: done.result };
    case 'error':
      return { ok: false, error: done.error };
    case 'refused':
      return refusalReply(done.refusal, method, shown);
    case 'quarantined':
      return quarantineReply(done.quarantine, done.decision, method);
    case 'put_off':
      return done.reply;
    case 'failed':
      return failureReply(done.code, done.decision, method);
  }
}

const kept: Readonly<Record<Quarantine['code'], string>> = {
  forbidden: 'a policy keeps it back',
  forbid_errored: 'a policy that might keep it back could not be evaluated',
  pending_approval: 'a person has to look at it first, and nobody can approve a result yet',
  deferred: 'it cannot be shown yet',
  engine_failed: 'the policy engine failed',
  unsettled_transforms: 'what a policy wants taken out of it could not be taken out with certainty',
  does_not_fit: 'what is left of it is not what the tool declares to return',
};

/** What stands in the place of a result: never any of it. */
export function quarantineNotice(quarantine: Quarantine, decision: string): string {
  const { code, policies, observation } = quarantine;
  const why = (quarantine.reason ?? kept[code]).replace(/[.\s]+$/, '');
  const named = policies.length === 0 ? '' : `, policy ${policies.join(', ')}`;
  return `This result is quarantined: ${why} (${code}, decision ${decision}, record ${observation}${named}). The call was made; its result is kept for a person and not shown. Do not call again for the same result; tell the user what was kept back.`;
}

export function quarantineData({ code, policies, observation }: Quarantine, decision: string): JsonObject {
  return { outcome: 'deny', code: `result_${code}`, decision, observation, policies };
}

function quarantineReply(quarantine: Quarantine, decision: string, method: string): Reply {
  const text = quarantineNotice(quarantine, decision);
  const data = quarantineData(quarantine, decision);
  if (method !== 'tools/call') return failed(rpcCodes.refused, text, data);
  const result = { content: [{ type: 'text', text }], isError: true, _meta: { [decisionKey]: data } };
  return { ok: true, result };
}

/** What was done to a result, for the model that reads what is left. */
export function narrowingNotice(transforms: readonly ResultTransform[], decision: string): string {
  const done = transforms.map(sayOf).join('; ');
  return `Countersign changed this result before you read it: ${done} (decision ${decision}).`;
}

function sayOf(transform: ResultTransform): string {
  switch (transform.name) {
    case 'mask':
      return transform.what === 'secrets' ? 'secrets are masked' : 'personal data is masked';
    case 'drop':
      return `\`${transform.pointer}\` is left out`;
    case 'strip':
      return `${transform.what === 'invisible' ? 'invisible characters' : transform.what} are taken out`;
    case 'cut_rows':
      return `at most ${transform.most} rows are shown`;
    case 'cut_bytes':
      return `at most ${transform.most} bytes are shown`;
  }
}

/** Marks a result that policy had changed: in its `_meta`, and where a model reads it. */
export function marked(
  method: string,
  result: JsonObject,
  transforms: readonly ResultTransform[],
  decision: string,
): JsonObject {
  if (transforms.length === 0) return result;
  const data = { outcome: 'modify', code: 'permitted', decision, transforms: transforms.map(spelt) };
  const text = narrowingNotice(transforms, decision);
  const content = arrayAt(result, 'content');
  const meta = objectAt(result, '_meta') ?? {};
  return {
    ...result,
    ...(method === 'tools/call' && content !== undefined
      ? { content: [...content, { type: 'text', text }] }
      : {}),
    _meta: { ...meta, [decisionKey]: data },
  };
}

/** @param asked what was refused, where it is not the method itself but something that it led to */
export function refusalReply(refusal: Refusal, method: string, shown: string, asked = method): Reply {
  const data = decisionData(refusal);
  // Not there, as far as anybody can tell: the shape that the protocol has for it.
  if (refusal.code === 'unknown_target' && asked === method) return unknownReply(method, shown, data);
  const text = sentence(refusal, asked);
  if (method !== 'tools/call') return failed(rpcCodes.refused, text, data);
  const result = { content: [{ type: 'text', text }], isError: true, _meta: { [decisionKey]: data } };
  return { ok: true, result };
}

function unknownReply(method: string, shown: string, data: JsonObject): Reply {
  switch (method) {
    case 'tools/call':
      return failed(rpcCodes.invalidParams, `unknown tool: \`${shown}\``, data);
    case 'prompts/get':
      return failed(rpcCodes.invalidParams, `unknown prompt: \`${shown}\``, data);
    case 'resources/read':
    case 'resources/subscribe':
    case 'resources/unsubscribe':
      return failed(rpcCodes.invalidParams, `unknown resource: \`${shown}\``, { uri: shown, ...data });
    default:
      return failed(rpcCodes.methodNotFound, `unknown method: \`${method}\``, data);
  }
}

export function unknownMethod(method: string, refusal: Refusal): Reply {
  return failed(rpcCodes.methodNotFound, `unknown method: \`${method}\``, decisionData(refusal));
}

function failureReply(code: FailureCode, decision: string | undefined, method: string): Reply {
  const data = { code, ...(decision === undefined ? {} : { decision }) };
  const isStopped = code === 'stopped' || code === 'held';
  if (isStopped && method === 'tools/call') {
    const then =
      code === 'held' ? 'Do not retry it: say that you are paused, and wait' : 'Stop working on this task';
    const text = `Refused: ${failures[code]}. ${then} (decision ${decision ?? 'none'}).`;
    const shown = { outcome: 'deny', policies: [], ...data };
    return {
      ok: true,
      result: { content: [{ type: 'text', text }], isError: true, _meta: { [decisionKey]: shown } },
    };
  }
  return failed(isStopped ? rpcCodes.refused : rpcCodes.upstream, failures[code], data);
}

/** Why a call that waited for people is not made, without anything new that was decided about it. */
export type OverCode = 'approval_expired' | 'approval_used';

const overs: Readonly<Record<OverCode, readonly [why: string, next: string]>> = {
  approval_expired: [
    'the time in which people could decide is over',
    'Nothing was done. Tell the user; the same call, made again, asks people anew, so make it only if it is still wanted.',
  ],
  approval_used: [
    'the approval is used up by another call that is the same to the last byte',
    'Nothing was done by this one. Make it again only if it is meant to be done once more: people are then asked anew.',
  ],
};

export function overReply(code: OverCode, { decision, policies, pending }: Refusal, method: string): Reply {
  const [why, next] = overs[code];
  const what = method === 'tools/call' ? 'This call' : `\`${method}\``;
  const named = [
    code,
    ...(pending === undefined ? [] : [`approval ${pending.approval}`]),
    ...(decision === undefined ? [] : [`decision ${decision}`]),
    ...(policies.length === 0 ? [] : [`policy ${policies.join(', ')}`]),
  ];
  const text = `${what} was not made: ${why} (${named.join(', ')}). ${next}`;
  const data = {
    outcome: 'deny',
    code,
    ...(decision === undefined ? {} : { decision }),
    policies,
    ...(pending === undefined ? {} : { approval: pending.approval }),
  };
  if (method !== 'tools/call') return failed(rpcCodes.refused, text, data);
  return {
    ok: true,
    result: { content: [{ type: 'text', text }], isError: true, _meta: { [decisionKey]: data } },
  };
}

/** With where people decide, for whoever reads the refusal. */
export function withAddress(refusal: Refusal, url: string | undefined): Refusal {
  const { pending } = refusal;
  return pending === undefined || url === undefined ? refusal : { ...refusal, pending: { ...pending, url } };
}

export function decisionData(refusal: Refusal): JsonObject {
  const { outcome, code, decision, policies, pending, deferred } = refusal;
  return {
    outcome,
    code,
    ...(decision === undefined ? {} : { decision }),
    policies,
    ...(pending === undefined
      ? {}
      : {
          approval: pending.approval,
          approvalExpiresAt: new Date(pending.expiresAt).toISOString(),
          ...(pending.url === undefined ? {} : { approvalUrl: pending.url }),
        }),
    ...(deferred === undefined
      ? {}
      : {
          deferral: deferred.deferral,
          waitsFor: deferred.until,
          deferralExpiresAt: new Date(deferred.expiresAt).toISOString(),
        }),
  };
}

/** One sentence on what and why, one on what to do next: written for the model that reads it. */
export function sentence(refusal: Refusal, method: string): string {
  const { outcome, code, decision, policies, pending, deferred } = refusal;
  const why = (refusal.reason ?? sentences[code]).replace(/[.\s]+$/, '');
  const what = method === 'tools/call' ? 'This call' : `\`${method}\``;
  const named = policies.length === 0 ? '' : `, policy ${policies.join(', ')}`;
  const asked = pending === undefined ? '' : `, approval ${pending.approval}`;
  const waits = deferred === undefined ? '' : `, deferral ${deferred.deferral}`;
  const traced = `(${code}${asked}${waits}${decision === undefined ? '' : `, decision ${decision}`}${named})`;
  return `${what} was ${outcome === 'deny' ? 'refused' : 'not made'}: ${why} ${traced}. ${next(refusal)}`;
}

function next({ outcome, code, pending, deferred }: Refusal): string {
  if (deferred !== undefined)
    return `It waits for ${deferred.until.join(' and ')}, until ${new Date(deferred.expiresAt).toISOString()} at most. Make exactly the same call again to go on waiting or once that holds; meanwhile go on with something else that does not depend on it, and do not retry with other arguments.`;
  const where = pending?.url === undefined ? '' : ` at ${pending.url}`;
  if (pending !== undefined)
    return `It is waiting for a person's approval${where}. Once they have said yes, make exactly the same call again; until then go on with something else or say that you wait, and do not retry with other arguments.`;
  if (outcome === 'step_up')
    return "It is waiting for a person's approval: do not retry with other arguments; go on with something else or say that you wait.";
  if (outcome === 'defer')
    return 'It may become possible later: do not retry now, and not with other arguments.';
  if (code === 'outside_scope')
    return 'Nothing was done. Only a call that fits may be made; a person has to start a wider task.';
  if (code === 'approval_refused')
    return 'Nothing was done. Do not make this call again or look for another way to the same effect; tell the user what the person said.';
  if (code === 'paused' || code === 'all_stopped')
    return 'Nothing was done. Nothing else will be done either until a person lets you go on: do not retry, say that you are paused, and wait.';
  if (code === 'quarantined')
    return 'Nothing was done. Tools that only read or search still answer; do not look for another way to change or send anything, and tell the user.';
  if (mayCorrect.has(code)) return 'Correct the arguments and call again.';
  if (tryLater.has(code)) return 'Nothing was done; the same call may be tried again later.';
  return 'Nothing was done. Do not retry it or look for another way to the same effect; tell the user what was refused.';
}
