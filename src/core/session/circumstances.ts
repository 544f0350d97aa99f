// SPDX-License-Identifier: Apache-2.0
// What is known of who asks, at one instant: the facts that every decision about an agent starts from.
import type { Label } from '../label/label.ts';
import type { Fact } from '../record/events/decision.ts';
import type { Caller } from '../request/proposal.ts';
import { type AgentState, facets, type TaskState, type View } from '../state/facet.ts';
import { isTaskSwept, labelsOf, standsUnder } from '../task/lineage.ts';

/** Everything policy may know of the caller besides the request itself. Seconds are whole, rounded down. */
export interface Circumstances {
  readonly at: number;
  readonly agent: {
    readonly id: string;
    readonly owner: string;
    readonly autonomy: 'supervised' | 'semi' | 'full';
    readonly verifiedSecondsAgo: number;
  };
  readonly task: {
    readonly id: string;
    readonly type: string;
    readonly purpose?: string;
    readonly params: { readonly [name: string]: string };
    readonly onBehalfOf?: string;
    readonly ageSeconds: number;
    readonly hasPrompt: boolean;
    /** How many tasks it was started under. */
    readonly depth: number;
  };
  readonly session: {
    readonly id: string;
    readonly ageSeconds: number;
    readonly idleSeconds: number;
    readonly calls: number;
    readonly labels: Label;
  };
}

export type NoStanding =
  | 'unknown_agent'
  | 'agent_revoked'
  | 'unknown_task'
  | 'task_ended'
  | 'task_revoked'
  | 'task_expired'
  | 'parent_over'
  | 'unknown_session'
  | 'session_revoked'
  | 'token_revoked'
  | 'not_the_callers';

/** Whether an agent and its task stand at all, whatever the session. */
export function groundsOf(
  view: View,
  who: Pick<Caller, 'agent' | 'task'>,
  at: number,
): { ok: true; agent: AgentState; task: TaskState } | { ok: false; code: NoStanding } {
  const agent = view.get(facets.agent(who.agent));
  if (agent === undefined) return { ok: false, code: 'unknown_agent' };
  if (agent.status === 'revoked') return { ok: false, code: 'agent_revoked' };

  const task = view.get(facets.task(who.task));
  if (task === undefined) return { ok: false, code: 'unknown_task' };
  if (task.status !== 'active')
    return { ok: false, code: task.status === 'ended' ? 'task_ended' : 'task_revoked' };
  if (at >= task.expiresAt) return { ok: false, code: 'task_expired' };
  if (isTaskSwept(view, who.task)) return { ok: false, code: 'task_revoked' };
  if (!standsUnder(view, who.task, at)) return { ok: false, code: 'parent_over' };

  return { ok: true, agent, task };
}

/** @returns the circumstances, with the facts that a record has of them, or why this caller has no standing to ask anything */
export function circumstances(
  view: View,
  caller: Caller,
  at: number,
):
  | { ok: true; value: Circumstances; facts: () => { readonly [name: string]: Fact } }
  | { ok: false; code: NoStanding } {
  const grounds = groundsOf(view, caller, at);
  if (!grounds.ok) return grounds;
  const { agent, task } = grounds;
  if (view.get(facets.halt)?.tokens.some(({ id }) => id === caller.tokenId) === true)
    return { ok: false, code: 'token_revoked' };

  const session = view.get(facets.session(caller.session));
  if (session === undefined) return { ok: false, code: 'unknown_session' };
  if (session.status === 'revoked' || isTaskSwept(view, caller.task, session.startedAt))
    return { ok: false, code: 'session_revoked' };
  if (session.task !== caller.task || session.agent !== caller.agent || task.agent !== caller.agent) {
    return { ok: false, code: 'not_the_callers' };
  }

  const activity = view.get(facets.activity(caller.session)) ?? { calls: 0, lastAt: session.startedAt };
  const labels = labelsOf(view, caller.task);
  const value: Circumstances = {
    at,
    agent: {
      id: caller.agent,
      owner: agent.owner,
      autonomy: agent.autonomy,
      verifiedSecondsAgo: seconds(at - agent.verifiedAt),
    },
    task: {
      id: caller.task,
      type: task.type,
      ...(task.purpose === undefined ? {} : { purpose: task.purpose }),
      params: task.params,
      ...(task.onBehalfOf === undefined ? {} : { onBehalfOf: task.onBehalfOf }),
      ageSeconds: seconds(at - task.startedAt),
      hasPrompt: task.hasPrompt,
      depth: task.above?.length ?? 0,
    },
    session: {
      id: caller.session,
      ageSeconds: seconds(at - session.startedAt),
      idleSeconds: seconds(at - activity.lastAt),
      calls: activity.calls,
      labels,
    },
  };
  const ledger = (v: Fact['value'], t: number): Fact => ({ value: v, source: 'ledger', t });
  return {
    ok: true,
    value,
    facts: () => ({
      'agent.owner': ledger(agent.owner, agent.verifiedAt),
      'agent.autonomy': ledger(agent.autonomy, agent.verifiedAt),
      'agent.verifiedAt': ledger(agent.verifiedAt, agent.verifiedAt),
      'task.type': ledger(task.type, task.startedAt),
      'task.startedAt': ledger(task.startedAt, task.startedAt),
      'task.expiresAt': ledger(task.expiresAt, task.startedAt),
      ...(task.above === undefined ? {} : { 'task.depth': ledger(task.above.length, task.startedAt) }),
      'task.hasPrompt': ledger(task.hasPrompt, task.startedAt),
      'session.startedAt': ledger(session.startedAt, session.startedAt),
      'session.calls': ledger(activity.calls, activity.lastAt),
      'session.lastAt': ledger(activity.lastAt, activity.lastAt),
      'session.labels.level': ledger(labels.level, activity.lastAt),
      'session.labels.integrity': ledger(labels.integrity, activity.lastAt),
      'session.labels.categories': ledger(labels.categories, activity.lastAt),
      ...(labels.readers === undefined
        ? {}
        : { 'session.labels.readers': ledger(labels.readers, activity.lastAt) }),
      'session.labels.sources': ledger(labels.sources, activity.lastAt),
    }),
  };
}

function seconds(ms: number): number {
  return Math.max(0, Math.floor(ms / 1000));
}
