// SPDX-License-Identifier: Apache-2.0
// A second decision point on the road, over real HTTP: it makes answers stricter, never milder, and its absence denies.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type OpaClient, openOpa } from '../../src/adapters/opa/rest.ts';
import { proveRoad } from '../../src/app/canary.ts';
import type { SecondOpinion } from '../../src/app/ports.ts';
import { eventOf } from '../../src/app/read-records.ts';
import { maxAsks } from '../../src/app/second-opinion.ts';
import { endTask } from '../../src/app/tasks.ts';
import type { DecisionEvent } from '../../src/core/record/event.ts';
import { verifies } from '../requirements.ts';
import { operator, type Rig, type RigOptions, rig, tool } from '../road/road.fixture.ts';
import { type OpaServer, openOpaServer } from './opa-server.ts';

const readTicket = tool('crm', 'get_ticket', { ticketId: 42 });
const overLimit = tool('crm', 'refund', { customerId: 7, amount: 20_000, currency: 'EUR' });
const allow = () => ({ outcome: 'allow' });

let server: OpaServer;
let client: OpaClient;

beforeEach(async () => {
  server = await openOpaServer(allow);
  client = openOpa({ url: new URL(server.url) });
});
afterEach(async () => {
  await client.close();
  await server[Symbol.asyncDispose]();
});

const beside = (opinion: SecondOpinion = client, more: RigOptions = {}): Promise<Rig> =>
  rig({ ...more, second: { opinion, timeoutMs: 300 } });

async function decisions(made: Rig): Promise<readonly DecisionEvent[]> {
  const entries = await made.ledger.read(0, 10_000);
  return entries.flatMap((entry) => {
    const parsed = eventOf(entry);
    if (!parsed.ok) throw new Error(parsed.reason);
    return parsed.event.type === 'decision' && 'session' in parsed.event.who ? [parsed.event] : [];
  });
}

async function opinionOf(made: Rig, decision: DecisionEvent | undefined): Promise<unknown> {
  const entry = await made.ledger.find(decision?.id ?? '');
  const opened = await made.road.vault.open(decision?.opinion?.digest ?? '', entry?.position ?? -1);
  return opened.ok ? JSON.parse(opened.content) : opened.reason;
}

test('what both allow happens, and the record has the opinion as a fact', async () => {
  verifies('opa.fact');
  const made = await beside();
  const { answer, observed } = await made.call(await made.start(), readTicket);
  expect(answer).toMatchObject({ outcome: 'allow' });
  expect(observed).toBeDefined();
  expect(made.effects).toHaveLength(1);
  const [decision] = await decisions(made);
  expect(decision?.facts).toMatchObject({
    'opa.outcome': { value: 'allow', source: 'opa' },
    'opa.input': { value: expect.stringMatching(/^hmac-sha256:[0-9a-f]{64}$/) },
    'opa.decision': { value: '00000000-0000-4000-8000-000000000001' },
  });
  expect(await opinionOf(made, decision)).toEqual([
    { input: server.asked[0]?.input, answer: { outcome: 'allow', reasons: [], obligations: [] } },
  ]);
});

test.each<[said: object, outcome: string, code: string]>([
  [{ outcome: 'deny', reasons: ['Not today.'] }, 'deny', 'opa_denied'],
  [{ outcome: 'step_up', reasons: ['Ask Ann.'] }, 'step_up', 'opa_step_up'],
  [{ outcome: 'defer' }, 'defer', 'opa_deferred'],
])('%j refuses what policy permits', async (said, outcome, code) => {
  verifies('opa.stricter-only');
  server.decide(() => said);
  const made = await beside();
  const { answer } = await made.call(await made.start(), readTicket);
  const [reason] = 'reasons' in said && Array.isArray(said.reasons) ? said.reasons : [];
  expect(answer).toMatchObject({ outcome, code, policies: [], ...(reason === undefined ? {} : { reason }) });
  expect(made.effects).toEqual([]);
  const [decision] = await decisions(made);
  expect(decision).toMatchObject({ outcome, code, shadow: false });
  // What OPA says of an input may repeat it: a record is never erased, so it stands beside.
  expect(JSON.stringify(decision)).not.toContain('Ask Ann');
});

