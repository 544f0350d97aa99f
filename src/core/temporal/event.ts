// SPDX-License-Identifier: Apache-2.0
// What history consists of, and the request that asks about it.
import type { ActionName } from './source.ts';
import type { EntityValue, RecordValue } from './value.ts';

/** One timepoint: its place in the trace is its position, not its time. */
export interface TemporalEvent {
  /** Namespaces and `Action`, as in `Drupe::Action`. */
  readonly actionType: string;
  readonly actionId: string;
  /** What the action was in when it happened: a predicate that names one of these means the event too. */
  readonly groups?: readonly ActionName[];
  readonly kind: string;
  /** Milliseconds. Nothing requires that they grow. */
  readonly at: number;
  /** The logged fields: `input`, `output`, `callerPrincipal` ... The only thing that a predicate matches. */
  readonly fields: RecordValue;
  /**
   * What came back is not known (a call that never settled): fields under `output` are neither present
   * nor absent, and a predicate whose other fields match may or may not have matched.
   */
  readonly outputUnknown?: true;
}

/** Every name by which a predicate may mean the event. */
export function namesOf({
  actionType,
  actionId,
  groups = [],
}: Pick<TemporalEvent, 'actionType' | 'actionId' | 'groups'>): readonly ActionName[] {
  return [{ type: actionType, id: actionId }, ...groups];
}

/** The request being decided: `context.<path>`, `principal` and `resource` are read off it at any depth. */
export interface Asked {
  readonly context: RecordValue;
  readonly principal: Scope;
  readonly resource: Scope;
}

export interface Scope {
  readonly uid: EntityValue;
  readonly attrs: RecordValue;
}
