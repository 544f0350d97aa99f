// SPDX-License-Identifier: Apache-2.0
/**
 * Passkeys of the person who is signed in; links to enrol one; and whoever comes by such a link.
 *
 * A link is made here, for whoever signed for it, and is read by nobody else: what comes over the socket is good only
 * while nothing is sealed (docs/adr/0028-assurance.md).
 */
import { mayKeep, mayKeepOwn, type Wanting } from '../../app/keeping.ts';
import { enrolPasskey, mayBeFirst, removePasskey } from '../../app/passkeys.ts';
import { type Proved, prove, sealed } from '../../app/signed.ts';
import { isKeeper, passkeysOf } from '../../core/approval/passkey.ts';
import type { Roster } from '../../core/approval/roster.ts';
import type { Statement } from '../../core/approval/statement.ts';
import type { Operator } from '../../core/request/proposal.ts';
import { type Answer, html, json, seeOther } from './http.ts';
import { keepers } from './keepers.ts';
import { paths } from './pages/paths.ts';
import { enrolPage, maxPasskeyName, passkeysPage } from './pages/sign-in.ts';
import { signOptions } from './requests.ts';
import { newSecret, sessionLimits } from './session.ts';
import {
  type DeskState,
  isTrusted,
  operatorOf,
  passkeyIn,
  problem,
  rosterOf,
  type SignedInVisitor,
  type Visitor,
} from './visitor.ts';

const onTheDesk = 'on the desk';
const linkOver = 'It was used, or its time is over: ask for another.';

interface Told {
  readonly problem?: string;
  readonly link?: string;
}

export function passkeys(state: DeskState, visitor: SignedInVisitor, told: Told = {}): Answer {
  const roster = rosterOf(state);
  const { person } = visitor.session;
  const own = roster === undefined ? [] : passkeysOf(roster, person);
  const link = told.link ?? linkWithoutPasskey(state, visitor, roster);
  const page = passkeysPage(visitor.looking, {
    passkeys: own.map(({ credential, name, enrolledAt }) => ({ id: credential, name, addedAt: enrolledAt })),
    ...(link === undefined ? {} : { link }),
    ...(own.length > 0
      ? {}
      : { mayNotAdd: 'A keeper can make you a link: ask one for it, and open it on your device.' }),
    ...(told.problem === undefined ? {} : { problem: told.problem }),
  });
  return html(page, told.problem === undefined ? 200 : 409, visitor.cookies);
}

/** While no keeper has a passkey, the issuer's word is enough for one who is. The same link each time: it is good once. */
function linkWithoutPasskey(
  state: DeskState,
  { session }: SignedInVisitor,
  roster: Roster | undefined,
): string | undefined {
  const { person } = session;
  const by: Wanting = { kind: 'person', person, isTrusted: isTrusted(state) };
  if (roster === undefined || mayKeep(state.road.sequencer.head, roster, by) !== undefined) return undefined;
  const known = session.nonces.get('link');
  const text =
    state.invitations.find(known) === undefined
      ? state.invitations.give(person, { person, isTrusted: isTrusted(state) })
      : known;
  if (text === undefined) return undefined;
  session.nonces.set('link', text);
  return linkOf(state, text);
}

export function linkOf({ site }: DeskState, text: string): string {
  return `${site.origin}${paths.enrol}?invitation=${text}`;
}

/** For whoever has the link, signed in or not. */
export function enrol(state: DeskState, visitor: Visitor, told?: string): Answer {
  const { query, form } = visitor.asked;
  const text = query.get('invitation') ?? form.get('invitation') ?? '';
  const invitation = state.invitations.find(text);
  if (invitation === undefined) return problem(visitor, 404, 'This link is not good any more', linkOver);
  const { person } = invitation;
  const page = enrolPage(visitor.looking, {
    ...{ person, invitation: text },
    ...(told === undefined ? {} : { problem: told }),
  });
  return html(page, told === undefined ? 200 : 409, visitor.cookies);
}

