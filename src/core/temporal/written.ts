// SPDX-License-Identifier: Apache-2.0
/**
 * A temporal condition as it is written: with places, with what only stands in macros, and with calls.
 *
 * Expansion takes calls, parameters and fresh names out; `formulaOf` makes the formula of what is left.
 *
 * Source: Dogwood's formal specification (guide 08), chapter 3; docs/temporal.md.
 */
import type { Comparison } from './formula.ts';
import type { TemporalValue } from './value.ts';

/** A name that binds: written out, a macro's parameter, or fresh for every call (`$t`). */
export interface Slot {
  readonly kind: 'name' | 'param' | 'fresh';
  readonly name: string;
  readonly at: number;
}

export interface WrittenBinder {
  readonly slot: Slot;
  readonly type: string;
}

export type Window =
  | { readonly kind: 'seconds'; readonly seconds: number; readonly text: string; readonly at: number }
  | { readonly kind: 'param'; readonly name: string; readonly at: number };

export interface WrittenCall {
  readonly kind: 'call';
  readonly name: string;
  readonly args: readonly Argument[];
  readonly at: number;
}

export type Argument =
  | { readonly kind: 'window'; readonly window: Window; readonly at: number }
  | { readonly kind: 'condition'; readonly condition: Written; readonly at: number }
  | { readonly kind: 'term'; readonly term: WrittenTerm; readonly at: number };

export type WrittenAggregate =
  | {
      readonly kind: 'count';
      readonly binders: readonly WrittenBinder[];
      readonly where: Written;
      readonly at: number;
    }
  | {
      readonly kind: 'sum';
      readonly of: Slot;
      readonly binders: readonly WrittenBinder[];
      readonly where: Written;
      readonly at: number;
    };

export type WrittenTerm =
  | { readonly kind: 'value'; readonly value: TemporalValue; readonly at: number }
  | {
      readonly kind: 'reference';
      readonly root: 'principal' | 'resource' | 'context';
      readonly path: readonly string[];
      readonly at: number;
    }
  | { readonly kind: 'variable'; readonly slot: Slot; readonly at: number }
  | { readonly kind: 'array'; readonly items: readonly WrittenTerm[]; readonly at: number }
  | { readonly kind: 'wildcard'; readonly at: number }
  | WrittenAggregate
  | WrittenCall;

export interface WrittenField {
  readonly path: readonly string[];
  readonly term: WrittenTerm;
  readonly at: number;
}

export interface WrittenPredicate {
  readonly kind: 'predicate';
  readonly actionType: string;
  readonly actionId: string;
  readonly event: string;
  readonly fields: readonly WrittenField[];
  readonly at: number;
}

export type Written =
  | WrittenPredicate
  | { readonly kind: 'and'; readonly parts: readonly Written[]; readonly at: number }
  | { readonly kind: 'not'; readonly body: Written; readonly at: number }
  | {
      readonly kind: 'formerly' | 'previous';
      readonly within: Window;
      readonly body: Written;
      readonly at: number;
    }
  | {
      readonly kind: 'since';
      readonly within: Window;
      readonly left: Written;
      readonly right: Written;
      readonly at: number;
    }
  | { readonly kind: 'exists'; readonly binder: WrittenBinder; readonly body: Written; readonly at: number }
  | { readonly kind: 'timepoint'; readonly slot: Slot; readonly at: number }
  | {
      readonly kind: 'compare';
      readonly op: Comparison;
      readonly left: WrittenTerm;
      readonly right: WrittenTerm;
      readonly at: number;
    }
  | WrittenCall
  /** A macro's parameter that stands for a whole condition. */
  | { readonly kind: 'param'; readonly name: string; readonly at: number }
  | {
      readonly kind: 'refine';
      readonly base: Written;
      readonly fields: readonly WrittenField[];
      readonly at: number;
    };
