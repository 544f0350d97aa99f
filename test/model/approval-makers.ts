// SPDX-License-Identifier: Apache-2.0
// What somebody makes of a request, and breaking the glass, as moves of the model.
import { askForGlass, closeGlass, edit, forTask, standingTicks } from './approval-instead.ts';
import { type Attempt, expiresTicks, type Facets, folded, isCurrent, type Parts } from './approval-parts.ts';
import { askedNow } from './approval-told.ts';
import type { Memory, Move, World } from './approval-world.ts';

/** What somebody makes of a request, on the first node; and the glass. */
export function* ofMakers(world: World, parts: Parts, memory: Memory): Generator<Move> {
  const { left, tick, told, amount } = world;
  const fresh = `a${Object.keys(told.requests).length}`;
  const made = (what: 'edit' | 'standing' | 'glass', of: string | undefined, attempt: Attempt): Move[] => {
    if (attempt.answer === 'deny' || !isCurrent(world.head, attempt.expected)) return [];
    const sent = of === undefined ? amount : (told.requests[of]?.sent ?? amount);
    const expires = what === 'standing' ? tick + standingTicks : tick + (what === 'glass' ? 9 : expiresTicks);
    const requests = { ...told.requests, [fresh]: askedNow(world, what, sent, expires) };
    const replaced = of === undefined ? told.replaced : [...told.replaced, of].sort();
    const to: World = {
      ...world,
      head: folded(parts, world.head, attempt.events, tick),
      told: { ...told, requests, replaced },
      left: { ...left, [what]: left[what] - 1 },
    };
    return [{ name: `${what}${of === undefined ? '' : ` of ${of}`}`, to }];
  };
  const on = (key: string, make: (view: Facets) => Attempt): Attempt =>
    memory.attempt(`${memory.idOf(world.head)} ${key} ${tick} ${fresh}`, () => make(world.head));
  for (const [approval, { is, sent }] of Object.entries(told.requests)) {
    if (is === 'glass' || is === 'standing') continue;
    if (left.edit > 0)
      yield* made(
        'edit',
        approval,
        on(`edit ${approval} ${sent}`, (view) => edit(parts, view, approval, sent, tick, fresh)),
      );
    if (left.standing > 0 && is === 'call')
      yield* made(
        'standing',
        approval,
        on(`task ${approval} ${sent}`, (view) => forTask(parts, view, approval, sent, tick, fresh)),
      );
  }
  if (left.glass > 0)
    yield* made(
      'glass',
      undefined,
      on('glass', (view) => askForGlass(parts, view, tick, fresh)),
    );
  if (left.close > 0) {
    const attempt = on('close', (view) => closeGlass(parts, view, tick));
    if (attempt.answer === 'allow')
      yield {
        name: 'close',
        to: {
          ...world,
          head: folded(parts, world.head, attempt.events, tick),
          told: { ...told, closed: [...told.closed, attempt.approval ?? ''] },
          left: { ...left, close: left.close - 1 },
        },
      };
  }
}
