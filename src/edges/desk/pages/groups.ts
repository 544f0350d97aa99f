// SPDX-License-Identifier: Apache-2.0
/**
 * Requests that are alike, so that a person is asked once about twenty: the same agent, task, tool, rules and people, what
 * was read, and how it ends. Only what they do it with differs, and that is shown of each.
 *
 * Never puts together what somebody would have to look at twice: a request with values in doubt, hidden or foreign
 * characters or a program in it, and one that a person made, stays by itself.
 */
import { canonicalJson } from '../../../core/json/canonical.ts';
import type { ShownCard, Votes } from './card-view.ts';
import { marksOf } from './effect.ts';
import { remarksOn } from './foreign.ts';

export interface Waiting {
  readonly approval: string;
  readonly agent: string;
  readonly expiresAt: number;
  readonly votes: readonly Votes[];
  /** Approved, and the agent has not made the call yet. */
  readonly approved?: boolean;
  /** Whoever looks has said yes already, or may not say anything. */
  readonly settledForYou?: boolean;
  /** What an answer names. */
  readonly digest: string;
  /** Absent where it was not opened. */
  readonly card?: ShownCard;
}

export const maxTogether = 50;

/** In the order of the first of each. */
export function groupsOf(waiting: readonly Waiting[]): readonly (readonly [Waiting, ...Waiting[]])[] {
  const groups: [Waiting, ...Waiting[]][] = [];
  const open = new Map<string, [Waiting, ...Waiting[]]>();
  for (const one of waiting) {
    const key = likeness(one);
    const group = open.get(key);
    if (group !== undefined && group.length < maxTogether) group.push(one);
    else {
      const begun: [Waiting, ...Waiting[]] = [one];
      open.set(key, begun);
      groups.push(begun);
    }
  }
  return groups;
}

/** What has to be equal, as text. */
function likeness({ approval, card, votes, approved, settledForYou }: Waiting): string {
  if (card === undefined || approved === true || settledForYou === true) return approval;
  const { chain, task, agent, why, effect, read } = card;
  if (isUnusual(card)) return approval;
  const { arguments: _each, resource: _of, hidden: _marks, ...tool } = effect;
  const { id, type, purpose = null, startedBy } = task;
  return canonicalJson({
    ...{ chain: [...chain], task: { id, type, purpose, startedBy }, agent: { ...agent } },
    why: why.map(({ policy, reason, approvers, quorum, separate }) => [
      policy,
      reason,
      [...approvers],
      quorum,
      [...separate],
    ]),
    tool: { ...tool, transforms: [...tool.transforms] },
    read: { level: read.level, untrusted: read.untrusted, sources: [...read.sources] },
    votes: votes.map(({ policy, have }) => [policy, have]),
  });
}

function isUnusual({ edit, standing, program, operands, lineage, effect }: ShownCard): boolean {
  return (
    edit !== undefined ||
    standing !== undefined ||
    program !== undefined ||
    operands !== undefined ||
    lineage.length > 0 ||
    effect.arguments.some(({ role }) => role === 'code' || role === 'query') ||
    marksOf(effect.arguments).hidden > 0 ||
    effect.arguments.some(({ path, value }) => remarksOn(path + value).length > 0)
  );
}
