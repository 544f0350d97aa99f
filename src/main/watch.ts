// SPDX-License-Identifier: Apache-2.0
/**
 * Notices that policies or catalogue were saved.
 *
 * Never reports a directory that is still being written: half a policy file may be a valid one with
 * fewer rules. Events of the file system only wake it earlier; looking again and again is what it
 * relies on, since events are lost on network file systems, in containers and past system limits.
 */
import { type FSWatcher, readdirSync, statSync, watch } from 'node:fs';
import { join } from 'node:path';

export interface WatchOptions {
  /** Looked into flat; one that does not exist yet is looked for. */
  readonly directories: readonly string[];
  /** How long the files must stay as they are before they count as saved. */
  readonly settleMs: number;
  readonly pollMs: number;
  /** Not called again before it has resolved; must not reject. */
  readonly onChange: () => Promise<void>;
}

/** Past this a directory is no set of policies; its names are then compared and not its files. */
const maxFiles = 2048;

/** @returns how to stop */
export function watchFiles({ directories, settleMs, pollMs, onChange }: WatchOptions): () => void {
  const watchers = new Map<string, FSWatcher>();
  let told = fingerprint(directories);
  let seen = told;
  let settling: NodeJS.Timeout | undefined;
  let telling = false;
  let stopped = false;

  function wake(): void {
    if (stopped || settling !== undefined) return;
    settling = setTimeout(() => {
      settling = undefined;
      void look();
    }, settleMs);
    settling.unref();
  }

  async function look(): Promise<void> {
    if (stopped || telling) return;
    const now = fingerprint(directories);
    if (now === told) {
      seen = now;
      return;
    }
    if (now !== seen) {
      seen = now;
      return wake();
    }
    told = now;
    telling = true;
    await onChange();
    telling = false;
    // What was saved meanwhile may have been read by half.
    wake();
  }

  function listen(): void {
    for (const directory of directories) {
      if (watchers.has(directory)) continue;
      try {
        const watcher = watch(directory, { persistent: false }, wake);
        watcher.on('error', () => {
          watcher.close();
          watchers.delete(directory);
        });
        watchers.set(directory, watcher);
      } catch {
        // Not there yet, or no more watches to be had: polling finds it.
      }
    }
  }

  listen();
  const polling = setInterval(() => {
    listen();
    if (fingerprint(directories) !== told) wake();
  }, pollMs);
  polling.unref();
  return () => {
    stopped = true;
    clearInterval(polling);
    clearTimeout(settling);
    for (const watcher of watchers.values()) watcher.close();
  };
}

/** Changes when a file is written, replaced, renamed or removed, even if its time is set back. */
function fingerprint(directories: readonly string[]): string {
  const seen: string[] = [];
  for (const directory of directories) {
    seen.push(`in ${directory}`);
    let names: readonly string[];
    try {
      names = readdirSync(directory).sort();
    } catch {
      seen.push('unreadable');
      continue;
    }
    for (const [i, name] of names.entries()) {
      if (name.startsWith('.')) continue;
      if (i >= maxFiles) {
        seen.push(name);
        continue;
      }
      try {
        const { size, mtimeNs, ctimeNs, ino } = statSync(join(directory, name), { bigint: true });
        seen.push(`${name} ${ino} ${size} ${mtimeNs} ${ctimeNs}`);
      } catch {
        seen.push(`${name} unreadable`);
      }
    }
  }
  return seen.join('\n');
}
