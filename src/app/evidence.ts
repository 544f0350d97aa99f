// SPDX-License-Identifier: Apache-2.0
// What was written, as it lies in the store, for those who check or explain it. Never on the road:
// reading here takes nothing from a daemon that is deciding, and works without one.
import type { Entry, KeyStore, Ledger, TreeStore } from './ports.ts';
import type { StoredPayload } from './vault.ts';

/** A record with what its store keeps beside it. */
export interface StoredRecord extends Entry {
  /** The position of the record before it in its stream, as the store believes. */
  readonly before: number | null;
}

/** A record by its bytes, with what was read along with it of what lies beside it. */
export interface StoredLeaf {
  readonly position: number;
  readonly leaf: string;
  readonly beside: readonly (StoredPayload & { readonly digest: string })[];
}

export interface StoredCheckpoint {
  readonly size: number;
  readonly note: string;
}

/**
 * One store, opened for reading only.
 *
 * Everything is read out of one state of the store, that of the moment of opening, unless it was
 * opened live. Whoever could write to the file could write anything: nothing in here has been checked.
 */
export interface Evidence {
  readonly ledger: Pick<Ledger, 'read' | 'readStream' | 'find' | 'payload' | 'size'>;
  readonly tree: Pick<TreeStore, 'readHashes' | 'checkpoint'>;
  readonly keys: Pick<KeyStore, 'load'>;
  /** All records in order of position. */
  scan(): AsyncIterable<StoredRecord>;
  /** The same by their bytes alone, page by page; payloads are read along with records whose id starts so. */
  leaves(besidePrefix: string): AsyncIterable<readonly StoredLeaf[]>;
  /** All stored hashes of the tree in order of index, gaps included. */
  hashes(): AsyncIterable<{ readonly index: number; readonly hash: Uint8Array }>;
  /** Signed heads by rising size, those over more than `after` records. */
  checkpoints(after: number, limit: number): Promise<readonly StoredCheckpoint[]>;
  /** The digests of the payloads that lie beside the record at `position`. */
  payloadsAt(position: number): Promise<readonly string[]>;
  /** Ids that start so, in order. */
  idsWith(prefix: string, limit: number): Promise<readonly string[]>;
  close(): void;
}
