// SPDX-License-Identifier: Apache-2.0
/**
 * What events do to the requests of a session: asked, voted on, consumed. The steps themselves are the state
 * machine's (core/approval/approval.ts); an event that is no step changes nothing.
 */
import { requested, step } from '../approval/approval.ts';
import type { BodyOf } from '../record/event.ts';
import { type Change, drop, set } from './change.ts';
import { type Asked, facets, type OpenApproval, type View } from './facet.ts';

export function approvalAsked(
  view: View,
  event: BodyOf<'approval.requested'>,
  at: number,
): readonly Change[] {
  const { approval, agent, task, session, matter, card, asks, expiresAt } = event;
  const from = { agent, task, session };
  const key = facets.approval(approval);
  if (view.get(key) !== undefined) return [];
  const before = view.get(facets.asked(session)) ?? [];
  // What has had its time, and what this one takes the place of, nobody will find again.
  const isOver = (one: Asked): boolean => at >= one.expiresAt || one.matter === matter;
  const open = stillListed(view.get(facets.openApprovals) ?? [], at);
  return [
    ...before.filter(isOver).map((one) => drop(facets.approval(one.approval))),
    set(key, requested({ from, matter, card: card.digest, asks, expiresAt })),
    set(facets.asked(session), [...before.filter((one) => !isOver(one)), { matter, approval, expiresAt }]),
    set(facets.openApprovals, [...open, { approval, session, expiresAt }]),
  ];
}

export function approvalVoted(view: View, event: BodyOf<'approval.decided'>, at: number): readonly Change[] {
  const { approval, verdict, person, card, policies, reason } = event;
  const key = facets.approval(approval);
  const before = view.get(key);
  if (before === undefined) return [];
  const stepped = step(
    before,
    verdict === 'approve'
      ? { kind: 'approve', person, card, policies, at }
      : { kind: 'refuse', person, card, message: reason, at },
  );
  if (!stepped.ok) return [];
  const open = view.get(facets.openApprovals) ?? [];
  return [
    set(key, stepped.value),
    ...(stepped.value.status === 'requested'
      ? []
      : [
          set(
            facets.openApprovals,
            open.filter((one) => one.approval !== approval),
          ),
        ]),
  ];
}

/** Of those that nobody decided in time, listed until their end is on record. */
const maxUntold = 1000;

function stillListed(open: readonly OpenApproval[], at: number): readonly OpenApproval[] {
  const over = open.filter((one) => at >= one.expiresAt);
  if (over.length <= maxUntold) return open;
  const untold = new Set(over.slice(-maxUntold));
  return open.filter((one) => at < one.expiresAt || untold.has(one));
}

/** That nobody decided it in time. Once: what is not listed any more has been told, or was decided. */
export function approvalExpired(
  view: View,
  { approval, session }: BodyOf<'approval.expired'>,
  at: number,
): readonly Change[] {
  const open = view.get(facets.openApprovals) ?? [];
  if (!open.some((one) => one.approval === approval && at >= one.expiresAt)) return [];
  const listed = open.filter((one) => one.approval !== approval);
  const key = facets.approval(approval);
  const asked = view.get(facets.asked(session)) ?? [];
  const left = asked.filter((one) => one.approval !== approval);
  return [
    set(facets.openApprovals, listed),
    ...(view.get(key) === undefined ? [] : [drop(key)]),
    ...(left.length === asked.length ? [] : [set(facets.asked(session), left)]),
  ];
}

/** With the decision that rests on it, so that no other can. Only what may take effect consumes anything. */
export function consumed(
  view: View,
  { who, lifts, open }: Pick<BodyOf<'decision'>, 'who' | 'lifts'> & { readonly open?: unknown },
  at: number,
): readonly Change[] {
  if (open === undefined || !('session' in who)) return [];
  const used = new Set(lifts.flatMap(({ via }) => (via === undefined ? [] : [via])));
  if (used.size === 0) return [];
  const gone = [...used].filter((approval) => {
    const state = view.get(facets.approval(approval));
    return state !== undefined && step(state, { kind: 'consume', matter: state.matter, at }).ok;
  });
  if (gone.length === 0) return [];
  const asked = view.get(facets.asked(who.session)) ?? [];
  return [
    ...gone.map((approval) => drop(facets.approval(approval))),
    set(
      facets.asked(who.session),
      asked.filter((one) => !gone.includes(one.approval)),
    ),
  ];
}
