// SPDX-License-Identifier: Apache-2.0
// The commands about calls that wait: what they say and take, and which file does it.
import type { Command } from 'commander';
import type { Daemon } from '../edges/cli/client.ts';
import { neededReason } from './cli-option.ts';

export function addDeferrals(program: Command, { daemon }: { readonly daemon: () => Daemon }): void {
  const deferrals = program
    .command('deferrals')
    .description('calls that wait for a signal, a window, a time or another call');
  const load = () => import('../edges/cli/deferrals.ts');
  deferrals
    .command('ls')
    .description('what waits, what for, and until when at most')
    .option('--json', 'print one JSON object')
    .action(async (flags) => (await load()).listDeferrals(daemon(), flags.json === true));
  deferrals
    .command('show')
    .description('one call that waits, or waited in vain')
    .argument('<deferral>', 'its id, as `ls` and the refusal have it')
    .option('--json', 'print one JSON object')
    .action(async (id, flags) => (await load()).showDeferral(daemon(), id, flags.json === true));
  deferrals
    .command('cancel')
    .description('end the wait of a call: it is denied, and the agent is told why')
    .argument('<deferral>', 'its id, as `ls` has it')
    .addOption(neededReason())
    .option('--json', 'print one JSON object')
    .action(async (id, flags) =>
      (await load()).cancelDeferral(daemon(), id, flags.reason, flags.json === true),
    );
}
