// SPDX-License-Identifier: Apache-2.0
/**
 * The command that Claude Code runs, as a process: what it prints and how it exits, whatever becomes of the daemon, the
 * input and itself. The client lets a call pass on an exit code of 1, on an empty answer and on no answer in time, so
 * none of these may ever be seen here.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type HookEvent, hookEvents } from '../../src/edges/hooks/claude-answer.ts';
import { verifies } from '../requirements.ts';
import { openDaemon, type TestDaemon } from '../scenarios/daemon.fixture.ts';
import { recordedEvents } from './recorded.ts';

const root = join(import.meta.dirname, '../..');
const command = join(root, 'bin/countersign-hook');
const dir = mkdtempSync(join(tmpdir(), 'cs-hook-'));
const project = join(dir, 'project');
mkdirSync(project);
afterAll(() => rmSync(dir, { recursive: true, force: true }));

interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  // biome-ignore lint/suspicious/noExplicitAny: read as the client reads it
  readonly answer: any;
  readonly stderr: string;
}

interface Asking {
  readonly dataDir?: string;
  readonly more?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly from?: string;
  /** Left open at its end. */
  readonly open?: boolean;
}

async function run(args: readonly string[], input: string | Buffer, asking: Asking = {}): Promise<Ran> {
  const data = asking.dataDir === undefined ? [] : ['--data', asking.dataDir];
  const child = spawn(asking.from ?? command, [...args, ...data, ...(asking.more ?? [])], {
    cwd: project,
    env: {
      PATH: `${dirname(process.execPath)}${delimiter}${process.env.PATH ?? ''}`,
      CLAUDE_PROJECT_DIR: project,
      ...asking.env,
    },
  });
  const [out, err]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
  child.stdin.on('error', () => undefined);
  child.stdin.write(input);
  if (asking.open !== true) child.stdin.end();
  const [code] = await once(child, 'close');
  const stdout = Buffer.concat(out).toString();
  return { code, stdout, answer: jsonOf(stdout), stderr: Buffer.concat(err).toString() };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const events = recordedEvents(project);
const asked = (name: HookEvent, asking: Asking) =>
  run(['claude', name], JSON.stringify(events[name]), { more: ['--deadline', '4000'], ...asking });

/** What each event is answered where nobody has decided: always with 0, and never with nothing. */
function expectUndecided(name: HookEvent, ran: Ran): void {
  expect(ran.code).toBe(0);
  const reason = expect.stringMatching(/^Countersign could not decide, so nothing is let through: /);
  switch (name) {
    case 'PreToolUse':
      expect(ran.answer).toEqual({
        hookSpecificOutput: {
          hookEventName: 'PreToolUse',
          permissionDecision: 'deny',
          permissionDecisionReason: reason,
        },
      });
      break;
    case 'UserPromptSubmit':
      expect(ran.answer).toEqual({ decision: 'block', reason });
      break;
    case 'PostToolUse':
      expect(ran.answer).toMatchObject({ continue: false, stopReason: reason, decision: 'block', reason });
      expect(ran.stdout).not.toContain('the content of the file');
      break;
    default:
      // What has happened cannot be taken back, and the end of a turn is not to be stopped.
      expect(ran.answer).toEqual({ continue: true });
  }
}

describe('with a daemon', () => {
  let daemon: TestDaemon;
  beforeAll(async () => {
    const read = (path: string) => readFileSync(join(root, 'policies', path), 'utf8');
    daemon = await openDaemon({
      policies: { 'coding.cedar': read('coding/coding.cedar') },
      catalogue: {
        'claude.yaml': read('catalogues/claude-code/claude.yaml'),
        'claude.lock.json': read('catalogues/claude-code/claude.lock.json'),
      },
    });
  });
  afterAll(() => daemon?.[Symbol.asyncDispose]());

  // biome-ignore lint/suspicious/noExplicitAny: records are read here as any stranger would read them
  async function log(): Promise<any[]> {
    const found = [];
    for await (const { event } of daemon.control.lines('/v1/log', AbortSignal.timeout(20_000)))
      found.push(event);
    return found;
  }

  test('a turn goes through: prompt, call, result, end', async () => {
    verifies('hook.decides');
    verifies('hook.prompt');
    const { dataDir } = daemon;
    expect(await asked('UserPromptSubmit', { dataDir })).toMatchObject({
      code: 0,
      answer: { continue: true },
    });
    expect(await asked('PreToolUse', { dataDir })).toMatchObject({
      code: 0,
      answer: {
        hookSpecificOutput: {
          hookEventName: 'PreToolUse',
          updatedInput: { file_path: join(project, 'notes.txt') },
        },
      },
    });
    for (const name of ['PostToolUse', 'PostToolUseFailure', 'SubagentStop', 'Stop', 'SessionEnd'] as const)
      expect(await asked(name, { dataDir })).toMatchObject({ code: 0, answer: { continue: true } });
    const session = `s-claude-${events.Stop.session_id}`;
    const all = await log();
    expect(all.find(({ type }) => type === 'prompt.submitted')).toMatchObject({ channel: 'hook' });
    expect(all.find(({ type, who }) => type === 'decision' && who.session === session)).toMatchObject({
      outcome: 'allow',
      request: { server: 'claude', target: 'Read' },
    });
    expect(all.find((event) => event.type === 'observation' && event.session === session)).toMatchObject({
      status: 'ok',
    });
  });

  test('without its name in the command, an event is known by itself', async () => {
    const ran = await run(['claude'], JSON.stringify(events.Stop), { dataDir: daemon.dataDir });
    expect(ran).toMatchObject({ code: 0, answer: { continue: true } });
  });

  test('through `countersign hook claude`, it is the same', async () => {
    const ran = await run(['hook', 'claude', 'Stop'], JSON.stringify(events.Stop), {
      dataDir: daemon.dataDir,
      from: join(root, 'bin/countersign'),
    });
    expect(ran).toMatchObject({ code: 0, answer: { continue: true } });
  });

  test('a task that was named is the one, and one that there is not is none', async () => {
    const started = await daemon.control.call('POST', '/v1/tasks', { type: 'coding', agent: 'mine' });
    const event = recordedEvents(project, 'named').PreToolUse;
    const env = { COUNTERSIGN_TASK: started.body.task };
    const ran = await run(['claude', 'PreToolUse'], JSON.stringify(event), { dataDir: daemon.dataDir, env });
    expect(ran.answer.hookSpecificOutput.updatedInput).toBeDefined();
    expect(
      (await log()).findLast(({ type, who }) => type === 'decision' && who.session === 's-claude-named'),
    ).toMatchObject({ who: { task: started.body.task, agent: 'mine' } });
    const other = recordedEvents(project, 'other').PreToolUse;
    const none = await run(['claude', 'PreToolUse'], JSON.stringify(other), {
      dataDir: daemon.dataDir,
      env: { COUNTERSIGN_TASK: 't-none' },
    });
    expect(none.answer.hookSpecificOutput.permissionDecision).toBe('deny');
  });

  test.each<[why: string, event: string]>([
    ['that lacks what it needs', JSON.stringify({ ...events.PreToolUse, tool_use_id: undefined })],
    ['from a place that is none', JSON.stringify({ ...events.PreToolUse, cwd: 'project' })],
    [
      'with a number that is none',
      JSON.stringify({ ...events.PreToolUse, tool_input: 7 }).replace('7', '1e400'),
    ],
  ])('an event %s is refused', async (_why, event) => {
    expectUndecided('PreToolUse', await run(['claude', 'PreToolUse'], event, { dataDir: daemon.dataDir }));
  });

  test('a key that stands twice is refused: two readers would read two things', async () => {
    const event = JSON.stringify(events.PreToolUse).replace('"tool_name"', '"tool_name":"Glob","tool_name"');
    expectUndecided('PreToolUse', await run(['claude', 'PreToolUse'], event, { dataDir: daemon.dataDir }));
  });

  test('an event of two megabytes is decided like any other', async () => {
    const event = {
      ...events.PreToolUse,
      tool_name: 'Write',
      tool_use_id: 'big',
      tool_input: { file_path: join(project, 'big.txt'), content: 'x'.repeat(2 << 20) },
    };
    const ran = await run(['claude', 'PreToolUse'], JSON.stringify(event), { dataDir: daemon.dataDir });
    expect(ran.code).toBe(0);
    expect(ran.answer.hookSpecificOutput.updatedInput?.content, ran.stdout.slice(0, 600)).toHaveLength(
      2 << 20,
    );
  });
});

describe('without one', () => {
  const reply = (status: string, body: string) => (socket: Socket) =>
    void socket.end(`HTTP/1.1 ${status}\r\ncontent-type: application/json\r\n\r\n${body}`);
  const answering = (answer: unknown) => reply('200 OK', JSON.stringify({ schemaVersion: 1, answer }));
  const whole = JSON.stringify({ schemaVersion: 1, answer: { continue: true } });

  /** What a daemon might do with a question that it has read. */
  const daemons: Readonly<Record<string, (socket: Socket) => void>> = {
    'says nothing at all': () => undefined,
    'goes away': (socket) => void socket.destroy(),
    'closes without a word': (socket) => void socket.end(),
    'speaks something else': (socket) => void socket.end('220 mail.example ESMTP\r\n'),
    'answers with an error': reply('500 Internal Server Error', '{"code":"internal"}'),
    redirects: reply('302 Found', ''),
    'answers with nothing': reply('200 OK', ''),
    'answers with what is not JSON': reply('200 OK', 'allow'),
    'answers with an empty object': reply('200 OK', '{}'),
    'answers with null': reply('200 OK', 'null'),
    'answers in another version': reply(
      '200 OK',
      JSON.stringify({ schemaVersion: 2, answer: { continue: true } }),
    ),
    'answers without a decision': answering({}),
    'answers with a list': answering([]),
    'dies in the middle of an answer': reply('200 OK', whole.slice(0, -9)),
    'dies in the middle of the head': (socket) => void socket.end('HTTP/1.1 200'),
    'never stops': (socket) => {
      const more = setInterval(() => socket.write('HTTP/1.1 200 OK\r\n\r\n{"schemaVersion":1,'), 20);
      socket.on('close', () => clearInterval(more)).on('error', () => undefined);
    },
  };
  /** Answers that some events have and a call has not: none of them is a leave. */
  const notForCalls: Readonly<Record<string, (socket: Socket) => void>> = {
    'lets it pass as if it were something else': answering({ continue: true }),
    'says allow, which would take away the question to the user': answering({
      hookSpecificOutput: {
        hookEventName: 'PreToolUse',
        permissionDecision: 'allow',
        permissionDecisionReason: 'x',
      },
    }),
    'says ask': answering({
      hookSpecificOutput: {
        hookEventName: 'PreToolUse',
        permissionDecision: 'ask',
        permissionDecisionReason: 'x',
      },
    }),
    'lets another event pass': answering({
      hookSpecificOutput: { hookEventName: 'PostToolUse', updatedInput: { file_path: '/a' } },
    }),
    'denies without a reason': answering({
      hookSpecificOutput: { hookEventName: 'PreToolUse', permissionDecision: 'deny' },
    }),
    'lets it pass with no arguments': answering({ hookSpecificOutput: { hookEventName: 'PreToolUse' } }),
  };

  let count = 0;
  async function standIn(
    behave: (socket: Socket) => void,
    use: (dataDir: string) => Promise<void>,
  ): Promise<void> {
    const dataDir = join(dir, `data-${count++}`);
    mkdirSync(dataDir);
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.once('data', () => behave(socket));
    });
    await new Promise<void>((resolve) => server.listen(join(dataDir, 'control.sock'), resolve));
    try {
      await use(dataDir);
    } finally {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    }
  }
  const more = ['--deadline', '1500'];

  test.each(Object.entries(daemons))('a daemon that %s: no call runs', (_what, behave) => {
    verifies('hook.fails-closed');
    return standIn(behave, async (dataDir) =>
      expectUndecided('PreToolUse', await asked('PreToolUse', { dataDir, more })),
    );
  });

  test.each(Object.entries(notForCalls))('a daemon that %s: no call runs', (_what, behave) =>
    standIn(behave, async (dataDir) =>
      expectUndecided('PreToolUse', await asked('PreToolUse', { dataDir, more })),
    ),
  );

  test.each(['says nothing at all', 'answers with nothing', 'dies in the middle of an answer'])(
    'a daemon that %s: no prompt is read, no result shown, and a turn ends',
    (what) => {
      verifies('hook.fails-closed');
      return standIn(daemons[what] ?? (() => undefined), async (dataDir) => {
        for (const name of hookEvents) expectUndecided(name, await asked(name, { dataDir, more }));
      });
    },
  );

  test('no daemon: each event says so', async () => {
    verifies('hook.fails-closed');
    for (const name of hookEvents) expectUndecided(name, await asked(name, { dataDir: join(dir, 'none') }));
    const ran = await asked('PreToolUse', { dataDir: join(dir, 'none') });
    expect(ran.answer.hookSpecificOutput.permissionDecisionReason).toContain('countersign up');
  });

  test('a socket file that nobody listens on', async () => {
    const dataDir = join(dir, 'stale');
    mkdirSync(dataDir);
    writeFileSync(join(dataDir, 'control.sock'), '');
    expectUndecided('PreToolUse', await asked('PreToolUse', { dataDir }));
  });

  test('an event of another kind than the hook is for is asked about nowhere', () =>
    standIn(answering({ continue: true }), async (dataDir) => {
      for (const input of [events.Stop, { ...events.Stop, hook_event_name: 'Later' }])
        expectUndecided(
          'UserPromptSubmit',
          await run(['claude', 'UserPromptSubmit'], JSON.stringify(input), { dataDir }),
        );
    }));

  test('a daemon that is slower than the deadline is not waited for', () =>
    standIn(
      (socket) => void setTimeout(() => answering({ continue: true })(socket), 20_000).unref(),
      async (dataDir) => {
        const ran = await asked('PreToolUse', { dataDir, more: ['--deadline', '300'] });
        expectUndecided('PreToolUse', ran);
        expect(ran.stdout).toContain('did not answer within');
      },
    ));
});

