// SPDX-License-Identifier: Apache-2.0
// Files that hold secrets: readable by their owner alone, made once, never overwritten.
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';

/** Larger than any key file: what is larger is something else. */
const maxBytes = 64 * 1024;

/** The file is not as private as a key must be. */
export class KeyFileExposed extends Error {
  readonly code = 'key_file_exposed';
}

/** The file is there and does not hold a key of the expected form. */
export class KeyFileMalformed extends Error {
  readonly code = 'key_file_malformed';
}

/**
 * @returns the text, or undefined when there is no such file
 * @throws {KeyFileExposed} others than its owner can read or replace it, or the owner is somebody else
 */
export function readPrivate(path: string): string | undefined {
  let file: number;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    if (codeOf(error) === 'ELOOP') throw new KeyFileExposed(`\`${path}\` is a link: name the file itself`);
    throw error;
  }
  try {
    // Asked of the open file and not of the path, which somebody could exchange in between.
    const { mode, uid, size } = fstatSync(file);
    if ((mode & constants.S_IFMT) !== constants.S_IFREG || size > maxBytes) {
      throw new KeyFileMalformed(`\`${path}\` is not a key file`);
    }
    if ((mode & 0o077) !== 0) {
      throw new KeyFileExposed(
        `\`${path}\` can be read by others (mode ${(mode & 0o777).toString(8)}): run \`chmod 600\` on it, and replace the key if somebody may have`,
      );
    }
    if (uid !== process.getuid?.()) throw new KeyFileExposed(`\`${path}\` belongs to another user`);
    const directory = dirname(path);
    if (isReplaceable(directory)) {
      throw new KeyFileExposed(
        `others can put another file in the place of \`${path}\`: run \`chmod go-w\` on \`${directory}\`, which must be yours`,
      );
    }
    return readFileSync(file, 'utf8');
  } finally {
    closeSync(file);
  }
}

/** Whoever may write to a directory may rename what is in it, but where it is sticky. */
function isReplaceable(directory: string): boolean {
  const { mode, uid } = statSync(directory);
  const isTheirs = uid !== 0 && uid !== process.getuid?.();
  return isTheirs || ((mode & 0o022) !== 0 && (mode & 0o1000) === 0);
}

/**
 * Writes the file unless there is one; durable, and never seen half-written.
 *
 * @returns whether it was us who wrote it
 */
export function writePrivateOnce(path: string, text: string): boolean {
  const draft = `${path}.${process.pid}.tmp`;
  rmSync(draft, { force: true });
  const file = openSync(draft, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  try {
    linkSync(draft, path);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
  syncDirectory(dirname(path));
  return true;
}

function syncDirectory(path: string): void {
  const directory = openSync(path, constants.O_RDONLY);
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
