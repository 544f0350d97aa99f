// SPDX-License-Identifier: Apache-2.0
// The commands that steer what runs: what they say and take, and which file does it.
import { Argument, type Command } from 'commander';
import { autonomies } from '../core/agent/autonomy.ts';
import type { Daemon } from '../edges/cli/client.ts';
import { neededReason, reason } from './cli-option.ts';

export function addSteering(program: Command, { daemon }: { readonly daemon: () => Daemon }): void {
  const load = () => import('../edges/cli/steering.ts');
  const whatRuns = (command: Command): Command =>
    command
      .addArgument(new Argument('<scope>', 'what it is').choices(['agent', 'task', 'session']))
      .argument('<id>', 'which one');
  const held = (command: Command): Command =>
    whatRuns(command)
      .addOption(reason())
      .option('--abort', 'stop what has begun, too: it closes as ambiguous (default: it may finish)')
      .option('--json', 'print one JSON object');

  program
    .command('revoke')
    .description('take back for good what was given: from the next call on, and from calls in flight')
    .addArgument(
      new Argument('[scope]', 'what it is').choices(['agent', 'task', 'session', 'token', 'tool', 'policy']),
    )
    .argument('[id]', 'which one; of a tool `server/tool`, of a policy the id of a permit')
    .option('--agent <id>', 'all tasks and sessions of this agent that have begun by now')
    .option('--owner <who>', 'those of agents that this one answers for')
    .option('--on-behalf-of <who>', 'those that are done for this person')
    .option('--type <type>', 'those of tasks of this type')
    .option('--since <time>', 'those that began then or later: 90s, 1h, 2026-07-28T12:00:00Z')
    .option('--tool <server/tool>', 'the tool, for everybody, until `resume tool`')
    .option('--token <id>', 'one token, by the id that records have')
    .option('--dry-run', 'say what would end, and end nothing')
    .addOption(reason())
    .option('--json', 'print one JSON object')
    .action(async (scope, id, flags) => (await load()).revoke(daemon(), scope, id, flags));
  held(
    program
      .command('pause')
      .description('let an agent, task or session begin nothing until it is resumed; nothing is ended'),
  ).action(async (scope, id, flags) => (await load()).hold(daemon(), 'pause', scope, id, flags));
  held(
    program
      .command('quarantine')
      .description('let an agent, task or session only read and search until it is resumed'),
  ).action(async (scope, id, flags) => (await load()).hold(daemon(), 'quarantine', scope, id, flags));
  program
    .command('resume')
    .description('let go on: lifts a pause, else a quarantine, or brings back a tool or a permit')
    .addArgument(
      new Argument('<scope>', 'what it is').choices(['agent', 'task', 'session', 'tool', 'policy']),
    )
    .argument('<id>', 'which one')
    .option('--quarantine', 'lift the quarantine under a pause')
    .addOption(neededReason())
    .option('--json', 'print one JSON object')
    .action(async (scope, id, flags) => (await load()).resume(daemon(), scope, id, flags));
  program
    .command('autonomy')
    .description('say how much an agent does by itself; rules lower it, and only this raises it')
    .argument('<agent>', 'which one')
    .addArgument(
      new Argument('<level>', 'supervised asks about each change, full asks least').choices([...autonomies]),
    )
    .addOption(reason())
    .option('--json', 'print one JSON object')
    .action(async (agent, level, flags) => (await load()).autonomy(daemon(), agent, level, flags));
  program
    .command('stop-all')
    .description('stop everything: nothing begins, calls in flight are aborted, also after a restart')
    .addOption(neededReason())
    .option('--json', 'print one JSON object')
    .action(async (flags) => (await load()).stopAll(daemon(), flags));
  program
    .command('resume-all')
    .description('let things go on after `stop-all`')
    .addOption(neededReason())
    .option('--json', 'print one JSON object')
    .action(async (flags) => (await load()).resumeAll(daemon(), flags));
}
