// SPDX-License-Identifier: Apache-2.0
/**
 * The MCP gateway: one endpoint for both eras of the protocol, in front of all upstreams at `/mcp` and
 * of one at `/mcp/<server>`. Everything that takes effect goes through the road.
 *
 * Source: docs/mcp-gateway.md.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Road } from '../../app/road.ts';
import { createWaitingRoom } from '../../app/waiting.ts';
import type { Caller } from '../../core/request/proposal.ts';
import { circumstances } from '../../core/session/circumstances.ts';
import { createIdentities, type VerifyToken } from './bearer.ts';
import { createDeclared } from './declared.ts';
import type { DeskUrlOf, Gate, GatewayLog, MayList } from './gate.ts';
import { createLegacy } from './legacy.ts';
import { defaultLimits, type GatewayLimits } from './limits.ts';
import { serve } from './listener.ts';
import { createModern } from './modern.ts';
import { loopbackHosts } from './origin.ts';
import { sendError } from './respond.ts';
import { rpcCodes } from './rpc.ts';
import { createRunning } from './running.ts';
import type { Upstreams } from './upstream/link.ts';

export interface McpGatewayOptions {
  readonly road: Road;
  readonly upstreams: Upstreams;
  readonly verifyToken: VerifyToken;
  /** Absolute URL of the RFC 9728 metadata of this resource. */
  readonly resourceMetadataUrl: string;
  /** Host names without ports; loopback names where nothing is said. */
  readonly allowedHosts?: readonly string[];
  /** Whole origins besides those on `allowedHosts`. */
  readonly allowedOrigins?: readonly string[];
  readonly limits?: Partial<GatewayLimits>;
  readonly mayList: MayList;
  readonly log: GatewayLog;
  /** Where people decide, if there is such a page. Absent: no client is sent anywhere. */
  readonly deskUrlOf?: DeskUrlOf;
}

export interface McpGateway {
  handle(req: IncomingMessage, res: ServerResponse): void;
  /** Forgets who lost its standing: its tokens are verified anew, its sessions and listeners end. */
  forget(which: (caller: Caller) => boolean): void;
  /** Calls that are held for people now. */
  held(): number;
  /** Takes nothing new, lets calls finish for `graceMs`, then stops them. Upstreams are not closed. */
  close(graceMs: number): Promise<void>;
}

export function createMcpGateway(options: McpGatewayOptions): McpGateway {
  const { road, upstreams, mayList, log } = options;
  const { clock } = road;
  const limits: GatewayLimits = { ...defaultLimits, ...options.limits };
  const gate: Gate = {
    road,
    upstreams,
    limits,
    declared: createDeclared(limits, clock.monotonicMs),
    running: createRunning(limits, clock.after),
    waiting: createWaitingRoom(road, limits.maxHeldCalls),
    asking: new Set(),
    mayList,
    log,
    deskUrlOf: options.deskUrlOf,
  };
  const identities = createIdentities({
    // A token outlives what it speaks of: whoever has no standing gets nothing started and nothing listed.
    async verify(token) {
      const verdict = await options.verifyToken(token);
      if (!verdict.ok) return verdict;
      const standing = circumstances(road.sequencer.head, verdict.caller, clock.wallMs());
      return standing.ok ? verdict : { ok: false, code: 'revoked' };
    },
    resourceMetadataUrl: options.resourceMetadataUrl,
    wallMs: clock.wallMs,
    maxCached: limits.maxCachedTokens,
  });
  const legacy = createLegacy(gate, clock);
  const modern = createModern(gate, clock);
  const expected = {
    hosts: new Set((options.allowedHosts ?? loopbackHosts).map((host) => host.toLowerCase())),
    origins: new Set(options.allowedOrigins ?? []),
  };
  const parts = { gate, legacy, modern, identities, expected };

  let takeBack = () => {};
  const tick = () => {
    legacy.tick();
    modern.tick();
    takeBack = clock.after(limits.streamKeepAliveMs, tick);
  };
  takeBack = clock.after(limits.streamKeepAliveMs, tick);

  return {
    handle(req, res) {
      // A client that goes away in the middle of an answer is no reason to fall over.
      res.on('error', () => res.destroy());
      serve(parts, req, res).catch((error: unknown) => {
        log('internal_error', { error: error instanceof Error ? error.name : 'thrown' });
        if (res.headersSent) res.destroy();
        else sendError(res, 500, null, { code: rpcCodes.internal, message: 'internal error' });
      });
    },
    forget(which) {
      identities.forget(which);
      legacy.forget(which);
      modern.forget(which);
    },
    held: () => gate.waiting.size,
    async close(graceMs) {
      takeBack();
      // Whoever waits for people has nothing that could be finished.
      gate.waiting.close();
      await gate.running.drain(graceMs);
      modern.close();
      legacy.close();
    },
  };
}
