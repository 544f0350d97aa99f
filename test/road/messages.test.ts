// SPDX-License-Identifier: Apache-2.0
// Messages over a real road and to a real server: told in order and at least once, whatever the server does, and again
// after whoever told them is gone.
import { expect, test, vi } from 'vitest';
import { signingSecretOf } from '../../src/adapters/messages/signature.ts';
import { openTarget } from '../../src/adapters/messages/target.ts';
import { askToBreakGlass } from '../../src/app/break-glass.ts';
import type { Target } from '../../src/app/message-target.ts';
import { createMessages, type Messages } from '../../src/app/messages.ts';
import { createPast } from '../../src/app/past.ts';
import { createReviews, type Reviews } from '../../src/app/reviews.ts';
import { createSequencer } from '../../src/app/sequencer.ts';
import { tellUnanswered } from '../../src/app/unanswered.ts';
import { toldTypes } from '../../src/core/message/telling.ts';
import { type Answer, heard, type Receiver, startReceiver } from '../messages/receiver.fixture.ts';
import { verifies } from '../requirements.ts';
import { approved, asked, asks, by, eventsOf, refund, says, withRule } from './approvals.fixture.ts';
import { type Rig, tool } from './road.fixture.ts';

const secret = `whsec_${Buffer.alloc(32, 5).toString('base64')}`;

interface Telling extends AsyncDisposable {
  readonly made: Rig;
  readonly messages: Messages;
}

/** Waits for retries are there, and short. */
function clockOf(made: Rig, waits: number[] = []): Rig['road']['clock'] {
  return {
    ...made.road.clock,
    after(delayMs, run) {
      waits.push(delayMs);
      const timer = setTimeout(run, 2);
      return () => clearTimeout(timer);
    },
  };
}

function targetAt(url: string, more: Partial<Target['told']> = {}): Target {
  const read = signingSecretOf(secret);
  if (read === undefined) throw new Error('no secret');
  const { origin } = new URL(url);
  const told = { name: 'pager', kind: 'webhook' as const, origin, address: '0'.repeat(32) };
  return openTarget(
    {
      told: { ...told, events: toldTypes, shows: 'deed', ...more },
      url: new URL('/hook/s3cret-path', url),
      network: 'private',
      secrets: [read],
    },
    // Receivers want the time of now.
    { wallMs: Date.now },
  );
}

async function telling(
  made: Rig,
  targets: readonly Target[],
  waits: number[] = [],
  deskUrlOf?: (approval: string) => string,
  reviews?: Reviews,
): Promise<Telling> {
  const messages = createMessages({
    road: { ...made.road, clock: clockOf(made, waits) },
    ledger: made.ledger,
    randomness: { bytes: (count) => new Uint8Array(count) },
    targets,
    ...(reviews === undefined ? {} : { reviews }),
  });
  await messages.start('local:0', deskUrlOf);
  return {
    made,
    messages,
    async [Symbol.asyncDispose]() {
      await messages.close();
      for (const target of targets) await target.close();
    },
  };
}

const types = (receiver: Receiver) => receiver.got.map(({ body }) => body.type);
const ends = async (made: Rig) => (await eventsOf(made, 'message.ended')).map(({ end }) => end);

test('a request, each answer and who gave it are told, signed, in order, and that is on record', async () => {
  verifies('messages.arrive', 'messages.signed');
  await using receiver = await startReceiver(secret);
  const made = await asked();
  await using _ = await telling(made, [targetAt(receiver.url)], [], (id) => `https://desk.example.com/${id}`);
  const approval = await asks(made, await made.start({ onBehalfOf: 'ana' }));
  await approved(made, approval);
  await vi.waitFor(async () => expect(await ends(made)).toEqual(['delivered', 'delivered', 'delivered']));

  expect(receiver.got.map(({ wrong }) => wrong)).toEqual(['', '', '']);
  const [request] = await eventsOf(made, 'approval.requested');
  expect(receiver.got[0]).toMatchObject({
    id: request?.id,
    body: {
      type: 'approval.requested',
      timestamp: new Date(request?.at ?? 0).toISOString(),
      data: {
        approval,
        status: 'requested',
        chain: ['ana', 'a1'],
        why: [
          {
            policy: 'refund-over-limit',
            reason: 'Refunds above 100.00 need two people from finance.',
            approvers: ['finance'],
            quorum: 2,
          },
        ],
        expiresAt: new Date(request?.expiresAt ?? 0).toISOString(),
        desk: `https://desk.example.com/${approval}`,
      },
    },
  });
  expect(receiver.got[0]?.body.data.verb).toMatch(/^pay with crm\/refund: amount 40000/);
  expect(receiver.got.slice(1).map(({ body }) => body)).toMatchObject([
    { type: 'approval.decided', data: { person: 'ana', verdict: 'approve', status: 'requested' } },
    { type: 'approval.decided', data: { person: 'ben', verdict: 'approve', status: 'approved' } },
  ]);
  // That its card was opened, and for whom, is on record too.
  expect(await eventsOf(made, 'message.ended')).toMatchObject(
    receiver.got.map(({ id }) => ({
      target: 'pager',
      of: id,
      about: approval,
      attempts: 1,
      card: request?.card.digest,
    })),
  );
});

