// SPDX-License-Identifier: Apache-2.0
// Signing in at a real OpenID provider, and every answer of one that is not for this browser, now.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decideApproval } from '../../src/app/approvals.ts';
import { rosterOf } from '../../src/core/approval/roster.ts';
import { facets } from '../../src/core/state/facet.ts';
import { verifies } from '../requirements.ts';
import { asks, over } from '../road/approvals.fixture.ts';
import { tool } from '../road/road.fixture.ts';
import { anybody, cardOf, openRoad } from '../road/sealed.fixture.ts';
import { openDesk } from './desk.fixture.ts';
import type { Browser, Page } from './form-browser.fixture.ts';
import { openTestIssuer, type TestIssuer } from './issuer.fixture.ts';

const desk = 'https://desk.example.com';
let issuer: TestIssuer;

beforeAll(async () => {
  issuer = await openTestIssuer(`${desk}/sign-in/issuer/callback`);
});
afterAll(async () => issuer?.[Symbol.asyncDispose]());

/** Reading takes one person, so that a session is enough. */
const policies = over(`@id("all") permit (principal is Agent, action, resource);
@id("look") @outcome("step_up") @approvers("finance") @expires("15m")
forbid (principal is Agent, action in Action::"read", resource) when { context.tool.name == "get_ticket" };`);

async function opened(url = desk) {
  const roster = rosterOf(
    [
      { name: 'ana', operators: ['local:1'], also: [], subjects: ['sub-ana'] },
      { name: 'ben', operators: [], also: [], subjects: ['sub-ben'] },
    ],
    [
      ['finance', ['ana', 'ben']],
      ['keepers', ['ana']],
    ],
    { issuer: issuer.issuer, client: issuer.client },
  );
  return openDesk(await openRoad(roster, policies), url);
}

async function sentTo(here: Browser, next = ''): Promise<URL> {
  await here.get(next === '' ? '/sign-in' : `/sign-in?next=${encodeURIComponent(next)}`);
  return leadsTo(await here.post('/sign-in/issuer', next === '' ? {} : { next }));
}

function leadsTo(page: Page): URL {
  const to = /http-equiv="refresh" content="0; url=([^"]*)"/.exec(page.text)?.[1]?.replaceAll('&amp;', '&');
  if (to === undefined) throw new Error(`${page.status} ${page.text}`);
  return new URL(to, desk);
}

const pathOf = (url: URL) => `${url.pathname}${url.search}`;

test('a person signs in at the issuer, goes on where they were, and approves what a session may', async () => {
  await using open = await opened();
  const { made } = open.road;
  const caller = await made.start();
  const call = tool('crm', 'get_ticket', { ticketId: 42 });
  const approval = await asks(made, caller, call);
  // The issuer alone seals it.
  const said = { approval, verdict: 'approve', card: cardOf(made, approval), reason: '' } as const;
  expect(await decideApproval(made.road, anybody, said)).toMatchObject({ ok: false });

  const here = open.browser();
  const path = `/approvals/${approval}`;
  expect((await here.get(path)).headers.location).toBe(`/sign-in?next=${encodeURIComponent(path)}`);
  const to = await sentTo(here, path);
  expect(to.searchParams.get('code_challenge_method')).toBe('S256');
  const back = await issuer.signIn(to, 'sub-ana');
  expect(back.origin).toBe(desk);
  const page = await here.get(pathOf(back));
  expect(pathOf(leadsTo(page))).toBe(path);
  await here.get(path);
  const done = await here.post(`${path}/answer`, { verdict: 'approve', card: cardOf(made, approval) });
  expect(done).toMatchObject({ status: 200, text: expect.stringContaining('You said yes') });
  expect((await made.call(caller, call)).answer).toMatchObject({ outcome: 'allow' });
});

