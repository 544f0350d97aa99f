// SPDX-License-Identifier: Apache-2.0
/**
 * The endpoint as clients of 2025-03-26 to 2025-11-25 see it: `initialize`, sessions, an event stream
 * for each request and one beside them, DELETE.
 *
 * A client whose connection breaks has not cancelled: its call goes on and its answer waits for it.
 */
import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../../app/ports.ts';
import { integerAt, type JsonObject, stringAt } from '../../core/json/value.ts';
import type { Caller } from '../../core/request/proposal.ts';
import { legacyVersions, logLevel } from './era.ts';
import type { Stream } from './event-stream.ts';
import type { Gate, Talk } from './gate.ts';
import { createLegacySession, follow, type LegacySession, readHello, tellLevel } from './legacy-session.ts';
import type { Message } from './message.ts';
import { notificationTreatment } from './methods.ts';
import { nativeUri, type Scope } from './namespace.ts';
import { capabilitiesOf, serverInfo } from './offer.ts';
import { defect, perform } from './perform.ts';
import { sendEmpty, sendError, sendJson } from './respond.ts';
import { failed, notificationText, type Reply, replyText, resultText, rpcCodes } from './rpc.ts';
import { refusedEntry } from './running.ts';

export interface LegacyRequest {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly caller: Caller;
  /** When the token of the request does. */
  readonly expiresAtMs: number;
  readonly scope: Scope;
}

export interface Legacy {
  post(
    request: LegacyRequest,
    message: Message,
    version: string | undefined,
    sizeBytes: number,
  ): Promise<void>;
  get(request: LegacyRequest): void;
  delete(request: LegacyRequest): void;
  /** Ends the sessions of who lost its standing. */
  forget(which: (caller: Caller) => boolean): void;
  tick(): void;
  close(): void;
}

type Request = Extract<Message, { kind: 'request' }>;

