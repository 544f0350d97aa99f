// SPDX-License-Identifier: Apache-2.0
// What was written by a task that had read a stranger is never read back as trusted: held against the upstream's own
// account of what was written and read when, and against which task had read the web before.
import type { DecisionEvent, ObservationEvent } from '../../src/core/record/event.ts';
import { count, type Memory } from './edge.ts';
import type { EffectEntry } from './upstream.ts';

interface Placed<E> {
  readonly position: number;
  readonly event: E;
}

export interface MemoRead {
  readonly decisions: ReadonlyMap<string, Placed<DecisionEvent>>;
  readonly observations: ReadonlyMap<string, Placed<ObservationEvent>>;
}

export function memoryKeepsLabels(
  { decisions, observations }: MemoRead,
  account: readonly EffectEntry[],
  memory: Memory,
  wrong: string[],
): void {
  const on = (effect: EffectEntry, target: string) => `${effect.server}/${effect.target}` === target;
  /** The place in the ledger from which on a task has read a stranger, by the web or out of the memo. */
  const since = new Map<string, number>();
  for (const { position, event } of observations.values()) {
    const who = decisions.get(event.decision)?.event.who;
    if (who === undefined || !('task' in who) || event.label.integrity === 'trusted') continue;
    since.set(who.task, Math.min(position, since.get(who.task) ?? Number.POSITIVE_INFINITY));
  }
  const tainted = account.filter(
    (effect) =>
      on(effect, 'memo/write') &&
      (decisions.get(effect.decision)?.position ?? 0) >
        (since.get(effect.caller.task) ?? Number.POSITIVE_INFINITY),
  );
  const first = Math.min(...tainted.map(({ tick }) => tick));
  for (const effect of account) {
    const observed = observations.get(effect.decision)?.event;
    if (!on(effect, 'memo/read') || effect.tick <= first || observed === undefined) continue;
    // What nobody was shown counts as the worst of the catalogue.
    if (observed.status !== 'ok' && observed.status !== 'error') continue;
    count(memory, 'a tainted memo was read');
    if (observed.label.integrity !== 'untrusted')
      wrong.push(`${effect.decision} read a memo that was written under untrusted, and is labelled trusted`);
  }
}
