// SPDX-License-Identifier: Apache-2.0
/**
 * Every client that there is, while people think: it is asked in the way that it can be, people act through the API, and
 * what reached the server stands in the server's own account. The clients say yes to whatever they are asked.
 */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { modern } from '../mcp/wire.ts';
import { verifies } from '../requirements.ts';
import { openAccounting, tool } from './accounting.fixture.ts';
import { type AskedClient, type Can, connectAsked, type Kind } from './asked-clients.fixture.ts';
import { openDaemon, permitAll, type TestDaemon } from './daemon.fixture.ts';

const me = `local:${process.getuid?.() ?? 0}`;
const approvers = `people:\n  ana: { operators: ["${me}"] }\ngroups:\n  finance: [ana]\n`;
const asks = (id: string, expires: string) => `@id("${id}") @outcome("step_up") @approvers("finance")
@expires("${expires}") @reason("Payments need somebody from finance.")
forbid (principal is Agent, action, resource) when { context.tool.name == "${id}" };\n`;
const policies = { 'test.cedar': `${permitAll}${asks('pay', '10m')}${asks('brief', '5s')}` };
const deskUrlOf = (approval: string) => `http://127.0.0.1:9/approvals/${approval}`;

// A busy machine is slow to start processes.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

const acc = openAccounting([tool('pay'), tool('brief')]);
/** Patient, and with a page; impatient, so that forms are asked; for the bridge, which starts processes. */
let patient: TestDaemon;
let brisk: TestDaemon;

beforeAll(async () => {
  const files = { policies, approvers, mcpServers: { acc: acc.server } };
  patient = await openDaemon({ ...files, waiting: { approvalHoldMs: 40_000, deskUrlOf } });
  brisk = await openDaemon({ ...files, waiting: { approvalHoldMs: 2_000 } });
  await accept(patient);
  await accept(brisk);
});

async function accept({ control }: TestDaemon): Promise<void> {
  const { body } = await control.call('GET', '/v1/catalogue/diff');
  const tools = body.servers[0].changes.map(({ tool, digest }: { tool: string; digest: string }) => ({
    tool,
    digest,
  }));
  expect(await control.call('POST', '/v1/catalogue/accept', { server: 'acc', tools })).toMatchObject({
    status: 200,
  });
}

afterAll(async () => {
  await patient?.[Symbol.asyncDispose]();
  await brisk?.[Symbol.asyncDispose]();
  acc.remove();
});

/** In each way that it can be asked, with a daemon that asks it. */
const clients: readonly (readonly [kind: Kind, can: Can])[] = [
  ['v2 2026-07-28', 'url'],
  ['v2 2026-07-28', 'form'],
  ['v2 2026-07-28', 'nothing'],
  ['v2 2025-11-25', 'url'],
  ['v1', 'url'],
  ['v1', 'form'],
  ['v1', 'nothing'],
];
/** A process for each call, which takes its time to start: one after the other. */
const commands: readonly (readonly [kind: Kind, can: Can])[] = [
  ['inspector', 'nothing'],
  ['inspector modern', 'nothing'],
];
const patienceMs = 60_000;

let names = 0;

interface Met {
  readonly daemon: TestDaemon;
  readonly client: AskedClient;
  readonly id: string;
  readonly session: string;
  readonly agent: string;
}

async function meet(kind: Kind, can: Can, action?: 'decline' | 'cancel', bridge = false): Promise<Met> {
  const daemon = can === 'form' ? brisk : patient;
  const agent = `a${++names}`;
  const { body } = await daemon.control.call('POST', '/v1/tasks', { type: 'test', ttlMs: 600_000, agent });
  const cli = join(import.meta.dirname, '../../src/main/cli.ts');
  const command = {
    command: process.execPath,
    args: [cli, 'mcp-stdio', '--data', daemon.dataDir, '--task', body.task],
  };
  const way = { url: daemon.url, token: body.token, folder: acc.dir };
  const client = await connectAsked(kind, can, way, action, bridge ? command : undefined);
  return { daemon, client, id: agent, session: body.session, agent };
}

async function waiting({ daemon, agent }: Pick<Met, 'daemon' | 'agent'>): Promise<string> {
  return vi.waitFor(async () => {
    const { body } = await daemon.control.call('GET', '/v1/approvals');
    const found = body.approvals.find((one: { agent: string }) => one.agent === agent);
    if (found === undefined) throw new Error(`nothing waits for ${agent}`);
    return found.approval;
  }, patienceMs);
}

/** Whoever can be asked has been, before anybody acts. */
async function asked({ client }: Met, can: Can): Promise<void> {
  if (can !== 'nothing') await vi.waitFor(() => expect(client.asked.length).toBeGreaterThan(0), patienceMs);
}

