// SPDX-License-Identifier: Apache-2.0
// The commands for people who are asked.
import { type Command, Option } from 'commander';
import { askOnTerminal } from '../edges/cli/ask.ts';
import type { Daemon } from '../edges/cli/client.ts';
import { CommandFailed, exit } from '../edges/cli/exit.ts';
import { paintFor } from '../edges/cli/printable.ts';
import { countOf, durationOf, reason, several } from './cli-option.ts';

interface ApproveFlags {
  readonly reason: string;
  readonly as?: string;
  readonly card?: string;
  readonly yes?: boolean;
  readonly json?: boolean;
  readonly edit?: string;
  readonly forTask?: boolean;
  readonly count: number;
  readonly for: number;
  readonly constrain: readonly string[];
  readonly dryRun?: boolean;
  readonly like?: string;
}

export function addApprovals(program: Command, { daemon }: { readonly daemon: () => Daemon }): void {
  const approvals = program.command('approvals').description('what waits for people, and their answers');
  const load = () => import('../edges/cli/approvals.ts');

  approvals
    .command('ls')
    .description('what waits for people, or for the agent to make the approved call')
    .option('--all', 'what has to be looked at afterwards as well, which nobody waits for')
    .option('--json', 'print one JSON object')
    .action(async (flags) => {
      const json = flags.json === true;
      if (flags.all === true) await (await import('../edges/cli/review.ts')).listAll(daemon(), json);
      else await (await load()).listApprovals(daemon(), json);
    });
  approvals
    .command('show')
    .description('one request, as whoever decides it has to see it: what is done, for whom, why it is asked')
    .argument('<approval>', 'its id, as the agent was told it and `approvals ls` lists it')
    .option('--json', 'print one JSON object')
    .action(async (id, flags) => {
      const { showApproval } = await load();
      await showApproval(daemon(), id, flags.json === true, paintFor(process.stdout, process.env));
    });
  const decides = (command: Command): Command =>
    command
      .argument('[approval...]', 'its id; several that are alike are shown one by one, and answered together')
      .option('--like <approval>', 'all that wait and differ from this one in their arguments alone')
      .option('--as <person>', 'who you are, where your operator is several people in the file of approvers')
      .option('--card <digest>', 'of the card that you were shown elsewhere (default: it is shown now)')
      .option('--yes', 'do not ask')
      .option('--json', 'print one JSON object');
  decides(
    approvals
      .command('approve')
      .description('say yes to just this call, once, as one of the people whom policy names')
      .option(
        '--edit <file>',
        'to other arguments: a file of all of them, as JSON; everybody is asked about that',
      )
      .option('--for-task', 'to so many calls like it, until the task ends; everybody is asked about that')
      .addOption(new Option('--count <n>', 'with --for-task: how many').argParser(countOf).default(3))
      .addOption(
        new Option('--for <duration>', 'with --for-task: how long, at most 8h')
          .argParser(durationOf)
          .default(3_600_000, '1h'),
      )
      .addOption(
        several(
          '--constrain <rule>',
          'with --for-task: an argument that may be another: `amount=0..5000`, `path=within:/srv`, `url=host:a.org`, `id=a,b`',
        ),
      )
      .option('--dry-run', 'with --edit or --for-task: only say what it would be')
      .addOption(reason()),
  ).action(approve);
  decides(
    approvals
      .command('refuse')
      .description('say no: the agent is told why, and the same call is not asked about again for now')
      .requiredOption('--reason <text>', 'why, for the agent and the record'),
  ).action(async (ids, flags) => decide(ids, 'refuse', flags));

  async function approve(ids: readonly string[], flags: ApproveFlags): Promise<void> {
    const { edit, forTask, count, for: forMs, constrain } = flags;
    if (edit === undefined && forTask !== true) return decide(ids, 'approve', flags);
    const [id, ...more] = ids;
    if (id === undefined || more.length > 0 || flags.like !== undefined)
      throw new CommandFailed('`--edit` and `--for-task` are about one request: name it', exit.usage);
    if (edit !== undefined && forTask === true)
      throw new CommandFailed('what is changed is approved once: `--edit` or `--for-task`', exit.usage);
    const { approveEdited, approveForTask, freeArgument } = await import('../edges/cli/instead.ts');
    const paint = paintFor(process.stderr, process.env);
    if (edit !== undefined) return approveEdited(daemon(), askOnTerminal(), id, edit, flags, paint);
    const free = constrain.map((text) => {
      const read = freeArgument(text);
      if (read === undefined) throw new CommandFailed(`\`${text}\` must be \`argument=rule\``, exit.usage);
      return read;
    });
    await approveForTask(daemon(), askOnTerminal(), id, { count, forMs, free }, flags, paint);
  }

  async function decide(
    named: readonly string[],
    verdict: 'approve' | 'refuse',
    flags: {
      readonly reason: string;
      readonly as?: string;
      readonly card?: string;
      readonly yes?: boolean;
      readonly like?: string;
    },
  ): Promise<void> {
    const { decideApproval } = await load();
    const { alikeTo, decideMany } = await import('../edges/cli/batch.ts');
    const paint = paintFor(process.stderr, process.env);
    const { like } = flags;
    if ((like === undefined) === (named.length === 0))
      throw new CommandFailed(
        'name what is decided: one request, several that are alike, or --like one',
        exit.usage,
      );
    const [first = '', ...more] = like === undefined ? named : await alikeTo(daemon(), like);
    if (more.length === 0) await decideApproval(daemon(), askOnTerminal(), first, verdict, flags, paint);
    else
      process.exitCode = await decideMany(daemon(), askOnTerminal(), [first, ...more], verdict, flags, paint);
  }
}
