// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import {
  arrayAt,
  booleanAt,
  integerAt,
  isArray,
  isObject,
  type JsonValue,
  numberAt,
  objectAt,
  own,
  stringAt,
  stringsAt,
  unknownKey,
} from './value.ts';

const object = {
  s: 'a',
  n: 1.5,
  i: 7,
  big: 2 ** 53,
  b: false,
  o: { x: 1 },
  a: [1],
  l: ['x', 'y'],
  e: [],
  z: null,
};

describe('inherited names read as absent', () => {
  test.each(['constructor', 'toString', 'hasOwnProperty', '__proto__', 'missing'])('%s', (key) => {
    expect(own({}, key)).toBeUndefined();
    expect(objectAt({}, key)).toBeUndefined();
    expect(stringAt({}, key)).toBeUndefined();
  });

  test('and as present when they are own keys', () => expect(own({ constructor: 1 }, 'constructor')).toBe(1));
});

test.each<[what: string, got: unknown, want: unknown]>([
  ['a string', stringAt(object, 's'), 'a'],
  ['no string', stringAt(object, 'n'), undefined],
  ['a number', numberAt(object, 'n'), 1.5],
  ['no number', numberAt(object, 's'), undefined],
  ['an integer', integerAt(object, 'i'), 7],
  ['a fraction is no integer', integerAt(object, 'n'), undefined],
  ['an unsafe integer is no integer', integerAt(object, 'big'), undefined],
  ['a boolean', booleanAt(object, 'b'), false],
  ['no boolean', booleanAt(object, 'z'), undefined],
  ['an object', objectAt(object, 'o'), { x: 1 }],
  ['an array is no object', objectAt(object, 'a'), undefined],
  ['null is no object', objectAt(object, 'z'), undefined],
  ['an array', arrayAt(object, 'a'), [1]],
  ['an object is no array', arrayAt(object, 'o'), undefined],
  ['strings', stringsAt(object, 'l'), ['x', 'y']],
  ['no strings at all', stringsAt(object, 'e'), []],
  ['one element that is no string spoils the list', stringsAt(object, 'a'), undefined],
  ['a string is no list of strings', stringsAt(object, 's'), undefined],
  ['null is there, and is null', own(object, 'z'), null],
  ['the first key that is not known', unknownKey({ a: 1, x: 2, y: 3 }, new Set(['a'])), 'x'],
  ['all keys known', unknownKey({ a: 1 }, new Set(['a', 'b'])), undefined],
])('%s', (_what, got, want) => expect(got).toEqual(want));

test.each<[value: JsonValue | undefined, object: boolean, array: boolean]>([
  [{}, true, false],
  [[], false, true],
  [null, false, false],
  ['', false, false],
  [undefined, false, false],
])('%j', (value, asObject, asArray) => {
  expect(isObject(value)).toBe(asObject);
  expect(isArray(value)).toBe(asArray);
});
