// SPDX-License-Identifier: Apache-2.0
/**
 * What compiling fills: a universe's selections, of which equal ones are one, and for each leaf or
 * selection a unit that says how many slots it needs and which literals of which indexes it reads.
 */
import type { Predicate } from './formula.ts';
import type { Frame, Group, Reading, Run } from './monitor.ts';
import { keyOfValues, type Selection } from './selection.ts';
import { number, type Signatures } from './universe.ts';
import type { TemporalValue } from './value.ts';

/** Which variables have values, and in which slots. */
export type Scope = ReadonlyMap<string, number>;

export interface Unit {
  slots: number;
  /** Slots that hold the position at which the condition is looked at that binds them. */
  readonly positions: Set<number>;
  /** What of the indexes depends on literals, in the order of the shape. */
  readonly literals: LiteralUse[];
  /** It follows rows to literals: which ones matter is not known before the rows are. */
  follows: boolean;
}

export interface LiteralUse {
  readonly site: Site;
  readonly literal: number;
}

/** A place where a selection is asked: where the values of its columns come from. */
export interface Site {
  readonly id: number;
  readonly selection: Selection;
  readonly terms: readonly Reading[];
  /** It reads no variables, so that one question finds the same here each time. */
  readonly closed: boolean;
}

export interface Builder {
  readonly signatures: Signatures;
  readonly selections: Map<string, Selection>;
  /** Keys of selections in the order in which they were made. */
  readonly made: string[];
  readonly sites: Map<string, Site>;
  readonly amounts: Map<string, number>;
  serial: number;
}

export function newBuilder(): Builder {
  return {
    signatures: new Map(),
    selections: new Map(),
    made: [],
    sites: new Map(),
    amounts: new Map(),
    serial: 0,
  };
}

export function newUnit(slots: number): Unit {
  return { slots, positions: new Set(), literals: [], follows: false };
}

export function newSlot(unit: Unit): number {
  unit.slots += 1;
  return unit.slots - 1;
}

/** What was bound looking back is no position of the condition that looks back. */
export function boundElsewhere(unit: Unit, slots: readonly number[]): void {
  for (const slot of slots) unit.positions.delete(slot);
}

export function nextSerial(builder: Builder): number {
  builder.serial += 1;
  return builder.serial;
}

export function signatureFor(builder: Builder, { actionType, actionId, event }: Predicate): number {
  return number(builder.signatures, event, { type: actionType, id: actionId }, nextSerial(builder));
}

export interface Mark {
  readonly made: number;
  readonly literals: number;
  readonly follows: boolean;
}

/** What follows may turn out not to be wanted. */
export function markOf(builder: Builder, unit: Unit): Mark {
  return { made: builder.made.length, literals: unit.literals.length, follows: unit.follows };
}

export function backTo(mark: Mark, builder: Builder, unit: Unit): undefined {
  for (const key of builder.made.splice(mark.made)) builder.selections.delete(key);
  unit.literals.length = mark.literals;
  unit.follows = mark.follows;
}

/** The text of the literals that were used since a mark. */
export function literalsSince(mark: number, unit: Unit): string {
  return unit.literals
    .slice(mark)
    .map(({ site, literal }) => `${site.id}:${literal}`)
    .join();
}

export function siteOf(builder: Builder, selection: Selection, terms: readonly Reading[]): Site {
  const closed = terms.every(({ slots }) => slots.length === 0);
  const key = `${selection.serial}(${terms.map(({ shape }) => shape).join()})`;
  const known = closed ? builder.sites.get(key) : undefined;
  if (known?.selection === selection) return known;
  const site = { id: nextSerial(builder), selection, terms, closed };
  if (closed) builder.sites.set(key, site);
  return site;
}

/** What the selection keeps under the values that the site's terms have now. */
export function groupAt(site: Site, run: Run, frame: Frame): Group | undefined {
  if (!site.closed) return lookedUp(site, run, frame);
  const found = run.groups.get(site.id);
  if (found !== undefined || run.groups.has(site.id)) return found;
  const group = lookedUp(site, run, frame);
  run.groups.set(site.id, group);
  return group;
}

function lookedUp({ selection, terms }: Site, run: Run, frame: Frame): Group | undefined {
  const values: TemporalValue[] = [];
  for (const term of terms) {
    const value = term.read(run, frame);
    if (value === undefined) return undefined;
    values.push(value);
  }
  return run.track.indexes.get(selection.id)?.get(keyOfValues(values));
}
