// SPDX-License-Identifier: Apache-2.0
// The commands for who may approve.
import type { Command } from 'commander';
import type { Daemon } from '../edges/cli/client.ts';

export function addApprovers(program: Command, { daemon }: { readonly daemon: () => Daemon }): void {
  const approvers = program.command('approvers').description('who may approve, and with what');
  const load = () => import('../edges/cli/approvers.ts');

  approvers
    .command('ls')
    .description('the people in force, their groups, and whether who approves has to sign in')
    .option('--json', 'print one JSON object')
    .action(async (flags) => (await load()).listApprovers(daemon(), flags.json === true));
  approvers
    .command('passkeys')
    .description('which passkeys they have')
    .option('--json', 'print one JSON object')
    .action(async (flags) => (await load()).listPasskeys(daemon(), flags.json === true));
  approvers
    .command('enroll')
    .description('print a link, good once, for the first passkey: from then on who approves signs in')
    .argument('<person>', 'somebody of the group `keepers`')
    .option('--json', 'print one JSON object')
    .action(async (person, flags) => (await load()).enrollApprover(daemon(), person, flags.json === true));
}
