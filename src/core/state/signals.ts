// SPDX-License-Identifier: Apache-2.0
// What events do to signals: said, or taken back. Whether one counts still is asked at the decision (core/signal/signal.ts).
import type { BodyOf } from '../record/event.ts';
import { afterOne } from '../signal/signal.ts';
import { type Change, set } from './change.ts';
import { facets, type View } from './facet.ts';

/** Said again it moves as well: how long it counts is part of its value. */
export function signalSaid(
  view: View,
  { signal, value, number, source, maxAgeMs }: BodyOf<'signal.set'>,
  at: number,
): readonly Change[] {
  const key = facets.signal(signal);
  return [set(key, afterOne(view.get(key), { value, number, source, at, maxAgeMs }, at))];
}

export function signalTakenBack(
  view: View,
  { signal }: BodyOf<'signal.cleared'>,
  at: number,
): readonly Change[] {
  const key = facets.signal(signal);
  const before = view.get(key);
  return before === undefined || before.said === null ? [] : [set(key, afterOne(before, null, at))];
}
