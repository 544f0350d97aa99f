// SPDX-License-Identifier: Apache-2.0
/**
 * From a condition that a window looks back for to the selection that is kept for it.
 *
 * Fields that must equal something which the question decides (a reference, a variable that already
 * has a value) become columns of the key; fields that must equal a literal become literals; what is
 * left is decided when the event comes. That is possible where everything else that the rest reads
 * is pinned as well, and where an event has at most one row.
 */
import type { Formula, Predicate, Term } from './formula.ts';
import type { Group, Reading } from './monitor.ts';
import { compile, readingOf } from './monitor-compile.ts';
import { conjunction, conjuncts, referenceKey, termsOf, withTerms } from './monitor-normal.ts';
import {
  type Builder,
  backTo,
  literalsSince,
  markOf,
  newSlot,
  newUnit,
  nextSerial,
  type Scope,
  type Site,
  signatureFor,
  siteOf,
  type Unit,
} from './monitor-unit.ts';
import type { Path } from './resolve.ts';
import { keyOfValues, type Selection } from './selection.ts';
import type { TemporalValue } from './value.ts';

/** A selection as one condition uses it. */
export interface Keyed {
  readonly site: Site;
  /** Which of the selection's literals. */
  readonly literal: number;
  /** Where the columns of a row go. */
  readonly outputs: readonly { readonly name: string; readonly slot: number }[];
  /** Where the position of a row goes. */
  readonly positions: readonly { readonly name: string; readonly slot: number }[];
  readonly shape: string;
  readonly scope: Scope;
}

/** A field that the question pins: what it must equal, and the name that the value has in the rest. */
interface Column {
  readonly path: Path;
  readonly term: Term;
  readonly name: string;
}

interface Literal {
  readonly path: Path;
  readonly value: TemporalValue;
}

interface Pinned {
  readonly columns: readonly Column[];
  readonly literals: readonly Literal[];
  readonly rest: readonly Formula[];
}

/** @returns undefined where it cannot be decided event by event */
export function compileKeyed(builder: Builder, unit: Unit, scope: Scope, body: Formula): Keyed | undefined {
  const hidden = new Set<string>();
  const parts = withoutExists(body, hidden);
  const { kept, timepoints } = withoutTimepoints(parts, scope);
  const predicates = kept.filter((part) => part.kind === 'predicate');
  const [first] = predicates;
  if (predicates.some((predicate) => first === undefined || !sameEvent(predicate, first))) return undefined;
  const pinned = pin(kept, scope);
  const rest = closedBy(pinned, scope);
  if (rest === undefined) return undefined;
  const visible = timepoints.filter((name) => !hidden.has(name));
  return keyed(builder, unit, scope, first, { ...pinned, rest }, hidden, visible);
}

/**
 * An index of the events that can match at all: by what some predicates of the condition pin. The
 * condition itself is then decided at each of them.
 */
export function compileCandidates(
  builder: Builder,
  unit: Unit,
  scope: Scope,
  body: Formula,
): Keyed | undefined {
  const parts = withoutExists(body, new Set());
  const predicates = parts.filter((part) => part.kind === 'predicate');
  const [first] = predicates;
  if (first === undefined) return undefined;
  const { columns, literals, rest } = pin(
    predicates.filter((predicate) => sameEvent(predicate, first)),
    scope,
  );
  const present = rest.filter((part) => part.kind === 'predicate').map(onlyPresence);
  return keyed(builder, unit, scope, first, { columns, literals, rest: present }, new Set(), []);
}

function withoutExists(body: Formula, hidden: Set<string>): readonly Formula[] {
  return conjuncts(body).flatMap((part) => {
    if (part.kind !== 'exists') return [part];
    hidden.add(part.binder.name);
    return withoutExists(part.body, hidden);
  });
}

/** `tp(t)` needs no work where nothing else reads `t`: it is the position of the row. */
function withoutTimepoints(
  parts: readonly Formula[],
  scope: Scope,
): { kept: readonly Formula[]; timepoints: readonly string[] } {
  const read = (name: string, self: Formula): boolean =>
    parts.some(
      (part) => part !== self && termsOf(part).some((term) => term.kind === 'variable' && term.name === name),
    );
  const timepoints: string[] = [];
  const kept = parts.filter((part) => {
    if (part.kind !== 'timepoint' || scope.has(part.name) || read(part.name, part)) return true;
    timepoints.push(part.name);
    return false;
  });
  return { kept, timepoints };
}

function sameEvent(a: Predicate, b: Predicate): boolean {
  return a.actionId === b.actionId && a.actionType === b.actionType && a.event === b.event;
}

