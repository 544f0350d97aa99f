// SPDX-License-Identifier: Apache-2.0

import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { emptyRoot, isHash, leafHash, nodeHash, sameHash } from './hash.ts';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const sha256 = (...parts: Uint8Array[]) => createHash('sha256').update(Buffer.concat(parts)).digest('hex');

test('the empty tree is the hash of no bytes, an empty leaf is not', () => {
  expect(hex(emptyRoot())).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  expect(hex(leafHash(new Uint8Array()))).toBe(
    '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  );
});

test('a leaf that spells out a node does not hash to that node', () => {
  const [left, right] = [leafHash(Buffer.from('a')), leafHash(Buffer.from('b'))];
  const forged = Buffer.concat([left, right]);
  expect(hex(nodeHash(left, right))).toBe(sha256(Uint8Array.of(1), left, right));
  expect(hex(leafHash(forged))).toBe(sha256(Uint8Array.of(0), left, right));
  expect(sameHash(leafHash(forged), nodeHash(left, right))).toBe(false);
});

test.each<[what: string, candidate: unknown, want: boolean]>([
  ['32 bytes', new Uint8Array(32), true],
  ['31 bytes', new Uint8Array(31), false],
  ['33 bytes', new Uint8Array(33), false],
  ['a list of 32 numbers', Array.from({ length: 32 }, () => 0), false],
  ['text of 32 characters', 'x'.repeat(32), false],
  ['nothing', undefined, false],
])('%s: a hash or not', (_what, candidate, want) => {
  expect(isHash(candidate)).toBe(want);
});

test('what is not bytes is the same as nothing', () => {
  expect(sameHash(undefined, undefined)).toBe(false);
  expect(sameHash(new Uint8Array(32), undefined)).toBe(false);
  expect(sameHash(new Uint8Array(32), new Uint8Array(31))).toBe(false);
  expect(sameHash(new Uint8Array(32), Buffer.alloc(32))).toBe(true);
});
