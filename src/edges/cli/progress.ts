// SPDX-License-Identifier: Apache-2.0
// How far along something is, on a terminal; anything else that reads along is told nothing.

export interface Progress {
  /** @param done of the total; more than that counts as all */
  show(done: number): void;
  /** The line belongs to somebody else again. */
  clear(): void;
}

type Stream = Pick<NodeJS.WriteStream, 'write'> & { readonly isTTY?: boolean };

const width = 30;

export function progressBar(stream: Stream, total: number, of: string): Progress {
  if (stream.isTTY !== true) return { show: () => undefined, clear: () => undefined };
  let shown = -1;
  return {
    show(done) {
      const share = total <= 0 ? 1 : Math.min(1, done / total);
      const percent = Math.floor(share * 100);
      if (percent === shown) return;
      shown = percent;
      const bar = '#'.repeat(Math.round(share * width)).padEnd(width, '.');
      stream.write(`\r${bar} ${percent}% of ${total} ${of}`);
    },
    clear() {
      if (shown >= 0) stream.write('\r\u001b[K');
    },
  };
}
