// SPDX-License-Identifier: Apache-2.0
/**
 * One person's answer to one request: whether it counts, and for what. A question to the state, the roster and the time.
 *
 * Whoever is turned away is told what would be right. Nothing is told of the call itself.
 */
import type { BodyOf } from '../record/event.ts';
import { circumstances } from '../session/circumstances.ts';
import { facets, type View } from '../state/facet.ts';
import { type Approval, type Reason, statusAt, step } from './approval.ts';
import { bindingDigest } from './matter.ts';
import {
  eligible,
  eligibleDigest,
  type Parties,
  type Person,
  partiesOf,
  personOf,
  type Roster,
} from './roster.ts';

export interface Said {
  readonly approval: string;
  readonly verdict: 'approve' | 'refuse';
  /** The card that they were shown. */
  readonly card: string;
  /** Of a refusal: for the model, too. */
  readonly reason: string;
  /** Who they are, where the operator is several people. */
  readonly as?: string;
}

export type Voted =
  | { readonly ok: true; readonly event: BodyOf<'approval.decided'>; readonly after: Approval }
  | { readonly ok: false; readonly code: 'not_found' | 'not_possible'; readonly reason: string };

/** @param roster undefined: this node has no file of approvers */
export function voteOf(
  view: View,
  at: number,
  roster: Roster | undefined,
  operator: string,
  { approval, verdict, card, reason, as }: Said,
): Voted {
  const state = view.get(facets.approval(approval));
  if (state === undefined || statusAt(state, at) === 'expired')
    return {
      ok: false,
      code: 'not_found',
      reason: `no request \`${approval}\` waits: it was used, or its time is over, or there was none`,
    };
  if (roster === undefined || view.get(facets.approvers) !== roster.digest)
    return impossible('the file of approvers in force is not loaded here');
  const identified = personOf(roster, operator, as);
  if (!identified.ok) return impossible(identified.reason);
  const standing = circumstances(view, { ...state.from, tokenId: '' }, at);
  if (!standing.ok)
    return impossible(`it can lead to nothing any more: \`${standing.code}\`; nobody has to decide it`);

  const from = partiesIn(view, state);
  const changed = state.asks.find((ask) => eligibleDigest(eligible(roster, ask, from)) !== ask.eligible);
  if (changed !== undefined)
    return impossible(
      `who may lift \`${changed.policy}\` has changed since: the agent has to make the call again, which asks anew`,
    );
  const { name } = identified.person;
  const policies = state.asks
    .filter((ask) => eligible(roster, ask, from).includes(name))
    .map(({ policy }) => policy);
  if (policies.length === 0) return impossible(whyNot(roster, state, from, identified.person));

  const stepped = step(
    state,
    verdict === 'approve'
      ? { kind: 'approve', person: name, card, policies, at }
      : { kind: 'refuse', person: name, card, message: reason, at },
  );
  if (!stepped.ok) return impossible(reasons[stepped.reason]);
  const { matter, expiresAt } = state;
  return {
    ok: true,
    after: stepped.value,
    event: {
      type: 'approval.decided',
      ...{ approval, verdict, policies, card, reason, operator },
      person: name,
      binding: bindingDigest({ approval, matter, card, expiresAt }),
    },
  };
}

function impossible(reason: string): Voted {
  return { ok: false, code: 'not_possible', reason };
}

function partiesIn(view: View, { from }: Approval): Parties {
  const task = view.get(facets.task(from.task));
  return {
    requester: task?.approver,
    human: task?.onBehalfOf,
    owner: view.get(facets.agent(from.agent))?.owner,
  };
}

/** In words, with who may: whoever is turned away has to know whom to call. */
function whyNot(roster: Roster, state: Approval, from: Parties, person: Person): string {
  const may = [...new Set(state.asks.flatMap((ask) => eligible(roster, ask, from)))].sort();
  const others =
    may.length === 0 ? 'nobody may' : `one of ${may.map((name) => `\`${name}\``).join(', ')} may`;
  const groups = [...new Set(state.asks.flatMap(({ approvers }) => approvers))];
  const isMember = groups.some((group) => roster.groups.get(group)?.includes(person.name) === true);
  const apart = partiesOf(person, from).map((party) => partyNames[party]);
  const why = isMember
    ? `is ${apart.join(' and ')}, and policy keeps them apart from who approves`
    : `is in none of ${groups.map((group) => `\`${group}\``).join(', ')}`;
  return `\`${person.name}\` ${why}: ${others}`;
}

const partyNames = {
  requester: 'who started the task',
  human: 'the person it is done for',
  owner: 'who owns the agent',
} as const;

const reasons: Readonly<Record<Reason, string>> = {
  expired: 'its time is over: the agent has to make the call again, which asks anew',
  settled: 'it was decided already',
  consumed: 'it was used already',
  not_approved: 'it was not approved',
  other_card: 'what was shown is not what is asked: look at it again (`countersign approvals show`)',
  other_matter: 'it is about something else',
  not_asked: 'it asks nothing of this person',
  voted_already: 'this person has said yes already, and counts once',
};
