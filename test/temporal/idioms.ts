// SPDX-License-Identifier: Apache-2.0
/**
 * The conditions that people write, with what varies in them drawn: budgets, distinct counts, open
 * sessions, requests in flight, steps in order. What is drawn at random seldom comes to them.
 */
import type {
  Binder,
  Comparison,
  Formula,
  Operand,
  Predicate,
  Term,
} from '../../src/core/temporal/formula.ts';
import type { TemporalValue } from '../../src/core/temporal/value.ts';
import type { Chance } from '../simulator/chance.ts';
import { actionNames, actionType, drawWindow, kinds, nameOf, pathOf, valueFor, valuesOf } from './draw.ts';

type Fields = readonly { readonly path: readonly string[]; readonly term: Term }[];

const user = ['input', 'user'];
const peer = ['input', 'peer'];
const amount = ['input', 'amount'];
const total = ['input', 'total'];

/** Sums of few such values lie around these. */
const edges: readonly TemporalValue[] = [
  2 ** 53 - 1,
  2n ** 53n,
  2n ** 53n + 6n,
  2n ** 53n + 13n,
  2n ** 63n - 1n,
  2n ** 63n - 2n,
  -(2n ** 63n),
  -1,
  6,
  14,
];

export function drawIdiom(chance: Chance): Formula {
  return chance.pick(idioms)(chance);
}

const idioms: readonly ((chance: Chance) => Formula)[] = [
  // Something happened, or nothing did.
  (c) => maybeNot(c, formerly(c, event(c, pins(c)))),
  // How often, of what is pinned.
  (c) => compared(c, count(['t'], formerly(c, all(event(c, pins(c)), timepoint('t'))))),
  // How much.
  (c) =>
    compared(
      c,
      sum(
        'a',
        ['a', 't'],
        formerly(c, all(event(c, [...pins(c), bind(amount, 'a')]), ...above(c), timepoint('t'))),
      ),
    ),
  (c) => compared(c, sum('a', ['a'], formerly(c, event(c, [...pins(c), bind(amount, 'a')])))),
  // Sums beyond what a number holds, and beyond what a Long holds.
  (c) =>
    compared(
      c,
      sum('a', c.pick([['a', 't'], ['a']]), formerly(c, all(event(c, [bind(total, 'a')]), timepoint('t')))),
      value(c.pick(edges)),
    ),
  // How many different ones.
  (c) => compared(c, count(['x'], formerly(c, event(c, [...pins(c), bind(c.pick([peer, amount]), 'x')])))),
  (c) => compared(c, count(['x', 'y'], formerly(c, event(c, [bind(user, 'x'), bind(amount, 'y')])))),
  (c) => compared(c, count(['x'], exists('y', formerly(c, event(c, [bind(user, 'x'), bind(amount, 'y')]))))),
  (c) =>
    compared(
      c,
      count(
        ['t'],
        formerly(
          c,
          exists('y', all(event(c, [...pins(c), bind(amount, 'y')]), ...above(c, 'y'), timepoint('t'))),
        ),
      ),
    ),
  // Nothing has ended it since it began.
  (c) => since(c, not(event(c, pins(c))), event(c, pins(c))),
  (c) => since(c, event(c, c.happens(0.5) ? [] : pins(c)), event(c, pins(c))),
  (c) => since(c, all(not(event(c, [])), previously(c)), event(c, pins(c))),
  (c) => since(c, previously(c), event(c, pins(c))),
  (c) => exists('u', since(c, not(event(c, [bind(user, 'u')])), event(c, [...pins(c), bind(user, 'u')]))),
  (c) => compared(c, count(['u'], since(c, not(event(c, [bind(user, 'u')])), event(c, [bind(user, 'u')])))),
  (c) => exists('u', since(c, previousOf(c, event(c, [bind(user, 'u')])), event(c, [bind(user, 'u')]))),
  (c) =>
    exists(
      'u',
      all(since(c, previously(c), event(c, [bind(user, 'u')])), formerly(c, event(c, [bind(peer, 'u')]))),
    ),
  // The one before.
  (c) => previousOf(c, event(c, pins(c))),
  (c) => previousOf(c, compared(c, count(['x'], formerly(c, event(c, [...pins(c), bind(peer, 'x')]))))),
  // The same one did both; one did and has not done the other.
  (c) =>
    exists(
      'u',
      all(
        formerly(c, event(c, [...pins(c), bind(user, 'u')])),
        maybeNot(c, formerly(c, event(c, [...pins(c), bind(c.pick([user, peer]), 'u')]))),
      ),
    ),
  (c) =>
    compared(
      c,
      count(
        ['u'],
        all(
          formerly(c, event(c, [...pins(c), bind(user, 'u')])),
          not(formerly(c, event(c, [bind(user, 'u')]))),
        ),
      ),
    ),
  // For each of them, how often.
  (c) =>
    exists(
      'u',
      all(
        formerly(c, event(c, [bind(user, 'u')])),
        compared(c, count(['t'], formerly(c, all(event(c, [...pins(c), bind(peer, 'u')]), timepoint('t'))))),
      ),
    ),
  // First this, then that: what the inner one is about is pinned by the outer one, or not.
  (c) => {
    const pinned = pins(c);
    return formerly(c, all(event(c, pinned), maybeNot(c, formerly(c, event(c, pinned)))));
  },
  (c) => formerly(c, all(event(c, pins(c)), maybeNot(c, formerly(c, event(c, pins(c)))))),
  (c) => {
    const pinned = pins(c);
    const nested = formerly(
      c,
      all(event(c, pinned), formerly(c, all(event(c, pinned), previousOf(c, event(c, pinned))))),
    );
    return maybeNot(c, nested);
  },
  (c) =>
    compared(
      c,
      count(
        ['s', 't'],
        formerly(c, all(event(c, pins(c)), timepoint('t'), formerly(c, all(event(c, []), timepoint('s'))))),
      ),
    ),
  (c) =>
    compared(c, count(['x'], formerly(c, all(event(c, pins(c)), formerly(c, event(c, [bind(user, 'x')])))))),
  // The same moment seen twice.
  (c) =>
    exists(
      't',
      all(
        formerly(c, all(event(c, pins(c)), timepoint('t'))),
        formerly(c, all(event(c, pins(c)), timepoint('t'))),
      ),
    ),
  (c) =>
    exists(
      't',
      all(
        formerly(c, previousOf(c, all(event(c, pins(c)), timepoint('t')))),
        formerly(c, all(event(c, pins(c)), timepoint('t'))),
      ),
    ),
  (c) =>
    exists(
      't',
      all(
        since(c, not(event(c, pins(c))), previousOf(c, all(event(c, []), timepoint('t')))),
        maybeNot(c, formerly(c, all(event(c, pins(c)), timepoint('t')))),
      ),
    ),
  // A condition about every moment.
  (c) => formerly(c, not(event(c, pins(c)))),
  (c) => formerly(c, compared(c, count(['t'], formerly(c, all(event(c, []), timepoint('t')))))),
  (c) => formerly(c, formerly(c, event(c, pins(c)))),
];

