// SPDX-License-Identifier: Apache-2.0
/**
 * How much an agent does by itself: the levels, which is lower, and what the policies that stand against a call lower it to.
 *
 * A rule lowers and never raises; a person does either.
 *
 * Source: docs/adr/0037-autonomy.md.
 */
import { type Lift, names, type Verdict } from '../decision/verdict.ts';

/** The lowest first. */
export const autonomies = ['supervised', 'semi', 'full'] as const;
export type Autonomy = (typeof autonomies)[number];

/** What a rule can lower to: to the top there is nothing to lower. */
export const lowered = ['supervised', 'semi'] as const;

export function isLower(one: Autonomy, than: Autonomy): boolean {
  return autonomies.indexOf(one) < autonomies.indexOf(than);
}

/** The lowest that a satisfied forbid asks for which nobody has lifted, where that is lower than it is. */
export function loweredBy(
  verdicts: readonly Verdict[],
  lifts: readonly Lift[],
  now: Autonomy,
): { readonly level: Autonomy; readonly rule: string } | undefined {
  let found: { readonly level: Autonomy; readonly rule: string } | undefined;
  for (const verdict of verdicts) {
    const { lowers: level, id: rule } = verdict.policy;
    const isLifted = lifts.some((lift) => names(lift, verdict));
    if (
      level !== undefined &&
      verdict.kind === 'satisfied' &&
      !isLifted &&
      isLower(level, found?.level ?? now)
    )
      found = { level, rule };
  }
  return found;
}
