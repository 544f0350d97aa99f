// SPDX-License-Identifier: Apache-2.0
// Steering what runs, over the administration API: revoking, also what a filter matches, and holds.
import { z } from 'zod';
import { liftHold, listHolds, restore, setHold } from '../../app/holds.ts';
import type { Reach } from '../../app/reach.ts';
import { revoke, sweep, wouldRevoke, wouldSweep } from '../../app/revoke.ts';
import type { Road } from '../../app/road.ts';
import { holdKinds } from '../../core/hold/hold.ts';
import type { SweepFilter } from '../../core/hold/sweep.ts';
import { maxReasonLength } from '../../core/record/events/parts.ts';
import type { Answer, Route } from './server.ts';
import { invalid, refusal, settled } from './task-routes.ts';

const name = z.string().min(1).max(200);
const reason = z.string().max(maxReasonLength).default('');

const revokeShape = z.strictObject({
  scope: z.enum(['agent', 'task', 'session', 'token', 'tool', 'policy']),
  target: z.string().min(1).max(256),
  reason,
  dryRun: z.boolean().default(false),
});

const matchingShape = z
  .strictObject({
    agent: name.optional(),
    owner: name.optional(),
    onBehalfOf: name.optional(),
    taskType: name.optional(),
    sinceMs: z.number().int().nonnegative().default(0),
    reason,
    dryRun: z.boolean().default(false),
  })
  .refine(
    ({ agent, owner, onBehalfOf, taskType, sinceMs }) =>
      sinceMs > 0 || [agent, owner, onBehalfOf, taskType].some((one) => one !== undefined),
    { error: 'a filter says something: an agent, an owner, a person, a type of tasks or a time' },
  );

const scopeShape = z.enum(['agent', 'task', 'session', 'all']);
const target = name.default('default');
const holdShape = z.strictObject({
  scope: scopeShape,
  target,
  hold: z.enum(holdKinds).default('pause'),
  calls: z.enum(['finish', 'abort']).default('finish'),
  reason,
});
const liftShape = z.strictObject({
  scope: z.enum([...scopeShape.options, 'tool', 'policy']),
  target,
  hold: z.enum(holdKinds).optional(),
  reason: z.string().min(1, 'say why, for the record').max(maxReasonLength),
});

export function steeringRoutes(road: Road): readonly Route[] {
  return [
    {
      method: 'POST',
      path: '/v1/revoke',
      run: async ({ operator, body }) => {
        const input = revokeShape.safeParse(body);
        if (!input.success) return invalid(input.error);
        const { scope, target: id, reason: why, dryRun } = input.data;
        if (!dryRun) return settled(await revoke(road, operator, scope, id, why));
        const found = wouldRevoke(road, scope, id);
        return found.ok ? reached(found.reach) : refusal({ ...found, policies: [] });
      },
    },
    {
      method: 'POST',
      path: '/v1/revoke/matching',
      run: async ({ operator, body }) => {
        const input = matchingShape.safeParse(body);
        if (!input.success) return invalid(input.error);
        const { sinceMs, reason: why, dryRun, ...named } = input.data;
        const filter: SweepFilter = { ...named, since: sinceMs };
        if (dryRun) return reached(wouldSweep(road, filter));
        const done = await sweep(road, operator, filter, why);
        return done.ok ? reached(done.value, done.decision) : refusal(done);
      },
    },
    {
      method: 'GET',
      path: '/v1/holds',
      run: async () => ({ status: 200, body: { schemaVersion: 1, ...listHolds(road.sequencer.head) } }),
    },
    {
      method: 'POST',
      path: '/v1/holds',
      run: async ({ operator, body }) => {
        const input = holdShape.safeParse(body);
        return input.success ? settled(await setHold(road, operator, input.data)) : invalid(input.error);
      },
    },
    {
      method: 'POST',
      path: '/v1/holds/lift',
      run: async ({ operator, body }) => {
        const input = liftShape.safeParse(body);
        if (!input.success) return invalid(input.error);
        const { scope, target: id, hold, reason: why } = input.data;
        if (scope === 'tool' || scope === 'policy')
          return settled(await restore(road, operator, scope, id, why));
        const order = { scope, target: id, ...(hold === undefined ? {} : { hold }) };
        const done = await liftHold(road, operator, order, why);
        if (!done.ok) return refusal(done);
        return { status: 200, body: { schemaVersion: 1, ok: true, ...done.value, decision: done.decision } };
      },
    },
  ];
}

/** Lists are long only where much ends: what is cut is counted. */
const maxListed = 1000;

function reached(reach: Reach, decision?: string): Answer {
  const counts = Object.fromEntries(Object.entries(reach).map(([what, list]) => [what, list.length]));
  const listed = Object.fromEntries(
    Object.entries(reach).map(([what, list]) => [what, list.slice(0, maxListed)]),
  );
  return {
    status: 200,
    body: {
      schemaVersion: 1,
      ok: true,
      dryRun: decision === undefined,
      counts,
      ...listed,
      ...(decision === undefined ? {} : { decision }),
    },
  };
}
