// SPDX-License-Identifier: Apache-2.0
/**
 * The desk: where people sign in, see what they are asked, and answer. Server-rendered, on a listener of its own.
 *
 * Whoever is not signed in gets to the sign-in, and to a link that was given them; every form is one that this browser was
 * given. Nothing here decides what counts: that is `app/approvals` and `app/keeping`.
 *
 * Source: docs/adr/0028-assurance.md.
 */
import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { isSealed } from '../../core/approval/passkey.ts';
import type { Operator } from '../../core/request/proposal.ts';
import { askGlass, glassForm } from './break-glass.ts';
import { type Answer, html, json, readRequest, seeOther, send } from './http.ts';
import { edit, forTask } from './instead.ts';
import { createInvitations } from './invitations.ts';
import { acceptApprovers, approversOptions, keepers } from './keepers.ts';
import {
  enrol,
  enrolled,
  enrolOptions,
  invite,
  inviteOptions,
  linkFault,
  linkOf,
  passkeys,
  remove,
  removeOptions,
} from './own-passkeys.ts';
import { paths } from './pages/paths.ts';
import { createRate } from './rate.ts';
import { answer, answerOptions, card, list } from './requests.ts';
import { createSessions } from './session.ts';
import {
  callbackPath,
  fromIssuer,
  issuerName,
  type Say,
  signInByPasskey,
  signInForm,
  signInOptions,
  signOut,
  toIssuer,
} from './sign-in.ts';
import { answerTogether, together, togetherOptions } from './together.ts';
import {
  type DeskParts,
  type DeskState,
  hasToken,
  problem,
  rosterOf,
  type SignedInVisitor,
  type Visitor,
  visitorOf,
} from './visitor.ts';

export interface Desk {
  handle(req: IncomingMessage, res: ServerResponse): void;
  /** Where a request is decided; undefined while nobody can sign in. */
  urlOf(approval: string): string | undefined;
  /** A link for the first passkey. @returns why there is none */
  link(
    person: string,
  ): { readonly ok: true; readonly url: string } | { readonly ok: false; readonly reason: string };
}

export interface DeskOptions extends DeskParts {
  /** Whoever can open the socket: author of what is done before anything is sealed. */
  readonly anybody: Operator;
  readonly log: Say;
}

type Open = (state: DeskState, visitor: Visitor) => Answer | Promise<Answer>;
type SignedIn = (state: DeskState, visitor: SignedInVisitor, approval: string) => Answer | Promise<Answer>;

