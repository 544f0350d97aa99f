// SPDX-License-Identifier: Apache-2.0

import { describe, expect, test } from 'vitest';
import { emptyRoot, type Hash } from './hash.ts';
import { consistencyProof, inclusionProof } from './prove.ts';
import * as reference from './reference.fixture.ts';
import {
  type ConsistencyClaim,
  type InclusionClaim,
  verifyConsistency,
  verifyInclusion,
  verifySubtreeConsistency,
  verifySubtreeInclusion,
} from './verify.ts';

const SIZES = Array.from({ length: 100 }, (_, i) => i + 1);
const LEAVES = reference.sampleLeaves(101);
const ROOTS = [emptyRoot(), ...LEAVES.map((_, i) => reference.root(LEAVES.slice(0, i + 1)))];
const { read } = reference.store(LEAVES);

const leafAt = (i: number): Hash => LEAVES[i] ?? expect.fail(`no leaf ${i}`);
const rootAt = (size: number): Hash => ROOTS[size] ?? expect.fail(`no root ${size}`);

/** The byte differs from hash to hash, so that over all proofs each of the 32 is hit. */
function corrupted(hash: Hash, at = 0): Hash {
  const copy = Uint8Array.from(hash);
  const byte = (at * 7 + (hash[0] ?? 0)) % copy.length;
  copy[byte] = (copy[byte] ?? 0) ^ (1 << (at % 8));
  return copy;
}

/** Every proof that is this one but for one thing. */
function* mutilated(proof: readonly Hash[]): Generator<readonly Hash[]> {
  for (const [i, hash] of proof.entries()) yield proof.with(i, corrupted(hash, i));
  if (proof.length > 0) {
    yield proof.slice(1);
    yield proof.slice(0, -1);
    yield [...proof, ...proof.slice(-1)];
    yield [...proof.slice(0, 1), ...proof];
  }
  if (proof.length > 1 && proof[0] !== proof[1]) yield [...proof].reverse();
  yield [...proof, emptyRoot()];
  yield [emptyRoot(), ...proof];
}

// expect() costs more than a proof; these loops collect what went wrong and assert once a tree.
describe.each(SIZES)('the tree of %d leaves', (size) => {
  test('every inclusion proof, and nothing near it, verifies', async () => {
    const wrong: string[] = [];
    for (let index = 0; index < size; index++) {
      const proof = await inclusionProof(size, index, read);
      const claim: InclusionClaim = { size, root: rootAt(size), index, leafHash: leafAt(index), proof };
      if (!same(proof, reference.path(index, LEAVES.slice(0, size))))
        wrong.push(`${index}: other than RFC 9162`);
      if (!verifyInclusion(claim).ok) wrong.push(`${index}: refused`);
      for (const [what, forged] of forgedInclusions(claim)) {
        if (verifyInclusion(forged).ok) wrong.push(`${index}: ${what} accepted`);
      }
    }
    expect(wrong).toEqual([]);
  });

  test('every consistency proof up to it, and nothing near it, verifies', async () => {
    const wrong: string[] = [];
    for (let oldSize = 1; oldSize <= size; oldSize++) {
      const proof = await consistencyProof(oldSize, size, read);
      const claim: ConsistencyClaim = {
        oldSize,
        oldRoot: rootAt(oldSize),
        newSize: size,
        newRoot: rootAt(size),
        proof,
      };
      if (!same(proof, reference.proof(oldSize, LEAVES.slice(0, size))))
        wrong.push(`${oldSize}: other than RFC 9162`);
      if (!verifyConsistency(claim).ok) wrong.push(`${oldSize}: refused`);
      for (const [what, forged] of forgedConsistencies(claim)) {
        if (verifyConsistency(forged).ok) wrong.push(`${oldSize}: ${what} accepted`);
      }
    }
    expect(wrong).toEqual([]);
  });
});

function* forgedInclusions(claim: InclusionClaim): Generator<[what: string, InclusionClaim]> {
  const { size, index, root, leafHash, proof } = claim;
  for (const forged of mutilated(proof)) yield ['a mutilated proof', { ...claim, proof: forged }];
  yield ['another root', { ...claim, root: corrupted(root, index) }];
  yield ['another leaf', { ...claim, leafHash: corrupted(leafHash, index) }];
  for (const other of [index - 1, index + 1, index ^ 2, size - 1 - index, index + size]) {
    if (other !== index) yield [`index ${other}`, { ...claim, index: other }];
  }
  for (const other of [size - 1, size + 1]) {
    yield [`size ${other}, with its own root`, { ...claim, size: other, root: rootAt(other) }];
  }
  // A proof alone does not bind the size (see verify.ts): where the paths have the same turns it passes.
  for (const other of [size - 1, size + 1, 2 * size, size * 2 ** 32]) {
    const alike = index < other && reference.turns(index, other) === reference.turns(index, size);
    if (!alike) yield [`size ${other}, with the same root`, { ...claim, size: other }];
  }
}

