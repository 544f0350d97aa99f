// SPDX-License-Identifier: Apache-2.0

/**
 * The vectors of transparency-dev/merkle, read where they lie (they are not ours to keep here), and
 * our own in test/vectors/log.json, which any other implementation may use.
 */

import { execFileSync } from 'node:child_process';
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import own from '../../test/vectors/log.json' with { type: 'json' };
import {
  appendLeaf,
  consistencyProof,
  EMPTY_FRONTIER,
  formatReceipt,
  frontierRoot,
  inclusionProof,
  keyPairFromSeed,
  leafHash,
  openCheckpoint,
  type ProofVerdict,
  parseReceipt,
  parseSignerKey,
  parseVerifierKey,
  signCheckpoint,
  storedHashIndex,
  treeRoot,
  verifyConsistency,
  verifyInclusion,
  verifyReceipt,
  verifySubtreeConsistency,
  verifySubtreeInclusion,
} from './index.ts';

const bytes = (base64: string | null) => Buffer.from(base64 ?? '', 'base64');
const all = (list: readonly string[] | null) => (list ?? []).map(bytes);
const base64 = (list: readonly Uint8Array[]) => list.map((hash) => Buffer.from(hash).toString('base64'));

/** The union of what the files of the four folders hold; null and absent mean empty. */
interface MerkleVector {
  readonly desc: string;
  readonly wantErr: boolean;
  readonly proof: readonly string[] | null;
  readonly root: string;
  readonly root1: string;
  readonly root2: string;
  readonly leafHash: string;
  readonly leafIdx: number;
  readonly treeSize: number;
  readonly size: number;
  readonly size1: number;
  readonly size2: number;
  readonly start: number;
  readonly end: number;
}

const MERKLE: Readonly<
  Record<string, { readonly count: number; readonly judge: (v: MerkleVector) => ProofVerdict }>
> = {
  inclusion: {
    count: 98,
    judge: (v) =>
      verifyInclusion({
        size: v.treeSize,
        root: bytes(v.root),
        index: v.leafIdx,
        leafHash: bytes(v.leafHash),
        proof: all(v.proof),
      }),
  },
  consistency: {
    count: 98,
    judge: (v) =>
      verifyConsistency({
        oldSize: v.size1,
        oldRoot: bytes(v.root1),
        newSize: v.size2,
        newRoot: bytes(v.root2),
        proof: all(v.proof),
      }),
  },
  subtreeinclusion: {
    count: 204,
    judge: (v) =>
      verifySubtreeInclusion({
        start: v.start,
        end: v.end,
        root: bytes(v.root),
        index: v.leafIdx,
        leafHash: bytes(v.leafHash),
        proof: all(v.proof),
      }),
  },
  subtreeconsistency: {
    count: 118,
    judge: (v) =>
      verifySubtreeConsistency({
        start: v.start,
        end: v.end,
        subtreeRoot: bytes(v.root1),
        size: v.size,
        root: bytes(v.root2),
        proof: all(v.proof),
      }),
  },
};

const archive = fileURLToPath(new URL('../../../shared/corpora/merkle/testdata.tar.gz', import.meta.url));
const absent = !existsSync(archive);
if (absent)
  console.warn('SKIPPED: the vectors of transparency-dev/merkle are not here, 518 proofs go unchecked');

describe.skipIf(absent)('transparency-dev/merkle', () => {
  const dir = absent ? '' : mkdtempSync(join(tmpdir(), 'merkle-vectors-'));
  if (!absent) execFileSync('tar', ['-xzf', archive, '-C', dir]);
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  test.each(Object.entries(MERKLE))(
    '%s: each vector has the verdict that it wants',
    (folder, { count, judge }) => {
      const files = globSync(`testdata/${folder}/**/*.json`, { cwd: dir });
      expect(files).toHaveLength(count);
      const wrong = files.filter((file) => {
        const vector: MerkleVector = JSON.parse(readFileSync(join(dir, file), 'utf8'));
        return judge(vector).ok === vector.wantErr;
      });
      expect(wrong).toEqual([]);
    },
  );
});

