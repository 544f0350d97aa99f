// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { events } from '../../test/draw-events.ts';
import { toReplay } from '../core/record/replayed.ts';
import type { Arguments, Step } from './replay.ts';
import { createPacker, createUnpacker } from './replay-wire.ts';

const args: fc.Arbitrary<Arguments | undefined> = fc.oneof(
  fc.constant(undefined),
  fc.string().map((content) => ({ ok: true as const, content })),
  fc.constantFrom('erased', 'missing', 'unreadable').map((reason) => ({ ok: false as const, reason })),
);
const step: fc.Arbitrary<Step> = fc.record({ position: fc.nat(), event: events(), args }).map((drawn) => {
  const { event } = toReplay(drawn.event);
  return event.type === 'decision' ? { ...drawn, event } : { position: drawn.position, event };
});

test('whatever is packed comes out as it was, message after message, however much is known', () =>
  fc.assert(
    fc.property(fc.array(fc.array(step, { maxLength: 6 }), { maxLength: 6 }), fc.nat(40), (pages, most) => {
      const [pack, unpack] = [createPacker(most), createUnpacker()];
      for (const page of pages) expect(unpack(structuredClone(pack(page)))).toEqual(page);
    }),
    { numRuns: 300 },
  ));

test('what comes again does not travel again', () => {
  const [one] = fc.sample(step, { numRuns: 1, seed: 3 });
  const pack = createPacker();
  if (one === undefined) throw new Error('nothing was drawn');
  pack([one]);
  expect(pack([one]).fresh).toEqual([]);
});

test('a key is read as it is spelled, whatever keys were read before (nodejs/node#63785)', () => {
  const [drawn] = fc.sample(events(), { numRuns: 200, seed: 1 }).flatMap((event) => {
    const made = toReplay(event).event;
    return made.type === 'decision' ? [made] : [];
  });
  if (drawn === undefined) throw new Error('no decision was drawn');
  const withKept = (kept: { [name: string]: number | number[] }): Step => ({
    position: 1,
    event: { ...drawn, kept },
  });
  const [pack, unpack] = [createPacker(), createUnpacker()];
  unpack(pack([withKept({ h: [], '\\': 0 })]));
  JSON.parse('{"h":[],"\\\\":0}');
  const [read] = unpack(pack([withKept({ h: 1, '"': 2 })]));
  expect(read?.event).toMatchObject({ kept: { h: 1, '"': 2 } });
});
