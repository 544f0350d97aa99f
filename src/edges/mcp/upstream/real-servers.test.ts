// SPDX-License-Identifier: Apache-2.0
// Links to servers that others wrote, and to the conformance server in both eras over both transports.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ConformanceServer } from '../../../../test/conformance/server.ts';
import { SERVER_FILE, spawnConformanceServer } from '../../../../test/conformance/server-process.ts';
import { type JsonObject, objectAt } from '../../../core/json/value.ts';
import { parseMcpServers } from './config.ts';
import { DEFAULT_LIMITS } from './limits.ts';
import type { Era, Outgoing, UpstreamAnswer, UpstreamLink, Upstreams } from './link.ts';
import { call, client, said, until, upstreamsOf } from './upstream.fixture.ts';

const resolve = createRequire(import.meta.url).resolve;
const entry = (name: string): string =>
  join(dirname(resolve(`@modelcontextprotocol/${name}/package.json`)), 'dist', 'index.js');

let folder: string;
let everything: ChildProcess;
let conformance: ConformanceServer;
let upstreams: Upstreams;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'upstream-'));
  writeFileSync(join(folder, 'note.txt'), 'the note');
  const port = await freePort();
  everything = spawn(process.execPath, [entry('server-everything'), 'streamableHttp'], {
    env: { ...process.env, PORT: String(port) },
    stdio: 'ignore',
  });
  conformance = await spawnConformanceServer();
  const node = process.execPath;
  const parsed = parseMcpServers(
    {
      mcpServers: {
        files: { command: node, args: [entry('server-filesystem'), folder] },
        memory: {
          command: node,
          args: [entry('server-memory')],
          env: { MEMORY_FILE_PATH: join(folder, 'memory.json') },
        },
        everything: { command: node, args: [entry('server-everything')] },
        'everything-http': { type: 'http', url: `http://127.0.0.1:${port}/mcp` },
        both: { command: node, args: [SERVER_FILE, '--stdio'] },
        'both-http': { url: conformance.url },
      },
    },
    {},
  );
  if (!parsed.ok) throw new Error(parsed.problems.join(', '));
  upstreams = upstreamsOf(parsed.servers, { limits: DEFAULT_LIMITS });
  await listening(port);
});

afterAll(async () => {
  await upstreams?.close();
  await conformance?.close();
  everything?.kill();
  rmSync(folder, { recursive: true, force: true });
});

function params(link: UpstreamLink, name: string, args: JsonObject, more: JsonObject = {}): string {
  const meta = link.facts.era === 'legacy' ? {} : ENVELOPE;
  return JSON.stringify({ _meta: { ...meta, ...more }, arguments: args, name });
}

const ENVELOPE = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': { sampling: {}, elicitation: {} },
  'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
};

async function use(
  link: UpstreamLink,
  name: string,
  args: JsonObject,
  more: Partial<Outgoing> = {},
  meta: JsonObject = {},
): Promise<UpstreamAnswer> {
  return link.request(call(name, { params: params(link, name, args, meta), name, ...more }));
}

const owner = client('t1', 's1', { clientCapabilities: { sampling: {}, elicitation: {}, roots: {} } });

describe('servers of the reference collection', () => {
  test('files: one is read', async () => {
    const link = await upstreams.link('files', 'modern', owner);
    expect(said(await use(link, 'read_text_file', { path: join(folder, 'note.txt') }))).toBe('the note');
  });

  test('files: the roots that it asks for right after the handshake are asked of the client of the first request', async () => {
    const link = await upstreams.link(
      'files',
      'legacy',
      client('t2', 's9', { clientCapabilities: { roots: {} } }),
    );
    const asked: string[] = [];
    const onRequest = async (method: string) => {
      asked.push(method);
      return { result: { roots: [] } };
    };
    await use(link, 'list_allowed_directories', {}, { onRequest });
    await until(() => asked.length > 0);
    expect(asked).toEqual(['roots/list']);
  });

  test('files: what it asks is not asked of a request of the gateway’s own, but of the client’s next', async () => {
    const link = await upstreams.link(
      'files',
      'legacy',
      client('t3', 's9', { clientCapabilities: { roots: {} } }),
    );
    const asked: string[] = [];
    const asks = (whom: string) => async () => {
      asked.push(whom);
      return { result: { roots: [] } };
    };
    await link.request(call('', { method: 'tools/list', isOwn: true, onRequest: asks('gateway') }));
    await use(link, 'list_allowed_directories', {}, { onRequest: asks('client') });
    await until(() => asked.length > 0);
    expect(asked).toEqual(['client']);
  });

  test('memory: what one session of a task wrote another one reads', async () => {
    const one = await upstreams.link('memory', 'legacy', owner);
    const entities = [{ name: 'ada', entityType: 'person', observations: ['likes é'] }];
    await use(one, 'create_entities', { entities });
    const two = await upstreams.link('memory', 'legacy', client('t1', 's2'));
    expect(said(await use(two, 'read_graph', {}))).toContain('likes é');
  });

  test.each(['everything', 'everything-http'])(
    "%s: progress comes under the caller's token",
    async (server) => {
      const link = await upstreams.link(server, 'legacy', owner);
      const tokens: unknown[] = [];
      const answer = await use(
        link,
        'trigger-long-running-operation',
        { duration: 0.3, steps: 3 },
        { onNotification: (_method, heard) => void tokens.push(heard.progressToken) },
        { progressToken: 'mine' },
      );
      expect(said(answer)).toContain('completed');
      expect(tokens).toEqual(['mine', 'mine', 'mine']);
    },
  );

  test.each(['everything', 'everything-http'])('%s: an error of the tool is a result', async (server) => {
    const link = await upstreams.link(server, 'legacy', owner);
    expect(await use(link, 'echo', {})).toMatchObject({ kind: 'result', result: { isError: true } });
  });
});

