// SPDX-License-Identifier: Apache-2.0
// What is in force changes at one position of the ledger, for every decision after it and none before.
import { shapeOf } from '../core/policy/shape.ts';
import { tenantKey } from '../core/record/events/parts.ts';
import { payloadRef } from '../core/record/payload.ts';
import type { Operator } from '../core/request/proposal.ts';
import { type Administered, administer } from './administer.ts';
import { isInForce } from './consider.ts';
import type { Published } from './ports.ts';
import type { InForce, Road } from './road.ts';
import type { Place, Sequencer, Writing } from './sequencer.ts';
import type { Sealer, Vault } from './vault.ts';

export interface Force {
  /** What decisions are made by now. */
  current(): InForce;
  /** Holds a compiled set ready: it comes into force when its event is folded, here or from another node; at once if it was. */
  stage(next: Published): InForce;
  /** What is tried beside it, where it is ready here. */
  candidate(): InForce | undefined;
  /** Holds a set ready to be tried. */
  stageCandidate(next: Published): void;
}

/** Why something comes into force, in the words of who wants it. */
export interface Grounds {
  readonly reason: string;
  /** It goes back: the digest of the policy texts that come out of force by it. */
  readonly undoes?: string;
}

export interface Publication {
  /** Digests. */
  readonly policy: string;
  readonly catalogue: string;
  /** False where exactly this was in force already; nothing but the decision is written then. */
  readonly changed: boolean;
}

/** Sets held ready: publications may follow each other faster than their events come back. */
const maxStaged = 16;

/** @param first what this node starts with; in force once its event is in the ledger */
export function createForce(first: Published | InForce, sequencer: Pick<Sequencer, 'onEvent'>): Force {
  let inForce = 'shapes' in first ? first : shaped(first);
  let catalogue = first.catalogue.digest;
  let published = keyOf(first.policies.digest, catalogue);
  const staged = new Map<string, InForce>([[published, inForce]]);
  const candidates = new Map<string, Published>();
  let tried: string | undefined;

  function enforce(): void {
    inForce = staged.get(published) ?? inForce;
  }

  sequencer.onEvent((event) => {
    // A publication writes both events in this order; the policies are what closes it.
    if (event.type === 'candidate.published') tried = event.policy;
    if (event.type === 'candidate.withdrawn') tried = undefined;
    if (event.type === 'catalogue.published') catalogue = event.catalogue;
    if (event.type !== 'policy.published') return;
    published = keyOf(event.policy, catalogue);
    enforce();
  });
  return {
    current: () => inForce,
    stage(next) {
      const ready = shaped(next);
      hold(staged, keyOf(next.policies.digest, next.catalogue.digest), ready);
      // Another node may have published it before it was loaded here.
      enforce();
      return ready;
    },
    candidate: () => candidateOver(inForce, tried === undefined ? undefined : candidates.get(tried)),
    stageCandidate: (next) => hold(candidates, next.policies.digest, next),
  };
}

/** Keeps the newest. */
function hold<T>(staged: Map<string, T>, key: string, value: T): void {
  staged.delete(key);
  staged.set(key, value);
  const [oldest] = staged.keys();
  if (staged.size > maxStaged && oldest !== undefined) staged.delete(oldest);
}

/** The set as it is tried: over the catalogue that is in force, which it was checked against. */
function candidateOver(inForce: InForce, candidate: Published | undefined): InForce | undefined {
  return candidate?.catalogue.digest === inForce.catalogue.digest
    ? { ...inForce, policies: candidate.policies, sources: candidate.sources }
    : undefined;
}

/** The same policies over another catalogue are another thing to decide by. */
function keyOf(policies: string, catalogue: string): string {
  return `${policies} ${catalogue}`;
}

/** Brings compiled policies and catalogue into force. Decided like every administrative act, by the policies in force before. */
export async function publish(
  road: Pick<Road, 'sequencer' | 'published' | 'vault'>,
  force: Force,
  operator: Operator,
  next: Published,
  grounds: Grounds,
): Promise<Administered<Publication>> {
  force.stage(next);
  const policy = next.policies.digest;
  const catalogue = next.catalogue.digest;
  const seal = await tenantSealer(road.vault);
  return administer(road, operator, 'policy.publish', { kind: 'policy', id: policy }, (view, place) => {
    const changed = !isInForce(view, next);
    return {
      ok: true,
      writings: changed ? publication(next, operator.id, grounds, place, seal) : [],
      value: { policy, catalogue, changed },
    };
  });
}

/** The first publication of a ledger, or of a node that starts with other files than were in force: nobody is there to ask yet. */
export async function publishAtStart(
  road: Pick<Road, 'sequencer' | 'vault'>,
  first: Published,
  author: string,
): Promise<void> {
  const seal = await tenantSealer(road.vault);
  await road.sequencer.submit((view, place) => {
    const grounds = { reason: 'what this node started with' };
    const writings = isInForce(view, first) ? [] : publication(first, author, grounds, place, seal);
    return { writings, depends: true, result: undefined };
  });
}

/** The tenant's key was erased: nothing can be published that could be explained later. */
export class TenantKeyGone extends Error {
  readonly code = 'tenant_key_gone';
}

export async function tenantSealer(vault: Vault): Promise<Sealer> {
  await vault.ensure(tenantKey);
  const seal = await vault.sealer(tenantKey);
  if (seal === undefined) throw new TenantKeyGone('the key of the tenant cannot be had');
  return seal;
}

function publication(
  next: Published,
  author: string,
  { reason, undoes }: Grounds,
  place: Place,
  seal: Sealer,
): readonly Writing[] {
  const catalogue = seal(next.sources.catalogue);
  const policies = seal(next.sources.policies);
  return [
    {
      id: place.id('e'),
      stream: 'tenant',
      event: {
        type: 'catalogue.published',
        catalogue: next.catalogue.digest,
        sources: payloadRef(catalogue),
      },
      payloads: [catalogue],
    },
    {
      id: place.id('e'),
      stream: 'tenant',
      event: {
        type: 'policy.published',
        policy: next.policies.digest,
        engine: next.policies.engine,
        mode: next.mode,
        sources: payloadRef(policies),
        author,
        reason,
        ...(undoes === undefined ? {} : { undoes }),
      },
      payloads: [policies],
    },
  ];
}

/** With the shapes of arguments: what a node decides by. */
export function shaped(next: Published): InForce {
  const shapes = new Map(
    next.catalogue.entries.flatMap((entry) =>
      entry.pinned === undefined
        ? []
        : [[entry.action, shapeOf(entry.pinned.definition.inputSchema, entry.args)] as const],
    ),
  );
  return { ...next, shapes };
}
