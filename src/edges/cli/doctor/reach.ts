// SPDX-License-Identifier: Apache-2.0
/**
 * Whether an HTTP upstream serves somebody without its credentials: then whoever reaches it needs no
 * Countersign. Asks `server/discover`, then `initialize`; nothing that takes effect, and nothing secret.
 */
import { isObject, type JsonObject, objectAt, own, stringAt } from '../../../core/json/value.ts';
import type { Finding } from './finding.ts';

const timeoutMs = 2_000;

const clientInfo = { name: 'countersign-doctor', version: '1' };
const modern = {
  headers: { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'server/discover' },
  body: {
    jsonrpc: '2.0',
    id: 1,
    method: 'server/discover',
    params: {
      _meta: {
        'io.modelcontextprotocol/protocolVersion': '2026-07-28',
        'io.modelcontextprotocol/clientCapabilities': {},
        'io.modelcontextprotocol/clientInfo': clientInfo,
      },
    },
  },
};
const legacy = {
  headers: {},
  body: {
    jsonrpc: '2.0',
    id: 1,
    method: 'initialize',
    params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo },
  },
};

export async function judgeReach(upstreams: JsonObject): Promise<readonly Finding[]> {
  const found = await Promise.all(
    Object.entries(upstreams).map(([name, definition]) => judgeOne(name, definition)),
  );
  return found.flat();
}

async function judgeOne(name: string, definition: JsonObject[string]): Promise<readonly Finding[]> {
  if (!isObject(definition) || own(definition, 'disabled') === true) return [];
  const url = URL.parse(stringAt(definition, 'url') ?? '');
  if (url === null || !['http:', 'https:'].includes(url.protocol)) return [];
  if (!(await serves(url, modern)) && !(await serves(url, legacy))) return [];
  const hasSecret = Object.keys(objectAt(definition, 'headers') ?? {}).length > 0;
  return [
    {
      code: 'upstream_open',
      severity: hasSecret ? 'error' : 'warning',
      message: hasSecret
        ? `\`${name}\` serves anybody at ${url.origin}, also without the credentials that are configured for it`
        : `\`${name}\` serves anybody at ${url.origin}, so an agent with the network needs no Countersign to use it`,
      fix: 'let the server ask for a token that only Countersign has, or let only Countersign reach it',
    },
  ];
}

async function serves(
  url: URL,
  { headers, body }: { readonly headers: Record<string, string>; readonly body: object },
): Promise<boolean> {
  try {
    const answer = await fetch(url, {
      method: 'POST',
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        ...headers,
      },
      body: JSON.stringify(body),
    });
    await answer.body?.cancel();
    const session = answer.headers.get('mcp-session-id');
    // A session that was opened to look is closed again.
    if (session !== null)
      await fetch(url, {
        method: 'DELETE',
        headers: { 'mcp-session-id': session },
        signal: AbortSignal.timeout(timeoutMs),
      }).catch(() => undefined);
    return answer.status === 200;
  } catch {
    return false;
  }
}
