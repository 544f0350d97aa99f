// SPDX-License-Identifier: Apache-2.0
/**
 * Whether people have been asked about just this, and what they said: a question to the state, by the digest of the
 * matter. An approval is found by what is to be done and never by its name, so that no name lets anybody do anything.
 */
import type { Lift } from '../decision/verdict.ts';
import { facets, type View } from '../state/facet.ts';
import { type Approval, type Status, statusAt, step } from './approval.ts';

export type Match =
  | { readonly found: 'none' }
  /** Nobody has decided yet. */
  | { readonly found: 'open'; readonly approval: string; readonly expiresAt: number }
  | { readonly found: 'refused'; readonly approval: string; readonly by: string; readonly message: string }
  | { readonly found: 'approved'; readonly approval: string; readonly lifts: readonly Lift[] };

export function matchOf(view: View, session: string, matter: string, at: number): Match {
  const asked = (view.get(facets.asked(session)) ?? []).find((one) => one.matter === matter);
  const state = asked === undefined ? undefined : view.get(facets.approval(asked.approval));
  if (asked === undefined || state === undefined) return { found: 'none' };
  const { approval } = asked;
  switch (statusAt(state, at)) {
    case 'requested':
      return { found: 'open', approval, expiresAt: state.expiresAt };
    case 'refused':
      return {
        found: 'refused',
        approval,
        by: state.refusal?.by ?? '',
        message: state.refusal?.message ?? '',
      };
    case 'approved':
      return step(state, { kind: 'consume', matter, at }).ok
        ? { found: 'approved', approval, lifts: liftsBy(approval, state) }
        : { found: 'none' };
    case 'expired':
    case 'consumed':
      return { found: 'none' };
  }
}

/** What an approval takes away: each forbid that was asked about, by id and text digest, and nothing else. */
export function liftsBy(approval: string, { asks }: Pick<Approval, 'asks'>): readonly Lift[] {
  return asks.map(({ policy, text }) => ({ policy, textDigest: text, via: approval }));
}

/** A request as somebody was told of it who waits for it. */
export interface Waited {
  readonly approval: string;
  readonly expiresAt: number;
}

/** What became of it. What is over is kept no longer: used up, if that was before its time. */
export function statusOf(view: View, { approval, expiresAt }: Waited, at: number): Status {
  const state = view.get(facets.approval(approval));
  if (state !== undefined) return statusAt(state, at);
  return at < expiresAt ? 'consumed' : 'expired';
}

/** How many requests nobody has decided. */
export function openCounts(
  view: View,
  session: string,
  at: number,
): { readonly ofSession: number; readonly ofTenant: number } {
  const open = (view.get(facets.openApprovals) ?? []).filter(({ expiresAt }) => at < expiresAt);
  return { ofSession: open.filter((one) => one.session === session).length, ofTenant: open.length };
}

export const approvalLimits = {
  /** A task that asks more at once asks badly. */
  openPerSession: 16,
  openPerTenant: 1000,
  /** Forbids that one request lifts. */
  asks: 16,
} as const;
