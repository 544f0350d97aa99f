// SPDX-License-Identifier: Apache-2.0
/**
 * Random conditions that the language accepts, over random histories in which they often match: few
 * actions, few values. Drawn with what is already bound in hand, so that every filter has something to
 * filter and every variable is restricted before it is read.
 */
import type { Asked, TemporalEvent } from '../../src/core/temporal/event.ts';
import type {
  Aggregate,
  Binder,
  Comparison,
  Formula,
  Operand,
  Predicate,
  Reference,
  Term,
} from '../../src/core/temporal/formula.ts';
import {
  DecimalValue,
  EntityValue,
  type RecordValue,
  type TemporalValue,
} from '../../src/core/temporal/value.ts';
import { type Chance, weighted } from '../simulator/chance.ts';

export const actionType = 'Drupe::Action';
export const actionNames = ['Grant', 'Revoke', 'Transfer'] as const;
/** Now an action is in one of them, now in both: it is so of an event, not of the action. */
export const groupNames = ['Access', 'Money'] as const;
const groupings = [[], ['Access'], ['Money'], ['Access', 'Money']].map((ids) =>
  ids.map((id) => ({ type: actionType, id })),
);
export const kinds = ['request', 'response'] as const;
const users: readonly TemporalValue[] = ['ann', 'bob', new EntityValue('Drupe::User', 'ann')];
const amounts: readonly TemporalValue[] = [0, 1, 2, 5, -3];
const big: readonly TemporalValue[] = [2n ** 63n - 1n, -(2n ** 63n), 2 ** 53 - 1, 7];
const rates: readonly TemporalValue[] = [
  new DecimalValue('1.5'),
  new DecimalValue('1.50'),
  new DecimalValue('01.5'),
  new DecimalValue('1.50000'),
  new DecimalValue('-1.5'),
  new DecimalValue('0.0'),
  new DecimalValue('-0.00'),
];

const fieldValues: Record<string, readonly TemporalValue[]> = {
  user: users,
  peer: users,
  amount: amounts,
  total: big,
  rate: rates,
  tags: [['a', 'b'], ['b', 'a'], []],
  flag: [true, false, null],
};
const fieldNames = Object.keys(fieldValues);

export function pathOf(name: string): readonly string[] {
  return name === 'flag' || name === 'rate' ? ['output', name] : ['input', name];
}

export interface Drawing {
  readonly formula: Formula;
  readonly events: readonly TemporalEvent[];
  readonly asked: readonly Asked[];
}

export function drawEvents(chance: Chance, count: number): readonly TemporalEvent[] {
  const monotone = chance.happens(0.7);
  const busy = chance.pick([1, 2, 3]);
  let now = chance.between(-5, 5) * 1000;
  return Array.from({ length: count }, () => {
    now += monotone
      ? chance.pick([0, 0, 500, 1000, 1000, 2000, 7000])
      : chance.pick([0, 1000, -1000, 3000, -4000, 500]);
    return {
      actionType: chance.happens(0.05) ? 'Other::Action' : actionType,
      actionId: chance.pick(actionNames.slice(0, busy)),
      ...(chance.happens(0.2) ? {} : { groups: chance.pick(groupings) }),
      kind: chance.pick(kinds),
      at: now,
      fields: drawFields(chance),
    };
  });
}

function drawFields(chance: Chance): RecordValue {
  const groups = new Map<string, Map<string, TemporalValue>>();
  for (const name of fieldNames) {
    if (chance.happens(0.12)) continue;
    const [group = '', field = ''] = pathOf(name);
    const fields = groups.get(group) ?? new Map<string, TemporalValue>();
    groups.set(group, fields.set(field, chance.pick(fieldValues[name] ?? users)));
  }
  return new Map<string, TemporalValue>([...groups, ['caller', chance.pick(users)]]);
}

