// SPDX-License-Identifier: Apache-2.0
// The commands about labels: what they say and take, and which file does it.
import { type Command, Option } from 'commander';
import { levels } from '../core/label/label.ts';
import type { Daemon } from '../edges/cli/client.ts';
import { neededReason, several } from './cli-option.ts';

export function addLabels(program: Command, { daemon }: { readonly daemon: () => Daemon }): void {
  const label = program
    .command('label')
    .description('labels of what was read and written, and what lowers them');
  const of = (command: Command): Command =>
    command
      .addOption(new Option('--task <id>', 'of all that a task has read').conflicts('store'))
      .option('--store <name>', 'of what was written to a store: a server, or what its catalogue calls it');
  const low = (command: Command): Command =>
    of(command)
      .option('--item <item>', 'of the store, as `label show` has it (default: all of it)')
      .addOption(neededReason())
      .option('--json', 'print one JSON object');
  of(label.command('show').description('the labels of a task, or of what was written to a store'))
    .option('--json', 'print one JSON object')
    .action(async (flags) => (await import('../edges/cli/label.ts')).showLabels(daemon(), flags));
  low(
    label
      .command('endorse')
      .description('vouch for what was read or written: it counts as trusted from here on'),
  )
    .addOption(several('--source <server/tool>', 'vouch for what came from there alone; again for more'))
    .action(async (flags) => (await import('../edges/cli/label.ts')).endorseLabel(daemon(), flags));
  low(
    label
      .command('declassify')
      .description('say that what was read or written is less confidential from here on'),
  )
    .addOption(new Option('--level <level>', 'at most that').choices([...levels]))
    .addOption(several('--category <name>', 'a category that it is not of; again for more'))
    .addOption(several('--reader <name>', 'who may read it as well; again for more'))
    .option('--everyone', 'everyone may read it')
    .action(async (flags) => (await import('../edges/cli/label.ts')).declassifyLabel(daemon(), flags));
}
