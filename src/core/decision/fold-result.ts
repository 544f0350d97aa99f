// SPDX-License-Identifier: Apache-2.0
/**
 * What policies said of a result, as one outcome. Only forbids that speak of results count: what may be read was decided with the
 * call, and needs no second permit.
 *
 * Nothing forbids it: it passes. An error forbids. What a person or a signal would have to lift is kept back, since nobody can lift
 * it yet. A transform honours its policy where the result is as the transform wants it.
 *
 * Source: docs/adr/0024-results.md.
 */
import type { ResultTransform } from '../result/narrow.ts';
import { spelt } from '../result/narrow.ts';
import type { Verdict } from './verdict.ts';

/** Changes whenever the same verdicts could fold differently. */
export const resultFoldVersion = 'result/1';

export type ResultOutcome =
  | { readonly outcome: 'allow'; readonly because: readonly Verdict[] }
  | {
      readonly outcome: 'deny';
      readonly code: 'forbidden' | 'forbid_errored';
      readonly because: readonly Verdict[];
    }
  | { readonly outcome: 'step_up' | 'defer'; readonly because: readonly Verdict[] }
  | {
      readonly outcome: 'modify';
      readonly because: readonly Verdict[];
      readonly transforms: readonly ResultTransform[];
    };

/** @param holds whether the result is already as a transform wants it */
export function foldResult(
  verdicts: readonly Verdict[],
  holds: (transform: ResultTransform) => boolean,
): ResultOutcome {
  const forbids = verdicts
    .filter(({ policy }) => policy.about === 'result' && policy.effect === 'forbid')
    .sort((a, b) => (a.policy.id < b.policy.id ? -1 : 1));
  const said = (kind: Verdict['kind']) => forbids.filter((one) => one.kind === kind);
  const asking = (remedy: string | undefined) =>
    said('satisfied').filter(({ policy }) => policy.remedy?.kind === remedy);

  // Of a request's own transform a result has no use.
  const final = [...asking(undefined), ...asking('modify')];
  if (final.length > 0) return { outcome: 'deny', code: 'forbidden', because: final };
  const broken = said('errored');
  if (broken.length > 0) return { outcome: 'deny', code: 'forbid_errored', because: broken };
  const deferring = asking('defer');
  if (deferring.length > 0) return { outcome: 'defer', because: deferring };
  const steppingUp = asking('step_up');
  if (steppingUp.length > 0) return { outcome: 'step_up', because: steppingUp };

  const narrowing = asking('narrow');
  const open = narrowing.filter(
    ({ policy: { remedy } }) => remedy?.kind === 'narrow' && !holds(remedy.transform),
  );
  if (open.length === 0) return { outcome: 'allow', because: narrowing };
  const transforms = open.flatMap(({ policy: { remedy } }) =>
    remedy?.kind === 'narrow' ? [remedy.transform] : [],
  );
  return {
    outcome: 'modify',
    because: open,
    transforms: [...new Map(transforms.map((one) => [spelt(one), one])).values()],
  };
}
