// SPDX-License-Identifier: Apache-2.0
// The key above all keys, from a file or the environment. It encrypts nothing itself: what wraps,
// what pseudonymises and what names it are keys derived from it, one for each purpose.
// Source: RFC 5869 (HKDF-SHA-256), NIST SP 800-38D (AES-256-GCM). Byte format: docs/formats/payload.md.
import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hash,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto';
import { type MasterKey, MasterKeyMismatch } from '../../app/ports.ts';
import { KeyFileMalformed, readPrivate, writePrivateOnce } from './private-file.ts';

const keyBytes = 32;
const ivBytes = 12;
const tagBytes = 16;
/** First byte of what is wrapped: a later form starts with another. */
const wrapForm = 1;

/** Purposes are constants of ours; more than this many of them would be somebody's input. */
const maxPurposes = 64;

/** Reads the key from `path`, making one there on first use. */
export function masterKeyFromFile(path: string): MasterKey {
  const found = readPrivate(path);
  if (found !== undefined) return masterKey(decode(found, `\`${path}\``));
  writePrivateOnce(path, `${randomBytes(keyBytes).toString('base64')}\n`);
  // Read back, since another process may have been first.
  return masterKey(decode(readPrivate(path) ?? '', `\`${path}\``));
}

/** @param text base64 of 32 bytes, as an environment variable holds it */
export function masterKeyFromText(text: string): MasterKey {
  return masterKey(decode(text, 'the master key in the environment'));
}

/** @param secret exactly 32 bytes, from a good source of randomness */
export function masterKey(secret: Uint8Array): MasterKey {
  const derive = (purpose: string) =>
    Buffer.from(hkdfSync('sha256', secret, '', `countersign/master/v1/${purpose}`, keyBytes));
  const id = `mk-${hash('sha256', derive('id'), 'hex').slice(0, 16)}`;
  const wrapping = derive('wrap');
  const context = Buffer.from(id);
  // Node's own object of a key: bytes are made into one at each use, which takes longer than the hash.
  const macKeys = new Map<string, KeyObject>();

  function macKey(purpose: string): KeyObject {
    const known = macKeys.get(purpose);
    if (known !== undefined) return known;
    const key = createSecretKey(derive(`mac/${purpose}`));
    if (macKeys.size < maxPurposes) macKeys.set(purpose, key);
    return key;
  }

  return {
    id,
    wrap(key) {
      const iv = randomBytes(ivBytes);
      const cipher = createCipheriv('aes-256-gcm', wrapping, iv);
      cipher.setAAD(context);
      const body = Buffer.concat([cipher.update(key), cipher.final()]);
      return Buffer.concat([Buffer.of(wrapForm), iv, cipher.getAuthTag(), body]);
    },
    unwrap(wrapped) {
      try {
        if (wrapped[0] !== wrapForm) throw new RangeError('not of this form');
        const iv = wrapped.subarray(1, 1 + ivBytes);
        const tag = wrapped.subarray(1 + ivBytes, 1 + ivBytes + tagBytes);
        const decipher = createDecipheriv('aes-256-gcm', wrapping, iv, { authTagLength: tagBytes });
        decipher.setAAD(context);
        decipher.setAuthTag(tag);
        const body = decipher.update(wrapped.subarray(1 + ivBytes + tagBytes));
        return Buffer.concat([body, decipher.final()]);
      } catch {
        throw new MasterKeyMismatch(`not wrapped under master key ${id}, or edited since`);
      }
    },
    mac: (purpose, text) => createHmac('sha256', macKey(purpose)).update(text, 'utf8').digest('hex'),
  };
}

function decode(text: string, where: string): Uint8Array {
  const trimmed = text.trim();
  const bytes = Buffer.from(trimmed, 'base64');
  // Node skips what is not base64: only a text that comes back the same was one.
  if (bytes.length !== keyBytes || bytes.toString('base64') !== trimmed) {
    throw new KeyFileMalformed(`${where} must be the base64 of ${keyBytes} bytes`);
  }
  return bytes;
}
