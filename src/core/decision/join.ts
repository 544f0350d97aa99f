// SPDX-License-Identifier: Apache-2.0
/**
 * What policy folded to and what a second decision point said, as one outcome: the stricter of the two.
 *
 * deny > defer > step_up > modify > allow. An opinion can only take away: it never lifts what policy refuses,
 * and one that cannot be had denies. Where both say the same, both are kept.
 *
 * Source: docs/adr/0016-opa.md.
 */
import type { DenyCode, Outcome } from './fold.ts';
import type { OpinionAnswer, OpinionFault } from './opinion.ts';
import type { Transform, Verdict } from './verdict.ts';

export type JoinedCode = DenyCode | OpinionFault | 'opa_denied' | 'opa_step_up' | 'opa_deferred';

export type Joined =
  | Extract<Outcome, { outcome: 'allow' }>
  | { readonly outcome: 'deny'; readonly code: JoinedCode; readonly because: readonly Verdict[] }
  /** `code` only where policy itself did not ask for it. */
  | { readonly outcome: 'defer'; readonly code?: 'opa_deferred'; readonly because: readonly Verdict[] }
  | { readonly outcome: 'step_up'; readonly code?: 'opa_step_up'; readonly because: readonly Verdict[] }
  | {
      readonly outcome: 'modify';
      readonly because: readonly Verdict[];
      readonly transforms: readonly Transform[];
    };

/** From the mildest on. */
export const strictness = ['allow', 'modify', 'step_up', 'defer', 'deny'] as const;

export function join(outcome: Joined, answer: OpinionAnswer): Joined {
  if (outcome.outcome === 'deny') return outcome;
  if (!answer.ok) return { outcome: 'deny', code: answer.code, because: [] };
  const { opinion } = answer;
  if (stricter(outcome.outcome, opinion.outcome)) return outcome;
  // What follows is as strict as policy, or stricter: what made policy say less explains nothing any more.
  const alike = outcome.outcome === opinion.outcome;
  switch (opinion.outcome) {
    case 'deny':
      return { outcome: 'deny', code: 'opa_denied', because: [] };
    case 'defer':
      return alike ? outcome : { outcome: 'defer', code: 'opa_deferred', because: [] };
    case 'step_up':
      return alike ? outcome : { outcome: 'step_up', code: 'opa_step_up', because: [] };
    case 'modify': {
      const before = outcome.outcome === 'modify' ? outcome : { transforms: [], because: [] };
      return { ...before, outcome: 'modify', transforms: united([...before.transforms, opinion.transform]) };
    }
    case 'allow':
      return outcome.outcome === 'allow'
        ? { ...outcome, obligations: united([...outcome.obligations, ...opinion.obligations]) }
        : outcome;
  }
}

function stricter(a: Joined['outcome'], b: Joined['outcome']): boolean {
  return strictness.indexOf(a) > strictness.indexOf(b);
}

/** Each once, in an order that does not tell who spoke first. */
function united<T>(items: readonly T[]): readonly T[] {
  return [...new Map(items.map((item) => [JSON.stringify(item), item])).entries()]
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([, item]) => item);
}
