// SPDX-License-Identifier: Apache-2.0
/**
 * The era matrix: clients as people have them, in front of servers as people have them, through one URL.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  Client as ClientV2,
  StreamableHTTPClientTransport as TransportV2,
} from '@modelcontextprotocol/client';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as TransportV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { speaking } from '../builders/era.ts';
import { everyMethod } from '../builders/methods.ts';
import type { ConformanceServer } from '../conformance/server.ts';
import { SERVER_FILE, spawnConformanceServer } from '../conformance/server-process.ts';
import { type Rig, startRig, upstreamsOf } from './rig.ts';

const modules = fileURLToPath(new URL('../../node_modules/@modelcontextprotocol/', import.meta.url));
const stdio = (name: string, ...args: readonly string[]) => ({
  command: process.execPath,
  args: [path.join(modules, name, 'dist/index.js'), ...args],
});

let rig: Rig;
let http: ConformanceServer;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'countersign-mcp-'));
  writeFileSync(path.join(folder, 'hello.txt'), 'hello from a file');
  http = await spawnConformanceServer();
  rig = await startRig({
    upstreams: upstreamsOf({
      files: stdio('server-filesystem', folder),
      memory: { ...stdio('server-memory'), env: { MEMORY_FILE_PATH: path.join(folder, 'memory.json') } },
      everything: stdio('server-everything'),
      dual: { type: 'http', url: http.url },
      dualstdio: { command: process.execPath, args: [SERVER_FILE, '--stdio'] },
    }),
    catalogue: `resources: { "test:": { class: read, $harmless }, "demo:": { class: read, $harmless } }
prompts: { "*": { class: read, $harmless } }
${everyMethod('$harmless')}`,
  });
}, 60_000);

afterAll(async () => {
  await rig?.close();
  await http?.close();
  rmSync(folder, { recursive: true, force: true });
});

interface AnyClient {
  /** Undefined for a client that does not say. */
  readonly era: 'legacy' | 'modern';
  tools(): Promise<readonly string[]>;
  call(name: string, args: Record<string, unknown>, onProgress?: (progress: number) => void): Promise<string>;
  readonly asked: readonly string[];
  close(): Promise<void>;
}

const info = { name: 'matrix', version: '1' };
const elicited = {
  action: 'accept' as const,
  content: { username: 'ada', email: 'a@example.org', response: 'ada' },
};
const sampled = {
  role: 'assistant' as const,
  content: { type: 'text' as const, text: 'from the model' },
  model: 'm',
};
const textOf = (result: object): string => JSON.stringify(result);

async function v1(url: string): Promise<AnyClient> {
  const asked: string[] = [];
  const { ElicitRequestSchema, CreateMessageRequestSchema } = await import(
    '@modelcontextprotocol/sdk/types.js'
  );
  const client = new ClientV1(info, { capabilities: { elicitation: {}, sampling: {} } });
  client.setRequestHandler(ElicitRequestSchema, async () => {
    asked.push('elicitation');
    return elicited;
  });
  client.setRequestHandler(CreateMessageRequestSchema, async () => {
    asked.push('sampling');
    return sampled;
  });
  const headers = { authorization: `Bearer ${rig.token}` };
  await client.connect(new TransportV1(new URL(url), { requestInit: { headers } }) as never);
  return {
    era: 'legacy',
    asked,
    tools: async () => (await client.listTools()).tools.map(({ name }) => name),
    call: async (name, args, onProgress) =>
      textOf(
        await client.callTool({ name, arguments: args }, undefined, {
          ...(onProgress === undefined ? {} : { onprogress: ({ progress }) => onProgress(progress) }),
        }),
      ),
    close: () => client.close(),
  };
}

