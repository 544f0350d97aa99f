// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalJson } from '../json/canonical.ts';
import type { JsonObject } from '../json/value.ts';
import {
  type Changes,
  changedNames,
  changesAfter,
  changesBetween,
  changesFrom,
  changesText,
  editLimits,
  withChanges,
} from './edit.ts';

const hidden = `secret(api_key, ${'0'.repeat(32)})`;

function made(shown: JsonObject, wanted: JsonObject): Changes {
  const edited = changesBetween(shown, wanted);
  if (!edited.ok) throw new Error(edited.reason);
  return edited.changes;
}

describe('what is changed', () => {
  test.each<[what: string, shown: JsonObject, wanted: JsonObject, changes: Changes]>([
    ['a value', { a: 500, b: 'x' }, { a: 50, b: 'x' }, { set: { a: 50 }, without: [] }],
    [
      'nothing but the order of members',
      { a: { x: 1, y: 2 }, b: 1 },
      { b: 2, a: { y: 2, x: 1 } },
      { set: { b: 2 }, without: [] },
    ],
    ['one left out', { a: 1, b: 2 }, { a: 1 }, { set: {}, without: ['b'] }],
    ['one that was not there', { a: 1 }, { a: 1, b: null }, { set: { b: null }, without: [] }],
    ['another beside a secret', { key: hidden, a: 1 }, { key: hidden, a: 2 }, { set: { a: 2 }, without: [] }],
    [
      'a secret that is replaced whole',
      { key: hidden },
      { key: 'new' },
      { set: { key: 'new' }, without: [] },
    ],
    ['a secret that is left out', { key: hidden, a: 1 }, { a: 1 }, { set: {}, without: ['key'] }],
  ])('%s', (_what, shown, wanted, changes) => expect(made(shown, wanted)).toEqual(changes));

  test.each<[what: string, shown: JsonObject, wanted: JsonObject, told: RegExp]>([
    ['nothing', { a: 1 }, { a: 1 }, /nothing is changed/],
    [
      'around a secret',
      { h: `Bearer ${hidden}` },
      { h: `Basic ${hidden}` },
      /secret in it that nobody is shown/,
    ],
    ['a secret moved elsewhere', { key: hidden, to: 'a' }, { key: hidden, to: hidden }, /secret in it/],
    ['a list with a secret in it', { l: [hidden, 1] }, { l: [hidden, 2] }, /secret in it/],
    ['a name that is hidden', { [hidden]: 1 }, {}, /whose name is hidden/],
    ['a name that is a secret', { a: 1 }, { a: 1, [`sk-${'a'.repeat(30)}`]: 1 }, /must be no secret/],
    ['a book', { a: 1 }, { a: 'x'.repeat(editLimits.bytes + 1) }, /must not be longer/],
    ['too many', {}, Object.fromEntries(Array.from({ length: 17 }, (_, i) => [`a${i}`, i])), /at most 16/],
  ])('is refused: %s', (_what, shown, wanted, told) =>
    expect(changesBetween(shown, wanted)).toMatchObject({ ok: false, reason: expect.stringMatching(told) }),
  );

  const args = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), fc.jsonValue({ maxDepth: 2 }), {
    noNullPrototype: true,
  }) as fc.Arbitrary<JsonObject>;

  test('done to what was shown gives what was wanted, and touches nothing else', () => {
    fc.assert(
      fc.property(args, args, fc.string(), (shown, wanted, secret) => {
        const edited = changesBetween(shown, wanted);
        if (!edited.ok) return;
        expect(canonicalJson(withChanges(shown, edited.changes))).toBe(canonicalJson(wanted));
        // What the agent sends besides is what it sent.
        const sent = withChanges({ ...shown, e: secret }, edited.changes);
        expect(sent.e).toBe(secret);
        for (const name of Object.keys(shown))
          if (!changedNames(edited.changes).includes(name)) expect(sent[name]).toEqual(shown[name]);
      }),
    );
  });

  test('twice is the two at once, and comes back from its text', () => {
    fc.assert(
      fc.property(args, args, args, (shown, then, last) => {
        const [first, second] = [changesBetween(shown, then), changesBetween(then, last)];
        if (!first.ok || !second.ok) return;
        const both = changesAfter(first.changes, second.changes);
        expect(canonicalJson(withChanges(shown, both))).toBe(canonicalJson(last));
        expect(canonicalJson(withChanges(shown, changesFrom(changesText(both)) ?? both))).toBe(
          canonicalJson(last),
        );
      }),
    );
  });

  test.each(['', 'null', '{}', '{"set":{},"without":[]}', '{"set":1,"v":1,"without":[]}'])(
    'is not read from `%s`',
    (text) => expect(changesFrom(text)).toBeUndefined(),
  );
});
