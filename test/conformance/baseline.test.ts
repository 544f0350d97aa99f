// SPDX-License-Identifier: Apache-2.0
/**
 * What the suite says of our own server with nothing in front, and with only the shim in front: the
 * numbers that the gateway has to reach, so that what it loses is its own.
 *
 * The failures of 2026-07-28 are all in the tasks extension, which is not scored and which this server
 * does not have.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type BearerShim, startBearerShim } from './bearer-shim.ts';
import { type Requirements, runConformance } from './run.ts';
import type { ConformanceServer } from './server.ts';
import { spawnConformanceServer } from './server-process.ts';

const TIMEOUT_MS = 120_000;

let server: ConformanceServer;
let shim: BearerShim;

beforeAll(async () => {
  server = await spawnConformanceServer();
  shim = await startBearerShim({ target: server.url, token: 'unused' });
});

afterAll(async () => {
  await shim.close();
  await server.close();
});

describe.each<[way: string, url: () => string]>([
  ['direct', () => server.url],
  ['behind the shim', () => shim.url],
])('%s', (_way, url) => {
  test.each<[requirements: Requirements, passed: number, failed: number, scored: number]>([
    ['2025-11-25', 84, 0, 30],
    ['2026-07-28', 164, 30, 37],
  ])(
    '%s: %i checks pass, %i fail, all %i scored scenarios pass',
    async (requirements, passed, failed, scored) => {
      const result = await runConformance({ url: url(), requirements, timeoutMs: TIMEOUT_MS });

      const unexpected = result.complaints.filter((complaint) => !complaint.startsWith('tasks-'));
      expect(unexpected).toEqual([]);
      expect(result).toMatchObject({
        checksPassed: passed,
        checksFailed: failed,
        scoredPassed: scored,
        scoredTotal: scored,
      });
    },
    TIMEOUT_MS,
  );
});
