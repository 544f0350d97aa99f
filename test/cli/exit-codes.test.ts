// SPDX-License-Identifier: Apache-2.0
/**
 * What every command exits with, and what goes where: the real command as a process, beside real daemons, beside
 * none, and beside what only looks like one. docs/cli.md promises the codes; each of them is shown here.
 */
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { awsKey } from '../../src/core/result/result.fixture.ts';
import { writeCorpus } from '../eval/corpus.fixture.ts';
import { linesOf, start, stop } from '../evidence/process.fixture.ts';
import { startReceiver } from '../messages/receiver.fixture.ts';
import { verifies } from '../requirements.ts';
import { permitAll } from '../scenarios/daemon.fixture.ts';
import { type DaemonProcess, runDaemon } from '../scenarios/daemon-process.fixture.ts';
import { brokenDaemon, type Fault, faults } from './daemons.fixture.ts';
import { commandsOnThePage } from './page.fixture.ts';
import { asking, callNote, expectFailure, forbidding, openWorld, type World } from './world.fixture.ts';

const examples = join(import.meta.dirname, '../../examples');
const history = join(examples, 'history');
const traces = join(import.meta.dirname, '../temporal/traces/release-after-review');

let world: World;
beforeAll(async () => {
  world = await openWorld();
}, 120_000);
afterAll(() => world?.[Symbol.asyncDispose]());

const at = (...parts: readonly string[]) => world.at(...parts);
const left = () => at('left');
const countersign: World['countersign'] = (...call) => world.countersign(...call);

const noCard = `sha256:${'0'.repeat(64)}`;

/** Those that ask the daemon for something, with what they need to get as far. */
const asksDaemon: readonly [command: string, args: readonly string[]][] = [
  ['task start', ['--type', 'support']],
  ['task prompt', ['t-1', 'And tell the customer.']],
  ['task end', ['t-1']],
  ['revoke', ['session', 's-1']],
  ['pause', ['agent', 'a-1']],
  ['quarantine', ['agent', 'a-1']],
  ['resume', ['agent', 'a-1', '--reason', 'seen']],
  ['stop-all', ['--reason', 'a test']],
  ['autonomy', ['a-1', 'full', '--reason', 'trusted']],
  ['resume-all', ['--reason', 'over']],
  ['label show', ['--task', 't-1']],
  ['label endorse', ['--task', 't-1', '--reason', 'read it myself']],
  ['label declassify', ['--task', 't-1', '--level', 'internal', '--reason', 'published since']],
  ['status', []],
  ['approvals ls', []],
  ['approvals show', ['a-1']],
  ['approvals approve', ['a-1', '--card', noCard]],
  ['approvals refuse', ['a-1', '--card', noCard, '--reason', 'no']],
  ['approvals load', []],
  ['messages ls', []],
  ['messages test', ['pager']],
  ['review ls', []],
  ['review show', ['o-1']],
  ['review done', ['o-1', '--last', 'o-1', '--reason', 'seen']],
  ['break-glass open', ['t-1', '--group', 'finance', '--reason', 'an outage', '--yes']],
  ['break-glass ls', []],
  ['break-glass close', ['t-1', '--reason', 'it is over']],
  ['signal ls', []],
  ['signal show', ['severity']],
  ['signal set', ['severity', 'high']],
  ['signal clear', ['severity', '--reason', 'it is over']],
  ['deferrals ls', []],
  ['deferrals show', ['w-1']],
  ['deferrals cancel', ['w-1', '--reason', 'not today']],
  ['approvers ls', []],
  ['approvers passkeys', []],
  ['approvers enroll', ['ana']],
  ['policy publish', []],
  ['policy candidate', []],
  ['policy log', []],
  ['policy rollback', []],
  ['catalogue diff', []],
  ['catalogue accept', ['acc', 'note', '--yes']],
];

describe('where no daemon is', () => {
  test.concurrent.each(asksDaemon)('`%s`: 4, and how to start one', async (command, args) => {
    const none = ['--data', at('nowhere'), ...args];
    const [people, programs] = [
      await countersign(command, none),
      await countersign(command, [...none, '--json']),
    ];
    expect(people).toMatchObject({ code: 4, stdout: '' });
    expect(people.stderr).toMatch(
      /^countersign: no daemon on `.*`: start one with `countersign up`, .*--data\n$/,
    );
    expectFailure(programs, 4, /no daemon on/);
  });

  test.concurrent.each<[command: string, args: readonly string[], told: RegExp]>([
    ['log', ['--json'], /there is no store at/],
    ['explain', ['d-1', '--json'], /there is no store at/],
    ['verify', ['--json'], /log\.pub.*--data.*--key/],
    ['head', [], /log\.pub.*--data.*--key/],
    ['receipt', ['d-1'], /log\.pub.*--data.*--key/],
    ['policy plan', [examples, '--json'], /master key is not at hand.*--data/],
  ])('`%s`: nothing to read: 4, and what to name', async (command, args, told) => {
    const ran = await countersign(command, ['--data', at('nowhere'), ...args]);
    if (args.includes('--json')) expectFailure(ran, 4, told);
    else expect(ran).toMatchObject({ code: 4, stdout: '', stderr: expect.stringMatching(told) });
  });

  test('`doctor` has found out', async () => {
    const ran = await countersign('doctor', ['--data', at('nowhere'), '--json']);
    expect(ran).toMatchObject({ code: 2, stderr: '' });
    expect(JSON.parse(ran.stdout)).toMatchObject({ running: false });
  });

  test('`mcp-stdio` answers in its protocol, and goes with its client', async () => {
    const ask = '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{}}\n';
    const ran = await countersign('mcp-stdio', ['--data', at('nowhere')], ask);
    expect(ran.code).toBe(0);
    expect(JSON.parse(ran.stdout)).toMatchObject({
      id: 1,
      error: { message: expect.stringContaining('no daemon') },
    });
  });

  test('what reads the store needs none', async () => {
    const rows: readonly [string, readonly string[]][] = [
      ['log', ['--json']],
      ['explain', [world.decision, '--json']],
      ['verify', ['--json']],
      ['head', []],
      ['receipt', [world.decision]],
      ['policy plan', [at('policies'), '--tries', '0', '--json']],
    ];
    for (const [command, args] of rows) {
      const ran = await countersign(command, ['--data', left(), ...args]);
      expect(ran, `${command}: ${ran.stderr}`).toMatchObject({ code: 0 });
      if (args.includes('--json')) for (const line of ran.stdout.trimEnd().split('\n')) JSON.parse(line);
    }
  });
});

