// SPDX-License-Identifier: Apache-2.0
/**
 * How a client is answered while people think, in each way that a client can be asked: what it is told, what its answer
 * is good for, and what reached the upstream. The client is the adversary: it says yes to everything.
 */
import { afterEach, describe, expect, test, vi } from 'vitest';
import { decideApproval, listApprovals } from '../../src/app/approvals.ts';
import { rosterOf } from '../../src/core/approval/roster.ts';
import type { Operator } from '../../src/core/request/proposal.ts';
import { facets } from '../../src/core/state/facet.ts';
import { everyMethod } from '../builders/methods.ts';
import { verifies } from '../requirements.ts';
import { type FakeServer, type Fakes, fakeUpstreams, ok, text, tool } from './fake-upstream.ts';
import { permitAll, type Rig, type RigOptions, startRig } from './rig.ts';
import { type LegacyClient, legacy, modern, type Wire } from './wire.ts';

// A busy machine is slow to take in hundreds of calls.
vi.setConfig({ testTimeout: 120_000 });

const ana: Operator = { id: 'local:1', channel: 'local-socket' };
const roster = rosterOf([{ name: 'ana', operators: [ana.id], also: [] }], [['us', ['ana']]]);
const askingPolicies = (expires: string) => `${permitAll}
@id("ask") @outcome("step_up") @approvers("us") @expires("${expires}") @reason("Ana has to agree.")
forbid (principal is Agent, action == Action::"crm/pay", resource);`;
const deskUrlOf = (approval: string) => `https://desk.example/a/${approval}`;

let rig: Rig;
let upstreams: Fakes;
afterEach(() => rig.close());

interface Start extends Partial<RigOptions> {
  readonly holdMs?: number;
  readonly expires?: string;
  readonly server?: Partial<FakeServer>;
}

async function start({ holdMs = 20_000, expires = '5m', server = {}, ...more }: Start = {}): Promise<void> {
  upstreams = fakeUpstreams({
    crm: { era: 'modern', tools: [tool('pay'), tool('look')], answer: () => ok(text('paid')), ...server },
  });
  rig = await startRig({
    ...{ upstreams, roster, deskUrlOf, classes: { pay: 'pay' } },
    policies: askingPolicies(expires),
    ...more,
    limits: { approvalHoldMs: holdMs, ...more.limits },
  });
}

const able = { elicitation: { form: {}, url: {} } };
const formOnly = { elicitation: {} };

interface Pay {
  readonly q?: string;
  readonly can?: object;
  readonly state?: unknown;
  readonly action?: string;
  readonly more?: object;
  readonly token?: string;
  readonly signal?: AbortSignal;
}

/** One request of a 2026-07-28 client. */
async function pay({ q = 'a', can = able, state, action, more = {}, token, signal }: Pay = {}) {
  const answers = { 'countersign-approval': { action, ...more } };
  const { messages } = await modern(
    `${rig.url}/crm`,
    token ?? rig.token,
    'tools/call',
    {
      name: 'pay',
      arguments: { q },
      ...(state === undefined ? {} : { requestState: state }),
      ...(action === undefined ? {} : { inputResponses: answers }),
    },
    {
      meta: { 'io.modelcontextprotocol/clientCapabilities': can },
      ...(signal === undefined ? {} : { signal }),
    },
  );
  return messages.at(-1) ?? {};
}

const stateOf = ({ result }: Wire): unknown => result?.requestState;
// biome-ignore lint/suspicious/noExplicitAny: whatever the gateway says
const questionIn = ({ result }: Wire): any =>
  (result?.inputRequests as Record<string, { params: object }>)?.['countersign-approval']?.params;
// biome-ignore lint/suspicious/noExplicitAny: whatever the gateway says
const dataIn = ({ result }: Wire): any =>
  (result?._meta as Record<string, object>)?.['dev.countersign/decision'];
const saidIn = (message: Wire): string => JSON.stringify(message.result ?? message.error ?? {});

async function waiting(count = 1) {
  await vi.waitFor(() => expect(listApprovals(rig.road)).toHaveLength(count), 60_000);
  const [one] = listApprovals(rig.road);
  return one?.approval ?? '';
}

