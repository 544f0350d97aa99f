// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import type { JsonValue } from '../json/value.ts';
import type { Pseudonym } from '../record/secret.ts';
import { hashed, keptOfResult } from './kept.ts';

const pseudonym: Pseudonym = (text) => `${text.length}:${text}`.padEnd(64, '.');
const keptOf = (value: JsonValue) =>
  keptOfResult({ keeps: { state: '/state' } }, { structuredContent: { state: value } }, 9, pseudonym).state;

test.each<[what: string, value: JsonValue, kept: unknown]>([
  ['a number', 7, 7],
  ['a truth value', false, false],
  ['a text, as its hash', 'open', hashed('open', pseudonym)],
  ['a list', [1, true, 'open'], [1, true, hashed('open', pseudonym)]],
  ['an empty list', [], []],
])('what a result declares is kept: %s', (_, value, kept) => {
  expect(keptOf(value)).toEqual(kept);
});

test.each<[what: string, value: JsonValue]>([
  ['null', null],
  ['an object', { a: 1 }],
  ['a fraction', 0.5],
  ['a number that conditions cannot hold', 2 ** 53],
  ['a list with an object in it', [1, { a: 1 }]],
  ['a list with a list in it', [1, [2]]],
  ['a list with a fraction in it', [1, 0.5]],
  ['a long list with null in it', [...Array(40).keys(), null]],
])('and what history cannot hold is absent, never a part of it: %s', (_, value) => {
  expect(keptOf(value)).toBeUndefined();
});

test('a long list is one hash, and another list has another', () => {
  const long = [...Array(40).keys()];
  expect(keptOf(long)).toMatch(/^\d+:history/);
  expect(keptOf(long)).not.toEqual(keptOf([...long, 41, 42, 43]));
});
