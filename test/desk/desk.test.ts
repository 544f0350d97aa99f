// SPDX-License-Identifier: Apache-2.0
// The desk over HTTP, with an authenticator in software: what people do, and what nobody can.
import { describe, expect, test } from 'vitest';
import { publishApproversAtStart } from '../../src/app/approvers.ts';
import type { Published } from '../../src/app/ports.ts';
import { rosterOf } from '../../src/core/approval/roster.ts';
import { facets } from '../../src/core/state/facet.ts';
import { verifies } from '../requirements.ts';
import { asks, eventsOf, over, refund } from '../road/approvals.fixture.ts';
import { tool } from '../road/road.fixture.ts';
import { cardOf, openRoad, people, sealable } from '../road/sealed.fixture.ts';
import { softPasskey } from './authenticator.fixture.ts';
import { enrolFirst, enrolNext, openDesk, signedIn } from './desk.fixture.ts';
import type { Browser } from './form-browser.fixture.ts';

const glass = over(`@id("all") permit (principal is Agent, action, resource);
@id("never") @break_glass("finance") @reason("No refunds.")
forbid (principal is Agent, action == Action::"refund", resource);`);

async function twoSignedIn(url?: string, policies?: Published) {
  const road = policies === undefined ? undefined : await openRoad(sealable, policies);
  const open = await openDesk(road, url);
  const ana = await enrolFirst(open);
  const first = await signedIn(open, ana);
  const ben = await enrolNext(open, first, ana, 'ben', false);
  return { open, ana, ben, first, second: await signedIn(open, ben) };
}

const path = (approval: string, more = '') => `/approvals/${approval}${more}`;

