// SPDX-License-Identifier: Apache-2.0

/**
 * Makes inclusion and consistency proofs for a tree of any size up to what is stored.
 *
 * Works out first which ranges of leaves the proof speaks of, then reads all their hashes at once.
 * Asking for a proof that cannot exist is the caller's mistake and throws RangeError: check what
 * comes from outside against the size of the tree first.
 *
 * Source: RFC 9162 sections 2.1.3.1 and 2.1.4.1.
 */

import type { Hash } from './hash.ts';
import { type HashReader, joinRight, readHashes, requireSize, subtreesOf } from './tree.ts';

/** Leaves [lo, hi). */
type Range = readonly [lo: number, hi: number];

/** That leaf `index` is in the tree of `size` leaves: from the leaf's sibling up to the root's child. */
export async function inclusionProof(
  size: number,
  index: number,
  read: HashReader,
): Promise<readonly Hash[]> {
  requireSize(size);
  if (!Number.isSafeInteger(index) || index < 0 || index >= size) {
    throw new RangeError(`leaf index \`${index}\` is not within the tree of ${size} leaves`);
  }
  return hashRanges(inclusionPath(size, index), read);
}

/** That the tree of `oldSize` leaves, at least one, is a prefix of the tree of `newSize` leaves. */
export async function consistencyProof(
  oldSize: number,
  newSize: number,
  read: HashReader,
): Promise<readonly Hash[]> {
  requireSize(oldSize);
  requireSize(newSize);
  if (oldSize < 1 || oldSize > newSize) {
    throw new RangeError(`old size \`${oldSize}\` is not from 1 to the new size ${newSize}`);
  }
  return hashRanges(consistencyPath(oldSize, newSize), read);
}

function inclusionPath(size: number, index: number): readonly Range[] {
  const path: Range[] = [];
  let lo = 0;
  let hi = size;
  while (hi - lo > 1) {
    const middle = lo + leftWidth(hi - lo);
    if (index < middle) {
      path.push([middle, hi]);
      hi = middle;
    } else {
      path.push([lo, middle]);
      lo = middle;
    }
  }
  return path.reverse();
}

function consistencyPath(oldSize: number, newSize: number): readonly Range[] {
  const path: Range[] = [];
  let lo = 0;
  let hi = newSize;
  while (oldSize < hi) {
    const middle = lo + leftWidth(hi - lo);
    if (oldSize <= middle) {
      path.push([middle, hi]);
      hi = middle;
    } else {
      path.push([lo, middle]);
      lo = middle;
    }
  }
  // Common ground. If it is the whole old tree, the verifier has its hash: the old root.
  if (lo > 0) path.push([lo, hi]);
  return path.reverse();
}

async function hashRanges(ranges: readonly Range[], read: HashReader): Promise<readonly Hash[]> {
  const wanted = ranges.map(([lo, hi]) => subtreesOf(lo, hi));
  const hashes = await readHashes(wanted.flat(), read);
  let taken = 0;
  return wanted.map((indexes) => {
    const from = taken;
    taken += indexes.length;
    return joinRight(hashes.slice(from, taken));
  });
}

/** Leaves in the left subtree of a tree of `size` (two or more): the largest power of two below it. */
function leftWidth(size: number): number {
  let width = 1;
  while (width * 2 < size) width *= 2;
  return width;
}
