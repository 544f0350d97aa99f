// SPDX-License-Identifier: Apache-2.0
// The commands for reading and proving: what happened, why, and that it is what was written.
import { type Command, Option } from 'commander';
import type { Books } from '../edges/cli/books.ts';
import type { Daemon } from '../edges/cli/client.ts';

export interface Surroundings {
  readonly daemon: () => Daemon;
  readonly dataDir: () => string;
  readonly stdin: () => Promise<string>;
}

const keyOption = [
  '--key <key>',
  "the log's public key, or a file with it (default: log.pub of the data directory)",
] as const;

export function addEvidence(program: Command, { daemon, dataDir, stdin }: Surroundings): void {
  const books = async (): Promise<Books> => (await import('./evidence.ts')).booksOf(dataDir(), process.env);

  program
    .command('log')
    .description('what happened, one line for each event')
    .option('--type <type>', 'events of this type: decision, observation, revoked')
    .addOption(
      new Option('--outcome <outcome>', 'decisions with this outcome').choices([
        'allow',
        'deny',
        'modify',
        'step_up',
        'defer',
      ]),
    )
    .option('--agent <id>', 'of this agent')
    .option('--task <id>', 'of this task')
    .option('--session <id>', 'of this session')
    .option('--tool <name>', 'decisions about this tool: NAME or SERVER/NAME')
    .option('--policy <id>', 'decisions in which this policy was satisfied or failed')
    .option('--since <time>', 'from then on: 90s, 1h, 2026-07-28T12:00:00Z (default: from the first)')
    .option('-n, --last <count>', 'only the newest (default: all; 10 with --follow)')
    .option('-f, --follow', 'go on as things happen')
    .option('--json', 'one JSON object a line')
    .addOption(
      new Option('--format <format>', 'decisions as lines of the decision log of OPA').choices(['opa']),
    )
    .action(async (flags) => {
      const stop = new AbortController();
      process.once('SIGINT', () => stop.abort());
      const { showLog } = await import('../edges/cli/log.ts');
      await showLog(daemon(), await books(), flags, Date.now(), stop.signal);
    });

  program
    .command('explain')
    .description('why a decision was what it was, and what would have made it another')
    .argument('<decision>', 'its id, or the beginning of it')
    .option('--json', 'print one JSON object')
    .action(async (id, flags) => {
      const { explainDecision } = await import('../edges/cli/explain.ts');
      await explainDecision(daemon(), await books(), id, flags.json === true);
    });

  program
    .command('verify')
    .description('whether the log is the one that was written (exit 2: it is not; 4: it cannot be read)')
    .option('--head <file>', 'a head that was kept elsewhere; `-` reads it from standard input')
    .option(...keyOption)
    .option('--payloads', 'compare the contents beside the records too, where their keys exist')
    .addOption(
      new Option('--receipt <file>', 'check a receipt instead: offline, with the key alone').conflicts([
        'head',
        'payloads',
      ]),
    )
    .option('--record <file>', 'the record of the receipt, where it is not in it')
    .option('--json', 'print one JSON object')
    .action(async (flags) => (await import('../edges/cli/verify.ts')).verifyLog(await books(), flags, stdin));

  program
    .command('head')
    .description('print the newest signed head: keep it where the owner of the store cannot change it')
    .option(...keyOption)
    .action(async (flags) => (await import('../edges/cli/head.ts')).showHead(await books(), flags));

  program
    .command('receipt')
    .description('print a receipt: proof for a stranger, offline, that the record is in the log')
    .argument('<decision>', 'its id, or the beginning of it')
    .option('--out <file>', 'write it there (default: to standard output)')
    .option(...keyOption)
    .action(async (id, flags) =>
      (await import('../edges/cli/receipt.ts')).giveReceipt(await books(), id, flags),
    );
}