async function held(count: number): Promise<void> {
  await vi.waitFor(() => expect(rig.held()).toBe(count), 60_000);
}

async function says(
  approval: string,
  verdict: 'approve' | 'refuse' = 'approve',
  reason = 'no',
): Promise<void> {
  const card = rig.road.sequencer.head.get(facets.approval(approval))?.card ?? '';
  const done = await decideApproval(rig.road, ana, { approval, verdict, card, reason });
  expect(done).toMatchObject({ ok: true });
}

const paid = () => upstreams.calls().length;
const requests = async () => (await rig.events()).filter(({ type }) => type === 'approval.requested').length;
const votes = (approval: string) => rig.road.sequencer.head.get(facets.approval(approval))?.votes ?? [];

describe('a 2026-07-28 client that can be sent to an address', () => {
  test('is sent there at once, is held when it comes back, and gets the result once people said yes', async () => {
    verifies('approvals.the-wait');
    await start();
    const first = await pay();
    const approval = await waiting();
    expect(first.result?.resultType).toBe('input_required');
    expect(questionIn(first)).toEqual({
      mode: 'url',
      url: `https://desk.example/a/${approval}`,
      message: expect.stringContaining(`waits for one person of \`us\` (approval ${approval})`),
    });
    expect(rig.held()).toBe(0);

    const running = pay({ state: stateOf(first), action: 'accept' });
    await held(1);
    expect(paid()).toBe(0);
    await says(approval);
    const done = await running;
    expect(done.result).toMatchObject({ resultType: 'complete', content: [{ type: 'text', text: 'paid' }] });
    expect(paid()).toBe(1);
    expect(await requests()).toBe(1);
  });

  test('is told the words of who said no', async () => {
    await start();
    const first = await pay();
    const running = pay({ state: stateOf(first), action: 'accept' });
    await held(1);
    await says(await waiting(), 'refuse', 'this was paid in March');
    expect(saidIn(await running)).toContain('this was paid in March');
    expect(dataIn(await running).code).toBe('approval_refused');
    expect(paid()).toBe(0);
  });

  test.each(['decline', 'cancel'])('and says %s does not wait, and takes nothing back', async (action) => {
    await start();
    const first = await pay();
    const approval = await waiting();
    const before = (await rig.events()).length;
    const told = await pay({ state: stateOf(first), action });
    expect(dataIn(told)).toMatchObject({ code: 'pending_approval', approval });
    expect((await rig.events()).length).toBe(before);
    // Even where people have said yes in the meantime: who does not wait does not get it done.
    await says(approval);
    await pay({ state: stateOf(first), action });
    expect(paid()).toBe(0);
    await pay();
    expect(paid()).toBe(1);
  });

  test('approves nothing, whatever it answers and however often', async () => {
    verifies('approvals.answers-approve-nothing');
    await start({ holdMs: 30 });
    const approval = await pay().then(() => waiting());
    let message = await pay();
    const yes = {
      content: { approve: true, approval, card: 'x', person: 'ana' },
      person: 'ana',
      verdict: 'approve',
    };
    for (let round = 0; round < 20 && stateOf(message) !== undefined; round++)
      message = await pay({ state: stateOf(message), action: 'accept', more: yes });
    expect(dataIn(message)).toMatchObject({
      code: 'pending_approval',
      approval,
      approvalUrl: deskUrlOf(approval),
    });
    expect(votes(approval)).toEqual([]);
    expect(listApprovals(rig.road)).toMatchObject([{ approval, status: 'requested' }]);
    expect(paid()).toBe(0);
  });

  test('that brings no answer is asked again', async () => {
    await start();
    const first = await pay();
    const again = await pay({ state: stateOf(first) });
    expect(questionIn(again)).toEqual(questionIn(first));
  });

  test('that brings an answer that is none is told what would be right', async () => {
    await start();
    const told = await pay({ state: stateOf(await pay()), action: 'approve' });
    expect(told.error?.message).toContain('must be `accept`, `decline` or `cancel`');
    expect(paid()).toBe(0);
  });

  test.each<[what: string, change: (state: string) => Pay | Promise<Pay>]>([
    ['altered', (state) => ({ state: `${state.slice(0, -1)}${state.endsWith('0') ? '1' : '0'}` })],
    ['of other arguments', (state) => ({ state, q: 'b' })],
    ['of another session', async (state) => ({ state, token: (await rig.anotherToken()).token })],
    ['made up', () => ({ state: 'countersign-wait.e30.00' })],
  ])('a state that is %s is refused, and nothing is decided', async (_what, change) => {
    await start();
    const first = await pay();
    await says(await waiting());
    const changed = await change(String(stateOf(first)));
    const before = (await rig.events()).length;
    const told = await pay({ action: 'accept', ...changed });
    expect(told.error?.data?.code).toBe('unknown_request_state');
    expect((await rig.events()).length).toBe(before);
    expect(paid()).toBe(0);
  });

  test('is asked nothing where the address is no good, or cannot be had', async () => {
    for (const desk of [
      () => 'file:///etc/passwd',
      () => 'https://ana:x@desk.example/',
      () => 'no address',
    ]) {
      await start({ holdMs: 30, deskUrlOf: desk });
      expect(questionIn(await pay({ can: { elicitation: { url: {} } } }))).toBeUndefined();
      await rig.close();
    }
    const broken = () => {
      throw new Error('not now');
    };
    await start({ holdMs: 30, deskUrlOf: broken });
    expect(questionIn(await pay())).toMatchObject({ mode: 'form' });
  });
});