export function createLegacy(gate: Gate, clock: Clock): Legacy {
  const { limits } = gate;
  const sessions = new Map<string, { readonly session: LegacySession; readonly caller: Caller }>();

  function find(
    { req, res, caller, scope }: LegacyRequest,
    id: Request['id'] | null,
  ): LegacySession | undefined {
    const name = req.headers['mcp-session-id'];
    if (typeof name !== 'string') {
      const message = 'begin with `initialize` and send its `Mcp-Session-Id`';
      sendError(res, 400, id, { code: rpcCodes.invalidRequest, message, data: { code: 'session_missing' } });
      return undefined;
    }
    const session = sessions.get(name)?.session;
    // Somebody else's session, or one of another endpoint, is told like one that never was.
    if (session === undefined || !session.isOf(caller) || !sameScope(session.scope, scope)) {
      const message = 'there is no such session: begin with `initialize`';
      sendError(res, 404, id, { code: rpcCodes.invalidRequest, message, data: { code: 'session_unknown' } });
      return undefined;
    }
    session.lastUsedAtMs = clock.monotonicMs();
    return session;
  }

  function end(id: string, how: 'close' | 'retire' = 'close'): void {
    const found = sessions.get(id);
    if (found === undefined) return;
    sessions.delete(id);
    found.session[how]();
    void gate.upstreams
      .release((owner) => owner.transportSession === id)
      .catch(() => {
        gate.log('release_failed', { what: 'transport session' });
      });
  }

  async function initialize(
    { res, caller, expiresAtMs, scope }: LegacyRequest,
    message: Request,
  ): Promise<void> {
    const refuse = (status: number, code: number, text: string, name: string) =>
      sendError(res, status, message.id, { code, message: text, data: { code: name } });
    const hello = readHello(message.params ?? {}, legacyVersions);
    if (typeof hello === 'string') return refuse(400, rpcCodes.invalidParams, hello, 'initialize');
    let held = 0;
    for (const { session } of sessions.values()) if (session.isOf(caller)) held++;
    if (held >= limits.maxTransportSessionsPerCaller || sessions.size >= limits.maxTransportSessions)
      return refuse(
        429,
        rpcCodes.limit,
        'too many sessions are open: end one with DELETE',
        'too_many_sessions',
      );

    const id = randomBytes(16).toString('hex');
    const session = createLegacySession(gate, clock, id, caller, scope, hello);
    sessions.set(id, { session, caller });
    const stop = new AbortController();
    const talk = talkOf(session, { caller, expiresAtMs }, session.standalone, stop.signal);
    const capabilities = await capabilitiesOf(gate, talk);
    const result = { protocolVersion: hello.protocolVersion, capabilities, serverInfo };
    sendJson(res, 200, resultText(message.id, result), { 'mcp-session-id': id });
  }

  function talkOf(
    session: LegacySession,
    who: Pick<LegacyRequest, 'caller' | 'expiresAtMs'>,
    stream: Stream,
    cancelled: AbortSignal,
  ): Talk {
    return {
      era: 'legacy',
      caller: who.caller,
      expiresAtMs: who.expiresAtMs,
      scope: session.scope,
      protocolVersion: session.protocolVersion,
      clientCapabilities: session.clientCapabilities,
      clientInfo: session.clientInfo,
      logLevel: session.logLevel,
      cancelled,
      header: undefined,
      link: session.link,
      notify: (method, params) => stream.send(notificationText(method, params)),
      detached: () => stream.letGo(),
      subscribe: session.subscribe,
      ask: (method, params, signal) => session.ask(stream, method, params, signal),
    };
  }

  async function setLevel(session: LegacySession, params: JsonObject): Promise<Reply> {
    const level = logLevel(stringAt(params, 'level'));
    if (level === undefined) return failed(rpcCodes.invalidParams, '`params.level` is not a log level');
    session.logLevel = level;
    const links = await session.openLinks();
    await Promise.all(links.map((link) => tellLevel(link, level, limits)));
    return { ok: true, result: {} };
  }

  async function answered(
    talk: Talk,
    session: LegacySession,
    { method, params = {} }: Request,
  ): Promise<Reply> {
    try {
      if (method === 'ping') return { ok: true, result: {} };
      if (method === 'logging/setLevel') return await setLevel(session, params);
      const reply = await perform(gate, talk, method, params);
      const uri = stringAt(params, 'uri');
      const native = uri === undefined ? undefined : nativeUri(session.scope, uri);
      if (reply.ok && native !== undefined) follow(session, method, native.server, native.name);
      return reply;
    } catch (error) {
      return defect(gate, method, error);
    }
  }

  async function serve(request: LegacyRequest, message: Request, sizeBytes: number): Promise<void> {
    const { res, caller, expiresAtMs } = request;
    const session = find(request, message.id);
    if (session === undefined) return;
    const stream = session.streams.open(res);
    if (session.inFlight.has(message.id)) {
      const reply = failed(rpcCodes.invalidRequest, 'a request with this id is in flight', {
        code: 'id_in_use',
      });
      return stream.finish(replyText(message.id, reply));
    }
    const stop = new AbortController();
    const entered = gate.running.enter(caller.session, sizeBytes, stop);
    if (!entered.ok) {
      return stream.finish(replyText(message.id, refusedEntry(entered.code)));
    }
    session.inFlight.set(message.id, stop);
    const takeBack = clock.after(limits.beginStreamAfterMs, () => stream.begin());
    const reply = await answered(
      talkOf(session, { caller, expiresAtMs }, stream, stop.signal),
      session,
      message,
    );
    takeBack();
    entered.leave();
    stream.finish(replyText(message.id, reply));
    session.left(message.id);
  }

  async function notified(request: LegacyRequest, method: string, params: JsonObject): Promise<void> {
    const session = find(request, null);
    if (session === undefined) return;
    switch (notificationTreatment('client', 'legacy', method)) {
      case 'denied': {
        const message = `unknown notification: \`${method}\``;
        return sendError(request.res, 400, null, { code: rpcCodes.methodNotFound, message });
      }
      case 'kept':
        if (method === 'notifications/cancelled') {
          const id = stringAt(params, 'requestId') ?? integerAt(params, 'requestId');
          if (id !== undefined) session.inFlight.get(id)?.abort('cancelled');
        }
        break;
      case 'relayed': {
        // Without what else the client put into it: only that it happened.
        const links = await session.openLinks();
        for (const link of links) if (link.facts.era === 'legacy') void link.notify(method, undefined);
      }
    }
    sendEmpty(request.res, 202);
  }

  return {
    async post(request, message, version, sizeBytes) {
      if (version !== undefined && !legacyVersions.some((known) => known === version)) {
        const error = { code: rpcCodes.invalidRequest, message: `use one of ${legacyVersions.join(', ')}` };
        const id = message.kind === 'notification' ? null : message.id;
        return sendError(request.res, 400, id, { ...error, data: { code: 'unsupported_version' } });
      }
      switch (message.kind) {
        case 'request':
          return message.method === 'initialize' && request.req.headers['mcp-session-id'] === undefined
            ? initialize(request, message)
            : serve(request, message, sizeBytes);
        case 'notification':
          return notified(request, message.method, message.params ?? {});
        case 'response': {
          const session = find(request, null);
          if (session === undefined) return;
          session.answer(message.id, message.answer);
          sendEmpty(request.res, 202);
        }
      }
    },
    get(request) {
      const session = find(request, null);
      if (session === undefined) return;
      const { req, res } = request;
      const last = req.headers['last-event-id'];
      if (typeof last === 'string') {
        if (session.streams.resume(last, res)) return;
        const message = 'nothing is kept of that stream';
        return sendError(res, 404, null, {
          code: rpcCodes.invalidRequest,
          message,
          data: { code: 'stream_unknown' },
        });
      }
      if (session.standalone.isAttached) {
        const message = 'this session has its stream: one is enough';
        return sendError(res, 409, null, { code: rpcCodes.limit, message, data: { code: 'stream_in_use' } });
      }
      // What came while nobody listened waits in the stream before.
      session.standalone.attach(res);
    },
    delete(request) {
      const session = find(request, null);
      if (session === undefined) return;
      end(session.id);
      sendEmpty(request.res, 200);
    },
    forget(which) {
      // Calls that this stopped are still answered: the model has to learn why.
      for (const [id, { caller }] of sessions) if (which(caller)) end(id, 'retire');
    },
    tick() {
      const nowMs = clock.monotonicMs();
      for (const [id, { session }] of sessions) {
        session.streams.tick(nowMs);
        const isIdle = session.inFlight.size === 0 && !session.standalone.isAttached;
        if (isIdle && nowMs - session.lastUsedAtMs > limits.transportSessionIdleMs) end(id);
      }
    },
    close() {
      for (const id of [...sessions.keys()]) end(id);
    },
  };
}

function sameScope(a: Scope, b: Scope): boolean {
  return a.kind === 'one' ? b.kind === 'one' && a.server === b.server : b.kind === 'all';
}
