// SPDX-License-Identifier: Apache-2.0
// The commands about messages to people.
import type { Command } from 'commander';
import type { Daemon } from '../edges/cli/client.ts';

export function addMessages(program: Command, { daemon }: { readonly daemon: () => Daemon }): void {
  const messages = program.command('messages').description('where people are told what waits');
  const load = () => import('../edges/cli/messages.ts');

  messages
    .command('ls')
    .description('the targets of messages, what waits for each, and which of them fail')
    .option('--json', 'print one JSON object')
    .action(async (flags) => (await load()).listMessages(daemon(), flags.json === true));
  messages
    .command('test')
    .description('send a target one message that says that it is a test (exit 2: it did not arrive)')
    .argument('<target>', 'its name in the file of messages')
    .option('--json', 'print one JSON object')
    .action(async (target, flags) => {
      process.exitCode = await (await load()).testMessage(daemon(), target, flags.json === true);
    });
}
