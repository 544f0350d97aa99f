// SPDX-License-Identifier: Apache-2.0
/**
 * Whole leaves as compiled, and what makes ten thousand of them cost like ten: leaves that say the
 * same are one root, and roots that differ only in the literals of indexes are one family. Of a
 * family only those members can differ from the rest under whose literals something is kept for this
 * question; the others all answer as one of them does.
 */
import type { Formula } from './formula.ts';
import { type Frame, holdsAt, type Node, type Run } from './monitor.ts';
import { compile } from './monitor-compile.ts';
import { normal } from './monitor-normal.ts';
import { type Builder, groupAt, type LiteralUse, literalsSince, newUnit } from './monitor-unit.ts';

export interface Root {
  readonly node: Node;
  /** Equal for leaves that say the same. */
  readonly key: string;
  readonly literals: readonly LiteralUse[];
  /** It depends on literals only through indexes whose keys the question alone decides. */
  readonly indexed: boolean;
  /** Answering does not take more with more history. */
  readonly quick: boolean;
}

export function compileRoot(builder: Builder, formula: Formula): Root {
  const unit = newUnit(0);
  const { node } = compile(builder, unit, new Map(), normal(formula));
  return {
    node,
    key: `${node.shape}|${literalsSince(0, unit)}`,
    literals: unit.literals,
    indexed: !unit.follows,
    quick: node.quickFirst,
  };
}

export interface Family {
  readonly members: readonly Root[];
  /** For each place that has literals, the members (by their place) under each of them. */
  readonly slots: readonly {
    readonly use: LiteralUse;
    readonly under: ReadonlyMap<number, readonly number[]>;
  }[];
}

/** With fewer, asking each is as fast. */
const worthJoining = 4;

export function familiesOf(roots: readonly Root[]): readonly Family[] {
  const byShape = Map.groupBy(roots, (root) => (root.indexed ? root.node.shape : root.key));
  return [...byShape.values()].map((members) => ({
    members,
    slots: members.length < worthJoining ? [] : slotsOf(members),
  }));
}

function slotsOf(members: readonly Root[]): Family['slots'] {
  const uses = members[0]?.literals ?? [];
  return uses.flatMap((use, slot) => {
    if (use.site.selection.literals.length === 0) return [];
    const under = new Map<number, number[]>();
    members.forEach((member, i) => {
      const literal = member.literals[slot]?.literal ?? -1;
      const list = under.get(literal) ?? [];
      if (list.length === 0) under.set(literal, list);
      list.push(i);
    });
    return [{ use, under }];
  });
}

export function holdsNow(root: Root, run: Run, position: number): boolean {
  const frame: Frame = [];
  return holdsAt(root.node, run, frame, position);
}

/** Calls `then` with each member that holds, in no order. */
export function eachHolding(
  family: Family,
  run: Run,
  position: number,
  then: (member: number) => void,
): void {
  const { members, slots } = family;
  const own = slots.length === 0 ? undefined : withSomething(family, run);
  if (own !== undefined && own.size < members.length) {
    const other = members.findIndex((_member, i) => !own.has(i));
    const rest = members[other];
    if (rest !== undefined && holdsNow(rest, run, position))
      for (let i = 0; i < members.length; i++) if (!own.has(i)) then(i);
    for (const i of own) if (holds(members[i])) then(i);
    return;
  }
  for (let i = 0; i < members.length; i++) if (holds(members[i])) then(i);

  function holds(member: Root | undefined): boolean {
    return member !== undefined && holdsNow(member, run, position);
  }
}

/** The members under whose literals something is kept. */
function withSomething({ members, slots }: Family, run: Run): ReadonlySet<number> {
  const found = new Set<number>();
  for (const { use, under } of slots) {
    const group = groupAt(use.site, run, []);
    if (group === undefined) continue;
    if (group.size < under.size) {
      for (const literal of group.keys()) for (const member of under.get(literal) ?? []) found.add(member);
    } else {
      for (const [literal, list] of under)
        if (group.has(literal)) for (const member of list) found.add(member);
    }
    if (found.size === members.length) break;
  }
  return found;
}
