// SPDX-License-Identifier: Apache-2.0
/**
 * HTTP of the desk: what a request has to be before anything looks at it, and what every answer says of itself.
 *
 * The adversary is any page that the person has open and any process of the machine. A page of another site can send
 * neither form nor fetch here; nothing of ours can be framed; nothing is run or loaded but what we serve.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Site } from '../../app/ports.ts';

/** What is asked for, once it is clear that it was meant for us. */
export interface Asked {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly query: URLSearchParams;
  /** Empty of a GET. */
  readonly form: URLSearchParams;
  readonly cookies: ReadonlyMap<string, string>;
}

export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly type: 'text/html' | 'application/json' | 'text/css' | 'text/javascript';
  readonly cookies?: readonly string[];
  readonly location?: string;
  /** Of what is the same for everybody. */
  readonly isPublic?: boolean;
}

const maxBodyBytes = 64 * 1024;
const maxFields = 200;

export type Read =
  | { readonly ok: true; readonly asked: Asked }
  | { readonly ok: false; readonly status: number; readonly text: string };

export async function readRequest(req: IncomingMessage, site: Site): Promise<Read> {
  const no = (status: number, text: string): Read => ({ ok: false, status, text });
  const { host, origin, cookie = '' } = req.headers;
  const method = req.method === 'HEAD' ? 'GET' : req.method;
  if (host?.toLowerCase() !== new URL(site.origin).host) return no(421, 'This is not where the desk is.');
  if (method !== 'GET' && method !== 'POST') return no(405, 'There is GET and POST.');
  if (method === 'POST') {
    // Browsers say where a form comes from, always; who does not is none.
    if (origin !== site.origin) return no(403, 'This was sent from another page than one of the desk.');
    const from = req.headers['sec-fetch-site'];
    if (from !== undefined && from !== 'same-origin')
      return no(403, 'This was sent from another page than one of the desk.');
  } else if (origin !== undefined && origin !== site.origin) return no(403, 'The desk is for its own pages.');
  const url = URL.parse(req.url ?? '', site.origin);
  if (url === null || url.origin !== site.origin || url.href.length > 8000)
    return no(400, 'There is no such page.');
  let form = new URLSearchParams();
  if (method === 'POST') {
    const type = req.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
    if (type !== 'application/x-www-form-urlencoded') return no(415, 'A form is sent as one.');
    const text = await bodyOf(req);
    if (text === undefined) return no(413, 'That is too much.');
    form = new URLSearchParams(text);
    if ([...form.keys()].length > maxFields) return no(413, 'That is too much.');
  }
  return {
    ok: true,
    asked: { method, path: url.pathname, query: url.searchParams, form, cookies: cookiesIn(cookie) },
  };
}

async function bodyOf(req: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of req) {
    sizeBytes += chunk.length;
    if (sizeBytes > maxBodyBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** A name that is there twice is nobody's: another port of the same host may have set one of them. */
function cookiesIn(header: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const twice = new Set<string>();
  for (const part of header.slice(0, 8000).split(';')) {
    const at = part.indexOf('=');
    const name = part.slice(0, at).trim();
    if (at < 1) continue;
    if (found.has(name)) twice.add(name);
    found.set(name, part.slice(at + 1).trim());
  }
  for (const name of twice) found.delete(name);
  return found;
}

/** Nothing but our own stylesheet, script and forms; never in a frame. */
const policy = [
  "default-src 'none'",
  "style-src 'self'",
  "script-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ');

export const securityHeaders: Readonly<Record<string, string>> = {
  'content-security-policy': policy,
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  // With `no-referrer` browsers would not say where a form comes from, either.
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy':
    'publickey-credentials-get=(self), publickey-credentials-create=(self), camera=(), microphone=(), geolocation=()',
};

export function send(res: ServerResponse, answer: Answer): void {
  const { status, body, type, cookies = [], location, isPublic = false } = answer;
  res.writeHead(status, {
    ...securityHeaders,
    'content-type': `${type}; charset=utf-8`,
    'cache-control': isPublic ? 'no-cache' : 'no-store',
    ...(location === undefined ? {} : { location }),
    ...(cookies.length === 0 ? {} : { 'set-cookie': [...cookies] }),
  });
  res.end(body);
}

export function html(body: string, status = 200, cookies: readonly string[] = []): Answer {
  return { status, body, type: 'text/html', cookies };
}

export function json(value: unknown, status = 200): Answer {
  return { status, body: JSON.stringify(value), type: 'application/json' };
}

/** @param location a path of the desk */
export function seeOther(location: string, cookies: readonly string[] = []): Answer {
  return { status: 303, body: '', type: 'text/html', location, cookies };
}
