// SPDX-License-Identifier: Apache-2.0
// What a leaf reads: how far back, and what of the request.
import type { Formula, Predicate, Reference } from './formula.ts';
import { isAggregate, referenceKey, termsOf } from './monitor-normal.ts';

/** Windows add up: an inner one begins where the outer one found something. */
export function reachMs(formula: Formula): number {
  return reachSeconds(formula) * 1000;
}

function reachSeconds(formula: Formula): number {
  switch (formula.kind) {
    case 'predicate':
    case 'timepoint':
      return 0;
    case 'and':
      return formula.parts.reduce((most, part) => Math.max(most, reachSeconds(part)), 0);
    case 'not':
    case 'exists':
      return reachSeconds(formula.body);
    case 'formerly':
    case 'previous':
      return formula.within + reachSeconds(formula.body);
    case 'since':
      return formula.within + Math.max(reachSeconds(formula.left), reachSeconds(formula.right));
    case 'compare':
      return [formula.left, formula.right].reduce(
        (most, operand) => (isAggregate(operand) ? Math.max(most, reachSeconds(operand.where)) : most),
        0,
      );
  }
}

export function referencesOf(formula: Formula): readonly Reference[] {
  const found = new Map<string, Reference>();
  for (const term of termsOf(formula)) if (term.kind === 'reference') found.set(referenceKey(term), term);
  return [...found.values()];
}

export function predicatesOf(formula: Formula): readonly Predicate[] {
  switch (formula.kind) {
    case 'predicate':
      return [formula];
    case 'timepoint':
      return [];
    case 'and':
      return formula.parts.flatMap(predicatesOf);
    case 'not':
    case 'exists':
    case 'formerly':
    case 'previous':
      return predicatesOf(formula.body);
    case 'since':
      return [...predicatesOf(formula.left), ...predicatesOf(formula.right)];
    case 'compare':
      return [formula.left, formula.right].flatMap((operand) =>
        isAggregate(operand) ? predicatesOf(operand.where) : [],
      );
  }
}