test('a form comes when patience is over, says whom it waits for, and asks for nothing', async () => {
  await start({ holdMs: 100 });
  const first = await pay({ can: formOnly });
  const approval = await waiting();
  expect(questionIn(first)).toEqual({
    mode: 'form',
    message: `To pay with crm/pay: this waits for one person of \`us\` (approval ${approval}). Nothing that is answered here approves it. Accept to look again, decline to stop waiting.`,
    requestedSchema: { type: 'object', properties: {} },
  });
  await says(approval);
  expect(saidIn(await pay({ can: formOnly, state: stateOf(first), action: 'accept' }))).toContain('paid');
  expect(paid()).toBe(1);
});

test('a client that can be asked nothing is told by the result, with the address', async () => {
  await start({ holdMs: 30 });
  const told = await pay({ can: {} });
  const approval = await waiting();
  expect(told.result).toMatchObject({ isError: true, resultType: 'complete' });
  expect(dataIn(told)).toMatchObject({
    code: 'pending_approval',
    approval,
    approvalUrl: deskUrlOf(approval),
  });
  expect(saidIn(told)).toContain(deskUrlOf(approval));
});

test('with no patience at all nobody is asked anything', async () => {
  await start({ holdMs: 0 });
  expect(dataIn(await pay())).toMatchObject({ code: 'pending_approval' });
});

describe('a request whose time is over', () => {
  test('wakes who waits for it, who is told so, and people are not asked again', async () => {
    verifies('approvals.the-wait');
    await start({ expires: '2s' });
    const first = await pay();
    const running = pay({ state: stateOf(first), action: 'accept' });
    const told = await running;
    expect(dataIn(told)).toMatchObject({ outcome: 'deny', code: 'approval_expired' });
    expect(await requests()).toBe(1);
    // Nor by whoever comes back later.
    expect(dataIn(await pay({ state: stateOf(first), action: 'accept' })).code).toBe('approval_expired');
    expect(await requests()).toBe(1);
    expect(paid()).toBe(0);
  });
});

