// SPDX-License-Identifier: Apache-2.0
/**
 * The endpoint as clients of 2026-07-28 see it: each request stands alone, brings what it says of its
 * client with it, and is cancelled by closing its connection.
 *
 * Keeps nothing between requests but calls whose upstream waits for an answer (parked.ts) and open
 * listeners (listen.ts).
 */
import type { ServerResponse } from 'node:http';
import type { Clock } from '../../app/ports.ts';
import { type JsonObject, stringAt } from '../../core/json/value.ts';
import type { Caller } from '../../core/request/proposal.ts';
import { type Envelope, type HeaderOf, metaKeys, modernVersion } from './era.ts';
import { createExchange } from './exchange.ts';
import type { Gate, Talk } from './gate.ts';
import { createListeners } from './listen.ts';
import type { Message } from './message.ts';
import { introduced } from './meta.ts';
import { notificationTreatment } from './methods.ts';
import type { Scope } from './namespace.ts';
import { capabilitiesOf, serverInfo } from './offer.ts';
import { createParking, type Journey } from './parked.ts';
import { defect, perform } from './perform.ts';
import { sendEmpty, sendError } from './respond.ts';
import { dressed } from './result.ts';
import { type Reply, rpcCodes } from './rpc.ts';
import { refusedEntry } from './running.ts';
import { whatIsAsked } from './wait-state.ts';

export interface ModernRequest {
  readonly res: ServerResponse;
  readonly caller: Caller;
  /** When the token of the request does. */
  readonly expiresAtMs: number;
  readonly scope: Scope;
  readonly envelope: Envelope;
  readonly header: HeaderOf;
  readonly sizeBytes: number;
}

export interface Modern {
  post(request: ModernRequest, message: Exclude<Message, { kind: 'response' }>): Promise<void>;
  forget(which: (caller: Caller) => boolean): void;
  tick(): void;
  close(): void;
}

type Request = Extract<Message, { kind: 'request' }>;

export function createModern(gate: Gate, clock: Clock): Modern {
  const { limits } = gate;
  const parking = createParking(clock, limits);
  const listeners = createListeners(gate, clock);

  function talkOf({ caller, expiresAtMs, scope, envelope, header }: ModernRequest, journey: Journey): Talk {
    const { clientCapabilities, clientInfo, logLevel } = envelope;
    return {
      era: 'modern',
      caller,
      expiresAtMs,
      scope,
      protocolVersion: modernVersion,
      clientCapabilities,
      clientInfo,
      logLevel,
      cancelled: journey.stop.signal,
      header,
      link: (server) =>
        gate.upstreams.link(server, 'modern', {
          task: caller.task,
          session: caller.session,
          clientCapabilities,
          clientInfo: introduced(clientInfo),
          protocolVersion: modernVersion,
        }),
      notify: journey.notify,
      detached: () => undefined,
      ask: journey.ask,
    };
  }

  async function discovered(talk: Talk): Promise<Reply> {
    const result = {
      supportedVersions: [modernVersion],
      capabilities: await capabilitiesOf(gate, talk),
      _meta: { [metaKeys.serverInfo]: serverInfo },
    };
    return { ok: true, result: dressed('modern', 'server/discover', result) };
  }

  async function answered(talk: Talk, method: string, params: JsonObject): Promise<Reply> {
    try {
      return method === 'server/discover'
        ? await discovered(talk)
        : await perform(gate, talk, method, params);
    } catch (error) {
      return defect(gate, method, error);
    }
  }

  async function serve(request: ModernRequest, { id, method, params = {} }: Request): Promise<void> {
    const { res, caller, sizeBytes } = request;
    let stop = new AbortController();
    const exchange = createExchange(res, id, limits.maxUnreadBytes, () => stop.abort('cancelled'));
    const state = stringAt(params, 'requestState');
    const what = whatIsAsked(request.scope, method, params);
    if (state !== undefined && parking.isOurs(state)) {
      const resumed = parking.resume(caller, params, what, state, exchange.notify);
      if (resumed.ok) stop = resumed.stop;
      return exchange.finish(await resumed.reply);
    }
    const entered = gate.running.enter(caller.session, sizeBytes, stop);
    if (!entered.ok) return exchange.finish(refusedEntry(entered.code));
    const reply = await parking.begin(caller, what, stop, exchange.notify, async (journey) => {
      try {
        return await answered(talkOf(request, journey), method, params);
      } finally {
        entered.leave();
      }
    });
    exchange.finish(reply);
  }

  return {
    async post(request, message) {
      const { res } = request;
      if (message.kind === 'request') {
        if (message.method !== 'subscriptions/listen') return serve(request, message);
        const journey: Journey = {
          stop: new AbortController(),
          notify: () => undefined,
          ask: async () => ({ error: { code: rpcCodes.methodNotFound, message: 'not here' } }),
        };
        return listeners.serve(res, message.id, talkOf(request, journey), journey.stop, message.params ?? {});
      }
      if (notificationTreatment('client', 'modern', message.method) === 'denied') {
        const text = `unknown notification: \`${message.method}\``;
        return sendError(res, 400, null, { code: rpcCodes.methodNotFound, message: text });
      }
      sendEmpty(res, 202);
    },
    forget: listeners.forget,
    tick: listeners.tick,
    close: listeners.close,
  };
}