describe('people', () => {
  test('enrol, sign in, look, and approve: the call is let through once', async () => {
    verifies('approvals.signed');
    const { open, ana, ben, first, second } = await twoSignedIn();
    await using _ = open;
    const { made } = open.road;
    const caller = await made.start();
    const approval = await asks(made, caller);
    expect((await first.get('/')).text).toContain(path(approval));
    const page = await first.get(path(approval));
    expect(page.text).toContain('40000');
    expect(page.text).toContain('refund-over-limit');
    const fields = { verdict: 'approve', card: cardOf(made, approval), reason: '' };
    for (const [here, key] of [
      [first, ana],
      [second, ben],
    ] as const) {
      const done = await here.sign(path(approval, '/answer'), path(approval, '/options'), key, fields);
      expect(done).toMatchObject({ status: 200, text: expect.stringContaining('You said yes') });
    }
    expect((await made.call(caller, refund)).answer).toMatchObject({ outcome: 'allow' });
    expect(made.effects).toHaveLength(1);
    expect(open.desk.urlOf(approval)).toBe(`${open.origin}${path(approval)}`);
    expect((await first.get(path(approval))).text).toContain('approved, and used');
  });

  test('refuse without a passkey, and the agent reads why', async () => {
    const { open, first } = await twoSignedIn();
    await using _ = open;
    const { made } = open.road;
    const caller = await made.start();
    const approval = await asks(made, caller);
    const fields = { verdict: 'refuse', card: cardOf(made, approval), reason: 'paid in March' };
    expect(await first.post(path(approval, '/answer'), fields)).toMatchObject({
      status: 200,
      text: expect.stringContaining('You said no'),
    });
    expect((await made.call(caller, refund)).answer).toMatchObject({
      outcome: 'deny',
      code: 'approval_refused',
    });
    const decided = await eventsOf(made, 'decision');
    expect(decided.at(-1)?.detail).toContain('paid in March');
  });

  test('sign for several at once, and for no other', async () => {
    const { open, ana, first } = await twoSignedIn();
    await using _ = open;
    const { made } = open.road;
    const caller = await made.start();
    const ids: string[] = [];
    for (const customerId of [7, 8, 9])
      ids.push(
        await asks(made, caller, tool('crm', 'refund', { customerId, amount: 40_000, currency: 'EUR' })),
      );
    const [a = '', b = '', c = ''] = ids;
    const item = (id: string) => ['item', `${id} ${cardOf(made, id)}`] as const;
    const two = [['verdict', 'approve'], item(a), item(b)] as const;
    await first.get('/');
    // What was signed for two is nothing for a third, nor for one by itself.
    const { challenge } = JSON.parse((await first.post('/together/options', two)).text);
    const signed = ana.get({ challenge: Buffer.from(challenge, 'base64url') });
    const passkey = ['passkey', JSON.stringify(signed)] as const;
    expect((await first.post('/together', [...two, item(c), passkey])).text).not.toContain('You said yes');
    const alone = { verdict: 'approve', card: cardOf(made, c), passkey: passkey[1] };
    expect((await first.post(path(c, '/answer'), alone)).status).toBe(409);
    expect(await eventsOf(made, 'approval.decided')).toEqual([]);
    const done = await first.post('/together', [...two, passkey]);
    expect(done).toMatchObject({ status: 200, text: expect.stringContaining('You said yes to 2 of 2') });
    expect(await eventsOf(made, 'approval.decided')).toMatchObject([
      { approval: a, assurance: 'passkey', passkey: { credential: ana.credential } },
      { approval: b, assurance: 'passkey', passkey: { credential: ana.credential } },
    ]);
    // And it is over.
    expect((await first.post('/together', [...two, passkey])).text).not.toContain('You said yes to 2');
    expect((await first.post('/together', two)).text).toContain('You said yes to 0 of 2');
  });

  test('make another request of one, and sign that', async () => {
    const { open, ana, ben, first, second } = await twoSignedIn();
    await using _ = open;
    const { made } = open.road;
    const caller = await made.start();
    const approval = await asks(made, caller);
    expect((await first.get(path(approval))).text).toContain('Approve with edits');
    const args = [
      ['argument', 'amount'],
      ['value', '20000'],
      ['argument', 'currency'],
      ['value', '"EUR"'],
      ['argument', 'customerId'],
      ['value', '7'],
    ] as const;
    const card = ['card', cardOf(made, approval)] as const;
    expect((await first.post(path(approval, '/edit'), [card, ...args])).text).toContain('Say why');
    const told = await first.post(path(approval, '/edit'), [card, ['reason', 'half of it'], ...args]);
    const other = /^\/approvals\/(a-\w+)$/.exec(String(told.headers.location))?.[1] ?? '';
    expect(other).not.toBe(approval);
    expect((await first.get(path(other))).text).toContain('20000');
    const fields = { verdict: 'approve', card: cardOf(made, other), reason: '' };
    for (const [here, key] of [
      [first, ana],
      [second, ben],
    ] as const) {
      await here.get(path(other));
      expect((await here.sign(path(other, '/answer'), path(other, '/options'), key, fields)).status).toBe(
        200,
      );
    }
    expect((await made.call(caller, refund)).answer).toMatchObject({ outcome: 'allow' });
    expect(made.effects).toEqual(['crm/refund {"amount":20000,"currency":"EUR","customerId":7}']);
  });

  test('ask for so many calls of a task, in the forms that the page has', async () => {
    const { open, first } = await twoSignedIn();
    await using _ = open;
    const { made } = open.road;
    const approval = await asks(made, await made.start());
    const card = cardOf(made, approval);
    const said = { card, reason: 'month end', count: '3', minutes: '10', argument: 'amount' };
    await first.get(path(approval));
    for (const wrong of [
      { ...said, must: 'whatever' },
      { ...said, must: 'number x..y' },
      { ...said, count: '0', must: '' },
      { ...said, minutes: '9999', must: '' },
      { ...said, reason: '', must: '' },
    ])
      expect((await first.post(path(approval, '/for-task'), wrong)).status).toBe(409);
    const told = await first.post(path(approval, '/for-task'), { ...said, must: 'number 1..50000' });
    // Its values come from nowhere, and what is in doubt is let through one by one.
    expect(told).toMatchObject({ status: 409, text: expect.stringContaining('doubt') });
  });

  test('break the glass by two, who sign for it', async () => {
    const { open, ana, ben, first, second } = await twoSignedIn(undefined, glass);
    await using _ = open;
    const { made } = open.road;
    const caller = await made.start();
    const { task } = caller;
    expect((await made.call(caller, refund)).answer).toMatchObject({ outcome: 'deny' });
    await first.get('/break-glass');
    expect(
      (await first.post('/break-glass', { task, group: 'finance', minutes: '10', reason: '' })).status,
    ).toBe(409);
    const fields = { task, group: 'finance', minutes: '10', reason: 'an outage' };
    const told = await first.post('/break-glass', fields);
    const id = /^\/approvals\/(g-\w+)$/.exec(String(told.headers.location))?.[1] ?? '';
    const yes = { verdict: 'approve', card: cardOf(made, id), reason: '' };
    for (const [here, key] of [
      [first, ana],
      [second, ben],
    ] as const) {
      expect((await here.get(path(id))).text).toContain('break the glass');
      // A session is nothing to it.
      expect((await here.post(path(id, '/answer'), yes)).status).toBe(409);
      expect((await here.sign(path(id, '/answer'), path(id, '/options'), key, yes)).status).toBe(200);
    }
    expect(await eventsOf(made, 'break_glass.opened')).toMatchObject([{ people: ['ana', 'ben'] }]);
    expect((await made.call(caller, refund)).answer).toMatchObject({ outcome: 'allow' });
  });

  test('see only what they are asked', async () => {
    const open = await openDesk();
    await using _ = open;
    const ana = await enrolFirst(open);
    const here = await signedIn(open, ana);
    const approval = await asks(open.road.made, await open.road.made.start()).catch(() => undefined);
    // Two are asked and one has a passkey, so nobody is.
    expect(approval).toBeUndefined();
    expect((await here.get('/')).text).toContain('Nothing waits for you');
    expect((await here.get(path('a-nothing'))).status).toBe(404);
  });

  test('are signed out when their passkey is gone', async () => {
    const { open, ana, ben, first, second } = await twoSignedIn();
    await using _ = open;
    const id = ben.credential;
    const done = await first.sign('/passkeys/remove', '/passkeys/remove/options', ana, { id });
    expect(done.status).toBe(303);
    expect((await second.get('/')).status).toBe(303);
    expect((await second.get('/')).headers.location).toContain('/sign-in');
    await second.get('/sign-in');
    expect((await second.sign('/sign-in', '/sign-in/options', ben)).status).toBe(403);
  });

  test('who keep who approves bring a saved file into force, and nobody else does', async () => {
    verifies('approvals.sealed');
    const { open, ana, first } = await twoSignedIn();
    await using _ = open;
    const { made, approvers } = open.road;
    const eve = await enrolNext(open, first, ana, 'eve');
    const theirs = await signedIn(open, eve);
    const joined = rosterOf(
      [...people, { name: 'joe', operators: ['local:9'], also: [] }],
      [
        ['finance', ['ana', 'ben', 'eve', 'joe']],
        ['keepers', ['ana', 'ben']],
      ],
    );
    // As a daemon finds it at its start.
    const file = { roster: joined, source: '{}' };
    expect(await publishApproversAtStart(made.road, file, 'local:1', approvers)).toBe('held');
    expect(approvers.current().digest).toBe(sealable.digest);
    const page = await first.get('/keepers');
    expect(page.text).toContain('person joe is new: operators local:9');
    expect(page.text).toContain('group finance: ana, ben, eve, joe; until now ana, ben, eve');
    const fields = { to: joined.digest };
    await theirs.get('/keepers');
    expect(
      (await theirs.sign('/keepers/approvers', '/keepers/approvers/options', eve, fields)).text,
    ).toContain('keepers');
    expect((await first.post('/keepers/approvers', fields)).text).toContain('signed with a passkey');
    expect(approvers.current().digest).toBe(sealable.digest);
    await first.get('/keepers');
    expect((await first.sign('/keepers/approvers', '/keepers/approvers/options', ana, fields)).status).toBe(
      303,
    );
    expect(approvers.current().digest).toBe(joined.digest);
    expect(approvers.held()).toBeUndefined();
  });
});

