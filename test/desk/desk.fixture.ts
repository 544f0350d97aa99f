// SPDX-License-Identifier: Apache-2.0
// A desk over a road in this process, on a port of its own.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { openIssuer } from '../../src/adapters/oidc/issuer.ts';
import { createDesk, type Desk } from '../../src/edges/desk/desk.ts';
import { anybody, openRoad, type Sealed, verifier } from '../road/sealed.fixture.ts';
import { type SoftPasskey, softPasskey } from './authenticator.fixture.ts';
import { type Browser, browser } from './form-browser.fixture.ts';

export interface OpenDesk extends AsyncDisposable {
  readonly road: Sealed;
  readonly desk: Desk;
  readonly origin: string;
  readonly said: string[];
  browser(): Browser;
  passkey(counts?: boolean): SoftPasskey;
}

/** @param url of a proxy with TLS; it is not there, and nobody can tell from behind it */
export async function openDesk(road?: Sealed, url?: string): Promise<OpenDesk> {
  const given = road ?? (await openRoad());
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const origin = url ?? `http://localhost:${port}`;
  const said: string[] = [];
  const { made, approvers } = given;
  const site = { origin, rpId: new URL(origin).hostname };
  const desk = createDesk({
    ...{ road: made.road, ledger: made.ledger, approvers, verifier, anybody, site },
    issuerOf: (signIn) => openIssuer(signIn, undefined),
    log: (event, detail) => said.push(`${event} ${JSON.stringify(detail)}`),
  });
  server.on('request', desk.handle);
  return {
    ...{ road: given, desk, origin, said },
    browser: () => browser(port, origin),
    passkey: (counts) => softPasskey(site, counts),
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** Enrols the first passkey by the link that the socket gives. */
export async function enrolFirst(open: OpenDesk, person = 'ana'): Promise<SoftPasskey> {
  const link = open.desk.link(person);
  if (!link.ok) throw new Error(link.reason);
  const passkey = open.passkey();
  const path = link.url.slice(open.origin.length);
  const here = open.browser();
  const page = await here.get(path);
  if (page.status !== 200) throw new Error(page.text);
  const invitation = new URL(link.url).searchParams.get('invitation') ?? '';
  const done = await here.sign('/enrol', '/enrol/options', passkey, { invitation, name: 'a key' });
  if (done.status !== 303) throw new Error(done.text);
  return passkey;
}

export async function signedIn(open: OpenDesk, passkey: SoftPasskey): Promise<Browser> {
  const here = open.browser();
  await here.get('/sign-in');
  const done = await here.sign('/sign-in', '/sign-in/options', passkey);
  if (done.status !== 303) throw new Error(`${done.status} ${done.text} ${open.said.join('\n')}`);
  await here.get('/passkeys');
  return here;
}

/** A second passkey, by the word of somebody who is signed in. */
export async function enrolNext(
  open: OpenDesk,
  by: Browser,
  theirs: SoftPasskey,
  person: string,
  counts = true,
): Promise<SoftPasskey> {
  await by.get('/keepers');
  const page = await by.sign('/passkeys/invite', '/passkeys/invite/options', theirs, { person });
  const invitation = /invitation=([\w-]+)/.exec(page.text)?.[1];
  if (invitation === undefined) throw new Error(`${page.status} ${page.text}`);
  const passkey = open.passkey(counts);
  const here = open.browser();
  await here.get(`/enrol?invitation=${invitation}`);
  const done = await here.sign('/enrol', '/enrol/options', passkey, { invitation, name: 'another' });
  if (done.status !== 303) throw new Error(`${done.status} ${done.text}`);
  return passkey;
}
