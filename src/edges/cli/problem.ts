// SPDX-License-Identifier: Apache-2.0
// What is wrong with a file, and where, as one line for people: file, line and column, as compilers write it.
import { CommandFailed, exit } from './exit.ts';
import { printable } from './printable.ts';

export interface Problem {
  readonly file: string;
  /** 0 where it is nowhere in the file. */
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** Names and messages quote what others wrote, so what would steer a terminal is shown. */
export function placed({ file, line, column, message }: Problem): string {
  return printable(line === 0 ? `${file}: ${message}` : `${file}:${line}:${column}: ${message}`);
}

/** Files that cannot come into force end the command. */
export function refusedFiles(problems: readonly Problem[]): CommandFailed {
  return new CommandFailed(problems.map(placed).join('\n'), exit.invalid, {
    code: 'files_refused',
    problems,
  });
}
