// SPDX-License-Identifier: Apache-2.0
/**
 * Signing in: with a passkey, or at the issuer that the file of approvers names; and out.
 *
 * Each try is tied to the browser that it began in, and is good once. Whoever is turned away is told that they were, and
 * the log has why.
 *
 * Source: docs/adr/0028-assurance.md; OpenID Connect Core 3.1, RFC 7636 (PKCE), RFC 9700.
 */

import type { IssuerSecrets } from '../../app/ports.ts';
import { asserted, recordSignIn } from '../../app/signed.ts';
import { parseJson } from '../../core/json/parse.ts';
import { isObject, type JsonObject } from '../../core/json/value.ts';
import { type Answer, html, json, seeOther } from './http.ts';
import { paths } from './pages/paths.ts';
import { signInPage } from './pages/sign-in.ts';
import { isSecret, newSecret, sessionLimits } from './session.ts';
import { cookie, cookieOf, type DeskState, passkeyIn, problem, rosterOf, type Visitor } from './visitor.ts';

/** The only provider there is: what the file of approvers names. */
export const issuerName = 'issuer';
export const callbackPath = `${paths.provider(issuerName)}/callback`;

export type Say = (event: string, detail: JsonObject) => void;

export function signInForm(state: DeskState, visitor: Visitor, told?: string, status = 200): Answer {
  const roster = rosterOf(state);
  const next = nextOf(visitor);
  const providers =
    roster?.signIn === undefined ? [] : [{ name: issuerName, title: new URL(roster.signIn.issuer).host }];
  const page = signInPage(visitor.looking, {
    providers,
    passkey: (roster?.passkeys ?? []).length > 0,
    ...(next === undefined ? {} : { next }),
    ...(told === undefined ? {} : { problem: told }),
  });
  return html(page, status, visitor.cookies);
}

/** Any passkey of this site: whose it is says who signs in. */
export function signInOptions(state: DeskState, visitor: Visitor): Answer {
  return json({
    challenge: Buffer.from(state.sessions.challengeOf(visitor.visit)).toString('base64url'),
    rpId: state.site.rpId,
    allowCredentials: [],
    userVerification: 'required',
    timeout: sessionLimits.challengeMs,
  });
}

export async function signInByPasskey(state: DeskState, visitor: Visitor, say: Say): Promise<Answer> {
  const turnedAway = (why: string): Answer => {
    say('desk_sign_in_refused', { way: 'passkey', why });
    return signInForm(state, visitor, 'That did not sign you in. Try it again.', 403);
  };
  const response = passkeyIn(visitor);
  const challenge = response === undefined ? undefined : challengeIn(response);
  if (response === undefined || challenge === undefined) return turnedAway('it is no answer of a passkey');
  if (!state.sessions.isChallenge(visitor.visit, challenge))
    return turnedAway('its challenge is over, was used, or is of another browser');
  const { head } = state.road.sequencer;
  const read = await asserted(head, state.verifier, state.site, challenge, response);
  if (!read.ok) return turnedAway(read.reason);
  if (!state.sessions.spend(challenge)) return turnedAway('its challenge was used');
  const { person, credential } = read.passkey;
  if (!(await recordSignIn(state.road, person, { credential, uses: read.uses })))
    return turnedAway('the passkey does not count any more');
  return welcome(state, visitor, person, { credential });
}

function welcome(
  state: DeskState,
  visitor: Visitor,
  person: string,
  by: { readonly credential: string },
): Answer {
  // Whoever had this browser before is signed out.
  state.sessions.end(cookieOf(state, visitor.asked, 'session'));
  const value = state.sessions.start(person, by);
  const set = cookie(state, 'session', value, sessionLimits.mostMs / 1000);
  return seeOther(nextOf(visitor) ?? paths.list, [...visitor.cookies, set]);
}

export function signOut(state: DeskState, visitor: Visitor): Answer {
  state.sessions.end(cookieOf(state, visitor.asked, 'session'));
  return seeOther(paths.signIn, [...visitor.cookies, cookie(state, 'session', undefined, 0)]);
}

