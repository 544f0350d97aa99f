// SPDX-License-Identifier: Apache-2.0
/**
 * What a temporal condition means, written as the specification says it: rows by recursion, the whole
 * trace again for every question. Slow on purpose, and sharing nothing with the monitors, which are
 * held to it.
 *
 * Source: Dogwood's formal specification (guide 08), chapters 3 and 5.4, and its guide, chapter 4.
 */
import type { Asked, TemporalEvent } from '../../src/core/temporal/event.ts';
import type { Aggregate, Formula, Operand, Predicate, Term } from '../../src/core/temporal/formula.ts';
import type { Timelines } from '../../src/core/temporal/replay.ts';
import {
  DecimalValue,
  EntityValue,
  type RecordValue,
  type TemporalValue,
} from '../../src/core/temporal/value.ts';

type Row = ReadonlyMap<string, TemporalValue>;
const nothingBound: Row = new Map();

interface World {
  readonly events: readonly TemporalEvent[];
  readonly asked: Asked;
}

/** Whether the formula holds at the last of the events, for the request that asks there. */
export function holds(formula: Formula, events: readonly TemporalEvent[], asked: Asked): boolean {
  return rows({ events, asked }, formula, events.length - 1, nothingBound).length > 0;
}

/** The rows that the formula adds to `env` at point `i`: what it binds, beyond what was bound. */
function rows(w: World, formula: Formula, i: number, env: Row): readonly Row[] {
  const event = w.events[i];
  if (event === undefined) return [];
  switch (formula.kind) {
    case 'predicate':
      return predicateRows(w, formula, event, env);
    case 'and': {
      let joined: readonly Row[] = [nothingBound];
      for (const part of formula.parts)
        joined = joined.flatMap((row) => rows(w, part, i, merged(env, row)).map((more) => merged(row, more)));
      return joined;
    }
    case 'not':
      return rows(w, formula.body, i, env).length === 0 ? [nothingBound] : [];
    case 'formerly':
      return inWindow(w, i, formula.within).flatMap((j) => rows(w, formula.body, j, env));
    case 'previous':
      return inWindow(w, i, formula.within).includes(i - 1) ? rows(w, formula.body, i - 1, env) : [];
    case 'since':
      return inWindow(w, i, formula.within).flatMap((j) =>
        rows(w, formula.right, j, env).filter((anchor) =>
          range(j + 1, i).every((k) => rows(w, formula.left, k, merged(env, anchor)).length > 0),
        ),
      );
    case 'exists': {
      const { name } = formula.binder;
      return distinct(rows(w, formula.body, i, without(env, [name])).map((row) => without(row, [name])));
    }
    case 'timepoint': {
      const bound = env.get(formula.name);
      if (bound === undefined) return [new Map([[formula.name, i]])];
      return equal(bound, i) ? [nothingBound] : [];
    }
    case 'compare':
      return comparisonRows(w, formula, i, env);
  }
}

function range(from: number, to: number): readonly number[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, n) => from + n);
}

/** Closed at both ends. Times need not grow, so no point ends the search. */
function inWindow({ events }: World, i: number, seconds: number): readonly number[] {
  const now = events[i]?.at ?? 0;
  return range(0, i).filter((j) => {
    const age = now - (events[j]?.at ?? 0);
    return age >= 0 && age <= seconds * 1000;
  });
}

function predicateRows(w: World, predicate: Predicate, event: TemporalEvent, env: Row): readonly Row[] {
  const names = [{ type: event.actionType, id: event.actionId }, ...(event.groups ?? [])];
  const named = names.some(({ type, id }) => type === predicate.actionType && id === predicate.actionId);
  if (!named || event.kind !== predicate.event) return [];
  let row = nothingBound;
  for (const { path, term } of predicate.fields) {
    const logged = fieldOf(event.fields, path);
    if (logged === undefined) return [];
    if (term.kind === 'wildcard') continue;
    if (term.kind === 'variable') {
      const bound = row.get(term.name) ?? env.get(term.name);
      if (bound === undefined) row = new Map([...row, [term.name, logged]]);
      else if (!equal(bound, logged)) return [];
      continue;
    }
    const wanted = termValue(w, term, merged(env, row));
    if (wanted === undefined || !equal(wanted, logged)) return [];
  }
  return [row];
}

