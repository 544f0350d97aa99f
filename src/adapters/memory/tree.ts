// SPDX-License-Identifier: Apache-2.0
// The nodes of the Merkle tree and its signed heads in memory.
import { LedgerUnavailable, type TreeStore } from '../../app/ports.ts';

export function createMemoryTree(): TreeStore {
  const hashes: Uint8Array[] = [];
  const checkpoints: { readonly size: number; readonly note: string }[] = [];
  let treeSize = 0;
  return {
    async treeSize() {
      return treeSize;
    },
    async readHashes(indexes) {
      return indexes.map((index) => {
        const hash = hashes[index];
        if (hash === undefined) throw new LedgerUnavailable(`no stored hash at index ${index}`);
        return hash;
      });
    },
    async append(fromIndex, added, size, note) {
      if (fromIndex !== hashes.length) {
        throw new LedgerUnavailable(`the tree goes on at index ${hashes.length}, not ${fromIndex}`);
      }
      for (const hash of added) hashes.push(hash);
      treeSize = size;
      checkpoints.push({ size, note });
    },
    async checkpoint(atMost = Number.POSITIVE_INFINITY) {
      return checkpoints.findLast(({ size }) => size <= atMost);
    },
  };
}
