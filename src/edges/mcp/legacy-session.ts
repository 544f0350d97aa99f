// SPDX-License-Identifier: Apache-2.0
/**
 * One transport session of 2025-03-26 to 2025-11-25: what the client said at `initialize`, its streams,
 * its requests in flight, and the questions that wait for its answers.
 *
 * A session routes, it gives no rights: it belongs to one session of one task and answers nobody else,
 * and each request brings its own token.
 */
import { mayHearServer } from '../../app/audible.ts';
import type { Clock } from '../../app/ports.ts';
import { type JsonObject, objectAt, stringAt } from '../../core/json/value.ts';
import type { Caller } from '../../core/request/proposal.ts';
import type { LogLevel } from './era.ts';
import { createStreams, type Stream, type Streams } from './event-stream.ts';
import type { Gate, Talk } from './gate.ts';
import { createHearing } from './hearing.ts';
import type { GatewayLimits } from './limits.ts';
import { introduced } from './meta.ts';
import type { Scope } from './namespace.ts';
import { relayable } from './notice.ts';
import { ownRequest } from './own-request.ts';
import { notificationText, type RequestId, requestText, rpcCodes } from './rpc.ts';
import type { PeerAnswer, UpstreamAnswer, UpstreamLink } from './upstream/link.ts';

export interface Hello {
  readonly protocolVersion: string;
  readonly clientCapabilities: JsonObject;
  readonly clientInfo: JsonObject;
}

export interface LegacySession extends Hello {
  readonly id: string;
  readonly scope: Scope;
  readonly streams: Streams;
  /** The stream that belongs to no request. */
  readonly standalone: Stream;
  /** By the client's request id. */
  readonly inFlight: Map<RequestId, AbortController>;
  logLevel: LogLevel;
  lastUsedAtMs: number;
  /** Native URIs that the client follows, as `<server> <uri>`. */
  readonly followed: Set<string>;
  isOf(caller: Caller): boolean;
  link(server: string): Promise<UpstreamLink>;
  /** Links that are open now. */
  openLinks(): Promise<readonly UpstreamLink[]>;
  readonly subscribe: NonNullable<Talk['subscribe']>;
  ask(stream: Stream, method: string, params: JsonObject, signal: AbortSignal): Promise<PeerAnswer>;
  /** The client's answer to a question; late ones are dropped. */
  answer(id: RequestId, answer: PeerAnswer): void;
  /** Takes nothing more; what is in flight is still told how it ended, and then the session closes. */
  retire(): void;
  /** A request has had its answer. */
  left(id: RequestId): void;
  close(): void;
}

const maxFollowed = 1_000;
/** Log text that belongs to no request is passed on only around the requests that caused it. */
const afterglowMs = 1_000;
const unsolicitedWindowMs = 10_000;

