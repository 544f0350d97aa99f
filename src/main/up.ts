// SPDX-License-Identifier: Apache-2.0
// `countersign up`: one daemon in front of the upstreams, until it is told to stop.
import { CommandFailed, exit, print, say } from '../edges/cli/exit.ts';
import { placed, refusedFiles } from '../edges/cli/problem.ts';
import { clientServer } from '../edges/hooks/claude-target.ts';
import { startDaemon } from './compose.ts';
import { type Flags, readOptions } from './options.ts';
import { loadPrograms } from './programs.ts';
import { loadTested } from './rehearse.ts';
import { shadowCheckOf } from './shadow-check.ts';

export async function up(flags: Flags): Promise<void> {
  const read = readOptions(flags, process.env);
  if (!read.ok) throw new CommandFailed(read.message, exit.usage);
  const shadow = shadowCheckOf(read.options.shadowCheck ?? 0, say);
  const loaded = loadTested({ ...read.options, shadow, programs: await loadPrograms() });
  if (!loaded.ok) throw refusedFiles(loaded.problems);
  // A client's own tools need no server behind them.
  const hasHooks = loaded.published.catalogue.entries.some(({ server }) => server === clientServer);
  if (read.options.mcpFile === undefined && !hasHooks)
    throw new CommandFailed(
      'there is nothing to stand in front of: name a file with --mcp, adopt one with `countersign init`, or have the tools of a coding agent in the catalogue (docs/coding-agents.md)',
      exit.usage,
    );
  for (const warning of loaded.warnings) say(`warning: ${placed(warning)}`);

  const daemon = await startDaemon(read.options, loaded.published, process.env, say);
  if (read.options.mode === 'shadow') say('shadow mode: everything is recorded and nothing is stopped');
  print(`ready ${daemon.url} (a token: countersign task start --type <type> --data ${read.options.dataDir})`);

  const stop = await signalled();
  say(`${stop}: finishing what runs`);
  await daemon.close();
}

function signalled(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => {
        // A second one is an order.
        process.once(signal, () => process.exit(1));
        resolve(signal);
      });
    }
  });
}
