// SPDX-License-Identifier: Apache-2.0
// What the thread that owns the store and the rest of the process say to each other.
import type { Tables } from './store.ts';
import type { PackedResults, PackedUnits } from './wire.ts';

/** What the rest of the process may ask of the tables, by name. */
export interface Questions {
  'entries.read': Tables['entries']['read'];
  readStream: Tables['readStream'];
  'entries.find': Tables['entries']['find'];
  'entries.size': Tables['entries']['size'];
  'entries.payload': Tables['entries']['payload'];
  'keys.load': Tables['keys']['load'];
  'keys.save': Tables['keys']['save'];
  'keys.erase': Tables['keys']['erase'];
  'tree.treeSize': Tables['tree']['treeSize'];
  'tree.readHashes': Tables['tree']['readHashes'];
  'tree.append': Tables['tree']['append'];
  'tree.checkpoint': Tables['tree']['checkpoint'];
}

export type Question = { readonly [Name in keyof Questions]: Asked<Name> }[keyof Questions];
interface Asked<Name extends keyof Questions> {
  readonly kind: 'ask';
  readonly call: number;
  readonly name: Name;
  readonly args: Parameters<Questions[Name]>;
}

/** What several callers want to commit, on its way together. */
export interface CommitRequest {
  readonly kind: 'commit';
  /** Names this message in the reply. */
  readonly batch: number;
  readonly units: PackedUnits;
}

export type Request = CommitRequest | Question | { readonly kind: 'close' };

export type Failure = {
  readonly code: 'ledger_unavailable' | 'ledger_uncertain';
  readonly message: string;
};

export type Reply =
  | { readonly kind: 'opened' }
  | { readonly kind: 'refused'; readonly code: string; readonly message: string; readonly position?: number }
  | { readonly kind: 'committed'; readonly batches: readonly number[]; readonly results: PackedResults }
  | { readonly kind: 'not_committed'; readonly batches: readonly number[]; readonly failure: Failure }
  | { readonly kind: 'answer'; readonly call: number; readonly value: unknown }
  | { readonly kind: 'failed'; readonly call: number; readonly failure: Failure };
