// SPDX-License-Identifier: Apache-2.0

/**
 * For tests only: the recursive definitions of RFC 9162 section 2.1 written down as they stand there,
 * over a list of leaf hashes. Slow, and written without looking at tree.ts, so that both being wrong
 * in the same way is unlikely.
 */

import { type Hash, leafHash, nodeHash } from './hash.ts';
import { appendLeaf, EMPTY_FRONTIER, type HashReader } from './tree.ts';

/** Different leaves, the empty record among them. */
export function sampleLeaves(count: number): readonly Hash[] {
  return Array.from({ length: count }, (_, i) => leafHash(Buffer.from(i === 0 ? '' : `record ${i}`)));
}

/** MTH, for one leaf or more. */
export function root(leaves: readonly Hash[]): Hash {
  const [only] = leaves;
  if (leaves.length === 1 && only !== undefined) return only;
  const k = split(leaves.length);
  return nodeHash(root(leaves.slice(0, k)), root(leaves.slice(k)));
}

/** PATH: section 2.1.3.1. */
export function path(m: number, leaves: readonly Hash[]): readonly Hash[] {
  if (leaves.length === 1) return [];
  const k = split(leaves.length);
  const [left, right] = [leaves.slice(0, k), leaves.slice(k)];
  return m < k ? [...path(m, left), root(right)] : [...path(m - k, right), root(left)];
}

/** PROOF: section 2.1.4.1. */
export function proof(m: number, leaves: readonly Hash[]): readonly Hash[] {
  return subproof(0, m, leaves, true);
}

/** SUBTREE_PROOF of draft-ietf-plants-merkle-tree-certs: PROOF, but for leaves [start, end). */
export function subtreeProof(start: number, end: number, leaves: readonly Hash[]): readonly Hash[] {
  return subproof(start, end, leaves, true);
}

function subproof(start: number, end: number, leaves: readonly Hash[], known: boolean): readonly Hash[] {
  if (start === 0 && end === leaves.length) return known ? [] : [root(leaves)];
  const k = split(leaves.length);
  const [left, right] = [leaves.slice(0, k), leaves.slice(k)];
  if (end <= k) return [...subproof(start, end, left, known), root(right)];
  if (start >= k) return [...subproof(start - k, end - k, right, known), root(left)];
  return [...subproof(0, end - k, right, false), root(left)];
}

/** The turns from the root down to a leaf: what a verifier can learn of a size from a proof's shape. */
export function turns(m: number, size: number): string {
  if (size === 1) return '';
  const k = split(size);
  return m < k ? `L${turns(m, k)}` : `R${turns(m - k, size - k)}`;
}

/** What an adapter keeps: the hashes in the order in which the tree gave them out. */
export function store(leaves: readonly Hash[]): {
  readonly stored: readonly Hash[];
  readonly read: HashReader;
} {
  const stored: Hash[] = [];
  let frontier = EMPTY_FRONTIER;
  for (const leaf of leaves) {
    const appended = appendLeaf(frontier, leaf);
    stored.push(...appended.stored);
    frontier = appended.frontier;
  }
  return { stored, read: (indexes) => indexes.flatMap((i) => stored[i] ?? []) };
}

function split(n: number): number {
  let k = 1;
  while (2 * k < n) k *= 2;
  return k;
}
