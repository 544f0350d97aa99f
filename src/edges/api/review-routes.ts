// SPDX-License-Identifier: Apache-2.0
// What has to be looked at, over the administration API: listed, shown, closed.
import { z } from 'zod';
import { closeReview, type Reviews } from '../../app/reviews.ts';
import type { Road } from '../../app/road.ts';
import { maxReasonLength } from '../../core/record/events/parts.ts';
import { reviewKinds } from '../../core/review/found.ts';
import type { Review } from '../../core/review/queue.ts';
import type { Route } from './server.ts';
import { invalid, refusal } from './task-routes.ts';

const name = z.string().min(1).max(200);
const doneShape = z.strictObject({
  review: name,
  /** What was looked at: whoever has seen less than there is has not closed it. */
  last: name,
  reason: z.string().max(maxReasonLength).regex(/\S/, 'say what came of it, for the record'),
  as: name.optional(),
});

export function reviewRoutes(road: Road, reviews: Reviews): readonly Route[] {
  return [
    {
      method: 'GET',
      path: '/v1/reviews',
      run: async () => ({
        status: 200,
        body: { schemaVersion: 1, reviews: reviews.open().map(told), unlisted: reviews.unlisted() },
      }),
    },
    {
      method: 'GET',
      path: '/v1/reviews/show',
      run: async ({ query }) => {
        const found = reviews.find(query.get('id') ?? '');
        if (found !== undefined) return { status: 200, body: { schemaVersion: 1, review: told(found) } };
        const message = `nothing open is called \`${query.get('id') ?? ''}\``;
        return { status: 404, body: { schemaVersion: 1, ok: false, code: 'not_found', message } };
      },
    },
    {
      method: 'POST',
      path: '/v1/reviews/done',
      run: async ({ operator, body }) => {
        const input = doneShape.safeParse(body);
        if (!input.success) return invalid(input.error);
        const { as, ...closing } = input.data;
        const done = await closeReview(road, reviews, operator, {
          ...closing,
          ...(as === undefined ? {} : { as }),
        });
        if (!done.ok) return refusal(done);
        return { status: 200, body: { schemaVersion: 1, ok: true, ...done.value, decision: done.decision } };
      },
    },
  ];
}

function told({ scene, at, lastAt, ...rest }: Review) {
  const [first, newest] = [at, lastAt].map((instant) => new Date(instant).toISOString());
  return { ...rest, ...scene, says: reviewKinds[rest.kind], at: first, lastAt: newest };
}