describe('calls that are the same', () => {
  test('wait for one request; one is let through, and the others are told and ask nobody', async () => {
    verifies('approvals.the-wait');
    await start();
    const running = Promise.all(Array.from({ length: 12 }, () => pay({ can: {} })));
    await held(12);
    expect(await requests()).toBe(1);
    await says(await waiting());
    const answers = await running;
    expect(answers.filter((one) => saidIn(one).includes('paid'))).toHaveLength(1);
    expect(answers.filter((one) => dataIn(one)?.code === 'approval_used')).toHaveLength(11);
    expect(paid()).toBe(1);
    expect(await requests()).toBe(1);
    expect(rig.held()).toBe(0);
    // Whoever means it twice asks twice.
    await pay();
    expect(await requests()).toBe(2);
  });

  test('that are refused are each told why', async () => {
    await start();
    const running = Promise.all(Array.from({ length: 4 }, () => pay({ can: {} })));
    await held(4);
    await says(await waiting(), 'refuse', 'not now');
    for (const one of await running) expect(saidIn(one)).toContain('not now');
    expect(paid()).toBe(0);
  });
});

test('an approved call whose upstream dies in the middle is not run again by the same state: people are asked anew', async () => {
  verifies('approvals.the-wait');
  await start({ server: { answer: () => ({ kind: 'failed', reason: 'closed', sent: true }) } });
  const first = await pay();
  const approval = await waiting();
  await says(approval);
  const died = await pay({ state: stateOf(first), action: 'accept' });
  expect(died.error?.data?.code).toBe('upstream_closed');
  expect((await rig.observations()).map(({ status }) => status)).toEqual(['ambiguous']);
  const again = await pay({ state: stateOf(first), action: 'accept' });
  expect(questionIn(again)?.url).not.toBe(deskUrlOf(approval));
  expect(again.result?.resultType).toBe('input_required');
  expect(await requests()).toBe(2);
  expect(paid()).toBe(1);
  // And one that would not have waited does not even ask.
  expect(dataIn(await pay({ state: stateOf(first), action: 'decline' })).code).toBe('approval_used');
  expect(await requests()).toBe(2);
});

test('what the client had told the upstream before is not lost by the wait', async () => {
  const asks = { who: { method: 'roots/list', params: {} } };
  await start({
    catalogue: everyMethod('$harmless'),
    server: {
      answer: ({ params }) =>
        params.requestState === 'theirs'
          ? ok(text(`told ${JSON.stringify(params.inputResponses)}`))
          : ok({ resultType: 'input_required', inputRequests: asks, requestState: 'theirs' }),
    },
  });
  const can = { ...able, roots: {} };
  const first = await pay({ can });
  await says(await waiting());
  const question = await pay({ can, state: stateOf(first), action: 'accept' });
  expect(stateOf(question)).toBe('theirs');
  // The second round is a decision of its own, and waits of its own.
  const roots = { roots: [{ uri: 'file:///work' }] };
  const { messages } = await modern(
    `${rig.url}/crm`,
    rig.token,
    'tools/call',
    { name: 'pay', arguments: { q: 'a' }, requestState: 'theirs', inputResponses: { who: roots } },
    { meta: { 'io.modelcontextprotocol/clientCapabilities': can } },
  );
  const again = messages.at(-1) ?? {};
  await vi.waitFor(async () => expect(await requests()).toBe(2));
  for (const { approval, status } of listApprovals(rig.road))
    if (status === 'requested') await says(approval);
  const done = await pay({ can, state: stateOf(again), action: 'accept' });
  expect(saidIn(done)).toContain('file:///work');
  expect(upstreams.calls().map(({ params }) => params.requestState)).toEqual([undefined, 'theirs']);
});

describe('while many wait', () => {
  test('others are served, and a client that leaves leaves nothing but the request', async () => {
    await start({ server: { answer: ({ params }) => ok(text(`did ${String(params.name)}`)) } });
    const leaving = new AbortController();
    const tokens = await Promise.all(
      Array.from({ length: 40 }, async () => (await rig.anotherToken()).token),
    );
    const running = tokens.flatMap((token) =>
      Array.from({ length: 12 }, (_, i) =>
        pay({ q: `${i}`, can: {}, token, signal: leaving.signal }).catch(() => undefined),
      ),
    );
    await held(480);
    const { messages } = await modern(`${rig.url}/crm`, rig.token, 'tools/call', {
      name: 'look',
      arguments: {},
    });
    expect(saidIn(messages.at(-1) ?? {})).toContain('did look');
    leaving.abort();
    await Promise.all(running);
    await held(0);
    expect(listApprovals(rig.road)).toHaveLength(480);
    expect(paid()).toBe(1);
  }, 120_000);

  test('no more than so many are held: the next is told at once that it waits', async () => {
    await start({ limits: { maxHeldCalls: 2 } });
    const leaving = new AbortController();
    const running = ['a', 'b'].map((q) => pay({ q, can: {}, signal: leaving.signal }).catch(() => undefined));
    await held(2);
    expect(dataIn(await pay({ q: 'c', can: {} }))).toMatchObject({ code: 'pending_approval' });
    leaving.abort();
    await Promise.all(running);
  });
});

