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
  deferred: 'it has to wait',
  unknown_target: 'the catalogue has no such target: nobody has said what it is',
  definition_changed: 'what the server declares of the tool is not what was accepted',
  invalid_arguments: 'the arguments do not fit the schema that was accepted',
  unsupported_arguments: 'the arguments cannot be told to policy without loss',
  engine_failed: 'the policy engine gave no answer, and that is a denial',
  policy_not_here: 'the policies in force are not the ones that this node has loaded',
  unsettled_transforms: 'what the policies asked to change did not settle',
  budget_exhausted: 'the task has spent a budget',
  unknown_obligation: 'a permit obliges to something that the edge cannot do',
  unknown_agent: 'nobody has registered the agent',
  agent_revoked: 'the agent was revoked',
  unknown_task: 'there is no such task',
  task_ended: 'the task had ended',
  task_revoked: 'the task was revoked',
  task_expired: 'the task had lived its time',
  unknown_session: 'there is no such session',
  session_revoked: 'the session was revoked',
  not_the_callers: 'the session, the task and the agent of the token do not belong together',
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
  engine_failed: 'nothing the agent can do: the engine of this node has to work again',
  policy_not_here: 'the same call again, once this node has loaded what was published',
  unsettled_transforms: 'nothing at run time: the policies that change the arguments have to agree',
  unknown_agent: 'a task for the agent (`countersign task start --agent`), which registers it',
  agent_revoked: 'nothing: a revoked agent stays revoked, and work goes on under another one',
  unknown_task: 'a token of a task of this daemon (`countersign task start`)',
  task_ended: 'a new task, started by a person',
  task_revoked: 'a new task, started by a person',
  task_expired: 'a new task, or one with a longer --ttl',
  unknown_session: 'a token of a session of this daemon',
  session_revoked: 'a new session, or a new task',
  not_the_callers: 'a token as it was minted',
};

export function isDecisionCode(code: string): code is DecisionCode {
  return Object.hasOwn(codes, code);
}
