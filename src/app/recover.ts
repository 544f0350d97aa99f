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

/**
 * Closes abandoned calls of `node` as they come to be: a decision that was written though nobody learnt
 * it, an observation that the store refused. What fails is tried again `everyMs` later.
 *
 * @returns how to stop
 */
export function watchAbandoned(
  road: Pick<Road, 'sequencer' | 'live' | 'clock'>,
  node: string,
  everyMs: number,
): () => void {
  const open = new Set(openCalls(road.sequencer).flatMap(([id, call]) => (call.node === node ? [id] : [])));
  const forget = road.sequencer.onEvent((event) => {
    if (event.type === 'decision' && event.open !== undefined && event.node === node) open.add(event.id);
    if (event.type === 'observation') open.delete(event.decision);
  });
  let stopped = false;
  let cancel = (): void => undefined;
  const again = (): void => {
    cancel = road.clock.after(everyMs, () => {
      const some = [...open].some((decision) => !road.live.has(decision));
      const closing = some ? closeAbandoned(road, node) : Promise.resolve(0);
      closing
        .catch(() => 0)
        .finally(() => {
          if (!stopped) again();
        });
    });
  };
  again();
  return () => {
    stopped = true;
    forget();
    cancel();
  };
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
