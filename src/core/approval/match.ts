// SPDX-License-Identifier: Apache-2.0
/**
 * Whether people have been asked about just this, and what they said: a question to the state, by the digest of the
 * matter. An approval is found by what is to be done and never by its name, so that no name lets anybody do anything.
 */
import type { Lift } from '../decision/verdict.ts';
import type { Pseudonym } from '../record/secret.ts';
import { facets, type View } from '../state/facet.ts';
import { type Approval, type Ask, type Status, statusAt, step } from './approval.ts';
import { type Candidate, fits } from './pattern.ts';

export type Match =
  | { readonly found: 'none' }
  /** Nobody has decided yet. */
  | { readonly found: 'open'; readonly approval: string; readonly expiresAt: number }
  | { readonly found: 'refused'; readonly approval: string; readonly by: string; readonly message: string }
  | { readonly found: 'approved'; readonly approval: string; readonly lifts: readonly Lift[] }
  /** People said yes to what one of them made of it. */
  | { readonly found: 'edited'; readonly approval: string };

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
      if (state.standing !== undefined) return { found: 'none' };
      if (state.changed !== undefined) return { found: 'edited', approval };
      return step(state, { kind: 'consume', matter, at }).ok
        ? { found: 'approved', approval, lifts: liftsBy(approval, state) }
        : { found: 'none' };
    case 'expired':
    case 'consumed':
      return { found: 'none' };
  }
}

/** Whether people said yes to just this change: what it comes to has to be what they were shown. */
export function editLifts(
  view: View,
  approval: string,
  matter: string,
  at: number,
): readonly Lift[] | undefined {
  const state = view.get(facets.approval(approval));
  if (state?.changed === undefined || !step(state, { kind: 'consume', matter, at }).ok) return undefined;
  return liftsBy(approval, state);
}

/** An approval for the whole task that lets this through, if there is one. Each rule that asks has to be in it. */
export function standingFor(
  view: View,
  task: string,
  candidate: Candidate,
  asks: readonly Ask[],
  pseudonym: Pseudonym,
  at: number,
): readonly Lift[] | undefined {
  for (const { approval } of view.get(facets.standing(task)) ?? []) {
    const state = view.get(facets.approval(approval));
    if (state?.standing === undefined || statusAt(state, at) !== 'approved') continue;
    const known = state.asks.map(asText);
    const asked = asks.map(({ policy }) => policy);
    if (
      asks.every((ask) => known.includes(asText(ask))) &&
      fits(state.standing.pattern, candidate, pseudonym)
    )
      return liftsBy(approval, state).filter(({ policy }) => asked.includes(policy));
  }
  return undefined;
}

function asText({ approvers, separate, assurance = 'socket', ...ask }: Ask): string {
  const { policy, text, quorum, eligible } = ask;
  return JSON.stringify([
    ...[policy, text, quorum, eligible, assurance],
    ...[approvers.toSorted(), separate.toSorted()],
  ]);
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
