// SPDX-License-Identifier: Apache-2.0
/**
 * How long things took: medians and the like, in bounded memory, whatever their number.
 *
 * Each time is counted in a bucket two per cent wide, so an answer is within one per cent of the true one (and one
 * millisecond). Never keeps a time.
 *
 * Source: Masson, Rim, Lee: "DDSketch: a fast and fully-mergeable quantile sketch with relative-error guarantees" (2019).
 */
export interface Times {
  add(ms: number): void;
  /** The least time that at least this share took no longer than; undefined where there is none. */
  quantile(share: number): number | undefined;
}

const width = 1.02;
const logWidth = Math.log(width);

export function createTimes(): Times {
  const buckets = new Map<number, number>();
  let count = 0;
  return {
    add(ms) {
      const bucket = ms < 1 ? -1 : Math.ceil(Math.log(Math.min(ms, Number.MAX_SAFE_INTEGER)) / logWidth);
      buckets.set(bucket, (buckets.get(bucket) ?? 0) + 1);
      count += 1;
    },
    quantile(share) {
      const wanted = Math.max(1, Math.ceil(share * count));
      let passed = 0;
      for (const [bucket, times] of [...buckets].sort(([a], [b]) => a - b)) {
        passed += times;
        if (passed >= wanted) return bucket < 0 ? 0 : Math.round((2 * width ** bucket) / (width + 1));
      }
      return undefined;
    },
  };
}
