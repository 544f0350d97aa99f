// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { verifies } from '../requirements.ts';
import { runKills } from './run.ts';

test('kill -9 under load, 20 times: no effect without a durable decision, no answer without an observation', async () => {
  verifies('crash.nothing-lost', 'road.no-record-no-effect');
  const report = await runKills(20);
  expect(report.effects).toBeGreaterThan(20);
  expect(report.answered).toBeGreaterThan(20);
  expect(report.effectsWithoutDecision).toEqual([]);
  expect(report.answersWithoutObservation).toEqual([]);
  expect(report.effectsTwice).toEqual([]);
  expect(report.stillOpen).toBe(0);
  expect(report.verifyExitCode, report.verifyOutput).toBe(0);
}, 300_000);
