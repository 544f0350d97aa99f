// SPDX-License-Identifier: Apache-2.0
// Two answers to the same request, and requests whose answers differ in the same way, by the same rules.
import type { DecisionEvent } from '../core/record/event.ts';

export interface Said {
  readonly outcome: DecisionEvent['outcome'];
  readonly code: string;
  /** The policies that decided: forbids of a refusal, permits of an allow. */
  readonly policies: readonly string[];
}

/** Decisions that would change in the same way, by the same rules. */
export interface Change {
  readonly kind: ChangeKind;
  readonly before: Said;
  readonly after: Said;
  readonly count: number;
  /** `server/target`, the most frequent first. */
  readonly targets: readonly { readonly target: string; readonly count: number }[];
  /** Ids of some of the decisions. */
  readonly examples: readonly string[];
}

/** In the order in which a reader should see them. */
export const changeKinds = ['newly_allowed', 'newly_asked', 'newly_refused', 'otherwise'] as const;
export type ChangeKind = (typeof changeKinds)[number];

/** What was asked. */
interface Asked extends Pick<DecisionEvent, 'id'> {
  readonly request: Pick<DecisionEvent['request'], 'server' | 'target'>;
}

export interface Changes {
  /** @returns whether it is another answer */
  note(event: Asked, before: Said, after: Said): boolean;
  /** Newly allowed first, then by how many. */
  ordered(): readonly Change[];
}

interface Group {
  readonly kind: ChangeKind;
  readonly before: Said;
  readonly after: Said;
  count: number;
  readonly targets: Map<string, number>;
  readonly examples: string[];
}

const maxExamples = 5;
const maxTargets = 10;

export function createChanges(): Changes {
  const groups = new Map<string, Group>();
  return {
    note(event, before, after) {
      if (before.outcome === after.outcome && before.code === after.code) return false;
      const key = JSON.stringify([before, after]);
      const group = groups.get(key) ?? {
        kind: kindOf(before.outcome, after.outcome),
        before,
        after,
        count: 0,
        targets: new Map<string, number>(),
        examples: [],
      };
      groups.set(key, group);
      group.count += 1;
      const target = `${event.request.server}/${event.request.target}`;
      group.targets.set(target, (group.targets.get(target) ?? 0) + 1);
      if (group.examples.length < maxExamples) group.examples.push(event.id);
      return true;
    },
    ordered: () =>
      [...groups.values()]
        .sort((a, b) => changeKinds.indexOf(a.kind) - changeKinds.indexOf(b.kind) || b.count - a.count)
        .map(({ targets, ...group }) => ({
          ...group,
          targets: [...targets]
            .map(([target, count]) => ({ target, count }))
            .sort((a, b) => b.count - a.count)
            .slice(0, maxTargets),
        })),
  };
}

/** What the records say of a decision. */
export function saidOf({
  outcome,
  code,
  verdicts,
}: Pick<DecisionEvent, 'outcome' | 'code' | 'verdicts'>): Said {
  const satisfied = verdicts.filter(({ kind }) => kind === 'satisfied');
  const effect = runs(outcome) ? 'permit' : 'forbid';
  const policies = satisfied.filter((one) => one.effect === effect).map(({ policy }) => policy);
  return { outcome, code, policies: policies.sort() };
}

export function runs(outcome: Said['outcome']): boolean {
  return outcome === 'allow' || outcome === 'modify';
}

function kindOf(before: Said['outcome'], after: Said['outcome']): ChangeKind {
  if (!runs(before) && runs(after)) return 'newly_allowed';
  if (after === 'step_up' || after === 'defer') return 'newly_asked';
  return runs(before) && !runs(after) ? 'newly_refused' : 'otherwise';
}
