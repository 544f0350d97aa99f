// SPDX-License-Identifier: Apache-2.0
/**
 * The tasks that a task was started under, and what that means: its authority lies within theirs, it ends with
 * any of them, it spends what they have, and what any of them reads, all of that line have read.
 *
 * Source: docs/adr/0018-child-tasks.md.
 */
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
    return over?.status === 'active' && at < over.expiresAt && agent?.status === 'active';
  });
}
