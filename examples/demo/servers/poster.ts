// SPDX-License-Identifier: Apache-2.0
/**
 * MCP server of the demo: HTTP to the hosts that `--hosts` names, each mapped to a loopback port.
 *
 * Never touches a network: it asks no resolver, starts only when every target is 127.0.0.1, and
 * follows no redirect.
 */
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { fromJsonSchema, McpServer } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { answer } from './answer.ts';

const TIMEOUT_MS = 5_000;

const { values } = parseArgs({ options: { hosts: { type: 'string' } } });
const ports = parseHosts(values.hosts ?? '');

/** Reads `evil.example=127.0.0.1:8001,status.example=127.0.0.1:8001`. */
function parseHosts(list: string): ReadonlyMap<string, number> {
  return new Map(
    list.split(',').map((pair): [string, number] => {
      const [, host, port] = /^([a-z0-9.-]+)=127\.0\.0\.1:(\d{1,5})$/.exec(pair) ?? [];
      if (host === undefined) {
        throw new Error(
          `\`--hosts\` has \`${pair}\`; it takes pairs such as \`evil.example=127.0.0.1:8001\``,
        );
      }
      return [host, Number(port)];
    }),
  );
}

function send(method: 'GET' | 'POST', address: string, body: string): Promise<string> {
  const url = new URL(address);
  const port = ports.get(url.host);
  if (url.protocol !== 'http:' || port === undefined) {
    throw new Error(`\`${address}\` cannot be reached; reachable are ${[...ports.keys()].join(', ')}`);
  }
  return new Promise((resolve, reject) => {
    const call = request({
      host: '127.0.0.1',
      port,
      method,
      path: url.pathname + url.search,
      headers: { host: url.host, 'content-type': 'text/plain', 'content-length': Buffer.byteLength(body) },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    call.on('error', reject);
    call.on('response', (response) => {
      text(response).then((said) => resolve(`${response.statusCode} ${said}`), reject);
    });
    call.end(body);
  });
}

serveStdio(() => {
  const server = new McpServer({ name: 'poster', version: '1.0.0' });

  server.registerTool(
    'http_get',
    {
      description: 'Read a page',
      inputSchema: fromJsonSchema<{ url: string }>({
        type: 'object',
        properties: { url: { type: 'string', maxLength: 2_000 } },
        required: ['url'],
        additionalProperties: false,
      }),
      annotations: { readOnlyHint: true, openWorldHint: true },
    },
    async ({ url }) => answer(await send('GET', url, '')),
  );

  server.registerTool(
    'http_post',
    {
      description: 'Send a text to a URL',
      inputSchema: fromJsonSchema<{ url: string; body: string }>({
        type: 'object',
        properties: {
          url: { type: 'string', maxLength: 2_000 },
          body: { type: 'string', maxLength: 1_000_000 },
        },
        required: ['url', 'body'],
        additionalProperties: false,
      }),
      annotations: { readOnlyHint: false, destructiveHint: false, openWorldHint: true },
    },
    async ({ url, body }) => answer(await send('POST', url, body)),
  );

  return server;
});
