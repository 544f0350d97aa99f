// SPDX-License-Identifier: Apache-2.0
// What is said between the daemon and a thread in which a compiled policy runs. One question at a time.

/** What the thread is started with. */
export interface Loading {
  readonly module: Uint8Array;
  readonly data?: Uint8Array;
  readonly entrypoint: string;
}

/** Said once, before anything is asked. */
export type Loaded =
  | { readonly kind: 'loaded' }
  /** In words that end "the bundle cannot be used: ". */
  | { readonly kind: 'refused'; readonly message: string };

export type Evaluated =
  /** The result set, as JSON. */
  | { readonly kind: 'evaluated'; readonly results: string }
  /** Longer than any opinion. */
  | { readonly kind: 'oversized' }
  /** A rule that contradicts itself, a memory that is full, a trap. */
  | { readonly kind: 'failed' };

/** An opinion is a few sentences; what is longer is something else. */
export const maxOpinionBytes = 64 << 10;
