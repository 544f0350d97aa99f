// SPDX-License-Identifier: Apache-2.0
/**
 * What people have said of a call that policy would let through but for forbids that they can lift.
 *
 * Asked last, of the arguments as they would be forwarded, with everything computed anew: what was approved and is not
 * the same to the last byte was not approved. Writes nothing; `authorize` puts the request on record.
 *
 * Source: docs/adr/0026-approvals.md.
 */
import type { Ask } from '../core/approval/approval.ts';
import { neededFor } from '../core/approval/assurance.ts';
import { isShowable } from '../core/approval/card.ts';
import { approvalLimits, matchOf, openCounts } from '../core/approval/match.ts';
import { matterDigest } from '../core/approval/matter.ts';
import { isSealed, withPasskeys } from '../core/approval/passkey.ts';
import { eligible, eligibleDigest, type Parties, type Roster } from '../core/approval/roster.ts';
import type { Transform, Verdict } from '../core/decision/verdict.ts';
import { isSeen, sightingDigest } from '../core/operand/operand.ts';
import { unseenReason } from '../core/operand/unseen-reason.ts';
import type { OriginFacts } from '../core/origin/facts.ts';
import type { Pseudonym } from '../core/record/secret.ts';
import type { Caller, Proposal } from '../core/request/proposal.ts';
import { facets, type View } from '../core/state/facet.ts';
import type { Considered } from './consider.ts';
import type { InForce } from './road.ts';

/** A request that stands, or that has to be made. */
export type Asked =
  | { readonly is: 'open'; readonly approval: string; readonly expiresAt: number }
  | { readonly is: 'refused'; readonly approval: string }
  | {
      readonly is: 'wanted';
      readonly matter: string;
      readonly asks: readonly Ask[];
      readonly why: readonly Verdict[];
      readonly requester: string;
      readonly origin: OriginFacts;
      readonly expiresAt: number;
    };

export interface Approving {
  readonly roster: Roster;
  readonly pseudonym: Pseudonym;
}

/**
 * @param granted what is allowed once all of `asking` is lifted
 * @param asking the forbids that people can lift
 */
export function underApproval(
  { roster, pseudonym }: Approving,
  force: InForce,
  view: View,
  at: number,
  caller: Caller,
  proposal: Proposal,
  granted: Considered,
  asking: readonly Verdict[],
  origin: OriginFacts,
): Considered {
  const refused: Considered = {
    ...granted,
    outcome: 'step_up',
    code: 'pending_approval',
    because: asking,
    obligations: [],
    reserves: [],
  };
  const { who, entry } = granted;
  const task = view.get(facets.task(caller.task));
  if (who === undefined || entry === undefined || task === undefined) return refused;
  // As with policies: a node that has not loaded who may be asked asks nobody, and heeds nobody.
  if (view.get(facets.approvers) !== roster.digest)
    return { ...refused, outcome: 'deny', code: 'policy_not_here' };

  const from: Parties = {
    requester: task.approver,
    human: who.task.onBehalfOf,
    owner: who.agent.owner,
  };
  const asks: Ask[] = [];
  const known = withPasskeys(roster, view);
  let expiresMs = Number.POSITIVE_INFINITY;
  for (const { policy } of asking) {
    if (policy.remedy?.kind !== 'step_up') return refused;
    const { approvers, quorum, separate = [] } = policy.remedy;
    const assurance = neededFor(entry, policy.remedy.assurance, isSealed(known));
    const people = eligible(known, { approvers, separate, assurance }, from);
    if (people.length < quorum)
      return {
        ...refused,
        detail: `nobody here can approve it: \`${policy.id}\` needs ${quorum} of ${approvers.join(', ')}${assurance === 'passkey' ? ' with passkeys' : ''}`,
      };
    expiresMs = Math.min(expiresMs, policy.remedy.expiresMs);
    asks.push({
      ...{ policy: policy.id, text: policy.textDigest, approvers, quorum, separate },
      ...(assurance === 'socket' ? {} : { assurance }),
      eligible: eligibleDigest(people, known, { assurance }),
    });
  }

  const args = granted.projection ?? {};
  if (!isShowable(entry, args))
    return {
      ...refused,
      detail: 'nobody can approve it: its arguments are longer than a person can be shown',
    };

  const { sighting } = granted;
  if (sighting !== undefined && !isSeen(sighting)) return { ...refused, detail: unseenReason(sighting) };

  const matter = matterDigest(
    {
      who: {
        agent: caller.agent,
        owner: who.agent.owner,
        task: caller.task,
        session: caller.session,
        chain: chainOf(granted, caller),
        requester: task.approver,
        onBehalfOf: who.task.onBehalfOf ?? null,
      },
      call: {
        method: proposal.method,
        server: proposal.server,
        target: proposal.target,
        action: entry.action,
        resource: granted.resource,
        definition: entry.pinned?.digest ?? null,
        args,
        transforms: granted.transforms.map(transformText),
      },
      labels: who.session.labels,
      origins: origin,
      policy: force.policies.digest,
      catalogue: force.catalogue.digest,
      asks,
      ...(sighting === undefined ? {} : { operands: sightingDigest(sighting) }),
    },
    pseudonym,
  );

  const match = matchOf(view, caller.session, matter, at);
  switch (match.found) {
    case 'approved':
      return { ...granted, lifts: [...granted.lifts, ...match.lifts] };
    case 'refused':
      return {
        ...refused,
        outcome: 'deny',
        code: 'approval_refused',
        asked: { is: 'refused', approval: match.approval },
        detail: match.message === '' ? `\`${match.by}\` said no` : match.message,
      };
    case 'open': {
      const { approval, expiresAt } = match;
      return { ...refused, asked: { is: 'open', approval, expiresAt } };
    }
    case 'none': {
      const open = openCounts(view, caller.session, at);
      const isTooMuch =
        asks.length > approvalLimits.asks ||
        open.ofSession >= approvalLimits.openPerSession ||
        open.ofTenant >= approvalLimits.openPerTenant;
      if (isTooMuch) return { ...refused, outcome: 'deny', code: 'approval_limit' };
      const requester = task.approver;
      const expiresAt = at + expiresMs;
      return { ...refused, asked: { is: 'wanted', matter, asks, why: asking, requester, origin, expiresAt } };
    }
  }
}

/** Outermost first: the person, the agents of the tasks above, the one that acts. */
export function chainOf({ who, above = [] }: Considered, caller: Caller): readonly string[] {
  const human = who?.task.onBehalfOf;
  return [
    ...(human === undefined ? [] : [human]),
    ...above.map(({ agent }) => agent).reverse(),
    caller.agent,
  ];
}

export function transformText(t: Transform): string {
  return `${t.name}:${t.argument}${t.name === 'cap' ? `:${t.most}` : ''}`;
}
