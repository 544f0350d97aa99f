// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalJson } from '../core/json/canonical.ts';
import { seal } from '../core/record/envelope.ts';
import type { Entry, Ledger } from './ports.ts';
import { lastRecords, records, startOf } from './read-records.ts';

/** A ledger of tasks that ended, one at each of these times. */
function ledgerOf(
  times: readonly number[],
): Pick<Ledger, 'read' | 'size'> & { readonly reads: () => number } {
  const entries = times.map((at, position): Entry => {
    const id = `e-${position}`;
    const stream = `task/t${position % 3}`;
    const body = canonicalJson({
      v: 1,
      id,
      at,
      node: 'n',
      tenant: 'default',
      moves: [],
      drops: [],
      reads: {},
      type: 'task.ended',
      task: `t${position % 3}`,
      reason: '',
    });
    const { leaf, leafHash } = seal(stream, body, { seq: 0, prev: null });
    return { position, id, stream, leaf, leafHash };
  });
  let reads = 0;
  return {
    read: async (from, limit) => {
      reads += 1;
      return entries.slice(from, from + limit);
    },
    size: async () => entries.length,
    reads: () => reads,
  };
}

const times = () => fc.array(fc.nat(100_000), { maxLength: 1200 }).map((all) => all.sort((a, b) => a - b));

async function all(ledger: Pick<Ledger, 'read'>, filter: Parameters<typeof records>[1]): Promise<number[]> {
  const found: number[] = [];
  for await (const { position } of records(ledger, filter)) found.push(position);
  return found;
}

test('the last ones are the end of all of them', () =>
  fc.assert(
    fc.asyncProperty(times(), fc.nat(700), async (at, count) => {
      const ledger = ledgerOf(at);
      const filter = { task: 't1' };
      const last = await lastRecords(ledger, filter, count);
      const wanted = count === 0 ? [] : (await all(ledger, filter)).slice(-count);
      expect(last.records.map(({ position }) => position)).toEqual(wanted);
      expect(last.next).toBe(at.length);
    }),
    { numRuns: 30 },
  ));

test('reading from where the time starts loses nothing, and is found without reading all', () =>
  fc.assert(
    fc.asyncProperty(times(), fc.nat(100_000), async (at, sinceMs) => {
      const ledger = ledgerOf(at);
      const start = await startOf(ledger, { sinceMs });
      expect(ledger.reads()).toBeLessThan(14);
      const found: number[] = [];
      for await (const { position } of records(ledger, { sinceMs }, start)) found.push(position);
      expect(found).toEqual(await all(ledger, { sinceMs }));
    }),
    { numRuns: 30 },
  ));
