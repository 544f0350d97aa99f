// SPDX-License-Identifier: Apache-2.0
// Requests to people over the administration API: listed, looked at, decided.
import { z } from 'zod';
import { decideApproval, listApprovals, openCard, votesOf } from '../../app/approvals.ts';
import type { Ledger } from '../../app/ports.ts';
import { type ApprovalRead, usedBy } from '../../app/read-approval.ts';
import { readable } from '../../app/read-records.ts';
import type { Road } from '../../app/road.ts';
import { statusAt } from '../../core/approval/approval.ts';
import { maxReasonLength } from '../../core/record/events/parts.ts';
import { facets } from '../../core/state/facet.ts';
import { decideList } from './batch-routes.ts';
import { insteadRoutes } from './instead-routes.ts';
import type { Answer, Route } from './server.ts';
import { invalid, refusal } from './task-routes.ts';

const name = z.string().min(1).max(200);
const decideShape = z
  .strictObject({
    approval: name,
    verdict: z.enum(['approve', 'refuse']),
    /** What was looked at: whoever has seen nothing has decided nothing. */
    card: z.string().regex(/^sha256:[0-9a-f]{64}$/, 'a card is named by its digest, as `show` tells it'),
    reason: z.string().max(maxReasonLength).default(''),
    as: name.optional(),
  })
  .refine(({ verdict, reason }) => verdict === 'approve' || reason.trim() !== '', {
    error: 'a refusal has a reason: the agent reads it',
    path: ['reason'],
  });

/** @param deskUrlOf where a request is decided, once answers over the socket count for nobody */
export function approvalRoutes(
  road: Road,
  ledger: Ledger,
  deskUrlOf?: (approval: string) => string | undefined,
): readonly Route[] {
  return [
    {
      method: 'GET',
      path: '/v1/approvals',
      run: async () => {
        const approvals = listApprovals(road).map(({ expiresAt, ...rest }) => ({
          ...rest,
          expiresAt: new Date(expiresAt).toISOString(),
        }));
        return { status: 200, body: { schemaVersion: 1, approvals } };
      },
    },
    {
      method: 'GET',
      path: '/v1/approvals/show',
      run: async ({ operator, query }) => {
        const opened = await openCard(road, ledger, operator, query.get('id') ?? '');
        if (!opened.ok) return refusal(opened);
        const { read, card } = opened.value;
        return shown(road, read, await usedBy(ledger, read), readable(card), opened.decision);
      },
    },
    {
      method: 'POST',
      path: '/v1/approvals/decide',
      run: async ({ operator, body }) => {
        if ('items' in body) return decideList(road, ledger, operator, body);
        const input = decideShape.safeParse(body);
        if (!input.success) return invalid(input.error);
        const { as, ...said } = input.data;
        const done = await decideApproval(road, operator, {
          ...said,
          ...(as === undefined ? {} : { as }),
        });
        if (!done.ok) {
          const url = done.code === 'not_possible' ? deskUrlOf?.(said.approval) : undefined;
          return refusal(url === undefined ? done : { ...done, reason: `${done.reason} (${url})` });
        }
        return { status: 200, body: { schemaVersion: 1, ok: true, ...done.value, decision: done.decision } };
      },
    },
    ...insteadRoutes(road, ledger),
  ];
}

function shown(
  road: Pick<Road, 'sequencer' | 'clock'>,
  { request, decided }: ApprovalRead,
  user: string | undefined,
  card: unknown,
  decision: string,
): Answer {
  const { approval, agent, task, session, decision: asked, expiresAt } = request;
  const state = road.sequencer.head.get(facets.approval(approval));
  const now = state === undefined ? 'expired' : statusAt(state, road.clock.wallMs());
  return {
    status: 200,
    body: {
      schemaVersion: 1,
      ...{ approval, agent, task, session },
      status: user === undefined ? now : 'consumed',
      askedBy: asked,
      expiresAt: new Date(expiresAt).toISOString(),
      cardDigest: request.card.digest,
      card,
      votes: state === undefined ? [] : votesOf(state),
      decided: decided.map(({ person, operator, verdict, policies, reason, at }) => ({
        ...{ person, operator, verdict, policies, reason },
        at: new Date(at).toISOString(),
      })),
      ...(user === undefined ? {} : { usedBy: user }),
      decision,
    },
  };
}