describe('an input', () => {
  const dataDir = join(dir, 'none');
  const inputs: Readonly<Record<string, string | Buffer>> = {
    'that is empty': '',
    'that is not JSON': '{"hook_event_name": "PreToolUse", ',
    'of binary bytes': Buffer.from([0xff, 0xfe, 0x00, 0x7b]),
    'that is null': 'null',
    'that is a list': '[]',
    'that is a word': '"PreToolUse"',
    'of another event': JSON.stringify(events.Stop),
    'of an event that nobody knows': JSON.stringify({ ...events.Stop, hook_event_name: 'Later' }),
    'with more behind it': `${JSON.stringify(events.PreToolUse)} {}`,
    'of more than 32 megabytes': Buffer.alloc((32 << 20) + 1, 0x20),
  };

  test.each(Object.entries(inputs))('%s is a refusal', async (_what, input) => {
    verifies('hook.fails-closed');
    expectUndecided('PreToolUse', await run(['claude', 'PreToolUse'], input, { dataDir }));
    expectUndecided('UserPromptSubmit', await run(['claude', 'UserPromptSubmit'], input, { dataDir }));
  });

  test('that never ends is a refusal at the deadline', async () => {
    const ran = await run(['claude', 'PreToolUse'], '{', {
      dataDir,
      open: true,
      more: ['--deadline', '300'],
    });
    expectUndecided('PreToolUse', ran);
  });

  test('of which nobody knows what event it is ends with 2, and says nothing that could be taken for an answer', async () => {
    verifies('hook.fails-closed');
    const ran = await run(['claude'], 'not JSON', { dataDir });
    expect(ran).toMatchObject({ code: 2, stdout: '' });
    expect(ran.stderr).toContain('nothing is let through');
  });

  test.each([[['codex', 'PreToolUse']], [[]], [['PreToolUse']]])(
    'of no client that is known ends with 2: %j',
    async (args) => {
      const ran = await run(args, JSON.stringify(events.PreToolUse), { dataDir });
      expect(ran).toMatchObject({ code: 2, stdout: '' });
    },
  );
});

