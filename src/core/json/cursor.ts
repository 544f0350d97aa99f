// SPDX-License-Identifier: Apache-2.0
/**
 * Where a reading of JSON stands, and how it stops.
 *
 * Inside the reader `undefined` means refused, with the reason in `cursor.fault`: JSON has no
 * undefined of its own, and a refusal stays a value on every path.
 */

export type JsonFault =
  | 'too_large'
  | 'invalid_utf8'
  | 'syntax'
  | 'duplicate_key'
  | 'too_deep'
  | 'too_many_nodes'
  | 'unsafe_integer'
  | 'number_range'
  | 'reserved_key'
  | 'lone_surrogate';

export interface Cursor {
  readonly text: string;
  readonly maxDepth: number;
  readonly maxNodes: number;
  readonly refuseCedarEscapes: boolean;
  at: number;
  depthLeft: number;
  nodesLeft: number;
  fault: { readonly code: JsonFault; readonly at: number; readonly message: string } | undefined;
}

export function fail(c: Cursor, code: JsonFault, at: number, message: string): undefined {
  c.fault = { code, at, message };
  return undefined;
}

export function skipSpace(c: Cursor): void {
  const { text } = c;
  let at = c.at;
  for (;;) {
    const code = text.charCodeAt(at);
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) break;
    at++;
  }
  c.at = at;
}

/** What stands at a place, for a message: control and format characters only by number. */
export function seen(c: Cursor, at: number): string {
  const point = c.text.codePointAt(at);
  if (point === undefined) return 'the end';
  const character = String.fromCodePoint(point);
  if (!/[\p{C}\p{Z}]/u.test(character)) return `\`${character}\``;
  return `U+${point.toString(16).toUpperCase().padStart(4, '0')}`;
}
