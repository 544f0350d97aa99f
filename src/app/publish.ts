// SPDX-License-Identifier: Apache-2.0
// What is in force changes at one position of the ledger, for every decision after it and none before.
import { shapeOf } from '../core/policy/shape.ts';
import { tenantKey } from '../core/record/event.ts';
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
export function createForce(first: Published, sequencer: Pick<Sequencer, 'onEvent'>): Force {
  let inForce = shaped(first);
  let catalogue = first.catalogue.digest;
  let published = keyOf(first.policies.digest, catalogue);
  const staged = new Map<string, InForce>([[published, inForce]]);

  function enforce(): void {
    inForce = staged.get(published) ?? inForce;
  }

  sequencer.onEvent((event) => {
    // A publication writes both events in this order; the policies are what closes it.
    if (event.type === 'catalogue.published') catalogue = event.catalogue;
    if (event.type !== 'policy.published') return;
    published = keyOf(event.policy, catalogue);
    enforce();
  });
  return {
    current: () => inForce,
    stage(next) {
      const ready = shaped(next);
      const key = keyOf(next.policies.digest, next.catalogue.digest);
      staged.delete(key);
      staged.set(key, ready);
      const [oldest] = staged.keys();
      if (staged.size > maxStaged && oldest !== undefined) staged.delete(oldest);
      // Another node may have published it before it was loaded here.
      enforce();
      return ready;
    },
  };
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
): Promise<Administered<Publication>> {
  force.stage(next);
  const policy = next.policies.digest;
  const catalogue = next.catalogue.digest;
  const seal = await tenantSealer(road.vault);
  return administer(road, operator, 'policy.publish', { kind: 'policy', id: policy }, (view, place) => {
    const changed = !isInForce(view, next);
    return {
      ok: true,
      writings: changed ? publication(next, place, seal) : [],
      value: { policy, catalogue, changed },
    };
  });
}

/** The first publication of a ledger, or of a node that starts with other files than were in force: nobody is there to ask yet. */
export async function publishAtStart(
  road: Pick<Road, 'sequencer' | 'vault'>,
  first: Published,
): Promise<void> {
  const seal = await tenantSealer(road.vault);
  await road.sequencer.submit((view, place) => {
    const writings = isInForce(view, first) ? [] : publication(first, place, seal);
    return { writings, depends: true, result: undefined };
  });
}

/** The tenant's key was erased: nothing can be published that could be explained later. */
export class TenantKeyGone extends Error {
  readonly code = 'tenant_key_gone';
}

async function tenantSealer(vault: Vault): Promise<Sealer> {
  await vault.ensure(tenantKey);
  const seal = await vault.sealer(tenantKey);
  if (seal === undefined) throw new TenantKeyGone('the key of the tenant cannot be had');
  return seal;
}

function publication(next: Published, place: Place, seal: Sealer): readonly Writing[] {
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
