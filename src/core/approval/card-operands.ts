// SPDX-License-Identifier: Apache-2.0
/**
 * What a call names and others can change, as somebody who decides is shown it: each file with its size and digest, short
 * ones with their text, and of a push every commit with who signed it.
 *
 * Every text is made visible, and what is cut says so. Of a file that keeps secrets by its name no text is shown, and what
 * looks like a secret in others is hidden.
 *
 * Source: docs/approvals.md, "What can change meanwhile".
 */
import type { GitFound, GitKnown } from '../operand/git.ts';
import { isWhole, type Operand, type Sighting } from '../operand/operand.ts';
import { isSecretPath } from '../operand/secret-path.ts';
import { withoutSecrets } from '../record/secret.ts';
import { visible } from './visible.ts';

export interface CardOperands {
  /** Where it would run. */
  readonly directory?: string;
  readonly files: readonly CardFile[];
  readonly git: readonly CardGit[];
  /** False: it may read or run more than is named here, which is no part of what is approved. */
  readonly whole: boolean;
}

export interface CardFile {
  readonly path: string;
  /** Where it leads. */
  readonly real?: string;
  readonly is: 'file' | 'folder' | 'absent' | 'unknown';
  readonly sizeBytes?: number;
  readonly digest?: string;
  readonly text?: string;
  /** Characters of the text that are not shown. */
  readonly left?: number;
}

export interface CardGit {
  readonly does: 'push' | 'merge';
  readonly repository: string;
  readonly remote: string;
  /** `asked`: what is there was asked of the remote itself. */
  readonly base: GitKnown['base'];
  readonly updates: readonly string[];
  readonly commits: readonly { readonly id: string; readonly signer?: string; readonly subject: string }[];
  /** Commits that are not shown. */
  readonly left: number;
  readonly touches: readonly string[];
  readonly forced: boolean;
  readonly protected: boolean;
  readonly hooks: readonly string[];
}

const shownOfFile = 4000;
const shownOfAll = 12_000;
const shownCommits = 50;

export function cardOperands(sighting: Sighting): CardOperands {
  let left = shownOfAll;
  const files = sighting.operands.map((operand): CardFile => {
    const file = fileOf(operand, Math.min(shownOfFile, left));
    left -= file.text?.length ?? 0;
    return file;
  });
  return {
    ...(sighting.directory === undefined ? {} : { directory: seen(sighting.directory) }),
    files,
    git: sighting.git.flatMap(gitOf),
    whole: isWhole(sighting),
  };
}

function fileOf({ path, real, state }: Operand, most: number): CardFile {
  const named = { path: seen(path), ...(real === undefined ? {} : { real: seen(real) }) };
  if (state.is === 'absent' || state.is === 'unknown') return { ...named, is: state.is };
  const { is, sizeBytes, digest } = state;
  const file = { ...named, is, sizeBytes, ...(digest === undefined ? {} : { digest }) };
  if (state.is === 'folder' || state.text === undefined || isSecretPath(path) || isSecretPath(real ?? path))
    return file;
  const text = linesOf(withoutSecrets(state.text, () => 'hidden'));
  const shown = text.slice(0, most).toWellFormed();
  return {
    ...file,
    text: shown,
    ...(shown.length === text.length ? {} : { left: text.length - shown.length }),
  };
}

/** Lines stay lines: all else that hides is made visible. */
function linesOf(text: string): string {
  return text
    .split('\n')
    .map((line) => seen(line))
    .join('\n');
}

function gitOf(found: GitFound): readonly CardGit[] {
  if (!found.known) return [];
  const { does, repository, remote, base, updates, commits, touches, forced, hooks } = found;
  return [
    {
      ...{ does, base, touches, forced, protected: found.protected },
      repository: seen(repository),
      remote: seen(remote),
      updates: updates.map(({ to, commit, was }) =>
        seen(`${to}: ${was === '' ? 'new' : was} -> ${commit === '' ? 'deleted' : commit}`),
      ),
      commits: commits.slice(0, shownCommits).map(({ id, signer, subject }) => ({
        ...{ id, subject: seen(subject) },
        ...(signer === undefined ? {} : { signer: seen(signer) }),
      })),
      left: Math.max(0, commits.length - shownCommits),
      hooks: hooks.map(seen),
    },
  ];
}

function seen(text: string): string {
  return visible(text).text;
}
