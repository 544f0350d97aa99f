// SPDX-License-Identifier: Apache-2.0
// What the suite says of the server of these tests, and so of the gateway before it.
import { expect } from 'vitest';
import { type Requirements, runConformance } from './run.ts';

export const timeoutMs = 120_000;

export const expected: readonly [
  requirements: Requirements,
  passed: number,
  failed: number,
  scored: number,
][] = [
  ['2025-11-25', 84, 0, 30],
  ['2026-07-28', 164, 30, 37],
];

export async function expectConformance(
  url: string,
  [requirements, passed, failed, scored]: (typeof expected)[number],
): Promise<void> {
  const result = await runConformance({ url, requirements, timeoutMs });
  const unexpected = result.complaints.filter((complaint) => !complaint.startsWith('tasks-'));
  expect(unexpected).toEqual([]);
  expect(result).toMatchObject({
    checksPassed: passed,
    checksFailed: failed,
    scoredPassed: scored,
    scoredTotal: scored,
  });
}
