// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decidingRoles, type OriginFacts, unasked } from './facts.ts';
import { originOf, originRecord } from './recorded.ts';

const origins = ['prompt', 'principal', 'record', 'untrusted', 'nowhere'] as const;
const role = fc.oneof(
  fc.constant({ doubt: 0 as const, from: [] }),
  fc.record({
    doubt: fc.constantFrom(0 as const, 1 as const, 2 as const),
    from: fc.uniqueArray(fc.constantFrom(...origins), { minLength: 1 }).map((all) => all.sort()),
  }),
);
const drawn: fc.Arbitrary<OriginFacts> = fc
  .tuple(
    fc.tuple(...decidingRoles.map(() => role)),
    fc.constantFrom('none', 'asked', 'not_asked'),
    fc.boolean(),
    fc.boolean(),
  )
  .map(([roles, intent, inferred, named]) => ({
    roles: Object.fromEntries(
      decidingRoles.map((name, i) => [name, roles[i]]),
    ) as unknown as OriginFacts['roles'],
    intent: {
      known: intent !== 'none',
      asked: intent !== 'not_asked',
      inferred: intent === 'asked' && inferred,
      named: intent === 'none' || named,
    },
    lineage: [],
  }));

test('what a record says is read back as it was', () => {
  fc.assert(
    fc.property(drawn, (origin) => {
      expect(originOf(originRecord(origin, 7))).toEqual(origin);
    }),
  );
});

test('nothing is known of a record that says nothing, and what is not understood is the worst', () => {
  expect(originOf({})).toEqual(unasked);
  const odd = { value: ['destination perhaps prompt'], source: 'origin', t: 0 };
  expect(originOf({ origin: odd }).roles.destination.doubt).toBe(2);
});
