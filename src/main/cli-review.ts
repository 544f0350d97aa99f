// SPDX-License-Identifier: Apache-2.0
// The commands about what people are asked altogether: how often, and what has to be looked at.
import { type Command, Option } from 'commander';
import type { Daemon } from '../edges/cli/client.ts';
import { paintFor } from '../edges/cli/printable.ts';

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
}