describe.each(Object.entries(faults) as [Fault, string][])('where what listens %s: it %s', (fault) => {
  const beside = () => ['--data', world.broken.get(fault)?.dataDir ?? '', '--timeout', '400ms'];

  // What is no HTTP and no JSON is told apart before any command looks at it.
  const few = fault === 'garbage' || fault === 'page';
  test.concurrent.each(few ? asksDaemon.slice(0, 1) : asksDaemon)('`%s`: 4', async (command, args) => {
    const ran = await countersign(command, [...beside(), ...args, '--json']);
    expectFailure(
      ran,
      4,
      fault === 'hangs' ? /gave no answer within 0\.4 s \(--timeout/ : /^countersign: the daemon /,
    );
  });

  test.concurrent('`log` says so and reads the store; one that follows goes', async () => {
    const ran = await countersign('log', [...beside(), '--json']);
    expect(ran).toMatchObject({ code: 0, stderr: expect.stringMatching(/: reading the store by itself\n$/) });
    expect(ran.stdout).toContain(world.decision);
    expectFailure(
      await countersign('log', [...beside(), '--json', '--follow']),
      4,
      /^countersign: the daemon /,
    );
  });

  test.concurrent('`explain` does not go around it: 4', async () => {
    expectFailure(
      await countersign('explain', [...beside(), world.decision, '--json']),
      4,
      /^countersign: the daemon /,
    );
  });

  test.concurrent('`doctor` has found out', async () => {
    expect(await countersign('doctor', [...beside(), '--json'])).toMatchObject({ code: 2, stderr: '' });
  });
});

test('lines that came are printed, and that no more will come is said: 4', async () => {
  const first = (await countersign('log', ['--data', left(), '--json', '-n', '1'])).stdout;
  await using dying = await brokenDaemon('dies', at('midway'), left(), `${first}{"position":`);
  const reader = start(['log', '--data', dying.dataDir, '--json']);
  let said = '';
  reader.stderr?.on('data', (chunk) => {
    said += chunk;
  });
  const ended = new Promise((resolve) => reader.once('close', resolve));
  const lines = linesOf(reader);
  expect(JSON.parse((await lines.next()).value)).toEqual(JSON.parse(first));
  dying.die();
  expect(JSON.parse((await lines.next()).value)).toMatchObject({ ok: false, exit: 4 });
  expect(await lines.next()).toMatchObject({ done: true });
  expect(await ended).toBe(4);
  expect(said).toContain('broke off before its answer was whole');
});

test('whoever follows a daemon learns that it was killed: 4', async () => {
  const daemon = await runDaemon({ mcpServers: {} });
  await using _gone = daemon;
  const follower = start(['log', '--follow', '-n', '1', '--data', daemon.dataDir]);
  await linesOf(follower).next();
  let said = '';
  follower.stderr?.on('data', (chunk) => {
    said += chunk;
  });
  const ended = new Promise((resolve) => follower.once('close', resolve));
  await daemon.stop('SIGKILL');
  expect(await ended).toBe(4);
  expect(said).toContain('broke off');
});

describe('what policy says to an act', () => {
  const administered = (): readonly [command: string, args: readonly string[]][] => [
    ...asksDaemon.filter(([command]) =>
      /^(?:task|revoke|pause|quarantine|resume|stop-all|autonomy|catalogue accept|approvals [^l]|break-glass [oc]|messages t|review d|label [ed]|signal (?:set|clear)|deferrals c)/.test(
        command,
      ),
    ),
    ['explain', []],
  ];
  const onto = async (daemon: DaemonProcess, command: string, args: readonly string[]) => {
    const own = command === 'explain' ? [(await daemon.events('type=decision')).at(-1).id] : args;
    return countersign(command, [...own, '--data', daemon.dataDir, '--json']);
  };

  test('a forbid: 2, with its reason, its policy and the decision', async () => {
    verifies('cli.exit-codes');
    for (const [command, args] of administered()) {
      const ran = await onto(world.forbids, command, args);
      expectFailure(ran, 2, /Not today\. \(policy admin\) \[d-/);
      expect(JSON.parse(ran.stdout)).toMatchObject({
        code: 'forbidden',
        policies: ['admin'],
        decision: expect.stringMatching(/^d-/),
      });
    }
  });

  test('a step_up: 5', async () => {
    verifies('cli.exit-codes');
    for (const [command, args] of administered()) {
      const ran = await onto(world.asks, command, args);
      expectFailure(ran, 5, /Not today\./);
      expect(JSON.parse(ran.stdout)).toMatchObject({ code: 'pending_approval', policies: ['admin'] });
    }
  });

  test.each<[code: number, annotations: string]>([
    [2, ''],
    [5, asking],
  ])('of going back: %i', async (code, annotations) => {
    await using daemon = await runDaemon({ mcpServers: {} });
    writeFileSync(join(daemon.dir, 'policies', 'test.cedar'), forbidding(annotations));
    const data = ['--data', daemon.dataDir, '--json'];
    expect(await countersign('policy publish', data)).toMatchObject({ code: 0, stderr: '' });
    expectFailure(await countersign('policy rollback', data), code, /Not today\./);
  });

  test('of a publication, too', async () => {
    for (const [daemon, code] of [
      [world.forbids, 2],
      [world.asks, 5],
    ] as const) {
      writeFileSync(join(daemon.dir, 'policies', 'test.cedar'), permitAll);
      expectFailure(
        await countersign('policy publish', ['--data', daemon.dataDir, '--json']),
        code,
        /Not today\./,
      );
    }
    expect(await acceptAll(world.unpublished)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('written, but not in force: publication: not published: Not today.'),
    });
  });
});

test('`messages` where there is a target: it has heard', async () => {
  const secret = `whsec_${Buffer.alloc(32, 4).toString('base64')}`;
  await using receiver = await startReceiver(secret);
  const file = at('messages.yaml');
  const url = `"${receiver.url}/hook"`;
  writeFileSync(file, `targets: { pager: { kind: webhook, url: ${url}, secret: { env: PAGER } } }\n`);
  await using daemon = await runDaemon({
    mcpServers: {},
    flags: ['--messages', file],
    env: { PAGER: secret },
  });
  const data = ['--data', daemon.dataDir, '--json'];
  const listed = await countersign('messages ls', data);
  expect(listed).toMatchObject({ code: 0, stderr: '' });
  expect(JSON.parse(listed.stdout)).toMatchObject({ targets: [{ name: 'pager', waiting: 0, failures: 0 }] });
  expect(await countersign('messages test', ['pager', ...data])).toMatchObject({ code: 0, stderr: '' });
  expect(receiver.got).toMatchObject([{ wrong: '', body: { type: 'message.test' } }]);
  receiver.answer((res) => void res.writeHead(302, { location: '/elsewhere' }).end());
  const failed = await countersign('messages test', ['pager', ...data]);
  expect(failed).toMatchObject({ code: 2, stderr: '' });
  expect(JSON.parse(failed.stdout)).toMatchObject({ ok: false, sent: { code: 'failed', status: 302 } });
  expect(receiver.got).toHaveLength(2);
});

const acceptAll = (daemon: DaemonProcess) =>
  countersign('catalogue accept', ['acc', '--all', '--yes', '--json', '--data', daemon.dataDir]);

describe('beside a daemon', () => {
  const on = (command: string, ...args: readonly string[]) =>
    countersign(command, ['--data', world.open.dataDir, ...args]);

  test('a task from its start to its end', async () => {
    const started = await on('task start', '--type', 'support');
    expect(started).toMatchObject({ code: 0, stderr: expect.stringContaining('point the MCP client at') });
    expect(started.stdout).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
    const { task, session } = JSON.parse((await on('task start', '--type', 'support', '--json')).stdout);
    expect(await on('task prompt', task, 'And tell the customer.', '--json')).toMatchObject({
      code: 0,
      stderr: '',
    });
    for (const kind of ['pause', 'quarantine'])
      expect(await on(kind, 'session', session)).toMatchObject({ code: 0, stderr: '' });
    expect(await on('resume', 'session', session, '--reason', 'seen')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^lifted the pause of .*\nit is still under a quarantine\n$/),
    });
    expect(await on('autonomy', 'local-agent', 'supervised')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^local-agent was semi, and is supervised /),
    });
    expect(await on('revoke', 'session', session)).toMatchObject({ code: 0, stderr: '' });
    expect(await on('task end', task)).toMatchObject({ code: 0, stdout: `ended ${task}\n`, stderr: '' });
  });

  test.each<[command: string, args: readonly string[], told: RegExp]>([
    ['task end', ['t-unknown', '--json'], /no task `t-unknown`/],
    ['task prompt', ['t-unknown', 'words', '--json'], /no task `t-unknown`/],
    ['revoke', ['agent', 'nobody', '--json'], /no agent `nobody`/],
    ['revoke', ['--tool', 'acc/nothing', '--dry-run', '--json'], /no tool `acc\/nothing`/],
    ['revoke', ['--json'], /name one thing .* or a filter/],
    ['pause', ['agent', 'nobody', '--json'], /no agent `nobody`/],
    ['quarantine', ['task', 't-unknown', '--json'], /no task `t-unknown`/],
    ['resume', ['session', 's-unknown', '--reason', 'x', '--json'], /no session `s-unknown`/],
    ['autonomy', ['nobody', 'full', '--reason', 'x', '--json'], /no agent `nobody`/],
    ['stop-all', ['--json'], /required option '--reason/],
    ['resume-all', ['--reason', 'x', '--json'], /everything is under no hold/],
    ['approvals show', ['a-unknown', '--json'], /there is no request `a-unknown`/],
    ['approvals approve', ['a-unknown', '--card', noCard, '--json'], /no request `a-unknown` waits/],
    [
      'approvals refuse',
      ['a-unknown', '--card', noCard, '--reason', 'no', '--json'],
      /no request `a-unknown` waits/,
    ],
    [
      'approvals refuse',
      ['a-unknown', '--card', noCard, '--reason', ' ', '--json'],
      /a refusal has a reason/,
    ],
    ['approvals load', ['--since', 'ages', '--json'], /must be a duration or a time/],
    ['messages test', ['nobody', '--json'], /no target is called `nobody`/],
    ['review show', ['o-unknown', '--json'], /nothing open is called `o-unknown`/],
    ['review done', ['o-unknown', '--reason', 'x', '--json'], /nothing open is called `o-unknown`/],
    ['break-glass open', ['t-unknown', '--group', 'us', '--reason', 'x', '--json'], /no task `t-unknown`/],
    ['break-glass open', ['t-unknown', '--group', 'us', '--json'], /required option '--reason/],
    ['break-glass close', ['t-unknown', '--reason', 'x', '--json'], /nothing is open for `t-unknown`/],
    ['label show', ['--task', 't-unknown', '--json'], /no task `t-unknown`/],
    ['label show', ['--json'], /name what it is of: --task or --store/],
    ['label endorse', ['--task', 't-unknown', '--reason', 'x', '--json'], /no task `t-unknown`/],
    ['label endorse', ['--store', 'acc', '--item', 'Note 1', '--reason', 'x', '--json'], /no label is kept/],
    ['label endorse', ['--task', 't-unknown', '--json'], /required option '--reason/],
    ['label declassify', ['--task', 't-unknown', '--reason', 'x', '--json'], /say what it is less/],
    ['label declassify', ['--task', 't-unknown', '--everyone', '--reason', 'x', '--json'], /no task/],
    ['explain', ['d-unknown', '--json'], /there is no record `d-unknown`/],
    ['receipt', ['d-unknown'], /there is no record `d-unknown`/],
    ['catalogue diff', ['nobody', '--json'], /no upstream `nobody`: there are `acc`/],
    ['catalogue accept', ['nobody', 'x', '--yes', '--json'], /no upstream `nobody`: there are `acc`/],
    [
      'catalogue accept',
      ['acc', 'nothing', '--yes', '--json'],
      /`nothing` of `acc` is as it was accepted, or not there/,
    ],
    ['task start', ['--type', 'Support', '--json'], /a task type is lower case/],
    ['task start', ['--type', 'x', '--budget', 'send=5', '--json'], /`calls:<class>`/],
  ])('`%s %j` is not known: 1', async (command, args, told) => {
    const ran = await on(command, ...args);
    if (args.includes('--json')) expectFailure(ran, 1, told);
    else expect(ran).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(told) });
  });

  test('everything is stopped, and goes on', async () => {
    await using daemon = await runDaemon({ mcpServers: {} });
    const data = ['--data', daemon.dataDir, '--reason', 'a test'];
    expect(await countersign('stop-all', data)).toMatchObject({ code: 0, stderr: '' });
    expect(await countersign('resume-all', data)).toMatchObject({ code: 0, stderr: '' });
  });

  test('people who are asked', async () => {
    await using daemon = await runDaemon({
      mcpServers: { acc: world.acc.server },
      policies: `${permitAll}@id("ask") @outcome("step_up") @approvers("us") @expires("5m")
forbid (principal is Agent, action, resource) when { context.tool.name == "note" };`,
      approvers: `people: { me: { operators: ["local:${process.getuid?.() ?? 0}"] } }\ngroups: { us: [me] }`,
      flags: ['--approval-hold', '0'],
    });
    await daemon.accept('acc');
    const own = (command: string, ...args: readonly string[]) =>
      countersign(command, ['--data', daemon.dataDir, '--json', ...args]);
    const asked = async (): Promise<string> => {
      await callNote(daemon);
      return JSON.parse((await own('approvals ls')).stdout).approvals.at(-1).approval;
    };
    expect(await own('approvals ls')).toMatchObject({ code: 0, stderr: '' });
    expect(await own('approvers ls')).toMatchObject({ code: 0, stderr: '' });
    expect(await own('approvers passkeys')).toMatchObject({ code: 0, stderr: '' });
    expectFailure(await own('approvers enroll', 'ana'), 1, /there is no desk: .*--desk-port/);
    const first = await asked();
    expect(await own('approvals show', first)).toMatchObject({ code: 0, stderr: '' });
    // Without a terminal nobody has looked at it.
    expectFailure(await own('approvals approve', first), 1, /no terminal to ask on: say --yes/);
    expect(await own('approvals approve', first, '--yes')).toMatchObject({ code: 0 });
    expect(await own('approvals load')).toMatchObject({ code: 0, stderr: '' });
    const second = await asked();
    const { cardDigest } = JSON.parse((await own('approvals show', second)).stdout);
    expect(await own('approvals refuse', second, '--card', cardDigest, '--reason', 'no')).toMatchObject({
      code: 0,
      stderr: '',
    });
  });

  test('the first passkey of who approves', async () => {
    await using daemon = await runDaemon({
      mcpServers: {},
      approvers: `people: { me: { operators: ["local:${process.getuid?.() ?? 0}"] } }\ngroups: { keepers: [me] }`,
      flags: ['--desk-port', '0'],
    });
    const ran = await countersign('approvers enroll', ['me', '--data', daemon.dataDir, '--json']);
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    expect(ran.stdout).toContain('http://localhost:');
  });

  test('a signal, and a call that waits for it', async () => {
    await using daemon = await runDaemon({
      mcpServers: { acc: world.acc.server },
      signals: 'signals: { up: { type: bool, max_age: 10m, from: [operators] } }',
      policies: `${permitAll}@id("up-first") @outcome("defer") @until("signal:up=true") @timeout("5m")
forbid (principal is Agent, action, resource) when { context.tool.name == "note" };`,
      flags: ['--approval-hold', '0'],
    });
    await daemon.accept('acc');
    const own = (command: string, ...args: readonly string[]) =>
      countersign(command, ['--data', daemon.dataDir, '--json', ...args]);
    const fine = { code: 0, stderr: '' };
    await callNote(daemon);
    const listed = await own('deferrals ls');
    expect(listed).toMatchObject(fine);
    const [{ deferral }] = JSON.parse(listed.stdout).deferrals;
    expect(await own('deferrals show', deferral)).toMatchObject(fine);
    expect(await own('deferrals cancel', deferral, '--reason', 'not today')).toMatchObject(fine);
    expect(await own('signal set', 'up', 'true')).toMatchObject(fine);
    expect(await own('signal ls')).toMatchObject(fine);
    expect(await own('signal show', 'up')).toMatchObject(fine);
    expect(await own('signal clear', 'up', '--reason', 'over')).toMatchObject(fine);
    expect(await countersign('signal token', ['--json'])).toMatchObject(fine);
  });

  test('people who break the glass', async () => {
    const me = `local:${process.getuid?.() ?? 0}`;
    await using daemon = await runDaemon({
      mcpServers: { acc: world.acc.server },
      policies: `${permitAll}@id("shut") @break_glass("us")
forbid (principal is Agent, action, resource) when { context.tool.name == "note" };`,
      approvers: `people: { ana: { operators: ["${me}"] }, ben: { operators: ["${me}"] } }\ngroups: { us: [ana, ben] }`,
    });
    const { task } = await daemon.task({ agent: 'a1' });
    const own = (command: string, ...args: readonly string[]) =>
      countersign(command, ['--data', daemon.dataDir, '--json', ...args]);
    const open = [task, '--group', 'us', '--reason', 'an outage', '--as', 'ana'];
    expect(await own('break-glass open', ...open, '--dry-run')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('"policies":["shut"]'),
    });
    expect(await own('break-glass ls')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('"glass":[]'),
    });
    expect(await own('break-glass open', ...open, '--yes')).toMatchObject({ code: 0 });
    expect(await own('break-glass ls')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('"status":"asked"'),
    });
    expect(await own('break-glass close', task, '--reason', 'over')).toMatchObject({ code: 0, stderr: '' });
  });

  test('what was declared, its acceptance, and its publication', async () => {
    expect(await on('catalogue accept', 'acc', '--all')).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('there is no terminal to ask on: say --yes'),
    });
    expect(await on('catalogue diff', '--json')).toMatchObject({ code: 2, stderr: '' });
    const policies = join(world.open.dir, 'policies', 'test.cedar');
    writeFileSync(policies, 'permit (');
    const unfit = await acceptAll(world.open);
    expect(unfit).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('written, but not in force: test.cedar:1'),
    });
    expect(JSON.parse(unfit.stdout)).toMatchObject({
      ok: true,
      accepted: ['note'],
      reloaded: { state: 'refused' },
    });
    expectFailure(await on('policy publish', '--json'), 3, /^countersign: test\.cedar:1:/);
    writeFileSync(policies, permitAll);
    expect(await on('policy publish', '--json')).toMatchObject({ code: 0, stderr: '' });
    expect(await on('catalogue diff', '--json')).toMatchObject({ code: 0, stderr: '' });
    expect(await acceptAll(world.open)).toMatchObject({ code: 0 });
  });

  test('labels that are looked at and lowered', async () => {
    await callNote(world.open);
    const { who } = (await world.open.events('type=decision&outcome=allow')).findLast(
      ({ who: caller }) => 'task' in caller,
    );
    const shown = JSON.parse((await on('label show', '--task', who.task, '--json')).stdout);
    expect(shown.label).toMatchObject({ level: 'restricted', integrity: 'untrusted' });
    const why = ['--task', who.task, '--reason', 'read it myself'];
    expect(await on('label endorse', ...why)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^restricted untrusted .* -> restricted trusted/),
      stderr: '',
    });
    expectFailure(await on('label endorse', ...why, '--json'), 1, /no label there is lowered by that/);
    expect(
      await on('label declassify', ...why, '--level', 'public', '--everyone', '--category', '*', '--json'),
    ).toMatchObject({ code: 0, stderr: '' });
    expect((await on('label show', '--task', who.task)).stdout).toBe(`${who.task}  public trusted\n`);
    expect(await on('label show', '--store', 'nobody')).toMatchObject({ code: 0, stderr: '' });
  });

  test('what somebody has to look at', async () => {
    await using daemon = await runDaemon({
      mcpServers: { acc: world.acc.server },
      catalogue: { acc: 'tools:\n  note: { class: send, args: { id: content } }' },
    });
    await daemon.accept('acc');
    const on = (command: string, ...args: readonly string[]) =>
      countersign(command, ['--data', daemon.dataDir, ...args]);
    await callNote(daemon, { id: awsKey });
    const listed = await on('review ls', '--json');
    expect(listed).toMatchObject({ code: 0, stderr: '' });
    const { review } = JSON.parse(listed.stdout).reviews.at(-1);
    expect(await on('review show', review, '--json')).toMatchObject({ code: 0, stderr: '' });
    expectFailure(await on('review done', review, '--reason', ' ', '--json'), 1, /say what came of it/);
    expect(await on('review done', review, '--reason', 'a key of nobody')).toMatchObject({
      code: 0,
      stdout: `${review} done\n`,
    });
  });

  test('policies that are tried, and going back', async () => {
    expectFailure(
      await on('policy rollback', 'd-unknown', '--json'),
      1,
      /there is no such earlier publication/,
    );
    expect(await on('policy candidate', '--json')).toMatchObject({ code: 0, stderr: '' });
    writeFileSync(at('empty', 'none.cedar'), '@id("none") forbid (principal is Agent, action, resource);');
    expect(await on('policy publish', at('empty'), '--mode', 'shadow', '--json')).toMatchObject({ code: 0 });
    expectFailure(await on('policy publish', at('bad'), '--mode', 'shadow', '--json'), 3, /bad\.cedar:1:/);
    await callNote(world.open);
    expect(await on('policy candidate', '--json')).toMatchObject({ code: 2, stderr: '' });

    const policies = join(world.open.dir, 'policies', 'test.cedar');
    const naming = '@id("n") forbid (principal is Agent, action == Action::"acc/note", resource);';
    for (const text of [`${permitAll}${naming}`, permitAll]) {
      writeFileSync(policies, text);
      expect(await on('policy publish', '--json')).toMatchObject({ code: 0, stderr: '' });
    }
    expect(await on('policy rollback', '--dry-run', '--json')).toMatchObject({ code: 0, stderr: '' });
    const listed = await on('policy log', '--json');
    expect(listed).toMatchObject({ code: 0, stderr: '' });
    const { record } = JSON.parse(listed.stdout).publications[1];
    for (const name of ['acc.yaml', 'acc.lock.json']) rmSync(join(world.open.dir, 'catalogue', name));
    expect(await on('policy publish', '--json')).toMatchObject({ code: 0 });
    expectFailure(await on('policy rollback', record, '--json'), 3, /acc\/note/);
  });

  test('an upstream that cannot be asked: 4', async () => {
    world.acc.declare([]);
    rmSync(join(world.acc.dir, 'tools.json'));
    expect(await on('catalogue diff', 'acc', '--json')).toMatchObject({ code: 4 });
  });

  test.each<[command: string, args: readonly string[]]>([
    ['status', ['--json']],
    ['status', []],
    ['log', ['--json', '-n', '3']],
    ['log', ['--format', 'opa', '--type', 'decision', '-n', '3']],
    ['verify', ['--json']],
    ['head', []],
  ])('`%s %j`: 0, and results alone', async (command, args) => {
    const ran = await on(command, ...args);
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    expect(ran.stdout).not.toBe('');
    if (args.includes('--json')) for (const line of ran.stdout.trimEnd().split('\n')) JSON.parse(line);
  });
});

