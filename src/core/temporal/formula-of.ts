// SPDX-License-Identifier: Apache-2.0
/**
 * The formula that an expanded condition says: without places, with nested conjunctions made one.
 *
 * Expects what `expand` returns and `accept` let through.
 */
import type { Aggregate, Binder, Formula, Operand, Term } from './formula.ts';
import type { TemporalValue } from './value.ts';
import type { Slot, Window, Written, WrittenAggregate, WrittenBinder, WrittenTerm } from './written.ts';

export function formulaOf(written: Written): Formula {
  switch (written.kind) {
    case 'predicate':
      return {
        kind: 'predicate',
        actionType: written.actionType,
        actionId: written.actionId,
        event: written.event,
        fields: written.fields.map(({ path, term }) => ({ path, term: termOf(term) })),
      };
    case 'and':
      return {
        kind: 'and',
        parts: written.parts.map(formulaOf).flatMap((part) => (part.kind === 'and' ? part.parts : [part])),
      };
    case 'not':
      return { kind: 'not', body: formulaOf(written.body) };
    case 'formerly':
    case 'previous':
      return { kind: written.kind, within: secondsOf(written.within), body: formulaOf(written.body) };
    case 'since':
      return {
        kind: 'since',
        within: secondsOf(written.within),
        left: formulaOf(written.left),
        right: formulaOf(written.right),
      };
    case 'exists':
      return { kind: 'exists', binder: binderOf(written.binder), body: formulaOf(written.body) };
    case 'timepoint':
      return { kind: 'timepoint', name: nameOf(written.slot) };
    case 'compare':
      return {
        kind: 'compare',
        op: written.op,
        left: operandOf(written.left),
        right: operandOf(written.right),
      };
    case 'call':
    case 'param':
    case 'refine':
      return unexpanded();
  }
}

function operandOf(term: WrittenTerm): Operand {
  return term.kind === 'count' || term.kind === 'sum' ? aggregateOf(term) : termOf(term);
}

function aggregateOf(aggregate: WrittenAggregate): Aggregate {
  const binders = aggregate.binders.map(binderOf);
  const where = formulaOf(aggregate.where);
  return aggregate.kind === 'count'
    ? { kind: 'count', binders, where }
    : { kind: 'sum', of: nameOf(aggregate.of), binders, where };
}

export function termOf(term: WrittenTerm): Term {
  switch (term.kind) {
    case 'value':
      return { kind: 'value', value: term.value };
    case 'reference':
      return { kind: 'reference', root: term.root, path: term.path };
    case 'wildcard':
      return { kind: 'wildcard' };
    case 'variable':
      return { kind: 'variable', name: nameOf(term.slot) };
    case 'array': {
      const items = term.items.map(termOf);
      const values = items.flatMap((item): TemporalValue[] => (item.kind === 'value' ? [item.value] : []));
      return values.length === items.length ? { kind: 'value', value: values } : { kind: 'array', items };
    }
    case 'count':
    case 'sum':
    case 'call':
      return unexpanded();
  }
}

function binderOf({ slot, type }: WrittenBinder): Binder {
  return { name: nameOf(slot), type };
}

function nameOf(slot: Slot): string {
  return slot.kind === 'name' ? slot.name : unexpanded();
}

function secondsOf(window: Window): number {
  return window.kind === 'seconds' ? window.seconds : unexpanded();
}

function unexpanded(): never {
  throw new Error('the condition was not expanded and accepted');
}
