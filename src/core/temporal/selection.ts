// SPDX-License-Identifier: Apache-2.0
/**
 * What is kept of events: a condition on one event, indexed by the values that questions pin.
 *
 * `Login{server: context.server, user: "eve", host: h} && h > 3` becomes: of Logins, under the value
 * of `server`, and only where `user` is one of the literals that some leaf names, the row `h` where
 * `h > 3`. Leaves whose conditions differ in such literals, in where the pinned values come from, or
 * in their windows, share one selection: an event is looked at once for all of them.
 */
import type { Keeping, Row } from './bucket.ts';
import type { TemporalEvent } from './event.ts';
import type { Frame, Node, Run } from './monitor.ts';
import { at, type Path } from './resolve.ts';
import type { TemporalValue } from './value.ts';
import { keyOf } from './value-key.ts';

export interface Selection {
  /** Selections that others read come before them: events are observed in this order. */
  id: number;
  /** In the texts of shapes; never used twice. */
  readonly serial: number;
  /** What events it is about, by the number of what a predicate names; undefined for every event there is. */
  readonly signature: number | undefined;
  /** Fields whose values make the key. Their values are in the first slots of the frame. */
  readonly columns: readonly Path[];
  /** Fields that must have literal values. */
  readonly literals: readonly Path[];
  /** The tuples of literals that leaves name, numbered. Without literals, one that is empty. */
  readonly known: Map<string, number>;
  /** What else must hold. It looks at this event and at what earlier selections keep. */
  readonly rest: Node;
  /** Slots of the row. */
  readonly outputs: readonly number[];
  readonly keeping: Keeping;
}

/** @returns the number of the literals that the event has; undefined where no leaf names them */
export function literalOf(selection: Selection, event: TemporalEvent | undefined): number | undefined {
  const { literals } = selection;
  if (literals.length === 0) return 0;
  if (event === undefined) return undefined;
  let key = '';
  for (const path of literals) {
    const value = at(event.fields, path);
    if (value === undefined) return undefined;
    key += keyOf(value);
  }
  return selection.known.get(key);
}

/** @param frame where the values go that the key is made of */
export function keyOfEvent(
  selection: Selection,
  event: TemporalEvent | undefined,
  frame: Frame | undefined,
): string | undefined {
  let key = '';
  for (let i = 0; i < selection.columns.length; i++) {
    const path = selection.columns[i];
    const value = path && event && at(event.fields, path);
    if (value === undefined) return undefined;
    if (frame !== undefined) frame[i] = value;
    key += keyOf(value);
  }
  return key;
}

export function keyOfValues(values: readonly TemporalValue[]): string {
  let key = '';
  for (const value of values) key += keyOf(value);
  return key;
}

const empty: Row = [];

/** @returns undefined where the event does not satisfy the rest */
export function rowOf(selection: Selection, run: Run, frame: Frame, position: number): Row | undefined {
  let row: Row | undefined;
  selection.rest.each(run, frame, position, () => {
    row = selection.outputs.length === 0 ? empty : selection.outputs.map((slot) => frame[slot] ?? null);
    return true;
  });
  return row;
}
