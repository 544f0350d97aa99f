// SPDX-License-Identifier: Apache-2.0
/**
 * The suite only speaks HTTP. These show that the same server does over stdio what it does over HTTP, in
 * both eras: it asks the client while a call is open, reports progress, and announces a changed list.
 */
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { afterEach, expect, test } from 'vitest';
import { type Era, speaking } from '../builders/era.ts';
import { type ConformanceServer, startConformanceServer } from './server.ts';
import { SERVER_FILE } from './server-process.ts';

let client: Client | undefined;
let server: ConformanceServer | undefined;
afterEach(async () => {
  await client?.close();
  await server?.close();
  server = undefined;
});

async function connect(transport: 'http' | 'stdio', era: Era): Promise<Client> {
  client = new Client(
    { name: 'eras', version: '1.0.0' },
    {
      capabilities: { elicitation: {}, sampling: {} },
      ...speaking(era),
    },
  );
  client.setRequestHandler('elicitation/create', () => ({
    action: 'accept',
    content: { username: 'ada', email: 'ada@example.com' },
  }));
  if (transport === 'http') {
    server = await startConformanceServer(0);
    await client.connect(new StreamableHTTPClientTransport(new URL(server.url)));
  } else {
    await client.connect(
      new StdioClientTransport({ command: process.execPath, args: [SERVER_FILE, '--stdio'] }),
    );
  }
  return client;
}

test.each<['http' | 'stdio', Era]>([
  ['http', '2025-11-25'],
  ['http', '2026-07-28'],
  ['stdio', '2025-11-25'],
  ['stdio', '2026-07-28'],
])('%s, %s', async (transport, era) => {
  const connected = await connect(transport, era);
  expect(connected.getNegotiatedProtocolVersion()).toBe(era);

  const changed = Promise.withResolvers<void>();
  connected.setNotificationHandler('notifications/tools/list_changed', () => changed.resolve());
  if (era === '2026-07-28') await connected.listen({ toolsListChanged: true });

  const asked = await connected.callTool({ name: 'test_elicitation', arguments: { message: 'who?' } });
  expect(JSON.stringify(asked.content)).toContain('ada@example.com');

  const steps: number[] = [];
  await connected.callTool(
    { name: 'test_tool_with_progress', arguments: {} },
    { onprogress: ({ progress }) => steps.push(progress) },
  );
  expect(steps).toEqual([0, 50, 100]);

  await connected.callTool({ name: 'test_trigger_tool_change', arguments: {} });
  await changed.promise;
});
