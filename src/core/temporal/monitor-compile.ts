// SPDX-License-Identifier: Apache-2.0
/**
 * Conditions to nodes, one function for each form. What looks back over a window is compiled by
 * monitor-window.ts, aggregates by monitor-amount.ts.
 *
 * Source: Dogwood's guide 04 and 08; every function here is one row of the table of its semantics.
 */
import type { Formula, Operand, Comparison as Operator, Predicate, Term } from './formula.ts';
import { type Amount, holdsAt, type Node, type Reading, yes } from './monitor.ts';
import { compileAmount } from './monitor-amount.ts';
import { type Comparison, conjuncts, isAggregate, referenceKey } from './monitor-normal.ts';
import { compileSince } from './monitor-since.ts';
import {
  type Builder,
  boundElsewhere,
  newSlot,
  type Scope,
  signatureFor,
  type Unit,
} from './monitor-unit.ts';
import { compileFormerly } from './monitor-window.ts';
import { at, type Path, resolve } from './resolve.ts';
import { eventAt, firstPosition, isNamed, reaches, timeAt } from './track.ts';
import type { TemporalValue } from './value.ts';
import { keyOf, same } from './value-key.ts';

export interface Compiled {
  readonly node: Node;
  /** The variables that have values where there is a row. */
  readonly scope: Scope;
}

export function compile(builder: Builder, unit: Unit, scope: Scope, formula: Formula): Compiled {
  switch (formula.kind) {
    case 'predicate':
      return compilePredicate(builder, unit, scope, formula);
    case 'and':
      return compileAnd(builder, unit, scope, conjuncts(formula));
    case 'not':
      return { node: not(compile(builder, unit, scope, formula.body).node), scope };
    case 'formerly':
      return compileFormerly(builder, unit, scope, formula);
    case 'previous': {
      const body = compile(builder, unit, scope, formula.body);
      boundElsewhere(unit, body.node.binds);
      return { node: previous(body.node, formula.within), scope: body.scope };
    }
    case 'since':
      return compileSince(builder, unit, scope, formula);
    case 'exists':
      return compileExists(builder, unit, scope, formula.binder.name, formula.body);
    case 'timepoint':
      return compileTimepoint(unit, scope, formula.name);
    case 'compare':
      return compileComparison(builder, unit, scope, formula);
  }
}

interface Test {
  readonly path: Path;
  /** Where the value of the field goes. */
  readonly slot?: number;
  /** What it must equal. */
  readonly equals?: Reading;
}

function compilePredicate(builder: Builder, unit: Unit, scope: Scope, predicate: Predicate): Compiled {
  const signature = signatureFor(builder, predicate);
  const inner = new Map(scope);
  const binds: number[] = [];
  const tests = predicate.fields.map(({ path, term }): Test => {
    if (term.kind === 'wildcard') return { path };
    if (term.kind !== 'variable' || inner.has(term.name)) return { path, equals: readingOf(inner, term) };
    const slot = newSlot(unit);
    inner.set(term.name, slot);
    binds.push(slot);
    return { path, slot };
  });
  const shapes = tests.map(
    ({ path, slot, equals }) => `${JSON.stringify(path)}${slot ?? ''}${equals?.shape ?? ''}`,
  );
  const node: Node = {
    each(run, frame, position, then) {
      if (!isNamed(run.track, position, signature)) return false;
      const event = eventAt(run.track, position);
      if (event === undefined) return false;
      for (const { path, slot, equals } of tests) {
        const value = at(event.fields, path);
        if (value === undefined) return false;
        if (slot !== undefined) frame[slot] = value;
        if (equals === undefined) continue;
        const wanted = equals.read(run, frame);
        if (wanted === undefined || !same(value, wanted)) return false;
      }
      return then();
    },
    shape: `P${signature}{${shapes.join()}}`,
    binds,
    single: true,
    quickFirst: true,
    quick: true,
  };
  return { node, scope: inner };
}

/** Left to right, so that what the first ones bind is there for the later ones. */
function compileAnd(builder: Builder, unit: Unit, scope: Scope, parts: readonly Formula[]): Compiled {
  let inner = scope;
  const nodes = parts.map((part) => {
    const compiled = compile(builder, unit, inner, part);
    inner = compiled.scope;
    return compiled.node;
  });
  const [only] = nodes;
  return { node: only !== undefined && nodes.length === 1 ? only : and(nodes), scope: inner };
}

function and(nodes: readonly Node[]): Node {
  const allQuick = nodes.every(({ quick }) => quick);
  const last = nodes[nodes.length - 1];
  return {
    each(run, frame, position, then) {
      const from = (first: number): boolean => {
        for (let i = first; i < nodes.length; i++) {
          const node = nodes[i];
          if (node === undefined) continue;
          // The row of a node that has only one stays in the frame.
          if (!node.single) return node.each(run, frame, position, () => from(i + 1));
          if (!node.each(run, frame, position, yes)) return false;
        }
        return then();
      };
      return from(0);
    },
    shape: `(${nodes.map(({ shape }) => shape).join('&')})`,
    binds: nodes.flatMap(({ binds }) => binds),
    single: nodes.every(({ single }) => single),
    quickFirst: nodes.slice(0, -1).every(({ quick }) => quick) && last?.quickFirst !== false,
    quick: allQuick,
  };
}

function not(body: Node): Node {
  return {
    each: (run, frame, position, then) => !holdsAt(body, run, frame, position) && then(),
    shape: `!${body.shape}`,
    binds: [],
    single: true,
    quickFirst: body.quickFirst,
    quick: body.quickFirst,
  };
}

