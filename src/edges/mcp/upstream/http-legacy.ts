// SPDX-License-Identifier: Apache-2.0
/**
 * A session with an HTTP upstream of 2025-11-25 and before: a handshake, an id in a header, a stream for
 * what it says of its own accord, and streams that can be resumed.
 *
 * One session serves one client, so that everything on it is that client's.
 *
 * Source: MCP 2025-11-25, "Transports", "Streamable HTTP".
 */
import type { IncomingHttpHeaders } from 'node:http';
import { type Call, createCall } from './call.ts';
import type { Conversation } from './conversation.ts';
import { type Introduction, initializeParams, legacyFacts, whyNot } from './handshake.ts';
import { ACCEPT, type AskOrNotification, type HttpEndpoint, requestOf, runCall, tell } from './http.ts';
import { createUnaskedStream } from './http-unasked.ts';
import { createInFlight } from './inflight.ts';
import { type Outgoing, type UpstreamAnswer, type UpstreamFacts, UpstreamUnavailable } from './link.ts';
import { createListeners } from './listeners.ts';
import { cancelFrame, notificationFrame, requestFrame } from './message.ts';
import { createQuestions } from './questions.ts';

const VISIBLE_ASCII = /^[\x21-\x7e]{1,1024}$/;
const CLOSE_MS = 1_000;

/**
 * @param signal gives up while it is being opened
 * @throws {UpstreamUnavailable} it cannot be reached, or does not speak this era
 */
