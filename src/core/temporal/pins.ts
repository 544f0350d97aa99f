// SPDX-License-Identifier: Apache-2.0
/**
 * What the pins of an event schema do: every predicate is held to them, and pins that all kinds of
 * events share cut history into slices across which nothing is seen.
 *
 * A pin is appended, never replaced: what an author writes for its field can only narrow it.
 *
 * Source: Dogwood's guide, chapter 3, and its formal specification (guide 08), chapter 4.5.
 */
import type { EventSchema, FieldDeclaration } from './event-schema.ts';
import type { Aggregate, Formula, Operand, Predicate, Reference } from './formula.ts';

export interface Pin {
  readonly path: readonly string[];
  readonly reference: Reference;
}

export function pinsByKind({ events }: EventSchema): ReadonlyMap<string, readonly Pin[]> {
  return new Map(events.map(({ kind, fields }) => [kind, pinsIn(fields, [])]));
}

function pinsIn(fields: readonly FieldDeclaration[], path: readonly string[]): readonly Pin[] {
  return fields.flatMap((field): readonly Pin[] => {
    if (field.kind === 'group') return pinsIn(field.fields, [...path, field.name]);
    return field.kind === 'leaf' && field.pin !== undefined
      ? [{ path: [...path, field.name], reference: field.pin }]
      : [];
  });
}

/** The formula with every predicate held to the pins of its kind. */
export function pinned(formula: Formula, pins: ReadonlyMap<string, readonly Pin[]>): Formula {
  const inside = (each: Formula): Formula => pinned(each, pins);
  switch (formula.kind) {
    case 'predicate':
      return pinnedPredicate(formula, pins.get(formula.event) ?? []);
    case 'and':
      return { ...formula, parts: formula.parts.map(inside) };
    case 'not':
    case 'formerly':
    case 'previous':
    case 'exists':
      return { ...formula, body: inside(formula.body) };
    case 'since':
      return { ...formula, left: inside(formula.left), right: inside(formula.right) };
    case 'compare':
      return {
        ...formula,
        left: pinnedOperand(formula.left, inside),
        right: pinnedOperand(formula.right, inside),
      };
    case 'timepoint':
      return formula;
  }
}

function pinnedPredicate(predicate: Predicate, pins: readonly Pin[]): Predicate {
  const more = pins.map(({ path, reference }) => ({ path, term: reference }));
  return pins.length === 0 ? predicate : { ...predicate, fields: [...predicate.fields, ...more] };
}

function pinnedOperand(operand: Operand, inside: (formula: Formula) => Formula): Operand {
  return isAggregate(operand) ? { ...operand, where: inside(operand.where) } : operand;
}

function isAggregate(operand: Operand): operand is Aggregate {
  return operand.kind === 'count' || operand.kind === 'sum';
}

/** A field of events and what requests call the same thing. */
export type Aliases = ReadonlyMap<string, string>;

/** Those that Dogwood knows. */
export const scopeAliases: Aliases = new Map([
  ['callerPrincipal', 'principal'],
  ['callerResource', 'resource'],
]);

/** Events that are logged here name their session as the context of a question does. */
export const ownAliases: Aliases = new Map([...scopeAliases, ['sessionId', 'context.session.id']]);

/**
 * The pins that every kind of event shares and by which an event stores what a request looks up.
 * With none, there is one history for all; with some, one for each tuple of their values.
 *
 * @param aliases besides fields that are called in the context what they are called in events
 */
export function sliceKeys(schema: EventSchema, aliases: Aliases = scopeAliases): readonly Pin[] {
  const [first = [], ...others] = [...pinsByKind(schema).values()];
  return first.filter((pin) => isSymmetric(pin, aliases) && others.every((pins) => pins.some(same(pin))));
}

function isSymmetric({ path, reference }: Pin, aliases: Aliases): boolean {
  const field = path.join('.');
  const asked = [reference.root, ...reference.path].join('.');
  return asked === `context.${field}` || asked === aliases.get(field);
}

function same(pin: Pin): (other: Pin) => boolean {
  const said = textOf(pin);
  return (other) => textOf(other) === said;
}

function textOf({ path, reference }: Pin): string {
  return JSON.stringify([path, reference.root, reference.path]);
}
