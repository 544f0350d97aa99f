// SPDX-License-Identifier: Apache-2.0

import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isKeyName, type KeyRefusal, keyPairFromSeed, parseSignerKey, parseVerifierKey } from './key.ts';

const SEED = Uint8Array.from({ length: 32 }, (_, i) => i);
const PAIR = keyPairFromSeed('log.example/a', SEED);
const MESSAGE = Buffer.from('a message\n');

function signerOf(text: string) {
  const parsed = parseSignerKey(text);
  return parsed.ok ? parsed.signer : expect.fail(parsed.reason);
}

function verifierOf(text: string) {
  const parsed = parseVerifierKey(text);
  return parsed.ok ? parsed.verifier : expect.fail(parsed.reason);
}

/** A key text with a true key id, whatever the material is. */
function keyText(name: string, material: Uint8Array): string {
  const id = createHash('sha256').update(`${name}\n`).update(material).digest('hex').slice(0, 8);
  return `${name}+${id}+${Buffer.from(material).toString('base64')}`;
}

test('what a signer signs its verifier accepts, and nothing else', () => {
  const signer = signerOf(PAIR.signerKey);
  const verifier = verifierOf(PAIR.verifierKey);
  expect(signer.verifierKey).toBe(PAIR.verifierKey);
  expect([verifier.name, verifier.keyId]).toEqual([signer.name, signer.keyId]);

  const signature = signer.sign(MESSAGE);
  expect(verifier.verify(MESSAGE, signature)).toBe(true);
  expect(verifier.verify(Buffer.from('another message\n'), signature)).toBe(false);
  expect(verifier.verify(MESSAGE, signature.subarray(0, 63))).toBe(false);
  expect(verifier.verify(MESSAGE, Buffer.concat([signature, Buffer.alloc(1)]))).toBe(false);
  expect(verifier.verify(MESSAGE, new Uint8Array())).toBe(false);
});

test('the same seed under another name is another key id', () => {
  const other = verifierOf(keyPairFromSeed('log.example/b', SEED).verifierKey);
  expect(other.keyId).not.toBe(verifierOf(PAIR.verifierKey).keyId);
});

test('a public key that is no point of the curve verifies nothing', () => {
  const verifier = verifierOf(keyText('log.example', Buffer.alloc(33, 0xff).fill(1, 0, 1)));
  expect(verifier.verify(MESSAGE, Buffer.alloc(64))).toBe(false);
});

describe('a verifier key that is not one', () => {
  const [name, id, material] = ['log.example', '00000000', Buffer.alloc(32).toString('base64')];
  test.each<[what: string, text: string, reason: KeyRefusal]>([
    ['nothing', '', 'malformed_key'],
    ['two parts', `${name}+${id}`, 'malformed_key'],
    ['no name', `+${id}+${material}`, 'malformed_key'],
    ['a name with a space', keyText('log example', Buffer.alloc(33, 1)), 'malformed_key'],
    ['a name with a no-break space', keyText('log\u00a0example', Buffer.alloc(33, 1)), 'malformed_key'],
    ['a name with a newline', keyText('log\nexample', Buffer.alloc(33, 1)), 'malformed_key'],
    ['a name with a control character', keyText('log\u0001', Buffer.alloc(33, 1)), 'malformed_key'],
    ['a name of half a character', keyText('log\ud800', Buffer.alloc(33, 1)), 'malformed_key'],
    [
      'an upper-case key id',
      PAIR.verifierKey.replace(/\+[0-9a-f]{8}\+/, (hex) => hex.toUpperCase()),
      'malformed_key',
    ],
    ['base64 without its padding', keyText(name, Buffer.alloc(33, 1)).replace(/=*$/, '?'), 'malformed_key'],
    ['a newline after it', `${PAIR.verifierKey}\n`, 'malformed_key'],
    ['a key too short', keyText(name, Buffer.alloc(32, 1)), 'malformed_key'],
    ['a key too long', keyText(name, Buffer.alloc(34, 1)), 'malformed_key'],
    ['another algorithm', keyText(name, Buffer.alloc(33, 4)), 'unknown_algorithm'],
    ['the key id of another name', PAIR.verifierKey.replace('example/a', 'example/c'), 'wrong_key_id'],
    ['a made-up key id', PAIR.verifierKey.replace(/\+[0-9a-f]{8}\+/, '+00000000+'), 'wrong_key_id'],
    ['a signer key', PAIR.signerKey, 'malformed_key'],
  ])('%s', (_what, text, reason) => {
    expect(parseVerifierKey(text)).toEqual({ ok: false, reason });
  });
});

test.each<[what: string, text: string, reason: KeyRefusal]>([
  ['a verifier key', PAIR.verifierKey, 'malformed_key'],
  ['the prefix alone', 'PRIVATE+KEY+', 'malformed_key'],
  ['another seed', PAIR.signerKey.replace('AQAB', 'AQAC'), 'wrong_key_id'],
  ['another algorithm', PAIR.signerKey.replace('AQAB', 'AgAB'), 'unknown_algorithm'],
])('a signer key that is not one: %s', (_what, text, reason) => {
  expect(parseSignerKey(text)).toEqual({ ok: false, reason });
});

test.each<[what: string, name: string, seed: Uint8Array]>([
  ['no name', '', SEED],
  ['a name with a plus', 'log+example', SEED],
  ['a seed too short', 'log.example', SEED.subarray(1)],
])('no key is made of %s', (_what, name, seed) => {
  expect(() => keyPairFromSeed(name, seed)).toThrow(RangeError);
});

test('each key comes back from its text; any other character in it is refused', () => {
  const names = fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }).filter(isKeyName);
  const seeds = fc.uint8Array({ minLength: 32, maxLength: 32 });
  fc.assert(
    fc.property(names, seeds, fc.nat(), fc.string({ maxLength: 1 }), (name, seed, at, other) => {
      const { signerKey, verifierKey } = keyPairFromSeed(name, seed);
      expect(signerOf(signerKey).verifierKey).toBe(verifierKey);
      expect(verifierOf(verifierKey).name).toBe(name);
      for (const [text, parse] of [
        [signerKey, parseSignerKey],
        [verifierKey, parseVerifierKey],
      ] as const) {
        const changed = text.slice(0, at % text.length) + other + text.slice((at % text.length) + 1);
        if (changed !== text) expect(parse(changed).ok).toBe(false);
      }
    }),
    { numRuns: 200 },
  );
});
