// SPDX-License-Identifier: Apache-2.0
/**
 * Whether a shell command is one plain command that only works on the project: what the catalogue has as
 * `Bash.project`. Everything else is `Bash`, of which nothing is known.
 *
 * No parser of shells: a command with anything that a shell could read in another way is not plain. It says what is
 * run, not what that does: tests and build scripts are the project's own programs.
 */

import { isSecretPath } from '../../core/operand/secret-path.ts';
import { absolute, type Ground, placeOf } from './place.ts';

/** What may follow is the command's own business, options that name programs or files elsewhere aside. */
const known: readonly (readonly string[])[] = [
  ['cargo', 'build'],
  ['cargo', 'check'],
  ['cargo', 'clippy'],
  ['cargo', 'fmt'],
  ['cargo', 'test'],
  ['cat'],
  ['git', 'add'],
  ['git', 'commit'],
  ['git', 'diff'],
  ['git', 'log'],
  ['git', 'rev-parse'],
  ['git', 'show'],
  ['git', 'status'],
  ['go', 'build'],
  ['go', 'test'],
  ['go', 'vet'],
  ['head'],
  ['ls'],
  ['make'],
  ['mkdir'],
  ['node', '--test'],
  ['npm', 'run'],
  ['npm', 'test'],
  ['pnpm', 'run'],
  ['pnpm', 'test'],
  ['pwd'],
  ['pytest'],
  ['tail'],
  ['wc'],
  ['yarn', 'run'],
  ['yarn', 'test'],
];

const telling = /output|exec|ext-diff|textconv|git-dir|work-tree|no-index|config|prefix|pager|file=|^-[cCfO]/;
const maxLength = 2000;

export function isProjectCommand(command: string, cwd: string, ground: Ground): boolean {
  const words = wordsOf(command);
  if (words === undefined) return false;
  const start = known.find((one) => one.every((word, i) => words[i] === word));
  if (start === undefined) return false;
  if (placeOf(cwd, ground) !== 'project') return false;
  const isMessage = (i: number) => words[0] === 'git' && words[1] === 'commit' && words[i - 1] === '-m';
  return words
    .slice(start.length)
    .every((word, i) => isMessage(i + start.length) || staysInside(word, cwd, ground));
}

/** @param word an option, a name, a path, or several of them: `HEAD:src/a.ts`, `--grep=x` */
function staysInside(word: string, cwd: string, ground: Ground): boolean {
  if (word.startsWith('-') && (telling.test(word) || !/^--?[A-Za-z0-9-]*(?:=|$)/.test(word))) return false;
  return word
    .split(/[:=,]/)
    .filter((part) => part !== '' && !part.startsWith('-'))
    .every((part) => !isSecretPath(part) && placeOf(absolute(part, cwd, ground), ground) === 'project');
}

/** Words with no meaning to a shell but their own; quoted text only where nothing in it means anything either. */
function wordsOf(command: string): readonly string[] | undefined {
  if (command.length > maxLength) return undefined;
  const words: string[] = [];
  const word = /(?:[A-Za-z0-9_./:=,@%+-]|'[^'$`\\!\p{C}]*'|"[^"$`\\!\p{C}]*")+/uy;
  let at = 0;
  while (at < command.length) {
    if (command[at] === ' ') {
      at += 1;
      continue;
    }
    word.lastIndex = at;
    const found = word.exec(command)?.[0];
    if (found === undefined) return undefined;
    at += found.length;
    if (at < command.length && command[at] !== ' ') return undefined;
    words.push(found.replace(/'([^']*)'|"([^"]*)"/g, (_, single, double) => single ?? double));
  }
  // `NAME=value command` sets a variable for it.
  return words[0]?.includes('=') === true ? undefined : words;
}