function comparisonRows(
  w: World,
  { op, left, right }: Extract<Formula, { kind: 'compare' }>,
  i: number,
  env: Row,
): readonly Row[] {
  if (op === '==') {
    const bindsLeft = unbound(left, env);
    const bindsRight = unbound(right, env);
    if (bindsLeft !== undefined && bindsRight === undefined)
      return bindTo(bindsLeft, operand(w, right, i, env));
    if (bindsRight !== undefined && bindsLeft === undefined)
      return bindTo(bindsRight, operand(w, left, i, env));
  }
  const [a, b] = [operand(w, left, i, env), operand(w, right, i, env)];
  if (a === undefined || b === undefined) return [];
  return compared(op, a, b) ? [nothingBound] : [];
}

function unbound(side: Operand, env: Row): string | undefined {
  return side.kind === 'variable' && !env.has(side.name) ? side.name : undefined;
}

function bindTo(name: string, value: TemporalValue | undefined): readonly Row[] {
  return value === undefined ? [] : [new Map([[name, value]])];
}

function compared(op: string, a: TemporalValue, b: TemporalValue): boolean {
  if (op === '==') return equal(a, b);
  if (op === '!=') return !equal(a, b);
  if (!isLong(a) || !isLong(b)) return false;
  switch (op) {
    case '<':
      return a < b;
    case '<=':
      return a <= b;
    case '>':
      return a > b;
    default:
      return a >= b;
  }
}

function isLong(value: TemporalValue): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint';
}

function operand(w: World, side: Operand, i: number, env: Row): TemporalValue | undefined {
  return side.kind === 'count' || side.kind === 'sum' ? aggregate(w, side, i, env) : termValue(w, side, env);
}

const [least, most] = [-(2n ** 63n), 2n ** 63n - 1n];

function aggregate(w: World, side: Aggregate, i: number, env: Row): TemporalValue {
  const names = side.binders.map(({ name }) => name);
  const found = rows(w, side.where, i, without(env, names));
  const projected = distinct(
    found.map(
      (row) => new Map(names.flatMap((name) => (row.has(name) ? [[name, row.get(name) ?? null]] : []))),
    ),
  );
  if (side.kind === 'count') return projected.length;
  let sum = 0n;
  for (const row of projected) {
    const summand = row.get(side.of);
    if (summand !== undefined && isLong(summand)) sum += BigInt(summand);
  }
  const clamped = sum < least ? least : sum > most ? most : sum;
  return Number.isSafeInteger(Number(clamped)) ? Number(clamped) : clamped;
}

function termValue({ asked }: World, term: Term, env: Row): TemporalValue | undefined {
  switch (term.kind) {
    case 'value':
      return term.value;
    case 'variable':
      return env.get(term.name);
    case 'wildcard':
      return undefined;
    case 'array': {
      const items = term.items.map((item) => termValue({ events: [], asked }, item, env));
      return items.includes(undefined) ? undefined : items.filter((item) => item !== undefined);
    }
    case 'reference': {
      if (term.root === 'context') return fieldOf(asked.context, term.path);
      const { uid, attrs } = asked[term.root];
      const [name, ...rest] = term.path;
      if (name === undefined) return uid;
      if (!attrs.has(name) && rest.length === 0) return { id: uid.id, type: uid.type }[name];
      return fieldOf(attrs, term.path);
    }
  }
}

function fieldOf(record: RecordValue, path: readonly string[]): TemporalValue | undefined {
  return path.reduce<TemporalValue | undefined>(
    (value, name) => (value instanceof Map ? value.get(name) : undefined),
    record,
  );
}

