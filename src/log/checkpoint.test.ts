// SPDX-License-Identifier: Apache-2.0

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Checkpoint,
  type CheckpointTextRefusal,
  formatCheckpoint,
  openCheckpoint,
  parseCheckpoint,
  signCheckpoint,
} from './checkpoint.ts';
import { emptyRoot, leafHash } from './hash.ts';
import { keyPairFromSeed, parseSignerKey, parseVerifierKey } from './key.ts';
import { signNote } from './note.ts';

const ORIGIN = 'log.example/records';
const ROOT = leafHash(Buffer.from('a record'));
const ROOT_TEXT = Buffer.from(ROOT).toString('base64');
const CHECKPOINT: Checkpoint = { origin: ORIGIN, size: 20, root: ROOT, extensions: [] };
const TEXT = `${ORIGIN}\n20\n${ROOT_TEXT}\n`;

const pair = keyPairFromSeed(ORIGIN, Buffer.alloc(32, 7));
const parsedSigner = parseSignerKey(pair.signerKey);
const parsedVerifier = parseVerifierKey(pair.verifierKey);
const signer = parsedSigner.ok ? parsedSigner.signer : expect.fail(parsedSigner.reason);
const verifier = parsedVerifier.ok ? parsedVerifier.verifier : expect.fail(parsedVerifier.reason);
const LOG = { origin: ORIGIN, keys: [verifier] };

test('the text is origin, size and root, a line each, and extensions after them', () => {
  expect(formatCheckpoint(CHECKPOINT)).toBe(TEXT);
  expect(formatCheckpoint({ ...CHECKPOINT, extensions: ['one', 'two'] })).toBe(`${TEXT}one\ntwo\n`);
  expect(formatCheckpoint({ ...CHECKPOINT, size: 0, root: emptyRoot() })).toBe(
    `${ORIGIN}\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n`,
  );
});

describe('a text that is no checkpoint', () => {
  test.each<[what: string, text: string, reason: CheckpointTextRefusal]>([
    ['nothing', '', 'malformed_checkpoint'],
    ['two lines', `${ORIGIN}\n20\n`, 'malformed_checkpoint'],
    ['no newline at the end', TEXT.slice(0, -1), 'malformed_checkpoint'],
    ['an empty origin', `\n20\n${ROOT_TEXT}\n`, 'malformed_checkpoint'],
    ['an empty extension', `${TEXT}\n`, 'malformed_checkpoint'],
    ['an empty extension before another', `${TEXT}\nmore\n`, 'malformed_checkpoint'],
    ['a carriage return', TEXT.replaceAll('\n', '\r\n'), 'malformed_checkpoint'],
    ['half a character', TEXT.replace('log', 'log\ud800'), 'malformed_checkpoint'],
    ['no size', TEXT.replace('20', ' '), 'malformed_size'],
    ['a leading zero', TEXT.replace('20', '020'), 'malformed_size'],
    ['two zeroes', TEXT.replace('20', '00'), 'malformed_size'],
    ['a plus sign', TEXT.replace('20', '+20'), 'malformed_size'],
    ['a minus sign', TEXT.replace('20', '-20'), 'malformed_size'],
    ['a fraction', TEXT.replace('20', '20.0'), 'malformed_size'],
    ['an exponent', TEXT.replace('20', '2e1'), 'malformed_size'],
    ['hexadecimal', TEXT.replace('20', '0x14'), 'malformed_size'],
    ['a space after the size', TEXT.replace('20', '20 '), 'malformed_size'],
    ['other digits', TEXT.replace('20', '٢٠'), 'malformed_size'],
    ['2^53', TEXT.replace('20', '9007199254740992'), 'malformed_size'],
    ['2^64', TEXT.replace('20', '18446744073709551616'), 'malformed_size'],
    ['a root of 31 bytes', TEXT.replace(ROOT_TEXT, Buffer.alloc(31).toString('base64')), 'malformed_root'],
    ['a root of 33 bytes', TEXT.replace(ROOT_TEXT, Buffer.alloc(33).toString('base64')), 'malformed_root'],
    ['a root in hex', TEXT.replace(ROOT_TEXT, Buffer.from(ROOT).toString('hex')), 'malformed_root'],
    ['a root without padding', TEXT.replace('=', ''), 'malformed_root'],
    ['a root with a space', TEXT.replace('=', '= '), 'malformed_root'],
    ['a root whose last bits are not zero', TEXT.replace(/.=/, spoilLastBits), 'malformed_root'],
    ['no leaves, yet a root', TEXT.replace('20', '0'), 'wrong_empty_root'],
  ])('%s', (_what, text, reason) => {
    expect(text).not.toBe(TEXT);
    expect(parseCheckpoint(text)).toEqual({ ok: false, reason });
  });

  test.each<[what: string, change: Partial<Checkpoint>]>([
    ['an origin of two lines', { origin: 'log\n20' }],
    ['no origin', { origin: '' }],
    ['half a leaf', { size: 0.5 }],
    ['less than no leaf', { size: -1 }],
    ['an unsafe size', { size: 2 ** 53 }],
    ['a short root', { root: ROOT.subarray(1) }],
    ['an empty extension', { extensions: [''] }],
    ['an extension of two lines', { extensions: ['a\nb'] }],
    ['no leaves, yet a root', { size: 0 }],
  ])('%s is not written', (_what, change) => {
    expect(() => formatCheckpoint({ ...CHECKPOINT, ...change })).toThrow(RangeError);
  });
});

