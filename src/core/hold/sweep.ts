// SPDX-License-Identifier: Apache-2.0
/**
 * A sweep: all tasks and sessions that a filter matches and that had begun by then are over.
 *
 * Says what is over and lists nothing: what began while it was decided is matched as well, so there is no moment in
 * between. What begins later is somebody's new decision.
 *
 * Source: docs/adr/0036-revocation.md.
 */

/** Every member that is there has to fit. */
export interface SweepFilter {
  readonly agent?: string | undefined;
  readonly owner?: string | undefined;
  readonly onBehalfOf?: string | undefined;
  /** The type of the task. */
  readonly taskType?: string | undefined;
  /** Begun at this instant or later; 0: whenever. */
  readonly since: number;
}

export interface Sweep extends SweepFilter {
  /** Begun by then. */
  readonly until: number;
}

export interface Swept {
  readonly agent: string;
  readonly owner: string;
  readonly onBehalfOf?: string | undefined;
  readonly taskType: string;
  readonly startedAt: number;
}

export function isSwept(sweeps: readonly Sweep[], what: Swept): boolean {
  return sweeps.some((sweep) => fits(sweep, what));
}

function fits(sweep: Sweep, what: Swept): boolean {
  const same = (wanted: string | undefined, is: string | undefined) => wanted === undefined || wanted === is;
  return (
    same(sweep.agent, what.agent) &&
    same(sweep.owner, what.owner) &&
    same(sweep.onBehalfOf, what.onBehalfOf) &&
    same(sweep.taskType, what.taskType) &&
    what.startedAt >= sweep.since &&
    what.startedAt <= sweep.until
  );
}