export function createDesk(options: DeskOptions): Desk {
  const { road, site, log, anybody } = options;
  const style = asset(file('desk.css'), 'text/css');
  const script = asset(file('desk.js'), 'text/javascript');
  const state: DeskState = {
    ...options,
    sessions: createSessions(road.clock.wallMs),
    invitations: createInvitations(road.clock.wallMs),
  };
  const strangers = createRate(120, road.clock.monotonicMs);
  const all = createRate(3000, road.clock.monotonicMs);

  /** For anybody. What is sent needs the token of this browser. */
  const open: ReadonlyMap<string, Open> = new Map<string, Open>([
    [`GET ${paths.signIn}`, (s, v) => (v.session === undefined ? signInForm(s, v) : seeOther(paths.list))],
    [`POST ${paths.signInOptions}`, signInOptions],
    [`POST ${paths.signIn}`, (s, v) => signInByPasskey(s, v, log)],
    [`POST ${paths.provider(issuerName)}`, (s, v) => toIssuer(s, v, log)],
    [`GET ${callbackPath}`, (s, v) => fromIssuer(s, v, log)],
    [`GET ${paths.enrol}`, (s, v) => enrol(s, v)],
    [`POST ${paths.enrolOptions}`, enrolOptions],
    [`POST ${paths.enrol}`, (s, v) => enrolled(s, v, anybody)],
  ]);
  const signedIn: ReadonlyMap<string, SignedIn> = new Map<string, SignedIn>([
    [`GET ${paths.list}`, (s, v) => list(s, v)],
    ['GET /approvals/*', (s, v, id) => card(s, v, id)],
    ['POST /approvals/*/options', answerOptions],
    ['POST /approvals/*/answer', answer],
    ['POST /approvals/*/edit', edit],
    ['POST /approvals/*/for-task', forTask],
    [`POST ${paths.signOut}`, signOut],
    [`GET ${paths.together}`, (s, v) => together(s, v)],
    [`POST ${paths.togetherOptions}`, togetherOptions],
    [`POST ${paths.together}`, answerTogether],
    [`GET ${paths.passkeys}`, (s, v) => passkeys(s, v)],
    [`POST ${paths.inviteOptions}`, inviteOptions],
    [`POST ${paths.invite}`, invite],
    [`POST ${paths.passkeyRemoveOptions}`, removeOptions],
    [`POST ${paths.passkeyRemove}`, remove],
    [`GET ${paths.glass}`, (s, v) => glassForm(s, v)],
    [`POST ${paths.glass}`, askGlass],
    [`GET ${paths.keepers}`, (s, v) => keepers(s, v)],
    [`POST ${paths.approversOptions}`, approversOptions],
    [`POST ${paths.approvers}`, acceptApprovers],
  ]);

  async function answerTo(req: IncomingMessage): Promise<Answer> {
    if (!all.take()) return plain(429, 'Too many requests.');
    const read = await readRequest(req, site);
    if (!read.ok) return plain(read.status, read.text);
    const { method, path } = read.asked;
    if (method === 'GET' && path === paths.style) return style;
    if (method === 'GET' && path === paths.script) return script;
    const visitor = visitorOf(state, read.asked);
    const forAnybody = open.get(`${method} ${path}`);
    const { route, approval } = routeOf(`${method} ${path}`);
    const forSome = signedIn.get(route);
    if (forAnybody === undefined && forSome === undefined)
      return problem(visitor, 404, 'There is no such page', 'Look at what waits.');
    if (method === 'POST' && !hasToken(visitor))
      return problem(
        visitor,
        403,
        'This form is over',
        'It is not one that this browser was given. Load the page again.',
      );
    if (forAnybody !== undefined) {
      if (visitor.session === undefined && isCostly(method, path) && !strangers.take())
        return plain(429, 'Too many tries. Wait a minute.');
      return forAnybody(state, visitor);
    }
    const { session } = visitor;
    if (session === undefined && path.endsWith('/options'))
      return json({ problem: 'you are not signed in any more' }, 401);
    if (session === undefined || forSome === undefined)
      return method === 'GET'
        ? seeOther(`${paths.signIn}?next=${encodeURIComponent(path)}`, visitor.cookies)
        : signInForm(state, visitor, 'You are not signed in any more. Nothing was done.', 401);
    return forSome(state, { ...visitor, session }, approval);
  }

  return {
    handle(req, res) {
      answerTo(req)
        .then((answered) => {
          // What was not read of a body is read by nobody.
          if (!req.complete) res.setHeader('connection', 'close');
          send(res, answered);
        })
        .catch((error: unknown) => {
          log('desk_failed', { error: error instanceof Error ? error.name : 'unknown' });
          if (!res.headersSent) send(res, plain(500, 'That did not work. Nothing was done.'));
          else res.destroy();
        });
    },
    urlOf(approval) {
      const roster = rosterOf(state);
      return roster !== undefined && isSealed(roster) ? `${site.origin}${paths.card(approval)}` : undefined;
    },
    link(person) {
      const fault = linkFault(rosterOf(state), person);
      if (fault !== undefined) return { ok: false, reason: fault };
      const text = state.invitations.give(person, undefined);
      return text === undefined
        ? { ok: false, reason: 'too many links are out: wait for some to end' }
        : { ok: true, url: linkOf(state, text) };
    },
  };
}

/** What checks signatures, asks the issuer or keeps something. */
function isCostly(method: string, path: string): boolean {
  return method === 'POST' || path === callbackPath;
}

function routeOf(asked: string): { readonly route: string; readonly approval: string } {
  const found = /^(GET|POST) \/approvals\/([A-Za-z0-9_-]{1,100})(\/[a-z-]+)?$/.exec(asked);
  return found === null
    ? { route: asked, approval: '' }
    : { route: `${found[1]} /approvals/*${found[3] ?? ''}`, approval: found[2] ?? '' };
}

/** For who is nobody here: no page, no form, no token. */
function plain(status: number, text: string): Answer {
  return html(`<!doctype html><title>Countersign</title><p>${text}</p>`, status);
}

function asset(body: string, type: Answer['type']): Answer {
  return { status: 200, body, type, isPublic: true };
}

function file(name: string): string {
  return readFileSync(join(import.meta.dirname, 'pages', name), 'utf8');
}
