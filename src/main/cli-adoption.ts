// SPDX-License-Identifier: Apache-2.0
// The commands for getting in and staying in: policies, catalogue, init, the stdio relay, status and doctor.
import type { Command } from 'commander';
import { askOnTerminal } from '../edges/cli/ask.ts';
import type { Daemon } from '../edges/cli/client.ts';

export interface Surroundings {
  readonly daemon: () => Daemon;
  readonly dataDir: () => string;
}

export function addAdoption(program: Command, { daemon }: Surroundings): void {
  const policy = program.command('policy').description('the rules that decide');
  policy
    .command('check')
    .description('whether policies fit the catalogue; changes nothing (exit 3: they do not)')
    .argument('[dir]', 'Cedar policies (default: ./policies, else the starter policies)')
    .option('--catalogue <dir>', 'what each tool is (default: ./catalogue)')
    .option('--schema', 'print the Cedar schema that policies are checked against')
    .option('--json', 'print one JSON object')
    .action(async (dir, flags) => {
      const { checkPolicies } = await import('./check.ts');
      const { reportCheck } = await import('../edges/cli/policy.ts');
      process.exitCode = reportCheck(checkPolicies(dir, flags.catalogue, process.env), flags);
    });

  const catalogue = program.command('catalogue').description('what each tool is, as a person accepted it');
  catalogue
    .command('diff')
    .description('live tools against the accepted ones (exit 2: they differ)')
    .argument('[server]')
    .option('--json', 'print one JSON object')
    .action(async (server, flags) => {
      const { catalogueDiff } = await import('../edges/cli/catalogue.ts');
      process.exitCode = await catalogueDiff(daemon(), server, flags.json === true);
    });
  catalogue
    .command('accept')
    .description('agree to what a server declares now; it can be called from then on')
    .argument('<server>')
    .argument('[tool...]')
    .option('--all', 'everything that differs')
    .option('--dry-run', 'show what would be accepted')
    .option('--yes', 'do not ask')
    .option('--reason <text>', 'for the record', '')
    .option('--json', 'print one JSON object')
    .action(async (server, tools, flags) => {
      const { catalogueAccept } = await import('../edges/cli/catalogue.ts');
      await catalogueAccept(daemon(), server, tools, flags, askOnTerminal());
    });
}
