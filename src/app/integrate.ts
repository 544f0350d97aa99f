// SPDX-License-Identifier: Apache-2.0
// Gives durable records their place in the Merkle tree and signs a head over them, once a second.
// Runs behind the road: a record is evidence from its commit on, a head makes it provable to others.
import {
  appendLeaf,
  type Frontier,
  frontierRoot,
  loadFrontier,
  type NoteSigner,
  signCheckpoint,
  storedHashCount,
  TreeUnreadable,
} from '../log/index.ts';
import type { Clock, Ledger, TreeStore } from './ports.ts';

export interface Integrator {
  /** Integrates everything durable now, after one that is still running. @returns the size of the signed tree */
  integrate(): Promise<number>;
  /** Integrates every `intervalMs`, never two at once. @returns how to stop; a last integration is the caller's */
  start(intervalMs: number, onFailure: (error: unknown) => void): () => void;
}

const page = 1000;

/** Leaves under one new head; a longer backlog gets several. */
const mostAtOnce = 50_000;

/** @param origin the log's name, as its checkpoints carry it */
export function createIntegrator(
  ledger: Ledger,
  tree: TreeStore,
  signer: NoteSigner,
  origin: string,
  clock: Clock,
): Integrator {
  let frontier: Frontier | undefined;
  let last: Promise<unknown> = Promise.resolve();

  /** One after another: two at once would both write the tree from the same place on. */
  function inTurn(): Promise<number> {
    const run = last.then(integrate).catch((error: unknown) => {
      // What is in the store decides, not what this process believes to have stored.
      frontier = undefined;
      throw error;
    });
    last = run.catch(() => undefined);
    return run;
  }

  async function integrate(): Promise<number> {
    frontier ??= await loadFrontier(await tree.treeSize(), (indexes) => tree.readHashes(indexes));
    // Up to here and no further: records that come meanwhile are the next head's.
    const target = await ledger.size();
    while (frontier.size < target)
      frontier = await sign(frontier, Math.min(target, frontier.size + mostAtOnce));
    return frontier.size;
  }

  /** Stores the tree's nodes and the head over its first `size` leaves in one transaction: each costs the store an fsync. */
  async function sign(before: Frontier, size: number): Promise<Frontier> {
    let after = before;
    const stored: Uint8Array[] = [];
    while (after.size < size) {
      const entries = await ledger.read(after.size, Math.min(page, size - after.size));
      if (entries.length === 0) throw new TreeUnreadable(`the ledger ends before its record ${size - 1}`);
      for (const entry of entries) {
        const step = appendLeaf(after, Buffer.from(entry.leafHash, 'hex'));
        after = step.frontier;
        stored.push(...step.stored);
      }
    }
    const note = signCheckpoint({ origin, size: after.size, root: frontierRoot(after), extensions: [] }, [
      signer,
    ]);
    await tree.append(storedHashCount(before.size), stored, after.size, Buffer.from(note).toString('utf8'));
    return after;
  }

  return {
    integrate: inTurn,
    start(intervalMs, onFailure) {
      let stopped = false;
      let cancel = (): void => undefined;
      const again = (): void => {
        cancel = clock.after(intervalMs, () => {
          inTurn()
            .catch(onFailure)
            .finally(() => {
              if (!stopped) again();
            });
        });
      };
      again();
      return () => {
        stopped = true;
        cancel();
      };
    },
  };
}