test('of localhost a session is everybody’s of this machine, so it approves nothing', async () => {
  verifies('approvals.sealed');
  const local = 'http://localhost:4711';
  await using elsewhere = await openTestIssuer(`${local}/sign-in/issuer/callback`);
  await using open = await (async () => {
    const before = issuer;
    issuer = elsewhere;
    try {
      return await opened(local);
    } finally {
      issuer = before;
    }
  })();
  const { made } = open.road;
  const approval = await asks(made, await made.start(), tool('crm', 'get_ticket', { ticketId: 42 }));
  const here = open.browser();
  const back = await elsewhere.signIn(await sentTo(here), 'sub-ana');
  await here.get(pathOf(back));
  expect((await here.get(`/approvals/${approval}`)).status).toBe(200);
  const done = await here.post(`/approvals/${approval}/answer`, {
    verdict: 'approve',
    card: cardOf(made, approval),
  });
  expect(done).toMatchObject({ status: 409, text: expect.stringContaining('signed with a passkey') });
  expect(made.road.sequencer.head.get(facets.approval(approval))?.votes).toEqual([]);
});

describe('nobody signs in', () => {
  const bent: readonly [what: string, bend: (url: URL) => void][] = [
    ['another nonce', (url) => url.searchParams.set('nonce', 'x'.repeat(43))],
    ['another PKCE challenge', (url) => url.searchParams.set('code_challenge', 'x'.repeat(43))],
    ['another state', (url) => url.searchParams.set('state', 'x'.repeat(43))],
  ];

  test.each(bent)('with %s', async (_what, bend) => {
    await using open = await opened();
    const here = open.browser();
    const to = await sentTo(here);
    bend(to);
    const back = await issuer.signIn(to, 'sub-ana');
    expect((await here.get(pathOf(back))).status).toBe(403);
    expect((await here.get('/')).status).toBe(303);
    expect(open.said.join('\n')).toContain('desk_sign_in_refused');
  });

  test('in a browser in which it did not begin, and not twice', async () => {
    await using open = await opened();
    const [mine, theirs] = [open.browser(), open.browser()];
    const back = await issuer.signIn(await sentTo(mine), 'sub-ana');
    expect((await theirs.get(pathOf(back))).status).toBe(403);
    // Of a try of their own, with the answer to mine.
    await sentTo(theirs);
    expect((await theirs.get(pathOf(back))).status).toBe(403);
    const kept = new Map(mine.cookies);
    expect((await mine.get(pathOf(back))).status).toBe(200);
    const again = open.browser();
    for (const [name, value] of kept) again.cookies.set(name, value);
    expect((await again.get(pathOf(back))).status).toBe(403);
  });

  test('whom the file does not know', async () => {
    await using open = await opened();
    const here = open.browser();
    const back = await issuer.signIn(await sentTo(here), 'sub-eve');
    expect((await here.get(pathOf(back))).status).toBe(403);
    expect(open.said.join('\n')).toContain('does not know this subject');
  });

  test('where the issuer has gone', async () => {
    const gone = await openTestIssuer(`${desk}/sign-in/issuer/callback`);
    await gone[Symbol.asyncDispose]();
    const before = issuer;
    issuer = gone;
    await using open = await opened();
    issuer = before;
    const here = open.browser();
    await here.get('/sign-in');
    expect((await here.post('/sign-in/issuer')).status).toBe(503);
  });

  test.each(['https://evil.example/', '//evil.example', '/\\evil.example', '/'.repeat(600)])(
    'and is led away to %s',
    async (next) => {
      await using open = await opened();
      const here = open.browser();
      const back = await issuer.signIn(await sentTo(here, next), 'sub-ana');
      expect(pathOf(leadsTo(await here.get(pathOf(back))))).toBe('/');
    },
  );
});

test('a keeper who has no passkey yet enrols one by the word of the issuer, and then it takes one', async () => {
  await using open = await opened();
  const here = open.browser();
  await here.get(pathOf(await issuer.signIn(await sentTo(here), 'sub-ana')));
  const page = await here.get('/passkeys');
  const invitation = /invitation=([\w-]+)/.exec(page.text)?.[1] ?? '';
  // The same link, however often the page is loaded.
  expect((await here.get('/passkeys')).text).toContain(invitation);
  await here.get(`/enrol?invitation=${invitation}`);
  const key = open.passkey();
  expect((await here.sign('/enrol', '/enrol/options', key, { invitation, name: 'phone' })).status).toBe(303);
  expect((await here.get('/passkeys')).text).not.toContain('invitation=');
  expect(await here.post('/passkeys/invite', { person: 'ben' })).toMatchObject({
    status: 409,
    text: expect.stringContaining('signed with a passkey'),
  });
});
