// SPDX-License-Identifier: Apache-2.0
/**
 * A policy set that is tried: asked about every request beside the set in force, recorded, and never heeded.
 *
 * What it would have said stands in the record of what was decided, from the same state at the same time. It
 * takes no part in that decision: not in the outcome, not in what the decision rests on, and a fault of it is
 * an answer that cannot be told.
 *
 * Source: docs/adr/0017-publication.md.
 */
import type { BodyOf } from '../core/record/event.ts';
import { payloadRef } from '../core/record/payload.ts';
import type { Caller, Operator, Proposal } from '../core/request/proposal.ts';
import { facets, type UnitView } from '../core/state/facet.ts';
import { type Administered, administer } from './administer.ts';
import { type Considered, type Considering, consider, type Moment } from './consider.ts';
import type { Published } from './ports.ts';
import { type Force, tenantSealer } from './publish.ts';
import type { Road } from './road.ts';
import { underSet } from './under-set.ts';

export type Would = NonNullable<BodyOf<'decision'>['would']>;

export interface Tried {
  readonly policy: string;
  /** False where exactly this was tried already, or nothing was; nothing but the decision is written then. */
  readonly changed: boolean;
}

/** Has a set tried from here on. Decided like a publication, by the policies in force. */
export async function tryCandidate(
  road: Pick<Road, 'sequencer' | 'published' | 'vault'>,
  force: Force,
  operator: Operator,
  candidate: Published,
  reason: string,
): Promise<Administered<Tried>> {
  force.stageCandidate(candidate);
  const seal = await tenantSealer(road.vault);
  const { digest: policy, engine } = candidate.policies;
  return administer(road, operator, 'policy.publish', { kind: 'candidate', id: policy }, (view, place) => {
    if (view.get(facets.catalogue) !== candidate.catalogue.digest)
      return { ok: false, code: 'not_possible', reason: 'it was checked against another catalogue' };
    const changed = view.get(facets.candidate)?.policy !== policy;
    const sources = seal(candidate.sources.policies);
    const event: BodyOf<'candidate.published'> = {
      type: 'candidate.published',
      policy,
      engine,
      sources: payloadRef(sources),
      author: operator.id,
      reason,
    };
    const writing = { id: place.id('e'), stream: 'tenant', event, payloads: [sources] };
    return { ok: true, writings: changed ? [writing] : [], value: { policy, changed } };
  });
}

/** Has nothing tried any more. */
export function withdrawCandidate(
  road: Pick<Road, 'sequencer' | 'published'>,
  operator: Operator,
  reason: string,
): Promise<Administered<Tried>> {
  const tried = road.sequencer.head.get(facets.candidate)?.policy ?? 'none';
  return administer(road, operator, 'policy.publish', { kind: 'candidate', id: tried }, (view, place) => {
    const policy = view.get(facets.candidate)?.policy;
    if (policy === undefined) return { ok: false, code: 'not_found', reason: 'no candidate is tried' };
    const event: BodyOf<'candidate.withdrawn'> = {
      type: 'candidate.withdrawn',
      policy,
      author: operator.id,
      reason,
    };
    return {
      ok: true,
      writings: [{ id: place.id('e'), stream: 'tenant', event }],
      value: { policy, changed: true },
    };
  });
}

/**
 * What the candidate says of a request, if one is tried. Never throws.
 *
 * Reads aside, so that the decision does not come to rest on any of it.
 */
export function wouldBe(
  road: Pick<Road, 'candidate'>,
  considering: Considering,
  { aside }: UnitView,
  moment: Moment,
  caller: Caller,
  proposal: Proposal,
  understood: ReadonlySet<string>,
): Would | undefined {
  const policy = aside.get(facets.candidate)?.policy;
  if (policy === undefined) return undefined;
  const force = road.candidate();
  if (force === undefined || force.policies.digest !== policy)
    return { policy, code: 'policy_not_here', by: [] };
  try {
    // Nobody is asked for it: an opinion counts here if the same document was asked about anyway.
    const said = consider(considering, force, underSet(aside, force), moment, caller, proposal, understood);
    return { policy, ...saying(said) };
  } catch {
    return { policy, code: 'engine_failed', by: [] };
  }
}

/** More names than these help nobody, and a record has its size. */
const maxNamed = 8;

function saying(said: Considered): Omit<Would, 'policy'> {
  if (said.unasked !== undefined) return { code: 'opa_unasked', by: [] };
  const { outcome, code } = said;
  const effect = outcome === 'allow' || outcome === 'modify' ? 'permit' : 'forbid';
  const by = said.because.flatMap(({ policy }) => (policy.effect === effect ? [policy.id] : []));
  return { outcome, code, by: by.slice(0, maxNamed) };
}
