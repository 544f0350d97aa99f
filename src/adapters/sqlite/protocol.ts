// SPDX-License-Identifier: Apache-2.0
// What the thread that owns the store and the rest of the process say to each other.
import type { Unit, UnitResult } from '../../app/ports.ts';
import type { Tables } from './store.ts';

/** What the rest of the process may ask of the tables, by name. */
export interface Questions {
  'entries.read': Tables['entries']['read'];
  'entries.readStream': Tables['entries']['readStream'];
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

/** Units of several callers that came together; `counts` says how many are whose. */
export interface CommitRequest {
  readonly kind: 'commit';
  readonly calls: readonly number[];
  readonly counts: readonly number[];
  readonly units: readonly Unit[];
}

export type Request = CommitRequest | Question | { readonly kind: 'close' };

export type Failure = {
  readonly code: 'ledger_unavailable' | 'ledger_uncertain';
  readonly message: string;
};

export type Reply =
  | { readonly kind: 'opened' }
  | { readonly kind: 'refused'; readonly code: string; readonly message: string; readonly position?: number }
  | {
      readonly kind: 'committed';
      readonly calls: readonly number[];
      readonly results: readonly (readonly UnitResult[])[];
    }
  | { readonly kind: 'failed'; readonly calls: readonly number[]; readonly failure: Failure }
  | { readonly kind: 'answer'; readonly call: number; readonly value: unknown };
