// SPDX-License-Identifier: Apache-2.0
/**
 * What people have said of a call that policy would let through but for forbids that they can lift.
 *
 * Asked last, of the arguments as they would be forwarded, with everything computed anew: what was approved and is not
 * the same to the last byte was not approved. Writes nothing; `authorize` puts the request on record.
 *
 * Source: docs/adr/0026-approvals.md.
 */
import { precedentsOf } from '../core/approval/answered.ts';
import type { Ask } from '../core/approval/approval.ts';
import { neededFor } from '../core/approval/assurance.ts';
import { isShowable, type Precedent } from '../core/approval/card.ts';
import { approvalLimits, editLifts, matchOf, openCounts, standingFor } from '../core/approval/match.ts';
import { type Matter, matterDigest } from '../core/approval/matter.ts';
import { isSealed, withPasskeys } from '../core/approval/passkey.ts';
import type { Candidate } from '../core/approval/pattern.ts';
import { eligible, eligibleDigest, type Parties, type Roster } from '../core/approval/roster.ts';
import type { CatalogueEntry } from '../core/catalogue/entry.ts';
import type { Transform, Verdict } from '../core/decision/verdict.ts';
import { isSeen, sightingDigest } from '../core/operand/operand.ts';
import { unseenReason } from '../core/operand/unseen-reason.ts';
import type { OriginFacts } from '../core/origin/facts.ts';
import type { Pseudonym } from '../core/record/secret.ts';
import type { Caller, Proposal } from '../core/request/proposal.ts';
import { facets, type View } from '../core/state/facet.ts';
import type { Considered } from './consider.ts';
import type { InForce } from './road.ts';

/** What people would be asked about now, or were. */
export interface About {
  readonly matter: Matter;
  readonly digest: string;
  readonly asks: readonly Ask[];
  readonly why: readonly Verdict[];
  readonly requester: string;
  readonly origin: OriginFacts;
  readonly expiresAt: number;
  /** What was answered before, for whoever is asked. */
  readonly precedents: readonly Precedent[];
}

/** A request that stands, or that has to be made. */
export type Asked =
  | {
      readonly is: 'open';
      readonly approval: string;
      readonly expiresAt: number;
      readonly about: About;
    }
  | { readonly is: 'refused'; readonly approval: string }
  | { readonly is: 'wanted'; readonly about: About }
  /** People said yes to something else in its place: that is decided now, from the beginning. */
  | {
      readonly is: 'edited';
      readonly approval: string;
      readonly why: readonly Verdict[];
      /** What is asked where that does not come to what they were shown. */
      readonly otherwise: Considered;
    }
  | { readonly is: 'unfit' };

export interface Approving {
  readonly roster: Roster;
  readonly pseudonym: Pseudonym;
  /** The arguments are what a person made of them, under this request; absent where it has to be made. */
  readonly edit?: { readonly approval?: string } | undefined;
}

/**
 * @param granted what is allowed once all of `asking` is lifted
 * @param asking the forbids that people can lift
 */
export function underApproval(
  approving: Approving,
  force: InForce,
  view: View,
  at: number,
  caller: Caller,
  proposal: Proposal,
  granted: Considered,
  asking: readonly Verdict[],
  origin: OriginFacts,
): Considered {
  const about = aboutOf(approving, force, view, at, caller, proposal, granted, asking, origin);
  if ('refused' in about) return about.refused;
  const refused = refusedAs(granted, asking);
  const { edit, pseudonym } = approving;
  if (edit !== undefined) return edited(edit, view, at, granted, refused, about);

  const match = matchOf(view, caller.session, about.digest, at);
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
    case 'edited': {
      const { approval } = match;
      const otherwise = wanted(view, at, caller, refused, about);
      return { ...refused, asked: { is: 'edited', approval, why: asking, otherwise } };
    }
    case 'open':
    case 'none': {
      const candidate = candidateOf(granted, about.matter);
      const lifts = standingFor(view, caller.task, candidate, about.asks, pseudonym, at);
      if (lifts !== undefined) return { ...granted, lifts: [...granted.lifts, ...lifts] };
      if (match.found === 'none') return wanted(view, at, caller, refused, about);
      const { approval, expiresAt } = match;
      return { ...refused, asked: { is: 'open', approval, expiresAt, about } };
    }
  }
}

