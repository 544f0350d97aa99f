// SPDX-License-Identifier: Apache-2.0
// How much of something there may be in a minute. Everybody comes from this machine or its proxy, so it is for all together:
// what it keeps away is guessing and filling the ledger, not somebody who wants to be a nuisance.

export interface Rate {
  /** Whether there may be one more now; then it counts. */
  take(): boolean;
}

export function createRate(perMinute: number, monotonicMs: () => number): Rate {
  let left = perMinute;
  let at = monotonicMs();
  return {
    take() {
      const now = monotonicMs();
      left = Math.min(perMinute, left + ((now - at) * perMinute) / 60_000);
      at = now;
      if (left < 1) return false;
      left -= 1;
      return true;
    },
  };
}
