// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { drawnLabels } from './label.fixture.ts';
import {
  flowsTo,
  join,
  type Label,
  levels,
  maxSources,
  nothingRead,
  rank,
  sameLabel,
  unlabelled,
} from './label.ts';

const drawn = drawnLabels();

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
        for (const one of both.readers ?? [])
          for (const { readers } of [a, b]) expect(readers ?? [one]).toContain(one);
        expect(both.readers === undefined).toBe(a.readers === undefined && b.readers === undefined);
      }),
    ));

  test('never keeps more sources than its bound, and says when it left some out', () =>
    fc.assert(
      fc.property(fc.array(drawnLabels(6), { minLength: 1, maxLength: 12 }), (labels) => {
        const all = labels.reduce(join, nothingRead);
        const sources = new Set(labels.flatMap((l) => l.sources));
        expect(all.sources.length).toBeLessThanOrEqual(maxSources);
        expect(all.sources.includes('...')).toBe(sources.size > maxSources || sources.has('...'));
        expect(all.sources).toEqual([...new Set(all.sources)].sort());
      }),
    ));

  test('with what has no label means no more and no less than having none', () =>
    fc.assert(
      fc.property(drawn, (a) => {
        const both = join(a, unlabelled);
        expect(both).toMatchObject({ level: 'restricted', readers: [], integrity: 'untrusted' });
        expect(isSame(both, unlabelled)).toBe(true);
        // The names are kept all the same: a policy that looks for one must not miss it.
        for (const category of a.categories) expect(both.categories).toContain(category);
      }),
    ));
});

const isSame = (a: Label, b: Label): boolean => flowsTo(a, b) && flowsTo(b, a);

describe('where data may flow', () => {
  test('from the bottom anywhere, and to the top from anywhere', () =>
    fc.assert(
      fc.property(drawn, (a) => {
        expect(flowsTo(nothingRead, a) && flowsTo(a, unlabelled) && flowsTo(a, a)).toBe(true);
      }),
    ));

  test('goes on from there', () =>
    fc.assert(
      fc.property(drawn, drawn, drawn, (a, b, c) => {
        const [low, middle, high] = [a, join(a, b), join(join(a, b), c)];
        expect(flowsTo(low, middle) && flowsTo(middle, high) && flowsTo(low, high)).toBe(true);
        if (flowsTo(a, b) && flowsTo(b, c)) expect(flowsTo(a, c)).toBe(true);
      }),
      { numRuns: 2000 },
    ));

  test('is what joining changes nothing about', () =>
    fc.assert(
      fc.property(drawn, drawn, (a, b) => {
        expect(flowsTo(a, b)).toBe(isSame(join(a, b), b));
      }),
      { numRuns: 5000 },
    ));

  test('is a least one: what both flow into, their join does', () =>
    fc.assert(
      fc.property(drawn, drawn, drawn, (a, b, c) => {
        if (flowsTo(a, c) && flowsTo(b, c)) expect(flowsTo(join(a, b), c)).toBe(true);
        expect(flowsTo(a, join(a, b)) && flowsTo(b, join(a, b))).toBe(true);
      }),
      { numRuns: 5000 },
    ));

  test.each<[rule: string, from: Partial<Label>, to: Partial<Label>, may: boolean]>([
    ['up a level', { level: 'internal' }, { level: 'confidential' }, true],
    ['not down a level', { level: 'confidential' }, { level: 'internal' }, false],
    ['to fewer readers', {}, { readers: ['ann'] }, true],
    ['not to more readers', { readers: ['ann'] }, { readers: ['ann', 'bob'] }, false],
    ['not to everyone', { readers: ['ann'] }, {}, false],
    ['not to others', { readers: ['ann'] }, { readers: ['bob'] }, false],
    ['to nobody', { readers: ['ann'] }, { readers: [] }, true],
    ['not out of its category', { categories: ['pii'] }, {}, false],
    ['to what is of any category', { categories: ['pii'] }, { categories: ['*'] }, true],
    ['not from what is of any category', { categories: ['*'] }, { categories: ['pii'] }, false],
    ['not to where it would be believed', { integrity: 'untrusted' }, {}, false],
  ])('%s', (_rule, from, to, may) =>
    expect(flowsTo({ ...nothingRead, ...from }, { ...nothingRead, ...to })).toBe(may),
  );
});

test('levels rank in the order in which they are declared', () => {
  expect(levels.map(rank)).toEqual([0, 1, 2, 3]);
});

test('labels that differ anywhere are not the same', () =>
  fc.assert(
    fc.property(drawn, drawn, (a, b) => {
      expect(sameLabel(a, b)).toBe(
        JSON.stringify([a.level, a.integrity, a.categories, a.readers, a.sources]) ===
          JSON.stringify([b.level, b.integrity, b.categories, b.readers, b.sources]),
      );
    }),
  ));
