// SPDX-License-Identifier: Apache-2.0
// A coding agent that pushes: the hook of Claude Code as a process, a daemon as a process, real git, real keys, and a bare
// remote whose refs say what arrived. What the hook lets go is run here, as the client would.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { canMakeWorld } from '../../../examples/field/coding/world.ts';
import { verifies } from '../../requirements.ts';
import { type DaemonProcess, runDaemon } from '../daemon-process.fixture.ts';

const root = join(import.meta.dirname, '../../..');
const me = `local:${process.getuid?.() ?? 0}`;
const approvers = `people:
  ana: { operators: ["${me}"] }
groups:
  operators: [ana]
`;

const top = realpathSync(mkdtempSync(join(tmpdir(), 'cs-commits-')));
const key = join(top, 'key');
const signers = join(top, 'allowed_signers');
let daemon: DaemonProcess;
let count = 0;
let dir: string;
let repo: string;
let remote: string;

describe.skipIf(!canMakeWorld())('with git and ssh-keygen', { timeout: 120_000 }, () => {
  beforeAll(async () => {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'dev', '-f', key]);
    writeFileSync(signers, `dev@acme.example ${readFileSync(`${key}.pub`, 'utf8')}`);
    daemon = await runDaemon({
      mcpServers: {},
      from: {
        policies: join(root, 'policies/coding'),
        catalogue: join(root, 'policies/catalogues/claude-code'),
      },
      approvers,
      flags: ['--signers', signers, '--release-within', '20s'],
      env: { HOME: top, GIT_CONFIG_NOSYSTEM: '1' },
    });
  });
  afterAll(async () => {
    await daemon?.[Symbol.asyncDispose]();
    rmSync(top, { recursive: true, force: true });
  });

  beforeEach(() => {
    dir = join(top, `${count++}`);
    repo = join(dir, 'repo');
    remote = join(dir, 'remote.git');
    mkdirSync(repo, { recursive: true });
    execFileSync('git', ['init', '-q', '--bare', '-b', 'main', remote]);
    git('init', '-q', '-b', 'main');
    for (const [name, value] of [
      ['user.name', 'Dev'],
      ['user.email', 'dev@acme.example'],
      ['gpg.format', 'ssh'],
      ['user.signingkey', key],
    ] as const)
      git('config', name, value);
    git('remote', 'add', 'origin', remote);
    commit('shop', 'signed');
    git('push', '-q', 'origin', 'main');
    git('checkout', '-q', '-b', 'fix');
  });

  function git(...args: readonly string[]): string {
    const env = { PATH: process.env.PATH ?? '', HOME: top, GIT_CONFIG_NOSYSTEM: '1' };
    return execFileSync('git', [...args], {
      cwd: repo,
      encoding: 'utf8',
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    }).trim();
  }

  function commit(text: string, sign: 'signed' | 'unsigned', file = 'app.js'): string {
    mkdirSync(join(repo, file, '..'), { recursive: true });
    writeFileSync(join(repo, file), `${text}\n`);
    git('add', '--all');
    git('commit', '-q', '-m', text, sign === 'signed' ? '-S' : '--no-gpg-sign');
    return git('rev-parse', 'HEAD');
  }

  const refs = () =>
    execFileSync('git', ['for-each-ref', '--format=%(refname:short) %(objectname)'], {
      cwd: remote,
      encoding: 'utf8',
    })
      .trim()
      .split('\n');

  let calls = 0;
  /** What the client does: asks, and runs the command if it was let go. */
  async function bash(command: string): Promise<{ readonly ran: boolean; readonly reason: string }> {
    const event = {
      session_id: `c-${count}`,
      transcript_path: '/x.jsonl',
      cwd: repo,
      permission_mode: 'default',
      hook_event_name: 'PreToolUse',
      tool_name: 'Bash',
      tool_input: { command },
      tool_use_id: `u-${calls++}`,
    };
    const answer = await hook('PreToolUse', event);
    const said = answer.hookSpecificOutput;
    if (said.permissionDecision === 'deny') return { ran: false, reason: said.permissionDecisionReason };
    const env = { PATH: process.env.PATH ?? '', HOME: top, GIT_CONFIG_NOSYSTEM: '1' };
    const stdout = execFileSync('bash', ['-c', said.updatedInput.command], {
      cwd: repo,
      encoding: 'utf8',
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    await hook('PostToolUse', {
      ...event,
      hook_event_name: 'PostToolUse',
      tool_response: { stdout, stderr: '', interrupted: false, isImage: false },
    });
    return { ran: true, reason: '' };
  }

  // biome-ignore lint/suspicious/noExplicitAny: read as the client reads it
  async function hook(name: string, event: object): Promise<any> {
    const child = spawn(
      join(root, 'bin/countersign-hook'),
      ['claude', name, '--data', daemon.dataDir, '--deadline', '60000'],
      {
        cwd: repo,
        env: {
          PATH: `${dirname(process.execPath)}${delimiter}${process.env.PATH ?? ''}`,
          CLAUDE_PROJECT_DIR: repo,
        },
      },
    );
    const out: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stdin.end(JSON.stringify(event));
    await once(child, 'close');
    return JSON.parse(Buffer.concat(out).toString());
  }

  /** @returns the request that it waits for */
  async function asked(command: string): Promise<string> {
    const { ran, reason } = await bash(command);
    expect({ ran, reason }).toMatchObject({
      ran: false,
      reason: expect.stringMatching(/approval a-[0-9a-z]+/),
    });
    return /approval (a-[0-9a-z]+)/.exec(reason)?.[1] ?? '';
  }

  async function approve(approval: string): Promise<void> {
    const done = await daemon.cli('approvals', 'approve', approval, '--as', 'ana', '--yes');
    expect(done, done.err).toMatchObject({ code: 0 });
  }

  const push = 'git push origin fix';

  test('an unsigned push is refused with what would be right, and nobody is asked', async () => {
    verifies('git.signatures');
    const before = refs();
    commit('quick', 'unsigned');
    commit('on top', 'signed');
    const refused = await bash(push);
    expect(refused).toMatchObject({ ran: false, reason: expect.stringContaining('Sign each of them') });
    expect(refused.reason).not.toMatch(/approval a-/);
    expect(refs()).toEqual(before);
    // Nor in any other dress.
    for (const command of [
      'git push',
      'git push origin HEAD:fix',
      'git push -q origin fix:fix 2>&1 | tail -1',
      'git push origin HEAD:refs/heads/main',
    ])
      expect(await bash(command)).toMatchObject({ ran: false, reason: expect.stringContaining('Sign each') });
    for (const command of [
      'git commit -S --amend --no-edit && git push',
      'git -c alias.up=push up',
      'git push --all',
      'cd . && git push',
      `git -C ${repo} push`,
    ])
      expect((await bash(command)).ran).toBe(false);
    expect(refs()).toEqual(before);
  });

  test('a signed push asks, shows each commit, is approved, and arrives', async () => {
    const [main = ''] = refs();
    const one = commit('one\u202e', 'signed');
    const two = commit('two', 'signed');
    const approval = await asked(push);
    const { out } = await daemon.cli('approvals', 'show', approval);
    expect(out).toContain(`git push of ${repo} to ${remote}`);
    expect(out).toContain(`${two.slice(0, 12)} dev@acme.example: two`);
    expect(out).toContain(`${one.slice(0, 12)} dev@acme.example: one\\u{202e}`);
    expect(refs()).toEqual([main]);
    await approve(approval);
    expect(await bash(push)).toEqual({ ran: true, reason: '' });
    expect(refs()).toEqual([`fix ${two}`, main]);
    const why = JSON.parse((await daemon.cli('approvals', 'show', approval, '--json')).out);
    expect(why).toMatchObject({ status: 'consumed' });
    const explained = JSON.parse((await daemon.cli('explain', why.usedBy, '--json')).out);
    const fact = explained.facts.find((one: { name: string }) => one.name === 'git.push');
    expect(fact.value).toEqual(
      expect.arrayContaining(['known', 'commits 2', 'unsigned 0', 'signers dev@acme.example']),
    );
  });

  describe('after it was approved', () => {
    test.each<[what: string, change: () => void]>([
      ['the commit is amended', () => git('commit', '-q', '--amend', '-S', '-m', 'other')],
      ['the branch is moved', () => git('reset', '-q', '--hard', 'main')],
      ['another commit comes on top', () => commit('more', 'signed')],
      [
        'the remote is another',
        () => {
          execFileSync('git', ['init', '-q', '--bare', join(dir, 'evil.git')]);
          git('config', 'remote.origin.url', join(dir, 'evil.git'));
        },
      ],
      [
        'a hook is put beside it',
        () => {
          mkdirSync(join(repo, '.git/hooks'), { recursive: true });
          writeFileSync(join(repo, '.git/hooks/pre-push'), `#!/bin/sh\ntouch ${dir}/ran\n`);
          chmodSync(join(repo, '.git/hooks/pre-push'), 0o755);
        },
      ],
    ])('%s: it asks anew, and the remote has nothing', async (_what, change) => {
      verifies('operands.checked-again');
      const before = refs();
      commit('one', 'signed');
      const approval = await asked(push);
      await approve(approval);
      change();
      expect(await asked(push)).not.toBe(approval);
      expect(refs()).toEqual(before);
      expect(existsSync(join(dir, 'evil.git/refs/heads/fix'))).toBe(false);
      expect(existsSync(join(dir, 'ran'))).toBe(false);
    });

    test('an unsigned commit on top is refused', async () => {
      const before = refs();
      commit('one', 'signed');
      await approve(await asked(push));
      commit('two', 'unsigned');
      expect(await bash(push)).toMatchObject({
        ran: false,
        reason: expect.stringContaining('Sign each of them'),
      });
      expect(refs()).toEqual(before);
    });
  });

  test('keys are not pushed, nothing is taken away from the remote, and a merge to main waits for a person', async () => {
    const before = refs();
    commit('key', 'signed', 'deploy/secrets/token');
    expect(await bash(push)).toMatchObject({
      ran: false,
      reason: expect.stringContaining('keys and passwords'),
    });
    git('reset', '-q', '--hard', 'main');
    git('commit', '-q', '--amend', '-S', '-m', 'another first');
    expect(await bash('git push --force origin HEAD:main')).toMatchObject({
      ran: false,
      reason: expect.stringContaining('take commits away'),
    });
    expect(refs()).toEqual(before);
    git('reset', '-q', '--hard', 'main');
    const one = commit('one', 'signed');
    git('checkout', '-q', 'main');
    const approval = await asked('git merge --ff-only fix');
    expect(git('rev-parse', 'main')).not.toBe(one);
    await approve(approval);
    expect((await bash('git merge --ff-only fix')).ran).toBe(true);
    expect(git('rev-parse', 'main')).toBe(one);
  });

  test('deployment secrets are not read, whoever is asked', async () => {
    mkdirSync(join(repo, 'deploy/secrets'), { recursive: true });
    writeFileSync(join(repo, 'deploy/secrets/token'), 'the-deployment-token\n');
    const event = {
      session_id: `c-${count}`,
      transcript_path: '/x.jsonl',
      cwd: repo,
      permission_mode: 'default',
      hook_event_name: 'PreToolUse',
      tool_name: 'Read',
      tool_input: { file_path: 'deploy/secrets/token' },
      tool_use_id: 'r',
    };
    expect(await hook('PreToolUse', event)).toMatchObject({
      hookSpecificOutput: {
        permissionDecision: 'deny',
        permissionDecisionReason: expect.stringContaining('Deployment secrets'),
      },
    });
  });

  test('a repository that names programs runs none of them while it is looked at', async () => {
    verifies('git.runs-nothing');
    commit('one', 'signed');
    const evil = join(dir, 'evil.sh');
    writeFileSync(evil, `#!/bin/sh\ntouch ${dir}/ran\nexit 1\n`);
    chmodSync(evil, 0o755);
    for (const name of [
      'core.fsmonitor',
      'gpg.program',
      'gpg.ssh.program',
      'core.sshCommand',
      'uploadpack.packObjectsHook',
    ])
      git('config', name, evil);
    await asked(push);
    expect(existsSync(join(dir, 'ran'))).toBe(false);
  });

  describe('a production write', () => {
    const script = () => join(repo, 'deploy.sh');
    beforeEach(() => {
      writeFileSync(script(), `#!/bin/sh\necho v1 > ${dir}/production\n`);
      chmodSync(script(), 0o755);
    });
    const production = () =>
      existsSync(join(dir, 'production')) ? readFileSync(join(dir, 'production'), 'utf8') : '';

    test('is approved with the script that does it, looked at again, and done', async () => {
      const approval = await asked('./deploy.sh');
      const { out } = await daemon.cli('approvals', 'show', approval);
      expect(out).toContain(`| echo v1 > ${dir}/production`);
      await approve(approval);
      expect((await bash('./deploy.sh')).ran).toBe(true);
      expect(production()).toBe('v1\n');
    });

    test('whose script is rewritten while it waits asks anew, and the script does not run', async () => {
      verifies('operands.checked-again');
      const approval = await asked('./deploy.sh');
      writeFileSync(script(), `#!/bin/sh\necho evil > ${dir}/production\n`);
      await approve(approval);
      expect(await asked('./deploy.sh')).not.toBe(approval);
      expect(production()).toBe('');
    });
  });
});
