// SPDX-License-Identifier: Apache-2.0
// Where the daemon of a data directory listens for its owner. A file of its own, since a hook loads it for each call.
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A socket's path has at most 107 bytes: a deep data directory gets one in the temporary directory. */
const maxSocketPath = 100;

/** @param dataDir absolute */
export function socketPathOf(dataDir: string): string {
  const beside = join(dataDir, 'control.sock');
  if (Buffer.byteLength(beside) <= maxSocketPath) return beside;
  const { hash } = process.getBuiltinModule('node:crypto');
  return join(tmpdir(), `countersign-${hash('sha256', dataDir, 'hex').slice(0, 16)}`, 'control.sock');
}
