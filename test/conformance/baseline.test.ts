// SPDX-License-Identifier: Apache-2.0
/**
 * What the suite says of our own server with nothing in front, and with only the shim in front: the
 * numbers that the gateway has to reach, so that what it loses is its own.
 *
 * The failures of 2026-07-28 are all in the tasks extension, which is not scored and which this server
 * does not have.
 */
import { afterAll, beforeAll, describe, test } from 'vitest';
import { type BearerShim, startBearerShim } from './bearer-shim.ts';
import { expectConformance, expected, timeoutMs } from './expected.ts';
import type { ConformanceServer } from './server.ts';
import { spawnConformanceServer } from './server-process.ts';

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
  test.each(expected)(
    '%s: %i checks pass, %i fail, all %i scored scenarios pass',
    async (...row) => {
      await expectConformance(url(), row);
    },
    timeoutMs,
  );
});
