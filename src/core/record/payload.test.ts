// SPDX-License-Identifier: Apache-2.0
import { hash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { keyBytes, nonceBytes, openPayload, sealPayload } from './payload.ts';

const exactly = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const key = exactly(keyBytes);
const random = exactly(nonceBytes + 12);
const content = fc.string({ unit: 'grapheme', maxLength: 300 });

function flipped(bytes: Uint8Array, bit: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  const at = (bit >> 3) % copy.length;
  copy[at] = (copy[at] ?? 0) ^ (1 << (bit & 7));
  return copy;
}

describe('a payload', () => {
  test('opens with its key and digest', () =>
    fc.assert(
      fc.property(key, content, random, (k, text, r) => {
        const sealed = sealPayload('t', k, text, r);
        expect(openPayload(sealed.digest, k, sealed.sealed)).toEqual({ ok: true, content: text });
        expect(sealed.sizeBytes).toBe(Buffer.byteLength(text));
        expect(sealed.task).toBe('t');
      }),
    ));

  test('does not open with a key that differs in one bit', () =>
    fc.assert(
      fc.property(key, content, random, fc.nat(), (k, text, r, bit) => {
        const { digest, sealed } = sealPayload('t', k, text, r);
        expect(openPayload(digest, flipped(k, bit), sealed)).toEqual({ ok: false, reason: 'unreadable' });
      }),
    ));

  test('does not open with any bit of it flipped', () => {
    const k = new Uint8Array(keyBytes).fill(7);
    const { digest, sealed } = sealPayload('t', k, 'to be kept', new Uint8Array(28).fill(9));
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      expect(openPayload(digest, k, flipped(sealed, bit))).toEqual({ ok: false, reason: 'unreadable' });
    }
  });

  test('does not open when it was cut, to whatever length', () => {
    const k = new Uint8Array(keyBytes).fill(7);
    const { digest, sealed } = sealPayload('t', k, 'to be kept', new Uint8Array(28).fill(9));
    for (let length = 0; length < sealed.length; length++) {
      expect(openPayload(digest, k, sealed.subarray(0, length)).ok).toBe(false);
    }
  });

  test("does not open under another payload's digest", () =>
    fc.assert(
      fc.property(key, content, random, random, (k, text, r1, r2) => {
        fc.pre(Buffer.compare(r1.subarray(0, nonceBytes), r2.subarray(0, nonceBytes)) !== 0);
        const one = sealPayload('t', k, text, r1);
        const other = sealPayload('t', k, text, r2);
        expect(other.digest).not.toBe(one.digest);
        expect(openPayload(other.digest, k, one.sealed).ok).toBe(false);
      }),
    ));

  test('has a digest that guessing the content does not confirm', () => {
    const { digest } = sealPayload('t', new Uint8Array(keyBytes), 'yes', new Uint8Array(28).fill(3));
    expect(digest).not.toBe(`sha256:${hash('sha256', 'yes', 'hex')}`);
    expect(digest).toBe(
      `sha256:${hash('sha256', Buffer.concat([Buffer.alloc(nonceBytes, 3), Buffer.from('yes')]), 'hex')}`,
    );
  });

  test('shows nothing of its content', () => {
    const { sealed } = sealPayload('t', new Uint8Array(keyBytes), 'needle in hay', new Uint8Array(28));
    expect(Buffer.from(sealed).includes('needle')).toBe(false);
  });
});
