// SPDX-License-Identifier: Apache-2.0
/**
 * What was said last of one signal, and whether it counts: a stale one is a missing one.
 *
 * Never looks at a clock. Growing stale is no event: it is a comparison, so that nothing has to fire for a signal to
 * end. How often something may be said is counted here too, so that no source fills the ledger.
 *
 * Source: docs/adr/0034-signals.md.
 */
import type { SignalTerms } from './registry.ts';

export interface Said {
  /** As policy reads it. */
  readonly value: string;
  /** Of an ordered value its place, of a boolean 0 or 1, of a number itself. */
  readonly number: number;
  readonly source: string;
  readonly at: number;
  readonly maxAgeMs: number;
}

export interface SignalState {
  /** Null: it was taken back, or changed too often to mean anything. */
  readonly said: Said | null;
  /** Changes counted since then, within a minute. */
  readonly since: number;
  readonly count: number;
}

/** What is written about one signal in any minute, if it changes each time. */
export const maxChanges = 30;
export const changesWithinMs = 60_000;

/** Said again within this part of its age, the same is not written again: it grows stale that much earlier, and never later. */
const unwrittenPart = 4;

/** @returns undefined where nothing was said, or too long ago */
export function freshAt(state: SignalState | undefined, at: number): Said | undefined {
  const said = state?.said ?? undefined;
  return said !== undefined && at < said.at + said.maxAgeMs ? said : undefined;
}

/** The same as it is registered now: what may no longer be said does not count, nor for longer than it may. */
export function countsAt(
  state: SignalState | undefined,
  terms: SignalTerms | undefined,
  at: number,
): Said | undefined {
  const said = freshAt(state, at);
  if (said === undefined || terms === undefined || at >= said.at + terms.maxAgeMs) return undefined;
  if (terms.type.is === 'one_of' && terms.type.values[said.number] !== said.value) return undefined;
  if (terms.type.is === 'bool' && said.value !== 'true' && said.value !== 'false') return undefined;
  if (terms.type.is === 'integer' && said.value !== String(said.number)) return undefined;
  return said;
}

/** What to do about something that is said: write it, leave it, or take back what changes too often. */
export function toWrite(
  state: SignalState | undefined,
  next: Omit<Said, 'at'>,
  at: number,
): 'set' | 'unchanged' | 'too_often' {
  const before = freshAt(state, at);
  const same = before !== undefined && before.value === next.value && before.maxAgeMs === next.maxAgeMs;
  if (same) return (at - before.at) * unwrittenPart < before.maxAgeMs ? 'unchanged' : 'set';
  return isTooOften(state, at) ? 'too_often' : 'set';
}

function isTooOften(state: SignalState | undefined, at: number): boolean {
  return state !== undefined && at < state.since + changesWithinMs && state.count >= maxChanges;
}

/** After one more record about it. The same said again is no change: that is bounded by its age. */
export function afterOne(state: SignalState | undefined, said: Said | null, at: number): SignalState {
  if (state !== undefined && said !== null && freshAt(state, at)?.value === said.value)
    return { ...state, said };
  const within = state !== undefined && at < state.since + changesWithinMs;
  return { said, since: within ? state.since : at, count: within ? state.count + 1 : 1 };
}
