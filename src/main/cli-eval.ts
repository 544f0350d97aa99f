// SPDX-License-Identifier: Apache-2.0
// The command that tries policies on recorded runs of agents.
import { setFlagsFromString } from 'node:v8';
import type { Command } from 'commander';

export function addEval(program: Command): void {
  program
    .command('eval')
    .description(
      'what policies make of recorded runs of agents: attacks stopped, work left alone; needs no daemon',
    )
    .requiredOption('--traces <file>', 'one run a line, gzip or plain: docs/eval.md')
    .requiredOption(
      '--catalogue <dir>',
      "what each tool is; a folder with the name of a suite is that suite's",
    )
    .requiredOption('--policies <dir>', 'the policies, the same for every suite')
    .option('--tools <file>', 'definitions of the tools (default: tools.json beside the runs)')
    .option('--suite <name>', 'only the runs of this suite')
    .option('--decisions <file>', 'write what was decided of each call, one run a line')
    .option('--probes', 'try variants of the attacks as well')
    .option('--json', 'print one JSON object')
    .action(async (flags) => {
      // Policies are parsed and checked once: better machine code for that is never earned back.
      setFlagsFromString('--wasm-tiering-budget=1000000000');
      const { evalParts } = await import('./eval.ts');
      const { evalRuns } = await import('../edges/cli/eval.ts');
      const isTerminal = process.stderr.isTTY === true;
      await evalRuns(await evalParts(flags), {
        json: flags.json === true,
        progress: (line) => process.stderr.write(spelled(line, isTerminal)),
        progressEveryMs: isTerminal ? 250 : 10_000,
        nowMs: () => performance.now(),
      });
    });
}

/** On a terminal one line that changes, and nothing of it in the end. */
function spelled(line: string, isTerminal: boolean): string {
  if (isTerminal) return `\r\x1b[K${line}`;
  return line === '' ? '' : `${line}\n`;
}
