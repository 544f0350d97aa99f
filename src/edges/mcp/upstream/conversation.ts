// SPDX-License-Identifier: Apache-2.0
/**
 * One connection to an upstream, which several clients may share, and the face of it that one client sees.
 *
 * A view is a link: closing it leaves the conversation to the others, ending what only it waits for.
 */
import type { JsonObject } from '../../../core/json/value.ts';
import type { Outgoing, UpstreamAnswer, UpstreamFacts, UpstreamLink } from './link.ts';

export type Listener = (method: string, params: JsonObject) => void;

export interface Conversation {
  readonly facts: UpstreamFacts;
  /** @param from the client; what cannot be told apart is told to none of several */
  request(outgoing: Outgoing, from: string): Promise<UpstreamAnswer>;
  notify(method: string, params: string | undefined): Promise<void>;
  /** @param from as in `request` */
  listen(from: string, listener: Listener): () => void;
  /** False: it says nothing of its own accord, so that there is nothing to listen to. */
  readonly speaksUnasked: boolean;
  /** Gives up all that one client waits for. */
  abandon(from: string): void;
  /** @param from of one client only */
  inFlight(from?: string): number;
  /** Whether somebody waits for what it says of its own accord. */
  isHeard(): boolean;
  readonly closed: Promise<void>;
  close(): Promise<void>;
}

export interface View extends UpstreamLink {
  isOver(): boolean;
  /** The conversation ended, so that there is nothing to close. */
  end(): void;
  touch(): void;
  /** Nothing asked and nothing awaited since; longer where somebody listens. */
  isIdleFor(unheardMs: number, heardMs: number): boolean;
}

export interface ViewEvents {
  readonly onUse: () => void;
  /** What else ends when this client is done, such as a session that is only its own. */
  readonly onClose: () => Promise<void>;
}

export function viewOf(conversation: Conversation, from: string, events: ViewEvents): View {
  const stops = new Set<() => void>();
  let over = false;
  let usedAt = performance.now();
  let resolveClosed: () => void = () => {};
  const closed = new Promise<void>((resolve) => {
    resolveClosed = resolve;
  });
  const end = (): void => {
    if (over) return;
    over = true;
    conversation.abandon(from);
    for (const stop of stops) stop();
    stops.clear();
    resolveClosed();
  };
  return {
    facts: conversation.facts,
    closed,
    isOver: () => over,
    end,
    touch() {
      usedAt = performance.now();
    },
    isIdleFor: (unheardMs, heardMs) =>
      conversation.inFlight(from) === 0 &&
      performance.now() - usedAt >= (stops.size > 0 ? heardMs : unheardMs),
    async request(outgoing) {
      if (over) return { kind: 'failed', reason: 'closed', sent: false };
      usedAt = performance.now();
      events.onUse();
      return conversation.request(outgoing, from);
    },
    async notify(method, params) {
      if (!over) await conversation.notify(method, params);
    },
    onUnsolicited(listener) {
      if (over || !conversation.speaksUnasked) return () => {};
      const stop = conversation.listen(from, listener);
      stops.add(stop);
      return () => {
        stops.delete(stop);
        stop();
      };
    },
    async close() {
      if (over) return;
      end();
      await events.onClose();
    },
  };
}
