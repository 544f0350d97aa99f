// SPDX-License-Identifier: Apache-2.0
/**
 * How clients that are in use open a conversation, byte by byte as they were seen to, gaps included; and a
 * server that asks before anybody has called it.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { SERVER_FILE } from '../../conformance/server-process.ts';
import { modern, modernBody, modernHeaders, send, type Wire } from '../../mcp/wire.ts';
import { type DaemonProcess, type Pass, runDaemon } from '../daemon-process.fixture.ts';
import { connectV1 } from './clients.fixture.ts';
import { entryOf } from './servers.fixture.ts';

let daemon: DaemonProcess;
let folder: string;
/** One for all of them, so that its processes are started once. */
let pass: Pass;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cs-openings-'));
  writeFileSync(join(folder, 'note.txt'), 'the note');
  const roots = 'methods: { roots/list: { class: read } }';
  daemon = await runDaemon({
    mcpServers: {
      // No folder on its command line: it has those that the client names.
      files: { command: process.execPath, args: [entryOf('server-filesystem')] },
      both: { command: process.execPath, args: [SERVER_FILE, '--stdio'] },
    },
    catalogue: { files: roots, both: roots },
  });
  await daemon.accept('files', 'both');
  pass = await daemon.task();
});

afterAll(async () => {
  await daemon?.[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

const hello = (protocolVersion: string, name: string) => ({
  jsonrpc: '2.0',
  id: 0,
  method: 'initialize',
  params: { protocolVersion, capabilities: {}, clientInfo: { name, version: '1' } },
});

describe('the era before', () => {
  test.each<[client: string, asks: string, gets: string, header: boolean]>([
    ['Gemini CLI, which names no version after the handshake', '2025-06-18', '2025-06-18', false],
    ['Codex', '2025-06-18', '2025-06-18', true],
    ['Inspector', '2025-11-25', '2025-11-25', true],
    ['a client of the first Streamable HTTP', '2025-03-26', '2025-03-26', false],
    ['a client older than that', '2024-11-05', '2025-11-25', false],
  ])('%s', async (client, asks, gets, header) => {
    const { token } = pass;
    const opened = await send(daemon.url, { token, body: hello(asks, client.slice(0, 20)) });
    expect(opened.messages[0]?.result).toMatchObject({ protocolVersion: gets, capabilities: { tools: {} } });
    const headers = {
      'mcp-session-id': opened.headers['mcp-session-id'] ?? '',
      ...(header ? { 'mcp-protocol-version': gets } : {}),
    };
    const post = (body: object) => send(daemon.url, { token, headers, body: { jsonrpc: '2.0', ...body } });
    expect((await post({ method: 'notifications/initialized' })).status).toBe(202);

    const beside: Wire[] = [];
    const stop = new AbortController();
    const stream = send(daemon.url, {
      token,
      method: 'GET',
      headers,
      signal: stop.signal,
      onMessage: (message) => beside.push(message),
    }).catch(() => undefined);

    const listed = await post({ id: 1, method: 'tools/list', params: {} });
    expect(JSON.stringify(listed.messages.at(-1)?.result)).toContain('both__test_simple_text');
    const params = { name: 'both__test_trigger_tool_change', arguments: {} };
    const called = await post({ id: 2, method: 'tools/call', params });
    expect(called.messages.at(-1)?.result).toMatchObject({ content: [{ text: 'announced' }] });
    await vi.waitFor(() =>
      expect(beside.map(({ method }) => method)).toContain('notifications/tools/list_changed'),
    );
    stop.abort();
    await stream;
    expect((await send(daemon.url, { token, method: 'DELETE', headers })).status).toBe(200);
    expect((await post({ id: 3, method: 'tools/list' })).status).toBe(404);
  });
});

describe('the later era', () => {
  test.each(['Claude Code', 'Copilot CLI'])('%s discovers, listens, then works', async (name) => {
    const { token } = pass;
    const meta = { 'io.modelcontextprotocol/clientInfo': { name, version: '1' } };
    const found = await modern(daemon.url, token, 'server/discover', {}, { meta });
    expect(found.messages[0]?.result).toMatchObject({
      resultType: 'complete',
      supportedVersions: expect.arrayContaining(['2026-07-28']),
      capabilities: { tools: { listChanged: true } },
      cacheScope: 'private',
    });

    const heard: Wire[] = [];
    const stop = new AbortController();
    const listening = send(daemon.url, {
      token,
      signal: stop.signal,
      headers: modernHeaders('subscriptions/listen'),
      body: modernBody(
        'subscriptions/listen',
        { notifications: { toolsListChanged: true, promptsListChanged: true, resourcesListChanged: true } },
        meta,
        'listen',
      ),
      onMessage: (message) => heard.push(message),
    }).catch(() => undefined);
    await vi.waitFor(() => expect(heard[0]?.method).toBe('notifications/subscriptions/acknowledged'));

    const listed = await modern(daemon.url, token, 'tools/list', {}, { meta });
    expect(JSON.stringify(listed.messages[0]?.result)).toContain('both__test_simple_text');
    const params = { name: 'both__test_trigger_tool_change', arguments: {} };
    const called = await modern(daemon.url, token, 'tools/call', params, { meta });
    expect(called.messages.at(-1)?.result).toMatchObject({ content: [{ text: 'announced' }] });
    await vi.waitFor(() =>
      expect(heard.map(({ method }) => method)).toContain('notifications/tools/list_changed'),
    );
    expect(heard.at(-1)?.params?._meta).toMatchObject({
      'io.modelcontextprotocol/subscriptionId': 'listen',
    });
    stop.abort();
    await listening;
  });

  test('GET, DELETE and a session id mean nothing in it', async () => {
    const { token } = pass;
    const headers = { 'mcp-protocol-version': '2026-07-28' };
    for (const method of ['GET', 'DELETE'])
      expect((await send(daemon.url, { token, method, headers })).status).toBe(405);
    const foreign = { headers: { 'mcp-session-id': 'f'.repeat(32), 'last-event-id': 'x' } };
    const listed = await modern(daemon.url, token, 'tools/list', {}, foreign);
    expect(listed.status).toBe(200);
    expect(listed.headers).not.toHaveProperty('mcp-session-id');
  });
});

test('a server that lives by the roots of its client has them, however late the first call', async () => {
  const { token } = await daemon.task();
  await using client = await connectV1({ url: `${daemon.url}/files`, token, folder });
  await client.tools();
  // A model thinks for longer than a server's question is held.
  await sleep(1_500);
  const path = join(folder, 'note.txt');
  expect(await client.call('read_text_file', { path })).toMatchObject({ text: 'the note', isError: false });
});
