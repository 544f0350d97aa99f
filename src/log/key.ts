// SPDX-License-Identifier: Apache-2.0

/**
 * Ed25519 keys that sign notes, and the text that people copy around for them.
 *
 *     verifier key   <name>+<key id>+base64(0x01 || public key)
 *     signer key     PRIVATE+KEY+<name>+<key id>+base64(0x01 || seed)
 *     key id         first four bytes, in hex, of SHA-256(name || 0x0A || 0x01 || public key)
 *
 * Never makes randomness: a new key comes from a seed of the caller's. The key id names a key and
 * proves nothing; the public key does.
 *
 * Source: c2sp.org/signed-note (type 0x01); the signer key's text as in golang.org/x/mod/sumdb/note.
 */

import { createPrivateKey, createPublicKey, hash, type KeyObject, sign, verify } from 'node:crypto';
import { decodeBase64, encodeBase64, encodeUtf8, hasControlCharacter } from './encoding.ts';

export interface NoteVerifier {
  readonly name: string;
  /** eight lower-case hex digits */
  readonly keyId: string;
  readonly verify: (message: Uint8Array, signature: Uint8Array) => boolean;
}

export interface NoteSigner {
  readonly name: string;
  /** eight lower-case hex digits */
  readonly keyId: string;
  /** the text of the key that verifies what this one signs */
  readonly verifierKey: string;
  readonly sign: (message: Uint8Array) => Uint8Array;
}

export type KeyRefusal =
  /** not of the form above, or the name is empty or has a space or a plus */
  | 'malformed_key'
  /** not Ed25519: the key's first byte is not 0x01 */
  | 'unknown_algorithm'
  /** name, key and key id do not belong together: mistyped, or pieced together */
  | 'wrong_key_id';

export type ParsedVerifierKey =
  | { readonly ok: true; readonly verifier: NoteVerifier }
  | { readonly ok: false; readonly reason: KeyRefusal };

export type ParsedSignerKey =
  | { readonly ok: true; readonly signer: NoteSigner }
  | { readonly ok: false; readonly reason: KeyRefusal };

const ED25519 = 0x01;
const KEY_BYTES = 32;
const SIGNER_PREFIX = 'PRIVATE+KEY+';

// The fixed DER around a raw key (RFC 8410): the only raw form that every key of 32 bytes has.
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

/** The signer key and the verifier key of a 32-byte seed. Whoever has the seed has the key. */
export function keyPairFromSeed(
  name: string,
  seed: Uint8Array,
): { readonly signerKey: string; readonly verifierKey: string } {
  if (!isKeyName(name)) throw new RangeError(`key name \`${name}\` is empty or has a space or a plus`);
  if (seed.length !== KEY_BYTES) throw new RangeError(`a seed has 32 bytes, not ${seed.length}`);
  const publicKey = rawPublicKey(privateKeyOf(seed));
  const keyId = keyIdOf(name, publicKey);
  return {
    signerKey: `${SIGNER_PREFIX}${name}+${keyId}+${encodeBase64(typed(seed))}`,
    verifierKey: verifierKeyText(name, keyId, publicKey),
  };
}

export function parseVerifierKey(text: string): ParsedVerifierKey {
  const parts = splitKey(text);
  if (!parts.ok) return parts;
  const { name, keyId, material } = parts;
  if (keyId !== keyIdOf(name, material)) return { ok: false, reason: 'wrong_key_id' };
  const key = createPublicKey({ key: Buffer.concat([SPKI_PREFIX, material]), format: 'der', type: 'spki' });
  return {
    ok: true,
    verifier: { name, keyId, verify: (message, signature) => verified(key, message, signature) },
  };
}

export function parseSignerKey(text: string): ParsedSignerKey {
  if (!text.startsWith(SIGNER_PREFIX)) return { ok: false, reason: 'malformed_key' };
  const parts = splitKey(text.slice(SIGNER_PREFIX.length));
  if (!parts.ok) return parts;
  const { name, keyId, material } = parts;
  const key = privateKeyOf(material);
  const publicKey = rawPublicKey(key);
  if (keyId !== keyIdOf(name, publicKey)) return { ok: false, reason: 'wrong_key_id' };
  const verifierKey = verifierKeyText(name, keyId, publicKey);
  return { ok: true, signer: { name, keyId, verifierKey, sign: (message) => sign(null, message, key) } };
}

/** Names stand in lines that are split at spaces and plus signs, so a name has neither. */
export function isKeyName(name: string): boolean {
  return (
    name !== '' && name.isWellFormed() && !hasControlCharacter(name) && !/[\p{White_Space}+]/u.test(name)
  );
}

type KeyParts =
  | { readonly ok: true; readonly name: string; readonly keyId: string; readonly material: Uint8Array }
  | { readonly ok: false; readonly reason: KeyRefusal };

function splitKey(text: string): KeyParts {
  // Base64 may contain plus signs, so only the first two separate.
  const [, name, keyId, encoded] = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/u.exec(text) ?? [];
  if (name === undefined || keyId === undefined || encoded === undefined) {
    return { ok: false, reason: 'malformed_key' };
  }
  const bytes = decodeBase64(encoded);
  if (bytes === undefined || !isKeyName(name)) return { ok: false, reason: 'malformed_key' };
  if (bytes[0] !== ED25519) return { ok: false, reason: 'unknown_algorithm' };
  if (bytes.length !== 1 + KEY_BYTES) return { ok: false, reason: 'malformed_key' };
  return { ok: true, name, keyId, material: bytes.subarray(1) };
}

function verified(key: KeyObject, message: Uint8Array, signature: Uint8Array): boolean {
  try {
    return verify(null, message, key, signature);
  } catch {
    return false;
  }
}

function privateKeyOf(seed: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, seed]), format: 'der', type: 'pkcs8' });
}

function rawPublicKey(privateKey: KeyObject): Uint8Array {
  return createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).subarray(SPKI_PREFIX.length);
}

function keyIdOf(name: string, publicKey: Uint8Array): string {
  const input = Buffer.concat([encodeUtf8(`${name}\n`), typed(publicKey)]);
  return hash('sha256', input, 'hex').slice(0, 8);
}

function verifierKeyText(name: string, keyId: string, publicKey: Uint8Array): string {
  return `${name}+${keyId}+${encodeBase64(typed(publicKey))}`;
}

function typed(material: Uint8Array): Uint8Array {
  return Buffer.concat([Uint8Array.of(ED25519), material]);
}
