// SPDX-License-Identifier: Apache-2.0
// Every state that can be reached, each once, breadth first: the first thing found wrong is found by the shortest way.
import type { Attempt, Facets, Parts } from './approval-parts.ts';
import { type Happenings, moves, start, type World, wrongIn } from './approval-world.ts';

export interface Explored {
  readonly states: number;
  /** Of all states, the most that was done in one. */
  readonly mostDone: number;
  readonly wrong?: string;
  /** How it came about. */
  readonly way?: readonly string[];
}

const maxStates = 2_000_000;

export function explore(happenings: Happenings, parts: Parts, asks: number): Explored {
  const views = new Map<string, number>();
  const ids = new WeakMap<Facets, number>();
  const idOf = (view: Facets): number => {
    const known = ids.get(view);
    if (known !== undefined) return known;
    const text = JSON.stringify([...view].sort(([a], [b]) => (a < b ? -1 : 1)));
    const id = views.get(text) ?? views.size;
    views.set(text, id);
    ids.set(view, id);
    return id;
  };
  const attempts = new Map<string, Attempt>();
  const attemptIds = new Map<Attempt, number>();
  const memory = {
    idOf,
    attempt(key: string, make: () => Attempt): Attempt {
      const before = attempts.get(key);
      if (before !== undefined) return before;
      const made = make();
      attempts.set(key, made);
      return made;
    },
  };
  const attemptId = (attempt: Attempt): number => {
    const id = attemptIds.get(attempt) ?? attemptIds.size;
    attemptIds.set(attempt, id);
    return id;
  };
  const nodeKey = ({ view, plan, call, toWait, sleeper }: World['nodes'][number]): string =>
    [
      idOf(view),
      plan === undefined ? '' : `${attemptId(plan.attempt)},${plan.amount},${plan.tick},${plan.file}`,
      call === undefined ? '' : `${call.approval},${call.tick},${call.file},${call.stopped},${call.done}`,
      toWait ?? '',
      sleeper === undefined ? '' : `${sleeper.approval},${sleeper.awake}`,
    ].join(';');
  // Which of the two nodes is which makes no difference.
  const keyOf = ({ head, nodes, told, left, tick, amount, file, asksLeft }: World): string =>
    [
      idOf(head),
      ...nodes.map(nodeKey).sort(),
      `${tick},${amount},${file},${asksLeft},${Object.values(left).join(',')}`,
      JSON.stringify(told),
    ].join('|');

  const first = start(happenings, asks);
  const seen = new Set([keyOf(first)]);
  interface Step {
    readonly world: World;
    readonly by: string;
    readonly from?: Step;
  }
  let front: Step[] = [{ world: first, by: 'start' }];
  let mostDone = 0;
  const wayTo = (step: Step | undefined): readonly string[] =>
    step === undefined ? [] : [...wayTo(step.from), step.by];
  while (front.length > 0) {
    const next: Step[] = [];
    for (const step of front) {
      const { world } = step;
      mostDone = Math.max(mostDone, world.told.done.length);
      const wrong = wrongIn(world);
      if (wrong !== undefined) return { states: seen.size, mostDone, wrong, way: wayTo(step) };
      for (const move of moves(world, parts, memory)) {
        if ('wrong' in move) return { states: seen.size, mostDone, wrong: move.wrong, way: wayTo(step) };
        const key = keyOf(move.to);
        if (seen.has(key)) continue;
        seen.add(key);
        if (seen.size > maxStates) throw new Error(`more than ${maxStates} states`);
        next.push({ world: move.to, by: move.name, from: step });
      }
    }
    front = next;
  }
  return { states: seen.size, mostDone };
}
