// SPDX-License-Identifier: Apache-2.0
// `==`, `<` and their like. Equality has an answer for any two values; order only for two Longs, two
// datetimes or two durations.
import type { Code, Test } from './frame.ts';
import type { Long } from './long.ts';
import { equal, type Value } from './value.ts';

export type Order = '<' | '<=' | '>' | '>=';

/** One side: a field of the context, a value that is always the same, or whatever else there is to evaluate. */
export interface Operand {
  readonly code: Code;
  readonly field: number | undefined;
  readonly value: Value | undefined;
}

export function equality(left: Operand, right: Operand): Test {
  const { code, field } = left;
  const { value: constant } = right;
  if (constant !== undefined && typeof constant !== 'object') {
    if (field !== undefined)
      return ({ fields }) => {
        const value = fields[field];
        return value === undefined ? undefined : value === constant;
      };
    return (frame) => {
      const value = code(frame);
      return value === undefined ? undefined : value === constant;
    };
  }
  if (constant?.kind === 'entity') {
    const { type, id } = constant;
    return (frame) => {
      const value = code(frame);
      if (typeof value !== 'object') return value === undefined ? undefined : false;
      return value.kind === 'entity' && value.id === id && value.type === type;
    };
  }
  return (frame) => {
    const a = code(frame);
    if (a === undefined) return undefined;
    const b = right.code(frame);
    return b === undefined ? undefined : equal(a, b);
  };
}

export function order(operator: Order, { code, field }: Operand, right: Operand): Test {
  const { value: limit, code: other } = right;
  if (typeof limit === 'number')
    return field === undefined ? codeWith(operator, code, limit) : fieldWith(operator, field, limit);
  return (frame) => {
    const a = code(frame);
    if (a === undefined) return undefined;
    const b = other(frame);
    return b === undefined ? undefined : ordered(operator, a, b);
  };
}

// One closure each, so that the comparison itself is all that is left to do.
function fieldWith(operator: Order, field: number, limit: number): Test {
  switch (operator) {
    case '<':
      return ({ fields }) => {
        const a = fields[field];
        return typeof a === 'number' ? a < limit : typeof a === 'bigint' ? a < limit : undefined;
      };
    case '<=':
      return ({ fields }) => {
        const a = fields[field];
        return typeof a === 'number' ? a <= limit : typeof a === 'bigint' ? a <= limit : undefined;
      };
    case '>':
      return ({ fields }) => {
        const a = fields[field];
        return typeof a === 'number' ? a > limit : typeof a === 'bigint' ? a > limit : undefined;
      };
    case '>=':
      return ({ fields }) => {
        const a = fields[field];
        return typeof a === 'number' ? a >= limit : typeof a === 'bigint' ? a >= limit : undefined;
      };
  }
}

function codeWith(operator: Order, code: Code, limit: number): Test {
  switch (operator) {
    case '<':
      return (frame) => {
        const a = code(frame);
        return typeof a === 'number' ? a < limit : typeof a === 'bigint' ? a < limit : undefined;
      };
    case '<=':
      return (frame) => {
        const a = code(frame);
        return typeof a === 'number' ? a <= limit : typeof a === 'bigint' ? a <= limit : undefined;
      };
    case '>':
      return (frame) => {
        const a = code(frame);
        return typeof a === 'number' ? a > limit : typeof a === 'bigint' ? a > limit : undefined;
      };
    case '>=':
      return (frame) => {
        const a = code(frame);
        return typeof a === 'number' ? a >= limit : typeof a === 'bigint' ? a >= limit : undefined;
      };
  }
}

function ordered(operator: Order, a: Value, b: Value): boolean | undefined {
  if (isLong(a) && isLong(b)) return holds(operator, a, b);
  if (typeof a !== 'object' || typeof b !== 'object') return undefined;
  if (a.kind === 'datetime' && b.kind === 'datetime') return holds(operator, a.ms, b.ms);
  if (a.kind === 'duration' && b.kind === 'duration') return holds(operator, a.ms, b.ms);
  return undefined;
}

function holds(operator: Order, a: Long, b: Long): boolean {
  switch (operator) {
    case '<':
      return a < b;
    case '<=':
      return a <= b;
    case '>':
      return a > b;
    case '>=':
      return a >= b;
  }
}

export function isLong(value: Value | undefined): value is Long {
  return typeof value === 'number' || typeof value === 'bigint';
}
