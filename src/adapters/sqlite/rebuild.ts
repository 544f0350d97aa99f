// SPDX-License-Identifier: Apache-2.0
// Heads out of records: every record is read when a store opens, and every link of the chain is
// checked on the way. The file lies on a disk that others can write: nothing of it is believed
// before it fits. What is missing at the end cannot be seen from here, but for signed heads beyond it.
import { leafHashHex } from '../../core/record/envelope.ts';
import { createHeads, type Heads, type Motion } from '../../core/record/heads.ts';
import type { Entries, StoredEntry } from './entries.ts';
import { StoreDamaged } from './errors.ts';

/**
 * @param signedSize how many records there must be at least, by the newest signed head
 * @throws {StoreDamaged} names the first record that does not fit
 */
export function rebuild(entries: Entries, signedSize: number): Heads {
  const heads = createHeads();
  for (const entry of entries.scan(0)) {
    takeIn(heads, entry);
    heads.settle();
  }
  if (heads.size() < signedSize) {
    throw new StoreDamaged(`missing: a signed head covers ${signedSize} records`, heads.size());
  }
  return heads;
}

function takeIn(heads: Heads, entry: StoredEntry): void {
  const position = heads.size();
  if (entry.position !== position) throw new StoreDamaged('missing', position);
  if (leafHashHex(entry.leaf) !== entry.leafHash) {
    throw new StoreDamaged('the leaf is not the one that its hash is of', position);
  }
  const leaf = parseLeaf(entry.leaf);
  if (leaf === undefined) throw new StoreDamaged('the leaf is not a record', position);
  if (leaf.stream !== entry.stream || leaf.motion.id !== entry.id) {
    throw new StoreDamaged('the columns do not say what the leaf says', position);
  }
  const head = heads.stream(leaf.stream);
  if (leaf.prev !== (head?.leafHash ?? null) || leaf.seq !== (head === undefined ? 0 : head.seq + 1)) {
    throw new StoreDamaged('it does not follow the record before it in its stream', position);
  }
  if (entry.before !== (head?.position ?? null)) {
    throw new StoreDamaged('its pointer to the record before it is wrong', position);
  }
  heads.advance(leaf.stream, leaf.seq, entry.leafHash, leaf.motion);
}

export interface Leaf {
  readonly stream: string;
  readonly seq: number;
  readonly prev: string | null;
  readonly motion: Motion;
}

/** What the store itself needs of a leaf; the event as such is nobody's business here. */
export function parseLeaf(text: string): Leaf | undefined {
  try {
    const { body, prev, seq, stream } = JSON.parse(text);
    const { id, moves, drops } = body;
    const fits =
      typeof stream === 'string' &&
      typeof seq === 'number' &&
      (prev === null || typeof prev === 'string') &&
      typeof id === 'string' &&
      isNames(moves) &&
      isNames(drops);
    return fits ? { stream, seq, prev, motion: { id, moves, drops } } : undefined;
  } catch {
    return undefined;
  }
}

function isNames(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((name) => typeof name === 'string');
}
