// SPDX-License-Identifier: Apache-2.0
/**
 * What a task gets that is started under another one: no more than that one has, and what does not fit is
 * refused with the reason. Nothing is trimmed to fit but a lifetime that nobody asked for.
 *
 * Source: docs/adr/0018-child-tasks.md.
 */
import { facets, type View } from '../state/facet.ts';
import { narrow } from './fits.ts';
import { type Above, above, isRunning, maxDepth } from './lineage.ts';
import type { Scope } from './scope.ts';

export interface ChildAsked {
  readonly onBehalfOf?: string;
  /** Absent where no template of its type was loaded: then it has its parent's. */
  readonly scope?: Scope;
  readonly ttlMs: number;
  /** Whether somebody asked for that lifetime. */
  readonly ttlAsked: boolean;
}

export interface ChildTerms {
  readonly above: readonly Above[];
  readonly onBehalfOf?: string;
  readonly scope?: Scope;
  readonly expiresAt: number;
}

export function childTerms(
  view: View,
  parent: string,
  asked: ChildAsked,
  at: number,
):
  | { readonly ok: true; readonly terms: ChildTerms }
  | { readonly ok: false; readonly code: 'not_found' | 'not_possible'; readonly reason: string } {
  const refused = (reason: string) => ({ ok: false as const, code: 'not_possible' as const, reason });
  const task = view.get(facets.task(parent));
  if (task === undefined) return { ok: false, code: 'not_found', reason: `no task \`${parent}\`` };
  if (!isRunning(view, parent, at))
    return refused(`task \`${parent}\` is over: nothing can be started under it`);
  const line = [{ task: parent, agent: task.agent }, ...above(view, parent)];
  if (line.length > maxDepth) return refused(`a task has at most ${maxDepth} tasks above it`);

  if (asked.ttlAsked && at + asked.ttlMs > task.expiresAt) {
    const left = Math.floor((task.expiresAt - at) / 1000);
    return refused(`task \`${parent}\` ends in ${left} seconds, and nothing under it lives longer`);
  }
  const onBehalfOf = asked.onBehalfOf ?? task.onBehalfOf;
  if (task.onBehalfOf !== undefined && onBehalfOf !== task.onBehalfOf)
    return refused(`task \`${parent}\` is done for \`${task.onBehalfOf}\`, and so is what is under it`);

  const fit =
    task.scope === undefined
      ? { ok: true as const, scope: asked.scope }
      : narrow(task.scope, asked.scope ?? task.scope, task.approver);
  if (!fit.ok) return refused(fit.reason);
  return {
    ok: true,
    terms: {
      above: line,
      ...(onBehalfOf === undefined ? {} : { onBehalfOf }),
      ...(fit.scope === undefined ? {} : { scope: fit.scope }),
      expiresAt: Math.min(at + asked.ttlMs, task.expiresAt),
    },
  };
}
