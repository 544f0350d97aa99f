// SPDX-License-Identifier: Apache-2.0
// What is in force changes at one position of the ledger, for every decision after it and none before.
import { shapeOf } from '../core/policy/shape.ts';
import { tenantKey } from '../core/record/event.ts';
import { payloadRef } from '../core/record/payload.ts';
import type { Operator } from '../core/request/proposal.ts';
import { facets, type View } from '../core/state/facet.ts';
import { type Administered, administer } from './administer.ts';
import type { Published } from './ports.ts';
import type { InForce, Road } from './road.ts';
import type { Place, Sequencer, Writing } from './sequencer.ts';
import type { Sealer, Vault } from './vault.ts';

export interface Force {
  /** What decisions are made by now. */
  current(): InForce;
  /** Holds a compiled set ready: it comes into force when its event is folded, here or from another node. */
  stage(next: Published): InForce;
}

export interface Publication {
  /** Digests. */
  readonly policy: string;
  readonly catalogue: string;
  /** False where exactly this was in force already; nothing but the decision is written then. */
  readonly changed: boolean;
}

/** @param first what this node starts with; in force once its event is in the ledger */
export function createForce(first: Published, sequencer: Pick<Sequencer, 'onEvent'>): Force {
  let inForce = shaped(first);
  let catalogue = first.catalogue.digest;
  const staged = new Map<string, InForce>([[keyOf(first.policies.digest, catalogue), inForce]]);
  sequencer.onEvent((event) => {
    // A publication writes both events in this order; the policies are what closes it.
    if (event.type === 'catalogue.published') catalogue = event.catalogue;
    if (event.type !== 'policy.published') return;
    const key = keyOf(event.policy, catalogue);
    const next = staged.get(key);
    if (next === undefined) return;
    inForce = next;
    staged.clear();
    staged.set(key, next);
  });
  return {
    current: () => inForce,
    stage(next) {
      const ready = shaped(next);
      staged.set(keyOf(next.policies.digest, next.catalogue.digest), ready);
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
    const changed = !isStanding(view, next);
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
    const writings = isStanding(view, first) ? [] : publication(first, place, seal);
    return { writings, depends: true, result: undefined };
  });
}

function isStanding(view: View, { policies, catalogue }: Published): boolean {
  return view.get(facets.policy) === policies.digest && view.get(facets.catalogue) === catalogue.digest;
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

function shaped(next: Published): InForce {
  const shapes = new Map(
    next.catalogue.entries.flatMap((entry) =>
      entry.pinned === undefined
        ? []
        : [[entry.action, shapeOf(entry.pinned.definition.inputSchema, entry.args)] as const],
    ),
  );
  return { ...next, shapes };
}
