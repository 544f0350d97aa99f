// SPDX-License-Identifier: Apache-2.0

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { signCheckpoint } from './checkpoint.ts';
import { leafHash } from './hash.ts';
import { keyPairFromSeed, parseSignerKey, parseVerifierKey } from './key.ts';
import { inclusionProof } from './prove.ts';
import {
  formatReceipt,
  MAX_EXTRA_BYTES,
  MAX_PROOF_HASHES,
  MAX_RECEIPT_BYTES,
  parseReceipt,
  type Receipt,
  type ReceiptRefusal,
  type ReceiptTextRefusal,
  verifyReceipt,
} from './receipt.ts';
import { root, store } from './reference.fixture.ts';

const ORIGIN = 'log.example/records';
const pair = keyPairFromSeed(ORIGIN, Buffer.alloc(32, 7));
const parsedSigner = parseSignerKey(pair.signerKey);
const parsedVerifier = parseVerifierKey(pair.verifierKey);
const signer = parsedSigner.ok ? parsedSigner.signer : expect.fail(parsedSigner.reason);
const verifier = parsedVerifier.ok ? parsedVerifier.verifier : expect.fail(parsedVerifier.reason);
const LOG = { origin: ORIGIN, keys: [verifier] };

const RECORDS = Array.from({ length: 11 }, (_, i) => Buffer.from(`{"n":${i}}`));
const LEAVES = RECORDS.map(leafHash);
const { read } = store(LEAVES);
const [INDEX, SIZE] = [6, 11];
const RECORD = RECORDS[INDEX] ?? expect.fail('no record');

function checkpointOf(size: number): Uint8Array {
  return signCheckpoint({ origin: ORIGIN, size, root: root(LEAVES.slice(0, size)), extensions: [] }, [
    signer,
  ]);
}

async function receiptOf(index: number, size: number): Promise<Receipt> {
  return { index, proof: await inclusionProof(size, index, read), checkpoint: checkpointOf(size) };
}

const receipt = await receiptOf(INDEX, SIZE);
const text = Buffer.from(formatReceipt(receipt)).toString('utf8');

describe('a receipt', () => {
  test('shows offline that the record is in the log', () => {
    expect(verifyReceipt(formatReceipt(receipt), RECORD, LOG)).toEqual({
      ok: true,
      index: INDEX,
      checkpoint: { origin: ORIGIN, size: SIZE, root: Buffer.from(root(LEAVES)), extensions: [] },
      signedBy: [verifier],
    });
  });

  test('of the only record needs no proof', async () => {
    const bytes = formatReceipt(await receiptOf(0, 1));
    expect(verifyReceipt(bytes, RECORDS[0] ?? RECORD, LOG).ok).toBe(true);
    expect(Buffer.from(bytes).toString().split('\n').slice(0, 4)).toEqual([
      'c2sp.org/tlog-proof@v1',
      'index 0',
      '',
      ORIGIN,
    ]);
  });

  test('carries extra data that nobody vouches for', () => {
    const bytes = formatReceipt({ ...receipt, extra: Buffer.from('hint') });
    expect(parseReceipt(bytes)).toMatchObject({ ok: true, receipt: { extra: Buffer.from('hint') } });
    expect(verifyReceipt(bytes, RECORD, LOG).ok).toBe(true);
  });
});

test.each<[what: string, forged: Receipt, record: Uint8Array, reason: ReceiptRefusal]>([
  ['another record', receipt, Buffer.from('{"n":60}'), 'wrong_root'],
  ['the record of another index', receipt, RECORDS[5] ?? RECORD, 'wrong_root'],
  ['another index', { ...receipt, index: 7 }, RECORD, 'wrong_root'],
  ['an index beyond the log', { ...receipt, index: SIZE }, RECORD, 'out_of_range'],
  ['a proof too short', { ...receipt, proof: receipt.proof.slice(1) }, RECORD, 'wrong_length'],
  ['the checkpoint of another size', { ...receipt, checkpoint: checkpointOf(10) }, RECORD, 'wrong_root'],
  [
    'the text of a checkpoint, unsigned',
    { ...receipt, checkpoint: checkpointOf(11).subarray(0, 20) },
    RECORD,
    'malformed_note',
  ],
])('is refused with %s', (_what, forged, record, reason) => {
  expect(verifyReceipt(formatReceipt(forged), record, LOG)).toEqual({ ok: false, reason });
});

test('is refused by who trusts another key, or another log', () => {
  const bytes = formatReceipt(receipt);
  expect(verifyReceipt(bytes, RECORD, { ...LOG, keys: [] })).toEqual({
    ok: false,
    reason: 'no_trusted_signature',
  });
  expect(verifyReceipt(bytes, RECORD, { ...LOG, origin: 'log.example' })).toEqual({
    ok: false,
    reason: 'wrong_origin',
  });
});