function previous(body: Node, within: number): Node {
  const windowMs = within * 1000;
  return {
    each(run, frame, position, then) {
      const { track } = run;
      const before = position - 1;
      if (before < firstPosition(track)) return false;
      if (!reaches(track, timeAt(track, position), windowMs, before)) return false;
      return body.each(run, frame, before, then);
    },
    shape: `previous${within}${body.shape}`,
    binds: body.binds,
    single: body.single,
    quickFirst: body.quickFirst,
    quick: body.quick,
  };
}

function compileExists(builder: Builder, unit: Unit, scope: Scope, name: string, body: Formula): Compiled {
  const compiled = compile(builder, unit, scope, body);
  const { node } = compiled;
  const own = compiled.scope.get(name);
  const outward = new Map(compiled.scope);
  outward.delete(name);
  const binds = node.binds.filter((slot) => slot !== own);
  if (binds.length > 0) return { node: { ...node, shape: `exists${node.shape}`, binds }, scope: outward };
  return {
    node: {
      each: (run, frame, position, then) => holdsAt(node, run, frame, position) && then(),
      shape: `exists${node.shape}`,
      binds,
      single: true,
      quickFirst: node.quickFirst,
      quick: node.quickFirst,
    },
    scope: outward,
  };
}

const onlyRow = { single: true, quickFirst: true, quick: true } as const;

function compileTimepoint(unit: Unit, scope: Scope, name: string): Compiled {
  const bound = scope.get(name);
  if (bound !== undefined) {
    const node: Node = {
      each: (_run, frame, position, then) => frame[bound] === position && then(),
      shape: `tp${bound}`,
      binds: [],
      ...onlyRow,
    };
    return { node, scope };
  }
  const slot = newSlot(unit);
  unit.positions.add(slot);
  const node: Node = {
    each(_run, frame, position, then) {
      frame[slot] = position;
      return then();
    },
    shape: `tp=${slot}`,
    binds: [slot],
    ...onlyRow,
  };
  return { node, scope: new Map(scope).set(name, slot) };
}

function compileComparison(builder: Builder, unit: Unit, scope: Scope, comparison: Comparison): Compiled {
  const { op, left, right } = comparison;
  const binding = op === '==' ? (bindingOf(scope, left, right) ?? bindingOf(scope, right, left)) : undefined;
  if (binding !== undefined) {
    const amount = amountOf(builder, unit, scope, binding.to);
    const slot = newSlot(unit);
    const node: Node = {
      each(run, frame, position, then) {
        const value = amount.read(run, frame, position);
        if (value === undefined) return false;
        frame[slot] = value;
        return then();
      },
      shape: `${slot}:=${amount.shape}`,
      binds: [slot],
      single: true,
      quickFirst: amount.quick,
      quick: amount.quick,
    };
    return { node, scope: new Map(scope).set(binding.name, slot) };
  }
  const [a, b] = [amountOf(builder, unit, scope, left), amountOf(builder, unit, scope, right)];
  const quick = a.quick && b.quick;
  const node: Node = {
    each(run, frame, position, then) {
      const first = a.read(run, frame, position);
      if (first === undefined) return false;
      const second = b.read(run, frame, position);
      return second !== undefined && compares(op, first, second) && then();
    },
    shape: `(${a.shape}${op}${b.shape})`,
    binds: [],
    single: true,
    quickFirst: quick,
    quick,
  };
  return { node, scope };
}

/** `x == something` where `x` has no value yet and the other side can have one. */
function bindingOf(scope: Scope, side: Operand, to: Operand): { name: string; to: Operand } | undefined {
  if (side.kind !== 'variable' || scope.has(side.name) || to.kind === 'wildcard') return undefined;
  return to.kind === 'variable' && !scope.has(to.name) ? undefined : { name: side.name, to };
}

function amountOf(builder: Builder, unit: Unit, scope: Scope, operand: Operand): Amount {
  if (!isAggregate(operand)) return { ...readingOf(scope, operand), quick: true };
  return compileAmount(builder, unit, scope, operand);
}

/** Order is between Longs only. A bigint and a number compare exactly. */
function compares(op: Operator, a: TemporalValue, b: TemporalValue): boolean {
  if (op === '==') return same(a, b);
  if (op === '!=') return !same(a, b);
  const numbers =
    (typeof a === 'number' || typeof a === 'bigint') && (typeof b === 'number' || typeof b === 'bigint');
  if (!numbers) return false;
  switch (op) {
    case '<':
      return a < b;
    case '<=':
      return a <= b;
    case '>=':
      return a >= b;
    case '>':
      return a > b;
  }
}

export function readingOf(scope: Scope, term: Term): Reading {
  switch (term.kind) {
    case 'value': {
      const { value } = term;
      return { read: () => value, shape: keyOf(value), slots: [] };
    }
    case 'reference':
      return { read: (run) => resolve(term, run.asked), shape: `@${referenceKey(term)}`, slots: [] };
    case 'variable': {
      const slot = scope.get(term.name);
      if (slot === undefined) return unresolvable;
      return { read: (_run, frame) => frame[slot], shape: `$${slot}`, slots: [slot] };
    }
    case 'array': {
      const items = term.items.map((item) => readingOf(scope, item));
      return {
        read(run, frame) {
          const values: TemporalValue[] = [];
          for (const item of items) {
            const value = item.read(run, frame);
            if (value === undefined) return undefined;
            values.push(value);
          }
          return values;
        },
        shape: `[${items.map(({ shape }) => shape).join()}]`,
        slots: items.flatMap(({ slots }) => slots),
      };
    }
    case 'wildcard':
      return unresolvable;
  }
}

const unresolvable: Reading = { read: () => undefined, shape: '?', slots: [] };
