// SPDX-License-Identifier: Apache-2.0
// Calls that were decided and never observed: after a crash, or because the store failed in between.
// They close as `ambiguous`: the budget is spent, the worst label of the catalogue is assumed, nothing is tried again.
import { facets, type OpenCall } from '../core/state/facet.ts';
import type { Road } from './road.ts';
import type { Sequencer } from './sequencer.ts';

/**
 * Closes every open call of `node` that is not in flight here.
 *
 * @returns how many were closed
 * @throws {NotCommitted} some are still open; call again later
 */
export async function closeAbandoned(road: Pick<Road, 'sequencer' | 'live'>, node: string): Promise<number> {
  const abandoned = openCalls(road.sequencer).filter(
    ([decision, call]) => call.node === node && !road.live.has(decision),
  );
  for (const [decision] of abandoned) {
    await road.sequencer.submit((view, place) => {
      const call = view.get(facets.call(decision));
      if (call === undefined) return { writings: [], depends: false, result: undefined };
      return {
        writings: [
          {
            id: place.id('o'),
            stream: call.session === undefined ? 'tenant' : `session/${call.session}`,
            event: {
              type: 'observation' as const,
              decision,
              ...(call.session === undefined ? {} : { session: call.session }),
              status: 'ambiguous' as const,
              detail: 'closed after a restart or a failure of the store',
              label: call.worst,
              tookMs: 0,
            },
          },
        ],
        depends: true,
        result: undefined,
      };
    });
  }
  return abandoned.length;
}

function openCalls(sequencer: Sequencer): readonly (readonly [string, OpenCall])[] {
  const found: [string, OpenCall][] = [];
  for (const [name] of sequencer.head.facets()) {
    if (!name.startsWith('call/')) continue;
    const decision = name.slice('call/'.length);
    const call = sequencer.head.get(facets.call(decision));
    if (call !== undefined) found.push([decision, call]);
  }
  return found;
}