test('an OPA that allows everything lifts nothing, and is not even asked', async () => {
  verifies('opa.stricter-only');
  const made = await beside();
  await proveRoad(made.road, made.ledger);
  const caller = await made.start();
  const { answer } = await made.call(caller, tool('crm', 'drop_tables'));
  expect(answer).toMatchObject({ outcome: 'deny', code: 'unknown_target' });
  await endTask(made.road, operator, caller.task, '');
  expect((await made.call(caller, readTicket)).answer).toMatchObject({ code: 'task_ended' });
  expect(server.asked).toEqual([]);
});

test('the canary is denied by its own policy while OPA is down: a start does not wait for it', async () => {
  verifies('opa.silence-denies');
  await server[Symbol.asyncDispose]();
  const made = await beside();
  await proveRoad(made.road, made.ledger);
  const { answer } = await made.call(await made.start(), readTicket);
  expect(answer).toMatchObject({ outcome: 'deny', code: 'opa_unreachable' });
  expect(made.effects).toEqual([]);
  server = await openOpaServer(allow);
});

test.each<[what: string, setUp: () => void, code: string]>([
  ['slow', () => server.misbehave(() => undefined), 'opa_timeout'],
  ['undefined', () => server.decide(() => undefined), 'opa_undefined'],
  ['a boolean', () => server.decide(() => true), 'opa_malformed'],
  ['an error', () => server.misbehave((res) => void res.writeHead(500).end('{}')), 'opa_failed'],
  [
    'huge',
    () => server.decide(() => ({ outcome: 'allow', reasons: ['x'.repeat(1 << 20)] })),
    'opa_malformed',
  ],
  [
    'an unknown obligation',
    () => server.decide(() => ({ outcome: 'allow', obligations: ['sing'] })),
    'opa_malformed',
  ],
])('an OPA that is %s denies, with a record', async (_what, setUp, code) => {
  verifies('opa.silence-denies');
  setUp();
  const made = await beside();
  const { answer } = await made.call(await made.start(), readTicket);
  expect(answer).toMatchObject({ outcome: 'deny', code });
  expect(made.effects).toEqual([]);
  const [decision] = await decisions(made);
  expect(decision).toMatchObject({ outcome: 'deny', code, facts: { 'opa.outcome': { value: code } } });
});

test('an adapter that throws has no opinion', async () => {
  const made = await beside({ ask: () => Promise.reject(new Error('x')) });
  const { answer } = await made.call(await made.start(), readTicket);
  expect(answer).toMatchObject({ outcome: 'deny', code: 'opa_unreachable' });
});

test('obligations of both bind, and an edge that cannot honour one refuses', async () => {
  server.decide(() => ({ outcome: 'allow', obligations: ['max_result_bytes:77'] }));
  const made = await beside();
  const { answer } = await made.call(await made.start(), readTicket);
  expect(answer).toMatchObject({ outcome: 'allow' });
  expect(answer.outcome === 'allow' && answer.obligations).toContainEqual({
    name: 'max_result_bytes',
    bytes: 77,
  });
});

test('modify transforms, and is asked about the result', async () => {
  server.decide((input) =>
    Object.hasOwn(input.args, 'ticketId') && input.args.ticketId > 7
      ? { outcome: 'modify', transform: 'cap:ticketId:7' }
      : { outcome: 'allow' },
  );
  const made = await beside();
  const { answer } = await made.call(await made.start(), readTicket);
  expect(answer).toMatchObject({ outcome: 'allow', modified: true, args: '{"ticketId":7}' });
  expect(server.asked.map(({ input }) => input.args.ticketId)).toEqual([42, 7]);
  expect(await opinionOf(made, (await decisions(made))[0])).toHaveLength(2);
});

test('modify that changes nothing does not settle', async () => {
  server.decide(() => ({ outcome: 'modify', transform: 'cap:ticketId:50' }));
  const made = await beside();
  const { answer } = await made.call(await made.start(), readTicket);
  expect(answer).toMatchObject({ outcome: 'deny', code: 'unsettled_transforms' });
});

test('an answer about a state that has moved does not count: it is asked again', async () => {
  verifies('opa.same-state');
  const made: Rig = await beside({
    async ask(input, timeoutMs) {
      const answer = await client.ask(input, timeoutMs);
      // While OPA thinks, the minute passes: once.
      if (server.asked.length === 1) made.pass(60_000);
      return answer;
    },
  });
  const { answer } = await made.call(await made.start(), readTicket);
  expect(answer).toMatchObject({ outcome: 'allow' });
  const [first, second] = server.asked.map(({ input }) => input.time);
  expect(Date.parse(second) - Date.parse(first)).toBe(60_000);
  expect(await opinionOf(made, (await decisions(made))[0])).toMatchObject([{ input: { time: second } }]);
});

