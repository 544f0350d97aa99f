// SPDX-License-Identifier: Apache-2.0
/**
 * What a revocation reaches: who stands now and would not any more, by the very questions that decisions ask. Of the state as
 * it is known here; the event decides what ends, and not this.
 */
import type { BodyOf } from '../core/record/event.ts';
import { circumstances } from '../core/session/circumstances.ts';
import { facets, type View } from '../core/state/facet.ts';
import { createHead } from '../core/state/head.ts';
import { changes } from '../core/state/reduce.ts';
import { isRunning } from '../core/task/lineage.ts';
import { isTool } from './live.ts';
import type { Road } from './road.ts';

export interface Reach {
  readonly agents: readonly string[];
  readonly tasks: readonly string[];
  readonly sessions: readonly string[];
  /** In flight on this node. */
  readonly calls: readonly { readonly decision: string; readonly session: string; readonly tool: string }[];
  /** Requests that wait for people. */
  readonly approvals: readonly string[];
}

export function reachOf(
  { sequencer: { head }, live, clock }: Pick<Road, 'sequencer' | 'live' | 'clock'>,
  event: BodyOf<'revoked' | 'swept'>,
): Reach {
  const at = clock.wallMs();
  const moved = changes(head, event, 'would', at, 'would');
  const over = createHead();
  over.move(moved, 'would');
  const names = new Set(moved.map(({ facet }) => facet));
  const after: View = { get: (key) => (names.has(key.name) ? over.get(key) : head.get(key)) };
  const found = { agents: [] as string[], tasks: [] as string[], sessions: [] as string[] };
  const approvals: string[] = [];
  const loses = (caller: { agent: string; task: string; session: string }): boolean =>
    circumstances(head, { ...caller, tokenId: '' }, at).ok &&
    !circumstances(after, { ...caller, tokenId: '' }, at).ok;
  for (const [name] of head.facets()) {
    const [, kind, id] = /^(agent|task|session|approval)\/([^/]+)$/.exec(name) ?? [];
    if (kind === undefined || id === undefined) continue;
    if (kind === 'agent' && isActive(head, id) && !isActive(after, id)) found.agents.push(id);
    if (kind === 'task' && isRunning(head, id, at) && !isRunning(after, id, at)) found.tasks.push(id);
    if (kind === 'session') {
      const state = head.get(facets.session(id));
      if (state !== undefined && loses({ ...state, session: id })) found.sessions.push(id);
    }
    if (kind === 'approval') {
      const state = head.get(facets.approval(id));
      const isDead = state !== undefined && (loses(state.from) || isOfTool(event, state.tool));
      if (isDead && at < state.expiresAt) approvals.push(id);
    }
  }
  const calls = live.list().flatMap(({ decision, call: { caller, entry, permits } }) => {
    const ends =
      loses(caller) ||
      (event.type === 'revoked' &&
        ((event.scope === 'token' && caller.tokenId === event.target) ||
          (event.scope === 'tool' && isTool(entry, event.target)) ||
          (event.scope === 'policy' && permits?.includes(event.text ?? '') === true)));
    return ends ? [{ decision, session: caller.session, tool: `${entry.server}/${entry.target}` }] : [];
  });
  return { ...found, calls, approvals };
}

function isActive(view: View, agent: string): boolean {
  return view.get(facets.agent(agent))?.status === 'active';
}

function isOfTool(event: BodyOf<'revoked' | 'swept'>, tool: string | undefined): boolean {
  return event.type === 'revoked' && event.scope === 'tool' && tool === event.target;
}
