// SPDX-License-Identifier: Apache-2.0
// `hook install` on settings as people have them, the way back, and what `doctor` says of each way in which they can be wrong.
import { execFile } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Finding } from '../../src/edges/cli/doctor/finding.ts';
import { openDaemon, type TestDaemon } from './daemon.fixture.ts';

const root = join(import.meta.dirname, '../..');
const cli = join(root, 'src/main/cli.ts');
const shipped = (path: string) => readFileSync(join(root, 'policies', path), 'utf8');

let dir: string;
let project: string;
let home: string;
let settings: string;
let dataDir: string;

beforeEach(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'cs-hook-install-')));
  project = join(dir, 'a project');
  home = join(dir, 'home');
  settings = join(project, '.claude', 'settings.json');
  dataDir = join(project, '.countersign');
  mkdirSync(project);
  mkdirSync(home);
  client('2.1.330 (Claude Code)');
  return () => rmSync(dir, { recursive: true, force: true });
});

/** Puts a client of this version into the path: all that is asked of it is its version. */
function client(version: string | undefined): void {
  const program = join(dir, 'programs', 'claude');
  mkdirSync(dirname(program), { recursive: true });
  rmSync(program, { force: true });
  if (version === undefined) return;
  writeFileSync(program, `#!/bin/sh\necho '${version}'\n`);
  chmodSync(program, 0o755);
}

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

function run(...args: readonly string[]): Promise<Ran> {
  const PATH = [join(dir, 'programs'), dirname(process.execPath), '/usr/bin', '/bin'].join(delimiter);
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [cli, ...args],
      { cwd: project, env: { PATH, HOME: home } },
      (error, out, err) => resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err }),
    );
  });
}

const install = (...more: readonly string[]) => run('hook', 'install', '--yes', ...more);

function put(file: string, content: unknown): string {
  mkdirSync(dirname(file), { recursive: true });
  const text = typeof content === 'string' ? content : `${JSON.stringify(content, null, 2)}\n`;
  writeFileSync(file, text);
  return text;
}

const theirs = `{
  // what the team agreed on
  "permissions": { "deny": ["WebFetch"] },
  "hooks": {
    "PreToolUse": [
      { "matcher": "Bash", "hooks": [{ "type": "command", "command": "lint", "timeout": 5 }] },
    ],
  },
}
`;

describe('install', () => {
  test('writes the hooks, the catalogue and the rules, and everything in them loads', async () => {
    const ran = await install('--json');
    expect(ran.code).toBe(0);
    const { hooks } = JSON.parse(readFileSync(settings, 'utf8'));
    expect(Object.keys(hooks).sort()).toEqual([
      'PostToolUse',
      'PostToolUseFailure',
      'PreToolUse',
      'SessionEnd',
      'Stop',
      'SubagentStop',
      'UserPromptSubmit',
    ]);
    const [group] = hooks.PreToolUse;
    expect(group).toEqual({
      matcher: '*',
      hooks: [
        {
          type: 'command',
          command: `${join(root, 'bin/countersign-hook')} claude PreToolUse --data '${dataDir}'`,
          timeout: 30,
          onFailure: 'block',
        },
      ],
    });
    expect(readFileSync(join(project, 'catalogue/claude.yaml'), 'utf8')).toBe(
      shipped('catalogues/claude-code/claude.yaml'),
    );
    expect((await run('policy', 'check')).code).toBe(0);
    expect(readFileSync(join(dataDir, '.gitignore'), 'utf8')).toBe('*\n');
  });

  test('shows what it would do and does nothing with --dry-run, and asks nobody where there is no terminal', async () => {
    const dry = await run('hook', 'install', '--dry-run');
    expect(dry).toMatchObject({ code: 0, out: 'nothing was written\n' });
    expect(dry.err).toContain('"onFailure": "block"');
    expect((await run('hook', 'install')).code).toBe(1);
    expect(readdirSync(project)).toEqual([]);
  });

  test('leaves what is there as it is, and keeps a copy', async () => {
    put(settings, theirs);
    put(join(project, 'policies/own.cedar'), '@id("own") permit (principal, action, resource);\n');
    const { backup } = JSON.parse((await install('--json')).out);
    const after = readFileSync(settings, 'utf8');
    expect(after).toContain('// what the team agreed on\n  "permissions": { "deny": ["WebFetch"] },');
    expect(after).toContain('"command": "lint"');
    expect(readFileSync(backup, 'utf8')).toBe(theirs);
    expect(readdirSync(join(project, 'policies'))).toEqual(['own.cedar']);
  });

  test('does nothing the second time, and mends what was changed', async () => {
    await install();
    const first = readFileSync(settings, 'utf8');
    const again = await install();
    expect(again.out).toContain('there is nothing to do');
    expect(readdirSync(dirname(settings))).toEqual(['settings.json']);
    put(settings, first.replaceAll('"block"', '"ignore"'));
    await install();
    expect(readFileSync(settings, 'utf8')).toBe(first);
  });

  test('of the user, and of a file that is named', async () => {
    await install('--user');
    expect(existsSync(join(home, '.claude/settings.json'))).toBe(true);
    await install('--settings', '.claude/settings.local.json');
    expect(existsSync(join(project, '.claude/settings.local.json'))).toBe(true);
    expect(existsSync(settings)).toBe(false);
  });

  test.each<[why: string, content: string]>([
    ['is no JSON', '{'],
    ['has hooks of another form', '{ "hooks": [] }'],
  ])('refuses a file that %s, and writes nothing', async (_why, content) => {
    put(settings, content);
    expect((await install()).code).toBe(1);
    expect(readFileSync(settings, 'utf8')).toBe(content);
    expect(existsSync(dataDir)).toBe(false);
  });

  test('warns of a client that is too old, or not there', async () => {
    client('2.1.200 (Claude Code)');
    expect((await install('--dry-run')).err).toContain('2.1.200 does not know `onFailure`');
    client(undefined);
    expect((await install('--dry-run')).err).toContain('could not be told');
  });
});

