// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  integrities,
  join,
  type Label,
  levels,
  maxSources,
  nothingRead,
  rank,
  sameLabel,
  unlabelled,
} from './label.ts';

// Names on both sides of `...` in the alphabet, so that its place is not taken for granted.
const source = fc.oneof(fc.stringMatching(/^[a-z]{1,2}\/[a-z]$/), fc.stringMatching(/^[!#+-][a-z]{1,2}$/));
const names = (maxLength: number) => fc.uniqueArray(source, { maxLength }).map((items) => items.sort());
const label = (maxLength: number): fc.Arbitrary<Label> =>
  fc.record({
    level: fc.constantFrom(...levels),
    categories: names(5),
    integrity: fc.constantFrom(...integrities),
    sources: names(maxLength),
  });
const drawn = label(maxSources);

describe('joining labels', () => {
  test('does not depend on the order', () =>
    fc.assert(
      fc.property(drawn, drawn, (a, b) => {
        expect(join(a, b)).toEqual(join(b, a));
      }),
    ));

  test('does not depend on the grouping', () =>
    fc.assert(
      fc.property(drawn, drawn, drawn, (a, b, c) => {
        expect(join(join(a, b), c)).toEqual(join(a, join(b, c)));
      }),
      { numRuns: 2000 },
    ));

  test('twice is once, whatever was joined before', () =>
    fc.assert(
      fc.property(drawn, drawn, drawn, (a, b, c) => {
        const all = join(join(a, b), c);
        expect(join(a, a)).toEqual(a);
        expect(join(all, all)).toEqual(all);
        expect(join(all, b)).toEqual(all);
        expect(sameLabel(join(all, c), all)).toBe(true);
      }),
      { numRuns: 2000 },
    ));

  test('with nothing read changes nothing', () =>
    fc.assert(
      fc.property(drawn, (a) => {
        expect(join(a, nothingRead)).toEqual(a);
        expect(join(nothingRead, a)).toEqual(a);
      }),
    ));

  test('only goes up', () =>
    fc.assert(
      fc.property(drawn, drawn, (a, b) => {
        const both = join(a, b);
        expect(rank(both.level)).toBe(Math.max(rank(a.level), rank(b.level)));
        expect(both.integrity === 'untrusted').toBe([a, b].some((l) => l.integrity === 'untrusted'));
        for (const category of [...a.categories, ...b.categories])
          expect(both.categories).toContain(category);
        if (!both.sources.includes('...'))
          for (const one of [...a.sources, ...b.sources]) expect(both.sources).toContain(one);
      }),
    ));

  test('never keeps more sources than its bound, and says when it left some out', () =>
    fc.assert(
      fc.property(fc.array(label(6), { minLength: 1, maxLength: 12 }), (labels) => {
        const all = labels.reduce(join, nothingRead);
        const sources = new Set(labels.flatMap((l) => l.sources));
        expect(all.sources.length).toBeLessThanOrEqual(maxSources);
        expect(all.sources.includes('...')).toBe(sources.size > maxSources);
        expect(all.sources).toEqual([...new Set(all.sources)].sort());
      }),
    ));

  test('with what has no label is the most sensitive of all', () =>
    fc.assert(
      fc.property(drawn, (a) => {
        expect(join(a, unlabelled)).toMatchObject({ level: 'restricted', integrity: 'untrusted' });
      }),
    ));
});

test('levels rank in the order in which they are declared', () => {
  expect(levels.map(rank)).toEqual([0, 1, 2, 3]);
});

test('labels that differ anywhere are not the same', () =>
  fc.assert(
    fc.property(drawn, drawn, (a, b) => {
      expect(sameLabel(a, b)).toBe(
        JSON.stringify([a.level, a.integrity, a.categories, a.sources]) ===
          JSON.stringify([b.level, b.integrity, b.categories, b.sources]),
      );
    }),
  ));