describe('our own vectors: the tree', () => {
  const leaves = own.records.map((record) => leafHash(bytes(record)));
  const stored: Uint8Array[] = [];
  const roots = [frontierRoot(EMPTY_FRONTIER)];
  leaves.reduce((frontier, leaf) => {
    const next = appendLeaf(frontier, leaf);
    stored.push(...next.stored);
    roots.push(frontierRoot(next.frontier));
    return next.frontier;
  }, EMPTY_FRONTIER);
  const read = (indexes: readonly number[]) => indexes.flatMap((i) => stored[i] ?? []);

  test('leaf hashes, roots and stored hashes', async () => {
    expect(base64(leaves)).toEqual(own.leafHashes);
    expect(base64(roots)).toEqual(own.roots);
    expect(base64(stored)).toEqual(own.stored.map((entry) => entry.hash));
    expect(own.stored.map(({ level, n }) => storedHashIndex(level, n))).toEqual([...own.stored.keys()]);
    for (const [size, root] of own.roots.entries())
      expect(base64([await treeRoot(size, read)])).toEqual([root]);
  });

  test.each(own.inclusion)('inclusion of leaf $index in $size', async ({ size, index, proof }) => {
    expect(base64(await inclusionProof(size, index, read))).toEqual(proof);
    const [root, leaf] = [bytes(own.roots[size] ?? ''), bytes(own.leafHashes[index] ?? '')];
    expect(verifyInclusion({ size, root, index, leafHash: leaf, proof: all(proof) })).toEqual({ ok: true });
  });

  test.each(own.consistency)('consistency of $oldSize with $newSize', async ({ oldSize, newSize, proof }) => {
    expect(base64(await consistencyProof(oldSize, newSize, read))).toEqual(proof);
    const [oldRoot, newRoot] = [bytes(own.roots[oldSize] ?? ''), bytes(own.roots[newSize] ?? '')];
    const claim = { oldSize, oldRoot, newSize, newRoot, proof: all(proof) };
    expect(verifyConsistency(claim)).toEqual({ ok: true });
  });
});

describe('our own vectors: checkpoints and receipts', () => {
  const parsed = parseVerifierKey(own.key.verifierKey);
  const log = { origin: own.key.name, keys: parsed.ok ? [parsed.verifier] : [] };
  const signer = parseSignerKey(own.key.signerKey);

  test('the key', () => {
    const { name, seed, keyId, signerKey, verifierKey } = own.key;
    expect(keyPairFromSeed(name, Buffer.from(seed, 'hex'))).toEqual({ signerKey, verifierKey });
    expect(parsed).toMatchObject({ ok: true, verifier: { name, keyId } });
    expect(signer).toMatchObject({ ok: true, signer: { name, keyId, verifierKey } });
  });

  test.each(own.checkpoints.opened)(
    'a checkpoint that opens: $why',
    ({ note, origin, size, root, extensions }) => {
      const checkpoint = { origin, size, root: bytes(root), extensions };
      const opened = openCheckpoint(Buffer.from(note), log);
      expect(opened).toMatchObject({ ok: true, checkpoint, signedBy: log.keys });
      const alone = note.split('\n').filter((line) => line.startsWith('— ')).length === 1;
      if (alone && signer.ok)
        expect(Buffer.from(signCheckpoint(checkpoint, [signer.signer])).toString()).toBe(note);
    },
  );

  test.each(own.checkpoints.refused)('a checkpoint that does not: $why', ({ note, reason }) => {
    expect(openCheckpoint(Buffer.from(note), log)).toEqual({ ok: false, reason });
  });

  test.each(own.receipts.verified)('a receipt that verifies: $why', ({ receipt, record, index, size }) => {
    const sent = Buffer.from(receipt);
    expect(verifyReceipt(sent, bytes(record), log)).toMatchObject({ ok: true, index, checkpoint: { size } });
    const read = parseReceipt(sent);
    expect(read.ok && Buffer.from(formatReceipt(read.receipt)).toString()).toBe(receipt);
  });

  test.each(own.receipts.refused)('a receipt that does not: $why', ({ receipt, record, reason }) => {
    expect(verifyReceipt(Buffer.from(receipt), bytes(record), log)).toEqual({ ok: false, reason });
  });
});
