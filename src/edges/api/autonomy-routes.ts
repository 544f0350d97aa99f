// SPDX-License-Identifier: Apache-2.0
// How much an agent does by itself, over the administration API.
import { z } from 'zod';
import { setAutonomy } from '../../app/autonomy.ts';
import type { Road } from '../../app/road.ts';
import { autonomies } from '../../core/agent/autonomy.ts';
import { maxReasonLength } from '../../core/record/events/parts.ts';
import type { Route } from './server.ts';
import { invalid, refusal } from './task-routes.ts';

const autonomyShape = z.strictObject({
  agent: z.string().min(1).max(200),
  level: z.enum(autonomies),
  reason: z.string().max(maxReasonLength).default(''),
});

export function autonomyRoutes(road: Road): readonly Route[] {
  return [
    {
      method: 'POST',
      path: '/v1/autonomy',
      run: async ({ operator, body }) => {
        const input = autonomyShape.safeParse(body);
        if (!input.success) return invalid(input.error);
        const { agent, level, reason } = input.data;
        const done = await setAutonomy(road, operator, agent, level, reason);
        if (!done.ok) return refusal(done);
        return {
          status: 200,
          body: { schemaVersion: 1, ok: true, agent, ...done.value, decision: done.decision },
        };
      },
    },
  ];
}
