// SPDX-License-Identifier: Apache-2.0
// Payloads lie beside records: encrypted under the task's key, bound by a hiding digest.
// Erasing the key leaves the proof that something was there and what its digest is.
// Byte format: docs/formats/payload.md.
import { createCipheriv, createDecipheriv, hash, type KeyObject } from 'node:crypto';

export const nonceBytes = 16;
export const keyBytes = 32;
const ivBytes = 12;
const tagBytes = 16;

/** 32 bytes, or Node's own object of them, which costs a third at each use. */
export type DataKey = Uint8Array | KeyObject;

export interface SealedPayload {
  /** `sha256:` of nonce || content. The nonce is inside `sealed`, so the digest hides short contents. */
  readonly digest: string;
  /** Whose key opens it. */
  readonly task: string;
  /** iv || tag || AES-256-GCM(nonce || content), the digest as additional data. */
  readonly sealed: Uint8Array;
  readonly sizeBytes: number;
}

/** How a record names a payload. */
export function payloadRef(payload: SealedPayload): { readonly digest: string; readonly sizeBytes: number } {
  return { digest: payload.digest, sizeBytes: payload.sizeBytes };
}

/** @param random exactly `nonceBytes + 12` fresh random bytes */
export function sealPayload(task: string, key: DataKey, content: string, random: Uint8Array): SealedPayload {
  const bytes = Buffer.from(content, 'utf8');
  const plain = Buffer.concat([random.subarray(0, nonceBytes), bytes]);
  const digest = `sha256:${hash('sha256', plain, 'hex')}`;
  const iv = random.subarray(nonceBytes, nonceBytes + ivBytes);
  const cipher = createCipheriv('aes-256-gcm', key, iv);
  cipher.setAAD(Buffer.from(digest));
  const body = Buffer.concat([cipher.update(plain), cipher.final()]);
  return {
    digest,
    task,
    sealed: Buffer.concat([iv, cipher.getAuthTag(), body]),
    sizeBytes: bytes.byteLength,
  };
}

/** @returns the content, or why it cannot be had: a wrong key and an edited payload look the same */
export function openPayload(
  digest: string,
  key: DataKey,
  sealed: Uint8Array,
): { ok: true; content: string } | { ok: false; reason: 'unreadable' | 'digest_mismatch' } {
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, ivBytes), {
      authTagLength: tagBytes,
    });
    decipher.setAAD(Buffer.from(digest));
    decipher.setAuthTag(sealed.subarray(ivBytes, ivBytes + tagBytes));
    const plain = Buffer.concat([decipher.update(sealed.subarray(ivBytes + tagBytes)), decipher.final()]);
    if (`sha256:${hash('sha256', plain, 'hex')}` !== digest) return { ok: false, reason: 'digest_mismatch' };
    return { ok: true, content: plain.subarray(nonceBytes).toString('utf8') };
  } catch {
    return { ok: false, reason: 'unreadable' };
  }
}
