// SPDX-License-Identifier: Apache-2.0
/**
 * Dependencies asked again and again whether they are up, and what they answered said as a signal.
 *
 * Says something only where enough answers agree. An answer that contradicts what was said keeps it from being said
 * again, so that a dependency in doubt grows stale; and where nobody can be asked, nothing is said at all.
 *
 * Source: docs/signals.md, "Probes".
 */
import type { Probe, Registry } from '../core/signal/registry.ts';
import type { Clock } from './ports.ts';
import type { Road } from './road.ts';
import { setSignal } from './signals.ts';

/** Whether it answered that it is up. Never rejects; nothing of what it says is kept. */
export type AskDependency = (url: string, timeoutMs: number) => Promise<boolean>;

/** What was said of one, and how many answers one after another speak against it. */
export interface Standing {
  readonly said: 'up' | 'down' | undefined;
  readonly other: number;
}

export const unheard: Standing = { said: undefined, other: 0 };

/** @returns how it stands after one more answer, and what is to be said now */
export function afterAnswer(
  { upAfter, downAfter }: Pick<Probe, 'upAfter' | 'downAfter'>,
  { said, other }: Standing,
  isUp: boolean,
): { readonly standing: Standing; readonly say: 'up' | 'down' | undefined } {
  const now = isUp ? 'up' : 'down';
  if (said === now) return { standing: { said, other: 0 }, say: now };
  // Before anything was said, answers that differ begin anew: the sign says which they were.
  const counted = said === undefined && Math.sign(other) !== (isUp ? 1 : -1) ? 0 : Math.abs(other);
  const enough = isUp ? upAfter : downAfter;
  if (counted + 1 >= enough) return { standing: { said: now, other: 0 }, say: now };
  return { standing: { said, other: (counted + 1) * (isUp ? 1 : -1) }, say: undefined };
}

/** @returns how to stop */
export function startProbing(
  road: Pick<Road, 'sequencer' | 'published' | 'registry'> & { readonly clock: Clock },
  ask: AskDependency,
  operator: { readonly id: string },
  failed: (signal: string, why: string) => void,
): () => void {
  let over = false;
  const cancels = new Map<string, () => void>();
  let probing: Registry | undefined;

  const run = async (registry: Registry, probe: Probe, before: Standing): Promise<void> => {
    const isUp = await ask(probe.url, probe.timeoutMs).catch(() => false);
    if (over || probing !== registry) return;
    const { standing, say } = afterAnswer(probe, before, isUp);
    if (say !== undefined) {
      const speaker = { operator: { id: operator.id, channel: 'probe' as const }, as: 'probe' };
      const reason = `a probe found it ${say}`;
      const done = await setSignal(road, speaker, { signal: probe.signal, value: probe[say], reason });
      if (!done.ok) failed(probe.signal, done.reason ?? done.code);
    }
    next(registry, probe, standing, probe.everyMs);
  };
  const next = (registry: Registry, probe: Probe, standing: Standing, delayMs: number): void => {
    if (over || probing !== registry) return;
    cancels.set(
      probe.signal,
      road.clock.after(delayMs, () => {
        run(registry, probe, standing).catch(() => {
          failed(probe.signal, 'internal');
          next(registry, probe, unheard, probe.everyMs);
        });
      }),
    );
  };
  /** Those of the file in force: another file, other probes. */
  const follow = (): void => {
    const registry = road.registry?.();
    if (registry === probing) return;
    for (const cancel of cancels.values()) cancel();
    cancels.clear();
    probing = registry;
    for (const probe of registry?.probes ?? []) if (registry !== undefined) next(registry, probe, unheard, 0);
  };
  const unsubscribe = road.sequencer.onEvent(({ type }) => {
    if (type === 'signals.published') follow();
  });
  follow();
  return () => {
    over = true;
    unsubscribe();
    for (const cancel of cancels.values()) cancel();
  };
}
