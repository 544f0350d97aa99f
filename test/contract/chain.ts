// SPDX-License-Identifier: Apache-2.0
// What every ledger holds at any time, checked from outside of it.
import { expect } from 'vitest';
import type { Entry, Ledger } from '../../src/app/ports.ts';
import { leafHashHex } from '../../src/core/record/envelope.ts';

/** Every record, each link and hash of it checked. */
export async function wholeChain(ledger: Pick<Ledger, 'size' | 'read'>): Promise<readonly Entry[]> {
  const size = await ledger.size();
  const entries: Entry[] = [];
  while (entries.length < size) entries.push(...(await ledger.read(entries.length, 1000)));
  const last = new Map<string, { seq: number; leafHash: string }>();
  for (const [position, entry] of entries.entries()) {
    const { body, prev, seq, stream } = JSON.parse(entry.leaf);
    const before = last.get(stream);
    expect({ position: entry.position, stream: entry.stream, id: entry.id }).toEqual({
      position,
      stream,
      id: body.id,
    });
    expect({ seq, prev }).toEqual({
      seq: before === undefined ? 0 : before.seq + 1,
      prev: before?.leafHash ?? null,
    });
    expect(entry.leafHash).toBe(leafHashHex(entry.leaf));
    last.set(stream, { seq, leafHash: entry.leafHash });
  }
  return entries;
}
