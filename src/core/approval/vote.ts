// SPDX-License-Identifier: Apache-2.0
/**
 * One person's answer to one request: whether it counts, and for what. A question to the state, the roster and the time.
 *
 * Whoever is turned away is told what would be right. Nothing is told of the call itself.
 */
import type { BodyOf } from '../record/event.ts';
import type { PasskeyUsed } from '../record/events/person.ts';
import { facets, type View } from '../state/facet.ts';
import { type Approval, type Ask, type Reason, statusAt, step } from './approval.ts';
import { type Assurance, isEnough } from './assurance.ts';
import { groundOf } from './ground.ts';
import { bindingDigest } from './matter.ts';
import { isSealed, passkeysOf, withPasskeys } from './passkey.ts';
import {
  eligible,
  eligibleDigest,
  type Identified,
  type Parties,
  type Person,
  partiesOf,
  personOf,
  type Roster,
} from './roster.ts';
import { challengeOf, type StatedItem, type Statement } from './statement.ts';

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

/** A signature of a passkey that was verified, over a challenge that still has to be the right one. */
export interface Signed {
  readonly challenge: Uint8Array;
  readonly used: PasskeyUsed;
  /** Where it was one signature for several requests: all of them. */
  readonly items?: readonly StatedItem[];
}

/** Where an answer comes from, as the edge verified it. */
export interface Answerer {
  readonly operator: string;
  /** Who signed in. Absent: whoever can open the socket. */
  readonly person?: string;
  /** Whether the sign-in itself counts as theirs (`sign_in`), or only what they sign. */
  readonly isTrusted?: boolean;
  readonly signed?: Signed;
}

export type Voted =
  | { readonly ok: true; readonly event: BodyOf<'approval.decided'>; readonly after: Approval }
  | { readonly ok: false; readonly code: 'not_found' | 'not_possible'; readonly reason: string };

/** @param published undefined: this node has no file of approvers */
export function voteOf(
  view: View,
  at: number,
  published: Roster | undefined,
  answerer: Answerer,
  { approval, verdict, card, reason, as }: Said,
): Voted {
  const state = view.get(facets.approval(approval));
  if (state === undefined || statusAt(state, at) === 'expired')
    return {
      ok: false,
      code: 'not_found',
      reason: `no request \`${approval}\` waits: it was used, or its time is over, or there was none`,
    };
  if (published === undefined || view.get(facets.approvers) !== published.digest)
    return impossible('the file of approvers in force is not loaded here');
  const roster = withPasskeys(published, view);
  const identified = whoAnswers(roster, answerer, as);
  if (!identified.ok) return impossible(identified.reason);
  const standing = groundOf(view, state, at);
  if (!standing.ok)
    return impossible(`it can lead to nothing any more: \`${standing.code}\`; nobody has to decide it`);

  const from = partiesIn(view, state);
  const changed = state.asks.find(
    (ask) => eligibleDigest(eligible(roster, ask, from), roster, ask) !== ask.eligible,
  );
  if (changed !== undefined)
    return impossible(
      `who may lift \`${changed.policy}\` has changed since: the agent has to make the call again, which asks anew`,
    );
  const { name } = identified.person;
  const theirs = asksOf(roster, state, from, name);
  if (theirs.length === 0) return impossible(whyNot(roster, state, from, identified.person));
  const { matter, expiresAt } = state;
  const binding = bindingDigest({ approval, matter, card, expiresAt });
  const { signed } = answerer;
  const has = assuranceOf(answerer, verdict);
  const enough = theirs.filter((ask) => verdict === 'refuse' || isEnough(has, neededNow(roster, ask)));
  if (enough.length === 0) return impossible(tooWeak(theirs));
  const policies = enough.map(({ policy }) => policy);
  if (signed !== undefined) {
    const fault = faultOf(view, roster, signed, {
      what: 'approval',
      person: name,
      binding,
      verdict,
      policies,
    });
    if (fault !== undefined) return impossible(fault);
  }

  const stepped = step(
    state,
    verdict === 'approve'
      ? { kind: 'approve', person: name, card, policies, at }
      : { kind: 'refuse', person: name, card, message: reason, at },
  );
  if (!stepped.ok) return impossible(reasons[stepped.reason]);
  return {
    ok: true,
    after: stepped.value,
    event: {
      type: 'approval.decided',
      ...{ approval, verdict, policies, card, reason, binding },
      operator: answerer.operator,
      person: name,
      ...(has === 'socket' ? {} : { assurance: has }),
      ...(signed === undefined ? {} : { passkey: signed.used }),
    },
  };
}

