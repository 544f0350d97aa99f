// SPDX-License-Identifier: Apache-2.0
/**
 * Who looks at the desk: a browser, and the person who signed in with it, if they still may.
 *
 * The person comes from the session, never from a field of a form. A session is worth nothing any more when its passkey
 * was removed, its subject is somebody else's, or its person was taken out of the file.
 */
import type { Approvers } from '../../app/approvers.ts';
import { inForce } from '../../app/keeping.ts';
import type { Issuer, Ledger, PasskeyVerifier, Site } from '../../app/ports.ts';
import type { Road } from '../../app/road.ts';
import { passkeysOf } from '../../core/approval/passkey.ts';
import type { Roster, SignIn } from '../../core/approval/roster.ts';
import { parseJson } from '../../core/json/parse.ts';
import type { JsonObject } from '../../core/json/value.ts';
import { isObject } from '../../core/json/value.ts';
import type { Operator } from '../../core/request/proposal.ts';
import type { Answer, Asked } from './http.ts';
import { html } from './http.ts';
import type { Invitations } from './invitations.ts';
import { problemPage } from './pages/outcome.ts';
import type { Looking } from './pages/shell.ts';
import { isSame, isSecret, newSecret, type Session, type Sessions } from './session.ts';

export interface DeskParts {
  readonly road: Road;
  readonly ledger: Ledger;
  readonly approvers: Approvers;
  readonly verifier: PasskeyVerifier;
  readonly issuerOf: (signIn: SignIn) => Issuer;
  readonly site: Site;
}

export interface DeskState extends DeskParts {
  readonly sessions: Sessions;
  readonly invitations: Invitations;
}

/** One request, and who makes it. */
export interface Visitor {
  readonly asked: Asked;
  /** The browser's own secret, of one that nobody signed in with. */
  readonly visit: string;
  readonly session: Session | undefined;
  readonly looking: Looking;
  /** Cookies that the answer sets. */
  readonly cookies: readonly string[];
}

export interface SignedInVisitor extends Visitor {
  readonly session: Session;
}

/** Behind https, at a name of its own, a cookie is the browser's alone; of `localhost` every port has it. */
export function isTrusted({ site }: Pick<DeskParts, 'site'>): boolean {
  return site.origin.startsWith('https:');
}

export type CookieName = 'session' | 'visit' | 'issuer';

function cookieName(parts: Pick<DeskParts, 'site'>, name: CookieName): string {
  return isTrusted(parts) ? `__Host-countersign-${name}` : `countersign-${name}`;
}

/** @param value undefined takes it away */
export function cookie(
  parts: Pick<DeskParts, 'site'>,
  name: CookieName,
  value: string | undefined,
  seconds: number,
): string {
  // Whoever comes back from the issuer comes from another site.
  const sameSite = name === 'issuer' ? 'Lax' : 'Strict';
  const secure = isTrusted(parts) ? '; Secure' : '';
  const age = value === undefined ? 0 : seconds;
  return `${cookieName(parts, name)}=${value ?? ''}; Path=/; Max-Age=${age}; HttpOnly; SameSite=${sameSite}${secure}`;
}

export function cookieOf(parts: Pick<DeskParts, 'site'>, asked: Asked, name: CookieName): string | undefined {
  return asked.cookies.get(cookieName(parts, name));
}

export function visitorOf(state: DeskState, asked: Asked): Visitor {
  const found = state.sessions.find(cookieOf(state, asked, 'session'));
  const session = found !== undefined && stillMay(state, found) ? found : undefined;
  const known = cookieOf(state, asked, 'visit');
  const visit = isSecret(known) ? known : newSecret();
  return {
    asked,
    visit,
    session,
    looking: {
      now: state.road.clock.wallMs(),
      token: session?.token ?? state.sessions.tokenOf(visit),
      ...(session === undefined ? {} : { person: session.person }),
    },
    cookies: visit === known ? [] : [cookie(state, 'visit', visit, 86_400)],
  };
}

/** The roster in force, with its passkeys. */
export function rosterOf({ road, approvers }: Pick<DeskParts, 'road' | 'approvers'>): Roster | undefined {
  return inForce(road.sequencer.head, approvers.current());
}

function stillMay(state: DeskState, { person, by }: Session): boolean {
  const roster = rosterOf(state);
  const known = roster?.people.get(person);
  if (roster === undefined || known === undefined) return false;
  return 'credential' in by
    ? passkeysOf(roster, person).some(({ credential }) => credential === by.credential)
    : roster.signIn !== undefined && known.subjects?.includes(by.subject) === true;
}

/** Whether the form is one that this browser was given. */
export function hasToken({ asked, looking }: Visitor): boolean {
  const token = asked.form.get('token');
  return token !== null && looking.token !== undefined && isSame(token, looking.token);
}

export function operatorOf({ session }: SignedInVisitor): Operator {
  return { id: `person:${session.person}`, channel: 'desk' };
}

/** What the script sends of a passkey. */
export function passkeyIn({ asked }: Visitor): JsonObject | undefined {
  const text = asked.form.get('passkey');
  if (text === null) return undefined;
  const parsed = parseJson(Buffer.from(text, 'utf8'), { maxBytes: 64 * 1024, maxDepth: 8, maxNodes: 200 });
  return parsed.ok && isObject(parsed.value) ? parsed.value : undefined;
}

export function problem({ looking, cookies }: Visitor, status: number, title: string, text: string): Answer {
  return html(problemPage(looking, title, text), status, cookies);
}
