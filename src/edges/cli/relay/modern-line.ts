// SPDX-License-Identifier: Apache-2.0
/**
 * The relay's side of 2026-07-28 over HTTP: each request alone, its headers built from its body.
 *
 * Arguments that a tool's schema wants mirrored in headers need that schema, which the client has and the
 * relay has not: it is kept from the lists that pass, and asked for once where none has.
 *
 * Source: MCP 2026-07-28, "Streamable HTTP", "Request Metadata Headers", "Custom Headers from Tool Parameters".
 */
import { parseJson } from '../../../core/json/parse.ts';
import { arrayAt, isObject, type JsonObject, objectAt, own, stringAt } from '../../../core/json/value.ts';
import { metaKeys } from '../../mcp/era.ts';
import { encodedHeader, mirrorHeaders } from '../../mcp/header-value.ts';
import { rpcCodes } from '../../mcp/rpc.ts';
import { ExchangeFailed, type Sent } from './exchange.ts';
import type { Flight, Post } from './relay.ts';

export const jsonHeaders: Readonly<Record<string, string>> = {
  'content-type': 'application/json',
  accept: 'application/json, text/event-stream',
};

export interface ModernLine {
  send(flight: Flight): Promise<Sent>;
  follow(flight: Flight, sent: Sent, answer: (data: Buffer) => boolean): Promise<void>;
  learn(flight: Flight, answer: JsonObject): void;
}

const mirrored: Readonly<Record<string, 'name' | 'uri'>> = {
  'tools/call': 'name',
  'prompts/get': 'name',
  'resources/read': 'uri',
};
const maxSchemas = 5_000;
const maxPages = 64;
const bounded = { maxBytes: 2 ** 25, maxDepth: 128, maxNodes: 2_000_000 };

export function createModernLine(post: Post): ModernLine {
  const schemas = new Map<string, JsonObject>();

  function keep(result: JsonObject | undefined): void {
    for (const tool of (result === undefined ? undefined : arrayAt(result, 'tools')) ?? []) {
      if (!isObject(tool)) continue;
      const name = stringAt(tool, 'name');
      const schema = objectAt(tool, 'inputSchema');
      if (name !== undefined && schema !== undefined && (schemas.size < maxSchemas || schemas.has(name)))
        schemas.set(name, schema);
    }
  }

  function headersOf({ method, params = {} }: Pick<Flight, 'method' | 'params'>): Record<string, string> {
    const version = own(objectAt(params, '_meta') ?? {}, metaKeys.protocolVersion);
    const member = Object.hasOwn(mirrored, method) ? mirrored[method] : undefined;
    const name = member === undefined ? undefined : stringAt(params, member);
    const schema = method === 'tools/call' && name !== undefined ? schemas.get(name) : undefined;
    return {
      ...jsonHeaders,
      ...(typeof version === 'string' ? { 'mcp-protocol-version': encodedHeader(version) } : {}),
      'mcp-method': encodedHeader(method),
      ...(name === undefined ? {} : { 'mcp-name': encodedHeader(name) }),
      ...(schema === undefined ? {} : mirrorHeaders(schema, objectAt(params, 'arguments') ?? {})),
    };
  }

  async function learnLists({ params = {}, signal }: Flight): Promise<void> {
    const meta = objectAt(params, '_meta') ?? {};
    let cursor: string | undefined;
    for (let page = 0; page < maxPages; page++) {
      const asked = { _meta: meta, ...(cursor === undefined ? {} : { cursor }) };
      const message = { jsonrpc: '2.0', id: 'countersign-schemas', method: 'tools/list', params: asked };
      const headers = headersOf({ method: 'tools/list', params: asked });
      const sent = await post('POST', headers, Buffer.from(JSON.stringify(message)), signal);
      let result: JsonObject | undefined;
      const take = (data: Buffer): void => {
        const parsed = parseJson(data, bounded);
        if (parsed.ok && isObject(parsed.value)) result ??= objectAt(parsed.value, 'result');
      };
      if (sent.isStream) await sent.events(take);
      else take(await sent.body());
      keep(result);
      cursor = result === undefined ? undefined : stringAt(result, 'nextCursor');
      if (cursor === undefined) return;
    }
  }

  return {
    async send(flight) {
      const sent = await post('POST', headersOf(flight), flight.body, flight.signal);
      if (sent.status !== 400 || flight.method !== 'tools/call' || sent.isStream) return sent;
      const data = await sent.body();
      if (!isMismatch(data)) return { ...sent, body: async () => data };
      // Refused for its headers, so nothing was done: with the schema at hand they can be right.
      await learnLists(flight);
      return post('POST', headersOf(flight), flight.body, flight.signal);
    },
    learn(flight, answer) {
      if (flight.method === 'tools/list') keep(objectAt(answer, 'result'));
    },
    async follow(_flight, sent, answer) {
      let answered = false;
      await sent.events((data) => {
        if (answer(data)) answered = true;
      });
      if (!answered) throw new ExchangeFailed('broken', 'the stream ended without the answer');
    },
  };
}

function isMismatch(data: Buffer): boolean {
  const parsed = parseJson(data, bounded);
  if (!parsed.ok || !isObject(parsed.value)) return false;
  const error = objectAt(parsed.value, 'error');
  return error !== undefined && own(error, 'code') === rpcCodes.headerMismatch;
}
