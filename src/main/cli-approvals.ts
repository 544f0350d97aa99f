// SPDX-License-Identifier: Apache-2.0
// The commands for people who are asked.
import type { Command } from 'commander';
import { askOnTerminal } from '../edges/cli/ask.ts';
import type { Daemon } from '../edges/cli/client.ts';
import { paintFor } from '../edges/cli/printable.ts';
import { reason } from './cli-option.ts';

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
      .argument('<approval>', 'its id')
      .option('--as <person>', 'who you are, where your operator is several people in the file of approvers')
      .option('--card <digest>', 'of the card that you were shown elsewhere (default: it is shown now)')
      .option('--yes', 'do not ask')
      .option('--json', 'print one JSON object');
  decides(
    approvals
      .command('approve')
      .description('say yes to just this call, once, as one of the people whom policy names')
      .addOption(reason()),
  ).action(async (id, flags) => decide(id, 'approve', flags));
  decides(
    approvals
      .command('refuse')
      .description('say no: the agent is told why, and the same call is not asked about again for now')
      .requiredOption('--reason <text>', 'why, for the agent and the record'),
  ).action(async (id, flags) => decide(id, 'refuse', flags));

  async function decide(
    id: string,
    verdict: 'approve' | 'refuse',
    flags: { readonly reason: string; readonly as?: string; readonly card?: string; readonly yes?: boolean },
  ): Promise<void> {
    const { decideApproval } = await load();
    const paint = paintFor(process.stderr, process.env);
    await decideApproval(daemon(), askOnTerminal(), id, verdict, flags, paint);
  }
}
