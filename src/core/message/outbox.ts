// SPDX-License-Identifier: Apache-2.0
/**
 * What each target has still to be told, as the ledger says it: folded from the events, one after another.
 *
 * A target hears of what happens from the publication on that named it, in the order of the ledger, and of each event
 * until a record says how telling it ended. So what was not told when a node died is told by the next one, and nothing
 * has to be remembered beside the ledger. Never sends anything, and never looks at a clock.
 *
 * Source: docs/adr/0029-messages.md.
 */
import type { Event, EventOf } from '../record/event.ts';
import type { Review } from '../review/queue.ts';
import type { View } from '../state/facet.ts';
import { type Telling, tellingOf } from './telling.ts';

export interface OutboxOf {
  /** What it has still to be told, the oldest first. */
  readonly waiting: readonly Telling[];
  /** What it was never told, since too much waited. */
  readonly dropped: number;
  /** When telling it last ended well. */
  readonly lastAt?: number;
}

export interface Outbox {
  /**
   * @param view the state right after the event
   * @param opened what has to be looked at from this event on
   */
  take(event: Event, view: View, opened?: Review): void;
  of(target: string): OutboxOf | undefined;
  /** As it was last published. */
  published(): EventOf<'messages.published'>['targets'];
}

/** More than can be asked at once: who is that far behind will not read it. */
export const maxWaiting = 2000;

interface Box {
  readonly events: ReadonlySet<string>;
  waiting: Telling[];
  dropped: number;
  lastAt?: number;
}

export function createOutbox(): Outbox {
  let boxes = new Map<string, Box>();
  let published: EventOf<'messages.published'>['targets'] = [];

  function publish(targets: EventOf<'messages.published'>['targets']): void {
    published = targets;
    boxes = new Map(
      targets.map(({ name, events }) => [
        name,
        { waiting: [], dropped: 0, ...boxes.get(name), events: new Set(events) },
      ]),
    );
  }

  return {
    take(event, view, opened) {
      if (event.type === 'messages.published') return publish(event.targets);
      if (event.type === 'message.ended') {
        const box = boxes.get(event.target);
        if (box === undefined) return;
        box.waiting = box.waiting.filter(({ id }) => id !== event.of);
        if (event.end === 'delivered') box.lastAt = event.at;
        return;
      }
      if (boxes.size === 0) return;
      const telling = tellingOf(event, view, opened);
      if (telling === undefined) return;
      for (const box of boxes.values()) {
        if (!box.events.has(telling.type)) continue;
        box.waiting.push(telling);
        if (box.waiting.length > maxWaiting) {
          box.waiting.shift();
          box.dropped += 1;
        }
      }
    },
    of: (target) => boxes.get(target),
    published: () => published,
  };
}
