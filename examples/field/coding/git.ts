// SPDX-License-Identifier: Apache-2.0
// The git of this machine, without anybody's settings: those of the repository alone.
import { spawnSync } from 'node:child_process';

const own = { GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1', GIT_TERMINAL_PROMPT: '0' };

/** @throws what git said, if it failed */
export function git(dir: string, ...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync('git', args, {
    cwd: dir,
    encoding: 'utf8',
    env: { ...process.env, ...own },
    timeout: 10_000,
  });
  if (status !== 0) throw new Error(stderr.trim());
  return stdout.trim();
}

/** Whether git does this without complaint. */
export function gitAgrees(dir: string, ...args: readonly string[]): boolean {
  try {
    git(dir, ...args);
    return true;
  } catch {
    return false;
  }
}
