// SPDX-License-Identifier: Apache-2.0
/**
 * What people do with requests: look at them, say yes, say no. Administration like any other, decided by policy first
 * (`Action::"approval.decide"`) and then by who they are.
 *
 * A yes does nothing by itself. It lets the same call, made again by the same session, through once.
 *
 * Source: docs/approvals.md.
 */
import {
  type Approval,
  type Reason,
  type Status,
  statusAt,
  step,
  votesFor,
} from '../core/approval/approval.ts';
import { bindingDigest } from '../core/approval/matter.ts';
import {
  eligible,
  eligibleDigest,
  type Parties,
  type Person,
  partiesOf,
  personOf,
  type Roster,
} from '../core/approval/roster.ts';
import type { EventOf } from '../core/record/event.ts';
import type { Operator } from '../core/request/proposal.ts';
import { circumstances } from '../core/session/circumstances.ts';
import { facets, type View } from '../core/state/facet.ts';
import { type Administered, administer } from './administer.ts';
import type { Ledger } from './ports.ts';
import { streamBack } from './read-records.ts';
import type { Road } from './road.ts';
import type { Opened } from './vault.ts';

export interface Verdict {
  readonly approval: string;
  readonly verdict: 'approve' | 'refuse';
  /** The card that they were shown. */
  readonly card: string;
  /** Of a refusal: for the model, too. */
  readonly reason: string;
  /** Who they are, where the operator is several people. */
  readonly as?: string;
}

export interface Decided {
  readonly status: Status;
  readonly person: string;
  /** Of each forbid, how many said yes and how many have to. */
  readonly votes: readonly { readonly policy: string; readonly have: number; readonly need: number }[];
}

export function decideApproval(
  road: Pick<Road, 'sequencer' | 'published' | 'roster'>,
  operator: Operator,
  said: Verdict,
): Promise<Administered<Decided>> {
  const subject = { kind: 'approval', id: said.approval } as const;
  return administer(road, operator, 'approval.decide', subject, (view, place) => {
    const impossible = (reason: string) => ({ ok: false, code: 'not_possible', reason }) as const;
    const state = view.get(facets.approval(said.approval));
    if (state === undefined || statusAt(state, place.at) === 'expired')
      return {
        ok: false,
        code: 'not_found',
        reason: `no request \`${said.approval}\` waits: it was used, or its time is over, or there was none`,
      };
    const roster = road.roster?.();
    if (roster === undefined || view.get(facets.approvers) !== roster.digest)
      return impossible('the file of approvers in force is not loaded here');
    const identified = personOf(roster, operator.id, said.as);
    if (!identified.ok) return impossible(identified.reason);
    const standing = circumstances(view, { ...state.from, tokenId: '' }, place.at);
    if (!standing.ok)
      return impossible(`it can lead to nothing any more: \`${standing.code}\`; nobody has to decide it`);

    const from = partiesIn(view, state);
    const changed = state.asks.find((ask) => eligibleDigest(eligible(roster, ask, from)) !== ask.eligible);
    if (changed !== undefined)
      return impossible(
        `who may lift \`${changed.policy}\` has changed since: the agent has to make the call again, which asks anew`,
      );
    const { person } = identified;
    const policies = state.asks
      .filter((ask) => eligible(roster, ask, from).includes(person.name))
      .map(({ policy }) => policy);
    if (policies.length === 0) return impossible(whyNot(roster, state, from, person));

    const { verdict, card, reason } = said;
    const [name, at] = [person.name, place.at];
    const stepped = step(
      state,
      verdict === 'approve'
        ? { kind: 'approve', person: name, card, policies, at }
        : { kind: 'refuse', person: name, card, message: reason, at },
    );
    if (!stepped.ok) return impossible(reasons[stepped.reason]);
    const { matter, expiresAt } = state;
    const { approval } = said;
    return {
      ok: true,
      writings: [
        {
          id: place.id('e'),
          stream: `approval/${approval}`,
          event: {
            type: 'approval.decided',
            ...{ approval, verdict, policies, card, reason },
            person: name,
            operator: operator.id,
            binding: bindingDigest({ approval, matter, card, expiresAt }),
          },
        },
      ],
      value: { status: stepped.value.status, person: name, votes: votesOf(stepped.value) },
    };
  });
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

export function votesOf({ asks, votes }: Approval): Decided['votes'] {
  return asks.map(({ policy, quorum }) => ({ policy, have: votesFor(votes, policy).length, need: quorum }));
}

export interface ListedApproval {
  readonly approval: string;
  readonly status: Status;
  readonly agent: string;
  readonly task: string;
  readonly session: string;
  readonly expiresAt: number;
  readonly votes: Decided['votes'];
}

/** What waits for people, or for the agent to make the call; the one whose time ends first, first. */
export function listApprovals({
  sequencer: { head },
  clock,
}: Pick<Road, 'sequencer' | 'clock'>): readonly ListedApproval[] {
  const listed: ListedApproval[] = [];
  const prefix = facets.approval('').name;
  for (const [name] of head.facets()) {
    if (!name.startsWith(prefix)) continue;
    const approval = name.slice(prefix.length);
    const state = head.get(facets.approval(approval));
    const status = state === undefined ? 'expired' : statusAt(state, clock.wallMs());
    if (state === undefined || status === 'expired') continue;
    listed.push({ approval, status, ...state.from, expiresAt: state.expiresAt, votes: votesOf(state) });
  }
  return listed.sort((a, b) => a.expiresAt - b.expiresAt);
}

/** One request with what became of it. */
export interface ApprovalRead {
  readonly position: number;
  readonly request: EventOf<'approval.requested'>;
  /** In order. */
  readonly decided: readonly EventOf<'approval.decided'>[];
  /** The decision that used it up. */
  readonly usedBy?: string;
}

/** @returns undefined where there is no such request */
export async function readApproval(
  ledger: Pick<Ledger, 'readStream' | 'size'>,
  approval: string,
): Promise<ApprovalRead | undefined> {
  const decided: EventOf<'approval.decided'>[] = [];
  const size = await ledger.size();
  for await (const { position, event } of streamBack(ledger, `approval/${approval}`, size)) {
    if (event.type === 'approval.decided') decided.unshift(event);
    if (event.type !== 'approval.requested') continue;
    const usedBy = await userOf(ledger, event, position, size);
    return { position, request: event, decided, ...(usedBy === undefined ? {} : { usedBy }) };
  }
  return undefined;
}

async function userOf(
  ledger: Pick<Ledger, 'readStream'>,
  { approval, session }: EventOf<'approval.requested'>,
  since: number,
  size: number,
): Promise<string | undefined> {
  for await (const { position, event } of streamBack(ledger, `session/${session}`, size)) {
    if (position < since) return undefined;
    if (event.type !== 'decision' || event.open === undefined) continue;
    if (event.lifts.some(({ via }) => via === approval)) return event.id;
  }
  return undefined;
}

/** Opening a card is reading contents: an act of its own, decided and recorded. */
export async function openCard(
  road: Pick<Road, 'sequencer' | 'published' | 'vault'>,
  operator: Operator,
  { position, request }: ApprovalRead,
): Promise<Administered<Opened>> {
  const subject = { kind: 'approval', id: request.approval } as const;
  const read = await administer(road, operator, 'record.read', subject, () => ({
    ok: true,
    writings: [],
    value: undefined,
  }));
  return read.ok ? { ...read, value: await road.vault.open(request.card.digest, position) } : read;
}
