// SPDX-License-Identifier: Apache-2.0
// Where the values of the calls that the demo refuses came from, opened as `countersign explain` opens it.
import { z } from 'zod';
import type { AgentEvent } from '../../examples/demo/agent.ts';
import { isWhy, type Why, whys } from '../core/origin/reason.ts';
import type { Daemon as Control } from '../edges/cli/client.ts';
import { accepted } from '../edges/cli/exit.ts';

const told = z.object({
  contents: z.object({
    lineage: z
      .array(
        z.object({
          argument: z.string(),
          why: z.custom<Why>(isWhy),
          sources: z.array(z.string()),
          read: z.array(z.string()),
        }),
      )
      .default([]),
  }),
});

/** Of each value in doubt: the call, why there is no reason for it, and what the agent read it in. */
export async function lineageOf(control: Control, events: readonly AgentEvent[]): Promise<readonly string[]> {
  const lines: string[] = [];
  for (const { tool, args, outcome, decision } of events) {
    if (outcome !== 'deny' || decision === undefined) continue;
    const opened = accepted(await control.call('GET', `/v1/contents?id=${encodeURIComponent(decision)}`));
    for (const { argument, why, sources, read } of told.parse(opened).contents.lineage) {
      const where = read.length === 0 ? '' : `: ${sources.join(', ')}, ${read.join(', ')}`;
      lines.push(`${String(args[argument])} of ${tool}: ${whys[why]}${where}`);
    }
  }
  return lines;
}
