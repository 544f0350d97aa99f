// SPDX-License-Identifier: Apache-2.0

/**
 * Verifies inclusion and consistency proofs against roots that the caller has reason to trust.
 *
 * Never throws and never does more work than the height of the tree: sizes, indexes and hashes are
 * the adversary's. A proof of any length but the one right length is refused.
 *
 * A size must come with its root, out of one signed checkpoint. A proof alone does not bind it: trees
 * of different sizes can have paths of the same shape.
 *
 * Source: RFC 9162 sections 2.1.3.2 and 2.1.4.2; subtrees as in draft-ietf-plants-merkle-tree-certs,
 * section 4.
 */

import { emptyRoot, type Hash, isHash, nodeHash, sameHash } from './hash.ts';

export type ProofRefusal =
  /** a size or index is not a safe integer in range */
  | 'out_of_range'
  /** the tree without leaves is a prefix of every tree, so that there is nothing to prove */
  | 'empty_tree'
  /** start and end name no subtree of any tree */
  | 'no_such_subtree'
  /** too few or too many hashes for these sizes */
  | 'wrong_length'
  /** a hash is not 32 bytes */
  | 'malformed_hash'
  /** the proof leads to another root than the one given */
  | 'wrong_root'
  /** the proof leads to another old root (or subtree) than the one given */
  | 'wrong_old_root';

export type ProofVerdict = { readonly ok: true } | { readonly ok: false; readonly reason: ProofRefusal };

export interface InclusionClaim {
  readonly size: number;
  readonly root: Hash;
  readonly index: number;
  readonly leafHash: Hash;
  readonly proof: readonly Hash[];
}

export interface ConsistencyClaim {
  readonly oldSize: number;
  readonly oldRoot: Hash;
  readonly newSize: number;
  readonly newRoot: Hash;
  readonly proof: readonly Hash[];
}

/** Leaves [start, end) of a tree. */
export interface SubtreeInclusionClaim {
  readonly start: number;
  readonly end: number;
  readonly root: Hash;
  readonly index: number;
  readonly leafHash: Hash;
  readonly proof: readonly Hash[];
}

export interface SubtreeConsistencyClaim {
  readonly start: number;
  readonly end: number;
  readonly subtreeRoot: Hash;
  readonly size: number;
  readonly root: Hash;
  readonly proof: readonly Hash[];
}

/** Is this leaf the one at `index` in the tree with this root? */
export function verifyInclusion({ size, root, index, leafHash, proof }: InclusionClaim): ProofVerdict {
  if (!isSize(size) || !isSize(index) || index >= size) return refuse('out_of_range');
  if (!isHash(leafHash)) return refuse('malformed_hash');

  let node = index;
  let last = size - 1;
  let hash = leafHash;
  for (const sibling of proof) {
    if (last === 0) return refuse('wrong_length');
    if (!isHash(sibling)) return refuse('malformed_hash');
    if (isOdd(node) || node === last) {
      hash = nodeHash(sibling, hash);
      // On the right border of the tree a node without a sibling is its own parent: skip those levels.
      while (!isOdd(node)) {
        node = half(node);
        last = half(last);
      }
    } else {
      hash = nodeHash(hash, sibling);
    }
    node = half(node);
    last = half(last);
  }
  if (last !== 0) return refuse('wrong_length');
  return sameHash(hash, root) ? { ok: true } : refuse('wrong_root');
}

/** Does the newer tree begin with exactly the leaves of the older one? */
export function verifyConsistency(claim: ConsistencyClaim): ProofVerdict {
  if (!isSize(claim.oldSize) || !isSize(claim.newSize)) return refuse('out_of_range');
  if (claim.oldSize > claim.newSize) return refuse('out_of_range');
  // A caller that holds no root yet must say so itself; "proved against nothing" is not a proof.
  if (claim.oldSize === 0) return refuse('empty_tree');
  return walkConsistency({
    start: 0,
    end: claim.oldSize,
    subtreeRoot: claim.oldRoot,
    size: claim.newSize,
    root: claim.newRoot,
    proof: claim.proof,
  });
}

/** Is this leaf the one at `index` of the tree, within the subtree [start, end) with this root? */
export function verifySubtreeInclusion(claim: SubtreeInclusionClaim): ProofVerdict {
  const { start, end, root, index, leafHash, proof } = claim;
  if (!isSize(start) || !isSize(end) || !isSize(index)) return refuse('out_of_range');
  if (!isSubtree(start, end)) return refuse('no_such_subtree');
  return verifyInclusion({ size: end - start, root, index: index - start, leafHash, proof });
}

/** Is [start, end) with this root a subtree of the tree with that root? The empty one always is. */
export function verifySubtreeConsistency(claim: SubtreeConsistencyClaim): ProofVerdict {
  const { start, end, size } = claim;
  if (!isSize(start) || !isSize(end) || !isSize(size) || end > size) return refuse('out_of_range');
  if (!isSubtree(start, end)) return refuse('no_such_subtree');
  if (start < end) return walkConsistency(claim);
  if (claim.proof.length > 0) return refuse('wrong_length');
  return sameHash(claim.subtreeRoot, emptyRoot()) ? { ok: true } : refuse('wrong_old_root');
}

/** Walks the right edge of the subtree up to the root, hashing both. Sizes have been checked. */
function walkConsistency(claim: SubtreeConsistencyClaim): ProofVerdict {
  let first = claim.start;
  let edge = claim.end - 1;
  let last = claim.size - 1;
  const climb = () => {
    first = half(first);
    edge = half(edge);
    last = half(last);
  };

  // The proof begins at the widest perfect subtree that ends where the given one ends.
  if (edge === last) while (first !== edge) climb();
  else while (first !== edge && isOdd(edge)) climb();

  const rest = claim.proof.values();
  let seed: unknown = claim.subtreeRoot;
  if (first !== edge) {
    const head = rest.next();
    if (head.done) return refuse('wrong_length');
    seed = head.value;
  } else if (claim.proof.length === 0) {
    // Two names of one tree: nothing is hashed, so that the roots need only be equal.
    if (last !== 0) return refuse('wrong_length');
    return sameHash(claim.subtreeRoot, claim.root) ? { ok: true } : refuse('wrong_root');
  }
  if (!isHash(seed)) return refuse('malformed_hash');

  let subtreeHash = seed;
  let treeHash = seed;
  for (const sibling of rest) {
    if (last === 0) return refuse('wrong_length');
    if (!isHash(sibling)) return refuse('malformed_hash');
    if (isOdd(edge) || edge === last) {
      if (first < edge) subtreeHash = nodeHash(sibling, subtreeHash);
      treeHash = nodeHash(sibling, treeHash);
      while (!isOdd(edge)) climb();
    } else {
      treeHash = nodeHash(treeHash, sibling);
    }
    climb();
  }
  if (last !== 0) return refuse('wrong_length');
  if (!sameHash(subtreeHash, claim.subtreeRoot)) return refuse('wrong_old_root');
  return sameHash(treeHash, claim.root) ? { ok: true } : refuse('wrong_root');
}

/** Whether [start, end) is a subtree of some tree: start is a multiple of the power of two it fits in. */
function isSubtree(start: number, end: number): boolean {
  if (start > end) return false;
  let width = 1;
  while (width < end - start) width *= 2;
  return start % width === 0;
}

function refuse(reason: ProofRefusal): ProofVerdict {
  return { ok: false, reason };
}

function isSize(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

/** Bitwise operators would cut to 32 bits. */
function half(value: number): number {
  return Math.floor(value / 2);
}

function isOdd(value: number): boolean {
  return value % 2 === 1;
}
