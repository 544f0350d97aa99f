// SPDX-License-Identifier: Apache-2.0
/**
 * Where a job waits for its own calls without a connection of the protocol: `GET /v1/deferrals/wait?id=...` beside the
 * gateway, with its token. A long poll; what it tells is what the refusal told, and how it stands now.
 *
 * Of calls of another session it says what it says of those that there are not.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { awaitDeferral, type ShownDeferral, showDeferral } from '../../app/deferrals.ts';
import type { Road } from '../../app/road.ts';
import type { Identities } from './bearer.ts';
import { sendJson } from './respond.ts';

export const deferralPath = '/v1/deferrals/wait';

/** Polls at a time: each holds a connection and nothing else. */
const maxPolls = 200;

export function createDeferralPoll(
  road: Pick<Road, 'sequencer' | 'clock' | 'registry'>,
  identities: Pick<Identities, 'identify'>,
  pollMs: (text: string | null) => number,
  shownAs: (shown: ShownDeferral) => object,
): (req: IncomingMessage, res: ServerResponse) => Promise<void> {
  let polls = 0;
  return async (req, res) => {
    res.on('error', () => res.destroy());
    try {
      const who = await identities.identify(req.headers.authorization);
      if (!who.ok)
        return sendJson(res, 401, problem('unauthorized', who.message), {
          'www-authenticate': who.challenge,
        });
      if (req.method !== 'GET')
        return sendJson(res, 405, problem('unknown_route', 'a wait is asked for with GET'));
      if (polls >= maxPolls)
        return sendJson(res, 429, problem('overloaded', 'too many wait already: ask again'));
      const query = new URL(req.url ?? '/', 'http://local').searchParams;
      const id = query.get('id') ?? '';
      const own = (shown: ShownDeferral | undefined) => shown?.session === who.caller.session;
      const unknown = problem('not_found', 'no call of this session waits under this id');
      if (!own(showDeferral(road, id))) return sendJson(res, 404, unknown);
      const gone = new AbortController();
      res.once('close', () => gone.abort());
      polls += 1;
      const shown = await awaitDeferral(road, id, pollMs(query.get('ms')), gone.signal).finally(() => {
        polls -= 1;
      });
      if (shown === undefined) return sendJson(res, 404, unknown);
      sendJson(res, 200, JSON.stringify({ schemaVersion: 1, ...shownAs(shown) }));
    } catch {
      if (res.headersSent) res.destroy();
      else sendJson(res, 500, problem('internal', 'internal error'));
    }
  };
}

function problem(code: string, message: string): string {
  return JSON.stringify({ schemaVersion: 1, ok: false, code, message });
}