function event(chance: Chance, fields: Fields): Predicate {
  const actionId = nameOf(chance, chance.happens(0.7) ? actionNames.slice(0, 2) : actionNames);
  return { kind: 'predicate', actionType, actionId, event: chance.pick(kinds), fields };
}

function pins(chance: Chance): Fields {
  return chance
    .pick([[], ['user'], ['user'], ['user', 'amount'], ['peer'], ['amount'], ['flag']])
    .map((name) => ({
      path: pathOf(name),
      term: valueFor(chance, name),
    }));
}

function bind(
  path: readonly string[],
  name: string,
): { readonly path: readonly string[]; readonly term: Term } {
  return { path, term: { kind: 'variable', name } };
}

function above(chance: Chance, name = 'a'): readonly Formula[] {
  if (chance.happens(0.5)) return [];
  const right: Operand = chance.happens(0.7) ? value(chance.pick([-3, 0, 1])) : valueFor(chance, 'amount');
  return [{ kind: 'compare', op: '>', left: { kind: 'variable', name }, right }];
}

function previously(chance: Chance): Formula {
  return chance.happens(0.5)
    ? maybeNot(chance, previousOf(chance, event(chance, pins(chance))))
    : maybeNot(chance, formerly(chance, event(chance, pins(chance))));
}

function compared(chance: Chance, left: Operand, right: Operand = limit(chance)): Formula {
  const op = chance.pick<Comparison>(['<', '<=', '==', '!=', '>=', '>']);
  return { kind: 'compare', op, left, right };
}

function limit(chance: Chance): Operand {
  return chance.happens(0.3) ? valueFor(chance, 'amount') : value(chance.pick([...valuesOf('amount'), 3, 4]));
}

function value(given: TemporalValue): Term {
  return { kind: 'value', value: given };
}

function formerly(chance: Chance, body: Formula): Formula {
  return { kind: 'formerly', within: drawWindow(chance), body };
}

function previousOf(chance: Chance, body: Formula): Formula {
  return { kind: 'previous', within: drawWindow(chance), body };
}

function since(chance: Chance, left: Formula, right: Formula): Formula {
  return { kind: 'since', within: drawWindow(chance), left, right };
}

function exists(name: string, body: Formula): Formula {
  return { kind: 'exists', binder: binder(name), body };
}

function binder(name: string): Binder {
  return { name, type: 'Any' };
}

function count(names: readonly string[], where: Formula): Operand {
  return { kind: 'count', binders: names.map(binder), where };
}

function sum(of: string, names: readonly string[], where: Formula): Operand {
  const binders = names.map(binder);
  return names.includes('t') || !mentionsTimepoint(where)
    ? { kind: 'sum', of, binders, where }
    : { kind: 'sum', of, binders, where: exists('t', where) };
}

function mentionsTimepoint(formula: Formula): boolean {
  if (formula.kind === 'timepoint') return true;
  if (formula.kind === 'and') return formula.parts.some(mentionsTimepoint);
  return formula.kind === 'formerly' && mentionsTimepoint(formula.body);
}

function all(...parts: readonly Formula[]): Formula {
  return { kind: 'and', parts };
}

function not(body: Formula): Formula {
  return { kind: 'not', body };
}

function maybeNot(chance: Chance, body: Formula): Formula {
  return chance.happens(0.3) ? not(body) : body;
}

function timepoint(name: string): Formula {
  return { kind: 'timepoint', name };
}