async function says(
  { daemon }: Pick<Met, 'daemon'>,
  approval: string,
  verdict: 'approve' | 'refuse',
  reason = '',
): Promise<void> {
  const shown = await daemon.control.call('GET', `/v1/approvals/show?id=${approval}`);
  const said = { approval, verdict, card: shown.body.cardDigest, reason, as: 'ana' };
  const done = await daemon.control.call('POST', '/v1/approvals/decide', said);
  expect(done.status, JSON.stringify(done.body)).toBe(200);
}

/** A 2026-07-28 client without a library, which sends what it is told to. */
function rawPay({ url }: TestDaemon, token: string, args: object) {
  return async (more: object) => {
    const params = { name: 'acc__pay', arguments: args, ...more };
    const meta = { 'io.modelcontextprotocol/clientCapabilities': { elicitation: { url: {} } } };
    const { messages } = await modern(url, token, 'tools/call', params, { meta });
    return messages.at(-1) ?? {};
  };
}

const times = (id: string) => acc.begun().filter((one) => one === id).length;

const requests = async ({ daemon, session }: Met): Promise<number> => {
  let count = 0;
  const lines = daemon.control.lines('/v1/log?', AbortSignal.timeout(20_000));
  for await (const { event } of lines)
    if (event.type === 'approval.requested' && event.session === session) count += 1;
  return count;
};

describe.concurrent.each(clients)('%s that can be asked by %s', endings);
describe.each(commands)('%s that can be asked by %s', endings);

function endings(kind: Kind, can: Can): void {
  test('gets the result once a person says yes, and it was done once', async () => {
    verifies('approvals.the-wait');
    const met = await meet(kind, can);
    await using client = met.client;
    const running = client.call('acc__pay', { id: met.id });
    const approval = await waiting(met);
    await asked(met, can);
    expect(times(met.id)).toBe(0);
    await says(met, approval, 'approve');
    expect(await running).toContain(`did pay ${met.id}`);
    expect(times(met.id)).toBe(1);
    expect(await requests(met)).toBe(1);
    if (can === 'url')
      expect(client.asked[0]).toMatchObject({
        mode: 'url',
        url: deskUrlOf(approval),
        message: expect.stringContaining(`waits for one person of \`finance\` (approval ${approval})`),
      });
    const isLegacy = kind === 'v1' || kind === 'v2 2025-11-25';
    if (can === 'url' && isLegacy) expect(client.completed).toEqual([approval]);
  });

  test('hears the words of a person who says no, and nothing is done', async () => {
    const met = await meet(kind, can);
    await using client = met.client;
    const running = client.call('acc__pay', { id: met.id });
    const approval = await waiting(met);
    await asked(met, can);
    await says(met, approval, 'refuse', 'this was paid in March');
    expect(await running).toContain('this was paid in March');
    expect(times(met.id)).toBe(0);
  });

  test('hears that the time is over, at once, and people are not asked again', async () => {
    const met = await meet(kind, can);
    await using client = met.client;
    const told = await client.call('acc__brief', { id: met.id });
    expect(told).toContain('approval_expired');
    expect(times(met.id)).toBe(0);
    expect(await requests(met)).toBe(1);
  });

  test('hears of a revocation, and a yes that comes later does nothing', async () => {
    const met = await meet(kind, can);
    await using client = met.client;
    const running = client.call('acc__pay', { id: met.id }).catch((error: unknown) => String(error));
    await waiting(met);
    await asked(met, can);
    const revoked = { scope: 'session', target: met.session, reason: 'test' };
    expect(await met.daemon.control.call('POST', '/v1/revoke', revoked)).toMatchObject({ status: 200 });
    expect(await running).toMatch(/revoked|stopped|401|[Uu]nauthorized/);
    expect(times(met.id)).toBe(0);
  });
}

describe.each<[kind: Kind, can: Can]>([
  ['v2 2026-07-28', 'url'],
  ['v2 2026-07-28', 'form'],
  ['v1', 'url'],
  ['v1', 'form'],
])('%s that is asked by %s', (kind, can) => {
  test.each<['decline' | 'cancel']>([['decline'], ['cancel']])(
    'and says %s is told that it waits',
    async (action) => {
      const met = await meet(kind, can, action);
      await using client = met.client;
      const told = await client.call('acc__pay', { id: met.id });
      expect(told).toContain('pending_approval');
      expect(client.asked).toHaveLength(1);
      // It took nothing back: people decide all the same, and the same call made later attaches.
      await says(met, await waiting(met), 'approve');
      expect(await client.call('acc__pay', { id: met.id })).toContain(`did pay ${met.id}`);
      expect(times(met.id)).toBe(1);
      expect(await requests(met)).toBe(1);
    },
  );
});

