// SPDX-License-Identifier: Apache-2.0
// Start-up proves itself: an action that must be denied goes down the real road before any port
// opens. If anything lets it through, or refuses it for another reason, the process does not start.
import type { Caller } from '../core/request/proposal.ts';
import { authorize } from './authorize.ts';
import type { Ledger } from './ports.ts';
import type { Road } from './road.ts';

export const canaryPolicy = 'countersign.canary';
export const canaryAgent = 'countersign.canary';

export class CanaryFailed extends Error {
  readonly code = 'canary_failed';
}

/**
 * @throws {CanaryFailed} the road did not refuse, refused without the canary's own policy, or left no record
 */
export async function proveRoad(road: Road, ledger: Pick<Ledger, 'find'>): Promise<void> {
  const caller = await canaryCaller(road);
  const answer = await authorize(
    road,
    caller,
    { method: 'countersign/canary', server: 'countersign', target: 'canary', args: {} },
    new Set(),
  );
  if (answer.outcome === 'allow') throw new CanaryFailed('the canary was allowed: this road stops nothing');
  if (answer.code !== 'forbidden' || !answer.policies.includes(canaryPolicy)) {
    throw new CanaryFailed(`the canary was refused as \`${answer.code}\` and not by its own policy`);
  }
  const record = answer.decision === undefined ? undefined : await ledger.find(answer.decision);
  if (record === undefined) throw new CanaryFailed("the canary's refusal is not in the ledger");
}

// The canary is an agent like any other: it needs standing, or it would be refused before policy is asked.
async function canaryCaller(road: Road): Promise<Caller> {
  // Its own name each time: two nodes may start in the same millisecond.
  const task = await road.sequencer.submit((_view, place) => ({
    writings: [],
    depends: false,
    result: place.id('t'),
  }));
  await road.vault.create(task);
  return road.sequencer.submit((_view, place) => {
    const session = place.id('s');
    const caller: Caller = { agent: canaryAgent, task, session, tokenId: place.id('k') };
    return {
      writings: [
        {
          id: place.id('e'),
          stream: `agent/${canaryAgent}`,
          event: {
            type: 'agent.registered' as const,
            agent: canaryAgent,
            owner: 'countersign',
            autonomy: 'supervised' as const,
            verifiedAt: place.at,
          },
        },
        {
          id: place.id('e'),
          stream: `task/${task}`,
          event: {
            type: 'task.started' as const,
            task: {
              id: task,
              type: 'canary',
              agent: canaryAgent,
              params: {},
              budgets: [],
              startedAt: place.at,
              expiresAt: place.at + 60_000,
              approver: 'countersign',
            },
          },
        },
        {
          id: place.id('e'),
          stream: `session/${session}`,
          event: {
            type: 'session.started' as const,
            session,
            task,
            agent: canaryAgent,
            tokenId: caller.tokenId,
          },
        },
      ],
      depends: true,
      result: caller,
    };
  });
}
