// SPDX-License-Identifier: Apache-2.0
// Breaking the glass over the administration API. The yes of each person goes the way of any other: /v1/approvals/decide.
import { z } from 'zod';
import { askToBreakGlass, closeGlass, listGlass } from '../../app/break-glass.ts';
import type { Road } from '../../app/road.ts';
import { glassLimits } from '../../core/approval/break-glass.ts';
import { maxReasonLength } from '../../core/record/events/parts.ts';
import type { Route } from './server.ts';
import { invalid, refusal } from './task-routes.ts';

const name = z.string().min(1).max(200);
const reason = z.string().trim().min(1, 'a broken glass has a reason').max(maxReasonLength);
const openShape = z.strictObject({
  ...{ task: name, group: name, reason },
  forMs: z.number().int().min(60_000).max(glassLimits.maxForMs).default(glassLimits.forMs),
  as: name.optional(),
  dryRun: z.boolean().default(false),
});
const closeShape = z.strictObject({ task: name, reason });

export function breakGlassRoutes(road: Road): readonly Route[] {
  return [
    {
      method: 'GET',
      path: '/v1/break-glass',
      run: async () => ({ status: 200, body: { schemaVersion: 1, glass: glassNow(road) } }),
    },
    {
      method: 'POST',
      path: '/v1/break-glass/open',
      run: async ({ operator, body }) => {
        const input = openShape.safeParse(body);
        if (!input.success) return invalid(input.error);
        const { as, ...order } = input.data;
        const done = await askToBreakGlass(road, operator, { ...order, ...(as === undefined ? {} : { as }) });
        if (!done.ok) return refusal(done);
        return { status: 200, body: { schemaVersion: 1, ok: true, ...done.value, decision: done.decision } };
      },
    },
    {
      method: 'POST',
      path: '/v1/break-glass/close',
      run: async ({ operator, body }) => {
        const input = closeShape.safeParse(body);
        if (!input.success) return invalid(input.error);
        const done = await closeGlass(road, operator, input.data.task, input.data.reason);
        if (!done.ok) return refusal(done);
        return { status: 200, body: { schemaVersion: 1, ok: true, ...done.value, decision: done.decision } };
      },
    },
  ];
}

/** What is open, or waits for its second person: `status` says it too. */
export function glassNow(road: Pick<Road, 'sequencer' | 'clock'>) {
  return listGlass(road).map(({ until, ...rest }) => ({ ...rest, until: new Date(until).toISOString() }));
}