export function enrolOptions(state: DeskState, visitor: Visitor): Answer {
  const text = visitor.asked.form.get('invitation');
  const invitation = state.invitations.find(text);
  if (text === null || invitation === undefined)
    return json({ problem: 'this link is not good any more: ask for another' }, 409);
  const roster = rosterOf(state);
  const { person } = invitation;
  return json({
    challenge: state.sessions.derive('create', text).toString('base64url'),
    rp: { id: state.site.rpId, name: 'Countersign' },
    user: { id: handleOf(person), name: person, displayName: person },
    pubKeyCredParams: [-8, -7, -257].map((alg) => ({ type: 'public-key', alg })),
    excludeCredentials: (roster === undefined ? [] : passkeysOf(roster, person)).map(({ credential }) => ({
      id: credential,
      type: 'public-key',
    })),
    authenticatorSelection: {
      residentKey: 'required',
      requireResidentKey: true,
      userVerification: 'required',
    },
    attestation: 'none',
    timeout: 5 * 60_000,
  });
}

/** The same for each passkey of a person: at most 64 bytes, and nothing is looked up by it. */
function handleOf(person: string): string {
  return Buffer.from(`countersign:${person}`, 'utf8').subarray(0, 64).toString('base64url');
}

/** Enrols what the link is for. */
export async function enrolled(state: DeskState, visitor: Visitor, anybody: Operator): Promise<Answer> {
  const { form } = visitor.asked;
  const text = form.get('invitation');
  const invitation = state.invitations.find(text);
  const response = passkeyIn(visitor);
  const name = (form.get('name') ?? '').trim();
  if (text === null || invitation === undefined)
    return problem(visitor, 404, 'This link is not good any more', linkOver);
  if (response === undefined || name === '' || name.length > maxPasskeyName)
    return enrol(
      state,
      visitor,
      `A passkey has a name of at most ${maxPasskeyName} characters, and is made by your browser.`,
    );
  const challenge = state.sessions.derive('create', text);
  const read = await state.verifier.enrolled(response, state.site, challenge);
  if (!read.ok) return enrol(state, visitor, read.reason);
  // Before it is written: whatever comes of that, the link was used.
  state.invitations.take(text);
  const { person, by } = invitation;
  const { credential, publicKey, uses } = read;
  const fresh = { person, credential, publicKey, uses, name, rpId: state.site.rpId };
  const operator: Operator = by === undefined ? anybody : { id: `person:${by.person}`, channel: 'desk' };
  const done = await enrolPasskey(state.road, state.approvers, operator, fresh, by);
  if (!done.ok)
    return problem(
      visitor,
      409,
      'It was not enrolled',
      done.reason ?? `policy does not allow it: ${done.code}`,
    );
  return seeOther(visitor.session === undefined ? paths.signIn : paths.passkeys, visitor.cookies);
}

/** Whom this person may invite: themself, and as a keeper anybody. */
export function invitable(roster: Roster, person: string): readonly string[] {
  if (isKeeper(roster, person)) return [...roster.people.keys()];
  return passkeysOf(roster, person).length > 0 ? [person] : [];
}

function inviteStatement(
  visitor: SignedInVisitor,
  nonce: string,
): Extract<Statement, { what: 'passkey.invite' }> {
  const { person } = visitor.session;
  const invited = visitor.asked.form.get('person') ?? person;
  return { what: 'passkey.invite', person, invited, nonce };
}

export function inviteOptions(state: DeskState, visitor: SignedInVisitor): Answer {
  return signOptions(state, visitor, inviteStatement(visitor, freshNonce(visitor, 'passkey.invite')));
}

