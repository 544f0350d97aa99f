// SPDX-License-Identifier: Apache-2.0
// What tests of links share: requests to send, clients to be, and servers that keep an account.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isObject, type JsonObject } from '../../../core/json/value.ts';
import type { UpstreamServer } from './config.ts';
import { DEFAULT_LIMITS, type UpstreamLimits } from './limits.ts';
import type { LinkOwner, Outgoing, UpstreamAnswer, Upstreams } from './link.ts';
import { createUpstreams, type UpstreamsOptions } from './upstreams.ts';

export { isAlive } from '../../../../test/alive.ts';

export const TEST_LIMITS: UpstreamLimits = {
  ...DEFAULT_LIMITS,
  maxMessageBytes: 200_000,
  maxStreamBytes: 400_000,
  startTimeoutMs: 10_000,
  probeTimeoutMs: 2_000,
};

export function call(name: string, more: Partial<Outgoing> = {}): Outgoing {
  return {
    method: 'tools/call',
    params: JSON.stringify({ arguments: {}, name }),
    signal: new AbortController().signal,
    timeoutMs: 5_000,
    maxResultBytes: 1_000_000,
    release: () => true,
    onNotification: () => {},
    onRequest: async () => ({ error: { code: -32601, message: 'not here' } }),
    ...more,
  };
}

export function client(task: string, session = 's1', more: Partial<LinkOwner> = {}): LinkOwner {
  return {
    task,
    session,
    clientCapabilities: {},
    clientInfo: { name: 'test', version: '1' },
    protocolVersion: '2025-11-25',
    ...more,
  };
}

/** What the first content of a result says. */
export function said(answer: UpstreamAnswer): string {
  if (answer.kind !== 'result') throw new Error(`no result but ${JSON.stringify(answer)}`);
  const content: unknown = answer.result.content;
  const first: unknown = Array.isArray(content) ? content[0] : undefined;
  return typeof first === 'object' && first !== null && 'text' in first ? String(first.text) : '';
}

export interface Rude {
  readonly server: UpstreamServer;
  /** Every message that it received, in order. */
  received(): readonly JsonObject[];
  remove(): void;
}

const RUDE_SERVER = fileURLToPath(new URL('./rude-server.fixture.ts', import.meta.url));

export function rudeServer(name = 'rude', env: Readonly<Record<string, string>> = {}): Rude {
  const folder = mkdtempSync(join(tmpdir(), 'rude-'));
  const account = join(folder, 'received');
  return {
    server: {
      kind: 'stdio',
      name,
      command: { command: process.execPath, args: [RUDE_SERVER], env: { ...env, RECEIVED: account } },
    },
    received() {
      const lines = readFileSync(account, 'utf8').split('\n').filter(Boolean);
      return lines.map((line) => JSON.parse(line)).filter(isObject);
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

export function upstreamsOf(
  servers: readonly UpstreamServer[],
  more: Partial<UpstreamsOptions> = {},
): Upstreams {
  return createUpstreams({
    servers,
    stateless: () => false,
    limits: TEST_LIMITS,
    onStderr: () => {},
    ...more,
  });
}

/** @throws when it does not come true in time */
export async function until(what: () => boolean, timeoutMs = 5_000): Promise<void> {
  const end = performance.now() + timeoutMs;
  while (!what()) {
    if (performance.now() > end) throw new Error('it did not come true in time');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