function merged(a: Row, b: Row): Row {
  return b.size === 0 ? a : new Map([...a, ...b]);
}

function without(row: Row, names: readonly string[]): Row {
  return new Map([...row].filter(([name]) => !names.includes(name)));
}

function distinct(all: readonly Row[]): readonly Row[] {
  const kept: Row[] = [];
  for (const row of all) if (!kept.some((other) => sameRow(row, other))) kept.push(row);
  return kept;
}

function sameRow(a: Row, b: Row): boolean {
  return (
    a.size === b.size &&
    [...a].every(([name, value]) => {
      const other = b.get(name);
      return other !== undefined && equal(value, other);
    })
  );
}

/** Typed and structural. */
export function equal(a: TemporalValue, b: TemporalValue): boolean {
  if (a instanceof EntityValue || b instanceof EntityValue)
    return a instanceof EntityValue && b instanceof EntityValue && a.type === b.type && a.id === b.id;
  if (a instanceof DecimalValue || b instanceof DecimalValue) {
    if (!(a instanceof DecimalValue) || !(b instanceof DecimalValue)) return false;
    const [x, y] = [scaled(a.text), scaled(b.text)];
    return x === undefined || y === undefined ? x === y && a.text === b.text : x === y;
  }
  if (Array.isArray(a) || Array.isArray(b))
    return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((x, i) => equal(x, b[i]));
  if (a instanceof Map || b instanceof Map)
    return (
      a instanceof Map &&
      b instanceof Map &&
      a.size === b.size &&
      [...a].every(([name, value]) => b.has(name) && equal(value, b.get(name)))
    );
  return a === b;
}

/** In ten-thousandths; `undefined` for what Cedar would not take for a decimal. */
function scaled(text: string): bigint | undefined {
  const [all, sign = '', whole = '', part = ''] = /^(-?)([0-9]+)\.([0-9]{1,4})$/.exec(text) ?? [];
  if (all === undefined) return undefined;
  const value = BigInt(`${sign}${whole}${part.padEnd(4, '0')}`);
  return value >= least && value <= most ? value : undefined;
}

/**
 * The reference as something to replay a trace by: one list of events for each slice. A deciding event
 * that does not lie in the slice of its own request still says what time it is.
 */
export const referenceTimeline: Timelines = (leaves, keys) => {
  const slices = new Map<string, TemporalEvent[]>();
  let newest: TemporalEvent | undefined;
  const sliceOf = (values: readonly (TemporalValue | undefined)[]): string | undefined =>
    values.includes(undefined) ? undefined : values.map((value) => JSON.stringify(plain(value))).join(' ');
  return {
    push(event) {
      newest = event;
      const slice = sliceOf(keys.map(({ path }) => fieldOf(event.fields, path)));
      if (slice !== undefined) slices.set(slice, [...(slices.get(slice) ?? []), event]);
    },
    holds(leaf, asked) {
      const formula = leaves[leaf]?.formula;
      if (formula === undefined || newest === undefined) return undefined;
      const world = { events: [], asked };
      const slice = sliceOf(keys.map(({ reference }) => termValue(world, reference, nothingBound)));
      const seen = slice === undefined ? [] : (slices.get(slice) ?? []);
      const stand = { actionType: '', actionId: '', kind: '', at: newest.at, fields: new Map() };
      return holds(formula, seen.at(-1) === newest ? seen : [...seen, stand], asked);
    },
  };
};

/** Equal values, equal JSON. */
function plain(value: TemporalValue | undefined): unknown {
  if (value instanceof EntityValue) return { entity: [value.type, value.id] };
  if (value instanceof DecimalValue) return { decimal: String(scaled(value.text) ?? `text ${value.text}`) };
  if (typeof value === 'bigint') return { long: String(value) };
  if (value instanceof Map) return { record: [...value].sort().map(([name, each]) => [name, plain(each)]) };
  return Array.isArray(value) ? value.map(plain) : value;
}
