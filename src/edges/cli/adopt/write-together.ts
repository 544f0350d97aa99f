// SPDX-License-Identifier: Apache-2.0
/**
 * Writes several files so that a failure before the last moment changes none of them: everything is
 * written beside its place first, and only then renamed.
 *
 * Between two renames a crash leaves some files old and some new, each whole; the order is the caller's,
 * so that what is lost then is nothing but work.
 */
import { randomUUID } from 'node:crypto';
import {
  accessSync,
  closeSync,
  constants,
  fsyncSync,
  mkdirSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Change } from './text-diff.ts';

export class NotWritten extends Error {
  readonly code = 'not_written';
}

/** @throws {NotWritten} nothing was changed, but for directories that may have been made */
export function writeTogether(
  changes: readonly (Omit<Change, 'before'> & { readonly directoryMode?: number })[],
): void {
  const ready: { readonly temporary: string; readonly target: string }[] = [];
  const undo = (): void => {
    for (const { temporary } of ready) rmSync(temporary, { force: true });
  };
  let file = '';
  try {
    for (const change of changes) {
      file = change.file;
      mkdirSync(dirname(file), { recursive: true, mode: change.directoryMode ?? 0o755 });
      const target = targetOf(file);
      const temporary = join(dirname(target), `.${basename(target)}.${randomUUID()}.tmp`);
      ready.push({ temporary, target });
      const handle = openSync(temporary, 'wx', change.mode);
      try {
        writeFileSync(handle, change.after);
        fsyncSync(handle);
      } finally {
        closeSync(handle);
      }
    }
  } catch (error) {
    undo();
    throw new NotWritten(`\`${file}\` cannot be written: ${codeOf(error)}; nothing was changed`);
  }
  for (const { temporary, target } of ready) renameSync(temporary, target);
}

/** Through links to the file itself, so that what links to it stays a link. */
function targetOf(file: string): string {
  let target: string;
  try {
    target = realpathSync(file);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return file;
    throw error;
  }
  // A rename would replace a file that its owner has made read-only.
  accessSync(target, constants.W_OK);
  return target;
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
