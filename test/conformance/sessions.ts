// SPDX-License-Identifier: Apache-2.0
/**
 * Sessions of 2025-11-25: one server and one transport for each, found by `Mcp-Session-Id`, with
 * streams that can be resumed from their last event.
 *
 * Never serves 2026-07-28, which has no sessions.
 * Source: MCP 2025-11-25, Streamable HTTP, "Session Management" and "Resumability and Redelivery".
 */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { NodeStreamableHTTPServerTransport } from '@modelcontextprotocol/node';
import {
  type EventStore,
  isInitializeRequest,
  type JSONRPCMessage,
  type McpServer,
} from '@modelcontextprotocol/server';
import { refuse } from './refuse.ts';

const RETRY_MS = 5_000;
const EVENTS_KEPT = 1_000;

export interface Sessions {
  /** @param body the parsed body of a POST; absent for GET and DELETE */
  handle(req: IncomingMessage, res: ServerResponse, body?: unknown): Promise<void>;
  close(): Promise<void>;
}

export function createSessions(makeServer: () => McpServer): Sessions {
  const open = new Map<string, NodeStreamableHTTPServerTransport>();

  async function begin(): Promise<NodeStreamableHTTPServerTransport> {
    const transport: NodeStreamableHTTPServerTransport = new NodeStreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      eventStore: createEventStore(),
      retryInterval: RETRY_MS,
      onsessioninitialized: (id) => {
        open.set(id, transport);
      },
      onsessionclosed: (id) => {
        open.delete(id);
      },
    });
    await makeServer().connect(transport);
    return transport;
  }

  return {
    async handle(req, res, body) {
      const id = req.headers['mcp-session-id'];
      if (typeof id === 'string') {
        const transport = open.get(id);
        if (transport === undefined) return refuse(res, 404, -32001, 'session not found');
        return transport.handleRequest(req, res, body);
      }
      if (!isInitializeRequest(body)) return refuse(res, 400, -32000, 'a session id is needed');
      return (await begin()).handleRequest(req, res, body);
    },
    async close() {
      await Promise.all([...open.values()].map((transport) => transport.close()));
    },
  };
}

/** Events of one session; an id is its stream and a number that rises over the whole session. */
function createEventStore(): EventStore {
  const events: { readonly stream: string; readonly at: number; readonly message: JSONRPCMessage }[] = [];
  let last = 0;

  return {
    async storeEvent(stream, message) {
      last += 1;
      events.push({ stream, at: last, message });
      if (events.length > EVENTS_KEPT) events.shift();
      return `${stream}/${last}`;
    },
    async replayEventsAfter(lastEventId, { send }) {
      const cut = lastEventId.lastIndexOf('/');
      const stream = lastEventId.slice(0, cut);
      const seen = Number(lastEventId.slice(cut + 1));
      for (const event of events) {
        // The event that primes a stream has an empty message: nothing to send again.
        const empty = Object.keys(event.message).length === 0;
        if (event.stream === stream && event.at > seen && !empty) {
          await send(`${stream}/${event.at}`, event.message);
        }
      }
      return stream;
    },
  };
}
