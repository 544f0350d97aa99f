// SPDX-License-Identifier: Apache-2.0
// Who hears what an upstream says of its own accord, by client, so that one can be left out.
import type { JsonObject } from '../../../core/json/value.ts';
import type { Listener } from './conversation.ts';

export interface Listeners {
  add(from: string, listener: Listener): () => void;
  /** How many clients there are, not how many listeners. */
  readonly clients: () => number;
  tell(method: string, params: JsonObject): void;
}

export function createListeners(): Listeners {
  const all = new Set<{ readonly from: string; readonly listener: Listener }>();
  return {
    add(from, listener) {
      const entry = { from, listener };
      all.add(entry);
      return () => {
        all.delete(entry);
      };
    },
    clients: () => new Set([...all].map((entry) => entry.from)).size,
    tell(method, params) {
      for (const { listener } of all) {
        try {
          listener(method, params);
        } catch {
          // The others hear it all the same, and the reader of the stream must not die of it.
        }
      }
    },
  };
}
