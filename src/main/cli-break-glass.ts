// SPDX-License-Identifier: Apache-2.0
// The commands for breaking the glass.
import { type Command, Option } from 'commander';
import { askOnTerminal } from '../edges/cli/ask.ts';
import type { OpenFlags } from '../edges/cli/break-glass.ts';
import type { Daemon } from '../edges/cli/client.ts';
import { paintFor } from '../edges/cli/printable.ts';
import { durationOf, neededReason } from './cli-option.ts';

export function addBreakGlass(program: Command, { daemon }: { readonly daemon: () => Daemon }): void {
  const glass = program
    .command('break-glass')
    .description('take away for minutes, for one task, the forbids that say who may break the glass');
  const load = () => import('../edges/cli/break-glass.ts');

  glass
    .command('open')
    .description('ask for it and say yes, as one of the group; a second person has to say yes as well')
    .argument('<task>', 'the task that it is for')
    .requiredOption('--group <group>', 'of which people, as `@break_glass` names it')
    .addOption(neededReason())
    .addOption(
      new Option('--for <duration>', 'from the second yes on, at most 1h')
        .argParser(durationOf)
        .default(900_000, '15m'),
    )
    .option('--as <person>', 'who you are, where your operator is several people in the file of approvers')
    .option('--dry-run', 'only say what it would take away, and who has to say yes')
    .option('--yes', 'do not ask')
    .option('--json', 'print one JSON object')
    .action(
      async (
        task: string,
        { for: forMs, ...flags }: Omit<OpenFlags, 'task' | 'forMs'> & { readonly for: number },
      ) => {
        const { openGlass } = await load();
        await openGlass(
          daemon(),
          askOnTerminal(),
          { ...flags, task, forMs },
          paintFor(process.stderr, process.env),
        );
      },
    );
  glass
    .command('ls')
    .description('what is open, or waits for its second person')
    .option('--json', 'print one JSON object')
    .action(async (flags) => (await load()).listGlass(daemon(), flags.json === true));
  glass
    .command('close')
    .description('end it before its time')
    .argument('<task>', 'the task that it is open for')
    .addOption(neededReason())
    .option('--dry-run', 'only say what is open')
    .option('--json', 'print one JSON object')
    .action(async (task: string, flags) => (await load()).closeGlass(daemon(), task, flags));
}
