// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JsonObject, JsonValue } from '../json/value.ts';
import { transformed } from './transform.ts';
import type { Transform } from './verdict.ts';

const argument = fc.constantFrom('amount', 'rows', 'note', '__proto__', 'constructor');
const transform: fc.Arbitrary<Transform> = fc.oneof(
  fc.record({ name: fc.constant('cap' as const), argument, most: fc.integer({ min: -5, max: 5 }) }),
  fc.record({ name: fc.constant('remove' as const), argument }),
);
const value: fc.Arbitrary<JsonValue> = fc.oneof(
  fc.integer({ min: -9, max: 9 }),
  fc.double({ min: -9, max: 9, noNaN: true }),
  fc.constantFrom<JsonValue>(null, true, '7', [9], { amount: 9 }),
);
const args: fc.Arbitrary<JsonObject> = fc
  .array(fc.tuple(argument, value), { maxLength: 5 })
  .map((members) => Object.fromEntries(members));
const transforms = fc.array(transform, { maxLength: 5 });

const own = (object: JsonObject, key: string) => (Object.hasOwn(object, key) ? object[key] : undefined);

describe('transforms', () => {
  test('done again change nothing', () =>
    fc.assert(
      fc.property(args, transforms, (a, ts) => {
        const once = transformed(a, ts);
        expect(transformed(once, ts)).toEqual(once);
      }),
    ));

  test('do the same in whatever order they are asked for', () =>
    fc.assert(
      fc.property(args, transforms, fc.nat(), (a, ts, n) => {
        const turned = [...ts.slice(n % (ts.length + 1)), ...ts.slice(0, n % (ts.length + 1))];
        expect(transformed(a, [...turned].reverse())).toEqual(transformed(a, ts));
      }),
    ));

  test('only narrow: nothing is added, raised, or changed in kind', () =>
    fc.assert(
      fc.property(args, transforms, (a, ts) => {
        const after = transformed(a, ts);
        for (const key of Object.keys(after)) {
          const [before, now] = [own(a, key), own(after, key)];
          expect(before).not.toBeUndefined();
          if (typeof before === 'number' && typeof now === 'number') expect(now).toBeLessThanOrEqual(before);
          else expect(now).toEqual(before);
        }
      }),
    ));

  test('leave alone what no transform names', () =>
    fc.assert(
      fc.property(args, transforms, (a, ts) => {
        for (const key of Object.keys(a)) {
          if (!ts.some((t) => t.argument === key)) expect(own(transformed(a, ts), key)).toEqual(own(a, key));
        }
      }),
    ));

  test('never touch what they were given', () =>
    fc.assert(
      fc.property(args, transforms, (a, ts) => {
        const before = structuredClone(a);
        transformed(a, ts);
        expect(a).toEqual(before);
      }),
    ));

  test.each<[rule: string, args: JsonObject, transforms: readonly Transform[], want: JsonObject]>([
    ['a value above the cap becomes the cap', { n: 9 }, [{ name: 'cap', argument: 'n', most: 5 }], { n: 5 }],
    ['a value at the cap stays', { n: 5 }, [{ name: 'cap', argument: 'n', most: 5 }], { n: 5 }],
    ['a value below the cap stays', { n: -1 }, [{ name: 'cap', argument: 'n', most: 5 }], { n: -1 }],
    ['what is no number is not made one', { n: '9' }, [{ name: 'cap', argument: 'n', most: 5 }], { n: '9' }],
    ['an absent argument is not made up', { m: 1 }, [{ name: 'cap', argument: 'n', most: 5 }], { m: 1 }],
    [
      'the lower of two caps holds',
      { n: 9 },
      [
        { name: 'cap', argument: 'n', most: 3 },
        { name: 'cap', argument: 'n', most: 5 },
      ],
      { n: 3 },
    ],
    ['what is removed is gone', { n: 9, m: 1 }, [{ name: 'remove', argument: 'n' }], { m: 1 }],
    ['nothing inherited is removed', {}, [{ name: 'remove', argument: 'toString' }], {}],
  ])('%s', (_rule, given, ts, want) => expect(transformed(given, ts)).toEqual(want));
});
