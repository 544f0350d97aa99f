// SPDX-License-Identifier: Apache-2.0
/**
 * Whether an expanded condition can be monitored: it is closed, every variable has finitely many
 * values, and nothing filters before there is something to filter. Needs no schema.
 *
 * Refuses when unsure. Source: Dogwood's formal specification (guide 08), chapter 5.4.
 */
import type { PolicyFile } from '../policy/source.ts';
import { Refusal } from './scan.ts';
import { aggregatesIn, nested, termsOf } from './walk.ts';
import type { Slot, Written, WrittenAggregate, WrittenTerm } from './written.ts';

type Names = ReadonlySet<string>;
const none: Names = new Set();

/** @throws {Refusal} */
export function accept(file: PolicyFile, condition: Written): void {
  for (const each of nested(condition)) {
    if (each.kind === 'exists') checkExists(file, each.binder.slot, each.body);
    for (const term of termsOf(each)) checkPlacement(file, each, term);
  }
  for (const aggregate of aggregatesIn(condition)) checkAggregate(file, aggregate);
  checkOrder(file, condition, none);
  const [free] = freeIn(condition);
  if (free !== undefined)
    throw new Refusal(
      file,
      firstUse(condition, free) ?? condition.at,
      `\`${free}\` is bound by nothing: write \`exists (${free}: <type>). ...\` around it, or \`*\` for any value`,
    );
}

function checkExists(file: PolicyFile, slot: Slot, body: Written): void {
  if (restrictedBy(body).has(slot.name)) return;
  throw new Refusal(
    file,
    slot.at,
    `nothing in the \`exists\` says which values \`${slot.name}\` may have: name it in a field, in \`tp\` or on one side of \`==\`, not under a \`!\``,
  );
}

/** An aggregate stands on one side of a comparison and nowhere else. */
function checkPlacement(file: PolicyFile, parent: Written, term: WrittenTerm): void {
  const inside = term.kind === 'array' ? term.items : parent.kind === 'compare' ? [] : [term];
  for (const each of inside) {
    if (each.kind === 'count' || each.kind === 'sum')
      throw new Refusal(file, each.at, `\`${each.kind}\` may only be one side of a comparison`);
    if (each.kind === 'array' && term.kind === 'array') checkPlacement(file, parent, each);
  }
}

function checkAggregate(file: PolicyFile, aggregate: WrittenAggregate): void {
  const own = new Set(aggregate.binders.map(({ slot }) => slot.name));
  const free = freeIn(aggregate.where);
  const restricted = restrictedBy(aggregate.where);
  if (aggregate.kind === 'sum' && !own.has(aggregate.of.name))
    throw new Refusal(
      file,
      aggregate.of.at,
      `\`sum\` adds up \`${aggregate.of.name}\`, so it must be in its \`for\` list`,
    );
  for (const { slot } of aggregate.binders) {
    if (!free.has(slot.name))
      throw new Refusal(file, slot.at, `\`${slot.name}\` of the \`for\` list does not occur after \`where\``);
    if (!restricted.has(slot.name))
      throw new Refusal(
        file,
        slot.at,
        `nothing after \`where\` says which values \`${slot.name}\` may have: name it in a field, in \`tp\` or on one side of \`==\`, not under a \`!\``,
      );
  }
}

/**
 * Producers before consumers, in every chain of `&&`.
 *
 * @param known what has been bound when this is evaluated
 */
function checkOrder(file: PolicyFile, written: Written, known: Names): void {
  switch (written.kind) {
    case 'and': {
      const bound = new Set(known);
      for (const part of written.parts) {
        checkOrder(file, part, bound);
        for (const name of restrictedBy(part)) bound.add(name);
      }
      return;
    }
    case 'not':
      demand(file, written, freeIn(written.body), known, 'under a `!`');
      checkOrder(file, written.body, known);
      return;
    case 'formerly':
    case 'previous':
      checkOrder(file, written.body, known);
      return;
    case 'exists':
      checkOrder(file, written.body, without(known, [written.binder.slot]));
      return;
    case 'since': {
      const anchored = union(known, restrictedBy(written.right));
      demand(file, written, freeIn(written.left), anchored, 'on the left of `since`');
      checkOrder(file, written.right, known);
      checkOrder(file, written.left, anchored);
      return;
    }
    case 'compare': {
      const binds = restrictedBy(written);
      const needed = [written.left, written.right].flatMap((side) => [...freeInTerm(side)]);
      const own = new Set(needed.filter((name) => !binds.has(name)));
      demand(file, written, own, known, 'in a comparison');
      for (const side of [written.left, written.right]) {
        if (side.kind !== 'count' && side.kind !== 'sum') continue;
        const names = side.binders.map(({ slot }) => slot);
        checkOrder(file, side.where, without(known, names));
      }
      return;
    }
    default:
      return;
  }
}

