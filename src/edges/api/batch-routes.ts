// SPDX-License-Identifier: Apache-2.0
// Requests that are alike, answered together, over the administration API.
import { z } from 'zod';
import { alikeTo, decideBatch, maxBatch } from '../../app/batch.ts';
import type { Ledger } from '../../app/ports.ts';
import type { Road } from '../../app/road.ts';
import { maxReasonLength } from '../../core/record/events/parts.ts';
import type { Operator } from '../../core/request/proposal.ts';
import type { Answer, Route } from './server.ts';
import { invalid } from './task-routes.ts';

const name = z.string().min(1).max(200);
const batchShape = z
  .strictObject({
    items: z
      .array(
        z.strictObject({
          approval: name,
          /** Of each one: a list that was not looked at whole is not decided. */
          card: z
            .string()
            .regex(/^sha256:[0-9a-f]{64}$/, 'a card is named by its digest, as `show` tells it'),
        }),
      )
      .min(1)
      .max(maxBatch),
    verdict: z.enum(['approve', 'refuse']),
    reason: z.string().max(maxReasonLength).default(''),
    as: name.optional(),
  })
  .refine(({ verdict, reason }) => verdict === 'approve' || reason.trim() !== '', {
    error: 'a refusal has a reason: the agent reads it',
    path: ['reason'],
  });

export function batchRoutes(road: Road, ledger: Ledger): readonly Route[] {
  return [
    {
      method: 'GET',
      path: '/v1/approvals/alike',
      run: async ({ query }) => {
        const id = query.get('id') ?? '';
        const approvals = await alikeTo(road, ledger, id);
        return approvals === undefined
          ? problem(404, 'not_found', `no request \`${id}\` waits for anybody`)
          : { status: 200, body: { schemaVersion: 1, approvals } };
      },
    },
  ];
}

/** A list of requests, posted to where a single one is decided. */
export async function decideList(
  road: Road,
  ledger: Ledger,
  operator: Operator,
  body: unknown,
): Promise<Answer> {
  const input = batchShape.safeParse(body);
  if (!input.success) return invalid(input.error);
  const { as, ...said } = input.data;
  const batch = await decideBatch(road, ledger, operator, { ...said, ...(as === undefined ? {} : { as }) });
  if (!batch.ok) return problem(409, batch.code, batch.reason);
  const items = batch.items.map(({ approval, done }) => {
    if (done.ok) return { approval, ok: true, ...done.value, decision: done.decision };
    const { code, reason, decision, policies } = done;
    return { approval, ok: false, code, message: reason ?? code, decision, policies };
  });
  return { status: 200, body: { schemaVersion: 1, ok: batch.items.every(({ done }) => done.ok), items } };
}

function problem(status: number, code: string, message: string): Answer {
  return { status, body: { schemaVersion: 1, ok: false, code, message } };
}
