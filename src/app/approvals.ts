// SPDX-License-Identifier: Apache-2.0
/**
 * What people do with requests: look at them, say yes, say no. Administration like any other, decided by policy first
 * (`Action::"approval.decide"`) and then by who they are.
 *
 * A yes does nothing by itself. It lets the same call, made again by the same session, through once.
 *
 * Source: docs/approvals.md.
 */
import { type Approval, endOf, type Status, statusAt, votesFor } from '../core/approval/approval.ts';
import { groundOf } from '../core/approval/ground.ts';
import { type Answerer, type Said, voteOf } from '../core/approval/vote.ts';
import type { SealedPayload } from '../core/record/payload.ts';
import type { Operator } from '../core/request/proposal.ts';
import { facets, type View } from '../core/state/facet.ts';
import { type Administered, administer, type Deed } from './administer.ts';
import { openedBy } from './break-glass.ts';
import type { Ledger } from './ports.ts';
import { type ApprovalRead, readApproval } from './read-approval.ts';
import type { Road } from './road.ts';
import type { Place } from './sequencer.ts';
import { type SignedIn, sealed } from './signed.ts';
import type { Opened } from './vault.ts';

export interface Decided {
  readonly status: Status;
  readonly person: string;
  /** Of each forbid, how many said yes and how many have to. */
  readonly votes: readonly { readonly policy: string; readonly have: number; readonly need: number }[];
}

/** @param by who signed in; undefined for whoever can open the socket */
export async function decideApproval(
  road: Pick<Road, 'sequencer' | 'published' | 'roster' | 'vault'>,
  operator: Operator,
  said: Said,
  by?: SignedIn,
): Promise<Administered<Decided>> {
  const subject = { kind: 'approval', id: said.approval } as const;
  const signed = by?.signed === undefined ? undefined : await sealed(road.vault, by.signed);
  const answerer: Answerer = {
    operator: operator.id,
    ...(by === undefined ? {} : { person: by.person, isTrusted: by.isTrusted }),
    ...(signed === undefined ? {} : { signed: signed.signed }),
  };
  return administer(road, operator, 'approval.decide', subject, (view, place) =>
    answered(road, view, place, answerer, said, signed === undefined ? [] : [signed.payload]),
  );
}

/** One answer, where it becomes durable. */
export function answered(
  road: Pick<Road, 'roster'>,
  view: View,
  place: Place,
  answerer: Answerer,
  said: Said,
  payloads: readonly SealedPayload[],
): ReturnType<Deed<Decided>> {
  const voted = voteOf(view, place.at, road.roster?.(), answerer, said);
  if (!voted.ok) return voted;
  const { event, after } = voted;
  return {
    ok: true,
    writings: [
      { id: place.id('e'), stream: `approval/${said.approval}`, event, payloads },
      ...openedBy(said.approval, after, place),
    ],
    value: { status: after.status, person: event.person, votes: votesOf(after) },
  };
}

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
  /** The arguments that a person changed. */
  readonly changed?: readonly string[];
  /** How often it is still good for, where it is for a whole task. */
  readonly left?: number;
}

/** What waits for people, or for the agent to make the call; the one whose time ends first, first. Not what can lead to nothing. */
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
    if (!groundOf(head, state, clock.wallMs()).ok) continue;
    listed.push({
      ...{ approval, status, ...state.from, expiresAt: endOf(state), votes: votesOf(state) },
      ...(state.changed === undefined ? {} : { changed: state.changed }),
      ...(state.standing === undefined ? {} : { left: state.standing.left }),
    });
  }
  return listed.sort((a, b) => a.expiresAt - b.expiresAt);
}

/** Opening a card is reading contents: an act of its own, decided and recorded. */
export async function openCard(
  road: Pick<Road, 'sequencer' | 'published' | 'vault'>,
  ledger: Pick<Ledger, 'readStream'>,
  operator: Operator,
  approval: string,
): Promise<Administered<{ readonly read: ApprovalRead; readonly card: Opened }>> {
  const found = await readApproval(ledger, approval);
  const done = await administer<ApprovalRead>(
    road,
    operator,
    'record.read',
    { kind: 'approval', id: approval },
    () =>
      found === undefined
        ? { ok: false, code: 'not_found', reason: `there is no request \`${approval}\`` }
        : { ok: true, writings: [], value: found },
  );
  if (!done.ok) return done;
  const card = await road.vault.open(done.value.request.card.digest, done.value.position);
  return { ...done, value: { read: done.value, card } };
}
