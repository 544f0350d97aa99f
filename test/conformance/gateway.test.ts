// SPDX-License-Identifier: Apache-2.0
/**
 * What the suite says of a server behind the daemon: the same as without it (baseline.test.ts).
 *
 * The shim in front brings the token that the suite cannot send; the endpoint is that of one upstream,
 * since the suite knows its tools by their own names.
 */
import { afterAll, beforeAll, test } from 'vitest';
import { everyMethod } from '../builders/methods.ts';
import { verifies } from '../requirements.ts';
import { type DaemonProcess, runDaemon } from '../scenarios/daemon-process.fixture.ts';
import { type BearerShim, startBearerShim } from './bearer-shim.ts';
import { expectConformance, expected, timeoutMs } from './expected.ts';
import type { ConformanceServer } from './server.ts';
import { spawnConformanceServer } from './server-process.ts';

const harmless = 'result: { level: public, integrity: trusted }';
const catalogue = `resources: { "test:": { class: read, ${harmless} } }
prompts: { "*": { class: read, ${harmless} } }
${everyMethod(harmless)}`;

let server: ConformanceServer;
let daemon: DaemonProcess;
let shim: BearerShim;

beforeAll(async () => {
  server = await spawnConformanceServer();
  daemon = await runDaemon({
    mcpServers: { suite: { type: 'http', url: server.url } },
    catalogue: { suite: catalogue },
  });
  await daemon.accept('suite');
  const { token } = await daemon.task();
  shim = await startBearerShim({ target: `${daemon.url}/suite`, token });
});

afterAll(async () => {
  await shim?.close();
  await daemon?.[Symbol.asyncDispose]();
  await server?.close();
});

test.each(expected)(
  '%s: %i checks pass, %i fail, all %i scored scenarios pass',
  async (...row) => {
    verifies('mcp.conformance');
    await expectConformance(shim.url, row);
  },
  timeoutMs,
);
