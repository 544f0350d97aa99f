// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type FacetKey, facets } from './facet.ts';
import { createHead, type Head, layer, unitOver } from './head.ts';

const key = (name: string): FacetKey<string> => ({ name });
const names = ['f', 'g', 'h'];
const move = fc.record({ name: fc.constantFrom(...names), value: fc.constantFrom('x', 'y', undefined) });
const moves = fc.array(move, { maxLength: 12 });

function apply(head: Head, all: readonly { name: string; value: string | undefined }[], from = 0): void {
  for (const [i, { name, value }] of all.entries()) head.move([{ facet: name, value }], `v${from + i}`);
}

const seen = (head: Head) =>
  names.map((name) => [head.facet(name)?.version ?? '', head.get(key(name)) ?? null]);

describe('a layer', () => {
  test('shows what the layers together hold, as if there were one', () =>
    fc.assert(
      fc.property(moves, moves, moves, (below, middle, above) => {
        const flat = createHead();
        apply(flat, [...below, ...middle, ...above]);
        const base = createHead();
        apply(base, below);
        const second = layer(base);
        apply(second, middle, below.length);
        const third = layer(second);
        apply(third, above, below.length + middle.length);
        expect(seen(third)).toEqual(seen(flat));
      }),
    ));

  test('writes only to itself', () =>
    fc.assert(
      fc.property(moves, moves, (below, above) => {
        const base = createHead();
        apply(base, below);
        const before = seen(base);
        apply(layer(base), above, below.length);
        expect(seen(base)).toEqual(before);
      }),
    ));

  test('sees what moves below it, where it has not moved itself', () => {
    const base = createHead();
    const top = layer(base);
    top.move([{ facet: 'f', value: 'above' }], 'a');
    base.move(
      [
        { facet: 'f', value: 'below' },
        { facet: 'g', value: 'below' },
      ],
      'b',
    );
    expect(seen(top).slice(0, 2)).toEqual([
      ['a', 'above'],
      ['b', 'below'],
    ]);
  });
});

describe('what one unit sees', () => {
  test('names each facet read once, with the version under it, absent ones included', () => {
    const unit = unitOver(layer(createHead([['f', { version: 'v1', value: 'x' }]])));
    expect([unit.get(key('f')), unit.get(key('g')), unit.get(key('f'))]).toEqual(['x', undefined, 'x']);
    expect(unit.reads()).toEqual([
      { facet: 'f', version: 'v1' },
      { facet: 'g', version: '' },
    ]);
  });

  test('holds what it changed itself, and depends on none of that', () => {
    const base = layer(createHead([['f', { version: 'v1', value: 'x' }]]));
    const unit = unitOver(base);
    const changes = ['f', 'g'].map((facet) => ({ facet, value: 'y' }));
    unit.move(changes, 'mine');
    expect([unit.get(key('f')), unit.get(key('g'))]).toEqual(['y', 'y']);
    expect(unit.reads()).toEqual([
      { facet: 'f', version: 'v1' },
      { facet: 'g', version: '' },
    ]);
    expect(seen(base)[0]).toEqual(['v1', 'x']);
    unit.settle();
    expect(seen(base).slice(0, 2)).toEqual([
      ['mine', 'y'],
      ['mine', 'y'],
    ]);
  });

  test('settles to what was moved in order, dropped facets included', () =>
    fc.assert(
      fc.property(moves, moves, (below, mine) => {
        const flat = createHead();
        apply(flat, [...below, ...mine]);
        const base = createHead();
        apply(base, below);
        const top = layer(base);
        const unit = unitOver(top);
        for (const [i, { name, value }] of mine.entries()) {
          unit.move([{ facet: name, value }], `v${below.length + i}`);
        }
        expect(names.map((name) => unit.get(key(name)))).toEqual(names.map((name) => flat.get(key(name))));
        expect(seen(top)).toEqual(seen(base));
        unit.settle();
        expect(seen(top)).toEqual(seen(flat));
      }),
    ));
});

test('a facet that was dropped reads as one that never was', () => {
  const head = createHead([['call/d', { version: 'v1', value: {} }]]);
  head.move([{ facet: 'call/d', value: undefined }], 'v2');
  expect(head.facet('call/d')).toBeUndefined();
  expect(unitOver(head).get(facets.call('d'))).toBeUndefined();
  expect([...head.facets()]).toEqual([]);
});
