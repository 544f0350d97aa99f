// SPDX-License-Identifier: Apache-2.0
/**
 * One request to people, from its beginning to its end: requested, then approved, refused or expired; an approved one is
 * consumed, once. One for a whole task is consumed as often as was approved, until its own end.
 *
 * Never looks at a clock, a roster or a policy: who may vote is settled before an event comes here (eligible.ts), and
 * whether it fits what is to be done now is asked of `matter` (matter.ts). Expiry is no event. It is a comparison, so
 * that nothing has to fire for a request to end.
 *
 * Source: docs/adr/0026-approvals.md.
 */
import type { Party } from '../decision/verdict.ts';
import type { Assurance } from './assurance.ts';
import type { Pattern } from './pattern.ts';

/** One forbid that people can lift, with those who may. */
export interface Ask {
  readonly policy: string;
  readonly text: string;
  /** Groups, as the policy names them. */
  readonly approvers: readonly string[];
  readonly quorum: number;
  readonly separate: readonly Party[];
  /** How sure an answer has to be (assurance.ts). Absent: `socket`. */
  readonly assurance?: Assurance | undefined;
  /** Digest of the people who may lift it: when they are others, it is another request. */
  readonly eligible: string;
}

export interface Vote {
  readonly person: string;
  /** The forbids that it counts for. */
  readonly policies: readonly string[];
}

export interface Approval {
  readonly status: 'requested' | 'approved' | 'refused' | 'consumed';
  /** Whose call it is. */
  readonly from: { readonly agent: string; readonly task: string; readonly session: string };
  /** Digest of everything that will be computed again when it is used. */
  readonly matter: string;
  /** Digest of exactly what whoever decides is shown. */
  readonly card: string;
  readonly asks: readonly Ask[];
  readonly expiresAt: number;
  readonly votes: readonly Vote[];
  /** The arguments of the call that a person changed: what is done is not what the agent sends. */
  readonly changed?: readonly string[];
  /** It is about so many calls that fit a pattern, until then. */
  readonly standing?: Standing;
  /** `server/target` of the call. */
  readonly tool?: string | undefined;
  /** It is about no call, but about taking away what a group may break, for a while. No session asks for that. */
  readonly glass?: { readonly group: string; readonly reason: string; readonly forMs: number };
  /** Why it was refused, for the model. */
  readonly refusal?: { readonly by: string; readonly message: string };
}

export interface Standing {
  readonly pattern: Pattern;
  readonly left: number;
  readonly until: number;
}

export type ApprovalEvent =
  | {
      readonly kind: 'approve';
      readonly person: string;
      readonly card: string;
      readonly policies: readonly string[];
      readonly at: number;
    }
  | {
      readonly kind: 'refuse';
      readonly person: string;
      readonly card: string;
      readonly message: string;
      readonly at: number;
    }
  | { readonly kind: 'consume'; readonly matter: string; readonly at: number };

export type Reason =
  | 'expired'
  | 'settled'
  | 'consumed'
  | 'not_approved'
  | 'other_card'
  | 'other_matter'
  | 'not_asked'
  | 'voted_already';

export type Stepped =
  | { readonly ok: true; readonly value: Approval }
  | { readonly ok: false; readonly reason: Reason };

export type Status = Approval['status'] | 'expired';

export function requested(
  terms: Pick<Approval, 'from' | 'matter' | 'card' | 'asks' | 'expiresAt'>,
  more: Pick<Approval, 'changed' | 'standing' | 'tool' | 'glass'> = {},
): Approval {
  const { from, matter, card, asks, expiresAt } = terms;
  return { status: 'requested', from, matter, card, asks, expiresAt, votes: [], ...more };
}

/** What it is at an instant. A refusal ends with its time too: then it may be asked again. */
export function statusAt(approval: Pick<Approval, 'status' | 'expiresAt' | 'standing'>, at: number): Status {
  return approval.status !== 'consumed' && at >= endOf(approval) ? 'expired' : approval.status;
}

/** People have as long as ever to decide; what they allowed for a task ends when they said. */
export function endOf({
  status,
  expiresAt,
  standing,
}: Pick<Approval, 'status' | 'expiresAt' | 'standing'>): number {
  return standing !== undefined && status === 'approved' ? standing.until : expiresAt;
}

/** One event, or why it changes nothing. */
export function step(approval: Approval, event: ApprovalEvent): Stepped {
  const status = statusAt(approval, event.at);
  if (status === 'consumed') return no('consumed');
  if (status === 'expired') return no('expired');
  if (event.kind === 'consume') {
    if (status !== 'approved') return no('not_approved');
    if (event.matter !== approval.matter) return no('other_matter');
    const { standing } = approval;
    return standing === undefined || standing.left <= 1
      ? yes({ ...approval, status: 'consumed' })
      : yes({ ...approval, standing: { ...standing, left: standing.left - 1 } });
  }
  if (status !== 'requested') return no('settled');
  if (event.card !== approval.card) return no('other_card');
  if (event.kind === 'refuse') {
    const { person: by, message } = event;
    return yes({ ...approval, status: 'refused', refusal: { by, message } });
  }
  return approve(approval, event.person, event.policies);
}

/** A person counts once for a forbid, whatever they say again. */
function approve(approval: Approval, person: string, policies: readonly string[]): Stepped {
  const asked = policies.filter((policy) => approval.asks.some((ask) => ask.policy === policy));
  if (asked.length === 0 || asked.length < policies.length) return no('not_asked');
  if (approval.votes.some((vote) => vote.person === person)) return no('voted_already');
  const votes = [...approval.votes, { person, policies: asked }];
  const isEnough = approval.asks.every((ask) => votesFor(votes, ask.policy).length >= ask.quorum);
  return yes({ ...approval, votes, status: isEnough ? 'approved' : 'requested' });
}

/** The people who have said yes to lifting one forbid. */
export function votesFor(votes: readonly Vote[], policy: string): readonly string[] {
  return votes.filter(({ policies }) => policies.includes(policy)).map(({ person }) => person);
}

function yes(value: Approval): Stepped {
  return { ok: true, value };
}

function no(reason: Reason): Stepped {
  return { ok: false, reason };
}
