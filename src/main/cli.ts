// SPDX-License-Identifier: Apache-2.0
// The command line: what there is to say, and which file does it. Commands are loaded when they are asked for.
import { Command, CommanderError, Option } from 'commander';
import { daemonAt } from '../edges/cli/client.ts';
import { CommandFailed, exit, failed, meanings, printFailure } from '../edges/cli/exit.ts';
import { addAdoption } from './cli-adoption.ts';
import { addApprovals } from './cli-approvals.ts';
import { addApprovers } from './cli-approvers.ts';
import { addBreakGlass } from './cli-break-glass.ts';
import { addDeferrals } from './cli-deferrals.ts';
import { addEval } from './cli-eval.ts';
import { addEvidence } from './cli-evidence.ts';
import { addLabels } from './cli-label.ts';
import { addMessages } from './cli-messages.ts';
import { durationOf, reason, several } from './cli-option.ts';
import { addReview } from './cli-review.ts';
import { addSignals } from './cli-signal.ts';
import { addSteering } from './cli-steering.ts';
import { defaultIntentTimeout } from './intent.ts';
import { defaultOpaEntrypoint, defaultOpaTimeout } from './opa.ts';
import {
  dataDirOf,
  defaultApprovalHold,
  defaultListen,
  defaultReleaseWithin,
  defaultShadowCheck,
  version,
} from './options.ts';
import { socketPathOf } from './socket-path.ts';

const program = new Command('countersign')
  .description('Decides what autonomous agents may do, before it takes effect, and keeps the proof.')
  .version(version, '--version')
  .configureOutput({
    outputError: (text, write) => write(text.replace(/^error: /, 'countersign: ')),
  })
  .showHelpAfterError('(--help says what there is)')
  .configureHelp({ showGlobalOptions: true })
  .addHelpText('after', `\nExit codes:\n${exitLines()}`)
  .exitOverride()
  .option('--data <dir>', 'data directory of the daemon (default: .countersign, or COUNTERSIGN_DATA)')
  .option('--timeout <duration>', 'how long the daemon may take to answer (default: 60s)', durationOf);

const dataDir = () => dataDirOf(program.opts<{ data?: string }>().data, process.env);
const daemon = () => daemonAt(socketPathOf(dataDir()), program.opts<{ timeout?: number }>().timeout);

program
  .command('up')
  .description('stand in front of MCP servers')
  .option('--mcp <file>', 'the `mcpServers` file that clients have (default: what `init` adopted)')
  .option('--policies <dir>', 'Cedar policies (default: ./policies, else the starter policies)')
  .option('--catalogue <dir>', 'what each tool is (default: ./catalogue)')
  .option('--tasks <dir>', 'templates of tasks (default: ./tasks, if it is there)')
  .option(
    '--approvers <file>',
    'people and groups that may approve (default: ./approvers.yaml, if it is there)',
  )
  .option('--messages <file>', 'where people are told what waits (default: ./messages.yaml, if it is there)')
  .option(
    '--signals <file>',
    'signals, who may say them, calendars (default: ./signals.yaml, if it is there)',
  )
  .option(
    '--approval-hold <duration>',
    `how long a call that waits for people is held before "pending" is answered (default: ${defaultApprovalHold})`,
  )
  .option(
    '--signers <file>',
    'whose signatures of commits count, as ssh-keygen lists them (default: ./allowed_signers, if it is there)',
  )
  .option('--protected-branches <list>', 'branches that policies call protected (default: main,master,...)')
  .option('--desk-port <port>', 'where people sign in and answer, on this machine (default: nowhere)')
  .option(
    '--desk-url <url>',
    'where people find it, behind a proxy with TLS (default: http://localhost:PORT)',
  )
  .option(
    '--desk-client-secret-file <file>',
    "the desk's secret at the issuer, in a file that nobody else can read",
  )
  .option('--listen <host:port>', `where clients connect (default: ${defaultListen})`)
  .addOption(
    new Option('--mode <mode>', 'shadow records and stops nothing (default: enforce)').choices([
      'enforce',
      'shadow',
    ]),
  )
  .option(
    '--shadow-check <share>',
    `of all decisions, how many the official Cedar engine decides again (default: ${defaultShadowCheck})`,
  )
  .option(
    '--release-within <duration>',
    `how long what was allowed may wait for its release, and so what is revoked may still begin (default: ${defaultReleaseWithin})`,
  )
  .option('--opa <url>', 'a document of an Open Policy Agent, asked beside policy (default: none is)')
  .option('--opa-bundle <file>', 'a policy that `opa build -t wasm` compiled, asked beside policy instead')
  .option('--opa-entrypoint <path>', `its rule that is asked (default: ${defaultOpaEntrypoint})`)
  .option('--opa-timeout <duration>', `how long an answer of either may take (default: ${defaultOpaTimeout})`)
  .option('--opa-allow-http', 'ask a server without TLS on another host too')
  .option(
    '--intent-model <url>',
    'a model that reads what prompts ask for, as OpenAI serves it (default: none does)',
  )
  .option('--intent-model-name <name>', 'which one of its server')
  .option('--intent-model-key-file <file>', 'its key, in a file that nobody else can read')
  .option('--intent-model-timeout <duration>', `how long it may take (default: ${defaultIntentTimeout})`)
  .option('--intent-model-allow-http', 'send prompts without TLS to another host too')
  .action(async (flags) => (await import('./up.ts')).up({ ...flags, ...program.opts() }));

