// SPDX-License-Identifier: Apache-2.0
/**
 * Server-sent events out of chunks that may be cut anywhere, as bytes: whether they are UTF-8 is judged
 * by who reads the data.
 *
 * Keeps at most one event and a bound on it. An event that the stream ends within is dropped, its id too.
 *
 * Source: WHATWG HTML, "Server-sent events", sections 9.2.5 and 9.2.6.
 */
import { createChunks } from './chunks.ts';

export interface SseEvent {
  /** `message` when the stream names none. */
  readonly type: string;
  readonly data: Buffer;
}

export interface SseParser {
  /** @returns false when one event is past the bound; nothing more may be fed then */
  feed(chunk: Buffer): boolean;
  /** Of the last event that was complete, data or not: what to resume from. */
  readonly lastEventId: () => string | undefined;
  readonly retryMs: () => number | undefined;
}

const LF = 0x0a;
const CR = 0x0d;
const COLON = 0x3a;
const SPACE = 0x20;
const BOM = [0xef, 0xbb, 0xbf];
const MAX_ID_BYTES = 1024;
/** Each costs more than its bytes; JSON on one line needs one. */
const MAX_DATA_LINES = 65_536;

export function createSseParser(maxEventBytes: number, onEvent: (event: SseEvent) => void): SseParser {
  const partial = createChunks();
  let data: Buffer[] = [];
  let eventBytes = 0;
  let type = '';
  let id: string | undefined;
  let lastId: string | undefined;
  let retryMs: number | undefined;
  let afterCr = false;
  let isFirstLine = true;

  function takeLine(end: Buffer): void {
    let line = end;
    if (partial.bytes() > 0) {
      partial.push(end);
      line = partial.take();
    }
    if (isFirstLine) {
      isFirstLine = false;
      if (BOM.every((byte, i) => line[i] === byte)) line = line.subarray(BOM.length);
    }
    if (line.length === 0) {
      dispatch();
      return;
    }
    eventBytes += line.length;
    const colon = line.indexOf(COLON);
    if (colon === 0) return;
    const name = (colon < 0 ? line : line.subarray(0, colon)).toString('latin1');
    let value = colon < 0 ? Buffer.alloc(0) : line.subarray(colon + 1);
    if (value[0] === SPACE) value = value.subarray(1);
    takeField(name, value);
  }

  function takeField(name: string, value: Buffer): void {
    switch (name) {
      case 'data':
        data.push(value);
        return;
      case 'event':
        type = value.toString('utf8');
        return;
      case 'id':
        // It goes back in a header, so what a header cannot carry is no id.
        if (value.length <= MAX_ID_BYTES && value.every((byte) => byte >= 0x20 && byte <= 0x7e))
          id = value.toString('latin1');
        return;
      case 'retry':
        if (/^\d{1,9}$/.test(value.toString('latin1'))) retryMs = Number(value.toString('latin1'));
    }
  }

  function dispatch(): void {
    if (id !== undefined) lastId = id === '' ? undefined : id;
    const event = { type: type === '' ? 'message' : type, data: joined(data) };
    const isEmpty = event.data.length === 0;
    data = [];
    eventBytes = 0;
    type = '';
    if (!isEmpty) onEvent(event);
  }

  return {
    lastEventId: () => lastId,
    retryMs: () => retryMs,
    feed(chunk) {
      let from = 0;
      if (afterCr && chunk.length > 0) {
        afterCr = false;
        if (chunk[0] === LF) from = 1;
      }
      while (from < chunk.length) {
        const at = lineEnd(chunk, from);
        if (at < 0) break;
        if (eventBytes + partial.bytes() + (at - from) > maxEventBytes) return false;
        takeLine(chunk.subarray(from, at));
        if (data.length > MAX_DATA_LINES) return false;
        from = at + 1;
        if (chunk[at] !== CR) continue;
        if (from === chunk.length) afterCr = true;
        else if (chunk[from] === LF) from += 1;
      }
      if (from < chunk.length) partial.push(chunk.subarray(from));
      return eventBytes + partial.bytes() <= maxEventBytes && data.length <= MAX_DATA_LINES;
    },
  };
}

function lineEnd(chunk: Buffer, from: number): number {
  const lf = chunk.indexOf(LF, from);
  const cr = chunk.subarray(from, lf < 0 ? chunk.length : lf).indexOf(CR);
  return cr < 0 ? lf : from + cr;
}

function joined(lines: readonly Buffer[]): Buffer {
  const [only] = lines;
  if (only === undefined) return Buffer.alloc(0);
  if (lines.length === 1) return only;
  const parts: Buffer[] = [];
  for (const line of lines) parts.push(line, Buffer.of(LF));
  return Buffer.concat(parts.slice(0, -1));
}
