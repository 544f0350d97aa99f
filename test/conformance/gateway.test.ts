// SPDX-License-Identifier: Apache-2.0
/**
 * What the suite says of a server behind the daemon: the same as without it (baseline.test.ts).
 *
 * The shim in front brings the token that the suite cannot send; the endpoint is that of one upstream,
 * since the suite knows its tools by their own names.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { verifies } from '../requirements.ts';
import { type DaemonProcess, runDaemon } from '../scenarios/daemon-process.fixture.ts';
import { type BearerShim, startBearerShim } from './bearer-shim.ts';
import { type Requirements, runConformance } from './run.ts';
import type { ConformanceServer } from './server.ts';
import { spawnConformanceServer } from './server-process.ts';

const TIMEOUT_MS = 120_000;

const harmless = 'result: { level: public, integrity: trusted }';
const methods = [
  'completion/complete',
  'resources/subscribe',
  'resources/unsubscribe',
  'sampling/createMessage',
  'elicitation/create',
  'roots/list',
];
const catalogue = `resources: { "test:": { class: read, ${harmless} } }
prompts: { "*": { class: read, ${harmless} } }
methods:
${methods.map((method) => `  ${method}: { class: read, ${harmless} }`).join('\n')}`;

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

test.each<[requirements: Requirements, passed: number, failed: number, scored: number]>([
  ['2025-11-25', 84, 0, 30],
  ['2026-07-28', 164, 30, 37],
])(
  '%s: %i checks pass, %i fail, all %i scored scenarios pass',
  async (requirements, passed, failed, scored) => {
    verifies('mcp.conformance');
    const result = await runConformance({ url: shim.url, requirements, timeoutMs: TIMEOUT_MS });

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
