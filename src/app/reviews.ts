// SPDX-License-Identifier: Apache-2.0
/**
 * What has to be looked at, as this node knows it, and closing one: an act of administration like any other, decided by
 * policy (`Action::"review.close"`), with a reason and, where the operator is in the file of approvers, a person.
 *
 * Whoever closes names the newest record that they saw. What came after it keeps the item open, on every node.
 *
 * Source: docs/approvals.md, "What has to be looked at".
 */
import { isSealed, withPasskeys } from '../core/approval/passkey.ts';
import { personOf, type Roster } from '../core/approval/roster.ts';
import type { Operator } from '../core/request/proposal.ts';
import { createReviewQueue, type Review, type ReviewQueue } from '../core/review/queue.ts';
import { facets, type View } from '../core/state/facet.ts';
import { type Administered, administer } from './administer.ts';
import type { Road } from './road.ts';
import type { Sequencer } from './sequencer.ts';
import type { SignedIn } from './signed.ts';

export type Reviews = Pick<ReviewQueue, 'open' | 'find' | 'unlisted'>;

/** Hears of every event from here on: made before the first catch-up it knows all of them. */
export function createReviews(sequencer: Pick<Sequencer, 'onEvent'>): Reviews {
  const queue = createReviewQueue();
  sequencer.onEvent((event) => queue.take(event));
  return queue;
}

export interface Closing {
  readonly review: string;
  /** The newest record of it that was looked at. */
  readonly last: string;
  readonly reason: string;
  /** Who, where the operator is several people. */
  readonly as?: string;
}

export interface Closed {
  readonly review: string;
  readonly person?: string;
}

/** @param by who signed in; undefined for whoever can open the socket */
export async function closeReview(
  road: Pick<Road, 'sequencer' | 'published' | 'roster'>,
  reviews: Reviews,
  operator: Operator,
  { review, last, reason, as }: Closing,
  by?: Pick<SignedIn, 'person'>,
): Promise<Administered<Closed>> {
  const done = await administer<Closed>(
    road,
    operator,
    'review.close',
    { kind: 'review', id: review },
    (view, place) => {
      const found = reviews.find(review);
      if (found === undefined)
        return { ok: false, code: 'not_found', reason: `nothing open is called \`${review}\`` };
      if (found.last !== last) return { ok: false, code: 'not_possible', reason: moreCame(found) };
      const who = whoCloses(view, road.roster?.(), operator, as, by);
      if (!who.ok) return { ok: false, code: 'not_possible', reason: who.reason };
      const person = who.person === undefined ? {} : { person: who.person };
      const event = {
        type: 'review.closed' as const,
        review,
        last,
        reason,
        operator: operator.id,
        ...person,
      };
      return {
        ok: true,
        writings: [{ id: place.id('e'), stream: 'tenant', event }],
        value: { review, ...person },
      };
    },
  );
  if (!done.ok) return done;
  // Another node, or this one in the same moment, was told of more: the fold has kept it open.
  const still = reviews.find(review);
  return still === undefined
    ? done
    : { ok: false, code: 'not_possible', reason: moreCame(still), decision: done.decision, policies: [] };
}

/** Whoever speaks over the socket is a person only while nobody can sign in; the operator stands on record in any case. */
function whoCloses(
  view: View,
  published: Roster | undefined,
  operator: Operator,
  as: string | undefined,
  by: Pick<SignedIn, 'person'> | undefined,
): { readonly ok: true; readonly person?: string } | { readonly ok: false; readonly reason: string } {
  if (by !== undefined) return { ok: true, person: by.person };
  if (published === undefined || view.get(facets.approvers) !== published.digest)
    return as === undefined
      ? { ok: true }
      : { ok: false, reason: 'the file of approvers in force is not loaded here' };
  const roster = withPasskeys(published, view);
  if (isSealed(roster))
    return as === undefined
      ? { ok: true }
      : { ok: false, reason: 'whoever closes it as a person has to sign in' };
  const isSomebody = [...roster.people.values()].some(({ operators }) => operators.includes(operator.id));
  if (as === undefined && !isSomebody) return { ok: true };
  const identified = personOf(roster, operator.id, as);
  return identified.ok ? { ok: true, person: identified.person.name } : identified;
}

function moreCame({ count, last }: Review): string {
  return `there is more of it since: ${count} now, the newest is \`${last}\`; look again`;
}
