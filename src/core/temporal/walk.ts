// SPDX-License-Identifier: Apache-2.0
// What stands in a written condition, one after the other.
import type { Slot, Written, WrittenAggregate, WrittenBinder, WrittenTerm } from './written.ts';

/** Every condition in this one, itself first, those of aggregates too. Not those in the arguments of calls. */
export function* nested(written: Written): Generator<Written> {
  yield written;
  if (written.kind === 'and') for (const part of written.parts) yield* nested(part);
  if ('body' in written) yield* nested(written.body);
  if (written.kind === 'refine') yield* nested(written.base);
  if (written.kind === 'since') {
    yield* nested(written.left);
    yield* nested(written.right);
  }
  for (const term of termsOf(written)) yield* inTerm(term);
}

function* inTerm(term: WrittenTerm): Generator<Written> {
  if (term.kind === 'array') for (const item of term.items) yield* inTerm(item);
  else if (term.kind === 'count' || term.kind === 'sum') yield* nested(term.where);
}

export function* aggregatesIn(written: Written): Generator<WrittenAggregate> {
  for (const each of nested(written))
    for (const term of termsOf(each)) if (term.kind === 'count' || term.kind === 'sum') yield term;
}

/** The terms that a condition names itself. */
export function termsOf(written: Written): readonly WrittenTerm[] {
  if (written.kind === 'predicate' || written.kind === 'refine')
    return written.fields.map(({ term }) => term);
  return written.kind === 'compare' ? [written.left, written.right] : [];
}

/** Every term in the condition, those in arrays too. */
export function* allTerms(written: Written): Generator<WrittenTerm> {
  for (const each of nested(written)) for (const term of termsOf(each)) yield* withItems(term);
}

function* withItems(term: WrittenTerm): Generator<WrittenTerm> {
  yield term;
  if (term.kind === 'array') for (const item of term.items) yield* withItems(item);
}

/** Every place where a variable is named or bound. */
export function* slotsIn(written: Written): Generator<Slot> {
  for (const each of nested(written)) {
    if (each.kind === 'exists') yield each.binder.slot;
    if (each.kind === 'timepoint') yield each.slot;
  }
  for (const term of allTerms(written)) {
    if (term.kind === 'variable') yield term.slot;
    if (term.kind === 'count' || term.kind === 'sum') yield* slotsOf(term);
  }
}

/** Those of the aggregate itself. */
export function slotsOf(aggregate: WrittenAggregate): readonly Slot[] {
  const bound = aggregate.binders.map(({ slot }: WrittenBinder) => slot);
  return aggregate.kind === 'sum' ? [aggregate.of, ...bound] : bound;
}
