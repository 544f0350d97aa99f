// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { UnitResult } from '../../app/ports.ts';
import { pack, packResults, resultReader, unpack } from './wire.ts';

const name = fc.string({ unit: 'binary', maxLength: 8 });
const payload = fc.record({
  digest: name,
  task: name,
  sealed: fc.uint8Array({ maxLength: 40 }),
  sizeBytes: fc.nat(),
});
const draft = fc.record({
  id: name,
  stream: name,
  body: name,
  moves: fc.array(name, { maxLength: 3 }),
  drops: fc.array(name, { maxLength: 3 }),
  payloads: fc.array(payload, { maxLength: 3 }),
});
const unit = fc.record({
  drafts: fc.array(draft, { maxLength: 3 }),
  expected: fc.array(fc.record({ facet: name, version: name }), { maxLength: 3 }),
});

test('units arrive as they were sent', () => {
  fc.assert(
    fc.property(fc.array(unit, { maxLength: 5 }), (units) => {
      expect(unpack(structuredClone(pack(units)))).toEqual(units);
    }),
  );
});

test('sealed payloads travel alone, not with the pool that they lie in', () => {
  const sealed = Buffer.from('small');
  const packed = pack([
    {
      drafts: [
        {
          id: 'a',
          stream: 's',
          body: '{}',
          moves: [],
          drops: [],
          payloads: [{ digest: 'd', task: 't', sealed, sizeBytes: 1 }],
        },
      ],
      expected: [],
    },
  ]);
  expect(packed.sealed.buffer.byteLength).toBe(sealed.length);
});

test('a message that was cut is an error, never fewer units', () => {
  const packed = pack([{ drafts: [], expected: [{ facet: 'f', version: '' }] }]);
  expect(() => unpack({ ...packed, names: ['f'] })).toThrow(RangeError);
  expect(() => unpack({ ...packed, counts: packed.counts.slice(0, 1) })).toThrow(RangeError);
});

test('results arrive as they were sent, for callers in their order', () => {
  const entry = { position: 7, id: 'e', stream: 's', leaf: '{}', leafHash: '' };
  const results: UnitResult[] = [
    { committed: true, positions: [3, 4] },
    { committed: false, missed: [entry] },
    { committed: true, positions: [] },
    { committed: true, positions: [5] },
    { committed: false, missed: [] },
  ];
  const read = resultReader(structuredClone(packResults(results)));
  expect([...read([2, 1]), ...read([0]), ...read([1, 9])]).toEqual(results);
});
