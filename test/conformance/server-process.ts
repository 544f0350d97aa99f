// SPDX-License-Identifier: Apache-2.0
/**
 * Starts the conformance server as a process of its own, as a gateway meets it, and waits for its ready
 * line.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { ConformanceServer } from './server.ts';

/** Also what to put into a config for a stdio upstream: `process.execPath`, `[SERVER_FILE, '--stdio']`. */
export const SERVER_FILE = fileURLToPath(new URL('./server.ts', import.meta.url));

export async function spawnConformanceServer(timeoutMs = 20_000): Promise<ConformanceServer> {
  const child = spawn(process.execPath, [SERVER_FILE, '--port', '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const [line] = await once(createInterface(child.stdout), 'line', { signal });
    const url = /http:\/\/\S+/.exec(String(line))?.[0];
    if (url === undefined) throw new Error(`the first line was \`${line}\`, want one with a URL`);
    return {
      url,
      async close() {
        const ended = once(child, 'exit');
        child.kill();
        await ended;
      },
    };
  } catch (error) {
    child.kill();
    throw error;
  }
}
