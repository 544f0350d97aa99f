// SPDX-License-Identifier: Apache-2.0
// What is served on the port of the gateway beside it: signals of sources, and the long poll of jobs for their own calls.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Road } from '../app/road.ts';
import { circumstances } from '../core/session/circumstances.ts';
import { pollMs, shownDeferral } from '../edges/api/deferral-routes.ts';
import { hearSource, sourcePath } from '../edges/api/source-listener.ts';
import { createIdentities, type VerifyToken } from '../edges/mcp/bearer.ts';
import { createDeferralPoll, deferralPath } from '../edges/mcp/deferral-poll.ts';
import { loopbackHosts, strangerFault } from '../edges/mcp/origin.ts';
import { sendJson } from '../edges/mcp/respond.ts';

const maxCachedTokens = 1000;

/** @returns whether it was for one of these */
export function besideGateway(
  road: Road,
  verify: VerifyToken,
  resourceMetadataUrl: string,
): (req: IncomingMessage, res: ServerResponse) => boolean {
  const identities = createIdentities({
    async verify(token) {
      const verdict = await verify(token);
      return !verdict.ok || circumstances(road.sequencer.head, verdict.caller, road.clock.wallMs()).ok
        ? verdict
        : { ok: false, code: 'revoked' };
    },
    resourceMetadataUrl,
    wallMs: road.clock.wallMs,
    maxCached: maxCachedTokens,
  });
  const poll = createDeferralPoll(road, identities, pollMs, shownDeferral);
  const expected = { hosts: new Set(loopbackHosts), origins: new Set<string>() };
  const strange = JSON.stringify({ schemaVersion: 1, ok: false, code: 'stranger', message: 'not from here' });
  return (req, res) => {
    const [path] = (req.url ?? '').split('?', 1);
    if (path !== sourcePath && path !== deferralPath) return false;
    // A page in somebody's browser that was led here by a name of its own.
    if (strangerFault(expected, req.headers.host, req.headers.origin) !== undefined)
      sendJson(res, 403, strange);
    else if (path === sourcePath) void hearSource(road, req, res);
    else void poll(req, res);
    return true;
  };
}
