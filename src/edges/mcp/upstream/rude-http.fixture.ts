// SPDX-License-Identifier: Apache-2.0
/**
 * An HTTP server for tests that does what a handler says, and keeps an account of what it received and of
 * which connections were closed on it.
 */
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { UpstreamServer } from './config.ts';

export interface Seen {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  /** Parsed; undefined when there was none. */
  readonly body: RpcBody | undefined;
  /** The response ended or its connection closed. */
  isClosed: boolean;
}

export interface RpcBody {
  readonly id?: number | string;
  readonly method?: string;
  readonly params?: { readonly [key: string]: unknown };
  readonly result?: unknown;
  readonly error?: unknown;
}

export interface RudeHttp {
  readonly server: UpstreamServer;
  readonly seen: readonly Seen[];
  /** Whom it called, by JSON-RPC method or HTTP method. */
  methods(): readonly string[];
  close(): Promise<void>;
}

export type Handler = (seen: Seen, res: ServerResponse) => void;

export async function rudeHttp(
  handler: Handler,
  headers: Readonly<Record<string, string>> = {},
): Promise<RudeHttp> {
  const seen: Seen[] = [];
  const http = createServer((req, res) => {
    const parts: Buffer[] = [];
    req.on('data', (part: Buffer) => parts.push(part));
    req.on('end', () => {
      const text = Buffer.concat(parts).toString('utf8');
      const one: Seen = {
        method: req.method ?? '',
        headers: req.headers,
        body: text === '' ? undefined : JSON.parse(text),
        isClosed: false,
      };
      res.on('close', () => {
        one.isClosed = true;
      });
      seen.push(one);
      handler(one, res);
    });
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const address = http.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    server: { kind: 'http', name: 'web', url: new URL(`http://127.0.0.1:${port}/mcp?x=1`), headers },
    seen,
    methods: () => seen.map((one) => one.body?.method ?? one.method),
    async close() {
      http.closeAllConnections();
      await new Promise<void>((resolve) => http.close(() => resolve()));
    },
  };
}

export function json(res: ServerResponse, message: object, status = 200): void {
  res.writeHead(status, { 'content-type': 'application/json' });
  res.end(JSON.stringify({ jsonrpc: '2.0', ...message }));
}

export function stream(res: ServerResponse, headers: Readonly<Record<string, string>> = {}): void {
  res.writeHead(200, { 'content-type': 'text/event-stream', ...headers });
  res.flushHeaders();
}

export function event(message: object, id?: string): string {
  return `${id === undefined ? '' : `id: ${id}\n`}event: message\ndata: ${JSON.stringify({ jsonrpc: '2.0', ...message })}\n\n`;
}

export const result = (said: string): object => ({ content: [{ type: 'text', text: said }] });

/** Answers the handshake of one era and leaves the rest to the handler. */
export function speaking(era: 'modern' | 'legacy', handler: Handler): Handler {
  return (seen, res) => {
    const { id, method } = seen.body ?? {};
    if (method === 'server/discover') {
      const found = { resultType: 'complete', supportedVersions: ['2026-07-28'], capabilities: {} };
      if (era === 'modern') json(res, { id, result: found });
      else json(res, { id: null, error: { code: -32000, message: 'a session id is needed' } }, 400);
    } else if (method === 'initialize') {
      res.setHeader('mcp-session-id', 'session-1');
      const agreed = { protocolVersion: '2025-11-25', capabilities: {}, serverInfo: { name: 'rude' } };
      if (era === 'legacy') json(res, { id, result: agreed });
      else json(res, { id, error: { code: -32601, message: 'no such method' } }, 404);
    } else handler(seen, res);
  };
}
