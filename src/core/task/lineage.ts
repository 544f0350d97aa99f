// SPDX-License-Identifier: Apache-2.0
/**
 * The tasks that a task was started under, and what that means: its authority lies within theirs, it ends with
 * any of them, it spends what they have, and what any of them reads, all of that line have read.
 *
 * Source: docs/adr/0018-child-tasks.md.
 */
import { isSwept } from '../hold/sweep.ts';
import { join, type Label, nothingRead } from '../label/label.ts';
import { facets, type View } from '../state/facet.ts';

/** A task above another one, with the agent that works on it. */
export interface Above {
  readonly task: string;
  readonly agent: string;
}

/** A line of tasks that is longer than this hands nothing on. */
export const maxDepth = 8;

/** The nearest first; empty for a task that a person started, and for one that nobody knows. */
export function above(view: View, task: string): readonly Above[] {
  return view.get(facets.task(task))?.above ?? [];
}

/** The task and all above it, each once. */
export function lineOf(view: View, task: string): readonly string[] {
  const over = above(view, task);
  return over.length === 0 ? [task] : [...new Set([task, ...over.map((one) => one.task)])];
}

/** What the task has read, by itself and through those above it, which may have told it anything. */
export function labelsOf(view: View, task: string): Label {
  return lineOf(view, task).reduce(
    (read, one) => join(read, view.get(facets.labels(one)) ?? nothingRead),
    nothingRead,
  );
}

/** Whether every task above still stands, with its agent. */
export function standsUnder(view: View, task: string, at: number): boolean {
  return above(view, task).every((one) => {
    const over = view.get(facets.task(one.task));
    const agent = view.get(facets.agent(one.agent));
    const stands = over?.status === 'active' && at < over.expiresAt && agent?.status === 'active';
    return stands && !isTaskSwept(view, one.task);
  });
}

/** Whether the task itself stands, and all above it: something may be begun under it. */
export function isRunning(view: View, task: string, at: number): boolean {
  const state = view.get(facets.task(task));
  return (
    state?.status === 'active' &&
    at < state.expiresAt &&
    view.get(facets.agent(state.agent))?.status === 'active' &&
    !isTaskSwept(view, task) &&
    standsUnder(view, task, at)
  );
}

/** Whether a sweep has ended it. @param startedAt of a session under it; by default the task's own */
export function isTaskSwept(view: View, task: string, startedAt?: number): boolean {
  const sweeps = view.get(facets.halt)?.sweeps ?? [];
  const state = view.get(facets.task(task));
  if (sweeps.length === 0 || state === undefined) return false;
  return isSwept(sweeps, {
    agent: state.agent,
    owner: view.get(facets.agent(state.agent))?.owner ?? '',
    onBehalfOf: state.onBehalfOf,
    taskType: state.type,
    startedAt: startedAt ?? state.startedAt,
  });
}
