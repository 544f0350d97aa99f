// SPDX-License-Identifier: Apache-2.0
// A request to people as it goes on record, beside the decision that it comes from: the card sealed, and what is asked.
import { type Card, cardOf, verbLine } from '../core/approval/card.ts';
import { cardOperands } from '../core/approval/card-operands.ts';
import { canonicalJson } from '../core/json/canonical.ts';
import type { JsonObject } from '../core/json/value.ts';
import type { BodyOf } from '../core/record/event.ts';
import { payloadRef, type SealedPayload } from '../core/record/payload.ts';
import type { Caller } from '../core/request/proposal.ts';
import { type Asked, chainOf, toolOf, transformText } from './approving.ts';
import type { Considered } from './consider.ts';
import type { Place, Writing } from './sequencer.ts';
import type { Sealer } from './vault.ts';

/** What a caller is told of a request. */
export interface Pending {
  readonly approval: string;
  readonly expiresAt: number;
  /** What waits, in one line, with no value that the caller did not send. */
  readonly line: string;
  /** Whom it waits for: groups and how many of each, no names. */
  readonly needs: readonly { readonly approvers: readonly string[]; readonly quorum: number }[];
  /** Where they decide, as far as the edge knows. */
  readonly url?: string;
}

export interface Requested {
  readonly pending: Pick<Pending, 'approval' | 'expiresAt'>;
  readonly writing: Writing;
}

/** Of a request that was made now, or that somebody made before. */
export function pendingOf(
  { approval, expiresAt }: Pick<Pending, 'approval' | 'expiresAt'>,
  { entry, projection, transforms, because }: Considered,
): Pending {
  // What a policy put in the place of a value is for people, and not for whoever sent another.
  const args = transforms.length === 0 ? projection : undefined;
  return {
    approval,
    expiresAt,
    line: entry === undefined ? '' : verbLine(entry, args),
    needs: because.flatMap(({ policy: { remedy } }) =>
      remedy?.kind === 'step_up' ? [{ approvers: remedy.approvers, quorum: remedy.quorum }] : [],
    ),
  };
}

/** How a person made it of another request. */
export interface Instead {
  readonly record: Pick<BodyOf<'approval.requested'>, 'instead' | 'edit' | 'standing'>;
  readonly card: Pick<Card, 'edit' | 'standing'>;
  /** Where it is not about one call: the digest of what it is about, and its time. */
  readonly matter?: string;
  readonly payloads?: readonly SealedPayload[];
}

export function requestOf(
  { about }: Extract<Asked, { is: 'wanted' }>,
  considered: Considered,
  caller: Caller,
  decision: string,
  place: Place,
  seal: Sealer,
  instead?: Instead,
): Requested | undefined {
  const { who, entry } = considered;
  if (who === undefined || entry === undefined) return undefined;
  const approval = place.id('a');
  const { asks, expiresAt, requester, origin, precedents } = about;
  const matter = instead?.matter ?? about.digest;
  const { agent, task, session } = caller;
  const { type, purpose } = who.task;
  const card = seal(
    cardText(
      cardOf({
        ...{ approval, entry, matter, expiresAt },
        chain: chainOf(considered, caller),
        task: { id: task, type, ...(purpose === undefined ? {} : { purpose }), startedBy: requester },
        agent: { id: agent, owner: who.agent.owner, autonomy: who.agent.autonomy },
        why: about.why.flatMap(({ policy }) =>
          policy.remedy?.kind !== 'step_up'
            ? []
            : [
                {
                  policy: policy.id,
                  reason: policy.reason ?? '',
                  ...(policy.owner === undefined ? {} : { owner: policy.owner }),
                  approvers: policy.remedy.approvers,
                  quorum: policy.remedy.quorum,
                  separate: policy.remedy.separate ?? [],
                },
              ],
        ),
        resource: considered.resource,
        args: considered.projection ?? {},
        transforms: considered.transforms.map(transformText),
        lineage: origin.lineage,
        read: who.session.labels,
        ...(considered.sighting === undefined ? {} : { operands: cardOperands(considered.sighting) }),
        program: considered.program,
        precedents,
        ...instead?.card,
      }),
    ),
  );
  return {
    pending: { approval, expiresAt },
    writing: {
      id: place.id('e'),
      stream: `approval/${approval}`,
      event: {
        type: 'approval.requested',
        ...{ approval, decision, agent, task, session, matter, asks, expiresAt },
        card: payloadRef(card),
        tool: toolOf(entry),
        ...instead?.record,
      },
      payloads: [card, ...(instead?.payloads ?? [])],
    },
  };
}

/** A card is JSON by its type; interfaces only do not say so. */
function cardText(card: Card): string {
  return canonicalJson(card as unknown as JsonObject);
}
