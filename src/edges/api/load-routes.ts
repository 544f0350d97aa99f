// SPDX-License-Identifier: Apache-2.0
// How much people are asked, over the administration API.
import { humanLoad } from '../../app/human-load.ts';
import type { Ledger } from '../../app/ports.ts';
import type { Road } from '../../app/road.ts';
import type { Route } from './server.ts';

const dayMs = 86_400_000;
const usualMs = 30 * dayMs;

export function loadRoutes(road: Road, ledger: Ledger): readonly Route[] {
  return [
    {
      method: 'GET',
      path: '/v1/approvals/load',
      run: async ({ operator, query }) => {
        const now = road.clock.wallMs();
        const asked = query.get('sinceMs');
        const since = asked === null ? now - usualMs : Number(asked);
        if (!Number.isSafeInteger(since) || since < 0)
          return {
            status: 400,
            body: {
              ...{ schemaVersion: 1, ok: false, code: 'invalid_since' },
              message: '`sinceMs` must be an instant in milliseconds',
            },
          };
        const load = await humanLoad(road, ledger, operator, since);
        const [from, until] = [since, now].map((at) => new Date(at).toISOString());
        return { status: 200, body: { schemaVersion: 1, since: from, until, ...load } };
      },
    },
  ];
}
