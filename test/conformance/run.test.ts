// SPDX-License-Identifier: Apache-2.0
/** A broken server must read as a broken server: the suite alone counts some silence as success. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runConformance } from './run.ts';

const silent = createServer(() => {});

beforeAll(async () => {
  await once(silent.listen(0, '127.0.0.1'), 'listening');
});
afterAll(() => {
  silent.closeAllConnections();
  silent.close();
});

test('a server that never answers: the run is ended in time, and what did not run has failed', async () => {
  const address = silent.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  const url = `http://127.0.0.1:${address.port}/mcp`;
  const result = await runConformance({ url, requirements: '2025-11-25', timeoutMs: 2_000 });

  expect(result).toMatchObject({ checksPassed: 0, scoredPassed: 0, scoredTotal: 30 });
  expect(result.scenarios.filter((scenario) => scenario.failed === 0)).toEqual([]);
  expect(result.complaints).toContain('ping: ping: left no result');
});

test('a port where nobody listens: every scenario has failed or complains', async () => {
  const result = await runConformance({ url: 'http://127.0.0.1:9/mcp', requirements: '2026-07-28' });
  const quiet = result.scenarios.filter(
    ({ name, scored }) => scored && !result.complaints.some((complaint) => complaint.startsWith(`${name}: `)),
  );
  expect(quiet.map((scenario) => scenario.name)).toEqual([]);
});
