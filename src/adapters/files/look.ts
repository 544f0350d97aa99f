// SPDX-License-Identifier: Apache-2.0
/**
 * A file or a folder as it is now: opened once, and what was opened is what is digested.
 *
 * The adversary owns the files. A name may become a link, a pipe or a device between two looks: nothing is asked of a name
 * that is not asked again of what was opened, nothing that is no regular file is read, and no wait on one is endless.
 */
import { createHash, hash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, lstat, open, readdir, readlink, realpath } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { FileState, Operand } from '../../core/operand/operand.ts';

export interface Surrounds {
  readonly directory: string;
  readonly home: string;
  /** Present: what leads out of it is not looked at. */
  readonly root?: string;
  /** Monotonic. */
  readonly isOver: () => boolean;
}

const maxFileBytes = 16 << 20;
/** A folder with more than this is not looked through. */
const maxFolder = { entries: 1000, bytes: 8 << 20, depth: 16 };
/** Longer texts are shown by nobody. */
const maxTextBytes = 16 << 10;
const chunkBytes = 64 << 10;

/** Never rejects. */
export async function lookAt(written: string, around: Surrounds): Promise<Operand> {
  const { directory, home, root } = around;
  const pattern = written.search(/[*?[]/);
  const fixed = pattern < 0 ? written : `./${written.slice(0, written.lastIndexOf('/', pattern) + 1)}`;
  const named = pattern >= 0 && written.startsWith('/') ? fixed.slice(1) : fixed;
  const path =
    named === '~' || named.startsWith('~/') ? join(home, named.slice(1)) : resolve(directory, named);
  const unknown = (why: 'unreadable' | 'outside' | 'too_large'): Operand => ({
    path,
    state: { is: 'unknown', why },
  });
  // Another user's home, and what no file can be called.
  if (written === '' || /^~[^/]/.test(written) || written.includes('\0')) return unknown('unreadable');
  try {
    const real = await realpath(path).catch(absent);
    if (root !== undefined && !isWithin(real ?? path, await realpath(root))) return unknown('outside');
    if (real === undefined) return { path, state: { is: 'absent' } };
    const state = await stateOf(real, pattern >= 0, around);
    return { path, ...(real === path ? {} : { real }), state };
  } catch {
    return unknown('unreadable');
  }
}

/** Only where nothing is there: what cannot be looked at is not absent. */
function absent(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
    return undefined;
  throw error;
}

function isWithin(path: string, base: string): boolean {
  return path === base || path.startsWith(base.endsWith('/') ? base : `${base}/`);
}

async function stateOf(real: string, isFlat: boolean, around: Surrounds): Promise<FileState> {
  // Without waiting for whoever writes into a pipe, and not through a link that the last name has become.
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
  const file = await open(real, O_RDONLY | O_NOFOLLOW | O_NONBLOCK).catch(absent);
  if (file === undefined) return { is: 'absent' };
  try {
    const stat = await file.stat();
    if (stat.isDirectory()) return await folderState(real, isFlat, around);
    if (!stat.isFile()) return { is: 'unknown', why: 'not_a_file' };
    return await fileState(file, around);
  } finally {
    await file.close();
  }
}

async function fileState(file: FileHandle, { isOver }: Surrounds): Promise<FileState> {
  const digest = createHash('sha256');
  const head: Buffer[] = [];
  let sizeBytes = 0;
  for (;;) {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(chunkBytes), 0, chunkBytes);
    if (bytesRead === 0) break;
    sizeBytes += bytesRead;
    if (isOver()) return { is: 'unknown', why: 'slow' };
    if (sizeBytes > maxFileBytes) return { is: 'unknown', why: 'too_large' };
    const read = buffer.subarray(0, bytesRead);
    digest.update(read);
    if (sizeBytes <= maxTextBytes) head.push(read);
  }
  const text = sizeBytes <= maxTextBytes ? textOf(Buffer.concat(head)) : undefined;
  return {
    ...{ is: 'file', digest: `sha256:${digest.digest('hex')}`, sizeBytes },
    ...(text === undefined ? {} : { text }),
  };
}

/**
 * All of a file that is read as text by others. Links are followed.
 *
 * @returns undefined where there is none
 * @throws where it cannot be read, is none, or is too long
 */
export async function readWhole(path: string, mostBytes: number): Promise<Buffer | undefined> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch(absent);
  if (file === undefined) return undefined;
  try {
    if (!(await file.stat()).isFile()) throw new Error('it is no file');
    const { bytesRead, buffer } = await file.read(Buffer.alloc(mostBytes + 1), 0, mostBytes + 1);
    if (bytesRead > mostBytes) throw new Error('it is too long');
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

function textOf(bytes: Buffer): string | undefined {
  const text = bytes.toString('utf8');
  return bytes.includes(0) || !Buffer.from(text, 'utf8').equals(bytes) ? undefined : text;
}

/** @param isFlat only what lies in it itself */
async function folderState(real: string, isFlat: boolean, around: Surrounds): Promise<FileState> {
  const lines: string[] = [];
  let sizeBytes = 0;
  let entries = 0;
  const walk = async (dir: string, under: string, depth: number): Promise<boolean> => {
    if (depth > maxFolder.depth) return false;
    for (const name of (await readdir(dir)).sort()) {
      entries += 1;
      if (entries > maxFolder.entries || around.isOver()) return false;
      const path = join(dir, name);
      const stat = await lstat(path);
      const told = JSON.stringify(`${under}${name}`);
      if (stat.isSymbolicLink()) lines.push(`link ${told} ${JSON.stringify(await readlink(path))}`);
      else if (stat.isDirectory()) {
        if (isFlat) continue;
        lines.push(`folder ${told}`);
        if (!(await walk(path, `${under}${name}/`, depth + 1))) return false;
      } else if (stat.isFile()) {
        if (sizeBytes + stat.size > maxFolder.bytes) return false;
        const state = await stateOf(path, true, around);
        if (state.is !== 'file') return false;
        sizeBytes += state.sizeBytes;
        lines.push(`file ${told} ${state.digest}`);
      } else lines.push(`other ${told}`);
    }
    return true;
  };
  const isWhole = await walk(real, '', 0);
  const files = lines.filter((line) => line.startsWith('file ')).length;
  if (!isWhole) return { is: 'folder', sizeBytes, files };
  return { is: 'folder', sizeBytes, files, digest: `sha256:${hash('sha256', lines.join('\n'), 'hex')}` };
}
