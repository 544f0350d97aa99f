// SPDX-License-Identifier: Apache-2.0
// Questions to the person at the terminal. Without a terminal nobody is there to ask, and silence is no yes.
import { CommandFailed, exit } from './exit.ts';

export interface Ask {
  /** @throws {CommandFailed} there is no terminal */
  confirm(question: string): Promise<boolean>;
  /** @returns the chosen one, or undefined when the person leaves */
  choose(
    question: string,
    options: readonly { readonly value: string; readonly label: string }[],
  ): Promise<string | undefined>;
  readonly isTerminal: boolean;
}

/** The questions go to standard error: standard output is for results. */
export function askOnTerminal(): Ask {
  const isTerminal = process.stdin.isTTY === true && process.stderr.isTTY === true;
  const terminal = { input: process.stdin, output: process.stderr };
  return {
    isTerminal,
    async confirm(question) {
      if (!isTerminal) throw new CommandFailed('there is no terminal to ask on: say --yes', exit.usage);
      const { confirm } = await import('@clack/prompts');
      return (await confirm({ message: question, initialValue: false, ...terminal })) === true;
    },
    async choose(question, options) {
      if (!isTerminal) return undefined;
      const { select, isCancel } = await import('@clack/prompts');
      const answer = await select({ message: question, options: [...options], ...terminal });
      return isCancel(answer) ? undefined : answer;
    },
  };
}
