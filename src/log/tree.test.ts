// SPDX-License-Identifier: Apache-2.0

import { describe, expect, test } from 'vitest';
import { emptyRoot, type Hash, leafHash } from './hash.ts';
import { root, sampleLeaves, store } from './reference.fixture.ts';
import {
  appendLeaf,
  EMPTY_FRONTIER,
  frontierRoot,
  loadFrontier,
  MAX_TREE_SIZE,
  storedHashCount,
  storedHashIndex,
  subtreesOf,
  TreeUnreadable,
  treeRoot,
} from './tree.ts';

const LEAVES = sampleLeaves(130);

describe('appending', () => {
  test('after each leaf the root is that of RFC 9162, from the frontier and from storage', async () => {
    expect(frontierRoot(EMPTY_FRONTIER)).toEqual(emptyRoot());
    let frontier = EMPTY_FRONTIER;
    const { read } = store(LEAVES);
    for (const [i, leaf] of LEAVES.entries()) {
      frontier = appendLeaf(frontier, leaf).frontier;
      const want = root(LEAVES.slice(0, i + 1));
      expect(frontierRoot(frontier)).toEqual(want);
      expect(await treeRoot(i + 1, read)).toEqual(want);
    }
  });

  test('appending leaves the frontier before it as it was', () => {
    const three = LEAVES.slice(0, 3).reduce((f, leaf) => appendLeaf(f, leaf).frontier, EMPTY_FRONTIER);
    const before = frontierRoot(three);
    appendLeaf(three, leafHash(Buffer.from('one branch')));
    expect(frontierRoot(three)).toEqual(before);
    expect(three.hashes).toHaveLength(2);
  });

  test('a frontier loaded at any size goes on like the one that never stopped', async () => {
    const { stored, read } = store(LEAVES);
    for (let size = 0; size < LEAVES.length; size++) {
      const resumed = appendLeaf(await loadFrontier(size, read), LEAVES[size] ?? emptyRoot());
      expect(resumed.stored).toEqual(stored.slice(storedHashCount(size), storedHashCount(size + 1)));
      expect(frontierRoot(resumed.frontier)).toEqual(root(LEAVES.slice(0, size + 1)));
    }
  });

  test('a frontier with too few hashes is not appended to', () => {
    expect(() => appendLeaf({ size: 3, hashes: [] }, emptyRoot())).toThrow(TreeUnreadable);
  });

  test('a full tree takes no leaf', () => {
    expect(() => appendLeaf({ size: MAX_TREE_SIZE, hashes: [emptyRoot()] }, emptyRoot())).toThrow(RangeError);
  });
});

describe('stored hashes', () => {
  test('each complete subtree has an index of its own, without gaps, and its root is there', () => {
    const { stored } = store(LEAVES);
    const taken = new Set<number>();
    for (let level = 0; 2 ** level <= LEAVES.length; level++) {
      for (let n = 0; (n + 1) * 2 ** level <= LEAVES.length; n++) {
        const index = storedHashIndex(level, n);
        expect(stored[index]).toEqual(root(LEAVES.slice(n * 2 ** level, (n + 1) * 2 ** level)));
        taken.add(index);
      }
    }
    expect(taken.size).toBe(stored.length);
    expect(storedHashCount(LEAVES.length)).toBe(stored.length);
  });

  test('the order is the one that seven leaves show', () => {
    const order = [0, 1, 2, 3, 4, 5, 6].map((n) => storedHashCount(n + 1) - storedHashCount(n));
    expect(order).toEqual([1, 2, 1, 3, 1, 2, 1]);
    expect([storedHashIndex(0, 0), storedHashIndex(0, 1), storedHashIndex(1, 0)]).toEqual([0, 1, 2]);
    expect([storedHashIndex(2, 0), storedHashIndex(0, 4)]).toEqual([6, 7]);
  });

  test('at the largest size the indexes are still exact', () => {
    const indexes = subtreesOf(0, MAX_TREE_SIZE - 1);
    expect(indexes).toHaveLength(52);
    expect(indexes.every(Number.isSafeInteger)).toBe(true);
    expect(new Set(indexes).size).toBe(52);
    expect(storedHashIndex(52, 0)).toBe(2 ** 53 - 2);
  });
});

describe('a store that fails', () => {
  const { stored } = store(LEAVES);
  test.each<[what: string, read: (indexes: readonly number[]) => readonly Hash[]]>([
    ['too few hashes', (indexes) => indexes.slice(1).flatMap((i) => stored[i] ?? [])],
    ['too many hashes', (indexes) => [emptyRoot(), ...indexes.flatMap((i) => stored[i] ?? [])]],
    ['a cut hash', (indexes) => indexes.flatMap((i) => stored[i]?.subarray(0, 31) ?? [])],
  ])('%s: no root', async (_what, read) => {
    await expect(treeRoot(100, read)).rejects.toThrow(TreeUnreadable);
  });

  test('its own error comes through', async () => {
    const read = () => Promise.reject(new Error('disk on fire'));
    await expect(treeRoot(100, read)).rejects.toThrow('disk on fire');
  });
});

test.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, MAX_TREE_SIZE + 1])(
  'a tree of %d leaves does not exist',
  async (size) => {
    await expect(treeRoot(size, () => [])).rejects.toThrow(RangeError);
  },
);
