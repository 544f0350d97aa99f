// SPDX-License-Identifier: Apache-2.0
// A plan takes many short ways. Whatever the ledger, it says what the plain way says.
import { expect, test } from 'vitest';
import { plan } from '../../src/app/plan.ts';
import { type Step, stepsOf } from '../../src/app/replay.ts';
import { createPacker, createUnpacker } from '../../src/app/replay-wire.ts';
import { verifies } from '../requirements.ts';
import { drawLedger, nextSets } from './agreement.ts';
import { plainPlan } from './plain-plan.ts';

/** As from another thread. */
async function* sent(steps: AsyncIterable<readonly Step[]>): AsyncGenerator<readonly Step[]> {
  const [pack, unpack] = [createPacker(), createUnpacker()];
  for await (const page of steps) yield unpack(structuredClone(pack(page)));
}

const told = new Map<string, number>();
const count = (what: string, by = 1) => told.set(what, (told.get(what) ?? 0) + by);

const seeds = Array.from({ length: 40 }, (_, i) => 1000 + i);
test.each(seeds)('ledger %i', async (seed) => {
  const { made, entries, pages, sinceMs } = await drawLedger(seed);
  for (const next of nextSets()) {
    const options = { sinceMs, next, pseudonym: made.road.pseudonym };
    const want = await plainPlan(entries, made.road.vault, options);
    const evidence = {
      async *leaves() {
        yield* pages;
      },
    };
    const steps = () => stepsOf(evidence, { sinceMs, open: made.road.vault.open });
    expect(await plan(steps(), options)).toEqual(want);
    expect(await plan(sent(steps()), options)).toEqual(want);
    count('unchanged', want.unchanged);
    for (const { kind, before, after } of want.changes) {
      count(kind);
      for (const { code, policies } of [before, after]) for (const one of [code, ...policies]) count(one);
    }
    for (const [why, of] of Object.entries(want.cannot)) count(`cannot: ${why}`, of);
  }
});

test('and those ledgers had all of it', () => {
  verifies('plan.never-guesses');
  expect([...told.keys()].sort()).toEqual(
    expect.arrayContaining([
      ...['newly_allowed', 'newly_asked', 'newly_refused', 'otherwise', 'unchanged'],
      ...['cannot: erased', 'cannot: transformed', 'cannot: other_catalogue', 'cannot: second_opinion'],
      ...['permitted', 'forbidden', 'no_permit', 'pending_approval', 'budget_exhausted', 'outside_scope'],
      ...[
        'all',
        'reading',
        'over',
        'ask',
        'by-agent',
        'in-session',
        'same',
        'told',
        'group',
        'first',
        'labels',
        'calls',
        'user',
      ],
    ]),
  );
});
