// SPDX-License-Identifier: Apache-2.0
/**
 * Where sources say signals: `POST /v1/signals` beside the gateway, with the token that the file of signals has the
 * digest of.
 *
 * The adversary is whoever reaches the port, an agent among them. Whoever has no token learns nothing but that, before
 * a byte of what they send is read; and with one, only what the file lets this source say can be said.
 */
import { hash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Road } from '../../app/road.ts';
import { setSignal } from '../../app/signals.ts';
import { parseJson } from '../../core/json/parse.ts';
import type { Source } from '../../core/signal/registry.ts';
import type { Answer } from './server.ts';
import { said, statementOf, statementShape } from './signal-routes.ts';
import { invalid } from './task-routes.ts';

export const sourcePath = '/v1/signals';

const limits = { maxBytes: 4096, maxDepth: 4, maxNodes: 32 };
const maxTokenLength = 512;

type Signalling = Pick<Road, 'sequencer' | 'published' | 'registry'>;

/** Never rejects. */
export async function hearSource(road: Signalling, req: IncomingMessage, res: ServerResponse): Promise<void> {
  res.on('error', () => res.destroy());
  try {
    const source = sourceOf(road, req.headers.authorization);
    if (source === undefined) {
      res.setHeader('www-authenticate', 'Bearer');
      return reply(
        res,
        problem(401, 'unauthorized', 'send the token of a source as `Authorization: Bearer <token>`'),
      );
    }
    if (req.method !== 'POST') return reply(res, problem(405, 'unknown_route', 'signals are sent with POST'));
    if (!/^application\/json\s*(?:;|$)/i.test(req.headers['content-type'] ?? ''))
      return reply(res, problem(415, 'invalid_body', 'a signal is sent as application/json'));
    reply(res, await heard(road, source, await bodyOf(req)));
  } catch {
    if (res.headersSent) res.destroy();
    else reply(res, problem(500, 'internal', 'internal error'));
  }
}

async function heard(road: Signalling, source: Source, bytes: Buffer | undefined): Promise<Answer> {
  if (bytes === undefined)
    return problem(413, 'invalid_body', `a signal has at most ${limits.maxBytes} bytes`);
  const parsed = parseJson(bytes, limits);
  if (!parsed.ok) return problem(400, 'invalid_body', parsed.message);
  const input = statementShape.safeParse(parsed.value);
  if (!input.success) return invalid(input.error);
  const operator = { id: `source:${source.name}`, channel: 'source' as const };
  return said(await setSignal(road, { operator, as: source.name }, statementOf(input.data)));
}

function sourceOf({ registry }: Signalling, authorization: string | undefined): Source | undefined {
  const token = /^bearer +([A-Za-z0-9._~+/-]+=*)$/i.exec(authorization ?? '')?.[1];
  if (token === undefined || token.length > maxTokenLength) return undefined;
  const digest = hash('sha256', token, 'buffer');
  return registry?.().sources.find(({ tokenHash }) => timingSafeEqual(Buffer.from(tokenHash, 'hex'), digest));
}

async function bodyOf(req: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of req) {
    size += chunk.length;
    if (size > limits.maxBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function problem(status: number, code: string, message: string): Answer {
  return { status, body: { schemaVersion: 1, ok: false, code, message } };
}

function reply(res: ServerResponse, answer: Answer): void {
  if (!('body' in answer)) return void res.destroy();
  res.writeHead(answer.status, { 'content-type': 'application/json' });
  res.end(JSON.stringify(answer.body));
}
