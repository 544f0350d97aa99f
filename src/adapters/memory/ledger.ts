// SPDX-License-Identifier: Apache-2.0
// A ledger in memory: for tests and the simulator, with real conflicts and no durability.
// Several nodes may share one store, each through its own handle. Never reads a clock: waiting
// goes through `after`, so that the simulator's virtual time holds here too.
import {
  type Clock,
  type KeyStore,
  type Ledger,
  LedgerUnavailable,
  LedgerUncertain,
  type TreeStore,
  type Unit,
  type UnitResult,
} from '../../app/ports.ts';
import { createHeads } from '../../core/record/heads.ts';
import { type Kept, prepare } from './group.ts';
import { createMemoryKeys } from './keys.ts';
import { createMemoryTree } from './tree.ts';

/**
 * Where a test may stop, delay or break a commit. What a hook throws is what the caller gets:
 * `LedgerUnavailable` fits the first two, since nothing has been written there; after a
 * `beforeReply` everything has been, so `LedgerUncertain` is the true answer.
 */
export interface CommitHooks {
  readonly beforeCheck?: (units: readonly Unit[]) => Promise<void>;
  readonly betweenCheckAndWrite?: (units: readonly Unit[]) => Promise<void>;
  readonly beforeReply?: (units: readonly Unit[]) => Promise<void>;
}

export interface MemoryStore {
  /** A handle for one node. Closing it leaves the store as it is. */
  ledger(): Ledger;
  readonly keys: KeyStore;
  readonly tree: TreeStore;
  /** Power loss and back: commits under way are lost unless written, and their callers learn nothing. */
  crash(): void;
}

export interface ForkingStore extends MemoryStore {
  /** A store of its own that begins with the records that are in this one now: keys and tree start anew. */
  fork(): ForkingStore;
}

export interface MemoryOptions {
  readonly hooks?: CommitHooks;
  readonly after?: Clock['after'];
}

export function createMemoryStore(options: MemoryOptions = {}): ForkingStore {
  return storeWith(options, []);
}

function storeWith(options: MemoryOptions, first: readonly Kept[]): ForkingStore {
  const { hooks = {}, after = afterRealTime } = options;
  const heads = createHeads();
  const shelf: Kept[] = [...first];
  const positions = new Map<string, number>();
  for (const { entry, draft } of first) {
    heads.advance(entry.stream, (heads.stream(entry.stream)?.seq ?? -1) + 1, entry.leafHash, draft);
    positions.set(entry.id, entry.position);
  }
  heads.settle();
  let lives = 0;
  // One commit at a time from check to write: nobody slips in between, however long the pause.
  let turn: Promise<unknown> = Promise.resolve();

  async function commit(units: readonly Unit[], life: number): Promise<readonly UnitResult[]> {
    const stillUp = () => {
      if (life !== lives) throw new LedgerUncertain('the store went down under the commit');
    };
    stillUp();
    await hooks.beforeCheck?.(units);
    stillUp();
    const group = prepare(heads, units, {
      at: (position) => shelf[position],
      positionOf: (id) => positions.get(id),
    });
    try {
      await hooks.betweenCheckAndWrite?.(units);
      stillUp();
    } catch (error) {
      // After a crash the heads are no longer this commit's to take back.
      if (life === lives) heads.rollback();
      throw error;
    }
    heads.settle();
    for (const kept of group.kept) {
      shelf.push(kept);
      positions.set(kept.entry.id, kept.entry.position);
    }
    await hooks.beforeReply?.(units);
    stillUp();
    return group.results;
  }

  function inTurn(units: readonly Unit[]): Promise<readonly UnitResult[]> {
    const life = lives;
    const done = turn.then(() => commit(units, life));
    turn = done.catch(() => undefined);
    return done;
  }

  return {
    keys: createMemoryKeys(),
    tree: createMemoryTree(),
    crash() {
      lives += 1;
      heads.rollback();
      turn = Promise.resolve();
    },
    fork: () => storeWith(options, shelf),
    ledger() {
      let open = true;
      const needOpen = () => {
        if (!open) throw new LedgerUnavailable('the ledger is closed');
      };
      return {
        async commit(units, timeoutMs) {
          needOpen();
          return bounded(inTurn(units), timeoutMs, after);
        },
        async read(from, limit) {
          needOpen();
          return shelf.slice(from, from + limit).map(({ entry }) => entry);
        },
        async readStream(stream, before, limit) {
          needOpen();
          const own = shelf.filter(({ entry }) => entry.stream === stream && entry.position < before);
          return own
            .reverse()
            .slice(0, limit)
            .map(({ entry }) => entry);
        },
        async find(id) {
          needOpen();
          const position = positions.get(id);
          return position === undefined ? undefined : shelf[position]?.entry;
        },
        async payload(digest, position) {
          needOpen();
          const found = shelf[position]?.draft.payloads.find((payload) => payload.digest === digest);
          return found === undefined ? undefined : { task: found.task, sealed: found.sealed };
        },
        async size() {
          needOpen();
          return shelf.length;
        },
        async close() {
          open = false;
        },
      };
    },
  };
}

function bounded<T>(work: Promise<T>, timeoutMs: number, after: Clock['after']): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const cancel = after(timeoutMs, () =>
    reject(new LedgerUncertain(`the store did not answer within ${timeoutMs} ms`)),
  );
  work.then(resolve, reject).finally(cancel);
  return promise;
}

function afterRealTime(delayMs: number, run: () => void): () => void {
  const timer = setTimeout(run, delayMs);
  return () => clearTimeout(timer);
}
