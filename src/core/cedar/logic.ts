// SPDX-License-Identifier: Apache-2.0
// `&&` and `||`: left to right, and no further than needed. What is not looked at cannot be an error.
import type { Code, Test } from './frame.ts';

/** An operand must be a boolean when its turn comes. */
export function asTest(code: Code, field: number | undefined): Test {
  if (field !== undefined)
    return ({ fields }) => {
      const value = fields[field];
      return typeof value === 'boolean' ? value : undefined;
    };
  return (frame) => {
    const value = code(frame);
    return typeof value === 'boolean' ? value : undefined;
  };
}

export function all(tests: readonly Test[]): Test {
  const [a, b, c, d] = tests;
  if (a === undefined) return () => true;
  if (b === undefined) return a;
  if (c === undefined)
    return (frame) => {
      const first = a(frame);
      return first === true ? b(frame) : first;
    };
  if (d === undefined)
    return (frame) => {
      const first = a(frame);
      if (first !== true) return first;
      const second = b(frame);
      return second === true ? c(frame) : second;
    };
  if (tests.length === 4)
    return (frame) => {
      const first = a(frame);
      if (first !== true) return first;
      const second = b(frame);
      if (second !== true) return second;
      const third = c(frame);
      return third === true ? d(frame) : third;
    };
  return (frame) => {
    for (const test of tests) {
      const said = test(frame);
      if (said !== true) return said;
    }
    return true;
  };
}

export function any(tests: readonly Test[]): Test {
  const [a, b] = tests;
  if (a !== undefined && b !== undefined && tests.length === 2)
    return (frame) => {
      const first = a(frame);
      return first === false ? b(frame) : first;
    };
  return (frame) => {
    for (const test of tests) {
      const said = test(frame);
      if (said !== false) return said;
    }
    return false;
  };
}

export function not(test: Test): Test {
  return (frame) => {
    const said = test(frame);
    return said === undefined ? undefined : !said;
  };
}