test.each<[what: string, how: Answer]>([
  ['fails', (res) => void res.writeHead(500).end()],
  ['is busy', (res) => void res.writeHead(429, { 'retry-after': '1' }).end()],
  ['redirects', (res) => void res.writeHead(307, { location: '/elsewhere' }).end()],
  ['dies', (res) => void res.destroy()],
  ['answers without end, and with a failure', (res) => void res.writeHead(503).write('x'.repeat(100_000))],
])('a server that %s is told again, under the same id, and nothing is told past it', async (_what, how) => {
  verifies('messages.arrive');
  await using receiver = await startReceiver(secret);
  receiver.answer((res, nth) => (nth <= 4 ? how(res, nth) : heard(res, nth)));
  const made = await asked();
  await using one = await telling(made, [targetAt(receiver.url)]);
  const approval = await asks(made, await made.start());
  await says(made, 'ana', approval);
  await vi.waitFor(async () => expect(await ends(made)).toEqual(['delivered', 'delivered']), 10_000);

  expect(types(receiver)).toEqual([...Array(5).fill('approval.requested'), 'approval.decided']);
  expect(new Set(receiver.got.map(({ id }) => id)).size).toBe(2);
  expect(receiver.got.every(({ wrong, path }) => wrong === '' && path === '/hook/s3cret-path')).toBe(true);
  expect(await eventsOf(made, 'message.ended')).toMatchObject([{ attempts: 5 }, { attempts: 1 }]);
  expect(one.messages.states()).toMatchObject([{ waiting: 0, failures: 0, dropped: 0 }]);
});

test('a server that hears and never ends its answer has heard', async () => {
  await using receiver = await startReceiver(secret);
  receiver.answer((res) => void res.writeHead(200).write('x'.repeat(100_000)));
  const made = await asked();
  await using _ = await telling(made, [targetAt(receiver.url)]);
  await asks(made, await made.start());
  await vi.waitFor(async () => expect(await ends(made)).toEqual(['delivered']));
});

test('a server that never answers is given up on in time, and leaves no other waiting', async () => {
  await using hangs = await startReceiver(secret);
  await using hears = await startReceiver(secret);
  hangs.answer(() => undefined);
  const made = await asked();
  const target = targetAt(hangs.url, { name: 'slow' });
  const impatient: Target = {
    ...target,
    send: (message, _timeoutMs, stopped) => target.send(message, 50, stopped),
  };
  await using one = await telling(made, [impatient, targetAt(hears.url)]);
  await asks(made, await made.start());
  await vi.waitFor(() => expect(types(hears)).toEqual(['approval.requested']));
  await vi.waitFor(() =>
    expect(one.messages.states()).toMatchObject([{ name: 'slow', waiting: 1, lastFailure: 'timeout' }, {}]),
  );
});

test('waits grow, and are never shorter than the server asked for', async () => {
  await using receiver = await startReceiver(secret);
  const waits: number[] = [];
  receiver.answer((res, nth) => void res.writeHead(503, nth === 8 ? { 'retry-after': '1800' } : {}).end());
  const made = await asked();
  await using _ = await telling(made, [targetAt(receiver.url)], waits);
  await asks(made, await made.start());
  await vi.waitFor(() => expect(waits.length).toBeGreaterThanOrEqual(8), 10_000);
  // The request ends in fifteen minutes: nobody is told of it after that.
  expect(waits.slice(0, 8)).toEqual([1000, 5000, 30_000, 120_000, 300_000, 600_000, 600_000, 900_000]);
});