function* forgedConsistencies(claim: ConsistencyClaim): Generator<[what: string, ConsistencyClaim]> {
  const { oldSize, oldRoot, newSize, newRoot, proof } = claim;
  for (const forged of mutilated(proof)) yield ['a mutilated proof', { ...claim, proof: forged }];
  yield ['another old root', { ...claim, oldRoot: corrupted(oldRoot, oldSize) }];
  yield ['another new root', { ...claim, newRoot: corrupted(newRoot, oldSize) }];
  yield ['sizes and roots the wrong way round, with another size', { ...claim, oldSize: newSize + 1 }];
  if (oldSize < newSize) {
    yield ['swapped roots', { ...claim, oldRoot: newRoot, newRoot: oldRoot }];
    yield ['swapped sizes', { ...claim, oldSize: newSize, newSize: oldSize }];
    yield ['no proof', { ...claim, proof: [] }];
  }
  yield ['an empty old tree', { ...claim, oldSize: 0, oldRoot: emptyRoot() }];
  for (const other of [oldSize - 1, oldSize + 1]) {
    yield [`old size ${other}, with its own root`, { ...claim, oldSize: other, oldRoot: rootAt(other) }];
  }
  for (const other of [newSize - 1, newSize + 1]) {
    yield [`new size ${other}, with its own root`, { ...claim, newSize: other, newRoot: rootAt(other) }];
  }
}

test('every subtree of every tree up to 40 leaves: both proofs verify, and no mutilated one', () => {
  const wrong: string[] = [];
  for (let size = 1; size <= 40; size++) {
    for (const [start, end] of subtrees(size)) {
      const inside = LEAVES.slice(start, end);
      const subtreeRoot = reference.root(inside);
      const proof = reference.subtreeProof(start, end, LEAVES.slice(0, size));
      const claim = { start, end, subtreeRoot, size, root: rootAt(size), proof };
      if (!verifySubtreeConsistency(claim).ok) wrong.push(`[${start},${end}) of ${size}: refused`);
      const forgeries = [...mutilated(proof)].map((forged) => ({ ...claim, proof: forged }));
      forgeries.push(
        { ...claim, subtreeRoot: corrupted(subtreeRoot) },
        { ...claim, root: corrupted(rootAt(size)) },
      );
      if (forgeries.some((forged) => verifySubtreeConsistency(forged).ok)) {
        wrong.push(`[${start},${end}) of ${size}: forgery accepted`);
      }
      const index = end - 1;
      const leaf = { start, end, root: subtreeRoot, index, leafHash: leafAt(index) };
      const path = reference.path(index - start, inside);
      if (!verifySubtreeInclusion({ ...leaf, proof: path }).ok)
        wrong.push(`${index} in [${start},${end}): refused`);
      if ([...mutilated(path)].some((forged) => verifySubtreeInclusion({ ...leaf, proof: forged }).ok)) {
        wrong.push(`${index} in [${start},${end}): forgery accepted`);
      }
    }
  }
  expect(wrong).toEqual([]);
});

function* subtrees(size: number): Generator<[start: number, end: number]> {
  for (let width = 1; width < 2 * size; width *= 2) {
    for (let start = 0; start < size; start += width) {
      for (let end = start + Math.floor(width / 2) + 1; end <= Math.min(start + width, size); end++) {
        yield [start, end];
      }
    }
  }
}

test('each proof asks the store once', async () => {
  let calls = 0;
  const counting = (indexes: readonly number[]) => {
    calls += 1;
    return read(indexes);
  };
  await inclusionProof(100, 37, counting);
  await consistencyProof(37, 100, counting);
  expect(calls).toBe(2);
  await consistencyProof(100, 100, counting);
  expect(calls).toBe(2);
});

test.each<[size: number, index: number]>([
  [0, 0],
  [5, 5],
  [5, -1],
  [5, 1.5],
  [5, Number.NaN],
  [-1, 0],
  [2 ** 53, 0],
])('there is no inclusion proof in a tree of %d for leaf %d', async (size, index) => {
  await expect(inclusionProof(size, index, read)).rejects.toThrow(RangeError);
});

test.each<[oldSize: number, newSize: number]>([
  [0, 0],
  [0, 5],
  [6, 5],
  [-1, 5],
  [1.5, 5],
  [1, Number.POSITIVE_INFINITY],
])('there is no consistency proof from %d to %d', async (oldSize, newSize) => {
  await expect(consistencyProof(oldSize, newSize, read)).rejects.toThrow(RangeError);
});

function same(a: readonly Hash[], b: readonly Hash[]): boolean {
  return Buffer.compare(Buffer.concat(a), Buffer.concat(b)) === 0;
}
