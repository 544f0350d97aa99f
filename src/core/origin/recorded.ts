// SPDX-License-Identifier: Apache-2.0
// Where values came from, as the record of a decision has it: one fact, written, and read back for who decides it again.
import type { Fact } from '../record/events/decision.ts';
import { decidingRoles, type OriginFacts, type RoleFacts, unasked } from './facts.ts';
import type { Origin } from './reason.ts';

type Facts = { readonly [name: string]: Fact };

const name = 'origin';

/**
 * `['asked', 'unnamed', 'destination 2 untrusted']`: whether such an act was asked for, and of each role that the call
 * has the worst doubt and where its values come from. Nothing for a call that only observes.
 */
export function originRecord({ roles, intent }: OriginFacts, at: number): Facts {
  const said = decidingRoles.flatMap((role) => {
    const { doubt, from } = roles[role];
    return from.length === 0 ? [] : [[role, doubt, ...from].join(' ')];
  });
  const asked = intent.known
    ? [
        intent.asked ? 'asked' : 'not_asked',
        ...(intent.inferred ? ['inferred'] : []),
        ...(intent.named ? [] : ['unnamed']),
      ]
    : [];
  const value = [...asked, ...said];
  return value.length === 0 ? {} : { [name]: { value, source: 'origin', t: at } };
}

export function originOf(facts: Facts): OriginFacts {
  const value = facts[name]?.value;
  const said = Array.isArray(value) ? (value as readonly string[]).map((text) => text.split(' ')) : [];
  const roles = Object.fromEntries(
    decidingRoles.map((role): [string, RoleFacts] => {
      const [, doubt, ...from] = said.find(([first]) => first === role) ?? [];
      if (doubt === undefined) return [role, unasked.roles[role]];
      // What is not understood is the worst.
      return [role, { doubt: doubt === '0' ? 0 : doubt === '1' ? 1 : 2, from: from as readonly Origin[] }];
    }),
  ) as OriginFacts['roles'];
  const has = (word: string): boolean => said.some(([first]) => first === word);
  return {
    roles,
    intent: {
      known: has('asked') || has('not_asked'),
      asked: !has('not_asked'),
      inferred: has('inferred'),
      named: !has('unnamed'),
    },
    lineage: [],
  };
}