/** Sends the person to the issuer. All secrets of it come from one cookie, which only this browser has. */
export async function toIssuer(state: DeskState, visitor: Visitor, say: Say): Promise<Answer> {
  const roster = rosterOf(state);
  if (roster?.signIn === undefined)
    return problem(visitor, 404, 'There is no issuer', 'The file of approvers names none.');
  const secret = newSecret();
  const next = nextOf(visitor) ?? paths.list;
  const url = await state
    .issuerOf(roster.signIn)
    .begin(secretsOf(state, secret), `${state.site.origin}${callbackPath}`);
  if (url === undefined) {
    say('desk_issuer_unreachable', { issuer: roster.signIn.issuer });
    return signInForm(state, visitor, 'The issuer cannot be reached now.', 503);
  }
  const value = `${secret}.${Buffer.from(next).toString('base64url')}`;
  // A form may lead to this desk alone, so the page goes on by itself.
  return onwards('Signing in', url.href, [...visitor.cookies, cookie(state, 'issuer', value, 600)]);
}

export async function fromIssuer(state: DeskState, visitor: Visitor, say: Say): Promise<Answer> {
  const gone = cookie(state, 'issuer', undefined, 0);
  const turnedAway = (why: string): Answer => {
    say('desk_sign_in_refused', { way: 'oidc', why });
    const answer = signInForm(state, visitor, 'That did not sign you in. Try it again.', 403);
    return { ...answer, cookies: [...visitor.cookies, gone] };
  };
  const [secret, next = ''] = (cookieOf(state, visitor.asked, 'issuer') ?? '').split('.');
  const roster = rosterOf(state);
  if (!isSecret(secret) || roster?.signIn === undefined) return turnedAway('it began in another browser');
  // The code in it is good once by itself; a secret is used once whatever comes of it.
  if (!state.sessions.spend(Buffer.from(secret))) return turnedAway('it was used');
  const { path, query } = visitor.asked;
  const url = new URL(`${path}?${query}`, state.site.origin);
  const done = await state.issuerOf(roster.signIn).finish(secretsOf(state, secret), url);
  if (!done.ok) return turnedAway(done.reason);
  const { subject } = done;
  const person = [...roster.people.values()].find(({ subjects }) => subjects?.includes(subject) === true);
  if (person === undefined) return turnedAway('the file of approvers does not know this subject');
  if (!(await recordSignIn(state.road, person.name, undefined)))
    return turnedAway('the person does not count any more');
  state.sessions.end(cookieOf(state, visitor.asked, 'session'));
  const value = state.sessions.start(person.name, { subject });
  const wanted = Buffer.from(next, 'base64url').toString('utf8');
  return onwards('You are signed in', isOwnPath(wanted) ? wanted : paths.list, [
    ...visitor.cookies,
    gone,
    cookie(state, 'session', value, sessionLimits.mostMs / 1000),
  ]);
}

/** A cookie that is for our own pages is not sent on the way from somewhere else: the next step is one from here. */
function onwards(title: string, to: string, cookies: readonly string[]): Answer {
  const href = to.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
  return html(
    `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>${title} · Countersign</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="0; url=${href}"><link rel="stylesheet" href="${paths.style}"></head>
<body><main><h1>${title}</h1><p><a href="${href}">Go on</a></p></main></body>
</html>
`,
    200,
    cookies,
  );
}

function secretsOf({ sessions }: DeskState, secret: string): IssuerSecrets {
  const part = (purpose: string) => sessions.derive(purpose, secret).toString('base64url');
  return { state: part('state'), nonce: part('nonce'), verifier: part('pkce') };
}

function nextOf({ asked }: Visitor): string | undefined {
  const next = asked.form.get('next') ?? asked.query.get('next') ?? undefined;
  return next !== undefined && isOwnPath(next) ? next : undefined;
}

/** Which challenge they say that they signed: believed once the signature over it is. */
function challengeIn(response: JsonObject): Uint8Array | undefined {
  const inner = response.response;
  const data = isObject(inner) ? inner.clientDataJSON : undefined;
  if (typeof data !== 'string') return undefined;
  const parsed = parseJson(Buffer.from(data, 'base64url'), { maxBytes: 8000, maxDepth: 4, maxNodes: 100 });
  const challenge = parsed.ok && isObject(parsed.value) ? parsed.value.challenge : undefined;
  return typeof challenge === 'string' ? Buffer.from(challenge, 'base64url') : undefined;
}

/** Whether it leads to this desk: `//host` and `/\\host` are somewhere else. */
function isOwnPath(path: string): boolean {
  return path.length <= 500 && /^\/(?![/\\])[\x21-\x7e]*$/.test(path);
}
