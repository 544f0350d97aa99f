// SPDX-License-Identifier: Apache-2.0
/**
 * What a condition over history looks at, and what that costs, in words: a wider one than was meant is
 * seen before it is published.
 *
 * Source: docs/temporal.md, "Whose history, and what it costs".
 */
import { duration } from '../../app/lifting.ts';
import type { Locality } from '../../core/temporal/condition.ts';
import { printable } from './printable.ts';

export interface CheckedCondition {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly policy: string;
  /** As facts of records call it, after `history.`. */
  readonly name: string;
  readonly text: string;
  readonly history: Locality;
  readonly reachSeconds: number;
  /** What was done of these can matter. */
  readonly actions: readonly string[];
  /** Whether the answer takes no longer with more history. */
  readonly constantTime: boolean;
}

export function conditionLines(it: CheckedCondition): readonly string[] {
  const whose = {
    session: "the session's own",
    agent: "the agent's, in all its sessions",
    tenant: "everybody's",
  };
  const reach = it.reachSeconds === 0 ? 'this moment only' : `${duration(it.reachSeconds * 1000)} back`;
  return [
    '',
    printable(`${it.file}:${it.line}:${it.column}: history.${it.name} (${it.policy})`),
    `  ${printable(it.text)}`,
    `  history   ${whose[it.history]}, ${reach}`,
    `  waits     ${printable(costOf(it))}`,
    `  answered  ${it.constantTime ? 'in constant time' : 'in a time that grows with what happens within its reach'}`,
  ];
}

export function withCosts(it: CheckedCondition): CheckedCondition & { readonly cost: string } {
  return { ...it, cost: costOf(it) };
}

/** Which calls a decision that asks this has to be put in order with. */
function costOf({ history, actions }: CheckedCondition): string {
  const named = actions.join(', ');
  switch (history) {
    case 'session':
      return "only the session's own calls wait for one another";
    case 'agent':
      return "the agent's calls wait for whatever the agent does, in all of its sessions";
    case 'tenant':
      return `every call that asks it waits for what anybody does of ${named}, on all nodes: the busiest of them limits the rate`;
  }
}
