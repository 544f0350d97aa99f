// SPDX-License-Identifier: Apache-2.0
// Ed25519 keys that outlive a restart: made once, kept in the data directory under the master key.
// Losing the master key loses them: a new one would sign as somebody else, so nothing is made anew.
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import type { MasterKey } from '../../app/ports.ts';
import { KeyFileMalformed, readPrivate, writePrivateOnce } from './private-file.ts';

export interface SigningKey {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

/**
 * @param path the file that holds the wrapped key; made on first use
 * @throws {MasterKeyMismatch} it was wrapped under another master key, or edited
 */
export function signingKeyFromFile(path: string, master: MasterKey): SigningKey {
  const found = readPrivate(path);
  if (found !== undefined) return unwrapped(found, path, master);
  const { privateKey } = generateKeyPairSync('ed25519');
  const wrapped = master.wrap(privateKey.export({ format: 'der', type: 'pkcs8' }));
  writePrivateOnce(path, `${header} ${master.id} ${Buffer.from(wrapped).toString('base64')}\n`);
  // Read back, since another process may have been first.
  return unwrapped(readPrivate(path) ?? '', path, master);
}

const header = 'countersign-signing-key-v1';

function unwrapped(text: string, path: string, master: MasterKey): SigningKey {
  const [form, , body, ...rest] = text.trim().split(' ');
  if (form !== header || body === undefined || rest.length > 0) {
    throw new KeyFileMalformed(`\`${path}\` is not a wrapped signing key`);
  }
  const der = Buffer.from(master.unwrap(Buffer.from(body, 'base64')));
  const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  der.fill(0);
  return { privateKey, publicKey: createPublicKey(privateKey) };
}
