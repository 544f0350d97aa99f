// SPDX-License-Identifier: Apache-2.0
/**
 * What is done with calls that wait: looked at, waited for, cancelled. To cancel is administration like any other,
 * decided by policy (`Action::"deferral.cancel"`). Nothing here lets anything through.
 *
 * Source: docs/deferral.md.
 */
import { statusAt } from '../core/deferral/deferral.ts';
import type { Operator } from '../core/request/proposal.ts';
import { facets } from '../core/state/facet.ts';
import { type Administered, administer } from './administer.ts';
import type { Road } from './road.ts';
import { type Prospect, prospectAt, untilReady } from './waking.ts';

export interface ShownDeferral {
  readonly deferral: string;
  readonly state: Prospect;
  readonly agent: string;
  readonly task: string;
  readonly session: string;
  readonly action: string;
  readonly waits: readonly { readonly policy: string; readonly until: string }[];
  readonly requestedAt: number;
  readonly expiresAt: number;
  /** In the words of who cancelled it. */
  readonly reason?: string;
}

type Deferrals = Pick<Road, 'sequencer' | 'clock' | 'registry'>;

/** @returns undefined where there is no such deferral, or not any more */
export function showDeferral(
  { sequencer: { head }, clock, registry }: Deferrals,
  deferral: string,
): ShownDeferral | undefined {
  const state = head.get(facets.deferral(deferral));
  if (state === undefined) return undefined;
  const { from, action, waits, requestedAt, expiresAt, cancelled } = state;
  return {
    deferral,
    state: prospectAt(head, registry?.(), deferral, clock.wallMs()),
    ...from,
    action,
    waits: waits.map(({ policy, until }) => ({ policy, until })),
    ...{ requestedAt, expiresAt },
    ...(cancelled === undefined ? {} : { reason: cancelled.reason }),
  };
}

/** What waits, or is ready and not made again yet; the one whose time ends first, first. */
export function listDeferrals(road: Deferrals): readonly ShownDeferral[] {
  const prefix = facets.deferral('').name;
  const listed: ShownDeferral[] = [];
  for (const [name] of road.sequencer.head.facets()) {
    if (!name.startsWith(prefix)) continue;
    const shown = showDeferral(road, name.slice(prefix.length));
    if (shown?.state === 'waiting' || shown?.state === 'ready') listed.push(shown);
  }
  return listed.sort((a, b) => a.expiresAt - b.expiresAt);
}

/** Waits while it waits, for a while. @returns how it stands then */
export async function awaitDeferral(
  road: Deferrals,
  deferral: string,
  forMs: number,
  gone: AbortSignal,
): Promise<ShownDeferral | undefined> {
  await untilReady(road, deferral, forMs, gone);
  return showDeferral(road, deferral);
}

export function cancelDeferral(
  road: Pick<Road, 'sequencer' | 'published'>,
  operator: Operator,
  deferral: string,
  reason: string,
): Promise<Administered<undefined>> {
  const subject = { kind: 'deferral', id: deferral } as const;
  return administer(road, operator, 'deferral.cancel', subject, (view, place) => {
    const state = view.get(facets.deferral(deferral));
    if (state === undefined || statusAt(state, place.at) !== 'waiting')
      return { ok: false, code: 'not_found', reason: `no call waits as \`${deferral}\`` };
    const event = { type: 'deferral.cancelled' as const, deferral, author: operator.id, reason };
    return {
      ok: true,
      writings: [{ id: place.id('e'), stream: `deferral/${deferral}`, event }],
      value: undefined,
    };
  });
}