const v2 =
  (era: 'legacy' | 'modern') =>
  async (url: string): Promise<AnyClient> => {
    const asked: string[] = [];
    const client = new ClientV2(info, {
      capabilities: { elicitation: {}, sampling: {} },
      ...speaking(era === 'legacy' ? '2025-11-25' : '2026-07-28'),
    });
    client.setRequestHandler('elicitation/create', async () => {
      asked.push('elicitation');
      return elicited;
    });
    client.setRequestHandler('sampling/createMessage', async () => {
      asked.push('sampling');
      return sampled;
    });
    const headers = { authorization: `Bearer ${rig.token}` };
    await client.connect(new TransportV2(new URL(url), { requestInit: { headers } }));
    return {
      era,
      asked,
      tools: async () => (await client.listTools()).tools.map(({ name }) => name),
      call: async (name, args, onProgress) =>
        textOf(
          await client.callTool(
            { name, arguments: args },
            onProgress === undefined ? {} : { onprogress: ({ progress }) => onProgress(progress) },
          ),
        ),
      close: () => client.close(),
    };
  };

describe.each<[client: string, connect: (url: string) => Promise<AnyClient>]>([
  ['SDK v1', v1],
  ['SDK v2, 2025-11-25', v2('legacy')],
  ['SDK v2, 2026-07-28', v2('modern')],
])('%s', (_name, connect) => {
  const using = async (at: string, run: (client: AnyClient) => Promise<void>) => {
    const client = await connect(`${rig.url}${at}`);
    try {
      await run(client);
    } finally {
      await client.close();
    }
  };

  test('every upstream behind one URL, each tool by its prefix', () =>
    using('', async (client) => {
      const names = await client.tools();
      for (const one of [
        'files__read_text_file',
        'memory__create_entities',
        'everything__echo',
        'dual__test_simple_text',
      ])
        expect(names).toContain(one);
      expect(names.every((name) => /^[a-z]+__/.test(name))).toBe(true);
      const file = path.join(folder, 'hello.txt');
      expect(await client.call('files__read_text_file', { path: file })).toContain('hello from a file');
      expect(await client.call('everything__echo', { message: 'ü 1' })).toContain('Echo: ü 1');
    }));

  test('files over stdio', () =>
    using('/files', async (client) => {
      const target = path.join(folder, `${Math.random()}.txt`);
      await client.call('write_file', { path: target, content: 'written' });
      expect(await client.call('read_text_file', { path: target })).toContain('written');
      expect(await client.call('read_text_file', { path: '/etc/passwd' })).toContain('"isError":true');
    }));

  test('memory over stdio', () =>
    using('/memory', async (client) => {
      const entity = { name: `n${Math.random()}`, entityType: 'thing', observations: ['seen'] };
      await client.call('create_entities', { entities: [entity] });
      expect(await client.call('search_nodes', { query: entity.name })).toContain('seen');
    }));

  test('progress', () =>
    using('/everything', async (client) => {
      const progress: number[] = [];
      const done = await client.call('trigger-long-running-operation', { duration: 0.5, steps: 3 }, (p) =>
        progress.push(p),
      );
      expect(done).toContain('3');
      expect(progress).toEqual([1, 2, 3]);
    }));

  test.each(['/dual', '/dualstdio'])('a server of both eras at %s: progress, errors, questions', (at) =>
    using(at, async (client) => {
      const progress: number[] = [];
      await client.call('test_tool_with_progress', {}, (p) => progress.push(p));
      expect(progress.length).toBeGreaterThanOrEqual(3);
      expect(await client.call('test_error_handling', {})).toContain('"isError":true');
      const tools = await client.tools();
      const asking = client.era === 'legacy' ? 'test_sampling' : 'test_input_required_result_sampling';
      expect(tools).toContain(asking);
      await client.call(asking, client.era === 'legacy' ? { prompt: 'hi' } : {});
      expect(client.asked).toEqual(['sampling']);
    }),
  );

  test('a question of a server of the era before', () =>
    using('/everything', async (client) => {
      const names = await client.tools();
      const name = names.find((tool) => tool.includes('elicitation'));
      await client.call(name ?? 'none', {});
      expect(client.asked).toEqual(['elicitation']);
    }));

  test('a refusal reads as one', () =>
    using('/files', async (client) => {
      expect(await client.call('read_text_file', { path: 7 })).toMatch(/refused.*invalid_arguments/);
      await expect(client.call('no_such_tool', {})).rejects.toThrow(/unknown tool/);
    }));
});
