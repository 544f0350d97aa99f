// SPDX-License-Identifier: Apache-2.0
// One request to people, out of the ledger: what was asked, who said what, and which decision used it up.
import type { EventOf } from '../core/record/event.ts';
import type { Ledger } from './ports.ts';
import { streamBack } from './read-records.ts';

/** One request with what became of it. */
export interface ApprovalRead {
  readonly position: number;
  readonly request: EventOf<'approval.requested'>;
  /** In order. */
  readonly decided: readonly EventOf<'approval.decided'>[];
}

/** Behind every record. */
const end = Number.MAX_SAFE_INTEGER;

/** @returns undefined where there is no such request */
export async function readApproval(
  ledger: Pick<Ledger, 'readStream'>,
  approval: string,
): Promise<ApprovalRead | undefined> {
  const decided: EventOf<'approval.decided'>[] = [];
  for await (const { position, event } of streamBack(ledger, `approval/${approval}`, end)) {
    if (event.type === 'approval.decided') decided.unshift(event);
    if (event.type === 'approval.requested') return { position, request: event, decided };
    if (event.type === 'break_glass.requested') return { position, request: asRequest(event), decided };
  }
  return undefined;
}

/** To break the glass is asked like anything else; but no decision asks for it, and no session. */
function asRequest(event: EventOf<'break_glass.requested'>): EventOf<'approval.requested'> {
  const {
    v,
    id,
    at,
    node,
    tenant,
    moves,
    drops,
    reads,
    approval,
    agent,
    task,
    matter,
    card,
    asks,
    expiresAt,
  } = event;
  return {
    ...{ v, id, at, node, tenant, moves, drops, reads },
    ...{ type: 'approval.requested', approval, agent, task, matter, card, asks, expiresAt },
    ...{ session: '', decision: '' },
  };
}

/** The decision that used it up. */
export async function usedBy(
  ledger: Pick<Ledger, 'readStream'>,
  { position: since, request: { approval, session } }: ApprovalRead,
): Promise<string | undefined> {
  if (session === '') return undefined;
  for await (const { position, event } of streamBack(ledger, `session/${session}`, end)) {
    if (position < since) return undefined;
    if (event.type !== 'decision' || event.open === undefined) continue;
    if (event.lifts.some(({ via }) => via === approval)) return event.id;
  }
  return undefined;
}