describe('the command around it', () => {
  const copy = join(dir, 'copy');
  const programs = join(dir, 'programs');
  beforeAll(() => {
    mkdirSync(join(copy, 'bin'), { recursive: true });
    mkdirSync(programs);
    copyFileSync(command, join(copy, 'bin/countersign-hook'));
  });

  /** @param node a shell script in place of Node */
  function withNode(node: string, event: string): Promise<Ran> {
    writeFileSync(join(programs, 'node'), `#!/bin/sh\n${node}\n`);
    chmodSync(join(programs, 'node'), 0o755);
    return run(['claude', event], JSON.stringify(events.PreToolUse), {
      from: join(copy, 'bin/countersign-hook'),
      env: { PATH: `${programs}${delimiter}/usr/bin${delimiter}/bin` },
    });
  }

  test.each<[what: string, node: string]>([
    ['fails', 'exit 1'],
    ['cannot read its files', 'echo "Cannot find module" >&2; exit 1'],
    ['says allow and fails', 'echo \'{"continue":true}\'; exit 1'],
    ['is killed', 'kill -9 $$'],
    ['says nothing', 'exit 0'],
    ['says an empty line', 'echo; exit 0'],
  ])('ends with 2 where Node %s', async (_what, node) => {
    verifies('hook.fails-closed');
    for (const event of ['PreToolUse', 'UserPromptSubmit', 'PostToolUse'])
      expect(await withNode(node, event)).toMatchObject({ code: 2, stdout: '' });
  });

  test('lets a turn end, whatever Node does', async () => {
    for (const event of ['Stop', 'SubagentStop', 'SessionEnd'])
      expect(await withNode('exit 1', event)).toMatchObject({ code: 0, answer: { continue: true } });
  });

  test('ends with 2 where there is no Node', async () => {
    rmSync(join(programs, 'node'), { force: true });
    const ran = await run(['claude', 'PreToolUse'], '{}', {
      from: join(copy, 'bin/countersign-hook'),
      env: { PATH: programsWithoutNode() },
    });
    expect(ran).toMatchObject({ code: 2, stdout: '' });
  });

  /** The few programs that the script needs, and no Node among them. */
  function programsWithoutNode(): string {
    for (const name of ['dirname', 'readlink', 'sh']) {
      writeFileSync(join(programs, name), `#!/bin/sh\nexec /usr/bin/${name} "$@"\n`);
      chmodSync(join(programs, name), 0o755);
    }
    return programs;
  }
});
