// SPDX-License-Identifier: Apache-2.0
import { sign, verify } from 'node:crypto';
import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { MasterKeyMismatch } from '../../app/ports.ts';
import { masterKey, masterKeyFromFile, masterKeyFromText } from './master.ts';
import { KeyFileExposed, KeyFileMalformed } from './private-file.ts';
import { signingKeyFromFile } from './signing.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'countersign-keys-'));
});
afterEach(() => rmSync(directory, { recursive: true }));
const path = () => join(directory, 'master.key');

const ones = masterKey(new Uint8Array(32).fill(1));
const twos = masterKey(new Uint8Array(32).fill(2));
const dataKey = Buffer.from('0123456789abcdef0123456789abcdef');

describe('a master key', () => {
  test('opens what it wrapped, and wraps the same key differently each time', () => {
    const wrapped = ones.wrap(dataKey);
    expect(Buffer.from(ones.unwrap(wrapped))).toEqual(dataKey);
    expect(ones.wrap(dataKey)).not.toEqual(wrapped);
    expect(Buffer.from(wrapped).includes(dataKey)).toBe(false);
  });

  test('refuses what another key wrapped', () => {
    expect(() => twos.unwrap(ones.wrap(dataKey))).toThrow(MasterKeyMismatch);
  });

  test('refuses what was edited, whichever bit of it, or cut, wherever', () => {
    const wrapped = ones.wrap(dataKey);
    for (let bit = 0; bit < wrapped.length * 8; bit++) {
      const edited = Uint8Array.from(wrapped);
      edited[bit >> 3] = (edited[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(() => ones.unwrap(edited), `bit ${bit}`).toThrow(MasterKeyMismatch);
    }
    for (let length = 0; length < wrapped.length; length++) {
      expect(() => ones.unwrap(wrapped.subarray(0, length)), `${length} bytes`).toThrow(MasterKeyMismatch);
    }
  });

  test('is named by something that does not tell it, the same each time', () => {
    expect(ones.id).toMatch(/^mk-[0-9a-f]{16}$/);
    expect(masterKey(new Uint8Array(32).fill(1)).id).toBe(ones.id);
    expect(twos.id).not.toBe(ones.id);
  });

  test('gives one pseudonym for each purpose and text', () => {
    expect(ones.mac('secret', 'hunter2')).toMatch(/^[0-9a-f]{64}$/);
    const all = [
      ones.mac('secret', 'hunter2'),
      ones.mac('secret', 'hunter3'),
      ones.mac('other', 'hunter2'),
      twos.mac('secret', 'hunter2'),
    ];
    expect(new Set(all).size).toBe(4);
    expect(ones.mac('secret', 'hunter2')).toBe(all[0]);
  });
});

describe('a master key in a file', () => {
  test('is made once, for its owner alone, and is the same afterwards', () => {
    const made = masterKeyFromFile(path());
    expect(statSync(path()).mode & 0o777).toBe(0o600);
    expect(masterKeyFromFile(path()).id).toBe(made.id);
    expect(readdirSync(directory)).toEqual(['master.key']);
  });

  test.each([0o640, 0o604, 0o620, 0o602, 0o610])('is refused with mode %o', (mode) => {
    masterKeyFromFile(path());
    chmodSync(path(), mode);
    expect(() => masterKeyFromFile(path())).toThrow(KeyFileExposed);
  });

  test('is not looked for behind a link', () => {
    masterKeyFromFile(path());
    symlinkSync(path(), join(directory, 'link'));
    expect(() => masterKeyFromFile(join(directory, 'link'))).toThrow(KeyFileExposed);
  });

  test('is refused where others could put another in its place', () => {
    masterKeyFromFile(path());
    for (const mode of [0o777, 0o770, 0o730]) {
      chmodSync(directory, mode);
      expect(() => masterKeyFromFile(path())).toThrow(KeyFileExposed);
    }
    // As in `/tmp`, where only its owner can replace a file.
    chmodSync(directory, 0o1777);
    expect(masterKeyFromFile(path()).id).toBeDefined();
    chmodSync(directory, 0o755);
    expect(masterKeyFromFile(path()).id).toBeDefined();
  });

  test.each([
    ['an empty file', ''],
    ['too short a key', `${Buffer.alloc(31).toString('base64')}\n`],
    ['too long a key', `${Buffer.alloc(33).toString('base64')}\n`],
    ['hexadecimal', `${'ab'.repeat(32)}\n`],
    ['base64 with something in it', `${Buffer.alloc(32).toString('base64').replace('A', '*')}\n`],
  ])('is refused for %s, and left as it is', (_what, text) => {
    writeFileSync(path(), text, { mode: 0o600 });
    expect(() => masterKeyFromFile(path())).toThrow(KeyFileMalformed);
    expect(readFileSync(path(), 'utf8')).toBe(text);
  });

  test('is the same key in the environment', () => {
    const made = masterKeyFromFile(path());
    expect(masterKeyFromText(readFileSync(path(), 'utf8')).id).toBe(made.id);
    expect(() => masterKeyFromText('secret')).toThrow(KeyFileMalformed);
  });
});

describe('a signing key', () => {
  const signingPath = () => join(directory, 'checkpoint.key');

  test('is made once and outlives a restart', () => {
    const made = signingKeyFromFile(signingPath(), ones);
    const again = signingKeyFromFile(signingPath(), ones);
    const signature = sign(null, Buffer.from('head'), made.privateKey);
    expect(made.privateKey.asymmetricKeyType).toBe('ed25519');
    expect(verify(null, Buffer.from('head'), again.publicKey, signature)).toBe(true);
    expect(statSync(signingPath()).mode & 0o777).toBe(0o600);
  });

  test('does not lie in its file for everybody to read', () => {
    const { privateKey } = signingKeyFromFile(signingPath(), ones);
    const seed = Buffer.from(privateKey.export({ format: 'jwk' }).d ?? '', 'base64url');
    const [, , body = ''] = readFileSync(signingPath(), 'utf8').trim().split(' ');
    expect(Buffer.from(body, 'base64').includes(seed)).toBe(false);
  });

  test('is not made anew under another master key', () => {
    signingKeyFromFile(signingPath(), ones);
    const before = readFileSync(signingPath(), 'utf8');
    expect(() => signingKeyFromFile(signingPath(), twos)).toThrow(MasterKeyMismatch);
    expect(readFileSync(signingPath(), 'utf8')).toBe(before);
  });

  test('is refused when its file holds something else', () => {
    writeFileSync(signingPath(), 'not a key', { mode: 0o600 });
    expect(() => signingKeyFromFile(signingPath(), ones)).toThrow(KeyFileMalformed);
  });
});