function pin(parts: readonly Formula[], scope: Scope): Pinned {
  const columns = new Map<string, Column>();
  const literals: Literal[] = [];
  const rest = parts.map((part): Formula => {
    if (part.kind !== 'predicate') return part;
    const fields = part.fields.filter(({ path, term }) => {
      if (term.kind === 'value') {
        literals.push({ path, value: term.value });
        return false;
      }
      const name = pinnedName(term, scope);
      if (name === undefined || columns.has(name)) return true;
      columns.set(name, { path, term, name });
      return false;
    });
    return { ...part, fields };
  });
  return {
    columns: [...columns.values()].toSorted(byPath),
    literals: literals.toSorted(byPath),
    rest,
  };
}

function byPath(a: { readonly path: Path }, b: { readonly path: Path }): number {
  const [first, second] = [JSON.stringify(a.path), JSON.stringify(b.path)];
  return first < second ? -1 : first > second ? 1 : 0;
}

/** No variable has such a name. */
function referenceName(term: Extract<Term, { kind: 'reference' }>): string {
  return `@${referenceKey(term)}`;
}

function pinnedName(term: Term, scope: Scope): string | undefined {
  if (term.kind === 'reference') return referenceName(term);
  return term.kind === 'variable' && scope.has(term.name) ? term.name : undefined;
}

/** The rest with the values of columns for what the question pins; undefined where it reads more. */
function closedBy({ columns, rest }: Pinned, scope: Scope): readonly Formula[] | undefined {
  const names = new Set(columns.map(({ name }) => name));
  const closed = rest.map((part) =>
    withTerms(part, (term) =>
      term.kind === 'reference' && names.has(referenceName(term))
        ? { kind: 'variable', name: referenceName(term) }
        : term,
    ),
  );
  const open = (term: Term): boolean =>
    term.kind === 'reference' || (term.kind === 'variable' && scope.has(term.name) && !names.has(term.name));
  return closed.some((part) => termsOf(part).some(open)) ? undefined : closed;
}

function onlyPresence(predicate: Predicate): Predicate {
  const fields = predicate.fields.map(({ path }) => ({ path, term: { kind: 'wildcard' } as const }));
  return { ...predicate, fields };
}

function keyed(
  builder: Builder,
  unit: Unit,
  scope: Scope,
  predicate: Predicate | undefined,
  { columns, literals, rest }: Pinned,
  hidden: ReadonlySet<string>,
  timepoints: readonly string[],
): Keyed | undefined {
  const mark = markOf(builder, unit);
  const own = newUnit(columns.length);
  const given = new Map(columns.map(({ name }, i) => [name, i] as const));
  const compiled = compile(builder, own, given, conjunction(rest));
  if (!compiled.node.single || !compiled.node.quick) return backTo(mark, builder, unit);

  const bound = [...compiled.scope].filter(([name]) => !given.has(name) && !hidden.has(name));
  const outputs = bound.filter(([, slot]) => !own.positions.has(slot));
  const positions = bound.filter(([, slot]) => own.positions.has(slot)).map(([name]) => name);
  const signature = predicate && signatureFor(builder, predicate);
  const paths = (fields: readonly { readonly path: Path }[]): string =>
    JSON.stringify(fields.map(({ path }) => path));
  const key = `${signature}|${paths(columns)}|${paths(literals)}|${compiled.node.shape}|${literalsSince(0, own)}|${outputs.map(([, slot]) => slot)}`;
  const selection = builder.selections.get(key) ?? {
    id: -1,
    serial: nextSerial(builder),
    signature,
    columns: columns.map(({ path }) => path),
    literals: literals.map(({ path }) => path),
    known: new Map<string, number>(),
    rest: compiled.node,
    outputs: outputs.map(([, slot]) => slot),
    keeping: { rows: outputs.length > 0, sums: [], distinct: false },
  };
  if (!builder.selections.has(key)) {
    builder.selections.set(key, selection);
    builder.made.push(key);
  }

  const site = siteOf(
    builder,
    selection,
    columns.map(({ term }): Reading => readingOf(scope, term)),
  );
  const literal = literalNumber(selection, literals);
  unit.literals.push({ site, literal });
  if (!site.closed && literals.length > 0) unit.follows = true;
  const inner = new Map(scope);
  const named = (name: string) => {
    const slot = newSlot(unit);
    inner.set(name, slot);
    return { name, slot };
  };
  const rowSlots = outputs.map(([name]) => named(name));
  const positionSlots = [...positions, ...timepoints].map(named);
  for (const { slot } of positionSlots) unit.positions.add(slot);
  const terms = site.terms.map(({ shape }) => shape).join();
  const into = [...rowSlots, ...positionSlots].map(({ slot }) => slot).join();
  return {
    site,
    literal,
    outputs: rowSlots,
    positions: positionSlots,
    shape: `#${selection.serial}(${terms})=${into}`,
    scope: inner,
  };
}

function literalNumber({ known }: Selection, literals: readonly Literal[]): number {
  const key = keyOfValues(literals.map(({ value }) => value));
  const number = known.get(key) ?? known.size;
  known.set(key, number);
  return number;
}

export function bucketIn(group: Group | undefined, { literal }: Keyed) {
  return group?.get(literal);
}
