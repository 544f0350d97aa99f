// SPDX-License-Identifier: Apache-2.0
// Data keys, one for each task, and what is sealed under them. Erasing a task's key is how its payloads are forgotten.
import { createSecretKey, type KeyObject } from 'node:crypto';
import {
  keyBytes,
  nonceBytes,
  openPayload,
  type SealedPayload,
  sealPayload,
} from '../core/record/payload.ts';
import type { KeyStore, Ledger, MasterKey, Randomness } from './ports.ts';

export interface Vault {
  /** Makes the task's key durable. Before the task exists: a key without a task harms nobody. */
  create(task: string): Promise<void>;
  /** Like `create`, unless the key is there already. */
  ensure(task: string): Promise<void>;
  /** @returns how to seal under the task's key, or undefined where the key was erased */
  sealer(task: string): Promise<Sealer | undefined>;
  /**
   * @param position of the record that names the digest
   * @param beside what the store has under it, where that was read already
   */
  open(digest: string, position: number, beside?: StoredPayload): Promise<Opened>;
  erase(task: string): Promise<void>;
}

/** A payload as it lies in a store. */
export interface StoredPayload {
  readonly task: string;
  readonly sealed: Uint8Array;
}

export type Sealer = (content: string) => SealedPayload;

export type Opened =
  | { readonly ok: true; readonly content: string }
  | { readonly ok: false; readonly reason: 'missing' | 'erased' | 'unreadable' | 'digest_mismatch' };

/** Keys kept in memory; more tasks than this at once reload theirs. */
const maxCached = 10_000;

export function createVault(
  keys: KeyStore,
  ledger: Pick<Ledger, 'payload'>,
  master: MasterKey,
  randomness: Randomness,
): Vault {
  const cache = new Map<string, KeyObject>();

  async function key(task: string): Promise<KeyObject | undefined> {
    const known = cache.get(task);
    if (known !== undefined) return known;
    const wrapped = await keys.load(task);
    if (wrapped === undefined) return undefined;
    return remember(task, master.unwrap(wrapped));
  }

  function remember(task: string, bytes: Uint8Array): KeyObject {
    const value = createSecretKey(bytes);
    const oldest = cache.size >= maxCached ? cache.keys().next().value : undefined;
    if (oldest !== undefined) cache.delete(oldest);
    cache.set(task, value);
    return value;
  }

  async function create(task: string): Promise<void> {
    const fresh = randomness.bytes(keyBytes);
    await keys.save(task, master.wrap(fresh));
    remember(task, fresh);
  }

  return {
    create,
    async ensure(task) {
      if ((await key(task)) === undefined) await create(task);
    },
    async sealer(task) {
      const dataKey = await key(task);
      if (dataKey === undefined) return undefined;
      return (content) => sealPayload(task, dataKey, content, randomness.bytes(nonceBytes + 12));
    },
    async open(digest, position, beside) {
      const payload = beside ?? (await ledger.payload(digest, position));
      if (payload === undefined) return { ok: false, reason: 'missing' };
      const dataKey = await key(payload.task);
      if (dataKey === undefined) return { ok: false, reason: 'erased' };
      return openPayload(digest, dataKey, payload.sealed);
    },
    async erase(task) {
      cache.delete(task);
      await keys.erase(task);
    },
  };
}
