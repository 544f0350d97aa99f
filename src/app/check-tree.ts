// SPDX-License-Identifier: Apache-2.0
/**
 * Do the signed heads, the stored tree and a head that somebody kept fit the records?
 *
 * The tree is computed anew from the records' own bytes; what is stored of it is only compared. That
 * every signed head has the root of the first records of this one tree is also what makes the heads
 * consistent with each other.
 *
 * Source: docs/evidence.md, "What verify checks"; docs/formats/log.md.
 */
import {
  appendLeaf,
  type Checkpoint,
  EMPTY_FRONTIER,
  type Frontier,
  frontierRoot,
  openCheckpoint,
  sameHash,
  storedHashCount,
  type TrustedLog,
} from '../log/index.ts';
import type { Evidence, StoredCheckpoint } from './evidence.ts';

export type TreeFault =
  | { readonly code: 'head_unsigned'; readonly size: number; readonly reason: string }
  /** `fits`: the size of the last head before it whose root is that of the records. */
  | { readonly code: 'head_differs'; readonly size: number; readonly fits: number }
  | { readonly code: 'head_beyond'; readonly size: number }
  /** The stored hash of this leaf, or of a subtree that it completes. */
  | { readonly code: 'tree_differs'; readonly leaf: number }
  | { readonly code: 'kept_head_differs'; readonly size: number }
  | { readonly code: 'kept_head_beyond'; readonly size: number };

export interface TreeFindings {
  readonly faults: readonly TreeFault[];
  readonly size: number;
  /** How many signed heads fit. */
  readonly heads: number;
  /** The newest of them. */
  readonly newest: Checkpoint | undefined;
}

export interface TreeChecker {
  /** @param leafHash computed from the record's bytes, never read */
  add(leafHash: Uint8Array): Promise<void>;
  finish(): Promise<TreeFindings>;
}

const headsPage = 1000;

export function createTreeChecker(
  evidence: Pick<Evidence, 'checkpoints' | 'hashes'>,
  log: TrustedLog,
  kept: Checkpoint | undefined,
): TreeChecker {
  const faults = new Map<TreeFault['code'], TreeFault>();
  const stored = evidence.hashes()[Symbol.asyncIterator]();
  let frontier: Frontier = EMPTY_FRONTIER;
  let page: readonly StoredCheckpoint[] | undefined;
  let at = 0;
  let heads = 0;
  let newest: Checkpoint | undefined;
  /** The first leaf whose hash is not stored, once that is known: behind the records is no fault. */
  let unstored: number | undefined;

  // Only the first of a kind: what follows it mostly follows from it.
  function found(fault: TreeFault): void {
    if (!faults.has(fault.code)) faults.set(fault.code, fault);
  }

  async function nextHead(): Promise<StoredCheckpoint | undefined> {
    if (page === undefined || (at >= page.length && page.length === headsPage)) {
      page = await evidence.checkpoints(page?.at(-1)?.size ?? -1, headsPage);
      at = 0;
    }
    return page[at];
  }

  function faultOf({ size, note }: StoredCheckpoint): TreeFault | undefined {
    const opened = openCheckpoint(Buffer.from(note, 'utf8'), log);
    if (!opened.ok) return { code: 'head_unsigned', size, reason: opened.reason };
    if (opened.checkpoint.size !== size) return { code: 'head_unsigned', size, reason: 'wrong_size' };
    if (!sameHash(opened.checkpoint.root, frontierRoot(frontier))) {
      return { code: 'head_differs', size, fits: newest?.size ?? 0 };
    }
    heads += 1;
    newest = opened.checkpoint;
    return undefined;
  }

  async function headsHere(): Promise<void> {
    for (;;) {
      const head = await nextHead();
      if (head === undefined || head.size > frontier.size) return;
      at += 1;
      const fault = faultOf(head);
      if (fault !== undefined) found(fault);
    }
  }

  async function compareStored(hashes: readonly Uint8Array[], leaf: number): Promise<void> {
    for (const [offset, hash] of hashes.entries()) {
      if (unstored !== undefined) return;
      const next = await stored.next();
      if (next.done !== true) {
        const fits = next.value.index === storedHashCount(leaf) + offset && sameHash(next.value.hash, hash);
        if (fits) continue;
        found({ code: 'tree_differs', leaf });
      }
      unstored = leaf;
    }
  }

  function compareKept(): void {
    if (kept?.size === frontier.size && !sameHash(kept.root, frontierRoot(frontier))) {
      found({ code: 'kept_head_differs', size: kept.size });
    }
  }

  return {
    async add(leafHash) {
      const leaf = frontier.size;
      const step = appendLeaf(frontier, leafHash);
      frontier = step.frontier;
      await compareStored(step.stored, leaf);
      compareKept();
      await headsHere();
    },
    async finish() {
      const beyond = await nextHead();
      if (beyond !== undefined) found({ code: 'head_beyond', size: beyond.size });
      if (kept !== undefined && kept.size > frontier.size) {
        found({ code: 'kept_head_beyond', size: kept.size });
      }
      const rest = unstored === undefined ? await stored.next() : undefined;
      if (rest?.done === false) found({ code: 'tree_differs', leaf: frontier.size });
      if (unstored !== undefined && newest !== undefined && unstored < newest.size) {
        found({ code: 'tree_differs', leaf: unstored });
      }
      await stored.return?.();
      return { faults: [...faults.values()], size: frontier.size, heads, newest };
    },
  };
}