test.each<[kind: Kind]>([['v2 2026-07-28'], ['v1']])(
  '%s that says yes to everything for as long as it is asked approves nothing',
  async (kind) => {
    verifies('approvals.answers-approve-nothing');
    const met = await meet(kind, 'form');
    await using client = met.client;
    const told = await client.call('acc__pay', { id: met.id });
    expect(told).toContain('pending_approval');
    expect(client.asked.length).toBeGreaterThan(1);
    expect(times(met.id)).toBe(0);
    const { body } = await met.daemon.control.call('GET', `/v1/approvals/show?id=${await waiting(met)}`);
    expect(body).toMatchObject({ status: 'requested', decided: [] });
  },
  120_000,
);

describe.each<[kind: Kind, can: Can]>([
  ['v2 2026-07-28', 'url'],
  ['v2 2026-07-28', 'form'],
  ['v1', 'url'],
  ['v1', 'form'],
])('over mcp-stdio, %s that can be asked by %s', (kind, can) => {
  test('gets the result once a person says yes', async () => {
    const met = await meet(kind, can, undefined, true);
    await using client = met.client;
    const running = client.call('acc__pay', { id: met.id });
    const approval = await waiting(met);
    await asked(met, can);
    await says(met, approval, 'approve');
    expect(await running).toContain(`did pay ${met.id}`);
    expect(times(met.id)).toBe(1);
    if (can === 'url') expect(client.asked[0]?.url).toBe(deskUrlOf(approval));
    if (can === 'url' && kind === 'v1') expect(client.completed).toEqual([approval]);
  });

  test('and does not wait is told that it waits', async () => {
    const met = await meet(kind, can, 'decline', true);
    await using client = met.client;
    expect(await client.call('acc__pay', { id: met.id })).toContain('pending_approval');
    expect(times(met.id)).toBe(0);
  });
});

test('an approved call whose server dies in the middle is ambiguous: its state does not run it again, and people are asked anew', async () => {
  verifies('approvals.the-wait');
  const files = { policies, approvers, mcpServers: { acc: acc.server } };
  await using daemon = await openDaemon({ ...files, waiting: { approvalHoldMs: 40_000, deskUrlOf } });
  await accept(daemon);
  const order = { type: 'test', ttlMs: 600_000, agent: 'dies' };
  const { body } = await daemon.control.call('POST', '/v1/tasks', order);
  const pay = rawPay(daemon, body.token, { id: 'dies', ms: 600_000 });
  const first = await pay({});
  const approval = await waiting({ daemon, agent: 'dies' });
  await says({ daemon }, approval, 'approve');
  const accepted = { inputResponses: { 'countersign-approval': { action: 'accept' } } };
  const running = pay({ requestState: first.result?.requestState, ...accepted });
  const begun = await vi.waitFor(() => {
    const found = acc.account().find(({ did, id }) => did === 'begin' && id === 'dies');
    if (found === undefined) throw new Error('not begun');
    return found;
  }, patienceMs);
  process.kill(begun.pid, 'SIGKILL');
  expect((await running).error?.data?.code).toBe('upstream_closed');

  const again = await pay({ requestState: first.result?.requestState, ...accepted });
  expect(again.result?.resultType).toBe('input_required');
  expect(JSON.stringify(again.result)).not.toContain(approval);
  expect(times('dies')).toBe(1);
  const seen: string[] = [];
  for await (const { event } of daemon.control.lines('/v1/log?', AbortSignal.timeout(20_000)))
    if (event.type === 'observation') seen.push(event.status);
  expect(seen).toEqual(['ambiguous']);
});

test('the state of a call that waits outlives the daemon: after a restart it goes on where it was', async () => {
  verifies('approvals.the-wait');
  const files = { policies, approvers, mcpServers: { acc: acc.server } };
  await using daemon = await openDaemon({ ...files, waiting: { approvalHoldMs: 40_000, deskUrlOf } });
  await accept(daemon);
  const { body } = await daemon.control.call('POST', '/v1/tasks', {
    type: 'test',
    ttlMs: 600_000,
    agent: 'survives',
  });
  const pay = rawPay(daemon, body.token, { id: 'survives' });
  const first = await pay({});
  const met = { daemon, agent: 'survives' };
  const approval = await waiting(met);
  await daemon.restart();
  await says(met, approval, 'approve');
  const inputResponses = { 'countersign-approval': { action: 'accept' } };
  const done = await pay({ requestState: first.result?.requestState, inputResponses });
  expect(done.result?.content).toEqual([{ type: 'text', text: 'did pay survives' }]);
  expect(times('survives')).toBe(1);
});