describe('--undo', () => {
  test('gives the file back as it was', async () => {
    put(settings, theirs);
    await install();
    expect((await install('--undo')).code).toBe(0);
    expect(readFileSync(settings, 'utf8')).toBe(theirs);
    expect((await install('--undo')).code).toBe(1);
  });

  test('takes a file away that was not there before', async () => {
    await install();
    await install('--undo');
    expect(existsSync(settings)).toBe(false);
  });

  test('takes only its own out of one that was written to since', async () => {
    put(settings, theirs);
    await install();
    put(settings, readFileSync(settings, 'utf8').replace('"WebFetch"', '"WebFetch", "WebSearch"'));
    await install('--undo');
    const after = readFileSync(settings, 'utf8');
    expect(after).toContain('"WebSearch"');
    expect(after).toContain('"command": "lint"');
    expect(after).not.toContain('countersign');
  });
});

describe('doctor', () => {
  let daemon: TestDaemon;
  beforeAll(async () => {
    daemon = await openDaemon({
      policies: { 'coding.cedar': shipped('coding/coding.cedar') },
      catalogue: {
        'claude.yaml': shipped('catalogues/claude-code/claude.yaml'),
        'claude.lock.json': shipped('catalogues/claude-code/claude.lock.json'),
      },
    });
    chmodSync(join(daemon.dir, 'mcp.json'), 0o600);
  });
  afterAll(() => daemon?.[Symbol.asyncDispose]());
  beforeEach(() => () => rmSync(join(daemon.dataDir, 'hooks.json'), { force: true }));

  interface Examined {
    readonly code: number;
    readonly hooks: readonly string[];
    readonly notInPath: readonly string[];
    readonly found: readonly Pick<Finding, 'code' | 'severity' | 'message'>[];
  }

  async function doctor(): Promise<Examined> {
    const ran = await run('doctor', '--json', '--data', daemon.dataDir);
    const { hooks, notInPath, findings } = JSON.parse(ran.out);
    return {
      code: ran.code,
      hooks,
      notInPath,
      found: findings.filter(({ code }: Finding) => /^hook_|^client_/.test(code)),
    };
  }

  test('where the hooks are as they should be, they are in the path and nothing is found', async () => {
    await install('--data', daemon.dataDir);
    const examined = await doctor();
    expect(examined).toMatchObject({ code: 0, hooks: ['claude-code'], found: [] });
    expect(examined.notInPath.join()).not.toContain('built-in');
  });

  test('where the catalogue has the tools and nobody asks, it says so', async () => {
    const examined = await doctor();
    expect(examined).toMatchObject({ code: 2, hooks: [] });
    expect(examined.found).toMatchObject([{ code: 'hook_missing', severity: 'warning' }]);
  });

  const changed = (from: RegExp, to: string) => () =>
    put(settings, readFileSync(settings, 'utf8').replace(from, to));

  test.each<[what: string, change: () => unknown, code: string, severity: string, says: RegExp]>([
    [
      'lets a call pass when it fails',
      changed(/"onFailure": "block"/g, '"onFailure": "ignore"'),
      'hook_fails_open',
      'error',
      /at PreToolUse .* lets it pass/,
    ],
    ['is not waited for', changed(/"timeout": 30/g, '"timeout": 5'), 'hook_fails_open', 'error', /waits 5 s/],
    [
      'is for some tools only',
      changed(/"PreToolUse": \[\s*\{\s*"matcher": "\*"/, '"PreToolUse": [{"matcher": "Bash"'),
      'hook_missing',
      'error',
      /at PreToolUse/,
    ],
    [
      'was taken away',
      () => rmSync(settings),
      'hook_missing',
      'error',
      /UserPromptSubmit, PreToolUse, PostToolUse/,
    ],
    [
      'runs another program under our name',
      changed(
        /"command": "[^"]*countersign-hook claude PreToolUse/,
        '"command": "/tmp/countersign-hook claude PreToolUse',
      ),
      'client_entry_stale',
      'warning',
      /not this Countersign/,
    ],
    [
      'goes to another daemon',
      changed(/--data [^"]*"/, '--data /else"'),
      'client_entry_stale',
      'warning',
      /\/else/,
    ],
    [
      'is switched off',
      changed(/^\{/, '{ "disableAllHooks": true,'),
      'hook_missing',
      'error',
      /disableAllHooks/,
    ],
    [
      'is of a client that is too old',
      () => client('2.1.294 (Claude Code)'),
      'hook_client_old',
      'error',
      /2\.1\.294/,
    ],
    [
      'is of a client that is not there',
      () => client(undefined),
      'hook_client_old',
      'warning',
      /could not be told/,
    ],
  ])('a hook that %s', async (_what, change, code, severity, says) => {
    await install('--data', daemon.dataDir);
    change();
    const examined = await doctor();
    expect(examined.code).toBe(2);
    expect(examined.found).toContainEqual(
      expect.objectContaining({ code, severity, message: expect.stringMatching(says) }),
    );
  });
});
