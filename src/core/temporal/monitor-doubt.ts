// SPDX-License-Identifier: Apache-2.0
/**
 * Where what came back of a call is not known, and whether a leaf would read it. A predicate may or
 * may not have matched such an event where it names the event and nothing that is known
 * rules it out: a field that is not part of the output and is absent, or differs from the literal or
 * from what the request says. Anything less certain counts as possible: unknown rather than wrong.
 */
import type { Asked, TemporalEvent } from './event.ts';
import type { Formula, Predicate, Reference } from './formula.ts';
import { isAggregate, referenceKey } from './monitor-normal.ts';
import { at, type Path, resolve } from './resolve.ts';
import { keyOf, same } from './value-key.ts';

/** What a predicate names, as one text. */
export function eventName({
  actionType,
  actionId,
  event,
}: Pick<Suspicion, 'actionType' | 'actionId' | 'event'>): string {
  return JSON.stringify([actionType, actionId, event]);
}

/** A predicate with its literals left out, so that many leaves are asked about at once. */
export interface Suspicion {
  readonly actionType: string;
  readonly actionId: string;
  readonly event: string;
  readonly present: readonly Path[];
  readonly pinned: readonly { readonly path: Path; readonly reference: Reference }[];
  readonly literals: readonly Path[];
}

export interface Suspected {
  readonly key: string;
  readonly suspicion: Suspicion;
  readonly literals: string;
}

export function suspectedOf({ actionType, actionId, event, fields }: Predicate): Suspected {
  const known = fields.filter(({ path }) => path[0] !== 'output');
  const pinned = known.flatMap(({ path, term }) =>
    term.kind === 'reference' ? [{ path, reference: term }] : [],
  );
  const literal = known.flatMap(({ path, term }) =>
    term.kind === 'value' ? [{ path, value: term.value }] : [],
  );
  const present = known.flatMap(({ path, term }) =>
    term.kind === 'reference' || term.kind === 'value' ? [] : [path],
  );
  const literals = literal.map(({ path }) => path);
  const pins = pinned.map(({ path, reference }) => [path, referenceKey(reference)]);
  return {
    key: JSON.stringify([actionType, actionId, event, present, pins, literals]),
    suspicion: { actionType, actionId, event, present, pinned, literals },
    literals: literal.map(({ value }) => keyOf(value)).join(''),
  };
}

/**
 * @param suspicion names the event
 * @returns the literals of the predicates that may have matched; undefined where none can
 */
export function possibleLiterals(
  suspicion: Suspicion,
  event: TemporalEvent,
  asked: Asked,
): string | undefined {
  if (suspicion.present.some((path) => at(event.fields, path) === undefined)) return undefined;
  for (const { path, reference } of suspicion.pinned) {
    const value = at(event.fields, path);
    const wanted = resolve(reference, asked);
    if (value === undefined || (wanted !== undefined && !same(value, wanted))) return undefined;
  }
  let literals = '';
  for (const path of suspicion.literals) {
    const value = at(event.fields, path);
    if (value === undefined) return undefined;
    literals += keyOf(value);
  }
  return literals;
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
