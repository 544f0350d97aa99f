// SPDX-License-Identifier: Apache-2.0
// Durations as people write them: `90s`, `15m`, `2h`, `7d`.

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** @returns milliseconds, or undefined where the text is no duration */
export function parseDurationMs(text: string): number | undefined {
  const match = /^(\d{1,9})(ms|s|m|h|d)$/.exec(text);
  const unit = match?.[2] === undefined ? undefined : unitMs[match[2]];
  return match === null || unit === undefined ? undefined : Number(match[1]) * unit;
}
