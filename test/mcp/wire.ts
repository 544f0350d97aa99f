// SPDX-License-Identifier: Apache-2.0
/** Raw HTTP towards the gateway: what no client library would send, and answers as they are on the wire. */
import { request } from 'node:http';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** The JSON-RPC messages, whether they came as JSON or as events. */
  readonly messages: readonly Wire[];
}

export interface Wire {
  readonly id?: string | number | null;
  readonly method?: string;
  readonly params?: Record<string, unknown>;
  readonly result?: Record<string, unknown>;
  readonly error?: {
    readonly code: number;
    readonly message: string;
    readonly data?: Record<string, unknown>;
  };
}

export interface Send {
  readonly token?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | object;
  readonly signal?: AbortSignal;
  /** Called with each message as it arrives. */
  readonly onMessage?: (message: Wire) => void;
}

export function send(url: string, given: Send): Promise<Answer> {
  const { token, method = 'POST', body } = given;
  const bytes =
    body === undefined || typeof body === 'string' || body instanceof Uint8Array
      ? body
      : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const req = request(url, {
      method,
      agent: false,
      ...(given.signal === undefined ? {} : { signal: given.signal }),
      headers: {
        ...(method === 'POST' ? { 'content-type': 'application/json' } : {}),
        accept: method === 'GET' ? 'text/event-stream' : 'application/json, text/event-stream',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...given.headers,
      },
    });
    req.on('error', reject);
    req.on('response', (res) => {
      let text = '';
      let told = 0;
      res.setEncoding('utf8');
      res.on('data', (chunk: string) => {
        text += chunk;
        if (given.onMessage === undefined) return;
        const seen = messagesOf(text.slice(0, text.lastIndexOf('\n\n') + 2));
        for (const message of seen.slice(told)) given.onMessage(message);
        told = seen.length;
      });
      res.on('error', reject);
      res.on('end', () => {
        const headers = Object.fromEntries(
          Object.entries(res.headers).map(([name, value]) => [name, String(value)]),
        );
        resolve({ status: res.statusCode ?? 0, headers, body: text, messages: messagesOf(text) });
      });
    });
    req.end(bytes);
  });
}

function messagesOf(text: string): readonly Wire[] {
  if (text.startsWith('{')) return [JSON.parse(text)];
  return [...text.matchAll(/^data: (.+)$/gm)].map(([, data]) => JSON.parse(data ?? ''));
}

const metaKey = 'io.modelcontextprotocol/';

export function modernBody(
  method: string,
  params: object = {},
  meta: object = {},
  id: string | number = 1,
): object {
  return {
    jsonrpc: '2.0',
    id,
    method,
    params: {
      ...params,
      _meta: {
        [`${metaKey}protocolVersion`]: '2026-07-28',
        [`${metaKey}clientCapabilities`]: { sampling: {}, elicitation: {}, roots: {} },
        [`${metaKey}clientInfo`]: { name: 'test', version: '1' },
        ...meta,
      },
    },
  };
}

export function modernHeaders(method: string, name?: string): Readonly<Record<string, string>> {
  return {
    'mcp-protocol-version': '2026-07-28',
    'mcp-method': method,
    ...(name === undefined ? {} : { 'mcp-name': name }),
  };
}

/** A request of 2026-07-28 with everything that belongs to it. */
export function modern(
  url: string,
  token: string,
  method: string,
  params: { readonly [key: string]: unknown } = {},
  more: Omit<Send, 'body' | 'token'> & { readonly meta?: object; readonly id?: string | number } = {},
): Promise<Answer> {
  const name = params.name ?? params.uri;
  return send(url, {
    ...more,
    token,
    body: modernBody(method, params, more.meta, more.id),
    headers: { ...modernHeaders(method, typeof name === 'string' ? name : undefined), ...more.headers },
  });
}

export interface LegacyClient {
  readonly session: string;
  request(method: string, params?: object, more?: Omit<Send, 'body' | 'token'>): Promise<Answer>;
  post(body: object, more?: Omit<Send, 'body' | 'token'>): Promise<Answer>;
  /** The stream beside the requests: what came on it, and how to leave. */
  listen(): { readonly heard: readonly Wire[]; leave(): void };
  readonly headers: Readonly<Record<string, string>>;
}

/** A session of 2025-11-25. */
export async function legacy(
  url: string,
  token: string,
  capabilities: object = { sampling: {}, elicitation: {} },
  protocolVersion = '2025-11-25',
): Promise<LegacyClient> {
  const params = { protocolVersion, capabilities, clientInfo: { name: 'test', version: '1' } };
  const hello = await send(url, {
    token,
    body: { jsonrpc: '2.0', id: 'hello', method: 'initialize', params },
  });
  const session = hello.headers['mcp-session-id'];
  if (session === undefined) throw new Error(`no session: ${hello.status} ${hello.body}`);
  const headers = { 'mcp-session-id': session, 'mcp-protocol-version': protocolVersion };
  let id = 0;
  const post: LegacyClient['post'] = (body, more = {}) =>
    send(url, { ...more, token, body, headers: { ...headers, ...more.headers } });
  await post({ jsonrpc: '2.0', method: 'notifications/initialized' });
  return {
    session,
    headers,
    post,
    listen() {
      const heard: Wire[] = [];
      const leaving = new AbortController();
      const { signal } = leaving;
      const onMessage = (message: Wire) => heard.push(message);
      void send(url, { token, method: 'GET', headers, signal, onMessage }).catch(() => undefined);
      return { heard, leave: () => leaving.abort() };
    },
    request: (method, asked, more) =>
      post({ jsonrpc: '2.0', id: ++id, method, ...(asked === undefined ? {} : { params: asked }) }, more),
  };
}
