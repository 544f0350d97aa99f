// SPDX-License-Identifier: Apache-2.0
/**
 * How many different keys the newest entries of a list have, for any number of newest entries, in
 * logarithmic time: each key counts only where it last occurs, and a Fenwick tree sums the places.
 * Entries come and go at the new end and go at the old one.
 */
export interface Distinct {
  /** Where each key last occurs. */
  readonly latest: Map<string, number>;
  readonly keys: string[];
  /** Where the same key occurred before, or -1. */
  readonly earlier: number[];
  /** `tree[n]` sums the `n & -n` places that end at place `n - 1`. */
  readonly tree: number[];
}

export function nothingDistinct(): Distinct {
  return { latest: new Map(), keys: [], earlier: [], tree: [0] };
}

export function appendKey(list: Distinct, key: string): void {
  const place = list.keys.length;
  const before = list.latest.get(key) ?? -1;
  list.keys.push(key);
  list.earlier.push(before);
  const n = place + 1;
  let sum = 1;
  for (let width = 1; width < (n & -n); width <<= 1) sum += list.tree[n - width] ?? 0;
  list.tree.push(sum);
  if (before >= 0) add(list, before, -1);
  list.latest.set(key, place);
}

/** @param oldest the oldest place that has not been dropped */
export function removeNewestKey(list: Distinct, oldest: number): void {
  const key = list.keys.pop();
  const before = list.earlier.pop() ?? -1;
  list.tree.pop();
  if (key === undefined) return;
  if (before < oldest) {
    list.latest.delete(key);
    return;
  }
  list.latest.set(key, before);
  add(list, before, 1);
}

export function dropKey(list: Distinct, place: number): void {
  const key = list.keys[place];
  if (key === undefined || list.latest.get(key) !== place) return;
  list.latest.delete(key);
  add(list, place, -1);
}

/** @param from the first place that counts */
export function countDistinct(list: Distinct, from: number): number {
  let before = 0;
  for (let n = from; n > 0; n -= n & -n) before += list.tree[n] ?? 0;
  return list.latest.size - before;
}

function add(list: Distinct, place: number, by: number): void {
  for (let n = place + 1; n < list.tree.length; n += n & -n) list.tree[n] = (list.tree[n] ?? 0) + by;
}
