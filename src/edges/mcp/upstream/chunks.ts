// SPDX-License-Identifier: Apache-2.0
/**
 * Bytes that arrive in pieces, until they are wanted in one.
 *
 * An adversary may send one byte at a time, and each piece costs many times its bytes: so they are
 * joined now and then, which keeps the pieces few and copies each byte a few times only.
 */

export interface Chunks {
  readonly bytes: () => number;
  push(chunk: Buffer): void;
  /** All of them in one, and nothing is left. */
  take(): Buffer;
}

const MAX_LOOSE = 1024;

export function createChunks(): Chunks {
  let joined: Buffer[] = [];
  let loose: Buffer[] = [];
  let bytes = 0;
  return {
    bytes: () => bytes,
    push(chunk) {
      loose.push(chunk);
      bytes += chunk.length;
      if (loose.length < MAX_LOOSE) return;
      joined.push(Buffer.concat(loose));
      loose = [];
    },
    take() {
      const [only] = loose;
      const all =
        joined.length === 0 && loose.length === 1 && only !== undefined
          ? only
          : Buffer.concat([...joined, ...loose]);
      joined = [];
      loose = [];
      bytes = 0;
      return all;
    },
  };
}
