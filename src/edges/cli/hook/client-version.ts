// SPDX-License-Identifier: Apache-2.0
// Which Claude Code is there, as it says itself, and whether it knows what a hook of ours relies on.
import { execFile } from 'node:child_process';

const timeoutMs = 10_000;
/** From then on a hook that fails blocks, where its settings say `"onFailure": "block"`. */
const blocksFrom = [2, 1, 295];

/** @returns `2.1.330`, or undefined where it is not in the path or does not say */
export function claudeVersion(
  env: Readonly<Record<string, string | undefined>>,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile('claude', ['--version'], { timeout: timeoutMs, env: { ...env } }, (error, out) =>
      resolve(error === null ? /^(\d{1,6}\.\d{1,6}\.\d{1,6})\b/.exec(out)?.[1] : undefined),
    );
  });
}

export function blocksOnFailure(version: string): boolean {
  const parts = version.split('.').map(Number);
  for (const [i, least] of blocksFrom.entries()) {
    const part = parts[i] ?? 0;
    if (part !== least) return part > least;
  }
  return true;
}
