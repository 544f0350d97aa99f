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
import { isSealed, withPasskeys } from '../core/approval/passkey.ts';
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

export interface ApproversRead {
  readonly path: string;
  readonly first: ApproversFile;
}

export type ApproversOpened =
  | { readonly ok: true; readonly read: ApproversRead | undefined }
  | { readonly ok: false; readonly reason: string };

const held = 'the file of approvers says something else than what is in force, and is held:';
const whereToSay = 'somebody of the group `keepers` can accept it on the desk';

/** @returns why it cannot be read: a daemon that starts without its approvers would leave everybody waiting */
export function approversFrom(path: string | undefined): ApproversOpened {
  if (path === undefined) return { ok: true, read: undefined };
  const first = loadApprovers(path);
  return first.ok
    ? { ok: true, read: { path, first } }
    : { ok: false, reason: first.problems.map(placed).join('\n') };
}

/**
 * @param stored what is in force by the ledger, which was folded before
 * @returns undefined where there is no file, and nothing sealed that would go on without one
 */
export function liveApprovers(
  read: ApproversRead | undefined,
  stored: ApproversFile | undefined,
  sequencer: Sequencer,
  say: (line: string) => void,
): LiveApprovers | undefined {
  const goesOn = stored !== undefined && isSealed(withPasskeys(stored.roster, sequencer.head));
  const first = read?.first ?? (goesOn ? stored : undefined);
  if (first === undefined) return undefined;
  const approvers = createApprovers(stored?.roster ?? first.roster, sequencer);
  return {
    approvers,
    async publishAtStart(road, author) {
      const how = await publishApproversAtStart(road, first, author, approvers);
      if (how === 'held') say(`${held} ${whereToSay}`);
      if (how === 'not_loaded')
        say('who may approve cannot be read from the ledger, so nobody is asked and nobody heeded');
    },
    watch: (road, operator) =>
      read === undefined ? () => undefined : watched(read.path, approvers, road, operator, say),
  };
}

function watched(
  path: string,
  approvers: Approvers,
  road: Pick<Road, 'sequencer' | 'published' | 'vault'>,
  operator: Operator,
  say: (line: string) => void,
): () => void {
  return watchFiles({
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
      const current = approvers.current();
      if (next.roster.digest === current.digest) return approvers.hold(undefined);
      if (isSealed(withPasskeys(current, road.sequencer.head))) {
        if (approvers.held()?.roster.digest !== next.roster.digest) say(`${held} ${whereToSay}`);
        return approvers.hold(next);
      }
      const done = await publishApprovers(road, approvers, operator, next, 'the file was saved');
      if (!done.ok) say(`the changed file of approvers is not in force: ${refusalInWords(done)}`);
      else if (done.value.changed) say(`published: ${next.roster.people.size} approvers`);
    },
  });
}
