// SPDX-License-Identifier: Apache-2.0
/**
 * Breaking the glass: for one task, for minutes, two people of a group take away the forbids that name that group in
 * `@break_glass`, whatever their outcome. And no other: what a scope, a revocation, a budget or an error refuses stays
 * refused.
 *
 * The people count as long as they are in the group: it is asked again with each decision. Expiry is a comparison.
 *
 * Source: docs/adr/0032-edits-patterns-glass.md.
 */
import type { Lift, Verdict } from '../decision/verdict.ts';
import { digestJson } from '../json/canonical.ts';
import { facets, type View } from '../state/facet.ts';
import type { Ask } from './approval.ts';
import type { Assurance } from './assurance.ts';
import { isSealed, withPasskeys } from './passkey.ts';
import { eligible, eligibleDigest, type Parties, type Roster } from './roster.ts';

/** What stands for a task: one at a time. */
export type Glass =
  | { readonly status: 'asked'; readonly id: string; readonly expiresAt: number }
  | {
      readonly status: 'open';
      readonly id: string;
      readonly agent: string;
      readonly group: string;
      readonly people: readonly string[];
      readonly until: number;
    }
  | { readonly status: 'closed'; readonly id: string };

/** What is asked of the second person, and of the first. */
export interface GlassTerms {
  readonly agent: string;
  readonly task: string;
  readonly group: string;
  readonly reason: string;
  readonly forMs: number;
}

export const glassLimits = {
  forMs: 15 * 60_000,
  maxForMs: 3_600_000,
  /** How long the second person has. */
  askedMs: 15 * 60_000,
  people: 2,
} as const;

/** In the place of a policy's id, where votes are counted. */
export const glassAsk = 'countersign.break-glass';

export function glassMatter({ agent, task, group, reason, forMs }: GlassTerms): string {
  return digestJson({ v: 1, breakGlass: { agent, task, group, reason, forMs } });
}

/** In an outage nobody is kept apart: it may be their own agent that has to go on. */
const nobodyApart: Parties = { requester: undefined, human: undefined, owner: undefined };

/** @param roster with its passkeys @returns undefined where the group has not people enough */
export function askToBreak(roster: Roster, terms: GlassTerms): Ask | undefined {
  const approvers = [terms.group];
  const assurance = assuranceTo(roster);
  const people = eligible(roster, { approvers, separate: [], assurance }, nobodyApart);
  if (people.length < glassLimits.people) return undefined;
  return {
    ...{ policy: glassAsk, text: glassMatter(terms), approvers, quorum: glassLimits.people, separate: [] },
    ...(assurance === 'socket' ? {} : { assurance }),
    eligible: eligibleDigest(people, roster, { assurance }),
  };
}

/** Nothing is graver: once there is a way to sign in, it takes passkeys. */
function assuranceTo(roster: Roster): Assurance {
  return isSealed(roster) ? 'passkey' : 'socket';
}

/** What is open for a task now, if it counts. */
export function glassOf(
  view: View,
  roster: Roster,
  { agent, task }: { readonly agent: string; readonly task: string },
  at: number,
): Extract<Glass, { status: 'open' }> | undefined {
  const glass = view.get(facets.glass(task));
  if (glass?.status !== 'open' || glass.agent !== agent || at >= glass.until) return undefined;
  if (view.get(facets.approvers) !== roster.digest) return undefined;
  const known = withPasskeys(roster, view);
  const approvers = [glass.group];
  const may = eligible(known, { approvers, separate: [], assurance: assuranceTo(known) }, nobodyApart);
  const still = new Set(glass.people.filter((name) => may.includes(name)));
  return still.size >= glassLimits.people ? glass : undefined;
}

/** What it takes away of these. Where none of them can be broken, nothing is read. */
export function broken(
  view: View,
  roster: Roster,
  who: { readonly agent: string; readonly task: string },
  at: number,
  verdicts: readonly Verdict[],
  lifts: readonly Lift[],
): readonly Lift[] {
  const breakable = verdicts.filter(
    ({ kind, policy }) =>
      kind === 'satisfied' &&
      policy.effect === 'forbid' &&
      policy.breakGlass !== undefined &&
      !lifts.some((lift) => lift.glass === true && lift.policy === policy.id),
  );
  if (breakable.length === 0) return [];
  const glass = glassOf(view, roster, who, at);
  if (glass === undefined) return [];
  return breakable
    .filter(({ policy }) => policy.breakGlass === glass.group)
    .map(({ policy }) => ({
      policy: policy.id,
      textDigest: policy.textDigest,
      via: glass.id,
      glass: true as const,
    }));
}
