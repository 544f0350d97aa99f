// SPDX-License-Identifier: Apache-2.0
// The commands about signals: what they say and take, and which file does it.
import type { Command } from 'commander';
import type { Daemon } from '../edges/cli/client.ts';
import { neededReason, reason } from './cli-option.ts';

export function addSignals(program: Command, { daemon }: { readonly daemon: () => Daemon }): void {
  const signal = program
    .command('signal')
    .description('live facts that policies read: what was said, and by whom');
  const load = () => import('../edges/cli/signal.ts');
  signal
    .command('ls')
    .description('every signal and calendar, whether it counts, and what it says')
    .option('--json', 'print one JSON object')
    .action(async (flags) => (await load()).listSignals(daemon(), flags.json === true));
  signal
    .command('show')
    .description('one signal, with what was said of it last')
    .argument('<name>', 'which one: dependency.payments')
    .option('--json', 'print one JSON object')
    .action(async (name, flags) => (await load()).showSignal(daemon(), name, flags.json === true));
  signal
    .command('set')
    .description('say what a signal is now: it counts for a while, and then it is missing')
    .argument('<name>', 'which one: dependency.payments')
    .argument('<value>', 'one that the file of signals knows: healthy, true, 3')
    .option('--max-age <duration>', 'how long it counts (default: as long as the file allows)')
    .addOption(reason())
    .option('--json', 'print one JSON object')
    .action(async (name, value, flags) => (await load()).setSignal(daemon(), name, value, flags));
  signal
    .command('clear')
    .description('take back what was said of a signal: it is missing from then on')
    .argument('<name>', 'which one: dependency.payments')
    .addOption(neededReason())
    .option('--json', 'print one JSON object')
    .action(async (name, flags) =>
      (await load()).clearSignal(daemon(), name, flags.reason, flags.json === true),
    );
  signal
    .command('token')
    .description('make a token for a source, and its digest for the file of signals; needs no daemon')
    .option('--json', 'print one JSON object')
    .action(async (flags) => (await load()).newToken(flags.json === true));
}
