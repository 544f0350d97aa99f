// SPDX-License-Identifier: Apache-2.0
/**
 * `subscriptions/listen`: a stream of changes, filtered for one client, that stays open until it leaves.
 *
 * That a list changed carries no content and is passed on; each resource that a client wants to hear of
 * is decided on the road, and what was not allowed is missing from the acknowledgement. The stream is
 * acknowledged once the upstreams listen, so that nothing is missed in between.
 *
 * Source: MCP 2026-07-28, "Subscriptions".
 */
import type { ServerResponse } from 'node:http';
import type { Clock } from '../../app/ports.ts';
import { booleanAt, type JsonObject, objectAt, own, stringAt, stringsAt } from '../../core/json/value.ts';
import type { Caller } from '../../core/request/proposal.ts';
import { decided, type Leave } from './decided.ts';
import { metaKeys } from './era.ts';
import { eventStreamHeaders } from './event-stream.ts';
import type { Gate, Talk } from './gate.ts';
import { createHearing } from './hearing.ts';
import { nativeUri, serversOf, shownUri } from './namespace.ts';
import { relayable } from './notice.ts';
import { ownRequest } from './own-request.ts';
import { argsFrom } from './proposal.ts';
import { sendError } from './respond.ts';
import { notificationText, type RequestId, resultText, rpcCodes } from './rpc.ts';
import { type UpstreamAnswer, UpstreamUnavailable } from './upstream/link.ts';

export interface Listeners {
  serve(
    res: ServerResponse,
    id: RequestId,
    talk: Talk,
    stop: AbortController,
    params: JsonObject,
  ): Promise<void>;
  forget(which: (caller: Caller) => boolean): void;
  tick(): void;
  close(): void;
}

interface Filter {
  readonly toolsListChanged: boolean;
  readonly promptsListChanged: boolean;
  readonly resourcesListChanged: boolean;
  /** As the client wrote them. */
  readonly resourceSubscriptions: readonly string[];
}

const maxResources = 256;
/** How long upstreams get to begin listening before the client is told that it is heard. */
const acknowledgeWithinMs = 400;

