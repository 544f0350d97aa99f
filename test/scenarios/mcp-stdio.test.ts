// SPDX-License-Identifier: Apache-2.0
// Real clients of both SDKs that start `countersign mcp-stdio`, a real daemon, and a server that does
// everything a server can: it asks back, reports progress, lets go of streams.

import { join } from 'node:path';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as StdioV1 } from '@modelcontextprotocol/sdk/client/stdio.js';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { type Era, speaking } from '../builders/era.ts';
import { everyMethod } from '../builders/methods.ts';
import { type ConformanceServer, startConformanceServer } from '../conformance/server.ts';
import { openDaemon, type TestDaemon } from './daemon.fixture.ts';

const cli = join(import.meta.dirname, '../../src/main/cli.ts');
const harmless = 'result: { level: public, integrity: trusted }, reversible: true';

let upstream: ConformanceServer;
let daemon: TestDaemon;
let closing: (() => Promise<void>)[] = [];

beforeAll(async () => {
  upstream = await startConformanceServer(0);
  daemon = await openDaemon({
    catalogue: {
      'suite.yaml': `server: suite\ntools: {}\n${everyMethod(harmless)}\n`,
    },
    mcpServers: { suite: { type: 'http', url: upstream.url } },
  });
  const { body } = await daemon.control.call('GET', '/v1/catalogue/diff');
  const tools = body.servers[0].changes.map(({ tool, digest }: { tool: string; digest: string }) => ({
    tool,
    digest,
  }));
  const accepted = await daemon.control.call('POST', '/v1/catalogue/accept', { server: 'suite', tools });
  expect(accepted.status).toBe(200);
});

afterEach(async () => {
  for (const close of closing) await close();
  closing = [];
});

afterAll(async () => {
  await daemon?.[Symbol.asyncDispose]();
  await upstream?.close();
});

function command(...more: readonly string[]) {
  const args = [
    cli,
    'mcp-stdio',
    '--data',
    daemon.dataDir,
    '--type',
    'support',
    '--param',
    'ticket=42',
    ...more,
  ];
  return { command: process.execPath, args };
}

async function connect(era: Era, ...more: readonly string[]): Promise<Client> {
  const client = new Client(
    { name: 'scenario', version: '1.0.0' },
    {
      capabilities: { elicitation: {}, sampling: {}, roots: {} },
      ...speaking(era),
    },
  );
  client.setRequestHandler('elicitation/create', () => ({
    action: 'accept',
    content: { username: 'ada', email: 'ada@example.com' },
  }));
  await client.connect(new StdioClientTransport(command(...more)));
  closing.push(() => client.close());
  return client;
}

async function running(): Promise<readonly { readonly id: string; readonly type: string }[]> {
  return (await daemon.control.call('GET', '/v1/status')).body.tasks.promptless;
}

test.each<[Era]>([['2025-11-25'], ['2026-07-28']])(
  'a v2 client of %s has all that the server does',
  async (era) => {
    const client = await connect(era);
    expect(client.getNegotiatedProtocolVersion()).toBe(era);
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toContain('suite__test_simple_text');

    const changed = Promise.withResolvers<void>();
    client.setNotificationHandler('notifications/tools/list_changed', () => changed.resolve());
    if (era === '2026-07-28') await client.listen({ toolsListChanged: true });

    const asked = await client.callTool({ name: 'suite__test_elicitation', arguments: { message: 'who?' } });
    expect(JSON.stringify(asked.content)).toContain('ada@example.com');

    const steps: number[] = [];
    await client.callTool(
      { name: 'suite__test_tool_with_progress', arguments: {} },
      { onprogress: ({ progress }) => steps.push(progress) },
    );
    expect(steps).toEqual([0, 50, 100]);

    const mirrored = await client.callTool({
      name: 'suite__test_x_mcp_header',
      arguments: { region: 'süd' },
    });
    expect(JSON.stringify(mirrored.content)).toContain('region: süd');

    const resumed = await client.callTool({ name: 'suite__test_reconnection', arguments: {} });
    expect(JSON.stringify(resumed.content)).toContain('answered on the resumed stream');

    await client.callTool({ name: 'suite__test_trigger_tool_change', arguments: {} });
    await changed.promise;
  },
);

test('a v1 client has its tools, and its cancellation travels', async () => {
  const client = new ClientV1({ name: 'v1', version: '1.0.0' });
  await client.connect(new StdioV1(command()));
  closing.push(() => client.close());
  const answer = await client.callTool({ name: 'suite__test_simple_text', arguments: {} });
  expect(answer.isError).not.toBe(true);

  const giveUp = new AbortController();
  const slow = client.callTool({ name: 'suite__test_tool_with_progress', arguments: {} }, undefined, {
    signal: giveUp.signal,
  });
  giveUp.abort('enough');
  await expect(slow).rejects.toThrow('enough');
  expect((await client.callTool({ name: 'suite__test_simple_text', arguments: {} })).isError).not.toBe(true);
});

test('one upstream can be had under its own names', async () => {
  const client = await connect('2026-07-28', '--server', 'suite');
  const answer = await client.callTool({ name: 'test_simple_text', arguments: {} });
  expect(answer.isError).not.toBe(true);
});

test('the schema of a tool that was never listed is asked for when the call needs it', async () => {
  const client = await connect('2026-07-28');
  // Past the client's own knowledge of the tool: it has listed nothing.
  const answer = await client.callTool({ name: 'suite__test_x_mcp_header', arguments: { region: 'nord' } });
  expect(JSON.stringify(answer.content)).toContain('region: nord');
});

test('the task is the connection: it begins with it, carries its parameters, and ends with it', async () => {
  const before = (await running()).length;
  const client = await connect('2025-11-25', '--agent', 'shell-agent');
  expect(await running()).toHaveLength(before + 1);
  await client.close();
  await vi.waitFor(async () => expect(await running()).toHaveLength(before), { timeout: 5000 });
});

test('under a task of somebody else it opens a session, and the task outlives it', async () => {
  const { body } = await daemon.control.call('POST', '/v1/tasks', { type: 'support' });
  const client = await connect('2025-11-25', '--task', body.task);
  expect((await client.callTool({ name: 'suite__test_simple_text', arguments: {} })).isError).not.toBe(true);
  await client.close();
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect((await running()).map(({ id }) => id)).toContain(body.task);

  const again = await connect('2025-11-25', '--task', body.task);
  await daemon.control.call('POST', '/v1/tasks/end', { task: body.task });
  const after = await again
    .callTool({ name: 'suite__test_simple_text', arguments: {} })
    .catch((error) => error);
  expect(JSON.stringify(after.content ?? String(after))).toMatch(/ended|over/);
});

test.each<[Era]>([['2025-11-25'], ['2026-07-28']])(
  'a %s client outlives a restart of the daemon, in the same task',
  async (era) => {
    const client = await connect(era);
    await client.callTool({ name: 'suite__test_simple_text', arguments: {} });
    const tasks = await running();
    await daemon.restart();
    const answer = await client.callTool({ name: 'suite__test_simple_text', arguments: {} });
    expect(answer.isError).not.toBe(true);
    expect(await running()).toEqual(tasks);
  },
);

test('without a daemon every request is told how to start one, and it works once there is one', async () => {
  const client = await connect('2025-11-25');
  await daemon.stop();
  const refused = await client.callTool({ name: 'suite__test_simple_text', arguments: {} }).catch((e) => e);
  expect(String(refused)).toContain('countersign up');
  await daemon.restart();
  expect((await client.callTool({ name: 'suite__test_simple_text', arguments: {} })).isError).not.toBe(true);
});
