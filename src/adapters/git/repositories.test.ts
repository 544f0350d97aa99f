// SPDX-License-Identifier: Apache-2.0
// Real git, real signatures, and repositories of somebody who wants a program of theirs to run, or a commit not to be seen.
import { execFileSync } from 'node:child_process';
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
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { canMakeWorld } from '../../../examples/field/coding/world.ts';
import { verifies } from '../../../test/requirements.ts';
import type { GitKnown } from '../../core/operand/git.ts';
import type { GitAct } from '../../core/program/git-act.ts';
import { createRepositories } from './repositories.ts';

const top = realpathSync(mkdtempSync(join(tmpdir(), 'cs-repos-')));
afterAll(() => rmSync(top, { recursive: true, force: true }));

let count = 0;
let dir: string;
let repo: string;
const timeoutMs = 30_000;
const act: GitAct = { does: 'push', plain: true, refs: [], forced: false, alone: true };
const path = process.env.PATH ?? '';

function git(...args: readonly string[]): string {
  return execFileSync('git', [...args], {
    cwd: repo,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { PATH: path, HOME: dir, GIT_CONFIG_NOSYSTEM: '1' },
  }).trim();
}

function commit(name: string, sign: 'signed' | 'unsigned' = 'signed', file = `${name}.txt`): string {
  mkdirSync(join(repo, file, '..'), { recursive: true });
  writeFileSync(join(repo, file), name);
  git('add', '--all');
  git('commit', '-q', '-m', name, sign === 'signed' ? '-S' : '--no-gpg-sign');
  return git('rev-parse', 'HEAD');
}

const look = (more: Partial<GitAct> = {}, where = repo) =>
  createRepositories({ home: dir, path, signersFile: join(dir, 'signers') }).look(
    { ...act, ...more },
    where,
    timeoutMs,
  );
const stateOf = (more: Partial<GitAct> = {}) =>
  createRepositories({ home: dir, path, signersFile: join(dir, 'signers') }).state(
    { ...act, ...more },
    repo,
    timeoutMs,
  );

async function known(more: Partial<GitAct> = {}): Promise<GitKnown> {
  const found = await look(more);
  if (!found.known) throw new Error(found.why);
  return found;
}

