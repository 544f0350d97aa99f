// SPDX-License-Identifier: Apache-2.0
/**
 * Cuts a byte stream into lines, without decoding them and without keeping more than a bound.
 *
 * A line past the bound is dropped to its end; its first and last bytes are handed over, so that the
 * request which it answers can be failed.
 */
import { createChunks } from './chunks.ts';

export interface LineReader {
  feed(chunk: Buffer): void;
}

export interface LineEvents {
  readonly maxLineBytes: number;
  readonly onLine: (line: Buffer) => void;
  readonly onOversized: (head: Buffer, tail: Buffer) => void;
}

const EDGE_BYTES = 256;
const NONE = Buffer.alloc(0);

export function createLineReader(events: LineEvents): LineReader {
  const kept = createChunks();
  /** Set while a line past the bound is being dropped. */
  let head: Buffer | undefined;
  let tail: Buffer = NONE;

  function keep(part: Buffer): void {
    if (head !== undefined) {
      if (head.length < EDGE_BYTES) head = firstBytes(head, part);
      tail = lastBytes(tail, part);
    } else if (kept.bytes() + part.length <= events.maxLineBytes) {
      kept.push(part);
    } else {
      const before = kept.take();
      head = firstBytes(before, part);
      tail = lastBytes(lastBytes(NONE, before), part);
    }
  }

  function end(part: Buffer): void {
    if (kept.bytes() === 0 && head === undefined && part.length <= events.maxLineBytes) {
      events.onLine(part);
      return;
    }
    keep(part);
    if (head === undefined) {
      events.onLine(kept.take());
      return;
    }
    const first = head;
    head = undefined;
    events.onOversized(first, tail);
    tail = NONE;
  }

  return {
    feed(chunk) {
      let from = 0;
      for (;;) {
        const at = chunk.indexOf(0x0a, from);
        if (at < 0) break;
        end(chunk.subarray(from, at));
        from = at + 1;
      }
      if (from < chunk.length) keep(chunk.subarray(from));
    },
  };
}

function firstBytes(before: Buffer, part: Buffer): Buffer {
  return Buffer.concat([before.subarray(0, EDGE_BYTES), part.subarray(0, EDGE_BYTES)]).subarray(
    0,
    EDGE_BYTES,
  );
}

/** A copy, so that the whole chunk is not held for the sake of its end. */
function lastBytes(before: Buffer, part: Buffer): Buffer {
  if (part.length >= EDGE_BYTES) return Buffer.from(part.subarray(-EDGE_BYTES));
  return Buffer.concat([before, part]).subarray(-EDGE_BYTES);
}
