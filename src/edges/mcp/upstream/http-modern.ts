// SPDX-License-Identifier: Apache-2.0
/**
 * A conversation with an HTTP upstream of 2026-07-28: each request stands alone, nothing is remembered
 * between them, and closing its stream is the cancellation.
 *
 * Mirrored headers are made of what was decided, never taken from a client.
 *
 * Source: MCP 2026-07-28, "Transports", "Streamable HTTP".
 */
import { type Call, createCall } from './call.ts';
import type { Conversation } from './conversation.ts';
import { discoverParams, MODERN_VERSION, modernFacts } from './handshake.ts';
import { headerValue, paramHeaders } from './headers.ts';
import { ACCEPT, type AskOrNotification, type HttpEndpoint, requestOf, runCall, tell } from './http.ts';
import { createInFlight } from './inflight.ts';
import { type Outgoing, type UpstreamAnswer, type UpstreamFacts, UpstreamUnavailable } from './link.ts';
import { notificationFrame, requestFrame } from './message.ts';

const LISTEN = 'subscriptions/listen';

/**
 * @param signal gives up while it is being opened
 * @throws {UpstreamUnavailable} it cannot be reached, or does not speak this era
 */
export async function openModernHttp(endpoint: HttpEndpoint, signal: AbortSignal): Promise<Conversation> {
  const { limits, server } = endpoint;
  const inFlight = createInFlight(limits);
  let nextId = 1;
  let over = false;
  let resolveClosed: () => void = () => {};
  const closed = new Promise<void>((resolve) => {
    resolveClosed = resolve;
  });

  async function request(outgoing: Outgoing, from: string): Promise<UpstreamAnswer> {
    if (over) return { kind: 'failed', reason: 'closed', sent: false };
    if (inFlight.isFull(from)) return { kind: 'failed', reason: 'unreachable', sent: false };
    const headers = headersFor(outgoing);
    if (headers === undefined) return { kind: 'failed', reason: 'invalid', sent: false };

    const call = createCall(outgoing, {
      id: nextId++,
      from,
      // That its stream is closed tells the upstream.
      onGivenUp: () => {},
      onSettled: inFlight.remove,
    });
    if (call.isSettled()) return call.answer;
    inFlight.add(call);
    const frame = requestFrame(call.id, call.method, call.params);
    const http = requestOf(endpoint, 'POST', headers, frame, call.maxResultBytes);
    const endless = call.method === LISTEN ? { ...http, maxStreamBytes: Number.POSITIVE_INFINITY } : http;
    runCall(endpoint, endless, call, call.release, {
      onMessage: (message) => takeMessage(call, message),
      // Nothing can be resumed in this era.
      onDetached: () => call.fail('closed'),
    });
    return call.answer;
  }

  const facts = await discover(request, server.name, limits.probeTimeoutMs, signal);

  return {
    facts,
    closed,
    request,
    abandon: inFlight.abandon,
    inFlight: inFlight.size,
    listen: () => () => {},
    speaksUnasked: false,
    isHeard: () => false,
    async notify(method, params) {
      if (over) return;
      const headers = { ...COMMON, 'mcp-method': headerValue(method) };
      const http = requestOf(endpoint, 'POST', headers, notificationFrame(method, params));
      await tell(endpoint, http, limits.probeTimeoutMs);
    },
    async close() {
      over = true;
      inFlight.failAll('closed');
      resolveClosed();
    },
  };
}

const COMMON = {
  'content-type': 'application/json',
  accept: ACCEPT,
  'mcp-protocol-version': MODERN_VERSION,
};

function headersFor(outgoing: Outgoing): Readonly<Record<string, string>> | undefined {
  const params = paramHeaders(outgoing.paramHeaders ?? {});
  if (params === undefined) return undefined;
  return {
    ...params,
    ...COMMON,
    'mcp-method': headerValue(outgoing.method),
    ...(outgoing.name === undefined ? {} : { 'mcp-name': headerValue(outgoing.name) }),
  };
}

function takeMessage(call: Call, message: AskOrNotification): void {
  // Servers of this era do not ask; there would be nowhere to answer.
  if (message.kind === 'request') return;
  if (message.method === 'notifications/progress') call.progress(message.params);
  else call.notify(message.method, message.params);
}

async function discover(
  request: Conversation['request'],
  server: string,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<UpstreamFacts> {
  const answer = await request(
    {
      method: 'server/discover',
      params: discoverParams(),
      timeoutMs,
      signal,
      maxResultBytes: Number.POSITIVE_INFINITY,
      release: () => true,
      onNotification: () => {},
      onRequest: async () => ({ error: { code: -32601, message: 'not yet' } }),
    },
    '',
  );
  if (answer.kind === 'failed')
    throw new UpstreamUnavailable(`\`${server}\` does not answer \`server/discover\`: ${answer.reason}`);
  const facts = answer.kind === 'result' ? modernFacts(answer.result) : undefined;
  if (facts === undefined)
    throw new UpstreamUnavailable(`\`${server}\` does not speak MCP ${MODERN_VERSION}`);
  return facts;
}
