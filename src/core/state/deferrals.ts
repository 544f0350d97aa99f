// SPDX-License-Identifier: Apache-2.0
/**
 * What events do to calls that wait. A session knows its own: every decision of it reads the session, so that on any
 * number of nodes none is made without knowing what waits.
 */
import { afterCall, type Deferral, deferralLimits, statusAt } from '../deferral/deferral.ts';
import type { BodyOf } from '../record/event.ts';
import { type Change, drop, set } from './change.ts';
import { type Deferred, facets, type View } from './facet.ts';

export function deferralAsked(
  view: View,
  event: BodyOf<'deferral.requested'>,
  at: number,
): readonly Change[] {
  const { deferral, agent, task, session, action, matter, waits, depth, expiresAt } = event;
  const key = facets.deferral(deferral);
  const before = view.get(key);
  // Asked again: what it waits for is something else now, and its time goes on.
  if (before !== undefined) return before.status === 'waiting' ? [set(key, { ...before, waits })] : [];
  const of = view.get(facets.session(session));
  if (of === undefined) return [];
  const state: Deferral = {
    ...{ status: 'waiting', from: { agent, task, session }, action, matter, waits },
    ...{ seen: [], depth, requestedAt: at, expiresAt },
  };
  const others = (of.deferred ?? []).filter((one) => one.matter !== matter);
  const replaced = (of.deferred ?? []).filter((one) => one.matter === matter);
  const ended = others.filter((one) => isOver(view, one, at));
  const forgotten = ended.slice(0, Math.max(0, ended.length - deferralLimits.endedPerSession + 1));
  const kept = others.filter((one) => !forgotten.includes(one));
  const open = (view.get(facets.openDeferrals) ?? []).filter((one) => at < one.expiresAt);
  return [
    ...[...forgotten, ...replaced].map((one) => drop(facets.deferral(one.deferral))),
    set(key, state),
    set(facets.session(session), { ...of, deferred: [...kept, { matter, deferral }] }),
    set(facets.openDeferrals, [...open, { deferral, session, expiresAt }]),
  ];
}

function isOver(view: View, { deferral }: Deferred, at: number): boolean {
  const state = view.get(facets.deferral(deferral));
  return state === undefined || statusAt(state, at) !== 'waiting';
}

export function deferralCancelled(
  view: View,
  { deferral, author, reason }: BodyOf<'deferral.cancelled'>,
  at: number,
): readonly Change[] {
  const key = facets.deferral(deferral);
  const before = view.get(key);
  if (before === undefined || statusAt(before, at) !== 'waiting') return [];
  return [
    set(key, { ...before, status: 'cancelled', cancelled: { by: author, reason } }),
    ...closed(view, deferral),
  ];
}

/** With the decision that lets it through, so that no other can. Only what may take effect consumes anything. */
export function deferralConsumed(
  view: View,
  {
    who,
    deferral,
    open,
  }: Pick<BodyOf<'decision'>, 'who'> & { readonly deferral?: string | undefined; readonly open?: unknown },
): readonly Change[] {
  if (open === undefined || deferral === undefined || !('session' in who)) return [];
  const key = facets.deferral(deferral);
  const of = view.get(facets.session(who.session));
  if (view.get(key) === undefined || of === undefined) return [];
  const { deferred = [], ...rest } = of;
  const left = deferred.filter((one) => one.deferral !== deferral);
  return [
    drop(key),
    set(facets.session(who.session), left.length === 0 ? rest : { ...rest, deferred: left }),
    ...closed(view, deferral),
  ];
}

/** A call of the session came back well: who waits for one like it may go on. */
export function deferralsAfter(view: View, session: string, action: string): readonly Change[] {
  return (view.get(facets.session(session))?.deferred ?? []).flatMap(({ deferral }) => {
    const key = facets.deferral(deferral);
    const state = view.get(key);
    const after = state === undefined ? undefined : afterCall(state, action);
    return after === undefined ? [] : [set(key, after)];
  });
}

function closed(view: View, deferral: string): readonly Change[] {
  const open = view.get(facets.openDeferrals) ?? [];
  return open.some((one) => one.deferral === deferral)
    ? [
        set(
          facets.openDeferrals,
          open.filter((one) => one.deferral !== deferral),
        ),
      ]
    : [];
}
