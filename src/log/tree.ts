// SPDX-License-Identifier: Apache-2.0

/**
 * An append-only Merkle tree that never holds its leaves.
 *
 * Appending needs only the frontier: the roots of the perfect subtrees that the leaves so far fall
 * into, one for each bit set in the size. Each append also yields the hashes that have become final;
 * stored one after the other they answer every later question about any size (see prove.ts).
 *
 * Never touches storage: the caller stores what `appendLeaf` returns and passes a `HashReader`.
 *
 * Source: RFC 9162 section 2.1; the order of stored hashes is that of Crosby and Wallach, "Efficient
 * Data Structures for Tamper-Evident Logging" (2009), section 3.3, as in golang.org/x/mod/sumdb/tlog.
 */

import { emptyRoot, type Hash, isHash, nodeHash } from './hash.ts';

/** Below this size every stored index is a safe integer. */
export const MAX_TREE_SIZE = 2 ** 52;

/** The roots of the perfect subtrees of the leaves so far, the widest (leftmost) first. */
export interface Frontier {
  readonly size: number;
  readonly hashes: readonly Hash[];
}

/**
 * Reads stored hashes by index, in the order asked for, all of them or else it throws.
 *
 * Called at most once for each root or proof, with at most 2 log2(size) indexes.
 */
export type HashReader = (indexes: readonly number[]) => readonly Hash[] | Promise<readonly Hash[]>;

/** The store did not hold what the tree needs: the tree cannot be trusted until it is repaired. */
export class TreeUnreadable extends Error {
  readonly code = 'tree_unreadable';
  override readonly name = 'TreeUnreadable';
}

export const EMPTY_FRONTIER: Frontier = Object.freeze({ size: 0, hashes: Object.freeze([]) });

/**
 * Adds one leaf.
 *
 * @returns the frontier after it, and the hashes to store from index `storedHashCount(size before)`
 *   on: the leaf's own, then that of each subtree which this leaf completes (two hashes on average)
 */
export function appendLeaf(
  frontier: Frontier,
  leaf: Hash,
): { readonly frontier: Frontier; readonly stored: readonly Hash[] } {
  if (frontier.size >= MAX_TREE_SIZE) throw new RangeError('the tree is full');
  const hashes = frontier.hashes.slice();
  const stored = [leaf];
  let node = leaf;
  // As in binary addition: each trailing 1 of the size is a subtree that this leaf completes.
  for (let carry = frontier.size; carry % 2 === 1; carry = (carry - 1) / 2) {
    const left = hashes.pop();
    if (left === undefined) throw new TreeUnreadable('the frontier has fewer hashes than its size needs');
    node = nodeHash(left, node);
    stored.push(node);
  }
  hashes.push(node);
  return { frontier: { size: frontier.size + 1, hashes }, stored };
}

export function frontierRoot(frontier: Frontier): Hash {
  return frontier.size === 0 ? emptyRoot() : joinRight(frontier.hashes);
}

/** The frontier of the first `size` leaves, out of storage: how a log picks up after a restart. */
export async function loadFrontier(size: number, read: HashReader): Promise<Frontier> {
  requireSize(size);
  return { size, hashes: await readHashes(subtreesOf(0, size), read) };
}

/** The root of the first `size` leaves: any size up to what is stored, not only the newest. */
export async function treeRoot(size: number, read: HashReader): Promise<Hash> {
  return frontierRoot(await loadFrontier(size, read));
}

/** Where the hash of the `n`th subtree of 2^level leaves is stored. */
export function storedHashIndex(level: number, n: number): number {
  // It is stored with the last leaf that it covers, after that leaf's own hash and the lower levels'.
  const lastLeaf = (n + 1) * 2 ** level - 1;
  return storedHashCount(lastLeaf) + level;
}

/** How many hashes a tree of this size stores; also where the next leaf's own hash goes. */
export function storedHashCount(size: number): number {
  let count = 0;
  for (let subtrees = size; subtrees > 0; subtrees = Math.floor(subtrees / 2)) count += subtrees;
  return count;
}

/** The stored indexes of the perfect subtrees which [lo, hi) falls into, from left to right. */
export function subtreesOf(lo: number, hi: number): readonly number[] {
  const indexes: number[] = [];
  let start = lo;
  for (let level = 52; level >= 0; level--) {
    const width = 2 ** level;
    if (width > hi - start) continue;
    indexes.push(storedHashIndex(level, start / width));
    start += width;
  }
  return indexes;
}

/** The root over neighbouring subtrees of falling width. */
export function joinRight(subtrees: readonly Hash[]): Hash {
  return subtrees.reduceRight((right, left) => nodeHash(left, right));
}

/** A reader that answers short or with something else would silently yield a false root. */
export async function readHashes(indexes: readonly number[], read: HashReader): Promise<readonly Hash[]> {
  if (indexes.length === 0) return [];
  const hashes = await read(indexes);
  if (hashes.length !== indexes.length) {
    throw new TreeUnreadable(`read ${hashes.length} hashes, expected ${indexes.length}`);
  }
  const bad = hashes.findIndex((h) => !isHash(h));
  if (bad !== -1) throw new TreeUnreadable(`stored hash ${indexes[bad]} is not 32 bytes`);
  return hashes;
}

export function requireSize(size: number): void {
  if (!Number.isSafeInteger(size) || size < 0 || size > MAX_TREE_SIZE) {
    throw new RangeError(`tree size \`${size}\` is not an integer from 0 to 2^52`);
  }
}
