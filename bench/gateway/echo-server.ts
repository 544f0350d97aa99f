// SPDX-License-Identifier: Apache-2.0
// The SDK's own server with one tool, over stdio (`--stdio`) or HTTP: what the gateway is compared with and put in front of.
import { createServer } from 'node:http';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { createMcpHandler, fromJsonSchema, McpServer } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';

function echoServer(): McpServer {
  const server = new McpServer({ name: 'echo', version: '1.0.0' });
  server.registerTool(
    'echo',
    {
      description: 'Say it again',
      inputSchema: fromJsonSchema<{ text: string }>({
        type: 'object',
        properties: { text: { type: 'string', maxLength: 10_000 } },
        required: ['text'],
        additionalProperties: false,
      }),
    },
    ({ text }) => ({ content: [{ type: 'text', text }] }),
  );
  return server;
}

if (process.argv.includes('--stdio')) serveStdio(echoServer);
else {
  const handle = toNodeHandler(createMcpHandler(echoServer));
  // biome-ignore lint/suspicious/noExplicitAny: the SDK's type of a request leaves no room for Node's own
  const http = createServer((req, res) => void handle(req as any, res));
  http.listen(0, '127.0.0.1', () => {
    const address = http.address();
    if (typeof address === 'object' && address !== null)
      console.log(`ready http://127.0.0.1:${address.port}/mcp`);
  });
}
