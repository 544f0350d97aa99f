// SPDX-License-Identifier: Apache-2.0
/**
 * Which signals there are comes into force like policies do: at one position of the ledger, with an author and a reason,
 * and only where this node has loaded it. So no source that was struck off is still believed on a node that has not heard.
 */
import { payloadRef } from '../core/record/payload.ts';
import type { Operator } from '../core/request/proposal.ts';
import type { Registry } from '../core/signal/registry.ts';
import { facets } from '../core/state/facet.ts';
import { type Administered, administer } from './administer.ts';
import { tenantSealer } from './publish.ts';
import type { Road } from './road.ts';
import type { Place, Sequencer, Writing } from './sequencer.ts';
import type { Sealer } from './vault.ts';

export interface SignalsFile {
  readonly registry: Registry;
  /** As canonical JSON: kept with the publication, so that it can be told later who could say what. */
  readonly source: string;
}

export interface Registries {
  /** What is in force, where it is loaded here. */
  current(): Registry;
  /** Holds a registry ready: it is the current one once its event is folded. */
  stage(next: Registry): void;
}

const maxStaged = 16;

export function createRegistries(first: Registry, sequencer: Pick<Sequencer, 'head'>): Registries {
  const staged = new Map([[first.digest, first]]);
  let newest = first;
  return {
    current: () => staged.get(sequencer.head.get(facets.signals) ?? '') ?? newest,
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
export async function publishSignals(
  road: Pick<Road, 'sequencer' | 'published' | 'vault'>,
  registries: Registries,
  operator: Operator,
  { registry, source }: SignalsFile,
  reason: string,
): Promise<Administered<{ readonly changed: boolean }>> {
  registries.stage(registry);
  const seal = await tenantSealer(road.vault);
  const subject = { kind: 'signals', id: registry.digest } as const;
  return administer(road, operator, 'signals.publish', subject, (view, place) => {
    const changed = view.get(facets.signals) !== registry.digest;
    const writings = changed ? [publication(registry, source, operator.id, reason, place, seal)] : [];
    return { ok: true, writings, value: { changed } };
  });
}

/** What a node starts with: nobody is there to ask yet. */
export async function publishSignalsAtStart(
  road: Pick<Road, 'sequencer' | 'vault'>,
  { registry, source }: SignalsFile,
  author: string,
): Promise<void> {
  const seal = await tenantSealer(road.vault);
  await road.sequencer.submit((view, place) => {
    const changed = view.get(facets.signals) !== registry.digest;
    const reason = 'what this node started with';
    const writings = changed ? [publication(registry, source, author, reason, place, seal)] : [];
    return { writings, depends: true, result: undefined };
  });
}

function publication(
  registry: Registry,
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
      type: 'signals.published',
      signals: registry.digest,
      sources: payloadRef(sealed),
      author,
      reason,
    },
    payloads: [sealed],
  };
}
