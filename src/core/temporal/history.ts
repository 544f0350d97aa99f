// SPDX-License-Identifier: Apache-2.0
/**
 * Temporal conditions over a history that grows: what a policy set asks (a plan, immutable) and what
 * has been seen of one stream of events (a history, made by the plan).
 *
 * An event costs only what subscribes to its action and kind, a question only what it asks. Leaves
 * that pin a slice are asked about the events of that slice, as if there were no others.
 *
 * Source: Dogwood's guide 03, 04 and 08 (6); docs/adr/0012-temporal.md.
 */
import type { Asked, TemporalEvent } from './event.ts';
import type { Formula, Reference } from './formula.ts';
import { startHistory } from './history-live.ts';
import { compileLeaves, type PanelPart, panelOf } from './history-plan.ts';
import type { SlicePin } from './slice.ts';

export type { SlicePin } from './slice.ts';

export interface Leaf {
  readonly id: string;
  readonly formula: Formula;
  /** Fields that universal and symmetric pins tie to the request: only events that agree there are seen. */
  readonly slice?: readonly SlicePin[];
}

/** What Dogwood would say, or why that cannot be known. */
export type Held =
  | { readonly holds: boolean }
  /** Events that the leaf may reach had to be let go, because more came than may be kept. */
  | { readonly unknown: 'overflow' }
  /** The question was cut off. */
  | { readonly unknown: 'work' };

/** What an enforcing engine may rely on. */
export type Answer =
  | Held
  /** The request does not have what the leaf reads of it. */
  | { readonly unresolved: 'term'; readonly reference: Reference }
  /** It may depend on what came back of a call of which that is not known. */
  | { readonly unknown: 'response'; readonly event: TemporalEvent };

/** Leaves that are asked together. */
export interface Panel {
  readonly leaves: readonly number[];
  readonly parts: readonly PanelPart[];
}

export interface Answers {
  /** The leaves that hold, by number, in no order. Some of `doubts` may be among them. */
  readonly holding: readonly number[];
  /** The leaves that an enforcing engine cannot rely on, each with why. */
  readonly doubts: ReadonlyMap<number, Answer>;
  /** There are none: the leaves that hold do, and every other one does not. */
  readonly clear: boolean;
  of(leaf: number): Answer;
}

export interface HistoryPlan {
  readonly size: number;
  /** @returns undefined where there is no such leaf */
  numberOf(id: string): number | undefined;
  panel(leaves: readonly (number | string)[]): Panel;
  start(limits?: Limits): History;
  /** How each leaf is answered. */
  describe(leaf: number | string): LeafPlan;
  readonly selections: number;
}

export interface LeafPlan {
  /** Answering takes no more with more history. */
  readonly quick: boolean;
  readonly reachMs: number;
  readonly references: readonly Reference[];
}

export interface Limits {
  /** How many events are kept at most. */
  readonly maxEvents?: number;
  /** How much work one question may take. */
  readonly maxSteps?: number;
}

export interface History {
  push(event: TemporalEvent): void;
  /** At the event pushed last, which is the deciding one and part of its own history. */
  holds(leaf: number | string, asked: Asked): Held;
  /** The same, and what makes it unreliable. */
  answer(leaf: number | string, asked: Asked): Answer;
  ask(panel: Panel, asked: Asked): Answers;
  /** All references of the leaf that the request does not have. */
  unresolved(leaf: number | string, asked: Asked): readonly Reference[];
  /** An event whose unknown output the leaf may read. */
  unsettled(leaf: number | string, asked: Asked): TemporalEvent | undefined;
  /** How many events were ever pushed, less those taken back. */
  readonly size: number;
  /** Takes back the newest pushes. What was let go because of them, over the limit, stays gone. */
  truncate(size: number): void;
  /** Drops what questions at this time or later cannot reach. */
  forget(beforeMs: number): void;
  counts(): Counts;
}

export interface Counts {
  readonly events: number;
  readonly slices: number;
  readonly keys: number;
  readonly entries: number;
}

/** @throws {RangeError} two leaves have one id */
export function compileHistory(leaves: readonly Leaf[]): HistoryPlan {
  const plan = compileLeaves(leaves);
  return {
    size: plan.leaves.length,
    numberOf: plan.numberOf,
    panel: (asked) => panelOf(asked.map(plan.leaf), plan.views.length),
    start: (limits = {}) => startHistory(plan, limits),
    describe(leaf) {
      const { root, reachMs, references } = plan.leaf(leaf);
      return { quick: root.quick, reachMs, references };
    },
    selections: plan.views.reduce((sum, { universe }) => sum + universe.selections.length, 0),
  };
}
