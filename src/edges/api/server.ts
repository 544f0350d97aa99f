// SPDX-License-Identifier: Apache-2.0
// The administration API on a local socket. Whoever may open the socket is the owner of this daemon:
// its file mode is the authentication, which is stated as a weakness in docs/threat-model.md.
// Every act goes down the road; this file only reads requests and writes answers.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type JsonLimits, parseJson } from '../../core/json/parse.ts';
import { isObject, type JsonObject } from '../../core/json/value.ts';
import type { Operator } from '../../core/request/proposal.ts';

/** What a route answers: a JSON body, or lines as they come. */
export type Answer =
  | { readonly status: number; readonly body: unknown }
  | { readonly lines: AsyncIterable<unknown> };

export interface Route {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** Of a body; the default is for what people type. */
  readonly limits?: JsonLimits;
  run(input: RouteInput): Promise<Answer>;
}

export interface RouteInput {
  readonly operator: Operator;
  readonly body: JsonObject;
  readonly query: URLSearchParams;
  readonly signal: AbortSignal;
}

const usualLimits: JsonLimits = { maxBytes: 1 << 20, maxDepth: 32, maxNodes: 50_000 };

export function createApiServer(routes: readonly Route[], operator: Operator): Server {
  const table = new Map(routes.map((route) => [`${route.method} ${route.path}`, route]));
  return createServer((req, res) => {
    serve(table, operator, req, res).catch(() => {
      // A defect of ours: the caller learns that it failed and nothing else.
      if (!res.headersSent) reply(res, 500, { code: 'internal', message: 'internal error' });
      else res.destroy();
    });
  });
}

async function serve(
  table: ReadonlyMap<string, Route>,
  operator: Operator,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  const url = new URL(req.url ?? '/', 'http://local');
  const route = table.get(`${req.method} ${url.pathname}`);
  if (route === undefined) {
    return reply(res, 404, { code: 'unknown_route', message: `no \`${req.method} ${url.pathname}\`` });
  }
  const body = await readBody(req, route.limits ?? usualLimits);
  if (!body.ok) return reply(res, 400, { code: 'invalid_body', message: body.message });
  const gone = new AbortController();
  res.once('close', () => gone.abort());
  const answer = await route.run({
    operator,
    body: body.value,
    query: url.searchParams,
    signal: gone.signal,
  });
  if ('body' in answer) return reply(res, answer.status, answer.body);
  res.writeHead(200, { 'content-type': 'application/x-ndjson' });
  // Nothing may happen for a long time, and who asked has to know that somebody listens.
  res.flushHeaders();
  for await (const line of answer.lines) {
    if (gone.signal.aborted) return;
    if (!res.write(`${JSON.stringify(line)}\n`)) await drained(res, gone.signal);
  }
  res.end();
}

async function readBody(
  req: IncomingMessage,
  limits: JsonLimits,
): Promise<{ ok: true; value: JsonObject } | { ok: false; message: string }> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of req) {
    size += chunk.length;
    if (size > limits.maxBytes) return { ok: false, message: `a body has at most ${limits.maxBytes} bytes` };
    chunks.push(chunk);
  }
  if (size === 0) return { ok: true, value: {} };
  const parsed = parseJson(Buffer.concat(chunks), limits);
  if (!parsed.ok) return { ok: false, message: parsed.message };
  if (!isObject(parsed.value)) return { ok: false, message: 'a body is a JSON object' };
  return { ok: true, value: parsed.value };
}

function drained(res: ServerResponse, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      res.off('drain', done);
      signal.removeEventListener('abort', done);
      resolve();
    };
    res.once('drain', done);
    signal.addEventListener('abort', done);
  });
}

function reply(res: ServerResponse, status: number, body: unknown): void {
  res.writeHead(status, { 'content-type': 'application/json' });
  res.end(JSON.stringify(body));
}
