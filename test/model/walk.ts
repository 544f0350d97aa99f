// SPDX-License-Identifier: Apache-2.0
// Every state that can be reached, each once, breadth first: the first thing found wrong is found by the shortest way.

export interface Walked {
  readonly states: number;
  /** Of all states, the most that was begun in one. */
  readonly most: number;
  readonly wrong?: string;
  /** How it came about. */
  readonly way?: readonly string[];
}

export type Step<W> = { readonly name: string; readonly to: W } | { readonly wrong: string };

export interface Walk<W> {
  moves(world: W): Iterable<Step<W>>;
  wrongIn(world: W): string | undefined;
  keyOf(world: W): string;
  begun(world: W): number;
}

const maxStates = 2_000_000;

export function walk<W>(first: W, { moves, wrongIn, keyOf, begun }: Walk<W>): Walked {
  interface Place {
    readonly world: W;
    readonly by: string;
    readonly from?: Place;
  }
  const wayTo = (place: Place | undefined): readonly string[] =>
    place === undefined ? [] : [...wayTo(place.from), place.by];
  const seen = new Set([keyOf(first)]);
  let most = 0;
  let front: Place[] = [{ world: first, by: 'start' }];
  while (front.length > 0) {
    const next: Place[] = [];
    for (const place of front) {
      most = Math.max(most, begun(place.world));
      const found = (wrong: string): Walked => ({ states: seen.size, most, wrong, way: wayTo(place) });
      const wrong = wrongIn(place.world);
      if (wrong !== undefined) return found(wrong);
      for (const move of moves(place.world)) {
        if ('wrong' in move) return found(move.wrong);
        const key = keyOf(move.to);
        if (seen.has(key)) continue;
        seen.add(key);
        if (seen.size > maxStates) throw new Error(`more than ${maxStates} states`);
        next.push({ world: move.to, by: move.name, from: place });
      }
    }
    front = next;
  }
  return { states: seen.size, most };
}
