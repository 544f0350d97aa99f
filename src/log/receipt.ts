// SPDX-License-Identifier: Apache-2.0

/**
 * Receipts: all that a stranger needs, besides the record and the log's key, to see offline that the
 * record is in the log.
 *
 *     c2sp.org/tlog-proof@v1
 *     extra base64(data)          optional, and nothing vouches for it
 *     index <decimal>
 *     base64(hash)                one line for each hash of the inclusion proof, leaf's sibling first
 *     (blank line)
 *     the signed checkpoint
 *
 * Never says that the record is true, only that the log has it at that index.
 *
 * Source: c2sp.org/tlog-proof.
 */

import { type Checkpoint, type CheckpointRefusal, openCheckpoint, type TrustedLog } from './checkpoint.ts';
import { decodeBase64, decodeUtf8, encodeBase64, encodeUtf8, parseDecimal } from './encoding.ts';
import { type Hash, isHash, leafHash } from './hash.ts';
import type { NoteVerifier } from './key.ts';
import { MAX_NOTE_BYTES } from './note.ts';
import { type ProofRefusal, verifyInclusion } from './verify.ts';

export interface Receipt {
  readonly index: number;
  readonly proof: readonly Hash[];
  /** the signed note, byte for byte as the log issued it */
  readonly checkpoint: Uint8Array;
  /** for the application; not covered by any signature */
  readonly extra?: Uint8Array;
}

/** Room for a checkpoint at its limit, the longest proof, and 64 KiB of extra data. */
export const MAX_RECEIPT_BYTES = MAX_NOTE_BYTES + 100_000;
export const MAX_EXTRA_BYTES = 65_536;
/** The height of the tallest tree whose size can be written down. */
export const MAX_PROOF_HASHES = 53;

export type ReceiptTextRefusal =
  /** longer than a checkpoint, a proof and the extra data can be */
  | 'receipt_too_large'
  /** not UTF-8, another version, or no blank line before the checkpoint */
  | 'malformed_receipt'
  /** empty, too long, or not canonical base64 */
  | 'malformed_extra'
  /** no index line, or not a plain decimal */
  | 'malformed_index'
  /** a proof line that is not the canonical base64 of 32 bytes, or too many of them */
  | 'malformed_proof';

export type ReceiptRefusal = ReceiptTextRefusal | CheckpointRefusal | ProofRefusal;

export type ParsedReceipt =
  | { readonly ok: true; readonly receipt: Receipt }
  | { readonly ok: false; readonly reason: ReceiptTextRefusal };

export type VerifiedReceipt =
  | {
      readonly ok: true;
      readonly index: number;
      readonly checkpoint: Checkpoint;
      readonly signedBy: readonly NoteVerifier[];
    }
  | { readonly ok: false; readonly reason: ReceiptRefusal };

const VERSION = 'c2sp.org/tlog-proof@v1';
const EXTRA = 'extra ';
const INDEX = 'index ';

/** A receipt that could not be read back throws RangeError. */
export function formatReceipt({ index, proof, checkpoint, extra }: Receipt): Uint8Array {
  const header = [
    VERSION,
    ...(extra === undefined ? [] : [`${EXTRA}${encodeBase64(extra)}`]),
    `${INDEX}${index}`,
    ...proof.map(encodeBase64),
  ];
  const bytes = Buffer.concat([encodeUtf8(`${header.join('\n')}\n\n`), checkpoint]);
  const parsed = parseReceipt(bytes);
  if (!parsed.ok) throw new RangeError(`no reader would accept this receipt: ${parsed.reason}`);
  return bytes;
}

/** Reads the form only; nothing in a parsed receipt is to be believed before `verifyReceipt`. */
export function parseReceipt(bytes: Uint8Array): ParsedReceipt {
  if (bytes.length > MAX_RECEIPT_BYTES) return refuse('receipt_too_large');
  const text = decodeUtf8(bytes);
  // The first blank line ends the header; the checkpoint has one of its own.
  const end = text?.indexOf('\n\n') ?? -1;
  if (text === undefined || end === -1) return refuse('malformed_receipt');
  const lines = text.slice(0, end).split('\n').values();
  const checkpoint = encodeUtf8(text.slice(end + 2));

  if (lines.next().value !== VERSION) return refuse('malformed_receipt');
  let line = lines.next().value;
  let extra: Uint8Array | undefined;
  if (line?.startsWith(EXTRA)) {
    extra = decodeBase64(line.slice(EXTRA.length));
    if (extra === undefined || extra.length === 0 || extra.length > MAX_EXTRA_BYTES) {
      return refuse('malformed_extra');
    }
    line = lines.next().value;
  }
  if (!line?.startsWith(INDEX)) return refuse('malformed_index');
  const index = parseDecimal(line.slice(INDEX.length));
  if (index === undefined) return refuse('malformed_index');

  const proof: Hash[] = [];
  for (const encoded of lines) {
    const hash = decodeBase64(encoded);
    if (!isHash(hash) || proof.length === MAX_PROOF_HASHES) return refuse('malformed_proof');
    proof.push(hash);
  }
  return { ok: true, receipt: { index, proof, checkpoint, ...(extra === undefined ? {} : { extra }) } };
}

/** Is this record, byte for byte, in the log that the reader believes? */
export function verifyReceipt(bytes: Uint8Array, record: Uint8Array, log: TrustedLog): VerifiedReceipt {
  const parsed = parseReceipt(bytes);
  if (!parsed.ok) return parsed;
  const { index, proof } = parsed.receipt;

  const opened = openCheckpoint(parsed.receipt.checkpoint, log);
  if (!opened.ok) return opened;
  const { checkpoint, signedBy } = opened;

  const { size, root } = checkpoint;
  const included = verifyInclusion({ size, root, index, leafHash: leafHash(record), proof });
  if (!included.ok) return included;
  return { ok: true, index, checkpoint, signedBy };
}

function refuse(reason: ReceiptTextRefusal): ParsedReceipt {
  return { ok: false, reason };
}
