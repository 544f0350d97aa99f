// SPDX-License-Identifier: Apache-2.0
// When the start script installs dependencies, with an npm that only notes how it was called.
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';

const script = join(import.meta.dirname, '../scripts/node.sh');
const roots: string[] = [];

afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true });
});

function checkout(): string {
  const root = mkdtempSync(join(tmpdir(), 'countersign-node-'));
  roots.push(root);
  writeFileSync(join(root, 'package-lock.json'), '{}');
  mkdirSync(join(root, 'node_modules'));
  mkdirSync(join(root, 'bin'));
  writeFileSync(join(root, 'bin/npm'), '#!/bin/sh\necho "$@" >>"$NPM_CALLS"\n');
  chmodSync(join(root, 'bin/npm'), 0o755);
  return root;
}

/** npm writes this file last, so it stands for an installation that went through. */
function installedByHand(root: string, secondsAfterLock: number): void {
  const file = join(root, 'node_modules/.package-lock.json');
  writeFileSync(file, '{}');
  const locked = 1_700_000_000;
  utimesSync(join(root, 'package-lock.json'), locked, locked);
  utimesSync(file, locked + secondsAfterLock, locked + secondsAfterLock);
}

function bring(root: string, what: 'runtime' | 'all'): string {
  const calls = join(root, 'calls');
  rmSync(calls, { force: true });
  const said = spawnSync(
    'sh',
    ['-euc', `. "$0"; countersign_root="$1"; countersign_bring_dependencies ${what}`, script, root],
    {
      env: { ...process.env, PATH: `${join(root, 'bin')}:${process.env.PATH}`, NPM_CALLS: calls },
      encoding: 'utf8',
    },
  );
  expect(said.stderr.replace('countersign: installing the locked dependencies (once)\n', '')).toBe('');
  expect(said.status).toBe(0);
  return existsSync(calls) ? readFileSync(calls, 'utf8') : '';
}

test('a fresh checkout gets what running needs, once', () => {
  const root = checkout();
  expect(bring(root, 'runtime')).toContain('--omit=dev');
  expect(bring(root, 'runtime')).toBe('');
});

test('what `npm ci` installed by hand is left alone, so no development dependency goes', () => {
  const root = checkout();
  installedByHand(root, 60);
  expect(bring(root, 'runtime')).toBe('');
});

test('a lock that is newer than what was installed is installed', () => {
  const root = checkout();
  installedByHand(root, -60);
  expect(bring(root, 'runtime')).toContain('ci');
});

test('tests do not rest on what somebody installed by hand', () => {
  const root = checkout();
  installedByHand(root, 60);
  expect(bring(root, 'all')).not.toBe('');
});

test('a checkout that had everything keeps everything when the lock changes', () => {
  const root = checkout();
  bring(root, 'all');
  writeFileSync(join(root, 'package-lock.json'), '{"changed":true}');
  expect(bring(root, 'runtime')).not.toContain('--omit=dev');
});

test('what lies behind a link is not emptied', () => {
  const root = checkout();
  const elsewhere = checkout();
  rmSync(join(root, 'node_modules'), { recursive: true });
  symlinkSync(join(elsewhere, 'node_modules'), join(root, 'node_modules'));
  const calls = join(root, 'calls');
  const said = spawnSync(
    'sh',
    ['-euc', '. "$0"; countersign_root="$1"; countersign_bring_dependencies all', script, root],
    {
      env: { ...process.env, PATH: `${join(root, 'bin')}:${process.env.PATH}`, NPM_CALLS: calls },
      encoding: 'utf8',
    },
  );
  expect(said.status).toBe(1);
  expect(said.stderr).toContain('node_modules is a link');
  expect(existsSync(calls)).toBe(false);
});
