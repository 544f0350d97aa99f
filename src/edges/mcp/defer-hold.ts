// SPDX-License-Identifier: Apache-2.0
/**
 * Holding a client's call that waits for something else than people: a signal, a window, an instant, an earlier call.
 *
 * Nothing of the call has begun, and whoever waits holds nothing that others need. Woken, it is decided again from the
 * beginning, for the place that it waited in and no other: so of several requests for one call one is let through.
 *
 * Source: docs/adr/0035-deferral.md.
 */
import type { Authorization } from '../../app/authorize.ts';
import type { Deferred } from '../../app/deferring.ts';
import type { Road } from '../../app/road.ts';
import { untilReady } from '../../app/waking.ts';
import { integerAt, type JsonObject, stringAt } from '../../core/json/value.ts';
import type { Gate, Talk } from './gate.ts';

export interface Defers {
  /** How long it may be held at all. */
  readonly holdMs: number;
  /** It waits now. @returns called when it does no longer */
  waits(deferred: Deferred): () => void;
}

/** Each time is a decision on record, so there are not many. */
const maxWakes = 8;

/** @returns the same question, which is not answered while it waits and there is patience left */
export function heldBack(
  road: Pick<Road, 'sequencer' | 'clock' | 'registry'>,
  defers: Defers | undefined,
  cancelled: AbortSignal | undefined,
  ask: (resume: string | undefined) => Promise<Authorization>,
): () => Promise<Authorization> {
  const untilMs = road.clock.monotonicMs() + (defers?.holdMs ?? 0);
  let resume: string | undefined;
  let wakes = 0;
  return async () => {
    for (;;) {
      const said = await ask(resume);
      // What was let through has given its place up: should it grow too old to be sent, it is a call like any other.
      if (said.outcome === 'allow') resume = undefined;
      if (said.outcome === 'allow' || said.deferred === undefined) return said;
      const { deferred } = said;
      resume ??= deferred.deferral;
      const leftMs = untilMs - road.clock.monotonicMs();
      if (defers === undefined || leftMs <= 0 || ++wakes > maxWakes) return said;
      const over = defers.waits(deferred);
      try {
        if (!(await untilReady(road, deferred.deferral, leftMs, cancelled))) return said;
      } finally {
        over();
      }
    }
  };
}

export function deferringFor({ limits, road }: Gate, talk: Talk, asked: JsonObject | undefined): Defers {
  return {
    holdMs: Math.min(limits.approvalHoldMs, talk.expiresAtMs - road.clock.wallMs()),
    waits: (deferred) => tellOfWaiting(road, talk, asked ?? {}, deferred),
  };
}

const tellEveryMs = 5000;

/** Progress to a client that asked for any. So little of it that the call's own comes after. */
function tellOfWaiting(
  { clock }: Pick<Road, 'clock'>,
  talk: Talk,
  meta: JsonObject,
  { deferral, until }: Deferred,
): () => void {
  const progressToken = stringAt(meta, 'progressToken') ?? integerAt(meta, 'progressToken');
  if (progressToken === undefined) return () => undefined;
  const message = `waiting for ${until.join(' and ')}: ${deferral}`;
  let told = 0;
  let cancel = (): void => undefined;
  const tell = (): void => {
    told += 1;
    talk.notify('notifications/progress', { progressToken, progress: told / 1_000_000, message });
    cancel = clock.after(tellEveryMs, tell);
  };
  tell();
  return () => cancel();
}
