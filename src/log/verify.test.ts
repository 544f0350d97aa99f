// SPDX-License-Identifier: Apache-2.0

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { emptyRoot, leafHash, nodeHash } from './hash.ts';
import { turns } from './reference.fixture.ts';
import {
  type ProofRefusal,
  verifyConsistency,
  verifyInclusion,
  verifySubtreeConsistency,
  verifySubtreeInclusion,
} from './verify.ts';

const a = leafHash(Buffer.from('a'));
const b = leafHash(Buffer.from('b'));
const c = leafHash(Buffer.from('c'));
const ab = nodeHash(a, b);
const abc = nodeHash(ab, c);
const inclusion = { size: 3, root: abc, index: 1, leafHash: b, proof: [a, c] };
const consistency = { oldSize: 2, oldRoot: ab, newSize: 3, newRoot: abc, proof: [c] };
const short = new Uint8Array(31);

describe('why an inclusion proof is refused', () => {
  test('the honest one is not', () => expect(verifyInclusion(inclusion)).toEqual({ ok: true }));
  test.each<[what: string, change: Partial<typeof inclusion>, reason: ProofRefusal]>([
    ['no leaves', { size: 0, index: 0 }, 'out_of_range'],
    ['index at the size', { index: 3 }, 'out_of_range'],
    ['negative index', { index: -1 }, 'out_of_range'],
    ['fractional index', { index: 0.5 }, 'out_of_range'],
    ['index that is no number', { index: Number.NaN }, 'out_of_range'],
    ['endless size', { size: Number.POSITIVE_INFINITY }, 'out_of_range'],
    ['unsafe size', { size: 2 ** 53 }, 'out_of_range'],
    ['largest size, short proof', { size: 2 ** 53 - 1 }, 'wrong_length'],
    ['size whose low 32 bits are right', { size: 2 ** 32 + 3 }, 'wrong_length'],
    ['too few hashes', { proof: [a] }, 'wrong_length'],
    ['too many hashes', { proof: [a, c, c] }, 'wrong_length'],
    ['a million hashes', { proof: Array.from({ length: 1_000_000 }, () => c) }, 'wrong_length'],
    ['a short hash', { proof: [a, short] }, 'malformed_hash'],
    ['a short leaf hash', { leafHash: short }, 'malformed_hash'],
    ['another root', { root: ab }, 'wrong_root'],
    ['a short root', { root: short }, 'wrong_root'],
  ])('%s', (_what, change, reason) => {
    expect(verifyInclusion({ ...inclusion, ...change })).toEqual({ ok: false, reason });
  });

  test('the record of a node verifies only where the caller skips the leaf hash', () => {
    const claim = { size: 2, root: abc, index: 0, proof: [c] };
    expect(verifyInclusion({ ...claim, leafHash: leafHash(Buffer.concat([a, b])) }).ok).toBe(false);
    expect(verifyInclusion({ ...claim, leafHash: ab }).ok).toBe(true);
  });
});

describe('why a consistency proof is refused', () => {
  test('the honest one is not', () => expect(verifyConsistency(consistency)).toEqual({ ok: true }));
  test.each<[what: string, change: Partial<typeof consistency>, reason: ProofRefusal]>([
    ['an empty old tree', { oldSize: 0, oldRoot: emptyRoot(), proof: [] }, 'empty_tree'],
    ['two empty trees', { oldSize: 0, newSize: 0, oldRoot: emptyRoot(), newRoot: emptyRoot() }, 'empty_tree'],
    ['older than newer', { oldSize: 4 }, 'out_of_range'],
    ['negative size', { oldSize: -2 }, 'out_of_range'],
    ['fractional size', { newSize: 3.5 }, 'out_of_range'],
    ['unsafe size', { newSize: 2 ** 53 + 2 }, 'out_of_range'],
    ['no proof', { proof: [] }, 'wrong_length'],
    ['too many hashes', { proof: [c, c] }, 'wrong_length'],
    ['new size whose low 32 bits are right', { newSize: 2 ** 32 + 3 }, 'wrong_length'],
    ['equal sizes with a proof', { newSize: 2, newRoot: ab }, 'wrong_length'],
    ['equal sizes with other roots', { newSize: 2, proof: [] }, 'wrong_root'],
    ['a short hash', { proof: [short] }, 'malformed_hash'],
    ['a short old root that would be hashed', { oldRoot: short }, 'malformed_hash'],
    ['another new root', { newRoot: ab }, 'wrong_root'],
  ])('%s', (_what, change, reason) => {
    expect(verifyConsistency({ ...consistency, ...change })).toEqual({ ok: false, reason });
  });

  test('an old root that the proof contradicts', () => {
    const d = leafHash(Buffer.from('d'));
    const newRoot = nodeHash(ab, nodeHash(c, d));
    const claim = { oldSize: 3, oldRoot: abc, newSize: 4, newRoot, proof: [c, d, ab] };
    expect(verifyConsistency(claim)).toEqual({ ok: true });
    expect(verifyConsistency({ ...claim, oldRoot: ab })).toEqual({ ok: false, reason: 'wrong_old_root' });
  });
});

