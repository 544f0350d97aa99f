// SPDX-License-Identifier: Apache-2.0
// What each code of a decision says, for people. One sentence, for anybody who has not read the source.
import type { RefusalCode } from './consider.ts';

export type DecisionCode = RefusalCode | 'permitted';

export const codes: Record<DecisionCode, string> = {
  permitted: 'a permit is satisfied and no forbid stands against it',
  forbidden: 'a forbid that nothing lifts is satisfied',
  forbid_errored: 'a forbid could not be evaluated, and an error is never a permission',
  no_permit: 'no permit is satisfied, and what nothing permits is denied',
  pending_approval: 'a person has to approve exactly this first',
  approval_refused: 'a person was asked about exactly this and said no',
  approval_limit: 'too many requests wait for people already',
  deferred: 'it has to wait',
  deferral_expired: 'it has waited for as long as it may, and what it waited for has not come',
  deferral_cancelled: 'somebody has ended its wait',
  deferral_limit: 'too many calls wait already, or it would wait for itself',
  deferral_gone: 'it was held while it waited, and its place was taken by another request for the same call',
  unknown_target: 'the catalogue has no such target: nobody has said what it is',
  definition_changed: 'what the server declares of the tool is not what was accepted',
  invalid_arguments: 'the arguments do not fit the schema that was accepted',
  unsupported_arguments: 'the arguments cannot be told to policy without loss',
  engine_failed: 'the policy engine gave no answer, and that is a denial',
  outside_scope: 'the scope of the task has no room for it',
  policy_not_here: 'the policies in force are not the ones that this node has loaded',
  unsettled_transforms: 'what the policies asked to change did not settle',
  budget_exhausted: 'the task has spent a budget',
  unknown_obligation: 'a permit obliges to something that the edge cannot do',
  opa_denied: 'OPA, asked beside policy, denies it',
  opa_step_up: 'OPA wants a person to approve it first',
  opa_deferred: 'OPA says that it has to wait',
  opa_unreachable: 'OPA could not be reached, or its bundle not be loaded, and no answer is a denial',
  opa_timeout: 'OPA did not answer in time, and no answer is a denial',
  opa_failed: 'OPA answered with an error or a redirect, or its rules failed, and that is a denial',
  opa_undefined: 'OPA has no such document or no rule of it applied, and that is a denial',
  opa_malformed: 'what OPA answered is not a decision to the last member, and that is a denial',
  opa_stale: 'what OPA was asked about moved each time before it could be decided',
  unknown_agent: 'nobody has registered the agent',
  agent_revoked: 'the agent was revoked',
  unknown_task: 'there is no such task',
  task_ended: 'the task had ended',
  task_revoked: 'the task was revoked',
  task_expired: 'the task had lived its time',
  parent_over: 'a task above it is over, or the agent of one was revoked',
  unknown_session: 'there is no such session',
  session_revoked: 'the session was revoked',
  not_the_callers: 'the session, the task and the agent of the token do not belong together',
  token_revoked: 'the token was revoked',
  tool_revoked: 'the tool was revoked, for everybody',
  paused: 'somebody has paused the session, its task, its agent or what is above',
  quarantined: 'the session, its task, its agent or what is above may only read for now',
  all_stopped: 'a person has stopped everything',
};

/** What has to happen before the same call could be allowed, where that is the same for each call. */
export const remedies: Partial<Record<DecisionCode, string>> = {
  unknown_target:
    'a person accepts the target into the catalogue (`countersign catalogue accept`), and a policy permits it',
  definition_changed:
    'a person looks at the change (`countersign catalogue diff`) and accepts it, or the server goes back',
  invalid_arguments: 'other arguments: the record keeps none of a call that could not be described',
  unsupported_arguments:
    'other arguments: whole numbers within 2^53, at most four decimal places, no reserved keys',
  approval_refused:
    'another call, or the same one once the time of the request is over: then people can be asked again',
  approval_limit: 'people decide what waits (`countersign approvals ls`), or its time ends',
  deferral_expired: 'the same call once what it waited for holds; it does not wait again in this session',
  deferral_cancelled: 'the same call once what it waited for holds; it does not wait again in this session',
  deferral_limit: 'what waits is done, cancelled (`countersign deferrals ls`) or over',
  deferral_gone: 'nothing: the call was made already',
  engine_failed: 'nothing the agent can do: the engine of this node has to work again',
  outside_scope:
    'a call that the scope admits, or another task: a person starts it, an agent never widens its own',
  policy_not_here: 'the same call again, once this node has loaded what was published',
  unsettled_transforms: 'nothing at run time: the policies that change the arguments have to agree',
  opa_denied: 'nothing here: only what the policy in OPA decides on, or that policy',
  opa_step_up:
    'nothing here: the policy in OPA wants a person and names nobody who may be asked (`approvers`)',
  opa_deferred: 'the same call again, once the policy in OPA says otherwise',
  opa_unreachable: 'the same call again, once OPA can be reached (`countersign doctor`)',
  opa_timeout: 'the same call again, once OPA answers in time, or a longer --opa-timeout',
  opa_failed:
    'an OPA that answers with status 200, as its own log says, or rules that do not contradict themselves (`opa eval`)',
  opa_undefined: 'a rule in OPA that decides this; a `default` rule decides what no other does',
  opa_malformed: 'a rule in OPA whose result has the form of docs/opa.md',
  opa_stale: 'the same call again, with fewer at once',
  unknown_agent: 'a task for the agent (`countersign task start --agent`), which registers it',
  agent_revoked: 'nothing: a revoked agent stays revoked, and work goes on under another one',
  unknown_task: 'a token of a task of this daemon (`countersign task start`)',
  task_ended: 'a new task, started by a person',
  task_revoked: 'a new task, started by a person',
  task_expired: 'a new task, or one with a longer --ttl',
  parent_over: 'a new task, started by a person',
  unknown_session: 'a token of a session of this daemon',
  session_revoked: 'a new session, or a new task',
  not_the_callers: 'a token as it was minted',
  token_revoked: 'a fresh token of the same session, or a new session',
  tool_revoked: 'a person brings the tool back (`countersign resume tool`)',
  paused: 'the same call again, once a person has lifted the pause (`countersign resume`)',
  quarantined:
    'a tool that only reads, or the same call once a person has lifted the quarantine (`countersign resume`)',
  all_stopped: 'the same call again, once a person lets things go on (`countersign resume-all`)',
};

export function isDecisionCode(code: string): code is DecisionCode {
  return Object.hasOwn(codes, code);
}
