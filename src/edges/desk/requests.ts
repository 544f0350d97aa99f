// SPDX-License-Identifier: Apache-2.0
/**
 * What one person is asked: listed, shown, answered. Nobody sees here what asks nothing of them.
 *
 * An answer names the card that was shown. Where it takes a passkey, what is signed is made of the state and of who is
 * signed in, and is made again when the answer comes.
 */
import { type Decided, decideApproval, listApprovals, openCard, votesOf } from '../../app/approvals.ts';
import { readApproval, usedBy } from '../../app/read-approval.ts';
import { readable } from '../../app/read-records.ts';
import { prove, type SignedIn } from '../../app/signed.ts';
import { type Approval, statusAt } from '../../core/approval/approval.ts';
import { isEnough } from '../../core/approval/assurance.ts';
import { passkeysOf } from '../../core/approval/passkey.ts';
import { challengeOf, type Statement } from '../../core/approval/statement.ts';
import { askedOf, neededNow, type Said, statementOf } from '../../core/approval/vote.ts';
import { maxReasonLength } from '../../core/record/events/parts.ts';
import { facets } from '../../core/state/facet.ts';
import { type Answer, html, json } from './http.ts';
import { insteadOf } from './instead.ts';
import { cardPage } from './pages/card.ts';
import type { CardView } from './pages/card-view.ts';
import type { Waiting } from './pages/groups.ts';
import { listPage } from './pages/list.ts';
import { answeredPage } from './pages/outcome.ts';
import { readCard } from './read-card.ts';
import type { Opened } from './session.ts';
import { sessionLimits } from './session.ts';
import {
  type DeskState,
  isTrusted,
  operatorOf,
  passkeyIn,
  problem,
  rosterOf,
  type SignedInVisitor,
} from './visitor.ts';

/** In one list; those whose time ends first. */
const maxListed = 100;

export async function list(state: DeskState, visitor: SignedInVisitor, notice?: string): Promise<Answer> {
  const waiting = await waitingFor(state, visitor);
  return html(listPage(visitor.looking, waiting, notice), 200, visitor.cookies);
}

/** What asks something of this person. */
export async function waitingFor(state: DeskState, visitor: SignedInVisitor): Promise<readonly Waiting[]> {
  const { head } = state.road.sequencer;
  const roster = rosterOf(state);
  const { person } = visitor.session;
  const waiting: Waiting[] = [];
  for (const one of listApprovals(state.road)) {
    const approval = head.get(facets.approval(one.approval));
    if (approval === undefined || roster === undefined || waiting.length >= maxListed) continue;
    if (askedOf(head, roster, approval, person).length === 0) continue;
    const opened = await cardFor(state, visitor, one.approval);
    waiting.push({
      approval: one.approval,
      agent: one.agent,
      expiresAt: one.expiresAt,
      votes: one.votes,
      digest: approval.card,
      ...(one.status === 'approved' ? { approved: true } : {}),
      ...(hasSaid(approval, person) || one.status === 'refused' ? { settledForYou: true } : {}),
      ...(opened === undefined || typeof opened.card === 'string' ? {} : { card: opened.card }),
    });
  }
  return waiting;
}

/** On record once a session: to look at the list again reads nothing that this person has not seen. */
export async function cardFor(
  state: DeskState,
  visitor: SignedInVisitor,
  approval: string,
): Promise<Opened | undefined> {
  const { cards } = visitor.session;
  const known = cards.get(approval);
  if (known !== undefined) return known;
  const opened = await openCard(state.road, state.ledger, operatorOf(visitor), approval);
  if (!opened.ok) return undefined;
  const { card, read } = opened.value;
  const shown: Opened = {
    digest: read.request.card.digest,
    card: readCard(readable(card)),
  };
  if (cards.size >= sessionLimits.cards) cards.clear();
  cards.set(approval, shown);
  return shown;
}

export async function card(
  state: DeskState,
  visitor: SignedInVisitor,
  approval: string,
  told?: string,
): Promise<Answer> {
  const { person } = visitor.session;
  const { head } = state.road.sequencer;
  const standing = head.get(facets.approval(approval));
  const roster = rosterOf(state);
  const read = await readApproval(state.ledger, approval);
  const isAsked =
    standing !== undefined && roster !== undefined && askedOf(head, roster, standing, person).length > 0;
  // Somebody who has answered may see what became of it.
  const hasAnswered = read?.decided.some((one) => one.person === person) === true;
  if (read === undefined || !(isAsked || hasAnswered))
    return problem(visitor, 404, 'There is no such request', 'It was never made, or asks nothing of you.');
  const opened = await cardFor(state, visitor, approval);
  if (opened === undefined)
    return problem(visitor, 403, 'It cannot be shown', 'Policy does not let you look at it.');
  const user = await usedBy(state.ledger, read);
  const at = state.road.clock.wallMs();
  const status =
    user !== undefined ? 'consumed' : standing === undefined ? 'expired' : statusAt(standing, at);
  const view: CardView = {
    approval,
    status,
    expiresAt: read.request.expiresAt,
    digest: opened.digest,
    card: opened.card,
    votes: standing === undefined ? [] : votesOf(standing),
    decided: read.decided.map(({ person, verdict, reason, at }) => ({ person, verdict, reason, at })),
    can: await canOf(state, approval, person, standing, status, opened),
    ...(told === undefined ? {} : { problem: told }),
  };
  return html(cardPage(visitor.looking, view), told === undefined ? 200 : 409, visitor.cookies);
}

