// SPDX-License-Identifier: Apache-2.0
// Calls a tool with bare HTTP, modern era: what costs nothing of its own and hides nothing.
import { Agent, request } from 'node:http';

export interface RawClient {
  /** @returns the JSON-RPC answer; rejects when the connection breaks */
  callTool(name: string, args: Readonly<Record<string, unknown>>): Promise<RawAnswer>;
  close(): void;
}

export interface RawAnswer {
  readonly status: number;
  readonly body: {
    readonly result?: { readonly isError?: boolean; readonly content?: unknown };
    readonly error?: unknown;
  };
}

const protocolVersion = '2026-07-28';

export function rawClient(url: string, token: string, sockets: number): RawClient {
  const agent = new Agent({ keepAlive: true, maxSockets: sockets });
  let nextId = 0;
  return {
    callTool(name, args) {
      const body = JSON.stringify({
        jsonrpc: '2.0',
        id: nextId++,
        method: 'tools/call',
        params: {
          name,
          arguments: args,
          _meta: {
            'io.modelcontextprotocol/protocolVersion': protocolVersion,
            'io.modelcontextprotocol/clientCapabilities': {},
            'io.modelcontextprotocol/clientInfo': { name: 'raw', version: '1' },
          },
        },
      });
      return new Promise((resolve, reject) => {
        const req = request(
          url,
          {
            agent,
            method: 'POST',
            headers: {
              authorization: `Bearer ${token}`,
              'content-type': 'application/json',
              accept: 'application/json, text/event-stream',
              'content-length': Buffer.byteLength(body),
              'mcp-protocol-version': protocolVersion,
              'mcp-method': 'tools/call',
              'mcp-name': name,
            },
          },
          (res) => {
            const chunks: Buffer[] = [];
            res.on('data', (chunk: Buffer) => chunks.push(chunk));
            res.once('error', reject);
            res.once('aborted', () => reject(new Error('aborted')));
            res.once('end', () => {
              const text = Buffer.concat(chunks).toString('utf8');
              const json = text.startsWith('{') ? text : (/^data: (\{.*)$/m.exec(text)?.[1] ?? '{}');
              resolve({ status: res.statusCode ?? 0, body: JSON.parse(json) });
            });
          },
        );
        req.once('error', reject);
        req.end(body);
      });
    },
    close: () => agent.destroy(),
  };
}