describe('the hooks of a coding agent', () => {
  const event = {
    hook_event_name: 'PreToolUse',
    session_id: 's-1',
    cwd: '/',
    tool_name: 'Bash',
    tool_input: { command: 'ls' },
    tool_use_id: 'u-1',
  };

  test('an event that is understood is answered, and a call is refused where no daemon is: 0', async () => {
    const ran = await countersign(
      'hook claude',
      ['PreToolUse', '--data', at('nowhere')],
      JSON.stringify(event),
    );
    expect(ran.code).toBe(0);
    expect(JSON.parse(ran.stdout)).toMatchObject({ hookSpecificOutput: { permissionDecision: 'deny' } });
  });

  test('what is no event stops the call: 2, which is what the client takes for that', async () => {
    expect(await countersign('hook claude', ['--data', at('nowhere')], '{')).toMatchObject({
      code: 2,
      stdout: '',
    });
  });

  test('what is written into the settings, and its way back', async () => {
    const settings = at('hooked.json');
    const args = ['--json', '--settings', settings, '--dir', at('hooked'), '--data', at('hooked')];
    expectFailure(await countersign('hook install', args), 1, /no terminal to ask on: say --yes/);
    const done = await countersign('hook install', [...args, '--yes']);
    expect(done.code, done.stderr).toBe(0);
    expect(JSON.parse(done.stdout)).toMatchObject({ schemaVersion: 1, client: { file: settings } });
    expect(await countersign('hook install', [...args, '--yes', '--undo'])).toMatchObject({ code: 0 });
    expectFailure(await countersign('hook install', [...args, '--yes', '--undo']), 1, /there is no/);
  });
});