test('what a server will not have is not told forever: the next one is', async () => {
  await using receiver = await startReceiver(secret);
  receiver.answer((res, nth) => void res.writeHead(nth <= 3 ? 400 : 204).end());
  const made = await asked();
  await using _ = await telling(made, [targetAt(receiver.url)]);
  const approval = await asks(made, await made.start());
  await says(made, 'ana', approval);
  await vi.waitFor(async () => expect(await ends(made)).toEqual(['refused', 'delivered']), 10_000);
  expect(await eventsOf(made, 'message.ended')).toMatchObject([{ attempts: 3, status: 400 }, {}]);
});

test('nobody is told that something waits once it does not any more', async () => {
  await using receiver = await startReceiver(secret);
  receiver.answer((res) => void res.writeHead(500).end());
  const made = await asked();
  await using _ = await telling(made, [targetAt(receiver.url)]);
  await asks(made, await made.start());
  await vi.waitFor(() => expect(receiver.got.length).toBeGreaterThan(1));
  made.pass(15 * 60_000);
  await vi.waitFor(async () => expect(await ends(made)).toEqual(['late']), 10_000);
});

test('what was not told when a node died is told by the next one, and what was told is not told again', async () => {
  verifies('messages.arrive');
  await using receiver = await startReceiver(secret);
  const made = await asked();
  const caller = await made.start();
  await (async () => {
    await using _ = await telling(made, [targetAt(receiver.url)]);
    await asks(made, caller);
    await vi.waitFor(async () => expect(await ends(made)).toEqual(['delivered']));
  })();
  // It goes on deciding, and tells nobody.
  const second = await asks(made, caller, { ...refund, args: { ...refund.args, amount: 50_000 } });
  expect(receiver.got).toHaveLength(1);

  // What the daemon does: it listens before it reads what there is.
  await using _ = await nextNode(made, receiver);
  await vi.waitFor(() => expect(receiver.got).toHaveLength(2));
  expect(receiver.got[1]).toMatchObject({ wrong: '', body: { data: { approval: second } } });
  expect((await eventsOf(made, 'messages.published')).length).toBe(1);
});

/** A node over the same store that hears of everything from the first record on. */
async function nextNode(made: Rig, receiver: Receiver): Promise<AsyncDisposable> {
  const { road, ledger } = made;
  const sequencer = createSequencer(
    ledger,
    road.clock,
    { bytes: (count) => new Uint8Array(count).fill(3) },
    createPast(road.pseudonym),
    { node: 'n3', tenant: 'default', commitTimeoutMs: 1000, maxGroup: 8, maxQueued: 8, maxAttempts: 4 },
  );
  const target = targetAt(receiver.url);
  const messages = createMessages({
    road: { sequencer, vault: road.vault, clock: clockOf(made) },
    ledger,
    randomness: { bytes: (count) => new Uint8Array(count) },
    targets: [target],
  });
  await sequencer.catchUp();
  expect(messages.states()).toMatchObject([{ waiting: 1 }]);
  await messages.start('local:0');
  return {
    async [Symbol.asyncDispose]() {
      await messages.close();
      await target.close();
    },
  };
}

test('that nobody answered, and what has to be looked at, are told', async () => {
  verifies('messages.arrive');
  await using receiver = await startReceiver(secret);
  const made = await asked({ answers: () => undefined });
  const reviews = createReviews(made.road.sequencer);
  await using _ = await telling(made, [targetAt(receiver.url)], [], undefined, reviews);
  const caller = await made.start();
  const approval = await asks(made, caller);
  await vi.waitFor(async () => expect(await ends(made)).toEqual(['delivered']));
  made.pass(15 * 60_000);
  expect(await tellUnanswered(made.road)).toBe(1);
  await made.call(caller, { ...refund, args: { ...refund.args, amount: 100 } });
  await vi.waitFor(async () => expect(await ends(made)).toEqual(Array(3).fill('delivered')));
  expect(receiver.got.slice(1).map(({ body }) => body)).toMatchObject([
    { type: 'approval.expired', data: { approval, verb: expect.stringContaining('crm/refund') } },
    {
      type: 'review.opened',
      data: { review: reviews.open().at(-1)?.review, kind: 'ambiguous', what: 'crm/refund', agent: 'a1' },
    },
  ]);
});

