// SPDX-License-Identifier: Apache-2.0
// Whether what a `defer` waits for holds, at one instant: a question to the state, the registry and the time.
import { type Hearing, type Spoken, spoken } from '../signal/heard.ts';
import type { View } from '../state/facet.ts';
import type { Deferral } from './deferral.ts';
import { signalIn, untilOf } from './until.ts';

export interface Answer {
  readonly holds: boolean;
  /** What was said of the signal that it is about, by its name. */
  readonly said?: readonly [name: string, said: Spoken];
}

/** @param deferral of the call that asks, where it waits already */
export function readyAt(
  hearing: Hearing,
  view: View,
  text: string,
  at: number,
  deferral: Pick<Deferral, 'seen'> | undefined,
): Answer {
  const until = untilOf(text);
  // What is not understood never holds.
  if (until === undefined) return { holds: false };
  const name = signalIn(until);
  const said = name === undefined ? undefined : spoken(hearing, view, name, at);
  const told = name === undefined || said === undefined ? {} : { said: [name, said] as const };
  switch (until.on) {
    case 'signal':
      return { ...told, holds: said !== undefined && (until.value ?? said.value) === said.value };
    case 'calendar':
      return { ...told, holds: said?.value === 'open' };
    case 'time':
      return { holds: at >= until.at };
    case 'call':
      return { holds: deferral?.seen.includes(until.action) === true };
  }
}