export async function openLegacyHttp(
  endpoint: HttpEndpoint,
  who: Introduction,
  signal: AbortSignal,
): Promise<Conversation> {
  const { limits, server } = endpoint;
  const inFlight = createInFlight(limits);
  const listeners = createListeners();
  let nextId = 1;
  let over = false;
  let sessionId: string | undefined;
  let version: string | undefined;
  let resolveClosed: () => void = () => {};
  const closed = new Promise<void>((resolve) => {
    resolveClosed = resolve;
  });
  const questions = createQuestions({ callFor: inFlight.sole, reply: post, refuseAll: false });
  const unasked = createUnaskedStream(endpoint, {
    headers,
    onMessage: (message) => takeMessage(message),
    onSessionGone: () => {
      if (sessionId !== undefined) end();
    },
  });

  function headers(more: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
    return {
      ...more,
      ...(version === undefined ? {} : { 'mcp-protocol-version': version }),
      ...(sessionId === undefined ? {} : { 'mcp-session-id': sessionId }),
    };
  }

  /** A message that is not answered: a notification, or our own answer. */
  function post(frame: string): Promise<void> {
    const sent = headers({ 'content-type': 'application/json', accept: ACCEPT });
    return tell(endpoint, requestOf(endpoint, 'POST', sent, frame), limits.probeTimeoutMs);
  }

  function end(): void {
    if (over) return;
    over = true;
    unasked.stop();
    questions.close();
    inFlight.failAll('closed');
    resolveClosed();
  }

  function takeMessage(message: AskOrNotification, call?: Call): void {
    if (message.kind === 'request') {
      questions.ask(message, call);
      return;
    }
    const { method, params } = message;
    // It names a question of theirs, and the client knows that by another id.
    if (method === 'notifications/cancelled') return;
    if (call !== undefined && method !== 'notifications/progress') {
      call.notify(method, params);
      return;
    }
    if (!inFlight.notify(method, params)) listeners.tell(method, params);
  }

  async function request(outgoing: Outgoing, from: string): Promise<UpstreamAnswer> {
    return send(outgoing, from, () => {});
  }

  async function send(
    outgoing: Outgoing,
    from: string,
    onHead: (status: number, headers: IncomingHttpHeaders) => void,
  ): Promise<UpstreamAnswer> {
    if (over) return { kind: 'failed', reason: 'closed', sent: false };
    if (inFlight.isFull(from)) return { kind: 'failed', reason: 'unreachable', sent: false };
    const call = callOf(outgoing, from, nextId++);
    if (call.isSettled()) return call.answer;
    inFlight.add(call);
    const sent = headers({ 'content-type': 'application/json', accept: ACCEPT });
    const frame = requestFrame(call.id, call.method, call.params);
    const http = requestOf(endpoint, 'POST', sent, frame, call.maxResultBytes);
    const hadSession = sessionId !== undefined;
    runCall(endpoint, http, call, call.release, {
      onHead(status, received) {
        onHead(status, received);
        questions.retry();
      },
      onMessage: (message) => takeMessage(message, call),
      onDetached: (lastEventId) => detach(call, outgoing, lastEventId),
      onStatus(status) {
        if (status !== 404 || !hadSession) return;
        // The session is gone, and the request with it.
        call.fail('closed');
        end();
      },
    });
    return call.answer;
  }

  function callOf(outgoing: Outgoing, from: string, id: number): Call {
    return createCall(outgoing, {
      id,
      from,
      onGivenUp(call) {
        if (call.method !== 'initialize' && !over) void post(cancelFrame(call.id));
      },
      onSettled: inFlight.remove,
    });
  }

  function detach(call: Call, outgoing: Outgoing, lastEventId: string | undefined): void {
    if (lastEventId === undefined) {
      call.fail('closed');
      return;
    }
    let used = false;
    call.settle({
      kind: 'failed',
      reason: 'detached',
      sent: true,
      async resume() {
        if (used || over) return { kind: 'failed', reason: 'closed', sent: true };
        used = true;
        return resume(call, outgoing, lastEventId);
      },
    });
  }

  /** The same request under the same id, heard on another stream; it left long ago, so `release` is not asked. */
  async function resume(call: Call, outgoing: Outgoing, lastEventId: string): Promise<UpstreamAnswer> {
    // Given up while nobody listened: it is told now.
    if (outgoing.signal.aborted) void post(cancelFrame(call.id));
    const again = callOf({ ...outgoing, release: () => true }, call.from, call.id);
    if (!again.isSettled()) {
      again.release();
      inFlight.add(again);
      const sent = headers({ accept: 'text/event-stream', 'last-event-id': lastEventId });
      const http = requestOf(endpoint, 'GET', sent, undefined, call.maxResultBytes);
      runCall(endpoint, http, again, () => !again.isSettled(), {
        onMessage: (message) => takeMessage(message, again),
        onDetached: () => again.fail('closed'),
      });
    }
    const answer = await again.answer;
    // Whatever became of the stream, the request itself had left.
    return answer.kind === 'failed' ? { ...answer, sent: true } : answer;
  }

  async function initialize(): Promise<UpstreamFacts> {
    let offered: unknown;
    const answer = await send(
      {
        method: 'initialize',
        params: initializeParams(who),
        timeoutMs: limits.startTimeoutMs,
        signal,
        maxResultBytes: limits.maxMessageBytes,
        release: () => true,
        onNotification: () => {},
        onRequest: async () => ({ error: { code: -32601, message: 'not yet' } }),
      },
      '',
      (_status, received) => {
        offered = received['mcp-session-id'];
      },
    );
    if (answer.kind !== 'result') {
      throw new UpstreamUnavailable(`\`${server.name}\` does not answer \`initialize\`: ${whyNot(answer)}`);
    }
    const facts = legacyFacts(answer.result);
    if (facts === undefined)
      throw new UpstreamUnavailable(`\`${server.name}\` speaks no version of MCP that is spoken here`);
    if (offered !== undefined && !(typeof offered === 'string' && VISIBLE_ASCII.test(offered)))
      throw new UpstreamUnavailable(`\`${server.name}\` gives a session id that no header can carry`);
    sessionId = offered;
    version = facts.protocolVersion;
    return facts;
  }

  const facts = await initialize();
  await post(notificationFrame('notifications/initialized', undefined));
  unasked.open();

  return {
    facts,
    closed,
    request,
    abandon: inFlight.abandon,
    inFlight: inFlight.size,
    listen: listeners.add,
    speaksUnasked: true,
    isHeard: () => listeners.clients() > 0,
    async notify(method, params) {
      if (!over) await post(notificationFrame(method, params));
    },
    async close() {
      if (over) return;
      end();
      if (sessionId !== undefined) await tell(endpoint, requestOf(endpoint, 'DELETE', headers({})), CLOSE_MS);
    },
  };
}
