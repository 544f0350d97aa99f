// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { drawnLabels } from './label.fixture.ts';
import { flowsTo, type Label, levels, nothingRead, rank } from './label.ts';
import { type Declassification, declassified, type Endorsement, endorsed } from './lower.ts';

const drawn = drawnLabels();
const acts: fc.Arbitrary<Declassification> = fc.record(
  {
    level: fc.constantFrom(...levels),
    categories: fc.subarray(['pii', 'secret', '*']),
    readers: fc.oneof(fc.constant('everyone' as const), fc.subarray(['ann', 'bob'])),
  },
  { requiredKeys: [] },
);
const vouching: fc.Arbitrary<Endorsement> = fc.record(
  { sources: fc.subarray(['a/a', 'b/b', '!c', '...']) },
  { requiredKeys: [] },
);

describe('a declassification', () => {
  test('goes down, twice as far as once, and nowhere that it does not name', () =>
    fc.assert(
      fc.property(drawn, acts, (label, act) => {
        const low = declassified(label, act);
        expect(flowsTo(low, label)).toBe(true);
        expect(declassified(low, act)).toEqual(low);
        expect([low.integrity, low.sources]).toEqual([label.integrity, label.sources]);
        if (act.level === undefined) expect(low.level).toBe(label.level);
        else expect(rank(low.level)).toBe(Math.min(rank(label.level), rank(act.level)));
        const kept = label.categories.filter((category) => act.categories?.includes(category) !== true);
        expect(low.categories).toEqual(kept);
        if (act.readers === undefined) expect(low.readers).toEqual(label.readers);
        for (const reader of low.readers ?? [])
          expect([...(label.readers ?? []), ...(Array.isArray(act.readers) ? act.readers : [])]).toContain(
            reader,
          );
      }),
      { numRuns: 2000 },
    ));
});

describe('an endorsement', () => {
  test('goes down, twice as far as once, and nowhere that it does not name', () =>
    fc.assert(
      fc.property(drawn, vouching, (label, act) => {
        const low = endorsed(label, act);
        expect(flowsTo(low, label)).toBe(true);
        expect(endorsed(low, act)).toEqual(low);
        expect([low.level, low.categories, low.readers]).toEqual([
          label.level,
          label.categories,
          label.readers,
        ]);
        if (low.integrity !== label.integrity) expect(low.sources).toEqual([]);
        if (act.sources !== undefined)
          for (const source of label.sources)
            expect(low.sources.includes(source)).toBe(source === '...' || !act.sources.includes(source));
      }),
      { numRuns: 2000 },
    ));

  const from = (...sources: readonly string[]): Label => ({
    ...nothingRead,
    integrity: 'untrusted',
    sources,
  });
  test.each<[rule: string, before: Label, act: Endorsement, after: Label]>([
    ['of all that there is', from('web/fetch', '...'), {}, nothingRead],
    ['of the only source', from('web/fetch'), { sources: ['web/fetch'] }, nothingRead],
    ['of one source of two', from('crm/a', 'web/fetch'), { sources: ['web/fetch'] }, from('crm/a')],
    ['of another source', from('web/fetch'), { sources: ['crm/a'] }, from('web/fetch')],
    ['of sources that have no name', from('...'), { sources: ['...'] }, from('...')],
    ['of a name, where it is not known from where', from(), { sources: ['web/fetch'] }, from()],
  ])('%s', (_rule, before, act, after) => expect(endorsed(before, act)).toEqual(after));
});
