// SPDX-License-Identifier: Apache-2.0
/**
 * Operands as policy sees them and as the record of the decision keeps them: bounded, and without secrets.
 * Who decides it again looks at nothing.
 *
 * Only where a call names something that can change: other records do not grow.
 *
 * Source: docs/policy-reference.md, "What can be looked at".
 */
import type { CedarRecord } from '../policy/values.ts';
import type { Fact } from '../record/events/decision.ts';
import { type Pseudonym, withoutSecrets } from '../record/secret.ts';
import { type GitFound, gitContext, gitFromWords, gitWords, type SeenGit, seenOfGit } from './git.ts';
import { isSeen, isWhole, type Operand, type Sighting } from './operand.ts';
import { isSecretPath } from './secret-path.ts';

export interface SeenFiles {
  /** Each of them was looked at. */
  readonly known: boolean;
  /** Nothing else is named, here or in the record. */
  readonly whole: boolean;
  /** Those that are there. Absolute. */
  readonly files: readonly string[];
  /** Of contents: `sha256:...`. One that holds secrets by its name has none here. */
  readonly digests: readonly string[];
}

export interface Seen {
  readonly operands?: SeenFiles;
  readonly push?: SeenGit;
  readonly merge?: SeenGit;
}

const maxFiles = 6;
/** Of all names together: a record has its size. */
const maxNameBytes = 256;

export function seenOf(sighting: Sighting, pseudonym: Pseudonym): Seen {
  const { operands, git } = sighting;
  const of = (does: GitFound['does']) => git.filter((one) => one.does === does);
  const [pushes, merges] = [of('push'), of('merge')];
  return {
    ...(operands.every(({ state }) => state.is === 'absent')
      ? {}
      : { operands: seenOfFiles(sighting, pseudonym) }),
    ...(pushes.length === 0 ? {} : { push: seenOfGit(pushes) }),
    ...(merges.length === 0 ? {} : { merge: seenOfGit(merges) }),
  };
}

function seenOfFiles(sighting: Sighting, pseudonym: Pseudonym): SeenFiles {
  let left = maxNameBytes;
  let whole = isWhole(sighting);
  const files: string[] = [];
  const digests: string[] = [];
  for (const operand of sighting.operands.filter(({ state }) => state.is !== 'absent')) {
    const name = withoutSecrets(operand.path, pseudonym);
    const bytes = Buffer.byteLength(name);
    if (files.length >= maxFiles || bytes > left || !name.isWellFormed()) {
      whole = false;
      continue;
    }
    left -= bytes;
    files.push(name);
    const digest = toldDigest(operand);
    if (digest !== undefined) digests.push(digest);
  }
  return { known: isSeen({ ...sighting, git: [] }), whole, files, digests };
}

/** Few enough secrets could be guessed by a digest: a record outlives them. */
function toldDigest({ path, real, state }: Operand): string | undefined {
  if (state.is !== 'file' && state.is !== 'folder') return undefined;
  return isSecretPath(path) || isSecretPath(real ?? path) ? undefined : state.digest;
}

/** As members of the context. */
export function seenContext({ operands, push, merge }: Seen): CedarRecord {
  const git = {
    ...(push === undefined ? {} : { push: gitContext(push) }),
    ...(merge === undefined ? {} : { merge: gitContext(merge) }),
  };
  return {
    ...(operands === undefined ? {} : { operands: { ...operands } }),
    ...(push === undefined && merge === undefined ? {} : { git }),
  };
}

type Facts = { readonly [name: string]: Fact };

export const seenFacts = ['operands', 'git.push', 'git.merge'] as const;

export function seenRecord({ operands, push, merge }: Seen, at: number): Facts {
  const fact = (source: string, value: readonly string[]): Fact => ({ value, source, t: at });
  return {
    ...(operands === undefined ? {} : { operands: fact('files', fileWords(operands)) }),
    ...(push === undefined ? {} : { 'git.push': fact('git', gitWords(push)) }),
    ...(merge === undefined ? {} : { 'git.merge': fact('git', gitWords(merge)) }),
  };
}

/** `['known', 'whole', 'digest sha256:...', 'file /w/deploy.sh']`. */
function fileWords({ known, whole, files, digests }: SeenFiles): readonly string[] {
  return [
    ...(known ? ['known'] : []),
    ...(whole ? ['whole'] : []),
    ...digests.map((one) => `digest ${one}`),
    ...files.map((one) => `file ${one}`),
  ];
}

export function seenFrom(facts: Facts): Seen {
  const wordsOf = (name: string): readonly string[] | undefined => {
    const value = Object.hasOwn(facts, name) ? facts[name]?.value : undefined;
    if (value === undefined) return undefined;
    return Array.isArray(value) ? value : [];
  };
  const [files, push, merge] = seenFacts.map(wordsOf);
  const under = (name: string) =>
    (files ?? []).flatMap((one) => (one.startsWith(`${name} `) ? [one.slice(name.length + 1)] : []));
  return {
    ...(files === undefined
      ? {}
      : {
          operands: {
            ...{ known: files.includes('known'), whole: files.includes('whole') },
            ...{ files: under('file'), digests: under('digest') },
          },
        }),
    ...(push === undefined ? {} : { push: gitFromWords(push) }),
    ...(merge === undefined ? {} : { merge: gitFromWords(merge) }),
  };
}