describe('a session alone', () => {
  test.each([
    ['of localhost', undefined, 409],
    ['behind https, where the deed is grave', 'https://desk.example.com', 409],
  ])('%s is no yes', async (_where, url, status) => {
    const { open, first } = await twoSignedIn(url);
    await using _ = open;
    const { made } = open.road;
    const approval = await asks(made, await made.start());
    const fields = { verdict: 'approve', card: cardOf(made, approval) };
    expect((await first.post(path(approval, '/answer'), fields)).status).toBe(status);
    expect(made.road.sequencer.head.get(facets.approval(approval))?.votes).toEqual([]);
  });

  test('has cookies that no script and no other site gets', async () => {
    for (const [url, wants] of [
      [undefined, /^countersign-session=[\w-]{43}; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Strict$/],
      [
        'https://desk.example.com',
        /^__Host-countersign-session=[\w-]{43}; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Strict; Secure$/,
      ],
    ] as const) {
      const open = await openDesk(undefined, url);
      await using _ = open;
      const ana = await enrolFirst(open);
      const here = open.browser();
      await here.get('/sign-in');
      const done = await here.sign('/sign-in', '/sign-in/options', ana);
      const lines = [done.headers['set-cookie'] ?? []].flat();
      expect(lines.find((line) => line.includes('session'))).toMatch(wants);
    }
  });

  test('ends', async () => {
    const { open, first, second } = await twoSignedIn();
    await using _ = open;
    const before = new Map(first.cookies);
    await first.post('/sign-out');
    expect((await first.get('/')).status).toBe(303);
    for (const [name, value] of before) first.cookies.set(name, value);
    expect((await first.get('/')).status).toBe(303);
    open.road.made.pass(21 * 60_000);
    expect((await second.get('/')).status).toBe(303);
  });
});

