// SPDX-License-Identifier: Apache-2.0
/**
 * What conditions compile to: nodes that give their rows one after the other, with the values of
 * variables in the numbered slots of a frame. Which variables are bound where is settled when a
 * condition is compiled, so a slot is only read after it was written and nothing is ever unbound.
 */
import type { Bucket } from './bucket.ts';
import type { Asked } from './event.ts';
import type { Exact } from './exact.ts';
import type { Track } from './track.ts';
import type { TemporalValue } from './value.ts';

export type Frame = (TemporalValue | undefined)[];

/** Says whether to stop. */
export type Then = () => boolean;

export interface Node {
  /** Calls `then` for each row at a position, until it says to stop. @returns whether it did */
  each(run: Run, frame: Frame, position: number, then: Then): boolean;
  /**
   * The condition as canonical text. Variables are slots, and literals that an index is keyed by are
   * left out: leaves of one shape differ in nothing else.
   */
  readonly shape: string;
  /** Slots that have values where there is a row. */
  readonly binds: readonly number[];
  /** At most one row. */
  readonly single: boolean;
  /** What finding the first row, and all of them, costs: false where it grows with the history. */
  readonly quickFirst: boolean;
  readonly quick: boolean;
}

/** One question at one time, or what is done for one event. */
export interface Run {
  readonly track: Track;
  readonly asked: Asked;
  readonly budget: Budget;
  /** What places that many leaves look at have found, by the number of the place. */
  readonly groups: Map<number, Group | undefined>;
  /** What amounts came to that many leaves compare. */
  readonly amounts: Map<number, { readonly position: number; readonly value: Exact }>;
}

export function newRun(track: Track, asked: Asked, budget: Budget): Run {
  return { track, asked, budget, groups: new Map(), amounts: new Map() };
}

/** How much work one question may take: a condition can be written that enumerates pairs of pairs. */
export interface Budget {
  left: number;
}

/** Thrown where the budget ends, and caught where the question was asked. */
export class Exhausted extends Error {
  constructor() {
    super('the question takes more work than it may');
    this.name = 'Exhausted';
  }
}

export function spend(run: Run): void {
  run.budget.left -= 1;
  if (run.budget.left < 0) throw new Exhausted();
}

export const yes: Then = () => true;

export function holdsAt(node: Node, run: Run, frame: Frame, position: number): boolean {
  return node.each(run, frame, position, yes);
}

/** A term as compiled; `undefined` where it cannot be resolved. */
export interface Reading {
  read(run: Run, frame: Frame): TemporalValue | undefined;
  readonly shape: string;
  /** Slots that it reads. */
  readonly slots: readonly number[];
}

/** An operand of a comparison; aggregates look at the history up to a position. */
export interface Amount {
  read(run: Run, frame: Frame, position: number): TemporalValue | undefined;
  readonly shape: string;
  readonly quick: boolean;
}

/** What a selection keeps under one key: one bucket for each tuple of literals, by its number. */
export type Group = ReadonlyMap<number, Bucket>;
