// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest';
import type { Fact } from '../core/record/events/decision.ts';
import { asWritten, heardIn, writtenOut } from './explain-history.ts';

const facts = (said: Readonly<Record<string, Fact['value']>>) =>
  Object.fromEntries(
    Object.entries(said).map(([name, value]): [string, Fact] => [
      `history.${name}`,
      { value, source: 'ledger', t: 0 },
    ]),
  );
const condition = (name: string, text: string) => ({ name, text, reachSeconds: 60 });
const two = [condition('p__1', 'formerly within 1h B{} // why'), condition('p__10', 'C$&{}')];

describe('what history said', () => {
  test.each<[what: string, said: Readonly<Record<string, Fact['value']>>, heard: Record<string, boolean>]>([
    ['is true or false', { a: true, b: false }, { a: true, b: false }],
    ['is nothing where nobody could tell', { a: 'unknown', b: 'unresolved' }, {}],
    ['is nothing where it was not asked', { a: true }, { a: true }],
    [
      'is false of those that a record had no room for',
      { a: true, c: false, asked: 40 },
      { a: true, b: false },
    ],
    ['is not guessed where it had no room for those that hold', { a: true, c: true, asked: 40 }, { a: true }],
    ['is not found under names that every object has', { asked: 40 }, {}],
  ])('%s', (_what, said, heard) => {
    expect(Object.fromEntries(heardIn(facts(said), ['a', 'b']))).toEqual(heard);
    expect(heardIn(facts(said), ['constructor']).get('constructor') ?? false).toBe(false);
  });
});

describe('a clause with its conditions put back', () => {
  test.each<[what: string, clause: string, written: string]>([
    ['alone in its brackets', 'when { context.p__10 }', 'when temporal { C$&{} }'],
    ['after `unless`', 'unless { context.p__1 }', 'unless temporal { formerly within 1h B{} }'],
    ['among others', '(context.p__1 || a)', '(temporal { formerly within 1h B{} } || a)'],
    ['twice', 'context.p__10 == context.p__10', 'temporal { C$&{} } == temporal { C$&{} }'],
    ['of another policy', 'when { context.q__0 }', 'when { context.q__0 }'],
    ['that only looks alike', 'context.p__11 && context.first', 'context.p__11 && context.first'],
  ])('%s', (_what, clause, written) => expect(asWritten(clause, two)).toBe(written));

  test('can be read again, whatever the condition ends with, and names them in order', () => {
    expect(writtenOut('context.p__10 && context.p__1', two)).toEqual({
      text: 'temporal { C$&{}\n} && temporal { formerly within 1h B{} // why\n}',
      names: ['p__10', 'p__1'],
    });
  });
});