describe.skipIf(!canMakeWorld())('with git and ssh-keygen', { timeout: 120_000 }, () => {
  beforeEach(() => {
    dir = join(top, `${count++}`);
    repo = join(dir, 'repo');
    mkdirSync(repo, { recursive: true });
    for (const key of ['key', 'other'])
      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', key, '-f', join(dir, key)]);
    writeFileSync(join(dir, 'signers'), `dev@acme.example ${readFileSync(join(dir, 'key.pub'), 'utf8')}`);
    execFileSync('git', ['init', '-q', '--bare', '-b', 'main', join(dir, 'remote.git')]);
    git('init', '-q', '-b', 'main');
    for (const [name, value] of [
      ['user.name', 'Dev'],
      ['user.email', 'dev@acme.example'],
      ['gpg.format', 'ssh'],
      ['user.signingkey', join(dir, 'key')],
    ] as const)
      git('config', name, value);
    git('remote', 'add', 'origin', join(dir, 'remote.git'));
    commit('first', 'unsigned');
    git('push', '-q', 'origin', 'main');
    git('checkout', '-q', '-b', 'fix');
  });

  describe('a push', () => {
    test('is told commit by commit, with who signed each', async () => {
      verifies('git.signatures');
      const one = commit('one');
      const two = commit('two', 'unsigned', 'deploy/app.yaml');
      expect(await known()).toMatchObject({
        base: 'remote',
        remote: join(dir, 'remote.git'),
        updates: [{ to: 'refs/heads/fix', commit: two, was: '' }],
        commits: [
          { id: two, subject: 'two' },
          { id: one, subject: 'one', signer: 'dev@acme.example' },
        ],
        touches: ['deployment'],
        forced: false,
        protected: false,
        pinned: false,
      });
    });

    test('of what is there already is of nothing', async () => {
      expect(await known({ remote: 'origin', refs: [{ from: 'main', forced: false }] })).toMatchObject({
        commits: [],
        protected: true,
      });
    });

    test.each<[what: string, make: () => string]>([
      [
        'of a stranger',
        () => {
          git('config', 'user.signingkey', join(dir, 'other'));
          return commit('x');
        },
      ],
      [
        'that is of another commit',
        () => {
          const signed = git('cat-file', 'commit', commit('x'));
          const raw = join(dir, 'raw');
          writeFileSync(raw, `${signed} and more`);
          const id = git('hash-object', '-t', 'commit', '-w', raw);
          git('reset', '-q', '--hard', id);
          return id;
        },
      ],
    ])('with a signature %s is signed by nobody', async (_what, make) => {
      verifies('git.signatures');
      const id = make();
      const [first] = (await known()).commits;
      expect(first).toMatchObject({ id });
      expect(first).not.toHaveProperty('signer');
    });

    test('whose signer is named by the repository and not by the operator is signed by nobody', async () => {
      git('config', 'user.signingkey', join(dir, 'other'));
      writeFileSync(
        join(repo, 'signers'),
        `dev@acme.example ${readFileSync(join(dir, 'other.pub'), 'utf8')}`,
      );
      git('config', 'gpg.ssh.allowedSignersFile', join(repo, 'signers'));
      commit('x');
      expect(git('log', '-1', '--format=%G?')).toBe('G');
      expect((await known()).commits[0]).not.toHaveProperty('signer');
    });

    test('that rewinds, is forced, deletes or moves a protected branch says so', async () => {
      const first = git('rev-parse', 'main');
      commit('two');
      git('push', '-q', 'origin', 'fix');
      git('reset', '-q', '--hard', first);
      expect(await known()).toMatchObject({ forced: true });
      expect(
        await known({ remote: 'origin', refs: [{ from: '', to: 'fix', forced: true }], forced: true }),
      ).toMatchObject({
        forced: true,
        commits: [],
        updates: [{ to: 'refs/heads/fix', commit: '' }],
      });
      expect(
        await known({ remote: 'origin', refs: [{ from: first, to: 'main', forced: false }] }),
      ).toMatchObject({ protected: true, pinned: true, forced: false });
    });

    test('is of the work tree that it is made in', async () => {
      git('worktree', 'add', '-q', '-b', 'side', join(dir, 'side'));
      const found = await look({}, join(dir, 'side'));
      expect(found).toMatchObject({ known: true, updates: [{ to: 'refs/heads/side' }] });
    });

    test('to a remote that is somewhere else is measured by what the repository says, and nobody is asked', async () => {
      git('remote', 'add', 'far', 'https://ana:token@127.0.0.1:9/x.git');
      git('update-ref', 'refs/remotes/far/main', git('rev-parse', 'main'));
      commit('one');
      expect(await known({ remote: 'far' })).toMatchObject({
        base: 'tracking',
        remote: 'https://127.0.0.1:9/x.git',
        commits: [{ subject: 'one' }],
      });
    });
  });

  test('a merge is told by what comes new to the branch that is checked out', async () => {
    const one = commit('one', 'unsigned');
    git('checkout', '-q', 'main');
    expect(await known({ does: 'merge', refs: [{ from: 'fix', forced: false }] })).toMatchObject({
      updates: [{ to: 'refs/heads/main', commit: one }],
      commits: [{ id: one }],
      protected: true,
    });
  });

  describe('what cannot be told', () => {
    test.each<[what: string, why: string, more: Partial<GitAct>, make: () => void]>([
      ['words that were not understood', 'not_plain', { plain: false }, () => undefined],
      [
        'a branch that there is not',
        'no_ref',
        { remote: 'origin', refs: [{ from: 'none', forced: false }] },
        () => undefined,
      ],
      [
        'a tag and a branch of one name',
        'no_ref',
        { remote: 'origin', refs: [{ from: 'fix', forced: false }] },
        () => git('tag', 'fix'),
      ],
      ['a remote that there is not', 'configured', { remote: 'none' }, () => undefined],
      [
        'addresses that are rewritten',
        'configured',
        {},
        () => git('config', `url.${dir}/evil.git.pushInsteadOf`, dir),
      ],
      ['files that are read along', 'configured', {}, () => git('config', 'include.path', '/tmp/x')],
      ['a mirror', 'configured', {}, () => git('config', 'remote.origin.mirror', 'true')],
      [
        'refs of the remote own',
        'configured',
        {},
        () => git('config', 'remote.origin.push', 'HEAD:refs/heads/main'),
      ],
      ['another default', 'configured', {}, () => git('config', 'push.default', 'matching')],
      [
        'several addresses',
        'configured',
        {},
        () => git('config', '--add', 'remote.origin.url', '/tmp/x.git'),
      ],
      [
        'a transport that is a program',
        'configured',
        {},
        () => git('config', 'remote.origin.url', 'ext::sh -c x'),
      ],
      ['a remote that is none', 'failed', {}, () => git('config', 'remote.origin.url', '/nowhere.git')],
    ])('%s', async (_what, why, more, make) => {
      commit('one');
      make();
      expect(await look(more)).toEqual({ does: 'push', known: false, why });
    });

    test('a directory without a repository', async () => {
      expect(await look({}, dir)).toMatchObject({ known: false, why: 'no_repository' });
    });

    test('more commits than are looked at', async () => {
      for (let i = 0; i <= 100; i++) git('commit', '-q', '--no-gpg-sign', '--allow-empty', '-m', `${i}`);
      expect(await look()).toMatchObject({ known: false, why: 'too_much' });
    });

    test('no time', async () => {
      const found = await createRepositories({ home: dir, path }).look(act, repo, 1);
      expect(found).toMatchObject({ known: false, why: 'failed' });
    });
  });

  describe('a repository of an adversary', () => {
    test('runs nothing of theirs while it is asked', async () => {
      verifies('git.runs-nothing');
      commit('one');
      const ran = join(dir, 'ran');
      const evil = join(dir, 'evil.sh');
      writeFileSync(evil, `#!/bin/sh\necho "$0 $@" >> ${ran}\nexit 1\n`);
      chmodSync(evil, 0o755);
      const programs = [
        ...[
          'core.fsmonitor',
          'core.sshCommand',
          'core.pager',
          'core.editor',
          'core.askPass',
          'core.gitProxy',
        ],
        ...['core.alternateRefsCommand', 'gpg.program', 'gpg.ssh.program', 'gpg.ssh.defaultKeyCommand'],
        ...['diff.external', 'uploadpack.packObjectsHook', 'credential.helper', 'remote.origin.uploadpack'],
        ...[
          'alias.rev-list',
          'alias.ls-remote',
          'alias.log',
          'filter.x.smudge',
          'filter.x.process',
          'diff.x.textconv',
        ],
        ...['pager.log', 'sequence.editor', 'trace2.eventTarget', 'interactive.diffFilter'],
      ];
      for (const name of programs)
        git('config', name, name.startsWith('alias.') || name === 'credential.helper' ? `!${evil}` : evil);
      writeFileSync(join(repo, '.gitattributes'), '* filter=x diff=x\n');
      mkdirSync(join(repo, '.git/hooks'), { recursive: true });
      for (const hook of [
        'pre-push',
        'post-checkout',
        'reference-transaction',
        'pre-auto-gc',
        'post-index-change',
      ])
        execFileSync('cp', [evil, join(repo, '.git/hooks', hook)]);
      // An object that is missing, and a place to get it from.
      git('config', 'extensions.partialClone', 'trap');
      git('config', 'remote.trap.url', `ext::${evil} %S`);
      git('config', 'remote.trap.promisor', 'true');
      git('config', 'core.repositoryFormatVersion', '1');
      // They do run where somebody asks git in there.
      try {
        git('status');
      } catch {
        // It fails where it ran one of them.
      }
      expect(existsSync(ran)).toBe(true);
      rmSync(ran, { force: true });
      const found = await look();
      expect(found).toMatchObject({ known: true, commits: [{ signer: 'dev@acme.example' }] });
      expect(found.known && found.hooks).toHaveLength(2);
      const tree = git('-c', 'core.fsmonitor=', 'rev-parse', 'HEAD^{tree}');
      rmSync(ran, { force: true });
      rmSync(join(repo, '.git/objects', tree.slice(0, 2), tree.slice(2)));
      expect(await look()).toMatchObject({ known: false });
      expect(existsSync(ran) ? readFileSync(ran, 'utf8') : 'nothing ran').toBe('nothing ran');
    });

    test.each<[what: string, hide: (unsigned: string, signed: string) => void]>([
      ['replaces it', (unsigned, signed) => git('replace', unsigned, signed)],
      [
        'grafts history past it',
        (unsigned, signed) =>
          writeFileSync(
            join(repo, '.git/info/grafts'),
            `${git('rev-parse', 'HEAD')} ${git('rev-parse', 'main')}\n${unsigned}${signed.slice(0, 0)}\n`,
          ),
      ],
      [
        'cuts history off above it',
        () => writeFileSync(join(repo, '.git/shallow'), `${git('rev-parse', 'HEAD')}\n`),
      ],
      ['says that the remote has it', (unsigned) => git('update-ref', 'refs/remotes/origin/main', unsigned)],
      [
        'writes something signed under its name',
        (unsigned, signed) => {
          const at = (id: string) => join(repo, '.git/objects', id.slice(0, 2), id.slice(2));
          chmodSync(at(unsigned), 0o644);
          writeFileSync(at(unsigned), readFileSync(at(signed)));
        },
      ],
    ])('that %s does not hide an unsigned commit', async (_what, hide) => {
      verifies('git.signatures');
      const signed = commit('signed');
      const unsigned = commit('unsigned', 'unsigned');
      commit('on top');
      hide(unsigned, signed);
      const found = await look();
      const isTold =
        found.known && found.commits.some(({ id, signer }) => id === unsigned && signer === undefined);
      expect(isTold || !found.known).toBe(true);
    });
  });

  describe('the state of it is another', () => {
    test.each<[what: string, change: () => void]>([
      ['commit', () => commit('two')],
      ['text of the same commit', () => git('commit', '-q', '--amend', '-S', '-m', 'other')],
      ['branch', () => git('checkout', '-q', '-b', 'other')],
      ['configuration', () => git('config', 'core.sshCommand', 'x')],
      [
        'hook',
        () => {
          mkdirSync(join(repo, '.git/hooks'), { recursive: true });
          writeFileSync(join(repo, '.git/hooks/pre-push'), 'x');
        },
      ],
      ['list of keys', () => writeFileSync(join(dir, 'signers'), '')],
      ['state of the remote', () => git('push', '-q', 'origin', 'main:fix')],
    ])('with another %s', async (_what, change) => {
      verifies('operands.checked-again');
      commit('one');
      const { state } = await known();
      expect(await stateOf()).toBe(state);
      change();
      expect(await stateOf()).not.toBe(state);
    });
  });
});
