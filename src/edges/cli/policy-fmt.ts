// SPDX-License-Identifier: Apache-2.0
// `countersign policy fmt`: policy files laid out alike.
import { exit, print, say } from './exit.ts';
import { type Problem, placed } from './policy.ts';
import { printable } from './printable.ts';

export interface FormattedFile {
  readonly file: string;
  readonly kind: 'same' | 'changed' | 'left' | 'refused';
  /** Of what was left as it is. */
  readonly why?: string;
  readonly problems?: readonly Problem[];
}

/** @returns the exit code: what cannot be read outweighs what is laid out otherwise */
export function reportFormats(files: readonly FormattedFile[], check: boolean): number {
  for (const { file, kind, why, problems = [] } of files) {
    if (kind === 'changed') print(printable(check ? `${file} is laid out otherwise` : `laid out ${file}`));
    if (kind === 'left') say(printable(`${file} stays as it is: ${why ?? ''}`));
    for (const problem of problems) say(printable(placed(problem)));
  }
  if (files.some(({ kind }) => kind === 'refused')) return exit.invalid;
  return check && files.some(({ kind }) => kind === 'changed') ? exit.denied : exit.ok;
}