test('a gateway that closes does not wait for people, and tells everybody that they are waited for', async () => {
  await start();
  const running = ['a', 'b'].map((q) => pay({ q, can: {} }));
  await held(2);
  // Longer than this test may take, were it waited for.
  await rig.gateway.close(600_000);
  for (const one of await Promise.all(running)) expect(dataIn(one)?.code).toBe('pending_approval');
});

test('what is published while they wait wakes all of them, and each asks anew', async () => {
  await start({ holdMs: 1_500 });
  const running = ['a', 'b'].map((q) => pay({ q, can: {} }));
  await held(2);
  await rig.publish(
    `${askingPolicies('5m')}\n@id("more") @owner("t") forbid (principal, action == Action::"crm/look", resource);`,
  );
  const answers = await Promise.all(running);
  expect(answers.map((one) => dataIn(one)?.code)).toEqual(['pending_approval', 'pending_approval']);
  expect(await requests()).toBe(4);
});

test('whoever is revoked while waiting hears of it at once; who is not waits on, and writes nothing', async () => {
  await start();
  const other = await rig.anotherToken();
  const stays = pay({ can: {}, token: other.token });
  const goes = pay({ can: {} });
  await held(2);
  await rig.revokeSession();
  expect(saidIn(await goes)).toMatch(/session_revoked|revoked/);
  await held(1);
  const decisions = (await rig.decisions()).filter(
    ({ who }) => 'session' in who && who.session === other.caller.session,
  );
  expect(decisions).toHaveLength(1);
  for (const { approval, session } of listApprovals(rig.road))
    if (session === other.caller.session) await says(approval);
  expect(saidIn(await stays)).toContain('paid');
  expect(paid()).toBe(1);
});

