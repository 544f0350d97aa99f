// SPDX-License-Identifier: Apache-2.0
// `countersign policy fmt`: policy files laid out alike.
import { exit, print, say } from './exit.ts';
import { printable } from './printable.ts';
import { type Problem, placed } from './problem.ts';

export interface FormattedFile {
  readonly file: string;
  readonly kind: 'same' | 'changed' | 'left' | 'refused';
  /** Of what was left as it is. */
  readonly why?: string;
  /** Policies of it that were left as they are. */
  readonly left?: number;
  readonly problems?: readonly Problem[];
}

/** @returns the exit code: what cannot be read outweighs what is laid out otherwise */
export function reportFormats(files: readonly FormattedFile[], check: boolean): number {
  for (const { file, kind, why, left = 0, problems = [] } of files) {
    if (kind === 'changed') print(printable(check ? `${file} is laid out otherwise` : `laid out ${file}`));
    if (kind === 'left') say(printable(`${file} stays as it is: ${why ?? ''}`));
    if (left > 0) say(printable(`${file}: ${left} policies with conditions over history stay as they are`));
    for (const problem of problems) say(placed(problem));
  }
  if (files.some(({ kind }) => kind === 'refused')) return exit.invalid;
  return check && files.some(({ kind }) => kind === 'changed') ? exit.denied : exit.ok;
}