export function createLegacySession(
  gate: Gate,
  clock: Clock,
  id: string,
  owner: Caller,
  scope: Scope,
  hello: Hello,
): LegacySession {
  const { limits } = gate;
  const streams = createStreams({
    ...limits,
    primes: hello.protocolVersion >= '2025-11-25',
    nowMs: clock.monotonicMs,
  });
  const links = new Map<string, Promise<UpstreamLink>>();
  const asks = new Map<RequestId, (answer: PeerAnswer) => void>();
  const standalone = streams.open(undefined);
  let asked = 0;
  let unsolicited = 0;
  let windowFromMs = 0;
  let isRetired = false;
  const closing = new AbortController();
  const hearing = createHearing(clock, limits.ownTimeoutMs, limits.maxNoticeBytes);
  /** By what is followed at upstreams of the later era: how to stop. */
  const heardOf = new Map<string, AbortController>();

  function hear(server: string, method: string, params: JsonObject): void {
    const nowMs = clock.monotonicMs();
    if (nowMs - windowFromMs > unsolicitedWindowMs) {
      windowFromMs = nowMs;
      unsolicited = 0;
    }
    if (++unsolicited > limits.maxNoticesPerCall) return;
    const isBusy = session.inFlight.size > 0 || nowMs - session.lastUsedAtMs < afterglowMs;
    if (method === 'notifications/message' && !(isBusy && mayHearServer(gate.road, owner.task, server)))
      return;
    if (method === 'notifications/resources/updated') {
      if (!session.followed.has(`${server} ${stringAt(params, 'uri') ?? ''}`)) return;
    }
    const audience = { era: 'legacy', scope, logLevel: session.logLevel } as const;
    const shown = relayable(audience, server, method, params, limits.maxNoticeBytes);
    if (shown !== undefined) standalone.send(notificationText(method, shown));
  }

  async function opened(server: string): Promise<UpstreamLink> {
    const link = await gate.upstreams.link(server, 'legacy', {
      task: owner.task,
      session: owner.session,
      transportSession: id,
      ...hello,
      clientInfo: introduced(hello.clientInfo),
    });
    const told = (method: string, params: JsonObject) => hear(server, method, params);
    link.onUnsolicited(told);
    if (link.facts.era === 'modern') void hearing.listen(link, lists, closing.signal, told);
    else if (session.logLevel !== 'debug') await tellLevel(link, session.logLevel, limits);
    return link;
  }

  async function subscribe(
    server: string,
    link: UpstreamLink,
    method: string,
    uri: string,
    release: () => boolean,
  ): Promise<UpstreamAnswer> {
    const key = `${server} ${uri}`;
    if (method === 'resources/unsubscribe') {
      if (!release()) return { kind: 'failed', reason: 'not_released', sent: false };
      heardOf.get(key)?.abort('unsubscribed');
      heardOf.delete(key);
      return done;
    }
    if (heardOf.size >= limits.maxStreamsPerSession)
      return { kind: 'failed', reason: 'unreachable', sent: false };
    const stop = new AbortController();
    closing.signal.addEventListener('abort', () => stop.abort('closed'), { once: true });
    const told = (method: string, params: JsonObject) => hear(server, method, params);
    const answer = await hearing.listen(link, { resourceSubscriptions: [uri] }, stop.signal, told, release);
    if (answer !== 'listening') {
      stop.abort('not listening');
      return answer === 'silent' ? { kind: 'failed', reason: 'timeout', sent: true } : answer;
    }
    heardOf.get(key)?.abort('again');
    heardOf.set(key, stop);
    return done;
  }

  const session: LegacySession = {
    ...hello,
    id,
    scope,
    streams,
    standalone,
    inFlight: new Map(),
    logLevel: 'debug',
    lastUsedAtMs: clock.monotonicMs(),
    followed: new Set(),
    subscribe,
    isOf: (caller) =>
      caller.session === owner.session && caller.task === owner.task && caller.agent === owner.agent,
    link(server) {
      const known = links.get(server);
      if (known !== undefined) return known;
      const opening = opened(server);
      links.set(server, opening);
      const forget = () => {
        if (links.get(server) === opening) links.delete(server);
      };
      opening.then((link) => link.closed.then(forget), forget);
      return opening;
    },
    async openLinks() {
      const settled = await Promise.allSettled(links.values());
      return settled.flatMap((link) => (link.status === 'fulfilled' ? [link.value] : []));
    },
    ask(stream, method, params, signal) {
      if (asks.size >= limits.maxPendingAsks || signal.aborted) return Promise.resolve(unanswered);
      const askId = `countersign-${++asked}`;
      // A list is answered without waiting for what the server asks meanwhile.
      const open = stream.isFinished ? standalone : stream;
      return new Promise<PeerAnswer>((resolve) => {
        const settle = (answer: PeerAnswer) => {
          if (!asks.delete(askId)) return;
          takeBack();
          signal.removeEventListener('abort', giveUp);
          resolve(answer);
        };
        const giveUp = () => {
          open.send(notificationText('notifications/cancelled', { requestId: askId }));
          settle(unanswered);
        };
        const takeBack = clock.after(limits.callTimeoutMs, giveUp);
        signal.addEventListener('abort', giveUp, { once: true });
        asks.set(askId, settle);
        open.send(requestText(askId, method, params));
      });
    },
    answer(askId, answer) {
      asks.get(askId)?.(answer);
    },
    retire() {
      isRetired = true;
      closing.abort('closed');
      standalone.letGo();
      if (session.inFlight.size === 0) session.close();
    },
    left(requestId) {
      session.inFlight.delete(requestId);
      session.lastUsedAtMs = clock.monotonicMs();
      if (isRetired && session.inFlight.size === 0) session.close();
    },
    close() {
      closing.abort('closed');
      for (const stop of session.inFlight.values()) stop.abort('cancelled');
      for (const settle of [...asks.values()]) settle(unanswered);
      streams.close();
      links.clear();
    },
  };
  return session;
}

/** Remembers what was subscribed to, so that only that is told. */
export function follow(session: LegacySession, method: string, server: string, uri: string): void {
  const key = `${server} ${uri}`;
  if (method === 'resources/unsubscribe') session.followed.delete(key);
  else if (method === 'resources/subscribe' && session.followed.size < maxFollowed) session.followed.add(key);
}

export function readHello(params: JsonObject, offered: readonly string[]): Hello | string {
  const asked = stringAt(params, 'protocolVersion');
  if (asked === undefined) return '`params.protocolVersion` must be a string';
  const clientCapabilities = objectAt(params, 'capabilities');
  const clientInfo = objectAt(params, 'clientInfo');
  if (clientCapabilities === undefined) return '`params.capabilities` must be an object';
  if (clientInfo === undefined || stringAt(clientInfo, 'name') === undefined)
    return '`params.clientInfo` must be an object with a `name`';
  const [newest] = offered;
  const protocolVersion = offered.includes(asked) ? asked : (newest ?? asked);
  return { protocolVersion, clientCapabilities, clientInfo };
}

const unanswered: PeerAnswer = {
  error: { code: rpcCodes.upstream, message: 'the client did not answer', data: { code: 'cancelled' } },
};

/** A level of the eight that exist: nothing of the client's but that. */
export async function tellLevel(
  link: UpstreamLink,
  level: LogLevel,
  { ownTimeoutMs, maxNoticeBytes }: Pick<GatewayLimits, 'ownTimeoutMs' | 'maxNoticeBytes'>,
): Promise<void> {
  const hasLevels = link.facts.era === 'legacy' && objectAt(link.facts.capabilities, 'logging') !== undefined;
  if (!hasLevels) return;
  await ownRequest(
    link,
    'logging/setLevel',
    { level },
    { timeoutMs: ownTimeoutMs, maxResultBytes: maxNoticeBytes },
  );
}

const lists: JsonObject = { toolsListChanged: true, promptsListChanged: true, resourcesListChanged: true };
const done: UpstreamAnswer = { kind: 'result', result: {}, sizeBytes: 2 };