export async function invite(state: DeskState, visitor: SignedInVisitor): Promise<Answer> {
  const statement = inviteStatement(visitor, usedNonce(visitor, 'passkey.invite'));
  const roster = rosterOf(state);
  const { person, invited } = statement;
  const isOwn = visitor.asked.form.get('person') === null;
  const shown = (told: Told): Answer =>
    isOwn
      ? passkeys(state, visitor, told)
      : keepers(state, visitor, {
          ...(told.problem === undefined ? {} : { problem: told.problem }),
          ...(told.link === undefined ? {} : { link: { person: invited, link: told.link } }),
        });
  if (roster === undefined || !invitable(roster, person).includes(invited))
    return shown({ problem: 'You may not invite them.' });
  const wanting = await wantingOf(state, visitor, statement);
  if (!wanting.ok) return shown({ problem: wanting.reason });
  const { head } = state.road.sequencer;
  const fault =
    invited === person ? mayKeepOwn(head, roster, wanting.by, invited) : mayKeep(head, roster, wanting.by);
  if (fault !== undefined) return shown({ problem: fault });
  const { proved } = wanting;
  const text = state.invitations.give(invited, {
    ...{ person, isTrusted: isTrusted(state) },
    ...(proved === undefined ? {} : { proved }),
  });
  return shown(
    text === undefined
      ? { problem: 'Too many links are out: wait for some to end.' }
      : { link: linkOf(state, text) },
  );
}

function removeStatement(
  visitor: SignedInVisitor,
  nonce: string,
): Extract<Statement, { what: 'passkey.remove' }> {
  const credential = visitor.asked.form.get('id') ?? '';
  return { what: 'passkey.remove', person: visitor.session.person, credential, nonce };
}

export function removeOptions(state: DeskState, visitor: SignedInVisitor): Answer {
  return signOptions(state, visitor, removeStatement(visitor, freshNonce(visitor, 'passkey.remove')));
}

export async function remove(state: DeskState, visitor: SignedInVisitor): Promise<Answer> {
  const statement = removeStatement(visitor, usedNonce(visitor, 'passkey.remove'));
  const wanting = await wantingOf(state, visitor, statement);
  if (!wanting.ok) return passkeys(state, visitor, { problem: wanting.reason });
  const done = await removePasskey(
    ...([state.road, state.approvers, operatorOf(visitor), statement.credential, onTheDesk] as const),
    ...([wanting.by, wanting.proved] as const),
  );
  if (!done.ok)
    return passkeys(state, visitor, { problem: done.reason ?? `policy does not allow it: ${done.code}` });
  return seeOther(paths.passkeys, visitor.cookies);
}

/** @returns what this person says, signed where the form has a signature */
export async function wantingOf(
  state: DeskState,
  visitor: SignedInVisitor,
  statement: Statement,
): Promise<
  | { readonly ok: true; readonly by: Wanting; readonly proved?: Proved }
  | { readonly ok: false; readonly reason: string }
> {
  const plain = { kind: 'person', person: visitor.session.person, isTrusted: isTrusted(state) } as const;
  const response = passkeyIn(visitor);
  if (response === undefined) return { ok: true, by: plain };
  const proving = await prove(state.road, state.verifier, state.site, statement, response);
  if (!proving.ok) return proving;
  const { signed } = await sealed(state.road.vault, proving.proved);
  return { ok: true, by: { ...plain, signed: { signed, statement } }, proved: proving.proved };
}

export function freshNonce({ session }: SignedInVisitor, what: string): string {
  const nonce = newSecret();
  if (session.nonces.size >= sessionLimits.nonces) session.nonces.clear();
  session.nonces.set(what, nonce);
  return nonce;
}

/** The one that was given out last; from here on it is used. */
export function usedNonce({ session }: SignedInVisitor, what: string): string {
  const nonce = session.nonces.get(what) ?? newSecret();
  session.nonces.delete(what);
  return nonce;
}

/** @returns why nobody gets a link over the socket */
export function linkFault(roster: Roster | undefined, person: string): string | undefined {
  if (roster === undefined) return 'the file of approvers in force is not loaded here';
  if (!roster.people.has(person)) return `\`${person}\` is nobody in the file of approvers`;
  return mayBeFirst(roster, person);
}
