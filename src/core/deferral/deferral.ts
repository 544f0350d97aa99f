// SPDX-License-Identifier: Apache-2.0
/**
 * One call that waits, from its beginning to its end: waiting, ready while what it waits for holds, then consumed by the
 * decision that lets it through, or expired, or cancelled.
 *
 * A deferral is a place in a queue and no permission: it lets nothing through that would not be let through without it.
 * So being ready is nothing that is kept. It is asked of the state at the moment of the decision, and may be over again
 * a moment later. Expiry is a comparison, as with approvals.
 *
 * Source: docs/adr/0035-deferral.md.
 */

/** One forbid that waits, and for what. */
export interface Wait {
  readonly policy: string;
  readonly text: string;
  /** As the policy has it. */
  readonly until: string;
}

export interface Deferral {
  readonly status: 'waiting' | 'cancelled';
  /** Whose call it is. */
  readonly from: { readonly agent: string; readonly task: string; readonly session: string };
  /** Of the catalogue: what others may wait for. */
  readonly action: string;
  /** Digest of who asks and what they ask. */
  readonly matter: string;
  readonly waits: readonly Wait[];
  /** Actions waited for that have come back well since. */
  readonly seen: readonly string[];
  /** How many waits it stands behind, itself among them. */
  readonly depth: number;
  readonly requestedAt: number;
  readonly expiresAt: number;
  /** Why it was cancelled, for the model. */
  readonly cancelled?: { readonly by: string; readonly reason: string };
}

export type Status = Deferral['status'] | 'expired';

export function statusAt({ status, expiresAt }: Pick<Deferral, 'status' | 'expiresAt'>, at: number): Status {
  return status === 'waiting' && at >= expiresAt ? 'expired' : status;
}

/** The actions that it waits for. */
export function actionsIn(waits: readonly Wait[]): readonly string[] {
  return waits.flatMap(({ until }) => (until.startsWith('call:') ? [until.slice('call:'.length)] : []));
}

/** A call came back well. @returns undefined where that is nothing to it */
export function afterCall(deferral: Deferral, action: string): Deferral | undefined {
  const counts =
    deferral.status === 'waiting' &&
    actionsIn(deferral.waits).includes(action) &&
    !deferral.seen.includes(action);
  return counts ? { ...deferral, seen: [...deferral.seen, action] } : undefined;
}

export const deferralLimits = {
  /** Of one session at a time. */
  waitingPerSession: 16,
  waitingPerTenant: 1000,
  /** Waits behind waits. */
  depth: 4,
  /** Ended ones that a session remembers, so that the same call does not begin to wait anew. */
  endedPerSession: 32,
  /** Forbids that one call waits for. */
  waits: 16,
} as const;