describe('a store that is not as it was written', () => {
  const copy = (name: string, sql: string) => {
    cpSync(left(), at(name), { recursive: true });
    const db = new DatabaseSync(at(name, 'ledger.sqlite'));
    db.exec(sql);
    db.close();
    return ['--data', at(name)];
  };

  test('what differs: 2', async () => {
    const edited = copy('edited', `UPDATE record SET leaf = replace(leaf, '"allow"', '"deny"')`);
    const ran = await countersign('verify', [...edited, '--json']);
    expect(ran).toMatchObject({ code: 2, stderr: '' });
    expect(JSON.parse(ran.stdout)).toMatchObject({ ok: false, differences: expect.anything() });
    expect(await countersign('receipt', [...edited, world.decision])).toMatchObject({ code: 2, stdout: '' });
    const forged = copy(
      'forged',
      `UPDATE checkpoint SET note = replace(note, 'countersign/', 'countersign/x')`,
    );
    expect(await countersign('head', forged)).toMatchObject({ code: 2, stdout: '' });
    const other = ['--receipt', at('receipt'), '--record', at('mcp.json'), '--json'];
    expectFailure(await countersign('verify', ['--data', left(), ...other]), 2, /not proved/);
  });

  test('what is not signed yet: 5', async () => {
    const unsigned = copy('unsigned', 'DELETE FROM checkpoint');
    expect(await countersign('head', unsigned)).toMatchObject({ code: 5, stdout: '' });
    expect(await countersign('receipt', [...unsigned, world.decision])).toMatchObject({
      code: 5,
      stdout: '',
    });
  });

  test('what cannot be read: 4', async () => {
    cpSync(left(), at('torn'), { recursive: true });
    rmSync(at('torn', 'ledger.sqlite-wal'), { force: true });
    writeFileSync(at('torn', 'ledger.sqlite'), readFileSync(at('left', 'ledger.sqlite')).subarray(0, 3000));
    for (const command of ['verify', 'log']) {
      const ran = await countersign(command, ['--data', at('torn'), '--json']);
      expectFailure(ran, 4, /the store|the file/);
    }
    expect(await countersign('head', ['--data', at('torn')])).toMatchObject({ code: 4, stdout: '' });
    // It opens, and breaks off among the records.
    const broken = copy('broken', 'PRAGMA wal_checkpoint(TRUNCATE)');
    const file = at('broken', 'ledger.sqlite');
    const pages = readFileSync(file);
    const page = Math.floor(pages.indexOf('agent.registered') / 4096);
    pages.fill(0xa5, page * 4096, (page + 1) * 4096);
    writeFileSync(file, pages);
    const ran = await countersign('log', [...broken, '--json']);
    expect(ran).toMatchObject({ code: 4, stderr: expect.stringContaining('the store cannot be read: ') });
  });
});

