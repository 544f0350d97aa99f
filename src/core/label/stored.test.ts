// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { overlap } from './items.ts';
import { drawnLabels } from './label.fixture.ts';
import { flowsTo, join, type Label, nothingRead } from './label.ts';
import { endorsed } from './lower.ts';
import { lowered, maxItems, type Stored, storedAt, withStored } from './stored.ts';

const untrusted: Label = { ...nothingRead, integrity: 'untrusted', sources: ['web/fetch'] };
const secret: Label = { ...nothingRead, level: 'restricted' };
const item = fc.constantFrom(
  '*',
  'File',
  'File /a',
  'File /a/b',
  'File /c',
  'Ticket',
  'Ticket 1',
  'Ticket 2',
);
const items = fc.uniqueArray(item, { minLength: 1, maxLength: 3 });
const writes = fc.array(fc.tuple(items, drawnLabels(4)), { maxLength: 8 });

function kept(all: readonly (readonly [readonly string[], Label])[]): Stored | undefined {
  return all.reduce<Stored | undefined>(
    (stored, [to, label], i) => withStored(stored, to, label, { decision: `d-${i}`, task: `t-${i % 2}` }),
    undefined,
  );
}

describe('what was written under a label', () => {
  test('is read back with it, by whoever reads what it may stand in', () =>
    fc.assert(
      fc.property(writes, items, (all, read) => {
        const { label } = storedAt(kept(all), read);
        for (const [to, written] of all)
          if (to.some((one) => read.some((other) => overlap(one, other))))
            expect(flowsTo(written, label)).toBe(true);
      }),
      { numRuns: 2000 },
    ));

  test('is read back with no more than was written where it can be', () =>
    fc.assert(
      fc.property(writes, items, (all, read) => {
        const may = all.filter(([to]) => to.some((one) => read.some((other) => overlap(one, other))));
        const most = may.reduce((label, [, written]) => join(label, written), nothingRead);
        expect(flowsTo(storedAt(kept(all), read).label, most)).toBe(true);
      }),
      { numRuns: 2000 },
    ));

  test('names the first decisions that raised it', () => {
    const stored = kept([
      [['File /a'], untrusted],
      [['File /a'], untrusted],
      [['File /a'], secret],
      [['File /c'], secret],
    ]);
    expect(storedAt(stored, ['File /a'])).toEqual({
      label: join(untrusted, secret),
      by: ['d-0', 'd-1', 'd-2'],
      untrusted: true,
    });
    expect(storedAt(stored, ['File']).by).toEqual(['d-0', 'd-1', 'd-2', 'd-3']);
    expect(storedAt(stored, ['Ticket'])).toEqual({ label: nothingRead, by: [], untrusted: false });
  });

  test('moves nothing where it adds nothing', () => {
    const stored = kept([[['File'], untrusted]]);
    expect(withStored(stored, ['File /a'], untrusted, { decision: 'd-9', task: 't-0' })).toBe(stored);
    expect(withStored(stored, ['Ticket 1'], nothingRead, { decision: 'd-9', task: 't-0' })).toBe(stored);
    expect(withStored(undefined, ['Ticket 1'], nothingRead, { decision: 'd-9', task: 't-0' }).size).toBe(0);
  });

  test('is told apart by task, for who wrote to it knows not what', () => {
    const own = kept([[['*'], untrusted]]);
    expect(storedAt(own, ['File /a'], 't-0')).toMatchObject({ label: untrusted, untrusted: false });
    expect(storedAt(own, ['File /a'], 't-1')).toMatchObject({ label: untrusted, untrusted: true });
    // Somebody else wrote as well, and added nothing to the label.
    const both = kept([
      [['*'], untrusted],
      [['*'], untrusted],
    ]);
    expect(storedAt(both, ['File /a'], 't-0').untrusted).toBe(true);
    // What is told apart by its name counts, whoever wrote it.
    expect(storedAt(kept([[['File /a'], untrusted]]), ['File /a'], 't-0').untrusted).toBe(true);
  });

  test('is kept in bounds against who writes a million items, and never lost', () => {
    let stored: Stored | undefined;
    for (let i = 0; i < 20_000; i++)
      stored = withStored(stored, [`File /${i}`], untrusted, { decision: `d-${i}`, task: 't-0' });
    const full = stored;
    expect(stored?.size).toBe(maxItems + 1);
    for (const i of [0, 511, 512, 19_999]) expect(storedAt(stored, [`File /${i}`]).label).toEqual(untrusted);
    // What comes then is told apart by its type, and by nothing once there are many of those.
    for (let i = 0; i < 200; i++)
      stored = withStored(stored, [`T${i} x`], secret, { decision: 'd-t', task: 't-0' });
    expect(stored?.size).toBe(maxItems + 64 + 1);
    expect(storedAt(stored, ['T199 x']).label.level).toBe('restricted');
    expect(storedAt(full, ['T199 x']).label).toEqual(nothingRead);
  });
});

describe('lowering', () => {
  const endorse = (label: Label) => endorsed(label, {});
  test.each<
    [
      rule: string,
      writes: readonly (readonly [readonly string[], Label])[],
      item: string,
      read: string,
      left: Label | undefined,
    ]
  >([
    ['an item', [[['File /a'], untrusted]], 'File /a', 'File /a', nothingRead],
    [
      'an item leaves another as it is',
      [[['File /a', 'File /c'], untrusted]],
      'File /a',
      'File /c',
      untrusted,
    ],
    ['a directory lowers what is in it', [[['File /a/b'], untrusted]], 'File /a', 'File /a/b', nothingRead],
    ['an item leaves its directory as it is', [[['File /a'], untrusted]], 'File /a/b', 'File /a', undefined],
    ['all of a type', [[['File /a', 'Ticket 1'], untrusted]], 'File', 'Ticket 1', untrusted],
    ['all of it', [[['File /a', 'Ticket 1', '*'], untrusted]], '*', '*', nothingRead],
    ['what is not there', [[['File /a'], untrusted]], 'Ticket', 'File /a', undefined],
    ['only what it says', [[['File /a'], join(untrusted, secret)]], 'File /a', 'File /a', secret],
  ])('%s', (_rule, all, which, read, left) => {
    const low = lowered(kept(all), which, endorse);
    expect(low === undefined ? undefined : storedAt(low, [read]).label).toEqual(left);
  });
});
