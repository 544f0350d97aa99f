// SPDX-License-Identifier: Apache-2.0
// The closed set of transforms that a `modify` may apply: deterministic, idempotent, narrowing.
import type { JsonObject, JsonValue } from '../json/value.ts';
import type { Transform } from './verdict.ts';

/** A decision that is still `modify` after this many rounds is a deny: the policies do not settle. */
export const maxTransforms = 4;

/**
 * Applies transforms in a fixed order (by name, then argument), each at most once.
 *
 * Narrowing: `cap` never raises a value and turns what is not a number into nothing done, so the
 * policy that asked for it is still satisfied on the result and the request is refused.
 */
export function transformed(args: JsonObject, transforms: readonly Transform[]): JsonObject {
  const ordered = [...transforms].sort((a, b) => (key(a) < key(b) ? -1 : 1));
  return ordered.reduce(applyOne, args);
}

function applyOne(args: JsonObject, transform: Transform): JsonObject {
  if (!Object.hasOwn(args, transform.argument)) return args;
  const rest: [string, JsonValue][] = Object.entries(args).filter(([name]) => name !== transform.argument);
  if (transform.name === 'remove') return Object.fromEntries(rest);
  const value = args[transform.argument];
  if (typeof value !== 'number' || value <= transform.most) return args;
  return Object.fromEntries([...rest, [transform.argument, transform.most]]);
}

function key(transform: Transform): string {
  return `${transform.name} ${transform.argument}`;
}
