// SPDX-License-Identifier: Apache-2.0

/**
 * Signed notes: text for people and machines, a blank line, and one line for each signature.
 *
 * The text of a note is worth nothing until a key that the reader already trusts has signed it, so
 * there is no way here to get at the text first. Signatures of strangers are skipped; one bad
 * signature in the name of a trusted key refuses the note, whatever the others say.
 *
 * Source: c2sp.org/signed-note; differs from golang.org/x/mod/sumdb/note in that every signature of
 * a known key is checked, repeated ones too, and that base64 has only its canonical spelling.
 */

import { decodeBase64, decodeUtf8, encodeBase64, encodeUtf8, hasControlCharacter } from './encoding.ts';
import { isKeyName, type NoteSigner, type NoteVerifier } from './key.ts';

/** A hundred post-quantum signatures fit. */
export const MAX_NOTE_BYTES = 1_000_000;
/** The specification asks for sixteen at least. */
export const MAX_SIGNATURES = 100;

export type NoteRefusal =
  /** longer than a million bytes */
  | 'note_too_large'
  /** not UTF-8, control characters, no blank line, no signatures, or a line that is not a signature */
  | 'malformed_note'
  /** more than a hundred signatures */
  | 'too_many_signatures'
  /** two of the trusted keys share name and key id: the reader's configuration is wrong */
  | 'ambiguous_key'
  /** a trusted key did not make the signature that stands in its name */
  | 'bad_signature'
  /** no trusted key has signed */
  | 'no_trusted_signature';

export type OpenedNote =
  | { readonly ok: true; readonly text: string; readonly signedBy: readonly NoteVerifier[] }
  | { readonly ok: false; readonly reason: NoteRefusal };

interface SignatureLine {
  readonly name: string;
  readonly keyId: string;
  readonly signature: Uint8Array;
}

const KEY_ID_BYTES = 4;
const LINE_START = '— ';

/**
 * Signs a text of our own making; a text or key that cannot stand in a note throws RangeError.
 */
export function signNote(text: string, signers: readonly NoteSigner[]): Uint8Array {
  if (!isNoteText(text))
    throw new RangeError('note text must end in a newline and have no control characters');
  if (signers.length === 0 || signers.length > MAX_SIGNATURES) {
    throw new RangeError(`a note has 1 to ${MAX_SIGNATURES} signatures, not ${signers.length}`);
  }
  const message = encodeUtf8(text);
  const lines = signers.map(({ name, keyId, sign }) => {
    if (!isKeyName(name)) throw new RangeError(`key name \`${name}\` is empty or has a space or a plus`);
    const signature = Buffer.concat([Buffer.from(keyId, 'hex'), sign(message)]);
    return `${LINE_START}${name} ${encodeBase64(signature)}\n`;
  });
  return encodeUtf8(`${text}\n${lines.join('')}`);
}

/** The text of a note, if at least one trusted key and no forger of one has signed it. */
export function openNote(note: Uint8Array, trusted: readonly NoteVerifier[]): OpenedNote {
  if (note.length > MAX_NOTE_BYTES) return refuse('note_too_large');
  const whole = decodeUtf8(note);
  if (whole === undefined || hasControlCharacter(whole)) return refuse('malformed_note');

  // The text may itself have blank lines: the last one ends it.
  const end = whole.lastIndexOf('\n\n');
  if (end === -1 || !whole.endsWith('\n')) return refuse('malformed_note');
  const text = whole.slice(0, end + 1);
  const lines = whole.slice(end + 2, -1).split('\n');
  if (lines.length > MAX_SIGNATURES) return refuse('too_many_signatures');

  const message = encodeUtf8(text);
  const signedBy = new Set<NoteVerifier>();
  for (const line of lines) {
    const found = parseSignatureLine(line);
    if (found === undefined) return refuse('malformed_note');
    const [key, ...others] = trusted.filter((k) => k.name === found.name && k.keyId === found.keyId);
    if (key === undefined) continue;
    if (others.length > 0) return refuse('ambiguous_key');
    if (!key.verify(message, found.signature)) return refuse('bad_signature');
    signedBy.add(key);
  }
  if (signedBy.size === 0) return refuse('no_trusted_signature');
  return { ok: true, text, signedBy: [...signedBy] };
}

/** Whether a text can stand in a note: well-formed, no control character but newline, newline last. */
export function isNoteText(text: string): boolean {
  return text.endsWith('\n') && text.isWellFormed() && !hasControlCharacter(text);
}

function parseSignatureLine(line: string): SignatureLine | undefined {
  if (!line.startsWith(LINE_START)) return undefined;
  const gap = line.indexOf(' ', LINE_START.length);
  if (gap === -1) return undefined;
  const name = line.slice(LINE_START.length, gap);
  const bytes = decodeBase64(line.slice(gap + 1));
  if (!isKeyName(name) || bytes === undefined || bytes.length <= KEY_ID_BYTES) return undefined;
  const keyId = Buffer.from(bytes.subarray(0, KEY_ID_BYTES)).toString('hex');
  return { name, keyId, signature: bytes.subarray(KEY_ID_BYTES) };
}

function refuse(reason: NoteRefusal): OpenedNote {
  return { ok: false, reason };
}
