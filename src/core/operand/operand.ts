// SPDX-License-Identifier: Apache-2.0
/**
 * What a call names and somebody else can change before it is made: files, and what a repository would push or merge.
 *
 * An operand is looked at before it is decided about, and once more right before the call is let go. Here is only what
 * was found: nothing here reads the world. What could not be looked at is `unknown`, and nobody is asked about that.
 *
 * Source: docs/adr/0031-operands.md.
 */
import { digestJson } from '../json/canonical.ts';
import type { JsonObject } from '../json/value.ts';
import type { GitAct } from '../program/git-act.ts';
import type { GitFound } from './git.ts';

/** What is to be looked at. */
export interface Named {
  /** Where relative names begin, on this machine. Absent: none of it lies where anybody here could look. */
  readonly directory?: string;
  /** Present: what lies outside of it, links followed, is not looked at. */
  readonly root?: string;
  /** As they are written; a pattern stands for the directory that it is looked for in. */
  readonly files: readonly string[];
  readonly git: readonly GitAct[];
  /** Other names are made only when it runs, or there are too many. */
  readonly whole: boolean;
}

export type Unseen =
  | 'elsewhere'
  | 'outside'
  | 'too_large'
  | 'too_many'
  | 'slow'
  | 'not_a_file'
  | 'unreadable';

export type FileState =
  | { readonly is: 'file'; readonly digest: string; readonly sizeBytes: number; readonly text?: string }
  /** The digest is over the names and contents of all that lies in it; absent where that is too much to look through. */
  | { readonly is: 'folder'; readonly digest?: string; readonly sizeBytes: number; readonly files: number }
  | { readonly is: 'absent' }
  | { readonly is: 'unknown'; readonly why: Unseen };

export interface Operand {
  /** Absolute; as it was written where it could not be found out. */
  readonly path: string;
  /** Where it leads, where that is somewhere else. */
  readonly real?: string;
  readonly state: FileState;
}

/** What was found when operands were looked at. */
export interface Sighting {
  readonly directory?: string;
  readonly operands: readonly Operand[];
  readonly git: readonly GitFound[];
  readonly whole: boolean;
}

/** Longer lists are not looked at. */
export const maxOperands = 32;

/** Of a call of which nothing could be looked at. */
export function unseen(named: Named): Sighting {
  const { directory, files, git, whole } = named;
  return {
    ...(directory === undefined ? {} : { directory }),
    operands: files.map((path) => ({ path, state: { is: 'unknown', why: 'elsewhere' } })),
    git: git.map(({ does }) => ({ does, known: false, why: 'not_seen' })),
    whole,
  };
}

/** Whether all that is named was looked at. That more may be named, or lie in a folder, is another question. */
export function isSeen({ operands, git }: Pick<Sighting, 'operands' | 'git'>): boolean {
  return operands.every(({ state }) => state.is !== 'unknown') && git.every(({ known }) => known);
}

/** Whether nothing else can matter: no name that is made when it runs, and no folder that was not looked through. */
export function isWhole({ operands, whole }: Pick<Sighting, 'operands' | 'whole'>): boolean {
  return whole && operands.every(({ state }) => state.is !== 'folder' || state.digest !== undefined);
}

/** Two that are the same to the last byte have the same. */
export function sightingDigest({ directory, operands, git }: Sighting): string {
  return digestJson({
    v: 1,
    directory: directory ?? null,
    operands: operands.map(({ path, real, state }) => [path, real ?? null, stateJson(state)]),
    git: git.map((one) => (one.known ? { does: one.does, state: one.state } : { does: one.does })),
  });
}

function stateJson(state: FileState): JsonObject {
  switch (state.is) {
    case 'file':
    case 'folder':
      return { is: state.is, digest: state.digest ?? null };
    case 'absent':
      return { is: 'absent' };
    case 'unknown':
      return { is: 'unknown' };
  }
}
