// SPDX-License-Identifier: Apache-2.0
// The commands about what people are asked altogether: how often, and what has to be looked at.
import { type Command, Option } from 'commander';
import type { Daemon } from '../edges/cli/client.ts';
import { paintFor } from '../edges/cli/printable.ts';
import { neededReason } from './cli-option.ts';

export function addReview(program: Command, { daemon }: { readonly daemon: () => Daemon }): void {
  const approvals = program.commands.find((command) => command.name() === 'approvals');
  approvals
    ?.command('load')
    .description('how often people are asked, how they answer, and which rules need not ask')
    .option('--since <time>', 'from then on: 30d, 12h, 2026-07-28T12:00:00Z', '30d')
    .addOption(
      new Option('-o, --output <form>', 'how it is printed').choices(['table', 'json']).default('table'),
    )
    .option('--json', 'print one JSON object')
    .action(async (flags) => {
      const { showLoad } = await import('../edges/cli/human-load.ts');
      await showLoad(daemon(), flags, Date.now(), paintFor(process.stdout, process.env));
    });

  const review = program
    .command('review')
    .description('what happened that somebody has to look at, and nobody waits for');
  const commands = () => import('../edges/cli/review.ts');
  review
    .command('ls')
    .description('what nobody has looked at yet')
    .option('--json', 'print one JSON object')
    .action(async (flags) => (await commands()).listReviews(daemon(), flags.json === true));
  review
    .command('show')
    .description('one of them, with the record to begin with')
    .argument('<review>', 'its id, as `review ls` has it')
    .option('--json', 'print one JSON object')
    .action(async (id, flags) => (await commands()).showReview(daemon(), id, flags.json === true));
  review
    .command('done')
    .description('say that somebody has looked at it, and what came of it')
    .argument('<review>', 'its id')
    .addOption(neededReason())
    .option('--as <person>', 'who you are, where your operator is several people in the file of approvers')
    .option('--last <record>', 'the newest record of it that you saw (default: it is shown now)')
    .option('--json', 'print one JSON object')
    .action(async (id, flags) => (await commands()).closeReview(daemon(), id, flags));
}
