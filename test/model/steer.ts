// SPDX-License-Identifier: Apache-2.0
// One world walked to its end, with what was decided in it remembered: deciding is pure.
import type { Attempt, Facets, Parts } from './steering-parts.ts';
import { begunIn, type Happenings, keyOf, type Memory, moves, start, wrongIn } from './steering-world.ts';
import { type Walked, walk } from './walk.ts';

export function steer(happenings: Happenings, parts: Parts, asks: number): Walked {
  const views = new Map<string, number>();
  const ids = new WeakMap<Facets, number>();
  const attempts = new Map<string, Attempt>();
  const attemptIds = new Map<Attempt, number>();
  const memory: Memory = {
    idOf(view) {
      const known = ids.get(view);
      if (known !== undefined) return known;
      const text = JSON.stringify([...view].sort(([a], [b]) => (a < b ? -1 : 1)));
      const id = views.get(text) ?? views.size;
      views.set(text, id);
      ids.set(view, id);
      return id;
    },
    attempt(key, make) {
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
  return walk(start(happenings, asks), {
    moves: (world) => moves(world, parts, memory, happenings),
    wrongIn,
    keyOf: (world) => keyOf(world, memory, attemptId),
    begun: begunIn,
  });
}
