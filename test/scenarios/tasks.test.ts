// SPDX-License-Identifier: Apache-2.0
/**
 * Tasks that narrow, as people run them: the example's templates in a daemon that is a process, in front of
 * stdio servers. Policy permits everything, so whatever is refused here the scope refused. What was done is
 * what those servers wrote down.
 */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { modern } from '../mcp/wire.ts';
import { verifies } from '../requirements.ts';
import { type Accounting, openAccounting, tool } from './accounting.fixture.ts';
import { type DaemonProcess, type Pass, runDaemon } from './daemon-process.fixture.ts';

const example = join(import.meta.dirname, '../../examples/tasks');
const text = { type: 'string' };
const taking = (name: string, properties: object = {}) =>
  tool(name, {
    inputSchema: { type: 'object', properties: { id: text, ...properties }, additionalProperties: false },
  });
const declared: Readonly<Record<string, readonly object[]>> = {
  offers: [taking('list'), taking('get')],
  mail: [taking('draft', { vendor: text, attachment: text }), taking('send', { vendor: text })],
  finance: [taking('approve', { vendor: text, amount: { type: 'integer' } })],
  ops: [taking('look', { url: text })],
};

let dir: string;
let taskDir: string;
let daemon: DaemonProcess;
const servers = new Map<string, Accounting>();

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'cs-tasks-'));
  taskDir = join(dir, 'tasks');
  cpSync(join(example, 'tasks'), taskDir, { recursive: true });
  for (const [name, tools] of Object.entries(declared)) servers.set(name, openAccounting(tools));
  const catalogueOf = (name: string) =>
    readFileSync(join(example, `catalogue/${name}.yaml`), 'utf8').replace(/^server: .*\n/m, '');
  daemon = await runDaemon({
    mcpServers: Object.fromEntries([...servers].map(([name, { server }]) => [name, server])),
    catalogue: Object.fromEntries([...servers.keys()].map((name) => [name, catalogueOf(name)])),
    env: { COUNTERSIGN_TASKS: taskDir },
  });
  await daemon.accept(...servers.keys());
}, 60_000);

afterAll(async () => {
  await daemon?.[Symbol.asyncDispose]();
  for (const server of servers.values()) server.remove();
  rmSync(dir, { recursive: true, force: true });
});

let ids = 0;
interface Called {
  /** Ids are ours, so what reached a server is known whoever else called it. */
  readonly reached: boolean;
  readonly told: string;
  readonly code: string | undefined;
}

async function call({ token, session }: Pass, name: string, args: object = {}): Promise<Called> {
  const id = `c${ids++}`;
  const { messages } = await modern(daemon.url, token, 'tools/call', { name, arguments: { id, ...args } });
  const [server = '', target = ''] = name.split('__');
  const decided = (await daemon.events()).findLast(
    ({ type, who, request }) => type === 'decision' && who.session === session && request.target === target,
  );
  return {
    reached: servers.get(server)?.begun(target).includes(id) ?? false,
    told: JSON.stringify(messages.at(-1)),
    code: decided?.code,
  };
}

async function listed({ token }: Pass): Promise<readonly string[]> {
  const { messages } = await modern(daemon.url, token, 'tools/list');
  const tools = messages[0]?.result?.tools;
  return Array.isArray(tools) ? tools.map(({ name }) => String(name)).sort() : [];
}

const procurement = (params: object = {}) =>
  daemon.task({
    type: 'procurement',
    ttlMs: undefined,
    params: { request: 'r-1', vendor: 'acme', ...params },
  });

describe('procurement', () => {
  test('compares offers, drafts to the vendors of the task, and touches no money', async () => {
    verifies('task.scope');
    const task = await procurement();
    expect(await listed(task)).toEqual(['mail__draft', 'offers__get', 'offers__list']);
    expect(await call(task, 'offers__list')).toMatchObject({ reached: true, code: 'permitted' });
    expect(await call(task, 'offers__get')).toMatchObject({ reached: true, code: 'permitted' });
    const attachment = '/procurement/answers/acme.pdf';
    expect(await call(task, 'mail__draft', { vendor: 'acme', attachment })).toMatchObject({ reached: true });
    expect(await call(task, 'mail__draft', { vendor: 'globex', attachment })).toMatchObject({
      reached: true,
    });

    const outside = { reached: false, code: 'outside_scope' };
    const stranger = await call(task, 'mail__draft', { vendor: 'initech', attachment });
    expect(stranger).toMatchObject(outside);
    expect(stranger.told).toContain('`vendor` must be one of `acme`, `globex`');
    for (const path of [
      '/procurement/answers/../ledger',
      '/procurement/answers-2/x',
      '/procurement/answers/%2e%2e/x',
    ])
      expect(await call(task, 'mail__draft', { vendor: 'acme', attachment: path })).toMatchObject(outside);
    // An argument that a constraint names and the request lacks.
    expect(await call(task, 'mail__draft', { vendor: 'acme' })).toMatchObject(outside);
    expect(await call(task, 'mail__send', { vendor: 'acme' })).toMatchObject(outside);
    const money = await call(task, 'finance__approve', { vendor: 'acme', amount: 1 });
    expect(money).toMatchObject(outside);
    expect(money.told).toContain('no capability for `finance/approve`');
    expect(servers.get('finance')?.begun()).toEqual([]);
    expect(servers.get('mail')?.begun('send')).toEqual([]);
  });

  test('pays only where the task names that action, within its limit, after a draft, once', async () => {
    verifies('task.scope');
    const task = await daemon.task({ type: 'procurement.award', params: { vendor: 'acme', limit: '900' } });
    const pay = (amount: number, vendor = 'acme') => call(task, 'finance__approve', { vendor, amount });
    const early = await pay(100);
    expect(early).toMatchObject({ reached: false, code: 'outside_scope' });
    expect(early.told).toContain('it goes on with `search`, `read`, `create`');
    expect(await call(task, 'mail__draft', { vendor: 'acme' })).toMatchObject({ reached: true });
    expect(await pay(901)).toMatchObject({ reached: false, code: 'outside_scope' });
    expect(await pay(900, 'globex')).toMatchObject({ reached: false, code: 'outside_scope' });
    const both = await Promise.all([pay(900), pay(900)]);
    expect(both.map(({ reached }) => reached).sort()).toEqual([false, true]);
    expect(await call(task, 'offers__get')).toMatchObject({ reached: false, code: 'outside_scope' });
  });

  test('the record of a refusal says what would have fit', async () => {
    const found = (await daemon.events()).find(
      ({ type, code, request }) =>
        type === 'decision' && code === 'outside_scope' && request.target === 'approve',
    );
    expect(found).toMatchObject({
      outcome: 'deny',
      detail: expect.stringContaining('outside the scope of this task'),
      verdicts: [],
    });
    const { out } = await daemon.cli('explain', found.id);
    expect(out).toContain('the scope of the task has no room for it');
  });
});