describe('policies, tests and traces', () => {
  const catalogue = ['--catalogue', join(history, 'catalogue')];
  const trace = ['--policies', traces, '--schema', join(traces, 'schema.cedarschema'), '--trace'];
  const runs = writeCorpus();
  const evalArgs = (flags: typeof runs.flags) =>
    Object.entries(flags).flatMap(([name, to]) => [`--${name}`, to]);
  const rows: readonly [command: string, args: () => readonly string[], code: number, told: RegExp][] = [
    ['policy check', () => [join(history, 'policies'), ...catalogue], 0, /^$/],
    ['policy check', () => [at('bad')], 3, /^bad\.cedar:1:/],
    ['policy check', () => [at('nowhere')], 1, /there is no directory `.*nowhere`/],
    [
      'policy check',
      () => [at('policies'), '--catalogue', at('nowhere')],
      1,
      /there is no directory `.*nowhere`/,
    ],
    ['policy check', () => [at('policies'), '--max-warnings', '0'], 3, /1 warnings are more than 0/],
    ['policy test', () => [join(history, 'policies'), ...catalogue], 0, /^$/],
    ['policy test', () => [join(history, 'policies')], 3, /./],
    ['policy test', () => [at('policies')], 3, /there is no `\*_test\.yaml` file/],
    ['policy test', () => [at('nowhere')], 1, /there is no directory/],
    ['policy fmt', () => [at('policies')], 0, /^$/],
    ['policy fmt', () => [at('untidy'), '--check'], 2, /^$/],
    ['policy fmt', () => [at('bad')], 3, /^bad\.cedar:1:/],
    ['policy fmt', () => [at('nowhere')], 1, /there is no directory/],
    ['policy fmt', () => [], 1, /there is no \.\/policies: name the directory/],
    ['policy plan', () => [at('bad'), '--data', left()], 3, /bad\.cedar:1:/],
    ['policy plan', () => [at('nowhere'), '--data', left()], 1, /there is no directory/],
    ['policy trace', () => [...trace, join(traces, 'trace.log')], 0, /^$/],
    ['policy trace', () => [...trace, at('bad', 'bad.cedar')], 3, /bad\.cedar:1:/],
    ['policy trace', () => [...trace, at('nowhere')], 1, /`.*nowhere` cannot be read/],
    ['eval', () => evalArgs(runs.flags), 0, /^$/],
    ['eval', () => evalArgs({ ...runs.flags, policies: at('bad') }), 3, /bad\.cedar:1:/],
    ['eval', () => evalArgs({ ...runs.flags, traces: at('nowhere') }), 1, /there is no file `.*nowhere`/],
    [
      'eval',
      () => evalArgs({ ...runs.flags, catalogue: at('nowhere') }),
      1,
      /there is no directory `.*nowhere`/,
    ],
    ['demo', () => [], 0, /^$/],
  ];
  afterAll(() => runs[Symbol.dispose]());
  test.each(rows)('`%s`: %#', async (command, args, code, told) => {
    const ran = await countersign(command, args());
    expect(ran, ran.stdout).toMatchObject({ code, stderr: expect.stringMatching(told) });
    if (code === 1) expect(ran.stdout).toBe('');
  });

  test.each<[command: string, args: () => readonly string[], ok: boolean, code: number]>([
    ['eval', () => [...evalArgs(runs.flags), '--json'], true, 0],
    ['policy check', () => [at('bad'), '--json'], false, 3],
    ['policy check', () => [at('bad'), '--format', 'json'], false, 3],
    ['policy check', () => [at('policies'), '--json'], true, 0],
    ['policy check', () => [at('nowhere'), '--format', 'json'], false, 1],
    ['policy test', () => [at('policies'), '--json'], false, 3],
    ['policy test', () => [at('nowhere'), '--json'], false, 1],
    ['policy test', () => [join(history, 'policies'), ...catalogue, '--json'], true, 0],
    ['policy plan', () => [at('bad'), '--data', left(), '--json'], false, 3],
  ])('`%s`, for programs: %#', async (command, args, ok, code) => {
    const ran = await countersign(command, args());
    expect(ran.code, ran.stderr).toBe(code);
    expect(JSON.parse(ran.stdout)).toMatchObject({ schemaVersion: 1, ok });
  });

  test('what would change: 2', async () => {
    const denied = '@id("none") forbid (principal, action, resource);';
    writeFileSync(at('empty', 'none.cedar'), denied);
    const ran = await countersign('policy plan', [at('empty'), '--data', left(), '--json']);
    expect(ran.code, ran.stderr).toBe(2);
    expect(JSON.parse(ran.stdout)).toMatchObject({ schemaVersion: 1 });
  });
});

