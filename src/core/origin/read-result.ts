// SPDX-License-Identifier: Apache-2.0
/**
 * The text of a result, read as what it is made of: JSON, a literal of Python, or YAML as programs write it.
 *
 * Whoever wrote what stands in a result would like to write its fields as well. So this is all or nothing: what is
 * not one of these from its first character to its last, names a member twice or uses what programs do not write,
 * is not read, and then all of it is one piece of prose, of which nothing is a field.
 *
 * Never throws, and takes time linear in the text.
 */
import { isString, type JsonValue } from '../json/value.ts';
import { readBlocks } from './read-blocks.ts';
import { readLiteral } from './read-literal.ts';

/** Longer ones are prose. */
export const maxStructured = 1 << 20;

/** @returns undefined where it is prose, or a single value */
export function readResult(text: string): JsonValue | undefined {
  if (text.length > maxStructured) return undefined;
  const read = readOnce(text.trim());
  // A structure may have been handed on as a string.
  const inner = isString(read) ? readOnce(read.trim()) : read;
  return typeof inner === 'object' && inner !== null ? inner : undefined;
}

function readOnce(text: string): JsonValue | undefined {
  switch (text[0]) {
    case '{':
    case '[':
    case '(':
    case '"':
      return readLiteral(text);
    default:
      return readBlocks(text);
  }
}
