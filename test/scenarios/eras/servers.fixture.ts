// SPDX-License-Identifier: Apache-2.0
// The servers of the matrix: those that others wrote, and the conformance server in both eras over both transports.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { everyMethod } from '../../builders/methods.ts';
import { SERVER_FILE, spawnConformanceServer } from '../../conformance/server-process.ts';

export interface TriedServers extends AsyncDisposable {
  readonly folder: string;
  readonly memoryFile: string;
  readonly mcpServers: Readonly<Record<string, object>>;
  readonly catalogue: Readonly<Record<string, string>>;
}

export const upstreams = ['files', 'memory', 'everything', 'everything-http', 'both', 'both-http'] as const;
export type Upstream = (typeof upstreams)[number];

const { resolve } = createRequire(import.meta.url);

export function entryOf(name: string): string {
  return join(dirname(resolve(`@modelcontextprotocol/${name}/package.json`)), 'dist', 'index.js');
}

const everything = `resources: { "demo://": { class: read } }\nprompts: { "*": { class: read } }\n${everyMethod()}`;
const conformance = `resources: { "test://": { class: read } }\nprompts: { "*": { class: read } }\n${everyMethod()}`;

export async function startServers(): Promise<TriedServers> {
  const folder = mkdtempSync(join(tmpdir(), 'cs-eras-'));
  const shared = join(folder, 'shared');
  const memoryFile = join(folder, 'memory.jsonl');
  mkdirSync(shared);
  writeFileSync(join(shared, 'note.txt'), 'the note');
  const port = await freePort();
  const http = spawn(process.execPath, [entryOf('server-everything'), 'streamableHttp'], {
    env: { ...process.env, PORT: String(port) },
    stdio: 'ignore',
  });
  const both = await spawnConformanceServer();
  await listening(port);
  const node = (...args: readonly string[]) => ({ command: process.execPath, args });
  return {
    folder: shared,
    memoryFile,
    mcpServers: {
      files: node(entryOf('server-filesystem'), shared),
      memory: { ...node(entryOf('server-memory')), env: { MEMORY_FILE_PATH: memoryFile } },
      everything: node(entryOf('server-everything')),
      'everything-http': { type: 'http', url: `http://127.0.0.1:${port}/mcp` },
      both: node(SERVER_FILE, '--stdio'),
      'both-http': { type: 'http', url: both.url },
    },
    catalogue: {
      files: everyMethod(),
      memory: `resources: { "memory://": { class: read } }\n${everyMethod()}`,
      everything,
      'everything-http': everything,
      both: conformance,
      'both-http': conformance,
    },
    async [Symbol.asyncDispose]() {
      const ended = once(http, 'exit');
      http.kill();
      await both.close();
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function listening(port: number): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const reached = await new Promise<boolean>((settle) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('connect', () => settle(true)).once('error', () => settle(false));
      socket.once('connect', () => socket.destroy());
    });
    if (reached) return;
    await new Promise((settle) => setTimeout(settle, 50));
  }
  throw new Error(`nobody listens on ${port}`);
}