export function createListeners(gate: Gate, clock: Clock): Listeners {
  const { limits } = gate;
  const hearing = createHearing(clock, acknowledgeWithinMs, limits.maxNoticeBytes);
  const open = new Map<ServerResponse, { readonly caller: Caller; end(): void }>();

  async function serve(
    res: ServerResponse,
    id: RequestId,
    talk: Talk,
    stop: AbortController,
    params: JsonObject,
  ): Promise<void> {
    const wanted = readFilter(params);
    if (wanted === undefined) {
      const message = '`params.notifications` must be a filter: booleans, and a list of URIs';
      return sendError(res, 200, id, { code: rpcCodes.invalidParams, message });
    }
    let held = 0;
    for (const { caller } of open.values()) if (caller.session === talk.caller.session) held++;
    if (held >= limits.maxListenersPerCaller || gate.running.isClosing) {
      const data = { code: gate.running.isClosing ? 'closing' : 'too_many_listeners' };
      return sendError(res, 200, id, { code: rpcCodes.limit, message: 'no more listeners are taken', data });
    }

    const stopped: (() => void)[] = [];
    let acknowledged = false;
    const waiting: string[] = [];
    const write = (text: string) => {
      if (res.destroyed || res.writableEnded) return;
      if (!acknowledged) {
        if (waiting.length < limits.maxNoticesPerCall) waiting.push(text);
        return;
      }
      res.write(`event: message\ndata: ${text}\n\n`);
      if (res.writableLength > limits.maxUnreadBytes) res.destroy();
    };
    res.on('close', () => {
      open.delete(res);
      stop.abort('cancelled');
      for (const unhear of stopped) unhear();
    });
    open.set(res, {
      caller: talk.caller,
      end() {
        if (res.headersSent) {
          const result = { resultType: 'complete', _meta: { [metaKeys.subscriptionId]: id } };
          res.end(`event: message\ndata: ${resultText(id, result)}\n\n`);
        } else res.destroy();
      },
    });

    const agreed = { ...wanted, resourceSubscriptions: await allowedResources(talk, wanted) };
    const hear = (server: string) => (method: string, said: JsonObject) => {
      if (!isWanted(agreed, talk, server, method, said)) return;
      const shown = relayable(talk, server, method, said, limits.maxNoticeBytes);
      if (shown === undefined) return;
      write(notificationText(method, { ...shown, _meta: { [metaKeys.subscriptionId]: id } }));
    };
    await Promise.all(
      serversOf(talk.scope).map(async (server) => {
        try {
          const link = await talk.link(server);
          stopped.push(link.onUnsolicited(hear(server)));
          if (link.facts.era === 'modern') {
            const uris = nativeUris(talk, server, agreed);
            const filter = filterShown({ ...agreed, resourceSubscriptions: uris });
            await hearing.listen(link, filter, talk.cancelled, hear(server));
          }
        } catch (error) {
          if (!(error instanceof UpstreamUnavailable)) throw error;
          gate.log('upstream_unavailable', { server, reason: error.message });
        }
      }),
    );
    if (res.destroyed) return;
    res.writeHead(200, eventStreamHeaders);
    acknowledged = true;
    write(
      notificationText('notifications/subscriptions/acknowledged', {
        notifications: filterShown(agreed),
        _meta: { [metaKeys.subscriptionId]: id },
      }),
    );
    for (const text of waiting) write(text);
  }

  async function allowedResources(talk: Talk, { resourceSubscriptions }: Filter): Promise<readonly string[]> {
    const allowed: string[] = [];
    for (const shown of resourceSubscriptions) {
      const native = nativeUri(talk.scope, shown) ?? { server: '', name: shown };
      const done = await decided(gate.road, limits, {
        caller: talk.caller,
        proposal: {
          method: 'resources/subscribe',
          server: native.server,
          target: native.name,
          args: { uri: native.name },
        },
        cancelled: talk.cancelled,
        run: (leave) => subscribed(talk, native.server, leave),
      });
      if (done.kind === 'result') allowed.push(shown);
    }
    return allowed;
  }

  /** An upstream of the era before is asked at once; one of this era when its stream is opened. */
  async function subscribed(talk: Talk, server: string, leave: Leave): Promise<UpstreamAnswer> {
    const link = await talk.link(server);
    if (link.facts.era === 'modern') {
      return leave.release()
        ? { kind: 'result', result: {}, sizeBytes: 2 }
        : { kind: 'failed', reason: 'not_released', sent: false };
    }
    return ownRequest(link, 'resources/subscribe', argsFrom(leave.args), {
      timeoutMs: limits.ownTimeoutMs,
      maxResultBytes: limits.maxNoticeBytes,
      signal: leave.signal,
      release: leave.release,
    });
  }

  return {
    serve,
    forget(which) {
      for (const { caller, end } of [...open.values()]) if (which(caller)) end();
    },
    tick() {
      for (const res of open.keys()) if (res.headersSent && !res.writableEnded) res.write(': keep-alive\n\n');
    },
    close() {
      for (const { end } of [...open.values()]) end();
    },
  };
}

function readFilter(params: JsonObject): Filter | undefined {
  const filter = objectAt(params, 'notifications');
  if (filter === undefined) return undefined;
  for (const flag of flags) {
    if (own(filter, flag) !== undefined && booleanAt(filter, flag) === undefined) return undefined;
  }
  const uris = stringsAt(filter, 'resourceSubscriptions');
  if (uris === undefined && own(filter, 'resourceSubscriptions') !== undefined) return undefined;
  if (uris !== undefined && uris.length > maxResources) return undefined;
  return {
    toolsListChanged: filter.toolsListChanged === true,
    promptsListChanged: filter.promptsListChanged === true,
    resourcesListChanged: filter.resourcesListChanged === true,
    resourceSubscriptions: uris ?? [],
  };
}

const flags = ['toolsListChanged', 'promptsListChanged', 'resourcesListChanged'] as const;

function filterShown(filter: Filter): JsonObject {
  return {
    ...Object.fromEntries(flags.filter((flag) => filter[flag]).map((flag) => [flag, true])),
    ...(filter.resourceSubscriptions.length === 0
      ? {}
      : { resourceSubscriptions: filter.resourceSubscriptions }),
  };
}

function nativeUris(talk: Talk, server: string, filter: Filter): readonly string[] {
  return filter.resourceSubscriptions.flatMap((shown) => {
    const native = nativeUri(talk.scope, shown);
    return native?.server === server ? [native.name] : [];
  });
}

function isWanted(filter: Filter, talk: Talk, server: string, method: string, params: JsonObject): boolean {
  switch (method) {
    case 'notifications/tools/list_changed':
      return filter.toolsListChanged;
    case 'notifications/prompts/list_changed':
      return filter.promptsListChanged;
    case 'notifications/resources/list_changed':
      return filter.resourcesListChanged;
    case 'notifications/resources/updated': {
      const uri = stringAt(params, 'uri');
      return uri !== undefined && filter.resourceSubscriptions.includes(shownUri(talk.scope, server, uri));
    }
    default:
      return false;
  }
}