test('what a task can reach depends on what it is for', async () => {
  verifies('task.scope');
  const incident = await daemon.task({ type: 'incident' });
  expect(await listed(incident)).toEqual(['ops__look']);
  expect(await call(incident, 'ops__look', { url: 'https://a.status.example.com/x' })).toMatchObject({
    reached: true,
  });
  for (const url of [
    'https://status.example.com@evil.example/',
    'https://evil.example/?status.example.com',
    'https://xstatus.example.com/',
  ])
    expect(await call(incident, 'ops__look', { url })).toMatchObject({
      reached: false,
      code: 'outside_scope',
    });
  expect(await call(incident, 'offers__list')).toMatchObject({ reached: false, code: 'outside_scope' });
  // A type that nobody wrote a template for is held by policy alone.
  const free = await daemon.task({ type: 'whatever' });
  expect(await listed(free)).toHaveLength(6);
  expect(await call(free, 'mail__send', { vendor: 'x' })).toMatchObject({ reached: true });
});

test('a task that does not fit its template does not start', async () => {
  const start = async (order: object) =>
    (await daemon.control.call('POST', '/v1/tasks', { type: 'procurement', ...order })).body;
  const params = { request: 'r', vendor: 'acme' };
  const rows: readonly [order: object, message: string][] = [
    [{ params: { vendor: 'acme' } }, 'the parameter `request` is missing'],
    [{ params: { ...params, color: 'red' } }, 'there is no parameter `color`'],
    [{ params: { ...params, vendor: 'evil' } }, 'must be one of `acme`'],
    [{ params, ttlMs: 3 * 3_600_000 }, 'lives for 7200 seconds at most'],
    [{ params, budgets: [{ name: 'calls', limit: 41 }] }, 'the budget `calls` is 40 at most'],
  ];
  for (const [order, message] of rows)
    expect(await start(order)).toMatchObject({ ok: false, message: expect.stringContaining(message) });
  const ran = await daemon.cli(
    'task',
    'start',
    '--type',
    'procurement',
    '--param',
    'vendor=acme',
    '--param',
    'request=r',
  );
  expect(ran).toMatchObject({ code: 0 });
  const refused = await daemon.cli(
    'task',
    'start',
    '--type',
    'procurement',
    '--param',
    'vendor=evil',
    '--param',
    'request=r',
  );
  expect(refused.code).not.toBe(0);
  expect(refused.err).toContain('must be one of `acme`');
});

test('a template that changes changes no task that runs, and a bad one changes nothing', async () => {
  verifies('task.bound');
  const before = await procurement();
  writeFileSync(
    join(taskDir, 'procurement.yaml'),
    'type: procurement\ncapabilities:\n  - actions: [ops/look]\n',
  );
  await vi.waitFor(() => expect(daemon.said()).toContain('templates of tasks: 3'), 15_000);
  expect(await listed(before)).toEqual(['mail__draft', 'offers__get', 'offers__list']);
  expect(await call(before, 'ops__look', { url: 'https://a.example' })).toMatchObject({ reached: false });
  expect(await listed(await daemon.task({ type: 'procurement' }))).toEqual(['ops__look']);

  writeFileSync(join(taskDir, 'procurement.yaml'), 'type: procurement\ncapabilities:\n  - actions: []\n');
  await vi.waitFor(
    () => expect(daemon.said()).toContain('procurement.yaml:3:14: `actions` has from 1'),
    15_000,
  );
  expect(await listed(await daemon.task({ type: 'procurement' }))).toEqual(['ops__look']);

  await daemon.stop('SIGKILL');
  cpSync(join(example, 'tasks'), taskDir, { recursive: true });
  await daemon.start();
  // What it was started with is in the ledger, and so is where it stands.
  expect(await listed(before)).toEqual(['mail__draft', 'offers__get', 'offers__list']);
}, 60_000);