describe('a text that is no receipt', () => {
  const hash = Buffer.alloc(32).toString('base64');
  test.each<[what: string, bytes: string | Uint8Array, reason: ReceiptTextRefusal]>([
    ['nothing', '', 'malformed_receipt'],
    ['another version', text.replace('@v1', '@v2'), 'malformed_receipt'],
    ['a space after the version', text.replace('@v1', '@v1 '), 'malformed_receipt'],
    ['carriage returns', text.replaceAll('\n', '\r\n'), 'malformed_receipt'],
    ['a header alone', text.slice(0, text.indexOf('\n\n')), 'malformed_receipt'],
    ['bytes that are not UTF-8', Buffer.concat([Buffer.from(text), Buffer.of(0xff)]), 'malformed_receipt'],
    ['no index', text.replace(/index.*\n/, ''), 'malformed_index'],
    ['an empty index', text.replace(/index .*/, 'index '), 'malformed_index'],
    ['a leading zero', text.replace('index 6', 'index 06'), 'malformed_index'],
    ['an index in hex', text.replace('index 6', 'index 0x6'), 'malformed_index'],
    ['a negative index', text.replace('index 6', 'index -6'), 'malformed_index'],
    ['an unsafe index', text.replace('index 6', 'index 9007199254740993'), 'malformed_index'],
    ['extra after the index', text.replace('index 6', 'index 6\nextra YQ=='), 'malformed_proof'],
    ['extra twice', text.replace('index', 'extra YQ==\nextra YQ==\nindex'), 'malformed_index'],
    ['empty extra', text.replace('index', 'extra \nindex'), 'malformed_extra'],
    ['extra with spaces', text.replace('index', 'extra YQ== \nindex'), 'malformed_extra'],
    [
      'extra too long',
      text.replace('index', `extra ${Buffer.alloc(MAX_EXTRA_BYTES + 1).toString('base64')}\nindex`),
      'malformed_extra',
    ],
    ['a short hash', text.replace('index 6', `index 6\n${hash.slice(4)}`), 'malformed_proof'],
    [
      'a proof without end',
      text.replace('index 6', `index 6\n${`${hash}\n`.repeat(MAX_PROOF_HASHES)}`.trimEnd()),
      'malformed_proof',
    ],
    ['too large', Buffer.alloc(MAX_RECEIPT_BYTES + 1, 'a'), 'receipt_too_large'],
  ])('%s', (_what, bytes, reason) => {
    expect(bytes).not.toBe(text);
    const sent = typeof bytes === 'string' ? Buffer.from(bytes) : bytes;
    expect(parseReceipt(sent)).toEqual({ ok: false, reason });
    expect(verifyReceipt(sent, RECORD, LOG)).toEqual({ ok: false, reason });
  });

  test.each<[what: string, change: Partial<Receipt>]>([
    ['a negative index', { index: -1 }],
    ['half an index', { index: 0.5 }],
    ['a short hash', { proof: [new Uint8Array(31)] }],
    ['empty extra data', { extra: new Uint8Array() }],
    ['a checkpoint that is not text', { checkpoint: Buffer.of(0xff) }],
  ])('%s is not written', (_what, change) => {
    expect(() => formatReceipt({ ...receipt, ...change })).toThrow(RangeError);
  });
});

test('each receipt comes back from its text', () => {
  const bytes = (minLength: number, maxLength: number) =>
    fc.uint8Array({ minLength, maxLength }).map((array) => Buffer.from(array));
  const receipts: fc.Arbitrary<Receipt> = fc.record(
    {
      index: fc.nat({ max: Number.MAX_SAFE_INTEGER }),
      proof: fc.array(bytes(32, 32), { maxLength: MAX_PROOF_HASHES }),
      checkpoint: fc
        .string({ unit: 'binary' })
        .filter((s) => s.isWellFormed())
        .map((s) => Buffer.from(s)),
      extra: bytes(1, 50),
    },
    { requiredKeys: ['index', 'proof', 'checkpoint'] },
  );
  fc.assert(
    fc.property(receipts, (one) => {
      expect(parseReceipt(formatReceipt(one))).toEqual({ ok: true, receipt: one });
    }),
  );
});

test('any bit of a receipt changed: refused', () => {
  const bytes = formatReceipt(receipt);
  const accepted: string[] = [];
  for (const [at, byte] of bytes.entries()) {
    for (let bit = 0; bit < 8; bit++) {
      if (verifyReceipt(bytes.with(at, byte ^ (1 << bit)), RECORD, LOG).ok)
        accepted.push(`bit ${bit} of ${at}`);
    }
  }
  expect(accepted).toEqual([]);
});

test('any record of any log up to eleven: its receipt fits it and no other', async () => {
  const wrong: string[] = [];
  for (let size = 1; size <= SIZE; size++) {
    for (let index = 0; index < size; index++) {
      const bytes = formatReceipt(await receiptOf(index, size));
      for (const [n, record] of RECORDS.entries()) {
        if (verifyReceipt(bytes, record, LOG).ok !== (n === index))
          wrong.push(`${index} of ${size}: record ${n}`);
      }
    }
  }
  expect(wrong).toEqual([]);
});
