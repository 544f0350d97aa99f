// SPDX-License-Identifier: Apache-2.0
// What was found of what calls name and others can change, as a suite says: `git: { push: { commits: 1, unsigned: 1 } }`.
// What is not said of a push is harmless; `known: false` is the worst.
import { type SeenGit, unknownGit } from '../../core/operand/git.ts';
import type { Seen, SeenFiles } from '../../core/operand/seen.ts';
import { touchedKinds } from '../../core/operand/touched-paths.ts';
import {
  booleanOf,
  type Field,
  knownFieldsOf,
  type Reading,
  stringOf,
  stringsOf,
} from '../catalogue-files/yaml.ts';

const flags = ['known', 'forced', 'protected', 'pinned'] as const;
const lists = ['signers', 'branches', 'touches'] as const;
const texts = ['remote', 'base'] as const;
const counts = ['commits', 'unsigned'] as const;

const harmless: SeenGit = {
  ...{ known: true, commits: 1, unsigned: 0, signers: ['dev@acme.example'], branches: ['fix'] },
  ...{ remote: 'https://git.acme.example/shop.git', base: 'remote', touches: [] },
  ...{ forced: false, protected: false, pinned: false },
};

/** @param countOf reads a whole number */
export function readSeen(
  reading: Reading,
  git: Field | undefined,
  operands: Field | undefined,
  before: { readonly seen?: Seen },
  countOf: (field: Field | undefined) => number | undefined,
): { readonly seen?: Seen } {
  if (git === undefined && operands === undefined)
    return before.seen === undefined ? {} : { seen: before.seen };
  const acts = knownFieldsOf(reading, git?.value ?? null, 'what git says', ['push', 'merge']);
  const [push, merge] = (['push', 'merge'] as const).map((name) => {
    const field = acts?.get(name);
    return field === undefined ? undefined : readGit(reading, field, countOf);
  });
  const files = operands === undefined ? undefined : readFiles(reading, operands);
  return {
    seen: {
      ...before.seen,
      ...(push === undefined ? {} : { push }),
      ...(merge === undefined ? {} : { merge }),
      ...(files === undefined ? {} : { operands: files }),
    },
  };
}

function readGit(
  reading: Reading,
  field: Field,
  countOf: (field: Field | undefined) => number | undefined,
): SeenGit {
  const said = knownFieldsOf(reading, field.value, 'an act of git', [
    ...flags,
    ...lists,
    ...texts,
    ...counts,
  ]);
  const isKnown = booleanOf(reading, said?.get('known'), '`known`') ?? true;
  const base = isKnown ? harmless : unknownGit;
  const read = <T>(names: readonly string[], of: (field: Field | undefined, name: string) => T | undefined) =>
    Object.fromEntries(
      names.flatMap((name) => {
        const value = said?.has(name) === true ? of(said.get(name), name) : undefined;
        return value === undefined ? [] : [[name, value] as const];
      }),
    );
  const touches = stringsOf(reading, said?.get('touches'), '`touches`') ?? [];
  if (touches.some((one) => !touchedKinds.some((kind) => kind === one)))
    reading.report(said?.get('touches')?.value ?? null, `\`touches\` is of ${touchedKinds.join(', ')}`);
  return {
    ...base,
    ...read(flags, (one, name) => booleanOf(reading, one, `\`${name}\``)),
    ...read(lists, (one, name) => stringsOf(reading, one, `\`${name}\``)),
    ...read(texts, (one, name) => stringOf(reading, one, `\`${name}\``)),
    ...read(counts, (one) => countOf(one)),
  };
}

function readFiles(reading: Reading, field: Field): SeenFiles {
  const said = knownFieldsOf(reading, field.value, 'operands', ['known', 'whole', 'files', 'digests']);
  return {
    known: booleanOf(reading, said?.get('known'), '`known`') ?? true,
    whole: booleanOf(reading, said?.get('whole'), '`whole`') ?? true,
    files: stringsOf(reading, said?.get('files'), '`files`') ?? [],
    digests: stringsOf(reading, said?.get('digests'), '`digests`') ?? [],
  };
}
