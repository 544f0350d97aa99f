// SPDX-License-Identifier: Apache-2.0
/**
 * Who may be asked comes into force like policies do: at one position of the ledger, with an author and a reason, and
 * only where this node has loaded it. So nobody who was taken out of a group still counts on a node that has not heard.
 */
import type { Roster } from '../core/approval/roster.ts';
import { payloadRef } from '../core/record/payload.ts';
import type { Operator } from '../core/request/proposal.ts';
import { facets } from '../core/state/facet.ts';
import { type Administered, administer } from './administer.ts';
import { tenantSealer } from './publish.ts';
import type { Road } from './road.ts';
import type { Place, Sequencer, Writing } from './sequencer.ts';
import type { Sealer } from './vault.ts';

export interface ApproversFile {
  readonly roster: Roster;
  /** As canonical JSON: kept with the publication, so that it can be told later who was asked. */
  readonly source: string;
}

export interface Approvers {
  /** What is in force, where it is loaded here. */
  current(): Roster;
  /** Holds a roster ready: it is the current one once its event is folded. */
  stage(next: Roster): void;
}

const maxStaged = 16;

export function createApprovers(first: Roster, sequencer: Pick<Sequencer, 'head'>): Approvers {
  const staged = new Map([[first.digest, first]]);
  let newest = first;
  return {
    current: () => staged.get(sequencer.head.get(facets.approvers) ?? '') ?? newest,
    stage(next) {
      newest = next;
      staged.delete(next.digest);
      staged.set(next.digest, next);
      const [oldest] = staged.keys();
      if (staged.size > maxStaged && oldest !== undefined) staged.delete(oldest);
    },
  };
}

/** Decided like every administrative act. */
export async function publishApprovers(
  road: Pick<Road, 'sequencer' | 'published' | 'vault'>,
  approvers: Approvers,
  operator: Operator,
  { roster, source }: ApproversFile,
  reason: string,
): Promise<Administered<{ readonly changed: boolean }>> {
  approvers.stage(roster);
  const seal = await tenantSealer(road.vault);
  const subject = { kind: 'approvers', id: roster.digest } as const;
  return administer(road, operator, 'approvers.publish', subject, (view, place) => {
    const changed = view.get(facets.approvers) !== roster.digest;
    const writings = changed ? [publication(roster, source, operator.id, reason, place, seal)] : [];
    return { ok: true, writings, value: { changed } };
  });
}

/** What a node starts with: nobody is there to ask yet. */
export async function publishApproversAtStart(
  road: Pick<Road, 'sequencer' | 'vault'>,
  { roster, source }: ApproversFile,
  author: string,
): Promise<void> {
  const seal = await tenantSealer(road.vault);
  await road.sequencer.submit((view, place) => {
    const changed = view.get(facets.approvers) !== roster.digest;
    const reason = 'what this node started with';
    const writings = changed ? [publication(roster, source, author, reason, place, seal)] : [];
    return { writings, depends: true, result: undefined };
  });
}

function publication(
  roster: Roster,
  source: string,
  author: string,
  reason: string,
  place: Place,
  seal: Sealer,
): Writing {
  const sealed = seal(source);
  return {
    id: place.id('e'),
    stream: 'tenant',
    event: {
      type: 'approvers.published',
      approvers: roster.digest,
      sources: payloadRef(sealed),
      author,
      reason,
    },
    payloads: [sealed],
  };
}
