// SPDX-License-Identifier: Apache-2.0
/**
 * HTTP in front of MCP: which endpoint, from where, by whom, in what form, of which era.
 *
 * Nobody reaches the road from here without a verified token, and no body is read before.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Identified, Identities } from './bearer.ts';
import { readBody } from './body.ts';
import { classify, type HeaderOf, modernVersion } from './era.ts';
import type { Gate } from './gate.ts';
import type { Legacy } from './legacy.ts';
import type { Modern } from './modern.ts';
import type { Scope } from './namespace.ts';
import { type Expected, strangerFault } from './origin.ts';
import { sendError } from './respond.ts';
import { type RpcError, rpcCodes } from './rpc.ts';

export interface ListenerParts {
  readonly gate: Gate;
  readonly legacy: Legacy;
  readonly modern: Modern;
  readonly identities: Identities;
  readonly expected: Expected;
}

const path = '/mcp';

export async function serve(parts: ListenerParts, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const { gate, identities, expected } = parts;
  const refuse = (status: number, message: string, code: string, headers: Record<string, string> = {}) =>
    sendError(res, status, null, httpError(message, code), headers);

  const stranger = strangerFault(expected, req.headers.host, req.headers.origin);
  if (stranger !== undefined)
    return refuse(
      403,
      `the ${stranger === 'host' ? 'Host' : 'Origin'} is not one of ours`,
      `foreign_${stranger}`,
    );
  const scope = scopeOf(req.url ?? '', gate.upstreams.names);
  if (scope === undefined)
    return refuse(404, `the endpoints are \`${path}\` and \`${path}/<server>\``, 'no_endpoint');
  const method = req.method ?? '';
  if (method !== 'POST' && method !== 'GET' && method !== 'DELETE')
    return refuse(405, 'use POST, GET or DELETE', 'http_method', { allow: 'POST, GET, DELETE' });
  if (gate.running.isClosing)
    return refuse(503, 'the gateway is shutting down', 'closing', { connection: 'close' });

  const identified = identities.identify(req.headers.authorization);
  const who: Identified = 'then' in identified ? await identified : identified;
  if (!who.ok) return refuse(401, who.message, who.code, { 'www-authenticate': who.challenge });

  const { caller, expiresAtMs } = who;
  const header = headersOf(req);
  if (method === 'POST') return post(parts, req, res, { caller, expiresAtMs, scope, header });
  if (header('mcp-protocol-version') === modernVersion)
    return refuse(405, `${modernVersion} has only POST`, 'http_method', { allow: 'POST' });
  const request = { req, res, caller, expiresAtMs, scope };
  if (method === 'DELETE') return parts.legacy.delete(request);
  if (!accepts(req, 'text/event-stream')) return refuse(406, 'accept `text/event-stream`', 'not_acceptable');
  return parts.legacy.get(request);
}

async function post(
  { gate, legacy, modern }: ListenerParts,
  req: IncomingMessage,
  res: ServerResponse,
  known: {
    readonly caller: Parameters<Modern['post']>[0]['caller'];
    readonly expiresAtMs: number;
    readonly scope: Scope;
    readonly header: HeaderOf;
  },
): Promise<void> {
  const { caller, expiresAtMs, scope, header } = known;
  if (!isJson(req.headers['content-type']) || !isPlain(req.headers['content-encoding'])) {
    const message = 'send `Content-Type: application/json`, in UTF-8 and not compressed';
    return sendError(res, 415, null, httpError(message, 'media_type'));
  }
  if (!accepts(req, 'application/json') || !accepts(req, 'text/event-stream')) {
    const message = 'accept both `application/json` and `text/event-stream`';
    return sendError(res, 406, null, httpError(message, 'not_acceptable'));
  }
  const body = await readBody(req, gate.limits);
  if (body === 'gone') return;
  if (!body.ok) {
    const headers: Record<string, string> = body.status === 413 ? { connection: 'close' } : {};
    return sendError(res, body.status, body.id, body.error, headers);
  }
  const { message, sizeBytes } = body;
  const classified = classify(message, header);
  if (classified.era === 'none') {
    const id = message.kind === 'notification' ? null : message.id;
    return sendError(res, classified.status, id, classified.error);
  }
  if (classified.era === 'legacy') {
    return legacy.post({ req, res, caller, expiresAtMs, scope }, message, classified.version, sizeBytes);
  }
  if (message.kind === 'response')
    return sendError(res, 400, message.id, httpError('no response is waited for', 'response'));
  const { envelope } = classified;
  return modern.post({ res, caller, expiresAtMs, scope, envelope, header, sizeBytes }, message);
}

function httpError(message: string, code: string): RpcError {
  return { code: rpcCodes.invalidRequest, message, data: { code } };
}

function scopeOf(url: string, servers: readonly string[]): Scope | undefined {
  const end = url.indexOf('?');
  const at = end < 0 ? url : url.slice(0, end);
  if (at === path || at === `${path}/`) return { kind: 'all', servers };
  if (!at.startsWith(`${path}/`)) return undefined;
  const server = at.slice(path.length + 1);
  return servers.includes(server) ? { kind: 'one', server } : undefined;
}

// A header that was sent twice arrives joined, and then matches nothing.
function headersOf(req: IncomingMessage): HeaderOf {
  return (name) => {
    const value = req.headers[name];
    return typeof value === 'string' ? value.trim() : undefined;
  };
}

function isJson(contentType: string | undefined): boolean {
  return contentType !== undefined && /^application\/json *(?:; *charset="?utf-8"? *)?$/i.test(contentType);
}

function isPlain(encoding: string | undefined): boolean {
  return encoding === undefined || encoding === 'identity';
}

function accepts(req: IncomingMessage, type: string): boolean {
  const { accept } = req.headers;
  if (accept === undefined) return true;
  const family = `${type.slice(0, type.indexOf('/'))}/*`;
  return accept
    .toLowerCase()
    .split(',')
    .some((range) => {
      const [name = '', ...params] = range.split(';').map((part) => part.trim());
      const isRefused = params.some((param) => /^q=0(?:\.0*)?$/.test(param));
      return !isRefused && (name === type || name === family || name === '*/*');
    });
}