program
  .command('demo')
  .description('a hijacked agent, without Countersign and with it: no network, no model')
  .option('--json', 'one JSON object a line')
  .action(async (flags) => (await import('./demo.ts')).demo(flags));

const task = program.command('task').description('start and end tasks: what an agent may act under');
task
  .command('start')
  .description('start a task and print a token for its first session')
  .requiredOption('--type <type>', 'kind of task: support, ci.release')
  .option('--agent <id>', 'the agent that works on it', 'local-agent')
  .option('--owner <id>', 'who answers for the agent, when it is new', 'local')
  .addOption(
    new Option('--autonomy <level>', 'of an agent that is new')
      .choices(['supervised', 'semi', 'full'])
      .default('semi'),
  )
  .addOption(several('--param <name=value>', 'a parameter of the task; again for more'))
  .addOption(several('--budget <name=limit>', 'calls=50, or calls:<class>=5; again for more'))
  .option('--ttl <duration>', 'how long it may live (default: 30m, or what its template allows)')
  .option('--on-behalf-of <who>', 'the person it is done for')
  .option('--purpose <text>', 'what for, for those who read the record')
  .option('--parent <task>', 'the task that it is started under: it gets no more than that one has')
  .option('--prompt <text>', 'what the person asked; `-` reads it from standard input')
  .option('--json', 'print one JSON object')
  .action(async (flags) => (await import('../edges/cli/task.ts')).startTask(daemon(), flags, readStdin));
task
  .command('prompt')
  .description('say what the person asked of a running task, from whoever gives the agent its orders')
  .argument('<task>', 'its id, as `task start` printed it')
  .argument('[text]', '`-` or nothing reads it from standard input')
  .option('--author <who>', 'whose words they are (default: whom the task is done for, else you)')
  .addOption(
    new Option('--channel <channel>', 'who says so')
      .choices(['operator', 'orchestrator'])
      .default('operator'),
  )
  .option('--json', 'print one JSON object')
  .action(async (id, text, flags) =>
    (await import('../edges/cli/task.ts')).promptTask(daemon(), id, text, flags, readStdin),
  );
task
  .command('end')
  .description('end a task: its sessions stop at the next call, calls in flight are aborted')
  .argument('<task>', 'its id, as `task start` printed it')
  .addOption(reason())
  .option('--json', 'print one JSON object')
  .action(async (id, flags) =>
    (await import('../edges/cli/task.ts')).endTask(daemon(), id, flags.reason, flags.json === true),
  );

addSteering(program, { daemon });
addLabels(program, { daemon });
addSignals(program, { daemon });
addDeferrals(program, { daemon });

// A reader that has enough, `head` for one, is no failure. What runs on answers for its own output.
program.hook('preAction', (_, command) => {
  if (command.name() !== 'up' && command.name() !== 'mcp-stdio')
    process.stdout.on('error', () => process.exit(process.exitCode ?? exit.ok));
});
addApprovals(program, { daemon });
addReview(program, { daemon });
addBreakGlass(program, { daemon });
addApprovers(program, { daemon });
addMessages(program, { daemon });
addEvidence(program, { daemon, dataDir, stdin: readStdin });
addAdoption(program, { daemon, dataDir });
addEval(program);

async function readStdin(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

function exitLines(): string {
  return Object.entries(meanings)
    .map(([code, meaning]) => `  ${code}  ${meaning}`)
    .join('\n');
}

/** Even where the arguments are not understood otherwise. */
function asksForJson(args: readonly string[]): boolean {
  return args.some(
    (arg, i) => arg === '--json' || arg === '--format=json' || (arg === 'json' && args[i - 1] === '--format'),
  );
}

const asJson = asksForJson(process.argv.slice(2));
try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    // What is wrong has been said by then; help and the version are no failures.
    process.exitCode = error.exitCode;
    const message =
      error.code === 'commander.help' ? 'name a command' : error.message.replace(/^error: /, '');
    if (asJson && error.exitCode !== exit.ok) printFailure(new CommandFailed(message, exit.usage));
  } else {
    process.exitCode = failed(error, asJson);
    if (!(error instanceof CommandFailed) && process.env.COUNTERSIGN_DEBUG === '1') console.error(error);
  }
}
