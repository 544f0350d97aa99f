// SPDX-License-Identifier: Apache-2.0
// Over the administration API: another request made of one, with other arguments or for a whole task.
import { z } from 'zod';
import { editApproval } from '../../app/editing.ts';
import type { Ledger } from '../../app/ports.ts';
import type { Road } from '../../app/road.ts';
import { standingApproval } from '../../app/standing.ts';
import { patternLimits } from '../../core/approval/pattern.ts';
import type { JsonObject } from '../../core/json/value.ts';
import { maxReasonLength } from '../../core/record/events/parts.ts';
import { constraintShape } from '../../core/task/scope.ts';
import type { Route } from './server.ts';
import { invalid, refusal } from './task-routes.ts';

const name = z.string().min(1).max(200);
const said = {
  approval: name,
  card: z.string().regex(/^sha256:[0-9a-f]{64}$/, 'a card is named by its digest, as `show` tells it'),
  reason: z.string().trim().min(1, 'say why: whoever is asked next reads it').max(maxReasonLength),
  as: name.optional(),
  dryRun: z.boolean().default(false),
};
const editShape = z.strictObject({
  ...said,
  /** All of them, as they are to be. */
  args: z.custom<JsonObject>(
    (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
    'the arguments are an object',
  ),
});
const standingShape = z.strictObject({
  ...said,
  count: z.number().int().min(1).max(patternLimits.count),
  forMs: z.number().int().min(1000).max(patternLimits.untilMs),
  free: z
    .array(z.strictObject({ argument: name, must: constraintShape }))
    .max(patternLimits.free)
    .refine(
      (free) => new Set(free.map(({ argument }) => argument)).size === free.length,
      'each argument once',
    )
    .default([]),
});

export function insteadRoutes(road: Road, ledger: Pick<Ledger, 'readStream' | 'find'>): readonly Route[] {
  return [
    {
      method: 'POST',
      path: '/v1/approvals/edit',
      run: async ({ operator, body }) => {
        const input = editShape.safeParse(body);
        if (!input.success) return invalid(input.error);
        const { as, ...order } = input.data;
        const done = await editApproval(road, ledger, operator, {
          ...order,
          ...(as === undefined ? {} : { as }),
        });
        return done.ok ? made(done.value, done.decision) : refusal(done);
      },
    },
    {
      method: 'POST',
      path: '/v1/approvals/for-task',
      run: async ({ operator, body }) => {
        const input = standingShape.safeParse(body);
        if (!input.success) return invalid(input.error);
        const { as, ...order } = input.data;
        const done = await standingApproval(road, ledger, operator, {
          ...order,
          ...(as === undefined ? {} : { as }),
        });
        return done.ok ? made(done.value, done.decision) : refusal(done);
      },
    },
  ];
}

function made({ expiresAt, ...value }: { readonly expiresAt?: number }, decision: string) {
  const end = expiresAt === undefined ? {} : { expiresAt: new Date(expiresAt).toISOString() };
  return { status: 200, body: { schemaVersion: 1, ok: true, ...value, ...end, decision } };
}