export function drawAsked(chance: Chance): Asked {
  const context = new Map<string, TemporalValue>();
  for (const name of fieldNames)
    if (!chance.happens(0.1)) context.set(name, chance.pick(fieldValues[name] ?? users));
  const scope = () => ({
    uid: new EntityValue('Drupe::User', chance.pick(['ann', 'bob'])),
    attrs: new Map<string, TemporalValue>(chance.happens(0.7) ? [['limit', chance.pick(amounts)]] : []),
  });
  return { context, principal: scope(), resource: scope() };
}

/** Which variables have a value, and of which field its values are. */
type Bound = ReadonlyMap<string, string>;

interface Drawn {
  readonly formula: Formula;
  readonly bound: Bound;
}

interface Pen {
  readonly chance: Chance;
  names: number;
  /** How much more may be drawn. */
  left: number;
}

export function drawFormula(chance: Chance): Formula {
  const pen: Pen = { chance, names: 0, left: chance.between(2, 14) };
  return closed(pen, new Map());
}

/** A condition that binds nothing for what follows. */
function closed(pen: Pen, bound: Bound): Formula {
  pen.left -= 1;
  const { chance } = pen;
  if (pen.left <= 0) return leafOf(pen, bound);
  const draw = weighted<() => Formula>(chance, [
    [3, () => leafOf(pen, bound)],
    [5, () => ({ kind: 'formerly', within: drawWindow(chance), body: closed(pen, bound) })],
    [
      1,
      () => ({
        kind: 'formerly',
        within: drawWindow(chance),
        body: { kind: 'and', parts: [predicate(pen, bound, false).formula, closed(pen, bound)] },
      }),
    ],
    [2, () => ({ kind: 'previous', within: drawWindow(chance), body: closed(pen, bound) })],
    [3, () => since(pen, bound)],
    [3, () => ({ kind: 'not', body: closed(pen, bound) })],
    [3, () => ({ kind: 'and', parts: chain(pen, bound, false).parts })],
    [6, () => exists(pen, bound)],
    [5, () => threshold(pen, bound)],
  ]);
  return draw();
}

function leafOf(pen: Pen, bound: Bound): Formula {
  const { chance } = pen;
  if (chance.happens(0.1)) return ground(pen, bound);
  return predicate(pen, bound, false).formula;
}

function ground(pen: Pen, bound: Bound): Formula {
  const name = pen.chance.pick(fieldNames);
  return {
    kind: 'compare',
    op: drawOp(pen.chance),
    left: termFor(pen, bound, name),
    right: termFor(pen, bound, name),
  };
}

/** A conjunction, later parts with what earlier ones bind. */
function chain(pen: Pen, bound: Bound, binding: boolean): { parts: readonly Formula[]; bound: Bound } {
  const parts: Formula[] = [];
  let known = bound;
  const count = pen.chance.between(2, 3);
  for (let i = 0; i < count; i++) {
    const part: Drawn =
      binding && pen.chance.happens(0.6)
        ? opening(pen, known)
        : { formula: filter(pen, known), bound: known };
    parts.push(part.formula);
    known = part.bound;
  }
  return { parts, bound: known };
}

function filter(pen: Pen, bound: Bound): Formula {
  const { chance } = pen;
  const variables = [...bound].filter(([, of]) => of !== 'tp');
  if (variables.length > 0 && chance.happens(0.5)) {
    const [name, of] = chance.pick(variables);
    const comparison: Formula = {
      kind: 'compare',
      op: drawOp(chance),
      left: { kind: 'variable', name },
      right: termFor(pen, bound, of === 'count' ? 'amount' : of),
    };
    return chance.happens(0.2) ? { kind: 'not', body: comparison } : comparison;
  }
  return closed(pen, bound);
}

