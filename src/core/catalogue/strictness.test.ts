// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isAtLeastAsStrict, stricter } from './strictness.ts';
import { type ActionClass, classes, isActionClass } from './taxonomy.ts';

const names = Object.keys(classes).filter(isActionClass);
const anyClass = fc.constantFrom(...names);

describe('isAtLeastAsStrict', () => {
  test.each<[a: ActionClass, b: ActionClass, want: boolean]>([
    ['delete', 'write', true],
    ['write', 'delete', false],
    ['write', 'read', true],
    ['fetch', 'read', true],
    ['send', 'delete', false],
    ['delete', 'send', false],
    ['pay', 'write', true],
    ['grant', 'administer', true],
    ['unknown', 'pay', true],
    ['execute', 'unknown', false],
  ])('%s is as strict as %s: %s', (a, b, want) => expect(isAtLeastAsStrict(a, b)).toBe(want));

  test('is transitive and reflexive', () => {
    for (const a of names) {
      expect(isAtLeastAsStrict(a, a)).toBe(true);
      for (const b of names)
        for (const c of names)
          if (isAtLeastAsStrict(a, b) && isAtLeastAsStrict(b, c)) expect(isAtLeastAsStrict(a, c)).toBe(true);
    }
  });
});

describe('stricter', () => {
  test.each<[a: ActionClass, b: ActionClass, want: ActionClass]>([
    ['read', 'delete', 'delete'],
    ['deploy', 'write', 'deploy'],
    ['read', 'fetch', 'fetch'],
    ['delete', 'send', 'execute'],
    ['pay', 'delete', 'unknown'],
    ['unknown', 'read', 'unknown'],
  ])('of %s and %s is %s', (a, b, want) => expect(stricter(a, b)).toBe(want));

  test('is at least both, and no class below it is', () => {
    fc.assert(
      fc.property(anyClass, anyClass, (a, b) => {
        const both = (c: ActionClass) => isAtLeastAsStrict(c, a) && isAtLeastAsStrict(c, b);
        const top = stricter(a, b);
        expect(both(top)).toBe(true);
        for (const c of names.filter(both)) expect(isAtLeastAsStrict(c, top)).toBe(true);
      }),
      { numRuns: 400 },
    );
  });
});
