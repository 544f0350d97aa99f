// SPDX-License-Identifier: Apache-2.0
// Calls that wait, over the administration API: listed, looked at, waited for, cancelled.
import { z } from 'zod';
import {
  awaitDeferral,
  cancelDeferral,
  listDeferrals,
  type ShownDeferral,
  showDeferral,
} from '../../app/deferrals.ts';
import type { Road } from '../../app/road.ts';
import { maxReasonLength } from '../../core/record/events/parts.ts';
import type { Answer, Route } from './server.ts';
import { invalid, refusal } from './task-routes.ts';

const cancelShape = z.strictObject({
  deferral: z.string().min(1).max(200),
  reason: z.string().min(1, 'say why: the agent reads it').max(maxReasonLength),
});

/** Of one long poll. */
export const longestPollMs = 60_000;

export function deferralRoutes(road: Road): readonly Route[] {
  return [
    {
      method: 'GET',
      path: '/v1/deferrals',
      run: async () => told({ deferrals: listDeferrals(road).map(shownDeferral) }),
    },
    {
      method: 'GET',
      path: '/v1/deferrals/show',
      run: async ({ query }) => one(showDeferral(road, query.get('id') ?? '')),
    },
    {
      method: 'GET',
      path: '/v1/deferrals/wait',
      run: async ({ query, signal }) =>
        one(await awaitDeferral(road, query.get('id') ?? '', pollMs(query.get('ms')), signal)),
    },
    {
      method: 'POST',
      path: '/v1/deferrals/cancel',
      run: async ({ operator, body }) => {
        const input = cancelShape.safeParse(body);
        if (!input.success) return invalid(input.error);
        const { deferral, reason } = input.data;
        const done = await cancelDeferral(road, operator, deferral, reason);
        return done.ok ? told({ ok: true, deferral, decision: done.decision }) : refusal(done);
      },
    },
  ];
}

/** @param text milliseconds; absent or not understood: half a minute */
export function pollMs(text: string | null): number {
  return text !== null && /^\d{1,6}$/.test(text) ? Math.min(Number(text), longestPollMs) : 30_000;
}

export function shownDeferral({ requestedAt, expiresAt, ...rest }: ShownDeferral): object {
  return {
    ...rest,
    requestedAt: new Date(requestedAt).toISOString(),
    expiresAt: new Date(expiresAt).toISOString(),
  };
}

function one(shown: ShownDeferral | undefined): Answer {
  return shown === undefined
    ? {
        status: 404,
        body: { schemaVersion: 1, ok: false, code: 'not_found', message: 'no call waits under this id' },
      }
    : told(shownDeferral(shown));
}

function told(body: object): Answer {
  return { status: 200, body: { schemaVersion: 1, ...body } };
}
