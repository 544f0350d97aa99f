// SPDX-License-Identifier: Apache-2.0
// Publishing, trying, going back, and what was published. Decides nothing itself: the road does.
import { z } from 'zod';
import type { Administered } from '../../app/administer.ts';
import type { Tried } from '../../app/candidate.ts';
import type { CandidateReport } from '../../app/candidate-report.ts';
import type { Listed } from '../../app/publications.ts';
import { maxReasonLength } from '../../core/record/events/parts.ts';
import type { Operator } from '../../core/request/proposal.ts';
import type { Problem } from './catalogue-routes.ts';
import type { Answer, Route } from './server.ts';
import type { Reloaded } from './status-routes.ts';
import { invalid, refusal, statusOf } from './task-routes.ts';

interface Unfit {
  readonly ok: false;
  readonly problems: readonly Problem[];
}

export interface Publisher {
  readonly publish: (operator: Operator, reason: string) => Promise<Reloaded>;
  /** What is in force by now. */
  readonly digests: () => { readonly policies: string; readonly catalogue: string };
  readonly tryFiles: (
    operator: Operator,
    dir: string | undefined,
    reason: string,
  ) => Promise<Administered<Tried> | Unfit>;
  readonly withdraw: (operator: Operator, reason: string) => Promise<Administered<Tried>>;
  readonly rollback: (
    operator: Operator,
    to: string | undefined,
    reason: string,
    dryRun: boolean,
  ) => Promise<
    Administered<{ readonly to: Listed; readonly policy: string; readonly changed: boolean }> | Unfit
  >;
  readonly list: (limit: number) => Promise<readonly Listed[]>;
  readonly compare: () => Promise<CandidateReport | undefined>;
}

const reason = z.string().max(maxReasonLength).default('published by command');

const publishShape = z.discriminatedUnion('mode', [
  z.strictObject({ mode: z.literal('enforce'), reason }),
  z.strictObject({
    mode: z.literal('shadow'),
    dir: z.string().min(1).max(4096).startsWith('/', 'a directory is named from the root').optional(),
    reason,
  }),
  z.strictObject({ mode: z.literal('off'), reason }),
]);

const rollbackShape = z.strictObject({
  to: z.string().min(1).max(256).optional(),
  reason: z.string().max(maxReasonLength).default('rolled back by command'),
  dryRun: z.boolean().default(false),
});

const limitShape = z.coerce.number().int().min(1).max(1000).default(20);

export function policyRoutes(publisher: Publisher): readonly Route[] {
  async function published(operator: Operator, why: string): Promise<Answer> {
    const { state, problems, refused: by } = await publisher.publish(operator, why);
    if (state === 'in_force')
      return { status: 200, body: { schemaVersion: 1, ok: true, ...publisher.digests() } };
    const message = problems[0]?.message ?? 'the files are not in force';
    if (by === undefined) return unfit({ ok: false, problems }, message);
    return { status: statusOf[by.code], body: { schemaVersion: 1, ok: false, message, problems, ...by } };
  }

  return [
    {
      method: 'POST',
      path: '/v1/policies/publish',
      run: async ({ operator, body }) => {
        const order = publishShape.safeParse({ mode: 'enforce', ...body });
        if (!order.success) return invalid(order.error);
        const { mode, reason: why } = order.data;
        if (mode === 'enforce') return published(operator, why);
        const done =
          mode === 'off'
            ? await publisher.withdraw(operator, why)
            : await publisher.tryFiles(operator, order.data.dir, why);
        return done.ok ? told(mode, done) : refused(done);
      },
    },
    {
      method: 'POST',
      path: '/v1/policies/rollback',
      run: async ({ operator, body }) => {
        const order = rollbackShape.safeParse(body);
        if (!order.success) return invalid(order.error);
        const { to, reason: why, dryRun } = order.data;
        const done = await publisher.rollback(operator, to, why, dryRun);
        return done.ok
          ? {
              status: 200,
              body: {
                schemaVersion: 1,
                ok: true,
                dryRun,
                ...done.value,
                ...(dryRun ? {} : { decision: done.decision }),
              },
            }
          : refused(done);
      },
    },
    {
      method: 'GET',
      path: '/v1/policies/log',
      run: async ({ query }) => {
        const limit = limitShape.safeParse(query.get('limit') ?? undefined);
        if (!limit.success) return invalid(limit.error);
        return { status: 200, body: { schemaVersion: 1, publications: await publisher.list(limit.data) } };
      },
    },
    {
      method: 'GET',
      path: '/v1/policies/candidate',
      run: async () => {
        const candidate = await publisher.compare();
        return { status: 200, body: { schemaVersion: 1, candidate: candidate ?? null } };
      },
    },
  ];
}

function told(
  mode: 'shadow' | 'off',
  { value, decision }: Extract<Administered<Tried>, { ok: true }>,
): Answer {
  return { status: 200, body: { schemaVersion: 1, ok: true, mode, ...value, decision } };
}

function refused(done: Extract<Administered<unknown>, { ok: false }> | Unfit): Answer {
  return 'problems' in done ? unfit(done) : refusal(done);
}

function unfit({ problems }: Unfit, message = problems[0]?.message ?? 'the policies do not fit'): Answer {
  return {
    status: 422,
    body: { schemaVersion: 1, ok: false, code: 'files_refused', message, problems },
  };
}
