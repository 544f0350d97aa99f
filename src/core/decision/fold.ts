// SPDX-License-Identifier: Apache-2.0
// Many verdicts, one outcome. Never consults a policy, a clock or the world.
// Source: docs/adr/0004-combining.md (differs from Cedar, which skips a forbid that errors).
import { type Lift, names, type Obligation, type Transform, type Verdict } from './verdict.ts';

/** Changes whenever the same verdicts could fold differently; every record carries it. */
export const foldVersion = 'fold/1';

export type Outcome =
  | {
      readonly outcome: 'allow';
      readonly because: readonly Verdict[];
      readonly obligations: readonly Obligation[];
    }
  | { readonly outcome: 'deny'; readonly code: DenyCode; readonly because: readonly Verdict[] }
  | { readonly outcome: 'defer'; readonly because: readonly Verdict[] }
  | { readonly outcome: 'step_up'; readonly because: readonly Verdict[] }
  | {
      readonly outcome: 'modify';
      readonly because: readonly Verdict[];
      readonly transforms: readonly Transform[];
    };

export type DenyCode = 'forbidden' | 'forbid_errored' | 'no_permit';

/**
 * Folds what each policy said about one request, less what has been lifted, into one outcome.
 *
 * Never throws: every way in which a policy can go wrong arrives here as a verdict. An error is
 * never a permission. A lift takes away the one forbid that it names, by id and text digest, and
 * only one that the policy itself declared liftable: by its outcome, or by naming who may break the glass.
 */
export function fold(verdicts: readonly Verdict[], lifts: readonly Lift[]): Outcome {
  const standing = verdicts.filter((v) => !lifts.some((lift) => names(lift, v) && lifted(lift, v)));
  const forbids = standing.filter((v) => v.policy.effect === 'forbid');

  const final = forbids.filter((v) => v.kind === 'satisfied' && isFinal(v));
  if (final.length > 0) return { outcome: 'deny', code: 'forbidden', because: byId(final) };

  const broken = forbids.filter((v) => v.kind === 'errored');
  if (broken.length > 0) return { outcome: 'deny', code: 'forbid_errored', because: byId(broken) };

  const permits = standing.filter((v) => v.policy.effect === 'permit' && v.kind === 'satisfied');
  if (permits.length === 0) return { outcome: 'deny', code: 'no_permit', because: [] };

  return (
    strictestRemedy(forbids) ?? { outcome: 'allow', because: byId(permits), obligations: united(permits) }
  );
}

// What narrows a result can do nothing for a request.
function isFinal({ policy: { remedy } }: Verdict): boolean {
  return remedy === undefined || remedy.kind === 'narrow';
}

// A final forbid cannot be lifted whatever an approval says; nor can one that errored, since nobody
// knows what it would have asked for. A broken glass takes away what says so itself, and nothing else.
function lifted({ glass }: Lift, v: Verdict): boolean {
  if (v.policy.effect !== 'forbid' || v.kind !== 'satisfied') return false;
  return glass === true ? v.policy.breakGlass !== undefined : !isFinal(v);
}

function strictestRemedy(forbids: readonly Verdict[]): Outcome | undefined {
  const asking = (kind: 'defer' | 'step_up' | 'modify') =>
    byId(forbids.filter((v) => v.policy.remedy?.kind === kind));

  const deferring = asking('defer');
  if (deferring.length > 0) return { outcome: 'defer', because: deferring };
  const steppingUp = asking('step_up');
  if (steppingUp.length > 0) return { outcome: 'step_up', because: steppingUp };
  const modifying = asking('modify');
  if (modifying.length === 0) return undefined;
  const transforms = modifying.flatMap((v) =>
    v.policy.remedy?.kind === 'modify' ? [v.policy.remedy.transform] : [],
  );
  return { outcome: 'modify', because: modifying, transforms: eachOnce(transforms) };
}

function united(permits: readonly Verdict[]): readonly Obligation[] {
  return eachOnce(byId(permits).flatMap((v) => v.policy.obligations));
}

function eachOnce<T>(items: readonly T[]): readonly T[] {
  return [...new Map(items.map((item) => [JSON.stringify(item), item])).values()];
}

// The order in which an engine reports policies is not part of the outcome.
function byId(verdicts: readonly Verdict[]): readonly Verdict[] {
  return [...verdicts].sort((a, b) => (a.policy.id < b.policy.id ? -1 : a.policy.id > b.policy.id ? 1 : 0));
}