/** A condition that binds fresh variables. */
function opening(pen: Pen, bound: Bound): Drawn {
  pen.left -= 1;
  const { chance } = pen;
  if (pen.left <= 0) return predicate(pen, bound, true);
  const within = drawWindow(chance);
  const draw = weighted<() => Drawn>(chance, [
    [4, () => predicate(pen, bound, true)],
    [
      6,
      () => {
        const body = opening(pen, bound);
        return { formula: { kind: 'formerly', within, body: body.formula }, bound: body.bound };
      },
    ],
    [
      1,
      () => {
        const body = opening(pen, bound);
        return { formula: { kind: 'previous', within, body: body.formula }, bound: body.bound };
      },
    ],
    [
      2,
      () => {
        const right = opening(pen, bound);
        const left = streak(pen, right.bound);
        return { formula: { kind: 'since', within, left, right: right.formula }, bound: right.bound };
      },
    ],
    [
      3,
      () => {
        const { parts, bound: known } = chain(pen, bound, true);
        return { formula: { kind: 'and', parts }, bound: known };
      },
    ],
    [
      2,
      () => {
        const body = predicate(pen, bound, true);
        const name = (chance.happens(0.3) && sameField(chance, bound, 'tp')) || freshName(pen, body.bound);
        return {
          formula: { kind: 'and', parts: [body.formula, { kind: 'timepoint', name }] },
          bound: new Map(body.bound).set(name, 'tp'),
        };
      },
    ],
    [
      1,
      () => {
        const name = freshName(pen, bound);
        const to: Operand = chance.happens(0.6) ? aggregate(pen, bound) : termFor(pen, bound, 'amount');
        const sides = chance.happens(0.5)
          ? { left: to, right: { kind: 'variable', name } as const }
          : { left: { kind: 'variable', name } as const, right: to };
        return {
          formula: { kind: 'compare', op: '==', ...sides },
          bound: new Map(bound).set(name, 'amount'),
        };
      },
    ],
    [
      1,
      () => {
        const inner = opening(pen, bound);
        const hidden = fresh(inner.bound, bound);
        if (hidden === undefined) return inner;
        const outer = new Map(inner.bound);
        outer.delete(hidden);
        return {
          formula: { kind: 'exists', binder: { name: hidden, type: 'Any' }, body: inner.formula },
          bound: outer,
        };
      },
    ],
  ]);
  return draw();
}

/** What must hold all along; mostly the useful idiom, a negation. */
function streak(pen: Pen, bound: Bound): Formula {
  const one = predicate(pen, bound, false).formula;
  return weighted<() => Formula>(pen.chance, [
    [5, () => ({ kind: 'not', body: one })],
    [2, () => one],
    [
      1,
      () => ({
        kind: 'and',
        parts: [
          { kind: 'not', body: one },
          { kind: 'not', body: closed(pen, bound) },
        ],
      }),
    ],
    [2, () => closed(pen, bound)],
  ])();
}

function since(pen: Pen, bound: Bound): Formula {
  const within = drawWindow(pen.chance);
  return { kind: 'since', within, left: streak(pen, bound), right: closed(pen, bound) };
}

/** One variable of the two scopes that only the inner one has. */
function fresh(inner: Bound, outer: Bound): string | undefined {
  return [...inner.keys()].find((name) => !outer.has(name));
}

/** Binders around what a body binds. Sometimes one of them shadows what was bound outside. */
function exists(pen: Pen, bound: Bound): Formula {
  const shadowed = shadowing(pen, bound);
  const body = opening(pen, shadowed);
  const filtered: Drawn = pen.chance.happens(0.6)
    ? { formula: { kind: 'and', parts: [body.formula, filter(pen, body.bound)] }, bound: body.bound }
    : body;
  let formula = filtered.formula;
  for (const name of [...filtered.bound.keys()].filter((each) => !shadowed.has(each)))
    formula = { kind: 'exists', binder: { name, type: 'Any' }, body: formula };
  return formula;
}

function shadowing(pen: Pen, bound: Bound): Bound {
  if (bound.size === 0 || !pen.chance.happens(0.3)) return bound;
  const less = new Map(bound);
  less.delete(pen.chance.pick([...bound.keys()]));
  return less;
}

