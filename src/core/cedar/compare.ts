// SPDX-License-Identifier: Apache-2.0
// `==`, `<` and their like. Equality has an answer for any two values; order only for two Longs, two
// datetimes or two durations.
import type { Code, Test } from './frame.ts';
import type { Long } from './long.ts';
import { equal, type Value } from './value.ts';

export type Order = '<' | '<=' | '>' | '>=';

export function equality(left: Code, right: Code, constant: Value | undefined): Test {
  if (constant !== undefined && typeof constant !== 'object')
    return (frame) => {
      const value = left(frame);
      return value === undefined ? undefined : value === constant;
    };
  if (typeof constant === 'object' && constant.kind === 'entity') {
    const { type, id } = constant;
    return (frame) => {
      const value = left(frame);
      if (typeof value !== 'object') return value === undefined ? undefined : false;
      return value.kind === 'entity' && value.id === id && value.type === type;
    };
  }
  return (frame) => {
    const a = left(frame);
    if (a === undefined) return undefined;
    const b = right(frame);
    return b === undefined ? undefined : equal(a, b);
  };
}

export function order(operator: Order, left: Code, right: Code, constant: Value | undefined): Test {
  if (typeof constant === 'number') return orderWith(operator, left, constant);
  return (frame) => {
    const a = left(frame);
    if (a === undefined) return undefined;
    const b = right(frame);
    return b === undefined ? undefined : ordered(operator, a, b);
  };
}

// One closure each, so that the comparison itself is all that is left to do.
function orderWith(operator: Order, left: Code, limit: number): Test {
  switch (operator) {
    case '<':
      return (frame) => {
        const a = left(frame);
        return typeof a === 'number' ? a < limit : typeof a === 'bigint' ? a < limit : undefined;
      };
    case '<=':
      return (frame) => {
        const a = left(frame);
        return typeof a === 'number' ? a <= limit : typeof a === 'bigint' ? a <= limit : undefined;
      };
    case '>':
      return (frame) => {
        const a = left(frame);
        return typeof a === 'number' ? a > limit : typeof a === 'bigint' ? a > limit : undefined;
      };
    case '>=':
      return (frame) => {
        const a = left(frame);
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