test('that somebody asks to break the glass, and that it is broken, is told with what it lifts', async () => {
  await using receiver = await startReceiver(secret);
  const made = await asked({
    published: withRule(`@id("no-mail") @break_glass("finance") @reason("No mail today.")
      forbid (principal is Agent, action == Action::"mail/send_mail", resource);`),
  });
  await using _ = await telling(made, [targetAt(receiver.url)]);
  const { task } = await made.start();
  const order = { task, group: 'finance', reason: 'outage', forMs: 900_000 };
  const done = await askToBreakGlass(made.road, by('ana'), order);
  if (!done.ok || done.value.approval === undefined) throw new Error(JSON.stringify(done));
  await approved(made, done.value.approval);
  await vi.waitFor(async () => expect(await ends(made)).toEqual(Array(4).fill('delivered')));
  const data = { approval: done.value.approval, verb: expect.stringMatching(/glass/) };
  expect(receiver.got.map(({ body, wrong }) => ({ ...body, wrong }))).toMatchObject([
    { type: 'break_glass.requested', wrong: '', data },
    { type: 'approval.decided', wrong: '', data },
    { type: 'approval.decided', wrong: '', data: { ...data, status: 'approved' } },
    { type: 'break_glass.opened', wrong: '', data },
  ]);
});

test('a target that may see ids alone is told no more, and its events are those it asked for', async () => {
  verifies('messages.say-little');
  await using receiver = await startReceiver(secret);
  const made = await asked();
  const target = targetAt(receiver.url, { shows: 'id', events: ['approval.decided'] });
  await using _ = await telling(made, [target]);
  const approval = await asks(made, await made.start());
  await says(made, 'ana', approval, 'refuse', 'not this customer');
  await vi.waitFor(async () => expect(await ends(made)).toEqual(['delivered']));
  expect(receiver.got.map(({ body }) => body.data)).toEqual([
    { approval, status: 'refused', person: 'ana', verdict: 'refuse' },
  ]);
  const [ended] = await eventsOf(made, 'message.ended');
  expect(ended?.card).toBeUndefined();
});

test('no secret of a call is in a message, and no argument that has no part in the deed', async () => {
  verifies('messages.say-little');
  await using receiver = await startReceiver(secret);
  const made = await asked({
    published: withRule(`@id("mail") @outcome("step_up") @approvers("legal") @expires("15m")
      forbid (principal is Agent, action == Action::"mail/send_mail", resource);`),
  });
  await using _ = await telling(made, [targetAt(receiver.url)]);
  const token = `ghp_${'a1B2'.repeat(10)}`;
  const mail = { to: `ben+${token}@example.com`, subject: token, body: `the plan is ${token}` };
  await asks(made, await made.start(), tool('mail', 'send_mail', mail));
  await vi.waitFor(async () => expect(await ends(made)).toEqual(['delivered']));
  expect(receiver.got[0]?.raw).not.toContain(token);
  expect(receiver.got[0]?.raw).not.toContain('the plan');
  expect(receiver.got[0]?.body.data.verb).toMatch(
    /^send with mail\/send_mail: to "ben\+secret\(github_token, [0-9a-f]+\)/,
  );
  expect(Object.keys(receiver.got[0]?.body.data)).toEqual(
    ['approval', 'chain', 'expiresAt', 'status', 'verb', 'why'].toSorted(),
  );
});

test('where messages go is on record when it changes, without the path of a URL', async () => {
  verifies('messages.signed');
  await using receiver = await startReceiver(secret);
  const made = await asked();
  const first = targetAt(receiver.url);
  await (await telling(made, [first]))[Symbol.asyncDispose]();
  const [published] = await eventsOf(made, 'messages.published');
  expect(published).toMatchObject({
    targets: [{ name: 'pager', kind: 'webhook', origin: new URL(receiver.url).origin }],
    author: 'local:0',
  });
  const all = (await made.ledger.read(0, 1000)).map(({ leaf }) => leaf).join('\n');
  expect(all).not.toContain('s3cret-path');
  expect(all).not.toContain(secret);
});

test('what goes wrong is told without the URL', async () => {
  const target = targetAt('http://127.0.0.1:1');
  const sent = await target.send(
    { id: 'e-1', type: 'message.test', title: 't', at: 1, about: 'test', lateAt: 1 },
    1000,
    new AbortController().signal,
  );
  expect(sent).toEqual({ ok: false, code: 'unreachable' });
  await target.close();
});