function demand(file: PolicyFile, from: Written, names: Names, known: Names, where: string): void {
  for (const name of names) {
    if (known.has(name)) continue;
    throw new Refusal(
      file,
      firstUse(from, name) ?? from.at,
      `\`${name}\` is used ${where} before anything says which values it may have: put what binds it first`,
    );
  }
}

/** The variables whose values a positive part of the condition pins down. Negation pins nothing, at any depth. */
export function restrictedBy(written: Written): Names {
  switch (written.kind) {
    case 'predicate':
      return new Set(
        written.fields.flatMap(({ term }) => (term.kind === 'variable' ? [term.slot.name] : [])),
      );
    case 'and':
      return written.parts.reduce((names, part) => union(names, restrictedBy(part)), none);
    case 'formerly':
    case 'previous':
      return restrictedBy(written.body);
    case 'since':
      return restrictedBy(written.right);
    case 'exists':
      return without(restrictedBy(written.body), [written.binder.slot]);
    case 'timepoint':
      return new Set([written.slot.name]);
    case 'compare':
      return new Set(boundByEquality(written));
    default:
      return none;
  }
}

function boundByEquality({ op, left, right }: Extract<Written, { kind: 'compare' }>): readonly string[] {
  if (op !== '==') return [];
  const isValue = ({ kind }: WrittenTerm) => kind !== 'variable' && kind !== 'wildcard';
  if (left.kind === 'variable' && isValue(right)) return [left.slot.name];
  return right.kind === 'variable' && isValue(left) ? [right.slot.name] : [];
}

export function freeIn(written: Written): Names {
  switch (written.kind) {
    case 'predicate':
      return new Set(written.fields.flatMap(({ term }) => [...freeInTerm(term)]));
    case 'and':
      return written.parts.reduce((names, part) => union(names, freeIn(part)), none);
    case 'not':
    case 'formerly':
    case 'previous':
      return freeIn(written.body);
    case 'since':
      return union(freeIn(written.left), freeIn(written.right));
    case 'exists':
      return without(freeIn(written.body), [written.binder.slot]);
    case 'timepoint':
      return new Set([written.slot.name]);
    case 'compare':
      return union(freeInTerm(written.left), freeInTerm(written.right));
    default:
      return none;
  }
}

function freeInTerm(term: WrittenTerm): Names {
  switch (term.kind) {
    case 'variable':
      return new Set([term.slot.name]);
    case 'array':
      return term.items.reduce((names, item) => union(names, freeInTerm(item)), none);
    case 'count':
    case 'sum':
      return without(
        freeIn(term.where),
        term.binders.map(({ slot }) => slot),
      );
    default:
      return none;
  }
}

function firstUse(written: Written, name: string): number | undefined {
  const uses = (term: WrittenTerm): number | undefined =>
    term.kind === 'variable' && term.slot.name === name
      ? term.at
      : term.kind === 'array'
        ? term.items.map(uses).find((at) => at !== undefined)
        : undefined;
  for (const each of nested(written)) {
    if (each.kind === 'timepoint' && each.slot.name === name) return each.at;
    for (const term of termsOf(each)) {
      const at = uses(term);
      if (at !== undefined) return at;
    }
  }
  return undefined;
}

function union(a: Names, b: Names): Names {
  return b.size === 0 ? a : a.size === 0 ? b : new Set([...a, ...b]);
}

function without(names: Names, slots: readonly Slot[]): Names {
  const gone = new Set(slots.map(({ name }) => name));
  return new Set([...names].filter((name) => !gone.has(name)));
}
