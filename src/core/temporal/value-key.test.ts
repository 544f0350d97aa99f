// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import { DecimalValue, EntityValue, type TemporalValue } from './value.ts';
import { keyOf, same } from './value-key.ts';

const decimal = (text: string): TemporalValue => new DecimalValue(text);
const record = (...fields: [string, TemporalValue][]): TemporalValue => new Map(fields);

describe('equality', () => {
  test.each<[rule: string, a: TemporalValue, b: TemporalValue, equal: boolean]>([
    ['a Long is not its text', 1, '1', false],
    ['a decimal is not its text', decimal('1.5'), '1.5', false],
    ['decimals are numbers', decimal('1.5'), decimal('01.50'), true],
    ['zero has no sign', decimal('-0.0'), decimal('0.0000'), true],
    ['but other numbers do', decimal('-1.5'), decimal('1.5'), false],
    ['five places are text', decimal('1.50000'), decimal('1.5'), false],
    ['and equal to themselves', decimal('1.50000'), decimal('1.50000'), true],
    [
      'what is too large for Cedar is text',
      decimal('922337203685477.5808'),
      decimal('0922337203685477.5808'),
      false,
    ],
    ['the largest is not', decimal('922337203685477.5807'), decimal('0922337203685477.5807'), true],
    ['an entity is its type and its id', new EntityValue('A', 'x'), new EntityValue('B', 'x'), false],
    ['type and id do not run together', new EntityValue('A', 'bc'), new EntityValue('Ab', 'c'), false],
    ['the order of an array matters', [1, 2], [2, 1], false],
    ['arrays do not run together', [['a'], 'b'], ['a', ['b']], false],
    ['the order of fields does not matter', record(['a', 1], ['b', 2]), record(['b', 2], ['a', 1]), true],
    ['names are plain', record(['__proto__', 1]), record(), false],
    ['an empty record is no empty array', record(), [], false],
    ['null is itself', null, null, true],
    ['and not false', null, false, false],
    ['Longs beyond numbers', 2n ** 63n - 1n, 2n ** 63n - 1n, true],
  ])('%s', (_rule, a, b, equal) => {
    expect(same(a, b)).toBe(equal);
    expect(keyOf(a) === keyOf(b)).toBe(equal);
  });
});
