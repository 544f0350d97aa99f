// SPDX-License-Identifier: Apache-2.0
// The commands for getting in and staying in: policies, catalogue, init, the stdio relay, status and doctor.
import { homedir } from 'node:os';
import { type Command, Option } from 'commander';
import { askOnTerminal } from '../edges/cli/ask.ts';
import type { Daemon } from '../edges/cli/client.ts';
import { claudeVersion } from '../edges/cli/hook/client-version.ts';
import { countOf, reason, several } from './cli-option.ts';
import { addPublication } from './cli-publication.ts';
import { command, hookProgram } from './options.ts';

export interface Reachable {
  readonly daemon: () => Daemon;
  readonly dataDir: () => string;
}

const surroundings = () => ({
  cwd: process.cwd(),
  home: homedir(),
  platform: process.platform,
  env: process.env,
});

export function addAdoption(program: Command, { daemon, dataDir }: Reachable): void {
  program
    .command('init')
    .description('take over the MCP servers that a client starts or calls itself')
    .option('--mcp <file>', 'where the servers are defined (default: what is found here or at home)')
    .option('--client-config <file>', "the client's file that is to start Countersign (default: the same)")
    .option('--dir <dir>', 'where policies/ and catalogue/ are or come to be', '.')
    .option('--undo', 'give the client its servers back')
    .option('--dry-run', 'show what would be written')
    .option('--yes', 'do not ask')
    .option('--json', 'print one JSON object for each file of a client')
    .action(async ({ undo: back, ...flags }) => {
      const { adoptionParts } = await import('./adoption.ts');
      const parts = adoptionParts(dataDir(), surroundings());
      if (back === true) await (await import('../edges/cli/undo.ts')).undo(flags, parts);
      else await (await import('../edges/cli/init.ts')).init(flags, parts);
    });

  const hook = program.command('hook').description("a coding agent's own tools and prompts, by its hooks");
  hook
    .command('install')
    .description('let Claude Code ask before and after each tool call, and say what its user asks')
    .option('--user', 'in the settings of the user (default: of the project, .claude/settings.json)')
    .option('--settings <file>', 'in this file')
    .option('--dir <dir>', 'where policies/ and catalogue/ are or come to be', '.')
    .option('--undo', 'take the hooks out')
    .option('--dry-run', 'show what would be written')
    .option('--yes', 'do not ask')
    .option('--json', 'print one JSON object')
    .action(async ({ undo, ...flags }) => {
      const { hookParts } = await import('./hook-install.ts');
      const { install, uninstall } = await import('../edges/cli/hook/install.ts');
      await (undo === true ? uninstall : install)(flags, hookParts(dataDir(), surroundings()));
    });
  hook
    .command('claude')
    .description(
      'what the hooks run: an event of Claude Code on standard input, the answer on standard output',
    )
    .argument('[event]', 'the event that is asked about: its name, as the hooks give it')
    .option('--deadline <ms>', 'how long the daemon may take (default: 10000)')
    .action(() => {
      throw new Error('`countersign hook claude` is run by bin/countersign');
    });

  program
    .command('mcp-stdio')
    .description('the gateway on standard input and output, for clients that start a process')
    .option('--task <id>', 'open a session under this task instead of starting one')
    .option('--server <name>', 'only this upstream, under its own names')
    .option('--type <type>', 'kind of the task that is started', 'interactive')
    .option('--agent <id>', 'the agent that works on it', 'local-agent')
    .addOption(several('--param <name=value>', 'a parameter of the task; again for more'))
    .option('--ttl <duration>', 'how long the task may live', '8h')
    .option('--on-behalf-of <who>', 'the person it is done for')
    .option('--purpose <text>', 'what for, for those who read the record')
    .action(async (flags) => {
      const { mcpStdio } = await import('../edges/cli/mcp-stdio.ts');
      const told = new Promise<string>((resolve) => {
        for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, resolve);
      });
      await mcpStdio(daemon(), flags, { input: process.stdin, output: process.stdout, told });
      // A stream to the gateway may be left open; nothing is written any more.
      process.exit(0);
    });

  program
    .command('status')
    .description('what decides on this node, and whether changed files are in force')
    .option('--json', 'print one JSON object')
    .action(async (flags) => (await import('../edges/cli/status.ts')).status(daemon(), flags.json === true));

  program
    .command('doctor')
    .description('what is in the path, what is not, and which ways around it were found (exit 2: some were)')
    .option('--json', 'print one JSON object')
    .action(async (flags) => {
      const { doctor } = await import('../edges/cli/doctor.ts');
      const parts = {
        daemon: daemon(),
        dataDir: dataDir(),
        command,
        hookProgram,
        clientVersion: () => claudeVersion(process.env),
        surroundings: surroundings(),
        uid: process.getuid?.(),
      };
      process.exitCode = await doctor(parts, flags.json === true);
    });

  const policy = program.command('policy').description('the rules that decide');
  policy
    .command('check')
    .description('whether policies fit the catalogue; changes nothing (exit 3: they do not)')
    .argument('[dir]', 'Cedar policies (default: ./policies, else the starter policies)')
    .option('--catalogue <dir>', 'what each tool is (default: ./catalogue)')
    .option('--schema', 'print the Cedar schema that policies are checked against')
    .addOption(
      new Option('--format <format>', 'of what was found')
        .choices(['pretty', 'json', 'sarif', 'junit', 'github'])
        .default('pretty'),
    )
    .option(
      '--max-warnings <count>',
      'more warnings than this are an error (exit 3; default: any number will do)',
      countOf,
    )
    .option('--json', 'print one JSON object: the same as `--format json`')
    .action(async (dir, flags) => {
      const { checkPolicies, placesFor } = await import('./check.ts');
      const { reportCheck } = await import('../edges/cli/policy.ts');
      const placeOf = placesFor(dir, flags.catalogue, process.env);
      process.exitCode = reportCheck(checkPolicies(dir, flags.catalogue, process.env), { ...flags, placeOf });
    });

  policy
    .command('test')
    .description('run the `*_test.yaml` files beside the policies (exit 3: one fails)')
    .argument('[dir]', 'policies and their tests (default: ./policies, else the starter policies)')
    .option('--catalogue <dir>', 'what each tool is (default: ./catalogue)')
    .option('--coverage', 'say which policies and clauses no test has seen at work')
    .option('--bench', 'say how many of these decisions are made in a second')
    .addOption(
      new Option('--format <format>', 'of the results')
        .choices(['pretty', 'json', 'junit'])
        .default('pretty'),
    )
    .option('--json', 'print one JSON object: the same as `--format json`')
    .action(async (dir, flags) => {
      const { placesFor, testsOf } = await import('./check.ts');
      const { reportTests } = await import('../edges/cli/policy-test.ts');
      const tested = await testsOf(dir, flags.catalogue, flags, process.env);
      process.exitCode = reportTests(tested, {
        format: flags.json === true ? 'json' : flags.format,
        placeOf: placesFor(dir, flags.catalogue, process.env),
      });
    });

  policy
    .command('fmt')
    .description('lay out policy files alike; what they say stays the same')
    .argument('[dir]', 'Cedar policies (default: ./policies)')
    .option('--check', 'change nothing, and say what would change (exit 2: something would)')
    .action(async (dir, flags) => {
      const { formatPolicies } = await import('./format.ts');
      const { reportFormats } = await import('../edges/cli/policy-fmt.ts');
      const check = flags.check === true;
      process.exitCode = reportFormats(formatPolicies(dir, check, process.env), check);
    });

  addPublication(policy, daemon);

  policy
    .command('plan')
    .description('what other policies would have said to recorded requests (exit 2: something changes)')
    .argument('<dir>', 'the policies to try')
    .option('--since <time>', 'only decisions from then on: 7d, 12h, 2026-07-28T12:00:00Z (default: all)')
    .option('--catalogue <dir>', 'what each tool is (default: the catalogue that was published last)')
    .option(
      '--tries <n>',
      'requests made up for each tool to show what is newly allowed (default: 2000, fewer beyond 100 tools)',
    )
    .option('--opa-bundle <file>', 'the compiled policy that the daemon was started with')
    .option('--opa-entrypoint <path>', 'its rule')
    .option('--json', 'print one JSON object')
    .action(async (dir, flags) => {
      const { planParts } = await import('./plan.ts');
      const { openBundleAgain } = await import('./opa-open.ts');
      const { showPlan } = await import('../edges/cli/plan.ts');
      await using bundle = await openBundleAgain(flags, process.env);
      const sources = {
        policyDir: dir,
        ...(flags.catalogue === undefined ? {} : { catalogueDir: flags.catalogue }),
        ...(bundle === undefined ? {} : { second: bundle.second }),
      };
      process.exitCode = await showPlan(planParts(dataDir(), process.env, sources), flags, Date.now());
    });

  policy
    .command('trace')
    .description('what policies say to each request of a trace; needs no daemon (exit 3: they are invalid)')
    .requiredOption('--policies <path>', 'a .dw or .cedar file, or a folder of them')
    .requiredOption('--schema <file>', 'Cedar schema of the actions')
    .requiredOption('--trace <file>', 'one event a line: docs/formats/trace.md')
    .option('--events <file>', 'event schema (default: event.dwschema beside the policies, else built in)')
    .option('--macros <file>', 'macro library (default: macros.dw beside the policies, else built in)')
    .option('--providers <file>', 'JSON with what information providers answer')
    .addOption(
      new Option('--format <format>', 'of the lines, and which event schema is built in')
        .choices(['corpus', 'cli'])
        .default('corpus'),
    )
    .option('--no-validate', 'do not check policies against the schemas')
    .action(async (flags) => {
      const { traceOf } = await import('./trace.ts');
      const { reportTrace } = await import('../edges/cli/trace.ts');
      process.exitCode = reportTrace(traceOf(flags), flags.format);
    });

  const catalogue = program.command('catalogue').description('what each tool is, as a person accepted it');
  catalogue
    .command('diff')
    .description('live tools against the accepted ones (exit 2: they differ)')
    .argument('[server]', 'name of an upstream (default: all of them)')
    .option('--json', 'print one JSON object')
    .action(async (server, flags) => {
      const { catalogueDiff } = await import('../edges/cli/catalogue.ts');
      process.exitCode = await catalogueDiff(daemon(), server, flags.json === true);
    });
  catalogue
    .command('accept')
    .description('agree to what a server declares now; it can be called from then on')
    .argument('<server>', 'name of an upstream')
    .argument('[tool...]', 'names of its tools, as `catalogue diff` shows them')
    .option('--all', 'everything that differs')
    .option('--dry-run', 'show what would be accepted')
    .option('--yes', 'do not ask')
    .addOption(reason())
    .option('--json', 'print one JSON object')
    .action(async (server, tools, flags) => {
      const { catalogueAccept } = await import('../edges/cli/catalogue.ts');
      process.exitCode = await catalogueAccept(daemon(), server, tools, flags, askOnTerminal());
    });
}
