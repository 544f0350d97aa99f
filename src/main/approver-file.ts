// SPDX-License-Identifier: Apache-2.0
// The file of approvers of a daemon: read at its start, and published when it is saved, or left as it was.
import { dirname } from 'node:path';
import { loadApprovers } from '../adapters/approver-files/load.ts';
import {
  type Approvers,
  type ApproversFile,
  createApprovers,
  publishApprovers,
  publishApproversAtStart,
} from '../app/approvers.ts';
import type { Road } from '../app/road.ts';
import type { Sequencer } from '../app/sequencer.ts';
import type { Operator } from '../core/request/proposal.ts';
import { placed } from '../edges/cli/problem.ts';
import { refusalInWords } from './reload.ts';
import { watchFiles } from './watch.ts';

export interface LiveApprovers {
  readonly approvers: Approvers;
  publishAtStart(road: Pick<Road, 'sequencer' | 'vault'>, author: string): Promise<void>;
  /** @returns how to stop */
  watch(road: Pick<Road, 'sequencer' | 'published' | 'vault'>, operator: Operator): () => void;
}

export type ApproversOpened =
  | { readonly ok: true; readonly open: (sequencer: Sequencer) => LiveApprovers }
  | { readonly ok: false; readonly reason: string };

/** @returns why it cannot be read: a daemon that starts without its approvers would leave everybody waiting */
export function approversFrom(path: string, say: (line: string) => void): ApproversOpened {
  const first = loadApprovers(path);
  if (!first.ok) return { ok: false, reason: first.problems.map(placed).join('\n') };
  return { ok: true, open: (sequencer) => live(path, first, createApprovers(first.roster, sequencer), say) };
}

function live(
  path: string,
  first: ApproversFile,
  approvers: Approvers,
  say: (line: string) => void,
): LiveApprovers {
  return {
    approvers,
    publishAtStart: (road, author) => publishApproversAtStart(road, first, author),
    watch: (road, operator) =>
      watchFiles({
        directories: [dirname(path)],
        settleMs: 150,
        pollMs: 2000,
        onChange: async () => {
          const next = loadApprovers(path);
          if (!next.ok) {
            say('the changed file of approvers is not in force; the one before still is:');
            for (const problem of next.problems.slice(0, 20)) say(`  ${placed(problem)}`);
            return;
          }
          if (next.roster.digest === approvers.current().digest) return;
          const done = await publishApprovers(road, approvers, operator, next, 'the file was saved');
          if (!done.ok) say(`the changed file of approvers is not in force: ${refusalInWords(done)}`);
          else if (done.value.changed) say(`published: ${next.roster.people.size} approvers`);
        },
      }),
  };
}
