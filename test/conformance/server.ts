// SPDX-License-Identifier: Apache-2.0
/**
 * An MCP server of both eras on one endpoint, for the conformance suite: sessions of 2025-11-25 and
 * stateless requests of 2026-07-28, over HTTP or stdio.
 *
 * `node test/conformance/server.ts --port 0` prints one ready line with the URL; `--stdio` serves the
 * process's own pipes. It knows no tokens and no policies: it stands behind the gateway, or alone to
 * show what the suite says without it.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { parseArgs } from 'node:util';
import {
  localhostHostValidation,
  localhostOriginValidation,
  toNodeHandler,
} from '@modelcontextprotocol/node';
import {
  classifyInboundRequest,
  createMcpHandler,
  InMemoryServerEventBus,
} from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { fixtureFactory } from './fixture.ts';
import { refuse } from './refuse.ts';
import { createSessions } from './sessions.ts';

const PATH = '/mcp';
const MAX_BODY_BYTES = 4 * 1024 * 1024;

export interface ConformanceServer {
  readonly url: string;
  close(): Promise<void>;
}

export async function startConformanceServer(port: number): Promise<ConformanceServer> {
  const bus = new InMemoryServerEventBus();
  const makeServer = fixtureFactory(bus);
  const modern = createMcpHandler(makeServer, { legacy: 'reject', bus });
  const modernRequest = toNodeHandler(modern);
  const sessions = createSessions(makeServer);
  const goodHost = localhostHostValidation();
  const goodOrigin = localhostOriginValidation();

  async function serve(req: IncomingMessage, res: ServerResponse): Promise<void> {
    if (!goodHost(req, res) || !goodOrigin(req, res)) return;
    if (req.url !== PATH) return refuse(res, 404, -32000, `serve \`${PATH}\` only`);
    if (req.method !== 'POST') return sessions.handle(req, res);

    const body = await readJson(req);
    if (!body.ok) return refuse(res, 400, -32700, body.reason);
    const era = classifyInboundRequest({
      httpMethod: 'POST',
      ...named('protocolVersionHeader', req.headers['mcp-protocol-version']),
      ...named('mcpMethodHeader', req.headers['mcp-method']),
      body: body.value,
    });
    // Whatever is not clearly legacy gets its error from the modern era, which has one for each case.
    if (era.kind === 'legacy') return sessions.handle(req, res, body.value);
    // The SDK's type of a request leaves no room for Node's own; the body has been read, so no stream is needed.
    const read = { method: 'POST', url: PATH, headers: req.headers, [Symbol.asyncIterator]: nothing };
    return modernRequest(read, res, body.value);
  }

  const http = createServer((req, res) => {
    serve(req, res).catch((error: unknown) => {
      console.error(error);
      if (res.headersSent) res.destroy();
      else refuse(res, 500, -32603, 'internal error');
    });
  });
  await new Promise<void>((resolve, reject) => {
    http.once('error', reject);
    http.listen(port, '127.0.0.1', resolve);
  });
  const address = http.address();
  const bound = typeof address === 'object' && address !== null ? address.port : port;

  return {
    url: `http://127.0.0.1:${bound}${PATH}`,
    async close() {
      await sessions.close();
      await modern.close();
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}

async function* nothing(): AsyncGenerator<never> {}

function named(name: string, header: string | readonly string[] | undefined): Record<string, string> {
  return typeof header === 'string' ? { [name]: header } : {};
}

type Parsed =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly reason: string };

async function readJson(req: IncomingMessage): Promise<Parsed> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of req) {
    sizeBytes += chunk.length;
    if (sizeBytes > MAX_BODY_BYTES) return { ok: false, reason: `send at most ${MAX_BODY_BYTES} bytes` };
    chunks.push(chunk);
  }
  try {
    return { ok: true, value: JSON.parse(Buffer.concat(chunks).toString('utf8')) };
  } catch {
    return { ok: false, reason: 'the body is not JSON' };
  }
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: { port: { type: 'string', default: '0' }, stdio: { type: 'boolean', default: false } },
  });
  if (values.stdio) {
    serveStdio(fixtureFactory(new InMemoryServerEventBus()));
  } else {
    const server = await startConformanceServer(Number(values.port));
    console.log(`conformance server ready at ${server.url}`);
  }
}
