// SPDX-License-Identifier: Apache-2.0

/**
 * How hashes and numbers are written in the text formats of the log: base64 (RFC 4648 section 4) and
 * plain decimals.
 *
 * Each value has exactly one spelling, and every other one is refused. A lenient decoder (Node's
 * skips whatever it does not know) would let two different texts pass for the same signed thing.
 *
 * Source: c2sp.org/tlog-checkpoint, c2sp.org/signed-note.
 */

export function encodeBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

export function decodeBase64(text: string): Uint8Array | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
}

/** A non-negative safe integer without sign, leading zero, exponent or space. */
export function parseDecimal(text: string): number | undefined {
  if (!/^(0|[1-9][0-9]{0,15})$/.test(text)) return undefined;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : undefined;
}

/** Bytes to text, only if they are valid UTF-8; the bytes can be had back from the text. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** ASCII controls other than newline (U+000A): no line of these formats may have one. */
export function hasControlCharacter(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x20 && unit !== 0x0a) return true;
  }
  return false;
}

export function encodeUtf8(text: string): Uint8Array {
  return Buffer.from(text, 'utf8');
}
