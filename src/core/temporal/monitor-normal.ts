// SPDX-License-Identifier: Apache-2.0
/**
 * The same condition in a form that is easier to compile: each binder has a name of its own, so that
 * nothing is ever shadowed; conjunctions are flat; and what filters the rows of a `formerly` stands
 * inside of it, where it is decided once for each event instead of once for each question.
 */
import type { Aggregate, Binder, Formula, Operand, Reference, Term } from './formula.ts';

export type Comparison = Extract<Formula, { kind: 'compare' }>;

export function normal(formula: Formula): Formula {
  let made = 0;
  return inward(renamed(formula, new Map(), () => made++));
}

type Names = ReadonlyMap<string, string>;

function renamed(formula: Formula, names: Names, next: () => number): Formula {
  const inside = (body: Formula): Formula => renamed(body, names, next);
  switch (formula.kind) {
    case 'predicate':
      return {
        ...formula,
        fields: formula.fields.map(({ path, term }) => ({ path, term: renamedTerm(term, names) })),
      };
    case 'and':
      return { kind: 'and', parts: formula.parts.map(inside) };
    case 'not':
    case 'formerly':
    case 'previous':
      return { ...formula, body: inside(formula.body) };
    case 'since':
      return { ...formula, left: inside(formula.left), right: inside(formula.right) };
    case 'exists': {
      const [binders, within] = fresh([formula.binder], names, next);
      const [binder = formula.binder] = binders;
      return { kind: 'exists', binder, body: renamed(formula.body, within, next) };
    }
    case 'timepoint':
      return { kind: 'timepoint', name: names.get(formula.name) ?? formula.name };
    case 'compare':
      return {
        ...formula,
        left: renamedOperand(formula.left, names, next),
        right: renamedOperand(formula.right, names, next),
      };
  }
}

function fresh(
  binders: readonly Binder[],
  names: Names,
  next: () => number,
): [binders: readonly Binder[], within: Names] {
  const within = new Map(names);
  const own = binders.map(({ name, type }) => {
    const renamedTo = `${name}#${next()}`;
    within.set(name, renamedTo);
    return { name: renamedTo, type };
  });
  return [own, within];
}

function renamedOperand(operand: Operand, names: Names, next: () => number): Operand {
  if (!isAggregate(operand)) return renamedTerm(operand, names);
  const [binders, within] = fresh(operand.binders, names, next);
  const where = renamed(operand.where, within, next);
  return operand.kind === 'count'
    ? { kind: 'count', binders, where }
    : { kind: 'sum', of: within.get(operand.of) ?? operand.of, binders, where };
}

function renamedTerm(term: Term, names: Names): Term {
  switch (term.kind) {
    case 'variable':
      return { kind: 'variable', name: names.get(term.name) ?? term.name };
    case 'array':
      return { kind: 'array', items: term.items.map((item) => renamedTerm(item, names)) };
    case 'value':
    case 'reference':
    case 'wildcard':
      return term;
  }
}

export function isAggregate(operand: Operand): operand is Aggregate {
  return operand.kind === 'count' || operand.kind === 'sum';
}

function inward(formula: Formula): Formula {
  switch (formula.kind) {
    case 'predicate':
    case 'timepoint':
      return formula;
    case 'and': {
      const parts = conjuncts(formula).map(inward);
      return conjunction(sunk(parts));
    }
    case 'not':
    case 'formerly':
    case 'previous':
    case 'exists':
      return { ...formula, body: inward(formula.body) };
    case 'since':
      return { ...formula, left: inward(formula.left), right: inward(formula.right) };
    case 'compare':
      return { ...formula, left: inwardOperand(formula.left), right: inwardOperand(formula.right) };
  }
}

function inwardOperand(operand: Operand): Operand {
  return isAggregate(operand) ? { ...operand, where: inward(operand.where) } : operand;
}

export function conjuncts(formula: Formula): readonly Formula[] {
  return formula.kind === 'and' ? formula.parts.flatMap(conjuncts) : [formula];
}

export function conjunction(parts: readonly Formula[]): Formula {
  const [only] = parts;
  return only !== undefined && parts.length === 1 ? only : { kind: 'and', parts };
}

