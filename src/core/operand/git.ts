// SPDX-License-Identifier: Apache-2.0
/**
 * What a repository says of a push or a merge: which commits, who signed them, and where they would go.
 *
 * The repository is the agent's. Whatever is told here was worked out from objects whose names are their digests, and by
 * the operator's list of keys.
 *
 * Source: docs/adr/0031-operands.md.
 */
import type { CedarRecord } from '../policy/values.ts';

export type GitUnseen =
  | 'not_seen'
  | 'not_plain'
  | 'no_repository'
  | 'configured'
  | 'no_ref'
  | 'too_much'
  | 'failed';

export type GitFound =
  | { readonly does: 'push' | 'merge'; readonly known: false; readonly why: GitUnseen }
  | GitKnown;

export interface GitKnown {
  readonly does: 'push' | 'merge';
  readonly known: true;
  /** Of all that it rests on: refs, configuration, hooks, keys. Content is in the names of commits. */
  readonly state: string;
  readonly repository: string;
  /** Where it goes: an address or a path. Empty for a merge. */
  readonly remote: string;
  /** What is there already: asked of the remote itself, or taken from what the repository says of it. */
  readonly base: 'remote' | 'tracking' | 'here';
  readonly updates: readonly GitUpdate[];
  /** Those that come new to it, the newest first. */
  readonly commits: readonly GitCommit[];
  readonly touches: readonly string[];
  /** What is there is lost: a branch is moved to another line, or deleted. */
  readonly forced: boolean;
  /** A branch that the operator protects is among those that are moved. */
  readonly protected: boolean;
  /** Every commit is named by its whole id, so that nothing here can change which it is. */
  readonly pinned: boolean;
  /** Programs of the repository that run along: its hooks. */
  readonly hooks: readonly string[];
}

export interface GitUpdate {
  /** `refs/heads/fix`. */
  readonly to: string;
  /** Empty: it is deleted. */
  readonly commit: string;
  /** Empty: it is not there yet. */
  readonly was: string;
}

export interface GitCommit {
  readonly id: string;
  /** Who signed it, by the operator's list; absent: nobody who is in it. */
  readonly signer?: string;
  readonly subject: string;
}

/** What policy sees of it, and the record keeps. */
export interface SeenGit {
  readonly known: boolean;
  readonly commits: number;
  readonly unsigned: number;
  readonly signers: readonly string[];
  readonly branches: readonly string[];
  readonly remote: string;
  readonly base: string;
  readonly touches: readonly string[];
  readonly forced: boolean;
  readonly protected: boolean;
  readonly pinned: boolean;
}

/** Of what could not be looked at: the worst that it can be. */
export const unknownGit: SeenGit = {
  ...{ known: false, commits: 0, unsigned: 1, signers: [], branches: [], remote: '', base: 'tracking' },
  ...{ touches: [], forced: true, protected: true, pinned: false },
};

const maxNames = 4;
const maxNameLength = 96;

/** Of all pushes, or all merges, of one call. */
export function seenOfGit(found: readonly GitFound[]): SeenGit {
  const [only, ...others] = found;
  if (only === undefined || others.length > 0 || !only.known) return unknownGit;
  const { commits, updates, forced, protected: isProtected, pinned, base } = only;
  const signers = [...new Set(commits.flatMap(({ signer }) => signer ?? []))].sort();
  const branches = updates.map(({ to }) => to.replace(/^refs\/(?:heads\/)?/, '')).sort();
  const fits = (names: readonly string[]) =>
    names.length <= maxNames && names.every((name) => name.length <= maxNameLength);
  // What does not fit into a record is not told by halves.
  if (!fits(signers) || !fits(branches)) return unknownGit;
  return {
    known: true,
    commits: commits.length,
    unsigned: commits.filter(({ signer }) => signer === undefined).length,
    ...{ signers, branches, base, forced, protected: isProtected, pinned },
    remote: only.remote.length > maxNameLength ? '' : only.remote,
    touches: only.touches,
  };
}

export function gitContext(seen: SeenGit): CedarRecord {
  return { ...seen };
}

const flags = ['known', 'forced', 'protected', 'pinned'] as const;
const lists = ['signers', 'branches', 'touches'] as const;
const texts = ['remote', 'base'] as const;
const counts = ['commits', 'unsigned'] as const;

/** `['known', 'commits 2', 'signers ana@example.com', 'branches fix', ...]`. */
export function gitWords(seen: SeenGit): readonly string[] {
  return [
    ...flags.filter((name) => seen[name]),
    ...counts.map((name) => `${name} ${seen[name]}`),
    ...lists.flatMap((name) => seen[name].map((one) => `${name} ${one}`)),
    ...texts.map((name) => `${name} ${seen[name]}`),
  ];
}

/** What is not understood is the worst. */
export function gitFromWords(words: readonly string[]): SeenGit {
  if (!words.includes('known')) return unknownGit;
  const under = (name: string) =>
    words.flatMap((one) => (one.startsWith(`${name} `) ? [one.slice(name.length + 1)] : []));
  const count = (name: string) => Number(under(name)[0] ?? Number.NaN);
  const [commits, unsigned] = counts.map(count);
  if (commits === undefined || unsigned === undefined || !(commits >= 0) || !(unsigned >= 0))
    return unknownGit;
  return {
    ...{ known: true, commits, unsigned },
    ...{ signers: under('signers'), branches: under('branches'), touches: under('touches') },
    ...{ remote: under('remote')[0] ?? '', base: under('base')[0] ?? 'tracking' },
    ...{ forced: words.includes('forced'), protected: words.includes('protected') },
    pinned: words.includes('pinned'),
  };
}
