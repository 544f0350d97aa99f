// SPDX-License-Identifier: Apache-2.0
// The commands that bring policies into force, try them, and go back.
import { resolve } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Daemon } from '../edges/cli/client.ts';

export function addPublication(policy: Command, daemon: () => Daemon): void {
  policy
    .command('publish')
    .description("bring the daemon's files into force, catalogue included (exit 3: they are invalid)")
    .argument('[dir]', 'with `--mode shadow`, the policies to try (default: those of the daemon)')
    .addOption(
      new Option(
        '--mode <mode>',
        '`shadow` tries them beside those in force and records what they would say; `off` ends that',
      )
        .choices(['enforce', 'shadow', 'off'])
        .default('enforce'),
    )
    .option('--reason <text>', 'for the record (default: published by command)')
    .option('--json', 'print one JSON object')
    .action(async (dir, flags) => {
      const { publishPolicies } = await import('../edges/cli/publication.ts');
      const from = dir === undefined ? {} : { dir: resolve(dir) };
      await publishPolicies(daemon(), { ...flags, ...from });
    });

  policy
    .command('candidate')
    .description('what the policies that are tried would have said otherwise (exit 2: something)')
    .option('--json', 'print one JSON object')
    .action(async (flags) => {
      const { showCandidate } = await import('../edges/cli/publication.ts');
      process.exitCode = await showCandidate(daemon(), flags.json === true);
    });

  policy
    .command('log')
    .description('what was published: when, by whom, why')
    .option('--limit <n>', 'at most so many, the newest', countOf, 20)
    .option('--json', 'print one JSON object')
    .action(async (flags) => {
      const { showPublications } = await import('../edges/cli/publication.ts');
      await showPublications(daemon(), flags.limit, flags.json === true);
    });

  policy
    .command('rollback')
    .description('bring policies into force that were in force before, over the catalogue of now')
    .argument('[publication]', 'its record or digest, as `policy log` has them (default: the one before)')
    .option('--reason <text>', 'for the record (default: rolled back by command)')
    .option('--dry-run', 'say what would come into force')
    .option('--json', 'print one JSON object')
    .action(async (to, flags) => {
      const { rollBack } = await import('../edges/cli/publication.ts');
      await rollBack(daemon(), to, flags);
    });
}

function countOf(text: string): number {
  if (!/^[1-9]\d{0,2}$/.test(text)) throw new InvalidArgumentError('Write a number from 1 to 999.');
  return Number(text);
}
