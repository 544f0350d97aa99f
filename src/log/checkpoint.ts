// SPDX-License-Identifier: Apache-2.0

/**
 * Checkpoints: what a log says of its tree at one size, as the text of a signed note.
 *
 *     origin
 *     size
 *     base64(root)
 *     extension lines, if any
 *
 * Never decides whether a checkpoint may be signed: that it is consistent with every one signed
 * before is for the log that signs to see to.
 *
 * Source: c2sp.org/tlog-checkpoint. Sizes beyond 2^53 - 1 are refused, which the format allows.
 */

import { decodeBase64, encodeBase64, parseDecimal } from './encoding.ts';
import { emptyRoot, type Hash, isHash, sameHash } from './hash.ts';
import type { NoteSigner, NoteVerifier } from './key.ts';
import { isNoteText, type NoteRefusal, openNote, signNote } from './note.ts';

export interface Checkpoint {
  readonly origin: string;
  readonly size: number;
  readonly root: Hash;
  readonly extensions: readonly string[];
}

/** Which log a reader believes, and by which of its keys. */
export interface TrustedLog {
  readonly origin: string;
  readonly keys: readonly NoteVerifier[];
}

export type CheckpointTextRefusal =
  /** fewer than three lines, an empty line, a control character, or no newline at the end */
  | 'malformed_checkpoint'
  /** not a plain decimal, or beyond 2^53 - 1 */
  | 'malformed_size'
  /** not the canonical base64 of 32 bytes */
  | 'malformed_root'
  /** size 0 with another root than that of the empty tree */
  | 'wrong_empty_root';

export type CheckpointRefusal = NoteRefusal | CheckpointTextRefusal | 'wrong_origin';

export type ParsedCheckpoint =
  | { readonly ok: true; readonly checkpoint: Checkpoint }
  | { readonly ok: false; readonly reason: CheckpointTextRefusal };

export type OpenedCheckpoint =
  | { readonly ok: true; readonly checkpoint: Checkpoint; readonly signedBy: readonly NoteVerifier[] }
  | { readonly ok: false; readonly reason: CheckpointRefusal };

/** The text to sign. A checkpoint that a reader would refuse throws RangeError. */
export function formatCheckpoint({ origin, size, root, extensions }: Checkpoint): string {
  const lines = [origin, String(size), encodeBase64(root), ...extensions];
  const text = `${lines.join('\n')}\n`;
  const parsed = parseCheckpoint(text);
  if (!parsed.ok) throw new RangeError(`no reader would accept this checkpoint: ${parsed.reason}`);
  if (lines.some((line) => line.includes('\n')))
    throw new RangeError('a line of a checkpoint has no newline');
  return text;
}

export function parseCheckpoint(text: string): ParsedCheckpoint {
  if (!isNoteText(text)) return refuse('malformed_checkpoint');
  const lines = text.slice(0, -1).split('\n');
  const [origin, sizeLine, rootLine, ...extensions] = lines;
  if (origin === undefined || sizeLine === undefined || rootLine === undefined) {
    return refuse('malformed_checkpoint');
  }
  if (lines.includes('')) return refuse('malformed_checkpoint');
  const size = parseDecimal(sizeLine);
  if (size === undefined) return refuse('malformed_size');
  const root = decodeBase64(rootLine);
  if (!isHash(root)) return refuse('malformed_root');
  if (size === 0 && !sameHash(root, emptyRoot())) return refuse('wrong_empty_root');
  return { ok: true, checkpoint: { origin, size, root, extensions } };
}

export function signCheckpoint(checkpoint: Checkpoint, signers: readonly NoteSigner[]): Uint8Array {
  return signNote(formatCheckpoint(checkpoint), signers);
}

/** A checkpoint, if it is this log's: signed with a key of the log's and under its origin. */
export function openCheckpoint(note: Uint8Array, log: TrustedLog): OpenedCheckpoint {
  const opened = openNote(note, log.keys);
  if (!opened.ok) return opened;
  const parsed = parseCheckpoint(opened.text);
  if (!parsed.ok) return parsed;
  // One key may serve several logs; a checkpoint of one must not pass for another's.
  if (parsed.checkpoint.origin !== log.origin) return { ok: false, reason: 'wrong_origin' };
  return { ok: true, checkpoint: parsed.checkpoint, signedBy: opened.signedBy };
}

function refuse(reason: CheckpointTextRefusal): ParsedCheckpoint {
  return { ok: false, reason };
}
