// SPDX-License-Identifier: Apache-2.0

/**
 * The hashes of the tree: SHA-256 with one leading byte that tells leaf from node, so that no record
 * can be made to look like an inner node.
 *
 * Never judges what a record means; a leaf is a string of bytes.
 *
 * Source: RFC 9162 section 2.1.1.
 */

import { hash } from 'node:crypto';

/** 32 bytes. Treat as immutable: hashes are shared between trees, proofs and stores. */
export type Hash = Uint8Array;

export const HASH_BYTES = 32;

const LEAF_PREFIX = 0x00;
const NODE_PREFIX = 0x01;

export function leafHash(record: Uint8Array): Hash {
  const input = Buffer.allocUnsafe(1 + record.length);
  input[0] = LEAF_PREFIX;
  input.set(record, 1);
  return hash('sha256', input, 'buffer');
}

export function nodeHash(left: Hash, right: Hash): Hash {
  const input = Buffer.allocUnsafe(1 + 2 * HASH_BYTES);
  input[0] = NODE_PREFIX;
  input.set(left, 1);
  input.set(right, 1 + HASH_BYTES);
  return hash('sha256', input, 'buffer');
}

/** The root of the tree without leaves: the hash of no bytes. */
export function emptyRoot(): Hash {
  return hash('sha256', '', 'buffer');
}

/** Proofs come from strangers, often out of JSON: what claims to be a hash is looked at first. */
export function isHash(candidate: unknown): candidate is Hash {
  return candidate instanceof Uint8Array && candidate.length === HASH_BYTES;
}

/** Nothing here is secret, so the comparison need not take constant time. */
export function sameHash(a: unknown, b: unknown): boolean {
  return a instanceof Uint8Array && b instanceof Uint8Array && Buffer.compare(a, b) === 0;
}
