// SPDX-License-Identifier: Apache-2.0
/**
 * Upstreams made of functions, which keep an account of everything that was asked of them: what the
 * gateway let through is what stands there.
 */
import { isObject, type JsonObject, type JsonValue } from '../../src/core/json/value.ts';
import {
  type Era,
  type LinkOwner,
  type Outgoing,
  type UpstreamAnswer,
  type UpstreamLink,
  type Upstreams,
  UpstreamUnavailable,
} from '../../src/edges/mcp/upstream/link.ts';

export interface Sent {
  readonly method: string;
  readonly params: JsonObject;
  readonly outgoing: Outgoing;
}

export interface FakeServer {
  readonly era: Era;
  /** May be changed while it runs. */
  tools: JsonObject[];
  readonly capabilities?: JsonObject;
  /** Asked once the request was released. */
  answer?(sent: Sent): UpstreamAnswer | Promise<UpstreamAnswer>;
  /** Answers of other lists, by method. */
  readonly lists?: Readonly<Record<string, readonly JsonValue[]>>;
  isDown?: boolean;
}

export interface Fakes extends Upstreams {
  /** What was released, lists of the gateway's own included. */
  readonly sent: Sent[];
  readonly owners: LinkOwner[];
  /** What reached the upstream on behalf of a client. */
  calls(): readonly Sent[];
  /** Something that belongs to no request. */
  tell(server: string, method: string, params: JsonObject): void;
}

export const ok = (result: JsonObject): UpstreamAnswer => ({
  kind: 'result',
  result,
  sizeBytes: JSON.stringify(result).length,
});

export const text = (said: string): JsonObject => ({ content: [{ type: 'text', text: said }] });

export const tool = (name: string, inputSchema: JsonObject = plainSchema): JsonObject => ({
  name,
  description: `does ${name}`,
  inputSchema,
});

const plainSchema: JsonObject = {
  type: 'object',
  properties: { q: { type: 'string' }, a: { type: 'string' }, b: { type: 'integer' } },
};

export function fakeUpstreams(servers: Readonly<Record<string, FakeServer>>): Fakes {
  const sent: Sent[] = [];
  const owners: LinkOwner[] = [];
  const heard = new Map<string, Set<(method: string, params: JsonObject) => void>>();
  const links = new Map<string, UpstreamLink>();

  function linkOf(name: string, server: FakeServer): UpstreamLink {
    const listeners = new Set<(method: string, params: JsonObject) => void>();
    const hearAll = (method: string, params: JsonObject) => {
      for (const hear of listeners) hear(method, params);
    };
    heard.set(name, new Set([...(heard.get(name) ?? []), hearAll]));
    return {
      facts: {
        era: server.era,
        protocolVersion: server.era === 'modern' ? '2026-07-28' : '2025-11-25',
        capabilities: server.capabilities ?? { tools: { listChanged: true } },
        serverInfo: { name, version: '1' },
      },
      async request(outgoing) {
        const params: JsonValue = outgoing.params === undefined ? {} : JSON.parse(outgoing.params);
        const asked: Sent = { method: outgoing.method, params: isObject(params) ? params : {}, outgoing };
        if (outgoing.signal.aborted) return { kind: 'failed', reason: 'aborted', sent: false };
        if (!outgoing.release()) return { kind: 'failed', reason: 'not_released', sent: false };
        sent.push(asked);
        const aborted = new Promise<UpstreamAnswer>((resolve) => {
          outgoing.signal.addEventListener('abort', () =>
            resolve({ kind: 'failed', reason: 'aborted', sent: true }),
          );
        });
        if (outgoing.method === 'subscriptions/listen') {
          const { onNotification, signal } = outgoing;
          listeners.add(onNotification);
          signal.addEventListener('abort', () => listeners.delete(onNotification));
          queueMicrotask(() =>
            onNotification('notifications/subscriptions/acknowledged', params as JsonObject),
          );
        }
        return Promise.race([aborted, answered(server, asked)]);
      },
      notify: async () => undefined,
      onUnsolicited(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      closed: new Promise(() => undefined),
      close: async () => undefined,
    };
  }

  async function answered(server: FakeServer, asked: Sent): Promise<UpstreamAnswer> {
    if (asked.method === 'tools/list') return ok({ tools: server.tools });
    const list = server.lists?.[asked.method];
    if (list !== undefined) return ok({ [asked.method.split('/')[0] ?? '']: list });
    if (asked.method === 'subscriptions/listen') return new Promise(() => undefined);
    return (await server.answer?.(asked)) ?? ok(text('done'));
  }

  return {
    names: Object.keys(servers),
    sent,
    owners,
    calls: () => sent.filter(({ method }) => !method.endsWith('/list') && method !== 'subscriptions/listen'),
    tell(server, method, params) {
      for (const hear of heard.get(server) ?? []) hear(method, params);
    },
    eras: async (name) => new Set([servers[name]?.era ?? 'legacy']),
    async link(name, _wanted, owner) {
      const server = servers[name];
      if (server === undefined || server.isDown) throw new UpstreamUnavailable('down');
      owners.push(owner);
      const key = JSON.stringify([name, owner.task, owner.transportSession ?? '']);
      const link = links.get(key) ?? linkOf(name, server);
      links.set(key, link);
      return link;
    },
    release: async () => undefined,
    close: async () => undefined,
  };
}