describe.each<[server: string, era: Era]>([
  ['both', 'legacy'],
  ['both', 'modern'],
  ['both-http', 'legacy'],
  ['both-http', 'modern'],
])('the conformance server as %s, %s', (server, era) => {
  let link: UpstreamLink;
  beforeAll(async () => {
    link = await upstreams.link(server, era, owner);
  });

  test('speaks both eras, and the wanted one', async () => {
    expect(new Set(await upstreams.eras(server))).toEqual(new Set(['modern', 'legacy']));
    expect(link.facts.era).toBe(era);
    expect(link.facts.serverInfo).toMatchObject({ name: 'countersign-conformance' });
    expect(Object.keys(link.facts.capabilities)).toContain('tools');
  });

  test('answers a call', async () => {
    const answer = await use(link, 'test_simple_text', {});
    expect(said(answer).length).toBeGreaterThan(0);
    if (era === 'modern') expect(answer).toMatchObject({ result: { resultType: 'complete' } });
  });

  test('reports progress in order, before the answer', async () => {
    const seen: unknown[] = [];
    const onNotification = (_method: string, heard: JsonObject): void => {
      seen.push([heard.progressToken, heard.progress]);
    };
    await use(link, 'test_tool_with_progress', {}, { onNotification }, { progressToken: 'p' });
    expect(seen).toEqual([
      ['p', 0],
      ['p', 50],
      ['p', 100],
    ]);
  });

  test('asks the client', async () => {
    const asked: string[] = [];
    const answer = await use(
      link,
      'test_elicitation',
      { message: 'who?' },
      {
        async onRequest(method) {
          asked.push(method);
          return { result: { action: 'accept', content: { username: 'ada', email: 'a@b' } } };
        },
      },
    );
    if (era === 'legacy') {
      expect(asked).toEqual(['elicitation/create']);
      expect(said(answer)).toContain('ada');
    } else {
      expect(answer).toMatchObject({ kind: 'result', result: { resultType: 'input_required' } });
    }
  });

  test('is resumed when it closes the stream of a call', async () => {
    const answer = await use(link, 'test_reconnection', {});
    const last = answer.kind === 'failed' ? await answer.resume?.() : answer;
    expect(answer.kind).toBe(server === 'both-http' && era === 'legacy' ? 'failed' : 'result');
    expect(last?.kind).toBe('result');
  });

  test('tells that its tools changed', async () => {
    const heard: string[] = [];
    const giver = new AbortController();
    let listening: Promise<UpstreamAnswer> | undefined;
    if (era === 'legacy') link.onUnsolicited((method) => void heard.push(method));
    else {
      listening = link.request(
        call('', {
          method: 'subscriptions/listen',
          params: JSON.stringify({ _meta: ENVELOPE, notifications: { toolsListChanged: true } }),
          timeoutMs: Number.POSITIVE_INFINITY,
          signal: giver.signal,
          onNotification: (method, about) => {
            expect(objectAt(about, '_meta')).toHaveProperty(['io.modelcontextprotocol/subscriptionId']);
            heard.push(method);
          },
        }),
      );
      await until(() => heard.length === 1);
      expect(heard).toEqual(['notifications/subscriptions/acknowledged']);
    }
    await use(link, 'test_trigger_tool_change', {});
    await until(() => heard.includes('notifications/tools/list_changed'));
    giver.abort();
    if (listening !== undefined) expect(await listening).toMatchObject({ reason: 'aborted' });
  });

  if (server === 'both-http' && era === 'modern')
    test('refuses what headers and body say differently, with a status', async () => {
      const answer = await use(link, 'test_simple_text', {}, { name: 'another_tool' });
      expect(answer).toMatchObject({ kind: 'error', error: { code: -32020 }, httpStatus: 400 });
    });
});

async function freePort(): Promise<number> {
  const probe = createServer();
  probe.listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function listening(port: number): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    const socket = connect(port, '127.0.0.1');
    const isOpen = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (isOpen) return;
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error('the server does not listen');
}
