// SPDX-License-Identifier: Apache-2.0
// A receipt for one record: what a stranger needs to see, offline and with the log's key alone, that
// the record is in the log. Checked before it is given away, since the store it is made from is not believed.
import {
  type Checkpoint,
  formatReceipt,
  inclusionProof,
  MAX_EXTRA_BYTES,
  openCheckpoint,
  type ReceiptRefusal,
  TreeUnreadable,
  type TrustedLog,
  verifyReceipt,
} from '../log/index.ts';
import type { Evidence } from './evidence.ts';
import { type Entry, LedgerUnavailable } from './ports.ts';

export type MadeReceipt =
  | {
      readonly ok: true;
      readonly receipt: Uint8Array;
      /** The record as it was hashed; also inside the receipt, where it is small enough. */
      readonly record: Uint8Array;
      readonly embedded: boolean;
      readonly checkpoint: Checkpoint;
    }
  | {
      readonly ok: false;
      /** `not_yet`: no signed head covers the record; one will within a second of a running daemon. */
      readonly reason: 'not_yet' | 'tree_damaged' | ReceiptRefusal;
    };

export async function makeReceipt(
  evidence: Pick<Evidence, 'tree'>,
  entry: Entry,
  log: TrustedLog,
): Promise<MadeReceipt> {
  const head = await evidence.tree.checkpoint();
  if (head === undefined || head.size <= entry.position) return { ok: false, reason: 'not_yet' };
  const note = Buffer.from(head.note, 'utf8');
  const opened = openCheckpoint(note, log);
  if (!opened.ok) return opened;
  const record = Buffer.from(entry.leaf, 'utf8');
  const embedded = record.length <= MAX_EXTRA_BYTES;
  try {
    const proof = await inclusionProof(head.size, entry.position, evidence.tree.readHashes);
    const receipt = formatReceipt({
      index: entry.position,
      proof,
      checkpoint: note,
      ...(embedded ? { extra: record } : {}),
    });
    const verified = verifyReceipt(receipt, record, log);
    if (!verified.ok) return verified;
    return { ok: true, receipt, record, embedded, checkpoint: verified.checkpoint };
  } catch (error) {
    if (error instanceof TreeUnreadable || error instanceof LedgerUnavailable) {
      return { ok: false, reason: 'tree_damaged' };
    }
    throw error;
  }
}