/** `count ... > 2`, also by way of a variable. */
function threshold(pen: Pen, bound: Bound): Formula {
  const { chance } = pen;
  const left = aggregate(pen, bound);
  const limit: Operand = chance.happens(0.15) ? aggregate(pen, bound) : termFor(pen, bound, 'amount');
  if (chance.happens(0.5)) return { kind: 'compare', op: drawOp(chance), left, right: limit };
  const name = freshName(pen, bound);
  const parts: readonly Formula[] = [
    { kind: 'compare', op: '==', left, right: { kind: 'variable', name } },
    { kind: 'compare', op: drawOp(chance), left: { kind: 'variable', name }, right: limit },
  ];
  return { kind: 'exists', binder: { name, type: 'Long' }, body: { kind: 'and', parts } };
}

function aggregate(pen: Pen, bound: Bound): Aggregate {
  const { chance } = pen;
  const outer = shadowing(pen, bound);
  const where = chance.happens(0.7) ? occurrences(pen, outer) : opening(pen, outer);
  const names = [...where.bound.keys()].filter((name) => !outer.has(name));
  if (names.length === 0) return aggregate({ ...pen, left: 0 }, bound);
  const binders: readonly Binder[] = names.map((name) => ({ name, type: 'Any' }));
  const summable = names.filter((name) => where.bound.get(name) !== 'tp');
  return summable.length > 0 && chance.happens(0.5)
    ? { kind: 'sum', of: chance.pick(summable), binders, where: where.formula }
    : { kind: 'count', binders, where: where.formula };
}

/** What people write: a predicate under a window, its timepoint, a filter. */
function occurrences(pen: Pen, bound: Bound): Drawn {
  const { chance } = pen;
  const one = predicate(pen, bound, true);
  let known = one.bound;
  const parts: Formula[] = [one.formula];
  if (chance.happens(0.4)) parts.push(filter({ ...pen, left: 1 }, known));
  if (chance.happens(0.7) || known.size === bound.size) {
    const name = freshName(pen, known);
    parts.push({ kind: 'timepoint', name });
    known = new Map(known).set(name, 'tp');
  }
  return {
    formula: { kind: 'formerly', within: drawWindow(chance), body: { kind: 'and', parts } },
    bound: known,
  };
}

function predicate(pen: Pen, bound: Bound, binds: boolean): { formula: Predicate; bound: Bound } {
  const { chance } = pen;
  const known = new Map(bound);
  const count = chance.pick([0, 1, 1, 2, 2, 3]);
  const fields: { path: readonly string[]; term: Term }[] = [];
  for (let i = 0; i < count; i++) {
    const name = chance.pick(fieldNames);
    const caller = name === 'user' && chance.happens(0.2);
    const path = caller ? ['caller'] : pathOf(name);
    if (binds && chance.happens(0.5)) {
      const variable = chance.happens(0.15) ? sameField(chance, known, name) : freshName(pen, known);
      if (variable !== undefined) {
        known.set(variable, known.get(variable) ?? name);
        fields.push({ path, term: { kind: 'variable', name: variable } });
        continue;
      }
    }
    fields.push({ path, term: chance.happens(0.2) ? { kind: 'wildcard' } : termFor(pen, known, name) });
  }
  const formula: Predicate = {
    kind: 'predicate',
    actionType,
    actionId: nameOf(chance, chance.happens(0.6) ? actionNames.slice(0, 1) : actionNames),
    event: chance.pick(kinds),
    fields,
  };
  return { formula, bound: known };
}

/** One of the actions, or a group. */
export function nameOf(chance: Chance, actions: readonly string[]): string {
  return chance.pick(chance.happens(0.25) ? groupNames : actions);
}

function sameField(chance: Chance, bound: Bound, name: string): string | undefined {
  const names = [...bound].filter(([, of]) => of === name).map(([each]) => each);
  return names.length === 0 ? undefined : chance.pick(names);
}

/** Sometimes a name that was used before, so that scopes of one name lie beside and in each other. */
function freshName(pen: Pen, bound: Bound): string {
  const known = ['x', 'y', 'z'].filter((name) => !bound.has(name));
  if (known.length > 0 && pen.chance.happens(0.7)) return pen.chance.pick(known);
  pen.names += 1;
  return `v${pen.names}`;
}