/** As it is held against what was approved for the whole task. */
export function candidateOf({ values, entry }: Considered, matter: Matter): Candidate {
  return { matter, seen: values ?? {}, idArgument: entry?.resource.idArgument };
}

function edited(
  { approval }: NonNullable<Approving['edit']>,
  view: View,
  at: number,
  granted: Considered,
  refused: Considered,
  about: About,
): Considered {
  if (approval === undefined) return { ...refused, asked: { is: 'wanted', about } };
  const lifts = editLifts(view, approval, about.digest, at);
  return lifts === undefined
    ? { ...refused, asked: { is: 'unfit' } }
    : { ...granted, lifts: [...granted.lifts, ...lifts] };
}

function wanted(view: View, at: number, caller: Caller, refused: Considered, about: About): Considered {
  const open = openCounts(view, caller.session, at);
  const isTooMuch =
    about.asks.length > approvalLimits.asks ||
    open.ofSession >= approvalLimits.openPerSession ||
    open.ofTenant >= approvalLimits.openPerTenant;
  if (isTooMuch) return { ...refused, outcome: 'deny', code: 'approval_limit' };
  return { ...refused, asked: { is: 'wanted', about } };
}

function refusedAs(granted: Considered, asking: readonly Verdict[]): Considered {
  return {
    ...granted,
    outcome: 'step_up',
    code: 'pending_approval',
    because: asking,
    obligations: [],
    reserves: [],
  };
}

function aboutOf(
  { roster, pseudonym }: Approving,
  force: InForce,
  view: View,
  at: number,
  caller: Caller,
  proposal: Proposal,
  granted: Considered,
  asking: readonly Verdict[],
  origin: OriginFacts,
): About | { readonly refused: Considered } {
  const refused = refusedAs(granted, asking);
  const { who, entry } = granted;
  const task = view.get(facets.task(caller.task));
  if (who === undefined || entry === undefined || task === undefined) return { refused };
  // As with policies: a node that has not loaded who may be asked asks nobody, and heeds nobody.
  if (view.get(facets.approvers) !== roster.digest)
    return { refused: { ...refused, outcome: 'deny', code: 'policy_not_here' } };

  const from: Parties = {
    requester: task.approver,
    human: who.task.onBehalfOf,
    owner: who.agent.owner,
  };
  const asks: Ask[] = [];
  const known = withPasskeys(roster, view);
  let expiresMs = Number.POSITIVE_INFINITY;
  for (const { policy } of asking) {
    if (policy.remedy?.kind !== 'step_up') return { refused };
    const { approvers, quorum, separate = [] } = policy.remedy;
    const assurance = neededFor(entry, policy.remedy.assurance, isSealed(known));
    const people = eligible(known, { approvers, separate, assurance }, from);
    if (people.length < quorum)
      return {
        refused: {
          ...refused,
          detail: `nobody here can approve it: \`${policy.id}\` needs ${quorum} of ${approvers.join(', ')}${assurance === 'passkey' ? ' with passkeys' : ''}`,
        },
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
      refused: {
        ...refused,
        detail: 'nobody can approve it: its arguments are longer than a person can be shown',
      },
    };

  const { sighting } = granted;
  if (sighting !== undefined && !isSeen(sighting))
    return { refused: { ...refused, detail: unseenReason(sighting) } };

  const matter: Matter = {
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
  };
  // Read aside where that can be: nothing is decided by it.
  const answered = asideOf(view).get(facets.answered(caller.agent)) ?? [];
  const rules = asks.map(({ policy }) => policy);
  return {
    ...{ matter, asks, origin, why: asking, requester: task.approver },
    digest: matterDigest(matter, pseudonym),
    expiresAt: at + expiresMs,
    precedents: precedentsOf(answered, rules, toolOf(entry), at),
  };
}

function asideOf(view: View & { readonly aside?: View }): View {
  return view.aside ?? view;
}

/** As people's answers are remembered by. */
export function toolOf({ server, target }: Pick<CatalogueEntry, 'server' | 'target'>): string {
  return `${server}/${target}`.slice(0, 1024).toWellFormed();
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