/** A filter that only reads what a `formerly` before it binds moves into it. */
function sunk(parts: readonly Formula[]): readonly Formula[] {
  const into = new Map<Formula, Formula[]>();
  const stay: Formula[] = [];
  for (const part of parts) {
    const names = filtered(part);
    const home =
      names && stay.find((before) => before.kind === 'formerly' && isSubset(names, restricted(before.body)));
    if (home === undefined) stay.push(part);
    else into.set(home, [...(into.get(home) ?? []), part]);
  }
  return stay.map((part) => {
    const filters = into.get(part);
    if (filters === undefined || part.kind !== 'formerly') return part;
    return { ...part, body: conjunction([...conjuncts(part.body), ...filters]) };
  });
}

/** The variables of a comparison of variables and values with each other; undefined for anything else. */
function filtered(part: Formula): ReadonlySet<string> | undefined {
  if (part.kind !== 'compare') return undefined;
  const names = new Set<string>();
  for (const operand of [part.left, part.right]) {
    if (operand.kind === 'variable') names.add(operand.name);
    else if (operand.kind !== 'value') return undefined;
  }
  return names.size === 0 ? undefined : names;
}

function isSubset(names: ReadonlySet<string>, of: ReadonlySet<string>): boolean {
  return [...names].every((name) => of.has(name));
}

/** The variables that have a value in each row. Source: Dogwood's guide 08, 5.4 (RR). */
export function restricted(formula: Formula): ReadonlySet<string> {
  switch (formula.kind) {
    case 'predicate':
      return new Set(formula.fields.flatMap(({ term }) => (term.kind === 'variable' ? [term.name] : [])));
    case 'and': {
      const names = new Set<string>();
      for (const part of formula.parts) for (const name of restricted(part)) names.add(name);
      return names;
    }
    case 'not':
      return new Set();
    case 'formerly':
    case 'previous':
      return restricted(formula.body);
    case 'since':
      return restricted(formula.right);
    case 'exists': {
      const names = new Set(restricted(formula.body));
      names.delete(formula.binder.name);
      return names;
    }
    case 'timepoint':
      return new Set([formula.name]);
    case 'compare':
      return new Set(formula.op === '==' ? equated(formula) : []);
  }
}

function equated({ left, right }: Comparison): readonly string[] {
  if (left.kind === 'variable' && right.kind !== 'variable' && right.kind !== 'wildcard') return [left.name];
  if (right.kind === 'variable' && left.kind !== 'variable' && left.kind !== 'wildcard') return [right.name];
  return [];
}

/** Every term of a condition, at any depth, aggregates and arrays included. */
export function* termsOf(formula: Formula): Generator<Term> {
  switch (formula.kind) {
    case 'predicate':
      for (const { term } of formula.fields) yield* itemsOf(term);
      return;
    case 'and':
      for (const part of formula.parts) yield* termsOf(part);
      return;
    case 'not':
    case 'formerly':
    case 'previous':
    case 'exists':
      yield* termsOf(formula.body);
      return;
    case 'since':
      yield* termsOf(formula.left);
      yield* termsOf(formula.right);
      return;
    case 'timepoint':
      yield { kind: 'variable', name: formula.name };
      return;
    case 'compare':
      for (const operand of [formula.left, formula.right])
        if (isAggregate(operand)) yield* termsOf(operand.where);
        else yield* itemsOf(operand);
  }
}

function* itemsOf(term: Term): Generator<Term> {
  yield term;
  if (term.kind === 'array') for (const item of term.items) yield* itemsOf(item);
}

/** The same condition with other terms in place of some. */
export function withTerms(formula: Formula, instead: (term: Term) => Term): Formula {
  const inside = (body: Formula): Formula => withTerms(body, instead);
  const operand = (side: Operand): Operand =>
    isAggregate(side) ? { ...side, where: inside(side.where) } : termWith(side, instead);
  switch (formula.kind) {
    case 'predicate':
      return {
        ...formula,
        fields: formula.fields.map(({ path, term }) => ({ path, term: termWith(term, instead) })),
      };
    case 'and':
      return { kind: 'and', parts: formula.parts.map(inside) };
    case 'not':
    case 'formerly':
    case 'previous':
    case 'exists':
      return { ...formula, body: inside(formula.body) };
    case 'since':
      return { ...formula, left: inside(formula.left), right: inside(formula.right) };
    case 'timepoint':
      return formula;
    case 'compare':
      return { ...formula, left: operand(formula.left), right: operand(formula.right) };
  }
}

function termWith(term: Term, instead: (term: Term) => Term): Term {
  const changed = instead(term);
  return changed.kind === 'array'
    ? { kind: 'array', items: changed.items.map((item) => termWith(item, instead)) }
    : changed;
}

/** One text for one reference. */
export function referenceKey({ root, path }: Reference): string {
  return `${root}${JSON.stringify(path)}`;
}
