// SPDX-License-Identifier: Apache-2.0
// The way from one process to the store: slow, lossy, sometimes cut. A request that was given up may
// still arrive, and an answer that was written may never come back.
import { type KeyStore, type Ledger, LedgerUnavailable, LedgerUncertain } from '../../src/app/ports.ts';
import type { Chance } from './chance.ts';
import type { Process } from './process.ts';
import type { Scheduler } from './scheduler.ts';

export interface Weather {
  /** Usual time one way, at most. */
  readonly latencyMs: number;
  /** How often a message takes up to `delayMs` instead. */
  readonly delayed: number;
  readonly delayMs: number;
  /** How often an answer is lost. */
  readonly lost: number;
}

export interface Network {
  /** Whether anything gets through, by the name of the node. */
  cut(node: string): boolean;
}

export interface Link {
  readonly ledger: Ledger;
  readonly keys: KeyStore;
}

export function linkTo(
  store: { readonly ledger: Ledger; readonly keys: KeyStore },
  node: string,
  process: Process,
  network: Network,
  weather: Weather,
  scheduler: Scheduler,
  chance: Chance,
): Link {
  function oneWay(run: () => void): void {
    const slow = chance.happens(weather.delayed);
    const takesMs = chance.between(0, slow ? weather.delayMs : weather.latencyMs);
    scheduler.after(takesMs, () => {
      if (!network.cut(node)) run();
    });
  }

  /** Asks and waits: without a limit of its own, an answer that is lost is waited for in vain. */
  function ask<T>(request: () => Promise<T>, settle: (outcome: Promise<T>) => void): void {
    oneWay(() => {
      const answer = request();
      const back = (): void => {
        if (!chance.happens(weather.lost)) oneWay(() => process.enter(() => settle(answer)));
      };
      answer.then(back, back);
    });
  }

  function asked<T>(request: () => Promise<T>): Promise<T> {
    if (!process.alive()) return new Promise(() => undefined);
    if (network.cut(node) && chance.happens(0.5)) {
      // A refused connection is known at once; a black hole is not.
      return new Promise((_resolve, reject) => {
        process.clock.after(1, () => reject(new LedgerUnavailable('no way to the store')));
      });
    }
    return new Promise((resolve) => ask(request, resolve));
  }

  return {
    ledger: {
      commit(units, timeoutMs) {
        const answered = asked(() => store.ledger.commit(units, 1e9));
        return new Promise((resolve, reject) => {
          const cancel = process.clock.after(timeoutMs, () =>
            reject(new LedgerUncertain(`no answer within ${timeoutMs} ms`)),
          );
          answered.then(resolve, reject).finally(cancel);
        });
      },
      read: (from, limit) => asked(() => store.ledger.read(from, limit)),
      readStream: (stream, before, limit) => asked(() => store.ledger.readStream(stream, before, limit)),
      find: (id) => asked(() => store.ledger.find(id)),
      payload: (digest, position) => asked(() => store.ledger.payload(digest, position)),
      size: () => asked(() => store.ledger.size()),
      close: () => asked(() => store.ledger.close()),
    },
    keys: {
      load: (task) => asked(() => store.keys.load(task)),
      save: (task, wrapped) => asked(() => store.keys.save(task, wrapped)),
      erase: (task) => asked(() => store.keys.erase(task)),
    },
  };
}