function termFor(pen: Pen, bound: Bound, name: string): Term {
  const { chance } = pen;
  const variable = sameField(chance, bound, name);
  if (variable !== undefined && chance.happens(0.5)) return { kind: 'variable', name: variable };
  const value: Term = { kind: 'value', value: chance.pick(fieldValues[name] ?? users) };
  if (name === 'tags' && chance.happens(0.3))
    return {
      kind: 'array',
      items: [
        { kind: 'reference', root: 'context', path: ['user'] },
        { kind: 'value', value: 'b' },
      ],
    };
  return weighted<Term>(chance, [
    [4, value],
    [4, { kind: 'reference', root: 'context', path: [name] }],
    [
      name === 'user' || name === 'peer' ? 2 : 0,
      {
        kind: 'reference',
        root: chance.pick(['principal', 'resource'] as const),
        path: [],
      } satisfies Reference,
    ],
    [
      name === 'amount' ? 2 : 0,
      { kind: 'reference', root: 'principal', path: ['limit'] } satisfies Reference,
    ],
    [name === 'user' ? 1 : 0, { kind: 'reference', root: 'resource', path: ['id'] } satisfies Reference],
  ]);
}

function drawOp(chance: Chance): Comparison {
  return chance.pick(['<', '<=', '==', '!=', '>=', '>'] as const);
}

export function drawWindow(chance: Chance): number {
  return chance.pick([1, 1, 2, 3, 5, 8, 1000]);
}

/** Every operator of a condition, for the statistics. */
export function* operatorsOf(formula: Formula): Generator<string> {
  yield formula.kind;
  if (formula.kind === 'predicate' && groupNames.some((name) => name === formula.actionId)) yield 'group';
  switch (formula.kind) {
    case 'and':
      for (const part of formula.parts) yield* operatorsOf(part);
      return;
    case 'not':
    case 'formerly':
    case 'previous':
    case 'exists':
      yield* operatorsOf(formula.body);
      return;
    case 'since':
      yield* operatorsOf(formula.left);
      yield* operatorsOf(formula.right);
      return;
    case 'compare':
      yield formula.op;
      for (const operand of [formula.left, formula.right])
        if (operand.kind === 'count' || operand.kind === 'sum') {
          yield operand.kind;
          yield* operatorsOf(operand.where);
        }
      return;
    case 'predicate':
    case 'timepoint':
  }
}

/** One of the values that stand where this one stands. */
export function anotherValue(chance: Chance, value: TemporalValue): TemporalValue {
  const pool = Object.values(fieldValues).find((values) => values.includes(value));
  return pool === undefined ? value : chance.pick(pool);
}

export function valuesOf(name: string): readonly TemporalValue[] {
  return fieldValues[name] ?? users;
}

/** Something that a field of this name may have to equal: a literal, or what the request says. */
export function valueFor(chance: Chance, name: string): Term {
  return termFor({ chance, names: 0, left: 0 }, new Map(), name);
}

/** The same condition with other predicates. */
export function withPredicates(formula: Formula, change: (predicate: Predicate) => Predicate): Formula {
  const inside = (body: Formula): Formula => withPredicates(body, change);
  const side = (operand: Operand): Operand =>
    operand.kind === 'count' || operand.kind === 'sum'
      ? { ...operand, where: inside(operand.where) }
      : operand;
  switch (formula.kind) {
    case 'predicate':
      return change(formula);
    case 'and':
      return { kind: 'and', parts: formula.parts.map(inside) };
    case 'not':
    case 'formerly':
    case 'previous':
    case 'exists':
      return { ...formula, body: inside(formula.body) };
    case 'since':
      return { ...formula, left: inside(formula.left), right: inside(formula.right) };
    case 'compare':
      return { ...formula, left: side(formula.left), right: side(formula.right) };
    case 'timepoint':
      return formula;
  }
}