describe('getting in', () => {
  const upOf = (...more: readonly string[]) => ['--data', at('up'), '--listen', '127.0.0.1:0', ...more];

  test.each<[args: () => readonly string[], code: number, told: RegExp]>([
    [() => upOf(), 1, /nothing to stand in front of: name a file with --mcp/],
    [() => upOf('--mcp', at('nowhere')), 1, /`.*nowhere` cannot be read/],
    [
      () => upOf('--mcp', at('mcp.json'), '--policies', at('nowhere')),
      1,
      /there is no directory `.*nowhere`/,
    ],
    [() => upOf('--mcp', at('mcp.json'), '--tasks', at('nowhere')), 1, /there is no directory `.*nowhere`/],
    [() => upOf('--mcp', at('mcp.json'), '--policies', at('bad')), 3, /^countersign: bad\.cedar:1:/],
    [() => upOf('--mcp', at('mcp.json'), '--listen', 'x'), 1, /--listen is HOST:PORT: 127\.0\.0\.1:7171/],
    [() => upOf('--mcp', at('mcp.json'), '--release-within', '1m'), 1, /from 100ms to 30s: 1s/],
    [() => ['--mcp', at('mcp.json'), '--data', world.open.dataDir, '--listen', '127.0.0.1:0'], 1, /./],
  ])('`up` %#', async (args, code, told) => {
    expect(await countersign('up', args())).toMatchObject({
      code,
      stdout: '',
      stderr: expect.stringMatching(told),
    });
  });

  test('`up` until it is told to stop, and `doctor` where all is right: 0', async () => {
    const daemon = start(['up', ...upOf('--mcp', at('mcp.json'))]);
    expect((await linesOf(daemon).next()).value).toMatch(/^ready http/);
    expect(await countersign('doctor', ['--data', at('up'), '--json'])).toMatchObject({
      code: 0,
      stderr: '',
    });
    await stop(daemon);
    expect(daemon.exitCode).toBe(0);
    world.saw('up', 0);
  });

  test('`init` and its way back', async () => {
    const client = at('here', '.mcp.json');
    const text = JSON.stringify({
      mcpServers: { notes: { command: process.execPath, args: world.acc.server.args } },
    });
    expectFailure(
      await countersign('init', ['--json', '--yes']),
      1,
      /no client's file .*: name one with --mcp/,
    );
    writeFileSync(client, text);
    expectFailure(
      await countersign('init', ['--json', '--mcp', client]),
      1,
      /no terminal to ask on: say --yes/,
    );
    const data = ['--data', at('adopted')];
    const done = await countersign('init', ['--json', '--yes', '--mcp', client, ...data]);
    expect(done.code, done.stderr).toBe(0);
    expect(JSON.parse(done.stdout)).toMatchObject({ schemaVersion: 1, dryRun: false });
    expect(await countersign('init', ['--undo', '--yes', '--json', '--mcp', client, ...data])).toMatchObject({
      code: 0,
    });
    expect(readFileSync(client, 'utf8')).toBe(text);
    rmSync(client);
    expectFailure(await countersign('init', ['--undo', '--json', ...data]), 1, /nothing to undo in/);
  });
});

describe('wrong use', () => {
  // To a client 1 is no objection: what the hooks run never exits with it.
  const usable = commandsOnThePage().filter(({ command }) => command !== 'hook claude');
  test.concurrent.each(usable.map(({ command }) => [command]))(
    '`%s` with an option that there is not: 1, and JSON where it was asked for',
    async (command) => {
      const ran = await countersign(command, ['--jsom', '--json']);
      expectFailure(ran, 1, /(?:unknown|required) option '--[\s\S]*\(--help says what there is\)/);
    },
  );
});

/** What cannot be brought about here: a person's no, and what the demo shows not to happen. */
const notShown = new Set(['init 2', 'hook install 2', 'demo 2']);

test('every code that docs/cli.md promises was seen, and no other', () => {
  const promised = commandsOnThePage().flatMap(({ command, codes }) =>
    codes.map((code) => `${command} ${code}`),
  );
  const seen = world.seen();
  expect(promised.filter((one) => !seen.includes(one) && !notShown.has(one))).toEqual([]);
  expect(seen.filter((one) => !promised.includes(one))).toEqual([]);
});
