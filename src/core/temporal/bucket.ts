// SPDX-License-Identifier: Apache-2.0
/**
 * The events that one key of one selection matched, oldest first: their positions and, where a
 * condition asks for them, their rows, running sums and different rows. Everything is arranged so
 * that the newest entry can be taken back exactly and the oldest dropped.
 */
import {
  appendKey,
  countDistinct,
  type Distinct,
  dropKey,
  nothingDistinct,
  removeNewestKey,
} from './distinct.ts';
import { type Exact, isLong, minus, plus } from './exact.ts';
import type { TemporalValue } from './value.ts';
import { keyOf } from './value-key.ts';

export type Row = readonly TemporalValue[];

/** What is kept beside positions. Grows while a plan is compiled, never afterwards. */
export interface Keeping {
  rows: boolean;
  /** Columns of the row with running sums. */
  readonly sums: number[];
  distinct: boolean;
}

export interface Bucket {
  positions: number[];
  /** Entries before this one are dropped, and wait for their arrays to be cut. */
  head: number;
  rows: Row[];
  /** For each summed column the sum of all entries up to this one, this one included. */
  readonly sums: Exact[][];
  /** What had been summed before the first entry of the arrays. */
  readonly summedBefore: Exact[];
  distinct: Distinct | undefined;
}

const worthCutting = 32;

export function emptyBucket(keeping: Keeping): Bucket {
  return {
    positions: [],
    head: 0,
    rows: [],
    sums: keeping.sums.map(() => []),
    summedBefore: keeping.sums.map(() => 0),
    distinct: keeping.distinct ? nothingDistinct() : undefined,
  };
}

export function isEmpty(bucket: Bucket): boolean {
  return bucket.head === bucket.positions.length;
}

export function newest(bucket: Bucket): number {
  return bucket.positions[bucket.positions.length - 1] ?? -1;
}

export function oldest(bucket: Bucket): number {
  return bucket.positions[bucket.head] ?? -1;
}

export function append(bucket: Bucket, position: number, row: Row, keeping: Keeping): void {
  const last = bucket.positions.length - 1;
  bucket.positions.push(position);
  if (keeping.rows) bucket.rows.push(row);
  keeping.sums.forEach((column, i) => {
    const sums = bucket.sums[i];
    const value = row[column];
    const before = sums?.[last] ?? bucket.summedBefore[i] ?? 0;
    sums?.push(isLong(value) ? plus(before, value) : before);
  });
  if (bucket.distinct !== undefined) appendKey(bucket.distinct, rowKey(row));
}

export function removeNewest(bucket: Bucket): void {
  bucket.positions.pop();
  bucket.rows.pop();
  for (const sums of bucket.sums) sums.pop();
  if (bucket.distinct !== undefined) removeNewestKey(bucket.distinct, bucket.head);
}

export function dropOldest(bucket: Bucket): void {
  if (bucket.distinct !== undefined) dropKey(bucket.distinct, bucket.head);
  bucket.head += 1;
  if (bucket.head >= worthCutting && bucket.head * 2 > bucket.positions.length) cut(bucket);
}

function cut(bucket: Bucket): void {
  const { head } = bucket;
  bucket.positions = bucket.positions.slice(head);
  bucket.rows = bucket.rows.slice(head);
  bucket.sums.forEach((sums, i) => {
    bucket.summedBefore[i] = sums[head - 1] ?? 0;
    sums.splice(0, head);
  });
  if (bucket.distinct !== undefined) {
    const kept = nothingDistinct();
    for (const key of bucket.distinct.keys.slice(head)) appendKey(kept, key);
    bucket.distinct = kept;
  }
  bucket.head = 0;
}

/** The first entry whose position is at least this one; as many as there are where none is. */
export function firstFrom(bucket: Bucket, position: number): number {
  const { positions } = bucket;
  if (newest(bucket) < position) return positions.length;
  let low = bucket.head;
  let high = positions.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((positions[middle] ?? 0) < position) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The sum of a column over the entries `low <= entry < high`. */
export function sumBetween(bucket: Bucket, column: number, low: number, high: number): Exact {
  if (high <= low) return 0;
  const sums = bucket.sums[column] ?? [];
  return minus(sums[high - 1] ?? 0, sums[low - 1] ?? bucket.summedBefore[column] ?? 0);
}

/** How many different rows there are among the entries from `low` to the newest. */
export function distinctFrom(bucket: Bucket, low: number): number | undefined {
  return bucket.distinct && countDistinct(bucket.distinct, low);
}

export function rowKey(row: Row): string {
  let key = '';
  for (const value of row) key += keyOf(value);
  return key;
}
