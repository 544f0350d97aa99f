// SPDX-License-Identifier: Apache-2.0
/**
 * What another policy set would have said of a result, from what its record says was found in it.
 *
 * The contents are not looked at again: detectors of today may find something else. What a transform that was not made would have
 * left is in no record, so what policy would say of that is not guessed.
 *
 * Source: docs/adr/0024-results.md; docs/evidence.md, "Plans".
 */
import { foldResult } from '../core/decision/fold-result.ts';
import type { ObservationToReplay } from '../core/record/replayed.ts';
import { spelt } from '../core/result/narrow.ts';
import type { Circumstances } from '../core/session/circumstances.ts';
import type { Said } from './change.ts';
import type { LiveCall } from './live.ts';
import { factsOf, verdictsOn } from './result.ts';
import type { InForce } from './road.ts';

export type ResultCall = Pick<LiveCall, 'entry' | 'args' | 'resource'>;

/** @returns undefined where it cannot be told */
export function resultAgain(
  next: InForce,
  call: ResultCall,
  decided: NonNullable<ObservationToReplay['decided']>,
  who: Circumstances,
): Said | undefined {
  if (!next.policies.speaksOfResults) return passes;
  const found = verdictsOn(next, call, factsOf(decided.found), who);
  if (found === undefined) return { outcome: 'deny', code: 'engine_failed', policies: [] };
  const first = foldResult(found, () => false);
  if (first.outcome !== 'modify') return said(first);
  const made = new Set(decided.transforms);
  const isMade = first.transforms.every((one) => made.has(spelt(one)));
  if (!isMade || decided.left === undefined) return undefined;
  // What was wanted of it then and could not be had would not be had now.
  if (decided.code === 'unsettled_transforms' || decided.code === 'does_not_fit') return undefined;
  const after = verdictsOn(next, call, factsOf(decided.left), who);
  if (after === undefined) return { outcome: 'deny', code: 'engine_failed', policies: [] };
  const second = foldResult(after, (one) => made.has(spelt(one)));
  if (second.outcome === 'modify') return undefined;
  return second.outcome === 'allow' ? said(first) : said(second);
}

export function resultSaid({ outcome, code, by }: NonNullable<ObservationToReplay['decided']>): Said {
  return { outcome, code, policies: by.map(({ policy }) => policy).sort() };
}

const passes: Said = { outcome: 'allow', code: 'permitted', policies: [] };

function said(folded: ReturnType<typeof foldResult>): Said {
  const policies = folded.because.map(({ policy }) => policy.id).sort();
  switch (folded.outcome) {
    case 'deny':
      return { outcome: 'deny', code: folded.code, policies };
    case 'step_up':
      return { outcome: 'step_up', code: 'pending_approval', policies };
    case 'defer':
      return { outcome: 'defer', code: 'deferred', policies };
    case 'modify':
    case 'allow':
      return { outcome: folded.outcome, code: 'permitted', policies };
  }
}