describe('a client of 2025', () => {
  interface Asked {
    readonly client: LegacyClient;
    /** Everything that came on the stream of the call, as it came. */
    readonly heard: Wire[];
    readonly done: Promise<Wire>;
    /** The server has taken the answer. */
    readonly answered: Promise<unknown>;
  }

  async function asks(can: object, version = '2025-11-25', answer?: object): Promise<Asked> {
    const client = await legacy(`${rig.url}/crm`, rig.token, can, version);
    const heard: Wire[] = [];
    const taken = Promise.withResolvers<unknown>();
    const done = client
      .request(
        'tools/call',
        { name: 'pay', arguments: { q: 'a' } },
        {
          onMessage(message) {
            heard.push(message);
            const { id, method } = message;
            if (method === 'elicitation/create' && answer !== undefined)
              void client
                .post({ jsonrpc: '2.0', id, ...answer })
                .then(taken.resolve, () => taken.resolve(undefined));
          },
        },
      )
      .then(({ messages }) => messages.at(-1) ?? {});
    return { client, heard, done, answered: taken.promise };
  }

  const methods = (heard: readonly Wire[]) => heard.flatMap(({ method }) => method ?? []);

  test('is sent to the address while its call is held, and is told when that is decided', async () => {
    verifies('approvals.the-wait');
    await start();
    const { heard, done, answered } = await asks(able, '2025-11-25', { result: { action: 'accept' } });
    const approval = await waiting();
    await vi.waitFor(() => expect(methods(heard)).toContain('elicitation/create'));
    await answered;
    expect(heard.find(({ method }) => method === 'elicitation/create')?.params).toMatchObject({
      mode: 'url',
      elicitationId: approval,
      url: deskUrlOf(approval),
    });
    await held(1);
    expect(paid()).toBe(0);
    await says(approval);
    expect(saidIn(await done)).toContain('paid');
    expect(heard.find(({ method }) => method === 'notifications/elicitation/complete')?.params).toEqual({
      elicitationId: approval,
    });
    expect(methods(heard)).not.toContain('notifications/cancelled');
    expect(paid()).toBe(1);
  });

  test('that does not answer has the question taken back once people have said', async () => {
    await start();
    const { heard, done } = await asks(able);
    await vi.waitFor(() => expect(methods(heard)).toContain('elicitation/create'));
    await says(await waiting(), 'refuse', 'not this one');
    expect(saidIn(await done)).toContain('not this one');
    const { id } = heard.find(({ method }) => method === 'elicitation/create') ?? {};
    expect(heard.find(({ method }) => method === 'notifications/cancelled')?.params).toEqual({
      requestId: id,
    });
    expect(paid()).toBe(0);
  });

  test.each(['decline', 'cancel'])(
    'and says %s is told that it waits, and nothing is taken back',
    async (action) => {
      await start();
      const { done } = await asks(able, '2025-11-25', { result: { action } });
      expect(dataIn(await done)).toMatchObject({ code: 'pending_approval' });
      expect(listApprovals(rig.road)).toMatchObject([{ status: 'requested' }]);
      expect(paid()).toBe(0);
    },
  );

  test('approves nothing by its answers', async () => {
    verifies('approvals.answers-approve-nothing');
    await start({ holdMs: 30 });
    const content = { approve: true, person: 'ana' };
    const { heard, done } = await asks(able, '2025-11-25', { result: { action: 'accept', content } });
    expect(dataIn(await done)).toMatchObject({ code: 'pending_approval' });
    expect(methods(heard).filter((method) => method === 'elicitation/create').length).toBeLessThanOrEqual(8);
    expect(votes(await waiting())).toEqual([]);
    expect(paid()).toBe(0);
  });

  test.each<[version: string, mode: string | undefined]>([
    ['2025-11-25', 'form'],
    ['2025-06-18', undefined],
  ])('of %s that only has forms is asked whether to look again', async (version, mode) => {
    await start({ holdMs: 200 });
    const { heard, done } = await asks(formOnly, version, { result: { action: 'accept', content: {} } });
    await vi.waitFor(() => expect(methods(heard)).toContain('elicitation/create'));
    const { params } = heard.find(({ method }) => method === 'elicitation/create') ?? {};
    expect(params?.mode).toBe(mode);
    expect(params?.requestedSchema).toEqual({ type: 'object', properties: {} });
    await says(await waiting());
    expect(saidIn(await done)).toContain('paid');
    expect(methods(heard)).not.toContain('notifications/elicitation/complete');
    expect(paid()).toBe(1);
  });

  test.each<[what: string, can: object, version: string]>([
    ['that declares nothing', {}, '2025-11-25'],
    ['of a version without elicitation', able, '2025-03-26'],
    ['that answers with an error', able, '2025-11-25'],
  ])('%s is held and told by the result', async (_what, can, version) => {
    await start({ holdMs: 300 });
    const { done } = await asks(can, version, { error: { code: -32601, message: 'no' } });
    expect(dataIn(await done)).toMatchObject({ code: 'pending_approval' });
    expect(paid()).toBe(0);
  });

  test('that makes the same call many times is asked once', async () => {
    await start();
    const client = await legacy(`${rig.url}/crm`, rig.token, able);
    const heard: Wire[] = [];
    const running = Promise.all(
      Array.from({ length: 6 }, () =>
        client.request(
          'tools/call',
          { name: 'pay', arguments: { q: 'a' } },
          { onMessage: (one) => heard.push(one) },
        ),
      ),
    );
    await held(6);
    await says(await waiting());
    await running;
    expect(methods(heard).filter((method) => method === 'elicitation/create')).toHaveLength(1);
    expect(paid()).toBe(1);
  });
});
