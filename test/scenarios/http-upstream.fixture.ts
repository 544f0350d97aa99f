// SPDX-License-Identifier: Apache-2.0
// An HTTP server of the older era in the test's own process: it counts its sessions, and answers lists in the form that it is told to.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';

export type Form = (res: ServerResponse, message: object) => void;

export interface HttpUpstream extends AsyncDisposable {
  readonly url: string;
  /** Calls of `initialize`. */
  sessions(): number;
  calls(): number;
  /** Everything that it was sent in headers. */
  headers(): string;
  list(tools: readonly object[], form?: Form): void;
}

const json: Form = (res, message) => {
  res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(message));
};
const event = (message: object) => `event: message\ndata: ${JSON.stringify(message)}\n\n`;
const said = { jsonrpc: '2.0', method: 'notifications/message', params: { level: 'info', data: 'listing' } };

/** Ways to give a list, good and bad ones. */
export const forms: Readonly<Record<string, Form>> = {
  'as JSON': json,
  'as JSON, oddly named': (res, message) => {
    res.writeHead(200, { 'content-type': 'Application/JSON; Charset="UTF-8"' }).end(JSON.stringify(message));
  },
  'as an event': (res, message) => {
    res.writeHead(200, { 'content-type': 'text/event-stream' }).end(event(message));
  },
  'as an event in pieces, after others': (res, message) => {
    res.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const piece of (event(said) + event(message)).match(/[\s\S]{1,40}/g) ?? []) res.write(piece);
    res.end();
  },
  'as two events': (res, message) => {
    res.writeHead(200, { 'content-type': 'text/event-stream' }).end(event(message) + event(message));
  },
  'with another status': (res, message) => {
    res.writeHead(206, { 'content-type': 'application/json' }).end(JSON.stringify(message));
  },
  'with a status of failure': (res, message) => {
    res.writeHead(403, { 'content-type': 'application/json' }).end(JSON.stringify(message));
  },
  'as plain text': (res, message) => {
    res.writeHead(200, { 'content-type': 'text/plain' }).end(JSON.stringify(message));
  },
  'without a media type': (res, message) => {
    res.writeHead(200).end(JSON.stringify(message));
  },
  compressed: (res, message) => {
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
    res.writeHead(200, headers).end(gzipSync(JSON.stringify(message)));
  },
  'as a batch': (res, message) => {
    res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify([message]));
  },
};

export async function startHttpUpstream(): Promise<HttpUpstream> {
  let [sessions, calls] = [0, 0];
  const headers = new Set<string>();
  let tools: readonly object[] = [];
  let form = json;

  async function serve(req: IncomingMessage, res: ServerResponse): Promise<void> {
    for (const header of req.rawHeaders) headers.add(header);
    if (req.method !== 'POST') return void res.writeHead(405).end();
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(chunk);
    const { id, method, params } = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    const reply = (result: object) => ({ jsonrpc: '2.0', id, result });
    if (id === undefined) return void res.writeHead(202).end();
    switch (method) {
      case 'initialize': {
        sessions++;
        const capabilities = { tools: {} };
        const serverInfo = { name: 'http', version: '1' };
        res.setHeader('mcp-session-id', `s${sessions}`);
        return json(res, reply({ protocolVersion: '2025-11-25', capabilities, serverInfo }));
      }
      case 'tools/list':
        return form(res, reply({ tools }));
      case 'tools/call':
        calls++;
        return json(res, reply({ content: [{ type: 'text', text: `did ${params.name}` }] }));
      default:
        return json(res, { jsonrpc: '2.0', id, error: { code: -32601, message: 'no such method' } });
    }
  }

  const http = createServer((req, res) => void serve(req, res).catch(() => res.destroy()));
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const { port } = http.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/mcp`,
    sessions: () => sessions,
    calls: () => calls,
    headers: () => [...headers].join('\n'),
    list(now, as = json) {
      tools = now;
      form = as;
    },
    async [Symbol.asyncDispose]() {
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}
