// SPDX-License-Identifier: Apache-2.0
// The bytes of a record: an RFC 9162 leaf over canonical JSON, linked to the record before it in its stream.
// Byte format: docs/formats/record.md. Stores seal (they alone know the link); nobody else builds these bytes.
import { hash } from 'node:crypto';

/** Where a record stands in its stream: `seq` counts from 0, `prev` is the leaf hash before it. */
export interface Link {
  readonly seq: number;
  /** Lower-case hex of the previous leaf hash; `null` for the first record of a stream. */
  readonly prev: string | null;
}

export interface SealedRecord {
  readonly stream: string;
  readonly link: Link;
  /** UTF-8 of this is the leaf. */
  readonly leaf: string;
  /** Lower-case hex of SHA-256(0x00 || leaf). */
  readonly leafHash: string;
}

/**
 * @param body canonical JSON of the event: taken as it is, which is what makes the whole canonical
 *   (the four members stand in the order of RFC 8785)
 */
export function seal(stream: string, body: string, link: Link): SealedRecord {
  const prev = link.prev === null ? 'null' : `"${link.prev}"`;
  const hashed = `\0{"body":${body},"prev":${prev},"seq":${link.seq},"stream":${JSON.stringify(stream)}}`;
  // Hashed first, then cut: the other way round the engine copies every leaf twice.
  const leafHash = hash('sha256', hashed, 'hex');
  return { stream, link, leaf: hashed.slice(1), leafHash };
}

export function leafHashHex(leaf: string): string {
  return hash('sha256', `\0${leaf}`, 'hex');
}