describe('nobody', () => {
  const paths = ['https://evil.example', 'http://localhost:1', 'null'];

  test.each(paths)('sends a form from %s', async (origin) => {
    const { open, first } = await twoSignedIn();
    await using _ = open;
    const { made } = open.road;
    const approval = await asks(made, await made.start());
    const fields = { verdict: 'refuse', card: cardOf(made, approval), reason: 'x' };
    expect((await first.post(path(approval, '/answer'), fields, { origin })).status).toBe(403);
    expect((await first.get('/', { origin })).status).toBe(403);
    expect(made.road.sequencer.head.get(facets.approval(approval))?.status).toBe('requested');
  });

  test.each<[what: string, headers: Record<string, string>, status: number]>([
    ['another host', { host: 'evil.example' }, 421],
    ['the address instead of the name', { host: '127.0.0.1' }, 421],
    ['a request that another site began', { 'sec-fetch-site': 'cross-site' }, 403],
    ['another port of the same host', { 'sec-fetch-site': 'same-site' }, 403],
    ['JSON', { 'content-type': 'application/json' }, 415],
    ['no form', { 'content-type': 'text/plain' }, 415],
  ])('gets in with %s', async (_what, headers, status) => {
    const { open, first } = await twoSignedIn();
    await using _ = open;
    expect((await first.post('/sign-out', {}, headers)).status).toBe(status);
    expect((await first.get('/')).status).toBe(200);
  });

  test('sends a form that this browser was not given', async () => {
    const { open, first, second } = await twoSignedIn();
    await using _ = open;
    for (const token of ['', 'x', second.token()])
      expect((await first.post('/sign-out', { token })).status).toBe(403);
    expect((await first.get('/')).status).toBe(200);
  });

  test('sends more than a form has', async () => {
    const open = await openDesk();
    await using _ = open;
    const here = open.browser();
    await here.get('/sign-in');
    expect((await here.post('/sign-in', { more: 'x'.repeat(70_000) })).status).toBe(413);
    const many = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`f${i}`, '']));
    expect((await here.post('/sign-in', many)).status).toBe(413);
  });

  test.each<[what: string, cookie: string]>([
    ['made up', 'A'.repeat(43)],
    ['empty', ''],
    ['of a person', 'ana'],
    ['twice', `${'A'.repeat(43)}; countersign-session=${'B'.repeat(43)}`],
  ])('is somebody by a cookie that is %s', async (_what, cookie) => {
    const { open } = await twoSignedIn();
    await using _ = open;
    const here = open.browser();
    here.cookies.set('countersign-session', cookie);
    expect((await here.get('/')).status).toBe(303);
  });

  test('signs in with what was signed before, elsewhere or by a passkey of their own', async () => {
    const { open, ana } = await twoSignedIn();
    await using _ = open;
    const here = open.browser();
    await here.get('/sign-in');
    const { challenge } = JSON.parse((await here.post('/sign-in/options')).text);
    const bytes = Buffer.from(challenge, 'base64url');
    const tries = (response: unknown, as: Browser = here) =>
      as.post('/sign-in', { passkey: JSON.stringify(response) });
    // Another browser has it.
    const other = open.browser();
    await other.get('/sign-in');
    expect((await tries(ana.get({ challenge: bytes }), other)).status).toBe(403);
    expect((await tries(open.passkey().get({ challenge: bytes }))).status).toBe(403);
    expect((await tries(ana.get({ challenge: bytes, origin: 'http://localhost:1' }))).status).toBe(403);
    expect((await tries(ana.get({ challenge: bytes, rpId: 'evil.example' }))).status).toBe(403);
    expect((await tries(ana.get({ challenge: bytes, uses: 1 }))).status).toBe(403);
    expect((await tries(ana.get({ challenge: Buffer.alloc(40) }))).status).toBe(403);
    expect((await tries({ id: ana.credential })).status).toBe(403);
    const right = ana.get({ challenge: bytes, uses: 100 });
    expect((await tries(right)).status).toBe(303);
    const again = open.browser();
    for (const [name, value] of here.cookies) if (name.endsWith('visit')) again.cookies.set(name, value);
    await again.get('/sign-in');
    expect((await tries(right, again)).status).toBe(403);
    expect((await tries(ana.get({ challenge: bytes, uses: 200 }), again)).status).toBe(403);
    open.road.made.pass(6 * 60_000);
    const { challenge: late } = JSON.parse((await again.post('/sign-in/options')).text);
    open.road.made.pass(6 * 60_000);
    expect(
      (await tries(ana.get({ challenge: Buffer.from(late, 'base64url'), uses: 300 }), again)).status,
    ).toBe(403);
  });

  test('gets a link over the socket once it is sealed, or uses one twice', async () => {
    verifies('approvals.sealed');
    const open = await openDesk();
    await using _ = open;
    const early = open.desk.link('ben');
    if (!early.ok) throw new Error(early.reason);
    await enrolFirst(open);
    expect(open.desk.link('ana')).toMatchObject({ ok: false, reason: expect.stringContaining('sealed') });
    // One that was given before is worth nothing any more.
    const here = open.browser();
    const invitation = new URL(early.url).searchParams.get('invitation') ?? '';
    await here.get(`/enrol?invitation=${invitation}`);
    const mine = open.passkey();
    const done = await here.sign('/enrol', '/enrol/options', mine, { invitation, name: 'x' });
    expect(done).toMatchObject({ status: 409, text: expect.stringContaining('sealed') });
    expect((await here.get(`/enrol?invitation=${invitation}`)).status).toBe(404);
    expect(open.road.made.road.sequencer.head.get(facets.passkeys)).toHaveLength(1);
  });

  test('enrols a passkey without a link, or for somebody else', async () => {
    const { open, first, ana } = await twoSignedIn();
    await using _ = open;
    const mine = softPasskey({ origin: open.origin, rpId: 'localhost' });
    for (const invitation of ['', 'A'.repeat(43)]) {
      const fields = {
        invitation,
        name: 'x',
        passkey: JSON.stringify(mine.create({ challenge: Buffer.alloc(32) })),
      };
      expect((await first.post('/enrol', fields)).status).toBe(404);
    }
    // Without a signature, for oneself as well.
    for (const person of ['ana', 'eve']) {
      const page = await first.post('/passkeys/invite', { person });
      expect(page).toMatchObject({ status: 409, text: expect.stringContaining('signed with a passkey') });
    }
    // One that was signed for somebody else.
    const asked = JSON.parse((await first.post('/passkeys/invite/options', { person: 'ana' })).text);
    const response = ana.get({ challenge: Buffer.from(asked.challenge, 'base64url') });
    const page = await first.post('/passkeys/invite', { person: 'eve', passkey: JSON.stringify(response) });
    expect(page.status).toBe(409);
    expect(open.road.made.road.sequencer.head.get(facets.passkeys)).toHaveLength(2);
  });
});

test('nothing of it is kept, framed, or run from elsewhere', async () => {
  const { open, first } = await twoSignedIn();
  await using _ = open;
  for (const page of [await first.get('/'), await open.browser().get('/sign-in')]) {
    expect(page.headers['content-security-policy']).toBe(
      "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    );
    expect(page.headers).toMatchObject({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'same-origin',
    });
    expect(page.text).not.toMatch(/<script(?! src="\/desk\.js")|<style| style=| on[a-z]+=/);
  }
});

test('guessing has an end', async () => {
  const open = await openDesk();
  await using _ = open;
  await enrolFirst(open);
  const here = open.browser();
  await here.get('/sign-in');
  const states = new Set<number>();
  for (let i = 0; i < 130; i += 1) states.add((await here.post('/sign-in', { passkey: '{}' })).status);
  expect(states).toEqual(new Set([403, 429]));
});
