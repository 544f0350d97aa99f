// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { seal } from './envelope.ts';
import { createHeads, type Heads, missedFrom, place, staleOf } from './heads.ts';

interface Step {
  readonly stream: string;
  readonly moves: readonly string[];
  readonly drops: readonly string[];
}

const facetNames = ['f', 'g', 'h'];
const step: fc.Arbitrary<Step> = fc.record({
  stream: fc.constantFrom('s', 't'),
  moves: fc.uniqueArray(fc.constantFrom(...facetNames)),
  drops: fc.uniqueArray(fc.constantFrom('h', 'gone')),
});

function apply(heads: Heads, steps: readonly Step[], from = 0): void {
  for (const [i, { stream, moves, drops }] of steps.entries()) {
    place(heads, stream, '{}', { id: `r${from + i}`, moves, drops });
  }
}

/** Everything that can be asked of heads. */
function shown(heads: Heads): unknown {
  return {
    size: heads.size(),
    streams: ['s', 't'].map((name) => heads.stream(name)),
    facets: [...facetNames, 'gone'].map((name) => heads.facet(name)),
  };
}

describe('heads', () => {
  test('a rollback leaves what was settled, whatever came after it', () => {
    fc.assert(
      fc.property(fc.array(step), fc.array(step), fc.array(step), (kept, lost, later) => {
        const heads = createHeads();
        apply(heads, kept);
        heads.settle();
        const before = shown(heads);
        apply(heads, lost, 100);
        heads.rollback();
        expect(shown(heads)).toEqual(before);

        const same = createHeads();
        apply(same, [...kept, ...later]);
        apply(heads, later, kept.length);
        expect(shown(heads)).toEqual(shown(same));
      }),
    );
  });

  test('records are linked within their stream and numbered across all', () => {
    const heads = createHeads();
    const still = { moves: [], drops: [] };
    const a0 = place(heads, 'a', '{"n":0}', { id: 'a0', ...still });
    const b0 = place(heads, 'b', '{"n":1}', { id: 'b0', ...still });
    const a1 = place(heads, 'a', '{"n":2}', { id: 'a1', ...still });
    expect(a0).toMatchObject({ position: 0, before: null, link: { seq: 0, prev: null } });
    expect(b0).toMatchObject({ position: 1, before: null, link: { seq: 0, prev: null } });
    expect(a1).toMatchObject({ position: 2, before: 0, link: { seq: 1, prev: a0.leafHash } });
    expect(a1.leafHash).toBe(seal('a', '{"n":2}', { seq: 1, prev: a0.leafHash }).leafHash);
  });

  test('an expectation holds exactly where the version is the last one, and empty where there is none', () => {
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const heads = createHeads();
        apply(heads, steps);
        for (const facet of facetNames) {
          let last = '';
          for (const [i, { moves, drops }] of steps.entries()) {
            if (moves.includes(facet)) last = `r${i}`;
            if (drops.includes(facet)) last = '';
          }
          const versions = ['', ...steps.map((_, i) => `r${i}`)];
          const holding = versions.filter((version) => staleOf(heads, [{ facet, version }]).length === 0);
          expect(holding).toEqual([last]);
        }
      }),
    );
  });

  test.each<[rule: string, version: string, from: number]>([
    ['after the record that was read', 'r1', 2],
    ['from the last move, for a version that no record has', 'never', 4],
    ['from where it came to be, for who read that it did not exist', '', 3],
  ])('what was missed counts %s', (_rule, version, from) => {
    const heads = createHeads();
    const none: Step = { stream: 's', moves: [], drops: [] };
    const moves: Step = { ...none, moves: ['h'] };
    apply(heads, [none, moves, { ...none, drops: ['h'] }, moves, moves, none]);
    const [stale] = staleOf(heads, [{ facet: 'h', version }]);
    const positionOf = (id: string) => (/^r\d$/.test(id) ? Number(id.slice(1)) : undefined);
    expect(stale && missedFrom(stale, positionOf)).toBe(from);
  });
});