/** What a person would sign, so that they can be asked to: undefined where their yes would count for nothing. */
export function statementOf(
  view: View,
  at: number,
  published: Roster | undefined,
  person: string,
  { approval, card, verdict }: Pick<Said, 'approval' | 'card' | 'verdict'>,
): Extract<Statement, { what: 'approval' }> | undefined {
  const state = view.get(facets.approval(approval));
  if (state === undefined || published === undefined || statusAt(state, at) !== 'requested') return undefined;
  const roster = withPasskeys(published, view);
  const policies = asksOf(roster, state, partiesIn(view, state), person).map(({ policy }) => policy);
  if (policies.length === 0) return undefined;
  const { matter, expiresAt } = state;
  return {
    ...{ what: 'approval', person, verdict, policies },
    binding: bindingDigest({ approval, matter, card, expiresAt }),
  };
}

/** What one person is asked in a request. */
export function askedOf(view: View, published: Roster, approval: Approval, person: string): readonly Ask[] {
  return asksOf(withPasskeys(published, view), approval, partiesIn(view, approval), person);
}

function asksOf(roster: Roster, { asks }: Approval, from: Parties, person: string): readonly Ask[] {
  return asks.filter((ask) => eligible(roster, ask, from).includes(person));
}

/** Once there is any way to sign in, nobody is anybody by the socket. */
export function whoAnswers(
  roster: Roster,
  { operator, person }: Answerer,
  as: string | undefined,
): Identified {
  if (person !== undefined) {
    const known = roster.people.get(person);
    return known === undefined
      ? { ok: false, reason: `\`${person}\` is nobody in the file of approvers` }
      : { ok: true, person: known };
  }
  return isSealed(roster)
    ? {
        ok: false,
        reason: 'who approves has to sign in: an answer over the socket counts for nobody any more',
      }
    : personOf(roster, operator, as);
}

/** A no of whoever has signed in counts, however they did: it lets nothing happen. */
function assuranceOf({ person, isTrusted, signed }: Answerer, verdict: Said['verdict']): Assurance {
  if (person === undefined) return 'socket';
  if (signed !== undefined) return 'passkey';
  return isTrusted === true || verdict === 'refuse' ? 'sign_in' : 'socket';
}

/** What was asked before there was a way to sign in is no reason to heed whoever did not. */
export function neededNow(roster: Roster, { assurance = 'socket' }: Ask): Assurance {
  return assurance === 'socket' && isSealed(roster) ? 'sign_in' : assurance;
}

function tooWeak(asks: readonly Ask[]): string {
  const rules = asks.map(({ policy }) => `\`${policy}\``).join(', ');
  return asks.every(({ assurance }) => assurance === 'passkey')
    ? `a yes to ${rules} has to be signed with a passkey`
    : `a yes to ${rules} has to be signed with a passkey, or be given where the sign-in is safe from other processes (a desk behind https)`;
}

/** @returns why what was signed does not count as this person's word on this statement */
export function faultOf(
  view: View,
  roster: Roster,
  { challenge, used, items }: Signed,
  statement: Statement,
): string | undefined {
  const known = passkeysOf(roster, statement.person).some(({ credential }) => credential === used.credential);
  if (!known) return `the passkey is none of \`${statement.person}\``;
  const whole = items === undefined ? statement : wholeOf(items, statement);
  if (whole === undefined || Buffer.compare(challenge, challengeOf(whole)) !== 0)
    return 'what was signed is something else: look at it again';
  // The first of several has counted it.
  const isSameUse = items !== undefined && used.uses === view.get(facets.passkeyUses(used.credential));
  return isSameUse || isFresh(view, used)
    ? undefined
    : 'the passkey was used elsewhere since: it may have been copied';
}

/** The statement to several that this one is part of. */
function wholeOf(items: readonly StatedItem[], statement: Statement): Statement | undefined {
  if (statement.what !== 'approval') return undefined;
  const { person, verdict, binding, policies } = statement;
  const said = [...policies].sort().join('\n');
  return items.some((one) => one.binding === binding && [...one.policies].sort().join('\n') === said)
    ? { what: 'approvals', person, verdict, items }
    : undefined;
}

/** Some count their uses; one that does never goes back. */
export function isFresh(view: View, { credential, uses }: Pick<PasskeyUsed, 'credential' | 'uses'>): boolean {
  const before = view.get(facets.passkeyUses(credential)) ?? 0;
  return uses > before || (uses === 0 && before === 0);
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
  const why = !isMember
    ? `is in none of ${groups.map((group) => `\`${group}\``).join(', ')}`
    : apart.length > 0
      ? `is ${apart.join(' and ')}, and policy keeps them apart from who approves`
      : 'has no passkey, and it takes one';
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