/** What may be made of it beside an answer, where it may be answered. */
async function canOf(
  state: DeskState,
  approval: string,
  person: string,
  standing: Approval | undefined,
  status: CardView['status'],
  opened: Opened,
): Promise<CardView['can']> {
  const can = mayAnswer(state, person, standing, status, opened);
  return can.answer && standing !== undefined
    ? { ...can, ...(await insteadOf(state, approval, standing)) }
    : can;
}

export function mayAnswer(
  state: DeskState,
  person: string,
  standing: Approval | undefined,
  status: CardView['status'],
  { card }: { readonly card?: Opened['card'] },
): CardView['can'] {
  const roster = rosterOf(state);
  if (standing === undefined || roster === undefined || status !== 'requested')
    return { answer: false, why: 'It is decided, or its time is over.' };
  if (card === undefined || typeof card === 'string')
    return { answer: false, why: 'Nobody can say yes to what nobody can see.' };
  if (hasSaid(standing, person)) return { answer: false, why: 'You have said yes already.' };
  const asks = askedOf(state.road.sequencer.head, roster, standing, person);
  const bySession = isTrusted(state) ? 'sign_in' : 'socket';
  return { answer: true, passkey: !asks.every((ask) => isEnough(bySession, neededNow(roster, ask))) };
}

export function hasSaid({ votes }: Approval, person: string): boolean {
  return votes.some((vote) => vote.person === person);
}

function saidIn(visitor: SignedInVisitor, approval: string): Said | undefined {
  const { form } = visitor.asked;
  const verdict = form.get('verdict');
  const card = form.get('card') ?? '';
  const reason = form.get('reason') ?? '';
  if (verdict !== 'approve' && verdict !== 'refuse') return undefined;
  if (!/^sha256:[0-9a-f]{64}$/.test(card) || reason.length > maxReasonLength) return undefined;
  if (verdict === 'refuse' && reason.trim() === '') return undefined;
  return { approval, verdict, card, reason };
}

function statementIn(state: DeskState, visitor: SignedInVisitor, said: Said): Statement | undefined {
  const { sequencer, clock } = state.road;
  const roster = rosterOf(state);
  return statementOf(sequencer.head, clock.wallMs(), roster, visitor.session.person, said);
}

export function answerOptions(state: DeskState, visitor: SignedInVisitor, approval: string): Answer {
  const said = saidIn(visitor, approval);
  const statement = said === undefined ? undefined : statementIn(state, visitor, said);
  if (statement === undefined)
    return json({ problem: 'it is decided, its time is over, or it asks nothing of you' }, 409);
  return signOptions(state, visitor, statement);
}

/** For the script: what this person is to sign, with which of their passkeys. */
export function signOptions(state: DeskState, visitor: SignedInVisitor, statement: Statement): Answer {
  const roster = rosterOf(state);
  const own = roster === undefined ? [] : passkeysOf(roster, visitor.session.person);
  if (own.length === 0) return json({ problem: 'you have no passkey' }, 409);
  return json({
    challenge: Buffer.from(challengeOf(statement)).toString('base64url'),
    rpId: state.site.rpId,
    allowCredentials: own.map(({ credential }) => ({ id: credential, type: 'public-key' })),
    userVerification: 'required',
    timeout: 5 * 60_000,
  });
}

export async function answer(state: DeskState, visitor: SignedInVisitor, approval: string): Promise<Answer> {
  const said = saidIn(visitor, approval);
  if (said === undefined)
    return card(state, visitor, approval, 'A no has a reason, and an answer names its card.');
  const { person } = visitor.session;
  const by: { -readonly [key in keyof SignedIn]: SignedIn[key] } = { person, isTrusted: isTrusted(state) };
  const response = passkeyIn(visitor);
  if (response !== undefined) {
    const statement = statementIn(state, visitor, said);
    if (statement === undefined) return card(state, visitor, approval, 'It is decided, or its time is over.');
    const proving = await prove(state.road, state.verifier, state.site, statement, response);
    if (!proving.ok) return card(state, visitor, approval, proving.reason);
    by.signed = proving.proved;
  }
  const done = await decideApproval(state.road, operatorOf(visitor), said, by);
  if (!done.ok) return card(state, visitor, approval, done.reason ?? `policy does not let you: ${done.code}`);
  return answered(visitor, said, done.value);
}

function answered(
  { looking, cookies, session }: SignedInVisitor,
  { approval, verdict }: Said,
  { status, votes }: Decided,
): Answer {
  const shown = session.cards.get(approval)?.card;
  const verb = shown === undefined || typeof shown === 'string' ? {} : { verb: shown.verb };
  return html(answeredPage(looking, { approval, verdict, status, votes, ...verb }), 200, cookies);
}
