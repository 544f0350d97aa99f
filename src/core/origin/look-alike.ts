// SPDX-License-Identifier: Apache-2.0
/**
 * Values that can be taken for another one: drawn alike, one letter off, or the person's own name at somebody else's
 * domain. What looks like a value that is known to be good, and is another one, is worse than one that nobody knows.
 *
 * Source: Unicode TR 39 (skeletons); optimal string alignment distance.
 */
import { skeleton, tokensOf } from './fold-text.ts';
import { isAddress, type Typed } from './typed.ts';

const maxGood = 500;
/** In shorter ones a letter makes another value. */
const minLength = 8;

export interface Familiar {
  /** That one is known to be good. */
  add(typed: Typed): void;
  /** Whether another one that is known looks the same. */
  lookAlike(typed: Typed): boolean;
}

export function createFamiliar(): Familiar {
  const good = new Map<string, Typed>();
  const skeletons = new Map<string, Typed>();
  return {
    add(typed) {
      const key = `${typed.kind} ${typed.value}`;
      if (!isAddress(typed) || good.size >= maxGood || good.has(key)) return;
      good.set(key, typed);
      skeletons.set(skeleton(typed.value), typed);
    },
    lookAlike(typed) {
      if (!isAddress(typed) || good.has(`${typed.kind} ${typed.value}`)) return false;
      if (skeletons.has(skeleton(typed.value))) return true;
      return [...good.values()].some((one) => one.kind === typed.kind && isNear(one.value, typed.value));
    },
  };
}

/** One letter more, less or other, or two that changed places. */
export function isNear(a: string, b: string): boolean {
  if (a === b || Math.abs(a.length - b.length) > 1 || Math.min(a.length, b.length) < minLength) return false;
  let from = 0;
  while (from < a.length && a[from] === b[from]) from += 1;
  let end = 0;
  while (end < Math.min(a.length, b.length) - from && a[a.length - 1 - end] === b[b.length - 1 - end])
    end += 1;
  const [left, right] = [a.slice(from, a.length - end), b.slice(from, b.length - end)];
  if (left.length <= 1 && right.length <= 1) return true;
  return left.length === 2 && right.length === 2 && left[0] === right[1] && left[1] === right[0];
}

/** An address whose local part has all of a person's names in it. */
export function isNamedFor(address: string, name: readonly string[]): boolean {
  const local = tokensOf(address.split('@')[0] ?? '');
  return name.length > 1 && name.every((part) => local.includes(part));
}