/** The last character before the padding carries two bits that mean nothing; they must be zero. */
function spoilLastBits(end: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  return `${alphabet[alphabet.indexOf(end.charAt(0)) + 1]}=`;
}

const lines = fc.string({ unit: 'binary', minLength: 1, maxLength: 30 });
const checkpoints: fc.Arbitrary<Checkpoint> = fc.record({
  origin: lines,
  size: fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER })),
  root: fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes)),
  extensions: fc.array(lines, { maxLength: 3 }),
});

test('each checkpoint comes back from its text, and each text from its checkpoint', () => {
  const clean = (line: string) => line.isWellFormed() && [...line].every((c) => c >= ' ');
  fc.assert(
    fc.property(
      checkpoints.filter((c) => clean(c.origin) && c.extensions.every(clean)),
      (checkpoint) => {
        expect(parseCheckpoint(formatCheckpoint(checkpoint))).toEqual({ ok: true, checkpoint });
      },
    ),
  );
  fc.assert(
    fc.property(fc.array(fc.constantFrom(ORIGIN, '20', '0', ROOT_TEXT, '\n', ' ', 'x')), (parts) => {
      const parsed = parseCheckpoint(parts.join(''));
      if (parsed.ok) expect(formatCheckpoint(parsed.checkpoint)).toBe(parts.join(''));
    }),
  );
});

describe('opening', () => {
  test('a signed checkpoint of this log', () => {
    const note = signCheckpoint(CHECKPOINT, [signer]);
    const want = { ok: true, checkpoint: { ...CHECKPOINT, root: Buffer.from(ROOT) }, signedBy: [verifier] };
    expect(openCheckpoint(note, LOG)).toEqual(want);
  });

  test('a checkpoint that the same key signed for another log is not of this one', () => {
    const note = signCheckpoint({ ...CHECKPOINT, origin: 'log.example/other' }, [signer]);
    expect(openCheckpoint(note, LOG)).toEqual({ ok: false, reason: 'wrong_origin' });
  });

  test('another text that the log has signed is not a checkpoint', () => {
    expect(openCheckpoint(signNote('hello\n', [signer]), LOG)).toEqual({
      ok: false,
      reason: 'malformed_checkpoint',
    });
    expect(openCheckpoint(signNote(`${TEXT}\nmore\n`, [signer]), LOG)).toEqual({
      ok: false,
      reason: 'malformed_checkpoint',
    });
  });

  test('any bit of a signed checkpoint changed, or any byte lost or added: refused', () => {
    const note = signCheckpoint({ ...CHECKPOINT, extensions: ['é'] }, [signer]);
    const accepted: string[] = [];
    const attempt = (what: string, bytes: Uint8Array) => {
      if (openCheckpoint(bytes, LOG).ok) accepted.push(what);
    };
    expect(openCheckpoint(note, LOG).ok).toBe(true);
    for (const [at, byte] of note.entries()) {
      for (let bit = 0; bit < 8; bit++) attempt(`bit ${bit} of byte ${at}`, note.with(at, byte ^ (1 << bit)));
      attempt(`byte ${at} lost`, Buffer.concat([note.subarray(0, at), note.subarray(at + 1)]));
      for (const extra of ['\n', ' ', '=', 'A']) {
        const bytes = Buffer.concat([note.subarray(0, at), Buffer.from(extra), note.subarray(at)]);
        if (Buffer.compare(bytes, note) !== 0) attempt(`\`${extra}\` added at ${at}`, bytes);
      }
    }
    expect(accepted).toEqual([]);
  });
});
