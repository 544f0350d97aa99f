// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { prepareEntities } from './entities.ts';
import { createFrame, createSlots, type Frame, nextQuestion, type Test } from './frame.ts';
import { recordOfJson } from './json.ts';
import { all } from './logic.ts';
import { type Conjunct, errs, holds, type Prefixes, sharePrefixes } from './prefix.ts';
import { uid } from './value.ts';

interface Policy {
  readonly conjuncts: readonly Conjunct[];
}

/** What was asked, in order. */
let asked: string[] = [];

function saying(key: string, said: boolean | undefined): Conjunct {
  const test: Test = () => {
    asked.push(key);
    return said;
  };
  return { key, test };
}

function frameFor({ count }: Prefixes<Policy>): Frame {
  const none = prepareEntities([]);
  if (!none.ok) throw new Error(none.reason);
  return createFrame(createSlots(), count, none.store, uid('Nobody', ''), recordOfJson({}));
}

function answers(prefixes: Prefixes<Policy>, frame: Frame): readonly (boolean | undefined)[] {
  nextQuestion(frame);
  return prefixes.divided.map(({ prefix, rest }) => {
    const told = prefix === 0 ? holds : prefixes.tell(frame, prefix);
    if (told !== holds) return told === errs ? undefined : false;
    return rest === undefined ? true : rest(frame);
  });
}

const policiesOf = (said: ReadonlyMap<string, boolean | undefined>, keys: readonly (readonly string[])[]) =>
  keys.map((each) => ({ conjuncts: each.map((key) => saying(key, said.get(key))) }));

describe('what policies begin with', () => {
  test('says for each policy what it would say by itself', () => {
    const key = fc.constantFrom('a', 'b', 'c', 'd');
    const keys = fc.array(fc.array(key, { maxLength: 12 }), { maxLength: 12 });
    const said = fc.option(fc.boolean(), { nil: undefined });
    fc.assert(
      fc.property(keys, fc.tuple(said, said, said, said), (drawn, [a, b, c, d]) => {
        const policies = policiesOf(new Map(Object.entries({ a, b, c, d })), drawn);
        const prefixes = sharePrefixes(policies);
        const frame = frameFor(prefixes);
        const alone = policies.map(({ conjuncts }) => all(conjuncts.map((each) => each.test))(frame));
        expect(answers(prefixes, frame)).toEqual(alone);
        expect(answers(prefixes, frame)).toEqual(alone);
      }),
      { numRuns: 2000 },
    );
  });

  test.each<[rule: string, said: boolean | undefined, want: readonly string[]]>([
    ['is asked once where it holds, and each goes on by itself', true, ['guard', 'x', 'y']],
    ['ends all of them where it does not hold', false, ['guard']],
    ['errs in all of them where it errs', undefined, ['guard']],
  ])('%s', (_rule, said, want) => {
    const saidBy = new Map([
      ['guard', said],
      ['x', true],
      ['y', false],
    ]);
    const prefixes = sharePrefixes(
      policiesOf(saidBy, [
        ['guard', 'x'],
        ['guard', 'y'],
      ]),
    );
    const frame = frameFor(prefixes);
    asked = [];
    const [first, second] = answers(prefixes, frame);
    expect(asked).toEqual(want);
    expect([first, second]).toEqual(said === true ? [true, false] : [said, said]);
  });

  test('is asked again with the next question', () => {
    let said = true;
    const conjuncts = [{ key: 'guard', test: () => said }];
    const prefixes = sharePrefixes([{ conjuncts }, { conjuncts }]);
    const frame = frameFor(prefixes);
    expect(answers(prefixes, frame)).toEqual([true, true]);
    said = false;
    expect(answers(prefixes, frame)).toEqual([false, false]);
  });

  test('is one thing where all go on together', () => {
    const conjuncts = ['a', 'b', 'c'].map((key) => saying(key, true));
    expect(sharePrefixes([{ conjuncts }, { conjuncts }]).count).toBe(2);
  });
});