test.each<[start: number, end: number]>([
  [1, 3],
  [2, 5],
  [2, 6],
  [3, 5],
  [2, 1],
])('leaves [%d, %d) are no subtree', (start, end) => {
  const subtree = { start, end, subtreeRoot: ab, size: 8, root: abc, proof: [] };
  expect(verifySubtreeConsistency(subtree)).toEqual({ ok: false, reason: 'no_such_subtree' });
  const leaf = { start, end, root: ab, index: start, leafHash: a, proof: [] };
  expect(verifySubtreeInclusion(leaf)).toEqual({ ok: false, reason: 'no_such_subtree' });
});

test('the empty subtree is in every tree that reaches it, and has no proof', () => {
  const claim = { start: 2, end: 2, subtreeRoot: emptyRoot(), size: 3, root: abc, proof: [] };
  expect(verifySubtreeConsistency(claim)).toEqual({ ok: true });
  expect(verifySubtreeConsistency({ ...claim, proof: [c] })).toEqual({ ok: false, reason: 'wrong_length' });
  expect(verifySubtreeConsistency({ ...claim, subtreeRoot: c })).toEqual({
    ok: false,
    reason: 'wrong_old_root',
  });
  expect(verifySubtreeConsistency({ ...claim, size: 1 })).toEqual({ ok: false, reason: 'out_of_range' });
});

test('a leaf to the left of the subtree is not in it', () => {
  const claim = { start: 2, end: 3, root: c, index: 0, leafHash: c, proof: [] };
  expect(verifySubtreeInclusion({ ...claim, index: 2 })).toEqual({ ok: true });
  expect(verifySubtreeInclusion(claim)).toEqual({ ok: false, reason: 'out_of_range' });
});

test('sizes beyond 32 bits: the path follows the turns from root to leaf', () => {
  const tree = fc
    .bigInt(1n, 2n ** 53n - 1n)
    .chain((size) => fc.tuple(fc.constant(Number(size)), fc.bigInt(0n, size - 1n).map(Number)));
  fc.assert(
    fc.property(tree, ([size, index]) => {
      const down = turns(index, size);
      const proof = Array.from(down, (_, i) => leafHash(Buffer.from(`sibling ${i}`)));
      const up = Array.from(down).reverse();
      const root = proof.reduce((hash, sibling, i) => {
        return up[i] === 'L' ? nodeHash(hash, sibling) : nodeHash(sibling, hash);
      }, a);
      const claim = { size, root, index, leafHash: a, proof };
      expect(verifyInclusion(claim)).toEqual({ ok: true });
      if (size > 1) expect(verifyInclusion({ ...claim, index: index === 0 ? 1 : index - 1 }).ok).toBe(false);
    }),
    { numRuns: 500 },
  );
});

test('whatever a stranger sends, there is a verdict, and without a true proof it is a refusal', () => {
  const number = fc.oneof(fc.integer({ min: -2, max: 9 }), fc.maxSafeInteger(), fc.double());
  const bytes = fc.oneof(fc.uint8Array({ maxLength: 40 }), fc.uint8Array({ minLength: 32, maxLength: 32 }));
  const proof = fc.array(bytes, { maxLength: 60 });
  fc.assert(
    fc.property(number, number, number, bytes, proof, (x, y, z, other, hashes) => {
      const verdicts = [
        verifyInclusion({ size: x, root: abc, index: y, leafHash: other, proof: hashes }),
        verifyConsistency({ oldSize: x, oldRoot: other, newSize: y, newRoot: abc, proof: hashes }),
        verifySubtreeInclusion({ start: x, end: y, root: abc, index: z, leafHash: other, proof: hashes }),
      ];
      const empty = { start: x, end: y, subtreeRoot: other, size: z, root: abc, proof: hashes };
      verdicts.push(verifySubtreeConsistency(empty));
      return verdicts.every((verdict) => !verdict.ok);
    }),
    { numRuns: 2000 },
  );
});