test('what never stands still is refused in the end', async () => {
  verifies('opa.same-state');
  const made: Rig = await beside({
    ask(input, timeoutMs) {
      made.pass(60_000);
      return client.ask(input, timeoutMs);
    },
  });
  const { answer } = await made.call(await made.start(), readTicket);
  expect(answer).toMatchObject({ outcome: 'deny', code: 'opa_stale' });
  expect(server.asked).toHaveLength(maxAsks);
});

test('a task that ended while OPA was thinking is over, whatever it says', async () => {
  const made: Rig = await beside({
    async ask(input, timeoutMs) {
      await endTask(made.road, operator, caller.task, '');
      return client.ask(input, timeoutMs);
    },
  });
  const caller = await made.start();
  expect((await made.call(caller, readTicket)).answer).toMatchObject({ outcome: 'deny', code: 'task_ended' });
  expect(made.effects).toEqual([]);
});

test('many at once are asked about once or twice each, and stale for none', async () => {
  verifies('opa.same-state');
  const made = await beside();
  const caller = await made.start();
  const all = await Promise.all(Array.from({ length: 50 }, () => made.call(caller, readTicket)));
  expect(all.filter(({ answer }) => answer.outcome === 'allow')).toHaveLength(50);
  expect(server.asked.length).toBeLessThanOrEqual(100);
});

test('it never sees a secret', async () => {
  const made = await beside();
  const secret = `ghp_${'a1B2c3D4e5'.repeat(4)}`;
  const mail = { to: 'ann@acme.example', subject: secret, body: `it is ${secret}` };
  await made.call(await made.start(), tool('mail', 'send_mail', mail));
  await made.call(await made.start(), tool('poster', 'http_get', { url: `https://x.test/?k=${secret}` }));
  expect(server.asked.length).toBeGreaterThan(0);
  expect(JSON.stringify(server.asked)).not.toContain(secret);
  expect(JSON.stringify(server.asked)).toContain('secret(github_token');
});

test('shadow mode records what OPA would have stopped, and stops the canary alone', async () => {
  server.decide(() => ({ outcome: 'deny' }));
  const made = await beside(client, { mode: 'shadow' });
  await proveRoad(made.road, made.ledger);
  const { answer } = await made.call(await made.start(), readTicket);
  expect(answer).toMatchObject({ outcome: 'allow' });
  expect(made.effects).toHaveLength(1);
  expect((await decisions(made)).at(-1)).toMatchObject({ outcome: 'deny', code: 'opa_denied', shadow: true });
});

test('what OPA refuses is told in its words, not in those of a milder policy', async () => {
  server.decide(() => ({ outcome: 'deny', reasons: ['No refunds in the freeze.'] }));
  const made = await beside();
  const { answer } = await made.call(await made.start(), overLimit);
  expect(answer).toMatchObject({ code: 'opa_denied', policies: [], reason: 'No refunds in the freeze.' });
  server.decide(allow);
  const { answer: milder } = await made.call(await made.start(), overLimit);
  expect(milder).toMatchObject({
    outcome: 'step_up',
    code: 'pending_approval',
    policies: ['refund-over-limit'],
  });
  expect(server.asked.length).toBe(2);
});

test('the page on the input shows every member, and no other', async () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/formats/opa-input.md'), 'utf8');
  const example = JSON.parse(/```json\n([\s\S]*?)```/.exec(page)?.[1] ?? '');
  const made = await beside();
  await made.call(await made.start({ purpose: 'p', onBehalfOf: 'ann' }), readTicket);
  expect(membersOf(server.asked[0]?.input)).toEqual(membersOf(example));
});

/** Names of members, two deep; what tasks and tools name themselves apart. */
function membersOf(document: object): readonly string[] {
  return Object.entries(document)
    .flatMap(([name, value]) =>
      typeof value === 'object' && name !== 'args'
        ? Object.keys(value).map((key) => `${name}.${key}`)
        : [name],
    )
    .sort();
}
