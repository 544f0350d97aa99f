// SPDX-License-Identifier: Apache-2.0
/**
 * What people answered before, by rule and tool, of one agent: counts, and the last three. Bounded, and no advice.
 *
 * Never rested upon by a decision. A card shows it to whoever decides the next one.
 */
import type { Precedent } from './card.ts';

export interface Answered {
  readonly policy: string;
  /** `server/target`. */
  readonly tool: string;
  readonly yes: number;
  readonly no: number;
  /** The newest first. */
  readonly last: readonly {
    readonly verdict: 'approve' | 'refuse';
    readonly person: string;
    readonly at: number;
  }[];
}

/** Rules and tools that are told apart; the one answered longest ago goes first. */
export const maxAnswered = 64;
const maxLast = 3;

export function withAnswer(
  before: readonly Answered[],
  policies: readonly string[],
  tool: string,
  answer: Answered['last'][number],
): readonly Answered[] {
  return policies.reduce((all, policy) => {
    const is = (one: Answered): boolean => one.policy === policy && one.tool === tool;
    const known = all.find(is) ?? { policy, tool, yes: 0, no: 0, last: [] };
    const { yes, no } = known;
    const after: Answered = {
      ...{ policy, tool },
      yes: yes + (answer.verdict === 'approve' ? 1 : 0),
      no: no + (answer.verdict === 'refuse' ? 1 : 0),
      last: [answer, ...known.last].slice(0, maxLast),
    };
    return [after, ...all.filter((one) => !is(one))].slice(0, maxAnswered);
  }, before);
}

/** Of the rules that ask now. */
export function precedentsOf(
  answered: readonly Answered[],
  policies: readonly string[],
  tool: string,
  at: number,
): readonly Precedent[] {
  return answered.flatMap((one) =>
    one.tool === tool && policies.includes(one.policy)
      ? [
          {
            ...{ policy: one.policy, yes: one.yes, no: one.no },
            last: one.last.map(({ verdict, person, at: then }) => ({
              ...{ verdict, person },
              agoMs: Math.max(0, at - then),
            })),
          },
        ]
      : [],
  );
}
